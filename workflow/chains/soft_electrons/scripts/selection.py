"""Rule ``selection``."""

from pathlib import Path

from hepchain.chains.soft_electrons.config.selection import SelectionConfig
from hepchain.chains.soft_electrons.selection.job import SelectionInputs, run_selection
from hepchain.config.skimming import Isolation
from hepchain.workflow import job

with job(snakemake):
    run_selection(
        SelectionInputs(
            events=[Path(path) for path in snakemake.input.events],
            tracks=[Path(path) for path in snakemake.input.tracks],
            scores=Path(snakemake.input.scores),
            working_points=Path(snakemake.input.working_points),
        ),
        table=Path(snakemake.output.table),
        cutflow=Path(snakemake.output.cutflow),
        config=SelectionConfig.model_validate(snakemake.params.config),
        isolation=Isolation.model_validate(snakemake.params.isolation),
        points=snakemake.params.points,
        closed=snakemake.params.closed,
        same_sign=Path(snakemake.output.same_sign),
        rates=Path(snakemake.output.rates),
        measures_rates=snakemake.params.measures_rates,
    )
