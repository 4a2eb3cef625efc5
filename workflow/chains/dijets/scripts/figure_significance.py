"""Rule ``figure_significance``."""

from hepchain.chains.dijets.config.methods import WindowsConfig
from hepchain.chains.dijets.figures.significance import draw
from hepchain.figures.output import figure_job, save
from hepchain.io.structured import read_json

with figure_job(snakemake) as (_, config):
    params = snakemake.params
    found = {
        injected: read_json(path)["findings"]
        for injected, path in zip(params.injected, snakemake.input, strict=True)
    }
    windows = WindowsConfig.model_validate(params.windows)
    save(draw(found, windows, config), found, snakemake.output)
