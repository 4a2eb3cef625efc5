"""Rule ``working_point_scan``."""

from pathlib import Path

from hepchain.config.samples import HiggsinoMasses
from hepchain.config.statistics import StatisticsConfig
from hepchain.statistics.zstar_point import MassPoint
from hepchain.statistics.zstar_scan_job import ScanInputs, run_scan
from hepchain.workflow import job, named_paths

with job(snakemake):
    backgrounds = named_paths(snakemake.params.backgrounds, snakemake.input.backgrounds)
    run_scan(
        ScanInputs(
            signal=Path(snakemake.input.signal),
            backgrounds=backgrounds,
            hadrons=Path(snakemake.input.hadrons),
        ),
        Path(snakemake.output[0]),
        point=MassPoint(
            name=snakemake.wildcards.point,
            masses=HiggsinoMasses.model_validate(snakemake.params.masses),
            veto=tuple(snakemake.params.veto),
            tagger=snakemake.params.tagger,
        ),
        config=StatisticsConfig.model_validate(snakemake.params.config),
        nominal=snakemake.params.fake_rate,
        seed=snakemake.params.seed,
    )
