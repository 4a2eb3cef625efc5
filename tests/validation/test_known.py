"""Files of what is known: each mistake is told with its file and entry."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hepchain.errors import ConfigError
from hepchain.validation.comparison import Comparison, Verdict
from hepchain.validation.known import Computed, Known

TABLE = pd.DataFrame(
    {
        "pt": np.tile([1.0, 3.0], 500),
        "electron": np.repeat([True, False], 500),
        "loss": np.repeat([1.4, 1.0], 500) + np.resize([0.1, 0.1, -0.1, -0.1], 1000),
    }
)
ENTRY = """
comparisons:
  - quantity: loss
    title: Loss
    axis: {name: pt, title: "pT [GeV]", edges: [0.5, 2.0, 4.0]}
    measure: {where: electron, value: loss, by: pt}
    reference:
      value: 1.4
      source: a book
      trust: memory
      relation: independent
      tolerance: 0.1
"""


def compared(folder: Path, *changes: tuple[str, str], **computed: Computed) -> Comparison:
    text = ENTRY
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "gas.yaml"
    path.write_text(text)
    (found,) = Known.read(path).compare({"tracks": TABLE}, computed)
    return found


def test_an_entry_is_measured(tmp_path: Path) -> None:
    found = compared(tmp_path)
    assert (found.group, found.axis.labels) == ("gas", ("0.5–2", "2–4"))
    assert found.simulated == pytest.approx(1.4)
    assert found.assessment.verdict is Verdict.AGREES


@pytest.mark.parametrize(
    ("changes", "simulated", "reference"),
    [
        ([("by: pt", 'by: pt, over: "not electron"')], 1.4, 1.4),
        ([("by: pt", 'by: pt, minus: "not electron"')], 0.4, 1.4),
        ([("by: pt", 'bins: ["pt < 2", "pt > 2"]')], 1.4, 1.4),
        ([("value: loss, by: pt", 'value: [loss, "2 * loss"]')], [1.4, 2.8], 1.4),
        ([("value: loss", "value: electron, summary: share")], 1.0, 1.4),
        ([("value: 1.4", "expected: 2 * loss")], 1.4, 2.8),
        ([("value: 1.4", "value: [1.0, null]")], 1.4, [1.0, np.nan]),
        ([("value: 1.4", "between: [1, 2]"), ("      tolerance: 0.1", "")], 1.4, 1.5),
        ([("edges: [0.5, 2.0, 4.0]", "centres: [1.0, 3.0], half_width: 0.1")], 1.4, 1.4),
        ([("by: pt", "by: pt, min_entries: 1000")], np.nan, 1.4),
    ],
)
def test_ways_to_measure_and_to_know(
    changes: list[tuple[str, str]], simulated: object, reference: object, tmp_path: Path
) -> None:
    found = compared(tmp_path, *changes)
    assert found.reference is not None
    for values, expected in ((found.simulated, simulated), (found.reference, reference)):
        assert values == pytest.approx(np.broadcast_to(np.array(expected), 2), nan_ok=True)


def test_code_fills_what_the_file_leaves_open(tmp_path: Path) -> None:
    value = Computed(value=np.array([1.0, 2.0]))
    found = compared(tmp_path, ("      value: 1.4\n", ""), loss=value)
    assert found.reference == pytest.approx([1.0, 2.0])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ([("trust: memory", "trust: memry")], r"comparisons\.0\.reference\.trust"),
        ([("value: loss", "value: loss, summry: mean")], r"summry.*did you mean 'summary'"),
        ([("value: loss", "value: los")], r"comparisons\.0 \(loss\): 'los'.*columns: pt, ele"),
        ([("where: electron", 'where: "electron and"')], r"\(loss\): 'electron and'"),
        ([("value: 1.4", "value: [1.4]")], r"\(loss\): .*shape \(1,\).*2 bins"),
        ([("value: 1.4", "between: [1, 2]")], "where it is half of the range"),
        ([("edges: [0.5, 2.0, 4.0]", "centres: [1.0]")], "belong together"),
        ([("    measure: {where: electron, value: loss, by: pt}\n", "")], "no `measure`"),
    ],
)
def test_mistakes_are_told_with_file_and_entry(
    changes: list[tuple[str, str]], message: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=rf"gas\.yaml(.|\n)*{message}"):
        compared(tmp_path, *changes)


def test_a_table_that_is_missing_is_told(tmp_path: Path) -> None:
    path = tmp_path / "gas.yaml"
    path.write_text(ENTRY)
    with pytest.raises(ConfigError, match=r"gas\.yaml: tables: xenon is missing"):
        Known.read(path).table("xenon")
    with pytest.raises(ConfigError, match=r"gas\.yaml: comparisons: hits is missing"):
        Known.read(path).entry("hits")
