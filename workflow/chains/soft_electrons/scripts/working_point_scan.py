"""Rule ``working_point_scan``."""

from pathlib import Path

from hepchain.chains.soft_electrons.config.samples import HiggsinoMasses
from hepchain.chains.soft_electrons.config.statistics import StatisticsConfig
from hepchain.chains.soft_electrons.statistics.candidates import SampleFiles
from hepchain.chains.soft_electrons.statistics.point import MassPoint
from hepchain.chains.soft_electrons.statistics.scan_job import run_scan
from hepchain.workflow import job, named_paths

with job(snakemake):
    backgrounds = named_paths(snakemake.params.backgrounds, snakemake.input.backgrounds)
    run_scan(
        SampleFiles(Path(snakemake.input.signal), backgrounds),
        Path(snakemake.input.hadrons),
        Path(snakemake.output[0]),
        point=MassPoint(
            name=snakemake.wildcards.point,
            masses=HiggsinoMasses.model_validate(snakemake.params.masses),
            tagger=snakemake.params.tagger,
        ),
        config=StatisticsConfig.model_validate(snakemake.params.config),
        nominal=snakemake.params.fake_rate,
        seed=snakemake.params.seed,
    )
