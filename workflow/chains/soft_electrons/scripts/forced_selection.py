"""Rule ``forced_selection``."""

from pathlib import Path

from hepchain.chains.soft_electrons.config.selection import SelectionConfig
from hepchain.chains.soft_electrons.selection.forced import (
    ForcedOutputs,
    Originals,
    select_forced,
)
from hepchain.chains.soft_electrons.selection.job import SelectionInputs
from hepchain.config.skimming import Isolation
from hepchain.workflow import job

with job(snakemake):
    inputs, outputs = snakemake.input, snakemake.output
    select_forced(
        SelectionInputs(
            events=[Path(path) for path in inputs.events],
            tracks=[Path(path) for path in inputs.tracks],
            scores=Path(inputs.scores),
            working_points=Path(inputs.working_points),
        ),
        Originals([Path(path) for path in inputs.originals], *map(Path, inputs.selected)),
        ForcedOutputs(*map(Path, (outputs.table, outputs.same_sign, outputs.report))),
        config=SelectionConfig.model_validate(snakemake.params.config),
        isolation=Isolation.model_validate(snakemake.params.isolation),
        points=snakemake.params.points,
    )
