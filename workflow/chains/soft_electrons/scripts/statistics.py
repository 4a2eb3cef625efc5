"""Rule ``statistics``."""

from pathlib import Path

from hepchain.chains.soft_electrons.config.samples import HiggsinoMasses
from hepchain.chains.soft_electrons.config.statistics import StatisticsConfig
from hepchain.chains.soft_electrons.statistics.candidates import SampleFiles
from hepchain.chains.soft_electrons.statistics.job import (
    StatisticsInputs,
    StatisticsOutputs,
    run_statistics,
)
from hepchain.chains.soft_electrons.statistics.point import MassPoint
from hepchain.workflow import job, named_paths

with job(snakemake):
    inputs, outputs, params = snakemake.input, snakemake.output, snakemake.params
    config = StatisticsConfig.model_validate(params.config)
    masses = HiggsinoMasses.model_validate(params.masses)
    opposite = SampleFiles.of(params, inputs.nominal, inputs.varied, inputs.forced)
    same = SampleFiles.of(
        params, inputs.same_sign, inputs.same_sign_varied, inputs.same_sign_forced
    )
    run_statistics(
        StatisticsInputs(opposite, same, named_paths(params.data, inputs.data) or None),
        StatisticsOutputs(
            named_paths(config.approaches, outputs.workspaces),
            *map(Path, (outputs.result, outputs.fit, outputs.control)),
        ),
        MassPoint(snakemake.wildcards.point, masses, params.tagger),
        config,
        params.seed,
    )
