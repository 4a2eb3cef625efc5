"""Rule ``figure_pt_rel``."""

from hepchain.chains.soft_muons.figures import pt_rel
from hepchain.figures.output import figure_job, save
from hepchain.io import read_json

with figure_job(snakemake) as (things, config):
    params, output = snakemake.params, snakemake.output
    config = config.model_copy(update={"energy": params.energy})
    found = read_json(snakemake.input[0])
    titles = {"tight": "TIGHT", params.tagger: things.title(params.tagger)}
    fits = pt_rel.draw_fits(found, params.tagger, things, config)
    save(fits, found["selections"][params.tagger], output.fits)
    save(pt_rel.draw_efficiencies(found, titles, things, config), found, output.efficiencies)
