"""Rule ``figure_spectrum``."""

from hepchain.chains.dijets.config.methods import WindowsConfig
from hepchain.chains.dijets.figures.spectrum import draw, words_about
from hepchain.figures.output import figure_job, save
from hepchain.io.structured import read_json

with figure_job(snakemake) as (_, config):
    params = snakemake.params
    found = {
        injected: [one for one in read_json(path)["findings"] if one["window"] == params.window]
        for injected, path in zip(params.injected, snakemake.input, strict=True)
    }
    windows = WindowsConfig.model_validate(params.windows)
    shown = {words_about(injected): findings for injected, findings in found.items()}
    save(draw(shown, windows, config), found, snakemake.output)
