"""Skim of the ntuples of a part: tables of events and tracks, and a report."""

from hepchain.config.samples import Role
from hepchain.config.skimming import Isolation, TrackSelection
from hepchain.skimming.settings import SkimSettings
from hepchain.skimming.skim import skim
from hepchain.workflow import job

with job(snakemake):
    isolation = snakemake.params.isolation
    settings = SkimSettings(
        role=Role(snakemake.params.role),
        tracks=TrackSelection(**snakemake.params.tracks),
        isolation=isolation and Isolation(**isolation),
        groups=dict(snakemake.params.groups),
        contract=snakemake.params.contract,
    )
    skim(
        ntuples=[*snakemake.input.ntuples, *snakemake.params.beside],
        map_path=snakemake.input.map,
        normalisation=snakemake.input.normalisation,
        settings=settings,
        outputs=dict(snakemake.output.items()),
    )
