"""Rule ``box_answer``."""

from hepchain.chains.dijets.black_boxes.answer import answer, settled
from hepchain.chains.dijets.black_boxes.seal import read_digest
from hepchain.chains.dijets.config.black_boxes import AnswerConfig
from hepchain.io.structured import plain, read_json, write_json
from hepchain.workflow import job

with job(snakemake):
    files, params = snakemake.input, snakemake.params
    config = AnswerConfig.model_validate(params.asked)
    seal = read_digest(files.digest[0]) if files.digest else None
    given = answer(snakemake.wildcards.box, read_json(files.search), config, seal)
    write_json(snakemake.output[0], plain(settled(given, params.truth, config)))
