"""Rule ``validation_table``."""

from hepchain.config.loader import load_block
from hepchain.figures.tabulate import write_tables
from hepchain.validation.files import log_verdicts, read_comparisons
from hepchain.validation.reconstructed import ReconstructedTracks
from hepchain.validation.table import agreement_of_references, bins, summary
from hepchain.workflow import job

with job(snakemake):
    comparisons = [item for path in snakemake.input.comparisons for item in read_comparisons(path)]
    real = load_block(snakemake.input.reconstructed, ReconstructedTracks)
    log_verdicts(comparisons)
    overview = summary(comparisons)
    write_tables([overview, agreement_of_references(real)], [snakemake.output.page])
    write_tables([overview, bins(comparisons)], [snakemake.output.numbers])
