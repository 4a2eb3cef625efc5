"""Rule ``box_opening``."""

from pathlib import Path

from hepchain.chains.dijets.black_boxes.opening import opened
from hepchain.chains.dijets.black_boxes.seal import mark_opened, read_truth
from hepchain.chains.dijets.config.black_boxes import AnswerConfig
from hepchain.chains.dijets.data import Events
from hepchain.chains.dijets.scores import read_scores
from hepchain.io.structured import plain, read_json, write_json
from hepchain.workflow import job

with job(snakemake):
    files, params = snakemake.input, snakemake.params
    given, truth, events = read_json(files.answer), read_truth(files.truth), Events.read(files.data)
    mark_opened(files.truth, given)
    name, window, score = given["window"], None, None
    if name is not None:
        window = tuple(params.windows[name])
        score = read_scores(events, [p for p in files.scores if Path(p).parent.name == name])
    config = AnswerConfig.model_validate(params.asked)
    write_json(snakemake.output[0], plain(opened(given, truth, events, score, window, config)))
