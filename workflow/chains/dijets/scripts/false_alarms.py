"""Rule ``false_alarms``."""

from hepchain.chains.dijets.config.methods import FalseAlarmsConfig, SearchConfig, WindowsConfig
from hepchain.chains.dijets.data import Events
from hepchain.chains.dijets.false_alarms import numbers_of, pseudo_experiments
from hepchain.io.structured import plain, write_json
from hepchain.workflow import job

with job(snakemake):
    params = snakemake.params
    config = FalseAlarmsConfig.model_validate(params.false_alarms)
    found = pseudo_experiments(
        Events.read(snakemake.input[0]),
        params.features,
        numbers_of(config, int(snakemake.wildcards.part)),
        WindowsConfig.model_validate(params.windows),
        SearchConfig.model_validate(params.search),
        config,
        params.seed,
    )
    write_json(snakemake.output.experiments, plain({"experiments": found}))
