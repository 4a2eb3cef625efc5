"""The calorimeter: energy over momentum and clusters of electrons, pions, muons and antiprotons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from hepchain.config.reading import load_block
from hepchain.config.validation import ValidationConfig
from hepchain.validation.comparison import Comparison, FloatArray
from hepchain.validation.known import Computed, Known
from hepchain.validation.reconstructed_electrons import RealElectron, RealElectrons, real_electrons
from hepchain.validation.single_particles import Tracks, read_tracks
from hepchain.validation.summaries import NOTHING, Estimate

MAX_ABS_ETA = 2.47
VARIABLES = (
    *("e_over_p", "q_over_p", "theta", "e0", "e1", "e2", "e3", "ethad1", "ethad", "f1", "f3"),
    *("reta", "rphi", "weta2", "wtots1", "fracs1", "eratio", "delta_e", "eng_frac_em"),
    *("delta_eta1", "delta_phi2"),
)


def clusters_of(tracks: Tracks, known: Known) -> pd.DataFrame:
    """Tracks in the acceptance with what is derived of their clusters, NaN without one.

    Columns besides those of :meth:`.Tracks.frame`: ``cluster`` (whether there is one), ``energy``
    of the cluster and ``energy_in_all`` calorimeters, the latter 0 without a cluster [GeV], shapes
    that are ratios of others, and ``menu_*``, whether a cut of the menu is passed.
    """
    frame = tracks.frame()
    frame = frame[frame["abs_eta"] < MAX_ABS_ETA].copy()
    transverse = frame["e_over_p"] * np.abs(np.sin(frame["theta"]) / frame["q_over_p"])
    total = sum(frame[f"e{layer}"] for layer in range(4))
    frame["cluster"] = np.isfinite(frame["e_over_p"])
    frame["energy"] = frame["e_over_p"] / np.abs(frame["q_over_p"])
    behind = frame["ethad"] / np.sin(frame["theta"])
    frame["energy_in_all"] = np.where(frame["cluster"], frame["energy"] + behind, 0.0)
    frame["f0"] = np.where(frame["abs_eta"] < 1.8, frame["e0"] / total, np.nan)
    frame["rhad"] = frame["ethad"] / transverse
    frame["abs_delta_eta1"] = np.abs(frame["delta_eta1"])
    frame["et"] = transverse
    frame["response"] = transverse / np.sin(frame["theta"]) / frame["momentum"]
    return frame.assign(**_menu(frame, known))


def _menu(frame: pd.DataFrame, known: Known) -> dict[str, FloatArray]:
    """Cuts of the menu: 1 if passed, 0 if not, NaN where there is none."""
    edges, signs = known.table("menu")["abs_eta"], known.table("menu_signs")
    cell = np.digitize(frame["abs_eta"], np.array(edges, dtype=np.float64)) - 1
    passes = {}
    for name in ("menu_below_5", "menu_from_5"):
        for variable, boundaries in known.table(name).items():
            boundary = np.array(boundaries, dtype=np.float64)[np.clip(cell, 0, len(boundaries) - 1)]
            (sign,) = np.array(signs[variable], dtype=np.float64)
            good = (sign * (frame[variable].to_numpy() - boundary) > 0.0).astype(np.float64)
            passes[f"{name}_{variable}"] = np.where(np.isfinite(boundary), good, np.nan)
    return passes


def resolution(momentum: FloatArray) -> FloatArray:
    """Width of E/p: sampling, noise and track at a momentum [GeV], in the central calorimeter."""
    return np.asarray(np.sqrt(0.101**2 / momentum + 0.0017**2 + (0.25 / momentum) ** 2 + 0.015**2))


def correlation(first: FloatArray, second: FloatArray) -> Estimate:
    """Linear correlation of the ranks (Spearman), error (1 - r^2) / sqrt(n - 1)."""
    if len(first) < 4 or not (np.ptp(first) and np.ptp(second)):
        return NOTHING
    ranks = np.array([rankdata(values) for values in (first, second)])
    value = float(np.asarray(np.corrcoef(ranks))[0, 1])
    return Estimate(value, float((1.0 - value**2) / np.sqrt(len(first) - 1.0)))


def correlations(clusters: pd.DataFrame, kind: str, known: Known) -> Computed:
    """Correlations of shapes times the sign that the development of a shower gives them."""
    chosen = clusters[clusters[kind] & clusters["cluster"] & (clusters["energy"] > 0.7)]
    signs = known.table("correlation_signs")
    estimates = []
    for pair in known.entry(f"correlations: {kind}s").axis.axis.labels:
        first, second = (chosen[name].to_numpy() for name in pair.split())
        both = np.isfinite(first) & np.isfinite(second)
        found = correlation(first[both], second[both])
        (sign,) = np.array(signs[pair], dtype=np.float64)
        estimates.append(Estimate(sign * found.value, found.error))
    return Computed(estimates)


def compare(tracks: Tracks, real: Sequence[RealElectron], known: Known) -> list[Comparison]:
    """All comparisons of the group."""
    clusters = clusters_of(tracks, known)
    edges = np.array(known.entry("e_over_p_width_electron").axis.edges)
    middles = np.sqrt(edges[:-1] * edges[1:])
    computed = {
        "e_over_p_width_electron": Computed(value=resolution(middles)),
        **{
            f"correlations: {kind}s": correlations(clusters, kind, known)
            for kind in ("electron", "pion")
        },
        **real_electrons(clusters, real),
    }
    return known.compare({"tracks": clusters}, computed)


def comparisons(inputs: Mapping[str, Sequence[Path]], config: ValidationConfig) -> list[Comparison]:
    """Comparisons of the group; inputs ``gun`` (ntuples), ``electrons`` (real ones), ``known``."""
    tracks = read_tracks(inputs["gun"], VARIABLES)
    real = load_block(inputs["electrons"][0], RealElectrons).electrons
    return compare(tracks, real, Known.read(inputs["known"][0]))
