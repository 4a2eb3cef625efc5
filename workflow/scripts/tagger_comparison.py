"""Rule ``tagger_comparison``."""

from pathlib import Path

from hepchain.config.figures import FiguresConfig
from hepchain.figures import tagger_comparison
from hepchain.figures.output import save
from hepchain.figures.style import Things
from hepchain.figures.tabulate import write_tables
from hepchain.figures.tagger_performance import performances, read_tracks
from hepchain.workflow import job

with job(snakemake):
    files, params = snakemake.input, snakemake.params
    things = Things(**params.things)
    costs = tagger_comparison.costs(
        map(Path, files.models), map(Path, files.speeds), params.ensembles
    )
    scores = dict(zip(params.baselines, map(Path, files.scores), strict=True))
    numbers = performances(
        read_tracks(scores),
        params.baselines,
        costs,
        params.pt_edges,
        params.fake_rate,
        params.seed,
    )
    looks = FiguresConfig.model_validate(params.looks)
    figure = tagger_comparison.draw(numbers, things, looks, params.fake_rate)
    save(figure, numbers, snakemake.output.figure)
    write_tables(
        tagger_comparison.tables(numbers, things, params.fake_rate), snakemake.output.tables
    )
