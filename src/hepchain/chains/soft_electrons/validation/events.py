"""Whole events: missing momentum, trigger, electron pairs, pile-up, isolation, polarisation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import awkward as ak
import numpy as np
import pandas as pd

from hepchain.config.validation import ValidationConfig
from hepchain.io.parquet import iterate_parquet
from hepchain.selection.kinematics import delta_r
from hepchain.simulation.truth import TruthOrigin
from hepchain.validation.comparison import Comparison, FloatArray
from hepchain.validation.known import Computed, Known
from hepchain.validation.measure import Frames
from hepchain.validation.ntuples import Columns, columns, pieces
from hepchain.validation.summaries import NOTHING, BoolArray, Estimate

EVENT = (
    *("met", "met_phi", "truth_met", "truth_met_phi", "sum_et", "met_trigger_weight", "mu"),
    "truth_m_ee",
)
TRACK = ("track_z0", "truth_track_origin", "truth_track_is_pileup", "truth_track_pdg_id")
ISOLATION = ("event_number", "pt", "ptcone30_1000", "truth_origin", "truth_is_pileup")
PAIR = ("event_number", "truth_electron_eta", "truth_electron_phi")

MAX_DELTA_Z0 = 0.5
"""mm"""
CONE = 0.3
MAX_CONE_FRACTION = 0.06


def components(events: Columns) -> pd.DataFrame:
    """Both components of ETmiss, a row each: ``residual`` over sqrt(sum ET) [sqrt(GeV)]."""
    residuals = [
        (
            events["met"] * function(events["met_phi"])
            - events["truth_met"] * function(events["truth_met_phi"])
        )
        / np.sqrt(np.maximum(events["sum_et"], 1.0))
        for function in (np.cos, np.sin)
    ]
    return pd.DataFrame(
        {"residual": np.concatenate(residuals), "sum_et": np.tile(events["sum_et"], 2)}
    )


def pairs(masses: FloatArray, splitting: float) -> pd.DataFrame:
    """Electron pairs, a row each: their mass over the mass splitting, ``x``.

    Parameters
    ----------
    masses : of the pairs [GeV], shape (n,), NaN without a pair
    splitting : mass splitting D [GeV]
    """
    return pd.DataFrame({"x": masses[np.isfinite(masses)] / splitting})


def expected_pairs(known: Known) -> dict[str, Computed]:
    """Shape, mean and edge of m (D^2 - m^2)^(3/2).

    The share below x = m / D is 1 - (1 - x^2)^(5/2), the mean 5 pi / 32 D (arXiv:0704.2515 to
    leading order in the mass splitting D over the masses).
    """
    edges = np.array(known.entry("m_ee_shape").axis.edges)
    below = 1.0 - (1.0 - edges**2) ** 2.5
    return {
        "m_ee_shape": Computed(value=np.diff(below)),
        "m_ee_mean": Computed(value=np.array([5.0 * np.pi / 32.0, 0.0])),
    }


def nearby_tracks(table: Columns) -> FloatArray:
    """Pile-up tracks near the first electron of the hard process of each event that has one."""
    electron = _hard_electron(table["truth_track_origin"], table["truth_track_is_pileup"])
    event, first = np.unique(table["event"][electron], return_index=True)
    z0 = table["track_z0"][electron][first]
    pileup = table["truth_track_is_pileup"] == 1
    of_event = np.searchsorted(event, table["event"][pileup])
    known = np.isin(table["event"][pileup], event)
    near = np.abs(table["track_z0"][pileup][known] - z0[of_event[known]]) < MAX_DELTA_Z0
    return np.bincount(of_event[known][near], minlength=len(event)).astype(np.float64)


def _hard_electron(origin: FloatArray, is_pileup: FloatArray) -> BoolArray:
    result: BoolArray = (origin == TruthOrigin.HARD_ELECTRON) & (is_pileup == 0)
    return result


def isolated(tracks: Iterable[ak.Array], partner_far: Mapping[int, bool]) -> FloatArray:
    """Whether signal tracks pass the isolation, in events in which the other electron is far."""
    found = [np.zeros(0)]
    for table in tracks:
        signal = _hard_electron(
            ak.to_numpy(table["truth_origin"]), ak.to_numpy(table["truth_is_pileup"])
        )
        events = ak.to_numpy(table["event_number"])[signal]
        far = np.array([partner_far.get(int(event), False) for event in events], dtype=bool)
        fraction = (ak.to_numpy(table["ptcone30_1000"]) / ak.to_numpy(table["pt"]))[signal][far]
        found.append((fraction < MAX_CONE_FRACTION).astype(np.float64))
    return np.concatenate(found)


def partners_far(events: Iterable[ak.Array]) -> dict[int, bool]:
    """Event number -> whether its two electrons are further apart than the cone."""
    far: dict[int, bool] = {}
    for table in events:
        two = table[ak.num(table["truth_electron_eta"]) == 2]
        eta, phi = (ak.to_numpy(two[f"truth_electron_{name}"]) for name in ("eta", "phi"))
        if len(two):
            apart = delta_r(eta[:, 0], phi[:, 0], eta[:, 1], phi[:, 1]) > CONE
            far |= dict(zip(ak.to_numpy(two["event_number"]).tolist(), apart.tolist(), strict=True))
    return far


def charge_ratio(charge: FloatArray) -> Estimate:
    """Positrons over electrons among the soft electrons of W bosons at high momentum.

    They fly against the W: the left-handed W+ and the right-handed W- make them, so that the ratio
    is that of the cross-sections times f_L(W+) / f_R(W-). Unpolarised bosons would give the first
    factor alone. Fractions cannot be measured from the angle after a cut on the electron.
    """
    positive, negative = float((charge > 0).sum()), float((charge < 0).sum())
    if not (positive and negative):
        return NOTHING
    value = positive / negative
    return Estimate(value, value * float(np.sqrt(1.0 / positive + 1.0 / negative)))


def comparisons(
    inputs: Mapping[str, Sequence[Path]], config: ValidationConfig, splitting: float
) -> list[Comparison]:
    """Comparisons of the group.

    Inputs: ``signal`` and ``background`` (ntuples), ``skimmed_events`` and ``skimmed_tracks`` of
    the signal, ``known``. ``splitting``: mass splitting of the signal [GeV].
    """
    known = Known.read(inputs["known"][0])
    charge = columns(inputs["background"], ["truth_electron_charge"])["truth_electron_charge"]
    computed = expected_pairs(known) | {"w_charge_ratio": Computed([charge_ratio(charge)])}
    return known.compare(_frames(inputs, splitting), computed)


def _frames(inputs: Mapping[str, Sequence[Path]], splitting: float) -> Frames:
    events = columns([*inputs["signal"], *inputs["background"]], EVENT)
    far = partners_far(_tables(inputs["skimmed_events"], PAIR))
    passes = isolated(_tables(inputs["skimmed_tracks"], ISOLATION), far)
    nearby = [nearby_tracks(table) for table in pieces(inputs["signal"], TRACK)]
    return {
        "events": pd.DataFrame(events),
        "components": components(events),
        "pairs": pairs(events["truth_m_ee"], splitting),
        "nearby": pd.DataFrame({"tracks": np.concatenate([np.zeros(0), *nearby])}),
        "isolation": pd.DataFrame({"passes": passes}),
    }


def _tables(paths: Iterable[Path], names: Sequence[str]) -> Iterable[ak.Array]:
    for path in paths:
        yield from iterate_parquet(path, names)
