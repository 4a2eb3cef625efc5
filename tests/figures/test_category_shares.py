"""Shares of categories against numbers counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from hepchain.config.figures import FiguresConfig, ReferenceStudy
from hepchain.figures import category_shares
from hepchain.figures.style import Things

TABLE = {
    "category": np.array(["trt", "trt", "silicon", "trt", "calorimeter"]),
    "label": np.array([1, 1, 1, 0, 2]),
    "weight": np.array([1.0, 2.0, 5.0, 100.0, 100.0]),
}


def test_shares_of_electrons_only() -> None:
    shares = category_shares.count("signal", [TABLE], ["trt", "silicon", "calorimeter"])
    assert shares.tracks == 3
    assert {name: share.value for name, share in shares.shares.items()} == pytest.approx(
        {"trt": 3 / 8, "silicon": 5 / 8, "calorimeter": 0.0}
    )


def test_shares_do_not_depend_on_the_pieces() -> None:
    rows = ([0, 3], [1, 2, 4])
    pieces = [{name: values[chosen] for name, values in TABLE.items()} for chosen in rows]
    whole = category_shares.count("signal", [TABLE], ["trt", "silicon"])
    assert category_shares.count("signal", pieces, ["trt", "silicon"]) == whole


def test_bars_have_the_height_of_the_shares(things: Things, config: FiguresConfig) -> None:
    numbers = category_shares.count("higgsino_153_150", [TABLE], list(things.categories))
    figure = category_shares.draw([numbers], things, config)
    heights = [bar.get_height() for bar in figure.axes[0].patches if isinstance(bar, Rectangle)]
    assert heights == pytest.approx([0.0, 0.0, 37.5, 62.5])


def test_without_another_study_there_is_no_ratio(things: Things, config: FiguresConfig) -> None:
    numbers = category_shares.count("higgsino_153_150", [TABLE], list(things.categories))
    alone = config.model_copy(update={"reference": ReferenceStudy()})
    assert len(category_shares.draw([numbers], things, alone).axes) == 1


def test_another_study_is_drawn_at_its_sample_alone(things: Things, config: FiguresConfig) -> None:
    names = list(things.categories)
    samples = [
        category_shares.count(sample, [TABLE], names)
        for sample in ("higgsino_103_100", "higgsino_153_150")
    ]

    def lines_and_ratios(of: str | None) -> tuple[int, int]:
        reference = config.reference.model_copy(update={"category_shares_of": of})
        upper, lower = category_shares.draw(
            samples, things, config.model_copy(update={"reference": reference})
        ).axes
        labels = upper.get_legend_handles_labels()[1]
        return sum("reference" in label for label in labels), len(lower.containers)

    assert lines_and_ratios(None) == (1, 2)
    assert lines_and_ratios("higgsino_153_150") == (1, 1)
    assert lines_and_ratios("another") == (0, 0)
