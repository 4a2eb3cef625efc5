"""Rule ``pt_rel``."""

from pathlib import Path

from hepchain.chains.soft_muons.config.pt_rel import PtRelConfig
from hepchain.chains.soft_muons.config.tight import TightConfig
from hepchain.chains.soft_muons.results.pt_rel import calibrate
from hepchain.chains.soft_muons.results.selections import selected
from hepchain.io import read_json, write_json
from hepchain.io.structured import plain
from hepchain.seeds import generator
from hepchain.workflow import job

with job(snakemake):
    params, campaign = snakemake.params, snakemake.wildcards.campaign
    muons, selections = selected(
        read_json(snakemake.input.evaluation),
        {params.tagger: Path(snakemake.input.scores[0])},
        TightConfig.model_validate(params.tight),
    )
    found = calibrate(
        campaign,
        muons,
        selections,
        PtRelConfig.model_validate(params.config),
        generator(params.seed, "soft_muons", campaign, "halves"),
    )
    write_json(snakemake.output[0], plain(found))
