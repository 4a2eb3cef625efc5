"""Skim of the ntuples of a part: tables of events and tracks, and a report."""

from hepchain.config.samples import Role
from hepchain.config.skimming import Isolation, TrackSelection
from hepchain.skimming.skim import SkimSettings, skim
from hepchain.workflow import job

with job(snakemake):
    settings = SkimSettings(
        role=Role(snakemake.params.role),
        tracks=TrackSelection(**snakemake.params.tracks),
        isolation=Isolation(**snakemake.params.isolation),
        groups=dict(snakemake.params.groups),
    )
    skim(
        ntuples=list(snakemake.input.ntuples),
        map_path=snakemake.input.map,
        normalisation=snakemake.input.normalisation,
        settings=settings,
        outputs=dict(snakemake.output.items()),
    )
