"""Rule ``calibration``."""

from hepchain.combination.calibration_fit import calibrate, read_scored, write_calibration
from hepchain.config.training import BalanceConfig
from hepchain.workflow import job

with job(snakemake):
    results = calibrate(
        read_scored(snakemake.input.raw),
        snakemake.params.categories,
        BalanceConfig.model_validate(snakemake.params.balance),
    )
    write_calibration(snakemake.output.calibration, results, snakemake.params.samples)
