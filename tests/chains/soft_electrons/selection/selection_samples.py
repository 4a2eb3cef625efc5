"""Hand-made events of the Z* selection, in memory and as the files the stage reads."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np

from hepchain.chains.soft_electrons.config.selection import SelectionConfig
from hepchain.chains.soft_electrons.selection.job import SelectionInputs
from hepchain.config.skimming import Isolation
from hepchain.io import ParquetWriter, write_json

ISOLATION = Isolation(cone=0.3, constituent_pt=[0.5, 1.0], max_z0_sin_theta=3.0)

CONFIG = SelectionConfig.model_validate(
    {
        "tagger": "keras",
        "working_point": "overall",
        "electron": {"max_pt": 10.0, "identification": "lh_very_loose"},
        "met": 200.0,
        "leading_jet_pt": 100.0,
        "candidate": {
            "pt": [0.5, 5.0],
            "isolation": {
                "constituent_pt": 1.0,
                "max_fraction": 0.06,
                "remove_partner_electron": True,
            },
            "delta_r": [0.1, 1.2],
            "mass_veto": [3.0, 3.2],
            "max_delta_d0": 0.3,
            "max_delta_z0": 0.5,
            "max_delta_phi_met": 1.5,
            "max_pt_sum_over_met": 0.05,
        },
        "tag_rates": {
            "pt_edges": [0.5, 1.0, 5.0],
            "abs_eta_edges": [0.0, 1.5, 2.5],
            "min_tracks": 20,
        },
    }
)


@dataclass(frozen=True)
class Electron:
    """A standard electron and its track."""

    pt: float = 6.0
    eta: float = 0.4
    phi: float = 0.2
    charge: int = -1
    lh_very_loose: int = 1
    track_index: int = 0
    track_pt: float = 6.0
    track_eta: float = 0.4
    track_phi: float = 0.2
    track_z0: float = 10.0
    track_d0: float = 0.02
    track_quality: int = 2


@dataclass(frozen=True)
class Track:
    """A track of the skim with its score."""

    track_index: int = 1
    charge: int = 1
    pt: float = 2.0
    eta: float = 0.1
    phi: float = 0.5
    d0: float = 0.01
    z0: float = 10.1
    ptcone30_500: float = 0.0
    ptcone30_1000: float = 0.0
    score: float = 1.0
    category: str = "trt_calorimeter"
    label: int = 1
    truth_pdg_id: int = -11
    truth_origin: int = 1
    truth_is_pileup: int = 0


@dataclass(frozen=True)
class Event:
    """An event; the default one passes every cut of ``CONFIG`` (m = 1.48 GeV)."""

    electrons: tuple[Electron, ...] = (Electron(),)
    tracks: tuple[Track, ...] = (Track(),)
    weight: float = 0.5
    weight_isr_up: float = 1.0
    weight_isr_down: float = 1.0
    met: float = 250.0
    met_phi: float = 0.3
    jet_pt: tuple[float, ...] = (220.0, 40.0)
    misses: float = 0.0
    """By which the electrons of the hard process are beside those of the event, in eta and phi."""

    def with_electron(self, **changes: Any) -> Event:
        """The event with its first electron changed."""
        return replace(self, electrons=(replace(self.electrons[0], **changes),))

    def with_track(self, **changes: Any) -> Event:
        """The event with its first track changed."""
        return replace(self, tracks=(replace(self.tracks[0], **changes), *self.tracks[1:]))


@dataclass
class Sample:
    """Files of a sample made of hand-made events."""

    folder: Path
    parts: list[list[Event]]
    threshold: float = 0.0
    per_pt_bin: dict[str, list[float]] = field(
        default_factory=lambda: {"edges": [0.5, 5.0], "thresholds": [0.0]}
    )
    rows_per_group: int = 1000

    def write(self) -> SelectionInputs:
        """Write skim, scores and working points."""
        events, tracks, scores = [], [], []
        for part, content in enumerate(self.parts):
            numbered = [(part * 10_000_000 + i, event) for i, event in enumerate(content)]
            events.append(self.folder / f"events-{part}.parquet")
            tracks.append(self.folder / f"tracks-{part}.parquet")
            self._write(events[-1], event_columns(numbered))
            rows = track_columns(numbered)
            scores.append(rows)
            self._write(tracks[-1], {k: v for k, v in rows.items() if k not in SCORE_ONLY})
        path = self.folder / "scores.parquet"
        merged = {key: np.concatenate([part[key] for part in scores]) for key in SCORE_KEYS}
        shuffled = np.random.default_rng(1).permutation(len(merged["score"]))
        self._write(path, {key: value[shuffled] for key, value in merged.items()})
        working_points = self.folder / "working_points.json"
        write_json(working_points, {"overall": self.threshold, "per_pt_bin": self.per_pt_bin})
        return SelectionInputs(events, tracks, path, working_points)

    def _write(self, path: Path, columns: dict[str, Any]) -> None:
        length = len(columns["event_number"])
        with ParquetWriter.open(path) as writer:
            for start in range(0, max(length, 1), self.rows_per_group):
                stop = start + self.rows_per_group
                writer.write(
                    {name: _strings(values[start:stop]) for name, values in columns.items()}
                )


SCORE_ONLY = ("score", "category", "label")
SCORE_KEYS = ("event_number", "track_index", *SCORE_ONLY)


def _strings(values: Any) -> Any:
    if isinstance(values, np.ndarray) and values.dtype.kind == "U":
        return ak.from_iter(["", *values.tolist()])[1:]
    return values


def event_columns(numbered: list[tuple[int, Event]]) -> dict[str, Any]:
    """Columns of the skim's events."""
    events = [event for _, event in numbered]
    electron = {
        f"electron_{name}": _jagged(
            [[getattr(e, name) for e in event.electrons] for event in events],
            np.int32 if kind == "int" else np.float32,
        )
        for name, kind in Electron.__annotations__.items()
    }
    return {
        "event_number": np.array([number for number, _ in numbered], dtype=np.int64),
        "weight": np.array([event.weight for event in events], dtype=np.float64),
        "weight_isr_up": np.array([event.weight_isr_up for event in events], dtype=np.float64),
        "weight_isr_down": np.array([event.weight_isr_down for event in events], dtype=np.float64),
        "met": np.array([event.met for event in events], dtype=np.float32),
        "met_phi": np.array([event.met_phi for event in events], dtype=np.float32),
        "jet_pt": _jagged([list(event.jet_pt) for event in events], np.float32),
        **{
            f"truth_electron_{name}": _jagged(
                [[getattr(e, name) + event.misses for e in event.electrons] for event in events],
                np.float32,
            )
            for name in ("eta", "phi")
        },
        **electron,
    }


def _jagged(values: list[list[float]], dtype: type) -> ak.Array:
    flat: np.ndarray = np.array([x for row in values for x in row], dtype=dtype)
    return ak.unflatten(flat, np.array([len(row) for row in values], dtype=np.int64))


def track_columns(numbered: list[tuple[int, Event]]) -> dict[str, Any]:
    """Columns of the skim's tracks, with what the scores say of them."""
    rows = [(number, track) for number, event in numbered for track in event.tracks]
    kinds = {"int": np.int32, "float": np.float32, "str": str}
    columns: dict[str, Any] = {
        name: np.array([getattr(track, name) for _, track in rows], dtype=kinds[kind])
        for name, kind in Track.__annotations__.items()
    }
    columns["score"] = columns["score"].astype(np.float64)
    weights = [event.weight for _, event in numbered for _ in event.tracks]
    columns["weight"] = np.array(weights, dtype=np.float64)
    return {"event_number": np.array([n for n, _ in rows], dtype=np.int64), **columns}
