"""Tracks of displayed events: where they go, and where their hits are set.

The skim has the number of hits of a track and not their places: they are set where the path of the
track meets the layers, from the inside out, those of the TRT at equal distances, with the
high-threshold ones spread evenly among them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hepchain.chains.soft_electrons.figures.displayed_events import DisplayedEvent
from hepchain.figures.helix import Floats, Helix, crossed_layers
from hepchain.simulation.response.material import Detector, Layer


@dataclass(frozen=True)
class Geometry:
    """The layers that measure, and how far the inner detector goes [mm]."""

    silicon: Sequence[Layer]
    silicon_end: float
    end: float

    @classmethod
    def of(cls, layers: Sequence[Mapping[str, Any]]) -> Geometry:
        """From the layers of the detector response."""
        every = [Layer.model_validate(layer) for layer in layers]
        cylinders = [layer for layer in every if layer.radius is not None]
        silicon = [layer for layer in every if layer.detector in (Detector.PIXEL, Detector.SCT)]
        last = max(layer.radius or 0.0 for layer in silicon)
        return cls(silicon, last, max(layer.radius or 0.0 for layer in cylinders))

    def of_kind(self, detector: Detector) -> list[Layer]:
        """Layers of a detector."""
        return [layer for layer in self.silicon if layer.detector == detector]


@dataclass(frozen=True)
class Track:
    """A track of the skim: its path and its number of hits."""

    helix: Helix
    start: float
    """Where the particle was made, distance from the beam line [mm]."""
    primary: bool
    pixel: int
    sct: int
    trt: int
    high_threshold: int
    energy: float
    """Of its cluster [GeV]; NaN without one."""

    def end(self, geometry: Geometry) -> float:
        """Distance from the beam line of its last hit [mm]."""
        return geometry.end if self.trt else geometry.silicon_end

    def hits(self, geometry: Geometry) -> tuple[Floats, Floats, Floats]:
        """Distances from the beam line [mm] of silicon, TRT and high-threshold TRT hits."""
        pixel = crossed_layers(self.helix, geometry.of_kind(Detector.PIXEL))
        # A layer of the SCT measures on both of its sides.
        sct = crossed_layers(self.helix, geometry.of_kind(Detector.SCT))[: -(-self.sct // 2)]
        trt = np.linspace(geometry.silicon_end, geometry.end, self.trt + 2)[1:-1]
        number = min(self.high_threshold, self.trt)
        high = np.linspace(0, self.trt, number, endpoint=False, dtype=np.int64)
        is_high = np.isin(np.arange(self.trt), high)
        silicon = np.concatenate([pixel[: self.pixel], sct])
        return silicon[silicon >= self.start], trt[~is_high], trt[is_high]


def tracks_of(event: DisplayedEvent) -> Iterator[tuple[int, Track]]:
    """Index and track, of all tracks of an event."""
    for row, index in enumerate(event.tracks["track_index"]):
        values = {name: column[row] for name, column in event.tracks.items()}

        def count(name: str, of: Mapping[str, Any] = values) -> int:
            return int(np.nan_to_num(of[f"number_of_{name}_hits"]))

        helix = Helix(
            float(values["pt"]),
            float(values["eta"]),
            float(values["phi"]),
            float(values["z0"]),
            int(values["charge"]),
        )
        yield (
            int(index),
            Track(
                helix,
                float(np.nan_to_num(values["truth_vertex_radius"])),
                bool(values["vertex_index"] == 0),
                count("pixel"),
                count("sct"),
                count("trt"),
                count("trt_high_threshold"),
                float(values["e_over_p"] * helix.pt * np.cosh(helix.eta)),
            ),
        )


def electrons_without_track(event: DisplayedEvent) -> Iterator[Helix]:
    """Paths of the standard electrons whose track the skim has left out, from the hard vertex."""
    known = set(event.tracks["track_index"].tolist())
    z0 = event.tracks["z0"][event.tracks["track_index"] == event.chosen.track_index]
    for row, index in enumerate(event.electrons["track_index"].tolist()):
        if index not in known:
            pt, eta, phi = (float(event.electrons[name][row]) for name in ("pt", "eta", "phi"))
            yield Helix(pt, eta, phi, float(z0[0]), int(event.electrons["charge"][row]))
