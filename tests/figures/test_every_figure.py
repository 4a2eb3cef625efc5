"""What holds for every figure: files, labels, units, looks, empty samples."""

from __future__ import annotations

import json
import re
import warnings
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from hepchain.config.figures import FiguresConfig
from hepchain.figures.output import save
from tests.figures.drawings import DRAWINGS, Figures

NAMES = list(DRAWINGS)
DIMENSIONLESS = re.compile(
    r"Epoch|Tree|[Ss]hare|[Ee]fficiency|[Ff]ake rate|Ratio|Score|Category|Signal|Expected"
    r"|Candidates|Loss|Accuracy|Gain|eta|collisions|sqrt|significance|Fit in bins|Limit over|Impact"
)


def texts(figure: Figure) -> list[str]:
    """Everything written in the figure."""
    found = [text.get_text() for text in figure.texts]
    found += [figure._suptitle.get_text()] if figure._suptitle else []  # type: ignore[attr-defined]
    for axes in figure.axes:
        found += [axes.get_title(loc=side) for side in ("left", "center", "right")]
        found += [text.get_text() for text in axes.texts]
        found += [axes.get_xlabel(), axes.get_ylabel()]
    return found


@pytest.mark.parametrize("name", NAMES)
def test_files_in_all_formats_without_warnings(name: str, drawn: Figures, tmp_path: Path) -> None:
    # The PNG is that of test_baselines.py.
    paths = [tmp_path / f"{name}.{suffix}" for suffix in ("pdf", "json")]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        save(drawn[name].figure, drawn[name].numbers, paths)
    assert paths[0].read_bytes().startswith(b"%PDF")
    assert json.loads(paths[1].read_text())


@pytest.mark.parametrize("name", NAMES)
def test_every_axis_is_labelled_with_its_unit(name: str, drawn: Figures) -> None:
    labels = [
        label
        for axes in drawn[name].figure.axes
        if axes.axison
        for label in (axes.get_xlabel(), axes.get_ylabel())
        if label
    ]
    assert labels
    for label in labels:
        assert "[" in label or "/ 0.25 GeV" in label or DIMENSIONLESS.search(label), label


@pytest.mark.parametrize("name", NAMES)
def test_outer_axes_have_labels(name: str, drawn: Figures) -> None:
    figure = drawn[name].figure
    assert any(axes.get_xlabel() for axes in figure.axes)
    assert not DRAWINGS[name].y_label or any(a.get_ylabel() for a in figure.axes)


@pytest.mark.parametrize("name", NAMES)
def test_stamp_says_simulation_and_energy_and_no_experiment(
    name: str, drawn: Figures, config: FiguresConfig
) -> None:
    written = "\n".join(texts(drawn[name].figure))
    assert config.label in written
    assert "13 TeV" in written
    assert ("139 fb" in written) == DRAWINGS[name].luminosity
    assert not re.search("ATLAS|CMS", written)


@pytest.mark.parametrize("name", NAMES)
def test_empty_samples_are_laid_out_and_written(
    name: str, drawn_empty: Figures, tmp_path: Path
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawn_empty[name].figure.draw_without_rendering()
    save(drawn_empty[name].figure, drawn_empty[name].numbers, [tmp_path / "numbers.json"])
    assert "NaN" not in (tmp_path / "numbers.json").read_text()


@pytest.mark.parametrize("name", [name for name in NAMES if DRAWINGS[name].empty])
def test_empty_samples_are_named(name: str, drawn_empty: Figures) -> None:
    assert DRAWINGS[name].empty in texts(drawn_empty[name].figure)


def test_same_numbers_give_the_same_files(drawn: Figures, tmp_path: Path) -> None:
    kinds = ("pdf", "png", "svg", "json")
    first, second = ([tmp_path / f"{i}.{kind}" for kind in kinds] for i in (1, 2))
    save(drawn["yields"].figure, drawn["yields"].numbers, first)
    save(drawn["yields"].figure, drawn["yields"].numbers, second)
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()
