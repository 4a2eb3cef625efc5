"""Rule ``production``."""

from importlib import import_module

from hepchain.chains.soft_muons.config.production import ProductionConfig
from hepchain.chains.soft_muons.response.parameters import MuonResponse
from hepchain.workflow import job

with job(snakemake):
    params, wildcards = snakemake.params, snakemake.wildcards
    module = import_module(params.module)
    module.write(
        module.Job(
            wildcards.sample,
            params.sample,
            int(wildcards.part),
            params.seed,
            ProductionConfig.model_validate(params.production),
            MuonResponse.model_validate(params.response),
        ),
        snakemake.output.ntuple,
    )
