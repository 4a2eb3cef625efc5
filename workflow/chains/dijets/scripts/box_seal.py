"""Rule ``box_seal``."""

from hepchain.chains.dijets.black_boxes.seal import draw, write_seal
from hepchain.chains.dijets.config.black_boxes import OwnBoxes
from hepchain.workflow import job

with job(snakemake):
    truths = draw(OwnBoxes.model_validate(snakemake.params.own))
    for truth, path in zip(truths, snakemake.output.truths, strict=True):
        write_seal(truth, path)
