"""Rule ``statistics``."""

from pathlib import Path

from hepchain.config.samples import HiggsinoMasses
from hepchain.config.statistics import StatisticsConfig
from hepchain.statistics.zstar_job import StatisticsInputs, StatisticsOutputs, run_statistics
from hepchain.statistics.zstar_point import MassPoint
from hepchain.variations import by_sample
from hepchain.workflow import job, named_paths

with job(snakemake):
    inputs, outputs, params = snakemake.input, snakemake.output, snakemake.params
    config = StatisticsConfig.model_validate(params.config)
    masses = HiggsinoMasses.model_validate(params.masses)
    run_statistics(
        StatisticsInputs(
            signal=Path(inputs.signal),
            backgrounds=named_paths(params.backgrounds, inputs.backgrounds),
            normalisations=tuple(Path(path) for path in inputs.normalisations),
            varied=by_sample(named_paths(params.varied, inputs.varied)),
            same_sign=named_paths(["signal", *params.backgrounds], inputs.same_sign),
            same_sign_varied=by_sample(named_paths(params.varied, inputs.same_sign_varied)),
            weights=dict(params.weights),
            data=named_paths(params.data, inputs.data) or None,
        ),
        StatisticsOutputs(
            workspaces=named_paths(config.approaches, outputs.workspaces),
            result=Path(outputs.result),
            fit=Path(outputs.fit),
            control=Path(outputs.control),
        ),
        MassPoint(snakemake.wildcards.point, masses, tuple(params.veto), params.tagger),
        config,
        params.seed,
    )
