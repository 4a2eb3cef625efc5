"""Rules ``tagger_comparison`` and ``comparison_on_request``."""

from hepchain.figures import tagger_comparison
from hepchain.figures.output import figure_job, save
from hepchain.figures.tabulate import write_tables
from hepchain.io.records import read_record
from hepchain.studies.tagger_performance import Performances

with figure_job(snakemake) as (things, looks):
    fake_rate, output = snakemake.params.fake_rate, snakemake.output
    numbers = read_record(Performances, snakemake.input.numbers).taggers
    save(tagger_comparison.draw(numbers, things, looks, fake_rate), numbers, output.figure)
    write_tables(tagger_comparison.tables(numbers, things, fake_rate), output.tables)
