"""Normalisation of a sample from the metadata of its ntuples."""

from hepchain.config.samples import Role
from hepchain.skimming.normalisation import SampleNormalisation, make_normalisation
from hepchain.workflow import job

with job(snakemake):
    settings = dict(snakemake.params.normalisation)
    make_normalisation(
        SampleNormalisation(snakemake.wildcards.sample, Role(settings.pop("role")), **settings),
        [*snakemake.input.ntuples, *snakemake.params.beside],
        snakemake.input.map,
        snakemake.output[0],
    )
