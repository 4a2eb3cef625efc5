"""An event in the plane across the beams and along them: tracks, hits, clusters, jets, ETmiss.

Everything is drawn from the skim; where hits are set, :mod:`.displayed_tracks` says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Patch, Rectangle, Wedge

from hepchain.chains.soft_electrons.figures.displayed_events import DisplayedEvent
from hepchain.chains.soft_electrons.figures.displayed_tracks import (
    Geometry,
    Track,
    electrons_without_track,
    tracks_of,
)
from hepchain.config.figures import FiguresConfig
from hepchain.figures.helix import Floats, Helix
from hepchain.figures.style import DOUBLE, Things, inside, nothing, panels, stamp_figure, styled

CANDIDATE, ELECTRON, HIGH_THRESHOLD = "#D55E00", "#0072B2", "#000000"
JET, CLUSTER, MET = "#E69F00", "#009E73", "#CC79A7"
PRIMARY, PILE_UP = "0.55", "0.85"
CALORIMETER = 1500.0
"""Distance of clusters from the beam line in the pictures [mm]."""
LENGTH = 60.0
"""Of the bar of a cluster [mm] per GeV."""
JET_LENGTH = 4.0
"""Of the wedge of a jet [mm] per GeV, beyond the inner detector."""
JET_RADIUS = 0.4
EDGE = 2100.0
"""Of the picture across the beams [mm]."""
HALF_LENGTH = 2800.0
"""Of the picture along the beams [mm]."""
POINTS = 60
"""On a path."""


@styled()
def draw(
    events: Sequence[DisplayedEvent | None],
    things: Things,
    config: FiguresConfig,
    layers: Sequence[Mapping[str, Any]],
) -> Figure:
    """A row an event, with the plane across the beams on the left; None is a row without one.

    Parameters
    ----------
    layers : of the detector response, as in its file
    """
    figure, grid = panels(
        len(events), 2, width=DOUBLE, height=3.9 * len(events) + 0.6, share_x=False
    )
    geometry = Geometry.of(layers)
    for (across, along), event in zip(grid, events, strict=True):
        _frame(across, along, geometry)
        if event is None:
            nothing(across, "no candidate")
            nothing(along, "no candidate")
        else:
            _draw_event(across, along, event, geometry)
            _describe(across, along, event, things)
    figure.legend(handles=_legend(), loc="outside lower center", ncols=4, fontsize=7)
    stamp_figure(figure, config)
    return figure


def _frame(across: Axes, along: Axes, geometry: Geometry) -> None:
    """Detectors and axes."""
    style: Any = {"fill": False, "edgecolor": "0.75", "linewidth": 0.6, "zorder": 0}
    for layer in geometry.silicon:
        if layer.radius is not None:
            across.add_patch(Circle((0, 0), layer.radius, **style))
            ends, radii = (
                [-(layer.half_length or 0.0), layer.half_length or 0.0],
                [layer.radius] * 2,
            )
        else:
            ends, radii = [layer.z or 0.0] * 2, [layer.inner or 0.0, layer.outer or 0.0]
        for z_sign, side in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
            z, signed = z_sign * np.array(ends), side * np.array(radii)
            along.plot(z, signed, color="0.75", linewidth=0.6)
    width = geometry.end - geometry.silicon_end
    straws: Any = {"facecolor": "0.95", "edgecolor": "none", "zorder": -1}
    across.add_patch(Wedge((0, 0), geometry.end, 0, 360, width=width, **straws))
    for bottom in (geometry.silicon_end, -geometry.end):
        along.add_patch(Rectangle((-HALF_LENGTH, bottom), 2 * HALF_LENGTH, width, **straws))
    across.add_patch(Circle((0, 0), CALORIMETER, **style | {"linestyle": (0, (4, 3))}))
    across.set(xlim=(-EDGE, EDGE), ylim=(-EDGE, EDGE), aspect="equal")
    across.set(xlabel="$x$ [mm]", ylabel="$y$ [mm]")
    along.set(xlim=(-HALF_LENGTH, HALF_LENGTH), ylim=(-geometry.end, geometry.end))
    along.set(xlabel="$z$ [mm]", ylabel="Distance from the beams [mm]")


def _draw_event(across: Axes, along: Axes, event: DisplayedEvent, geometry: Geometry) -> None:
    candidate = event.chosen.track_index
    electrons = set(event.electrons["track_index"].tolist())
    tracks = dict(tracks_of(event))
    up = tracks[candidate].helix.phi
    for pt, eta, phi in zip(*event.jets.values(), strict=True):
        _draw_jet(across, along, float(pt), float(eta), float(phi), up)
    for index, track in tracks.items():
        looks: dict[str, Any] = {"color": PRIMARY if track.primary else PILE_UP, "linewidth": 0.5}
        if index in electrons or index == candidate:
            colour = CANDIDATE if index == candidate else ELECTRON
            looks = {"color": colour, "linewidth": 1.6, "zorder": 4}
            _draw_hits(across, along, track, geometry, colour, up)
        radii = min(track.start, geometry.silicon_end), track.end(geometry)
        _draw_path(across, along, track.helix, radii, looks, up)
        _draw_cluster(across, track, looks)
    for helix in electrons_without_track(event):
        looks = {"color": ELECTRON, "linewidth": 1.6, "zorder": 4}
        _draw_path(across, along, helix, (0.0, geometry.end), looks, up)
    arrow = {"arrowstyle": "-|>", "color": MET, "linewidth": 1.4, "linestyle": (0, (4, 2))}
    tip = 0.97 * EDGE * np.array([np.cos(event.met_phi), np.sin(event.met_phi)])
    across.annotate("", tip / np.abs(tip).max() * 0.97 * EDGE, (0, 0), arrowprops=arrow, zorder=3)


def _side(phi: Floats | float, up: float) -> Any:
    """+1 in the half of the azimuth around ``up``, the upper one of the picture along the beams."""
    return np.where(np.cos(np.asarray(phi) - up) >= 0.0, 1.0, -1.0)


def _path(helix: Helix, radius: Floats, up: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Coordinates x, y, z and the signed distance from the beams [mm]; outside, NaN."""
    x, y, z = helix.at_radius(radius)
    gone = np.abs(z) > HALF_LENGTH
    signed = radius * _side(helix.phi, up)
    x, y, z, signed = (np.where(gone, np.nan, values) for values in (x, y, z, signed))
    return x, y, z, signed


def _draw_path(
    across: Axes,
    along: Axes,
    helix: Helix,
    radii: tuple[float, float],
    looks: Mapping[str, Any],
    up: float,
) -> None:
    x, y, z, signed = _path(helix, np.linspace(*radii, POINTS), up)
    across.plot(x, y, **looks)
    along.plot(z, signed, **looks)


def _draw_hits(
    across: Axes, along: Axes, track: Track, geometry: Geometry, colour: str, up: float
) -> None:
    silicon, low, high = track.hits(geometry)
    for radius, marker, face, size in (
        (silicon, "s", colour, 3.0),
        (low, "o", "white", 2.2),
        (high, "o", HIGH_THRESHOLD, 2.6),
    ):
        x, y, z, signed = _path(track.helix, radius, up)
        style: Any = {
            "linestyle": "",
            "marker": marker,
            "markersize": size,
            "markerfacecolor": face,
            "markeredgecolor": HIGH_THRESHOLD if face == HIGH_THRESHOLD else colour,
            "markeredgewidth": 0.5,
            "zorder": 5,
        }
        across.plot(x, y, **style)
        along.plot(z, signed, **style)


def _draw_cluster(across: Axes, track: Track, looks: Mapping[str, Any]) -> None:
    """A bar outside of the inner detector, where the track meets the calorimeter."""
    if not track.energy > 0.0:
        return
    x, y, z = (values[0] for values in track.helix.at_radius(np.array([CALORIMETER])))
    if not abs(z) < HALF_LENGTH:
        return
    direction = np.array([x, y]) / CALORIMETER
    ends = np.outer([CALORIMETER, CALORIMETER + LENGTH * track.energy], direction)
    across.plot(
        *ends.T, color=CLUSTER, linewidth=2.5, solid_capstyle="butt", zorder=looks.get("zorder", 2)
    )


def _draw_jet(across: Axes, along: Axes, pt: float, eta: float, phi: float, up: float) -> None:
    degrees = np.rad2deg([phi - JET_RADIUS, phi + JET_RADIUS])
    length = min(CALORIMETER + JET_LENGTH * pt, 1.3 * EDGE)
    style: Any = {"facecolor": JET, "alpha": 0.18, "edgecolor": "none", "zorder": 1}
    across.add_patch(Wedge((0, 0), length, *degrees, **style))
    side = float(_side(phi, up))
    radius = np.array([0.0, 2.0 * HALF_LENGTH, 2.0 * HALF_LENGTH])
    slopes = np.sinh([eta, eta - JET_RADIUS, eta + JET_RADIUS])
    along.fill(radius * slopes, side * radius, **style)


def _describe(across: Axes, along: Axes, event: DisplayedEvent, things: Things) -> None:
    chosen, tracks = event.chosen, dict(tracks_of(event))
    helix = tracks[chosen.track_index].helix
    score = f"{chosen.score:.1f}".replace("-", "\N{MINUS SIGN}")
    verdict = "passes" if chosen.passes_tagger else "fails"
    inside(across, f"{things.title(chosen.sample)}\nevent {chosen.event_number}", fontsize=7)
    missing = rf"$E_\mathrm{{T}}^\mathrm{{miss}}$ = {event.met:.0f} GeV"
    inside(across, missing, x=0.97, ha="right", fontsize=7)
    text = (
        rf"candidate: $p_\mathrm{{T}}$ = {helix.pt:.1f} GeV, $\eta = {helix.eta:.2f}$, "
        f"$m$ = {chosen.mass:.1f} GeV, score {score} ({verdict})"
    )
    along.set_title(text, fontsize=7, loc="right")


def _legend() -> list[Line2D | Patch]:
    def line(colour: str, label: str, **more: Any) -> Line2D:
        return Line2D([], [], color=colour, label=label, **more)

    def hit(marker: str, face: str, edge: str, label: str) -> Line2D:
        more: Any = {"linestyle": "", "markerfacecolor": face, "markeredgecolor": edge}
        return line(edge, label, marker=marker, markersize=4, **more)

    return [
        line(CANDIDATE, "candidate track", linewidth=1.6),
        line(ELECTRON, "standard electron", linewidth=1.6),
        line(PRIMARY, "track of the hard vertex", linewidth=1.0),
        line(PILE_UP, "other track", linewidth=1.0),
        hit("s", CANDIDATE, CANDIDATE, "silicon hit"),
        hit("o", "white", CANDIDATE, "TRT hit"),
        hit("o", HIGH_THRESHOLD, HIGH_THRESHOLD, "TRT hit, high threshold"),
        Patch(facecolor=CLUSTER, label=f"cluster, {LENGTH:g} mm per GeV"),
        Patch(facecolor=JET, alpha=0.3, label="jet"),
        line(MET, "$E_\\mathrm{T}^\\mathrm{miss}$", linestyle=(0, (4, 2))),
    ]
