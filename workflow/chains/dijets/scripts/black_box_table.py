"""Rule ``black_box_table``."""

from hepchain.chains.dijets.black_boxes.answer import table
from hepchain.chains.dijets.config.black_boxes import AnswerConfig
from hepchain.figures.tabulate import write_tables
from hepchain.io.structured import read_json, write_json
from hepchain.workflow import job

with job(snakemake):
    params, output = snakemake.params, snakemake.output
    answers = [read_json(path) for path in snakemake.input]
    config = AnswerConfig.model_validate(params.asked)
    write_tables([table(answers, params.windows, config)], output.tables)
    write_json(output.answers, {item["box"]: item for item in answers})
