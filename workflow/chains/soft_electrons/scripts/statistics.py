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
from hepchain.variations import by_sample
from hepchain.workflow import job, named_paths

with job(snakemake):
    inputs, outputs, params = snakemake.input, snakemake.output, snakemake.params
    config = StatisticsConfig.model_validate(params.config)
    masses = HiggsinoMasses.model_validate(params.masses)
    signs = ((inputs.nominal, inputs.varied), (inputs.same_sign, inputs.same_sign_varied))
    files = [
        SampleFiles(
            Path(paths[0]),
            named_paths(params.backgrounds, paths[1:]),
            by_sample(named_paths(params.varied, varied)),
            params.weights,
        )
        for paths, varied in signs
    ]
    run_statistics(
        StatisticsInputs(*files, data=named_paths(params.data, inputs.data) or None),
        StatisticsOutputs(
            named_paths(config.approaches, outputs.workspaces),
            *map(Path, (outputs.result, outputs.fit, outputs.control)),
        ),
        MassPoint(snakemake.wildcards.point, masses, params.tagger),
        config,
        params.seed,
    )
