"""Every figure as it was: a change of the look is seen, and taken over on purpose.

    HEPCHAIN_NEW_BASELINES=1 pytest tests/figures/test_baselines.py

writes the pictures again; look at each before it is committed.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from matplotlib.testing.compare import compare_images

from hepchain.figures.style import styled
from tests.figures.drawings import DRAWINGS, Figures

BASELINES = Path(__file__).parent / "baselines"
DOTS_PER_INCH = 45
"""Enough to see a line move, few enough for a small repository."""
TOLERANCE = 4.0
"""Root mean square of the differences of 8-bit colours; a legend that moves makes more than ten."""


@pytest.mark.parametrize("name", DRAWINGS)
def test_figure_looks_as_before(name: str, drawn: Figures, tmp_path: Path) -> None:
    new, baseline = tmp_path / f"{name}.png", BASELINES / f"{name}.png"
    with styled():
        drawn[name].figure.savefig(new, dpi=DOTS_PER_INCH, metadata={"Software": None})
    if os.environ.get("HEPCHAIN_NEW_BASELINES"):
        BASELINES.mkdir(exist_ok=True)
        baseline.write_bytes(new.read_bytes())
    difference = compare_images(str(baseline), str(new), tol=TOLERANCE)
    assert difference is None, difference


def test_there_is_no_baseline_without_a_figure() -> None:
    assert {path.stem for path in BASELINES.glob("*.png")} == set(DRAWINGS)
