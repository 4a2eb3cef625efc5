"""The TRT: high-threshold hits of electrons and pions, straws, occupancy, energy loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from hepchain.config.validation import ValidationConfig
from hepchain.validation.comparison import Comparison, FloatArray
from hepchain.validation.known import Known
from hepchain.validation.single_particles import MASSES, Tracks, read_tracks
from hepchain.validation.straws import Published, Straws, count_cut, count_efficiency
from hepchain.validation.summaries import inverse_in_cells

MAX_ABS_ETA = 2.0
CELLS = ((0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0), (0.0, 0.8, 1.4, 2.0))
"""Of pT [GeV] and |eta|, in which electrons and pions are made equally many."""
VARIABLES = (
    "number_of_trt_hits",
    "number_of_trt_high_threshold_hits",
    "number_of_trt_xenon_hits",
    "trt_track_occupancy",
    "trt_dedx",
    "e_probability_ht",
)


def with_trt(tracks: Tracks, known: Known) -> pd.DataFrame:
    """Tracks with TRT hits and what is expected of those of electrons and pions.

    Columns besides those of :meth:`.Tracks.frame`: ``expected_share`` of hits above the high
    threshold, ``passes`` (probability to pass a cut on their number that 5 % of pions pass) and
    what is expected of it, ``expected_passes``; NaN for other particles; and ``balance``, weights
    that make electrons and pions alike in pT and |eta|.
    """
    chosen = (tracks["number_of_trt_hits"] > 0) & (tracks.particles.abs_eta < MAX_ABS_ETA)
    frame, published = tracks.frame()[chosen].copy(), Published.of(known)
    frame[["expected_share", "passes", "expected_passes"]] = np.nan
    for kind in ("electron", "pion"):
        straws = Straws.of(tracks, tracks.of(kind) & chosen, published)
        pion = straws.probability(straws.momentum, MASSES["pion"])
        share = straws.electron_probability() if kind == "electron" else pion
        columns = {
            "expected_share": share,
            "passes": count_cut(straws.high, straws.hits, pion),
            "expected_passes": count_efficiency(straws.hits, share, pion),
        }
        for name, values in columns.items():
            frame.loc[frame[kind], name] = values
    frame["balance"] = _equal_numbers(frame)
    return frame


def _equal_numbers(frame: pd.DataFrame) -> FloatArray:
    """Weights that give electrons and pions the same flat distribution of pT and |eta|."""
    values = [frame[name].to_numpy() for name in ("pt", "abs_eta")]
    weight = np.zeros(len(frame))
    for kind in ("electron", "pion"):
        mask = frame[kind].to_numpy()
        counts = np.histogram2d(values[0][mask], values[1][mask], CELLS)[0]
        weight += np.where(mask, inverse_in_cells(counts, CELLS, values), 0.0)
    return weight


def compare(tracks: Tracks, known: Known) -> list[Comparison]:
    """All comparisons of the group; ``mu`` of the event is a column of the tracks."""
    return known.compare({"tracks": with_trt(tracks, known)})


def comparisons(inputs: Mapping[str, Sequence[Path]], config: ValidationConfig) -> list[Comparison]:
    """Comparisons of the group; inputs ``gun`` (ntuples of single particles) and ``known``."""
    tracks = read_tracks(inputs["gun"], VARIABLES, ["mu"])
    return compare(tracks, Known.read(inputs["known"][0]))
