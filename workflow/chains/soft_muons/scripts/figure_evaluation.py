"""Rule ``figure_evaluation``."""

from hepchain.chains.soft_muons.figures import against, curves, observables
from hepchain.figures.output import figure_job, save
from hepchain.io import read_json

with figure_job(snakemake) as (things, config):
    params, output = snakemake.params, snakemake.output
    config = config.model_copy(update={"energy": params.energy})
    found = read_json(snakemake.input[0])
    compared = list(params.compared)
    titles = {"tight": "TIGHT"} | {name: things.title(name) for name in compared}
    served = {"all": "all muons", "tight": "TIGHT", params.tagger: things.title(params.tagger)}
    drawn = {
        "roc": curves.draw_roc(found, things, config),
        "scores": curves.draw_scores(found, compared, things, config),
        "against": against.draw_against(found, compared, things, config),
        "reweightings": against.draw_reweightings(found, params.reweighted, things, config),
        "origins": against.draw_origins(found, titles, things, config),
        "observables": observables.draw(found, served, things, config),
    }
    for name, figure in drawn.items():
        save(figure, found, output[name])
