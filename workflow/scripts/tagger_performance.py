"""Rules ``tagger_performance`` and ``performance_on_request``."""

from pathlib import Path

from hepchain.io.structured import plain, write_json
from hepchain.studies.tagger_costs import costs
from hepchain.studies.tagger_performance import Performances, performances, read_tracks
from hepchain.workflow import job, named_paths

with job(snakemake):
    files, params = snakemake.input, snakemake.params
    scores = named_paths(params.baselines, files.scores)
    numbers = performances(
        read_tracks(scores),
        params.baselines,
        params.reference,
        costs(map(Path, files.models), map(Path, files.speeds), params.ensembles),
        params.pt_edges,
        params.fake_rate,
        params.seed,
    )
    write_json(snakemake.output.numbers, plain(Performances(tuple(numbers))))
