"""Rule ``figure_p_values``."""

from hepchain.chains.dijets.figures.p_values import draw, uniformity
from hepchain.figures.output import figure_job, save
from hepchain.io.structured import read_json

with figure_job(snakemake) as (_, config):
    found = [one for path in snakemake.input for one in read_json(path)["experiments"]]
    local = uniformity([value for one in found for value in one["local"].values()])
    everywhere = uniformity([one["global_value"] for one in found])
    numbers = {"local": local, "global": everywhere}
    save(draw(local, everywhere, config), numbers, snakemake.output)
