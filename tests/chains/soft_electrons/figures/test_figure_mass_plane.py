"""The figure of the mass plane: what it shows, what its numbers say, what it never hides."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import pytest

from hepchain.chains.soft_electrons.config.mass_plane import PublishedLimit
from hepchain.chains.soft_electrons.figures import mass_plane
from hepchain.chains.soft_electrons.statistics.mass_plane import Plane, PlanePoint, Results
from hepchain.config.figures import FiguresConfig
from hepchain.figures.output import save
from hepchain.figures.tabulate import as_csv
from hepchain.trust import Trust

LINE = PublishedLimit(
    title="charginos",
    masses="c1",
    trust=Trust.READ,
    source="a paper",
    points=[(100.0, 0.5), (102.0, 2.0)],
)


def point(n1: float, splitting: float, strength: float) -> PlanePoint:
    """A point whose limit rises with the mass; the lightest splitting has too few events."""
    limit = float(np.exp((n1 - 130) / 25) * (0.2 + abs(np.log(splitting / 4)))) / strength
    known = splitting > 1.0
    return PlanePoint(
        name=f"plane_{n1 + splitting:g}_{n1:g}",
        n2=n1 + splitting,
        n1=n1,
        status="ok" if known else "insufficient: 3 signal events",
        signal=10.0,
        signal_events=50 if known else 3,
        background=20.0,
        limits=(0.7 * limit, limit, 1.45 * limit) if known else None,
        limit_error=0.05 * limit if known else None,
    )


def results(masses: tuple[float, ...] = (90, 110, 130, 150, 180)) -> Results:
    planes = {
        name: Plane(
            name.replace("_", " "),
            tuple(point(n1, d, strength) for n1 in masses for d in (1.0, 2.0, 3.0, 5.0, 10.0)),
        )
        for name, strength in (("without_tagger", 0.8), ("with_tagger", 1.6))
    }
    return Results(139.0, 0.95, planes)


@pytest.fixture(scope="module")
def numbers() -> mass_plane.MassPlane:
    published = {"line": LINE, "area": LINE.model_copy(update={"filled": True, "title": "area"})}
    return mass_plane.mass_plane(results(), [1.0, 3.0], published)


def test_files(numbers: mass_plane.MassPlane, config: FiguresConfig, tmp_path: Path) -> None:
    paths = [tmp_path / f"mass_plane.{suffix}" for suffix in ("png", "pdf", "json")]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        save(mass_plane.draw(numbers, config), numbers, paths)
    assert paths[0].read_bytes().startswith(b"\x89PNG")
    content = json.loads(paths[2].read_text())
    assert content["published"]["line"]["source"] == "a paper"
    exclusions = content["exclusions"]["with_tagger"]
    assert [item["strength"] for item in exclusions] == [1.0, 3.0]
    assert len(exclusions[0]["reach"]["0"]) == mass_plane.SPLITTINGS


def test_better_approach_reaches_further(numbers: mass_plane.MassPlane) -> None:
    reach = {name: items[0].reach for name, items in numbers.exclusions.items()}
    for without, with_tagger in zip(
        reach["without_tagger"][0], reach["with_tagger"][0], strict=True
    ):
        if without.n2 is not None and with_tagger.n2 is not None:
            assert with_tagger.n2 >= without.n2
    for one, three in numbers.exclusions.values():
        masses = [[place.n2 or 0.0 for place in one.reach[sigma]] for sigma in (-1, 0, 1)]
        assert (np.diff(masses, axis=0) <= 0).all()
        stronger = [place.n2 or 0.0 for place in three.reach[0]]
        assert (np.array(stronger) >= masses[1]).all()


def test_every_point_is_drawn_those_without_limit_as_crosses(
    numbers: mass_plane.MassPlane, config: FiguresConfig
) -> None:
    for axes in mass_plane.draw(numbers, config).axes:
        markers = [line.get_marker() for line in axes.get_lines() if np.size(line.get_xdata()) == 1]
        assert markers.count("x") == 5
        assert markers.count("o") == 20


def test_contours_carry_their_strength_and_panels_the_smallest_limit(
    numbers: mass_plane.MassPlane, config: FiguresConfig
) -> None:
    panels = mass_plane.draw(numbers, config).axes
    written = [[text.get_text() for text in axes.texts] for axes in panels]
    assert written == [[r"$\mu$ = 1", r"$\mu$ = 3"]] * 2
    best = [plane.smallest_limit for plane in numbers.results.planes.values()]
    for axes, limit in zip(panels, best, strict=True):
        assert f"smallest limit: {limit:.3g}" in axes.get_title()


def test_strength_that_no_point_reaches_has_no_contour(config: FiguresConfig) -> None:
    nowhere = mass_plane.mass_plane(results(), [1e-3], {})
    (item,) = nowhere.exclusions["with_tagger"]
    assert item.contours[0] == []
    assert all(place.n2 is None for place in item.reach[0])
    mass_plane.draw(nowhere, config).draw_without_rendering()


def test_table_has_every_point(numbers: mass_plane.MassPlane) -> None:
    rows = as_csv([mass_plane.table(numbers)]).splitlines()[2:-1]
    assert len(rows) == 25
    missing = [row for row in rows if "insufficient" in row]
    assert len(missing) == 5
    assert all(row.count("insufficient") == 2 for row in missing)


def test_charginos_are_half_way() -> None:
    line = mass_plane.published_line(LINE)
    assert line.n2.tolist() == [100.5, 104.0]
    assert line.splittings.tolist() == [1.0, 4.0]


def test_too_few_points_are_said(config: FiguresConfig) -> None:
    figure = mass_plane.draw(mass_plane.mass_plane(results((100.0,)), [1.0], {}), config)
    written = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert written == ["too few mass points"] * 2
    single = Results(139.0, 0.95, {"a": Plane("a", (point(100.0, 3.0, 1.0),))})
    figure = mass_plane.draw(mass_plane.mass_plane(single, [1.0], {}), config)
    assert [text.get_text() for text in figure.axes[0].texts] == ["too few mass points"]
