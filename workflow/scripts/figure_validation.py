"""Rule ``figure_validation``."""

from hepchain.config.figures import FiguresConfig
from hepchain.figures.output import save
from hepchain.validation.figure import draw
from hepchain.validation.files import read_comparisons
from hepchain.workflow import job

with job(snakemake):
    comparisons = read_comparisons(snakemake.input.comparisons)
    config = FiguresConfig.model_validate(snakemake.params.looks)
    save(draw(comparisons, config), comparisons, snakemake.output)
