"""Rule ``seed_densities``."""

from hepchain.chains.dijets.config.densities import DensitiesConfig
from hepchain.chains.dijets.data import Events
from hepchain.chains.dijets.seeds import of_densities
from hepchain.io.structured import write_json
from hepchain.seeds import integer_seed
from hepchain.workflow import job

with job(snakemake):
    params, flow = snakemake.params, snakemake.wildcards.flow
    config = DensitiesConfig.model_validate(params.densities)
    seed = integer_seed(params.seed, "dijets", "method_seeds", snakemake.wildcards.number)
    events = Events.read(snakemake.input[0])
    found = of_densities(events, tuple(params.bands), flow, config, seed)
    write_json(snakemake.output.numbers, dict(found))
