"""Rule ``figure_injection_scan``."""

from hepchain.chains.dijets.figures.injection_scan import curves, draw
from hepchain.figures.output import figure_job, save
from hepchain.io.structured import read_json

with figure_job(snakemake) as (_, config):
    params, found = snakemake.params, {}
    for injected, path in zip(params.injected, snakemake.input, strict=True):
        findings = read_json(path)["findings"]
        found[injected] = [item for item in findings if item["window"] == params.window]
    shown = curves(found)
    save(draw(shown, config), {"curves": shown}, snakemake.output)
