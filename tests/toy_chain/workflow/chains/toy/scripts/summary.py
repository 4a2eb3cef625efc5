"""Rule ``summary``."""

from hepchain.chains.toy.counting import areas, count, number

from hepchain.io import read_json, write_json
from hepchain.io.structured import plain
from hepchain.workflow import job

with job(snakemake):
    (signal,), (background,), (scores,) = (
        snakemake.input.signal,
        snakemake.input.background,
        snakemake.input.scores,
    )
    summary = {
        **areas(scores, snakemake.params.categories, snakemake.params.tagger),
        **count(*(number(read_json(path)["passing"]) for path in (signal, background))),
    }
    write_json(snakemake.output[0], plain(summary))
