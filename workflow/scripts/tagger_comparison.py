"""Rule ``tagger_comparison``."""

from pathlib import Path

from hepchain.figures import tagger_comparison
from hepchain.figures.output import figure_job, save
from hepchain.figures.tabulate import write_tables
from hepchain.figures.tagger_performance import performances, read_tracks
from hepchain.workflow import named_paths

with figure_job(snakemake) as (things, looks):
    files, params = snakemake.input, snakemake.params
    costs = tagger_comparison.costs(
        map(Path, files.models), map(Path, files.speeds), params.ensembles
    )
    scores = named_paths(params.baselines, files.scores)
    numbers = performances(
        read_tracks(scores),
        params.baselines,
        params.reference,
        costs,
        params.pt_edges,
        params.fake_rate,
        params.seed,
    )
    figure = tagger_comparison.draw(numbers, things, looks, params.fake_rate)
    save(figure, numbers, snakemake.output.figure)
    write_tables(
        tagger_comparison.tables(numbers, things, params.fake_rate), snakemake.output.tables
    )
