"""Rule ``comparison``."""

from hepchain.chains.soft_muons.config.tight import RealMuonsConfig
from hepchain.chains.soft_muons.figures.comparison import tables
from hepchain.chains.soft_muons.results.comparison import compare
from hepchain.figures.tabulate import write_tables
from hepchain.seeds import generator
from hepchain.workflow import job

with job(snakemake):
    real = RealMuonsConfig.model_validate(snakemake.params.real)
    random = generator(snakemake.params.seed, "soft_muons", "comparison")
    compared = compare(list(snakemake.input), real, random)
    write_tables(tables(compared, real.source), snakemake.output)
