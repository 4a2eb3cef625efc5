"""Rule ``figure_score_plane``."""

from hepchain.chains.dijets.data import Events
from hepchain.chains.dijets.figures.score_plane import draw, plane
from hepchain.chains.dijets.scores import read_scores
from hepchain.figures.output import figure_job, save

with figure_job(snakemake) as (_, config):
    params, files = snakemake.params, snakemake.input
    folds = len(files.scores) // len(files.data)
    planes = {}
    for number, (injected, path) in enumerate(zip(params.injected, files.data, strict=True)):
        events = Events.read(path)
        scores = read_scores(events, files.scores[number * folds : (number + 1) * folds])
        planes[injected] = plane(events, scores, tuple(params.window))
    save(draw(planes, params.masses, config), planes, snakemake.output)
