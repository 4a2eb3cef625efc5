"""Rule ``figure_black_boxes``."""

from hepchain.chains.dijets.config.methods import WindowsConfig
from hepchain.chains.dijets.figures.spectrum import draw
from hepchain.figures.output import figure_job, save
from hepchain.io.structured import read_json

with figure_job(snakemake) as (_, config):
    params, files = snakemake.params, snakemake.input
    windows, found = WindowsConfig.model_validate(params.windows), {}
    for answer, path in zip(map(read_json, files.answers), files.searches, strict=True):
        window = answer["window"] or next(iter(windows.windows))
        findings = read_json(path)["findings"]
        found[answer["box"]] = [item for item in findings if item["window"] == window]
    save(draw(found, windows, config), found, snakemake.output)
