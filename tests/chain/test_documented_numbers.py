"""Numbers in the documentation are those of the configuration and of the default run."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.chain import documented_numbers
from tests.chain.documented_numbers import Quote, quotes
from tests.chain.reference import quoted_name, read_reference
from tests.soft_electrons import default_with, load
from tests.workspace import REPOSITORY, Workspace


@pytest.mark.chain
@pytest.mark.xdist_group("chain")
def test_every_quote_is_the_number_of_the_default_run(chain: Workspace) -> None:
    """Where each comes from is read off the small run, its value off the reference."""
    found = list(quotes(chain.results))
    known = [value for quote in found for value in quote.values if value is not None]
    assert len(known) > 100
    default = read_reference()["default"]
    for quote in found:
        names = [
            quoted_name(quote.document, quote.text, place) for place in range(len(quote.values))
        ]
        assert replace(quote, values=tuple(map(default.__getitem__, names))).wrong() == []


def test_a_number_that_has_drifted_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documented_numbers, "DOCS", tmp_path)
    (tmp_path / "a.md").write_text("a gain of 1.8 ±\n0.2 in 1,099 events\n", encoding="utf-8")
    text = "gain of {} ± {} in {} events"
    assert Quote("a.md", text, (1.84, 0.15, 1099.4)).wrong() == []
    assert Quote("a.md", text, (2.01, 0.15, None)).wrong() == [
        f"docs/a.md: 1.8, 2.01 in the run: {text}",
        f"docs/a.md: 1,099, None in the run: {text}",
    ]
    with pytest.raises(ValueError, match=r"docs/a\.md: 0 times 'loss"):
        Quote("a.md", "loss of {}", (1.0,)).wrong()


def test_variables_are_counted_as_in_the_config(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPOSITORY)
    run = load(default_with())
    count = len(run.variables.variables)
    pages = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
    counted = {
        page.name: re.findall(r"(?:the|all|track:) (\d+) variables", page.read_text("utf-8"))
        for page in pages
    }
    found = [number for numbers in counted.values() for number in numbers]
    assert len(found) >= 5
    assert set(found) == {str(count)}, counted
