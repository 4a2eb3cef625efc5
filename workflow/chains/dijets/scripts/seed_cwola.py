"""Rule ``seed_cwola``."""

from hepchain.chains.dijets.config.methods import CwolaConfig
from hepchain.chains.dijets.data import Events
from hepchain.chains.dijets.seeds import of_cwola
from hepchain.io.structured import write_json
from hepchain.seeds import integer_seed
from hepchain.workflow import job

with job(snakemake):
    params = snakemake.params
    config = CwolaConfig.model_validate(params.cwola)
    seed = integer_seed(params.seed, "dijets", "method_seeds", snakemake.wildcards.number)
    found = of_cwola(Events.read(snakemake.input[0]), tuple(params.bands), config, seed)
    write_json(snakemake.output.numbers, dict(found))
