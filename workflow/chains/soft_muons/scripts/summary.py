"""Rule ``summary``."""

from hepchain.chains.soft_muons.config.tight import ResultsConfig
from hepchain.chains.soft_muons.results.summary import summary
from hepchain.io import read_json, read_parquet, write_json
from hepchain.workflow import job

with job(snakemake):
    read = sum(len(read_parquet(path, ["label"])) for path in snakemake.input.brought)
    inputs = snakemake.input
    evaluations, calibrations = (
        [read_json(path) for path in paths] for paths in (inputs.evaluations, inputs.pt_rel)
    )
    config = ResultsConfig.model_validate(snakemake.params.results)
    write_json(snakemake.output[0], summary(evaluations, calibrations, config, read))
