"""Rule ``performance``."""

from hepchain.chains.dijets.data import Events
from hepchain.chains.dijets.performance import performance
from hepchain.chains.dijets.scores import read_scores
from hepchain.io.structured import plain, write_json
from hepchain.seeds import generator
from hepchain.workflow import job

with job(snakemake):
    events = Events.read(snakemake.input.data)
    scores = read_scores(events, list(snakemake.input.scores))
    random = generator(snakemake.params.seed, "dijets", *snakemake.wildcards)
    found = performance(events, scores, tuple(snakemake.params.window), random)
    write_json(snakemake.output[0], plain(found))
