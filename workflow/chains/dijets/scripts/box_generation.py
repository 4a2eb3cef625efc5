"""Rule ``box_generation``."""

from hepchain.chains.dijets.black_boxes.generation import generate_box
from hepchain.chains.dijets.black_boxes.seal import read_truth
from hepchain.chains.dijets.config.black_boxes import OwnBoxes
from hepchain.chains.dijets.config.response import DetectorConfig
from hepchain.workflow import job

with job(snakemake):
    generate_box(
        read_truth(snakemake.input[0]),
        int(snakemake.wildcards.part),
        OwnBoxes.model_validate(snakemake.params.own),
        DetectorConfig.model_validate(snakemake.params.response),
        snakemake.output[0],
    )
