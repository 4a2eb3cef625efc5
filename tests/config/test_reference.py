from __future__ import annotations

from hepchain.chains.soft_electrons.config.run import SoftElectronsConfig
from hepchain.config.reference import every_key, keys, markdown
from tests.workspace import REPOSITORY


def test_page_is_in_step_with_the_models() -> None:
    page = (REPOSITORY / "docs/config.md").read_text()
    assert page == markdown(every_key()), "out of date: run `make docs`"


def test_every_key_is_described() -> None:
    rows = keys(SoftElectronsConfig)
    assert len(rows) > 80
    assert [row.name for row in rows if not row.description] == []


def test_kinds_in_words() -> None:
    rows = {row.name: row for row in keys(SoftElectronsConfig)}
    assert rows["features.folds"].kind == "integer >= 2, <= 20"
    assert rows["combination.score"].kind == "likelihood_ratio, raw"
    assert rows["skimming.tracks.pt"].kind == "[number, number]"
    assert rows["samples.<name>.pileup"].default == "none"
    assert rows["samples.<name>.masses.n2"].kind == "number > 0, <= 7000"
