"""The TRT: high-threshold hits of electrons and pions, straws, occupancy, energy loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from hepchain.config.validation import ValidationConfig
from hepchain.trust import Trust
from hepchain.validation.comparison import Comparison, FloatArray, Relation, binned, categories
from hepchain.validation.reference import (
    BoolArray,
    Quantity,
    Reference,
    in_bins,
    in_windows,
    ratio,
    summarised,
)
from hepchain.validation.single_particles import MASSES, Tracks, read_tracks
from hepchain.validation.straws import (
    REGION_EDGES,
    SOURCE,
    Straws,
    count_cut,
    count_efficiency,
)
from hepchain.validation.summaries import at_least, mean

GROUP = "trt"

MAX_ABS_ETA = 2.0
MOMENTUM_EDGES = (0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)

MIN_ENTRIES = 20.0
"""Fewest tracks of a bin of which a share is quoted."""
TABLE_MOMENTA = (0.5, 0.7, 1.0, 2.0, 3.0, 5.0)
TABLE_XENON_BARREL = (0.25, 0.36, 0.47, 0.59, 0.62, 0.65)
"""Electron efficiency at 5 % pions with 30 xenon straws of the barrel at occupancy 0.6."""

VARIABLES = (
    "number_of_trt_hits",
    "number_of_trt_high_threshold_hits",
    "number_of_trt_xenon_hits",
    "trt_track_occupancy",
    "trt_dedx",
    "e_probability_ht",
)


def _momentum_quantity(name: str, title: str, selection: str) -> Quantity:
    axis = binned("momentum", "momentum [GeV]", MOMENTUM_EDGES)
    return Quantity(name, GROUP, title, axis, selection=selection)


def _expected(values: FloatArray, by: FloatArray, weight: FloatArray) -> FloatArray:
    """Mean of what is expected of each track, in the bins of the momentum."""
    sums = np.histogram(by, MOMENTUM_EDGES, weights=values * weight)[0]
    with np.errstate(invalid="ignore"):
        return np.asarray(sums / np.histogram(by, MOMENTUM_EDGES, weights=weight)[0])


def high_threshold(electrons: Straws, pions: Straws) -> list[Comparison]:
    """Share of hits above the high threshold, against the formula at each track's conditions."""
    result = []
    for kind, straws, expected in (
        ("electron", electrons, electrons.electron_probability()),
        ("pion", pions, pions.probability(pions.momentum, MASSES["pion"])),
    ):
        reference = Reference(
            value=_expected(expected, straws.momentum, straws.hits),
            source=f"p_HT of {SOURCE}",
            trust=Trust.READ,
            relation=Relation.INPUT,
            tolerance=0.05,
            tolerance_kind="relative",
            tolerance_reason=(
                "5 %: for electrons the loss of momentum before the TRT is that of Bethe and "
                "Heitler, without the preference of the extension for those that lost little"
            ),
        )
        estimates = in_bins(
            mean, straws.high / straws.hits, straws.momentum, MOMENTUM_EDGES, straws.hits
        )
        quantity = _momentum_quantity(
            "high_threshold_share", "Share of high-threshold hits", f"{kind}s"
        )
        result.append(quantity.compared(estimates, reference))
    return result


def count_cut_efficiencies(electrons: Straws, pions: Straws) -> list[Comparison]:
    """Electrons and pions that pass a cut on the number of high-threshold hits alone."""
    result = []
    for kind, straws in (("electron", electrons), ("pion", pions)):
        pion = straws.probability(straws.momentum, MASSES["pion"])
        passes = count_cut(straws.high, straws.hits, pion)
        signal = straws.electron_probability() if kind == "electron" else pion
        expected = count_efficiency(straws.hits, signal, pion)
        reference = Reference(
            value=_expected(expected, straws.momentum, np.ones(len(pion))),
            source=f"binomial hits with p_HT of {SOURCE}",
            trust=Trust.COMPUTED,
            relation=Relation.INPUT,
            tolerance=0.03,
            tolerance_reason="hits of two gases taken as of one mean probability",
        )
        quantity = _momentum_quantity(
            "count_cut", "Passing a cut on the HT hits, 5 % of pions", f"{kind}s"
        )
        estimates = in_bins(mean, passes, straws.momentum, MOMENTUM_EDGES)
        result.append(quantity.compared(estimates, reference))
    return result


def count_cut_table(electrons: Straws) -> Comparison:
    """Barrel electrons near occupancy 0.6 beside the efficiency for 30 straws all of xenon."""
    chosen = (electrons.abs_eta < REGION_EDGES[0]) & (np.abs(electrons.occupancy - 0.6) < 0.1)
    pion = electrons.probability(electrons.momentum, MASSES["pion"])
    passes = count_cut(electrons.high, electrons.hits, pion)
    estimates = in_windows(
        at_least(MIN_ENTRIES, mean),
        passes[chosen],
        electrons.momentum[chosen],
        TABLE_MOMENTA,
        half_width=0.15,
    )
    reference = Reference(
        value=np.array(TABLE_XENON_BARREL),
        source=f"30 xenon straws with p_HT of {SOURCE} at occupancy 0.6",
        trust=Trust.COMPUTED,
        relation=Relation.INDEPENDENT,
        tolerance=0.05,
        tolerance_reason="occupancies of 0.5 to 0.7, momenta within 15 %",
        difference=(
            "a quarter of the straws hold argon, which tells little, and the electrons have lost "
            "momentum in the silicon; the reference has neither"
        ),
    )
    axis = categories("momentum", "momentum [GeV]", [f"{p:g}" for p in TABLE_MOMENTA])
    quantity = Quantity(
        "count_cut_barrel",
        GROUP,
        "Electrons passing a cut on the HT hits",
        axis,
        selection="barrel, occupancy 0.6",
    )
    return quantity.compared(estimates, reference)


def hits(tracks: Tracks, chosen: BoolArray) -> Comparison:
    """Mean number of TRT hits of pions."""
    edges = (0.0, 0.4, 0.8, 1.2, 1.6, 2.0)
    quantity = Quantity(
        "trt_hits", GROUP, "TRT hits of pions with any", binned("abs_eta", "|η|", edges)
    )
    reference = Reference.within(
        24.0,
        36.0,
        source="30 typically, 36 at most: ATLAS inner detector in AtlFast3, sec. 3.1",
        trust=Trust.READ,
        relation=Relation.INDEPENDENT,
        reason="36 at most, and as many fewer",
        difference=(
            "the number follows |eta| as that of really reconstructed tracks does (group hits); "
            "the source has one for all"
        ),
        bins=len(edges) - 1,
    )
    values = tracks["number_of_trt_hits"][chosen]
    return quantity.compared(
        in_bins(mean, values, tracks.particles.abs_eta[chosen], edges), reference
    )


def occupancy(tracks: Tracks, mu: FloatArray, chosen: BoolArray) -> Comparison:
    """Occupancy of the straws around tracks against the mean number of collisions."""
    edges = (5.0, 15.0, 25.0, 35.0, 45.0, 55.0)
    by = mu[chosen]
    quantity = Quantity("trt_occupancy", GROUP, "Occupancy of the TRT", binned("mu", "µ", edges))
    centres = in_bins(mean, by, by, edges)
    reference = Reference(
        value=np.array([0.11 + 0.014 * centre.value for centre in centres]),
        source="0.11 + 0.014 mu, athena FastTRT_Digitization TRTFastDigitizationTool.cxx",
        trust=Trust.READ,
        relation=Relation.INPUT,
        tolerance=0.02,
        tolerance_reason="occupancy cannot exceed one",
    )
    values = tracks["trt_track_occupancy"][chosen]
    return quantity.compared(in_bins(mean, values, by, edges), reference)


def energy_loss_ratio(tracks: Tracks) -> Comparison:
    """Energy loss in the gas of electrons over that of pions at 1 GeV."""
    near_one_gev = np.abs(tracks.particles.momentum - 1.0) < 0.2
    electron, pion = (
        summarised(mean, tracks["trt_dedx"], _with_trt(tracks, kind) & near_one_gev)
        for kind in ("electron", "pion")
    )
    reference = Reference.within(
        1.35,
        1.45,
        source="relativistic rise in xenon mixtures",
        trust=Trust.CHOICE,
        relation=Relation.INPUT,
    )
    title = "TRT dE/dx of electrons over pions at 1 GeV"
    axis = categories("all", "", ("0.8–1.2 GeV",))
    return Quantity("trt_dedx_ratio", GROUP, title, axis).compared(
        [ratio(electron, pion)], reference
    )


def calibration(tracks: Tracks) -> Comparison:
    """Share of electrons among equally many electrons and pions, against eProbabilityHT.

    A probability is right if among tracks of probability P a share P are electrons.
    """
    weight = _equal_numbers(tracks)
    chosen = weight > 0.0
    probability, weight = tracks["e_probability_ht"][chosen], weight[chosen]
    is_electron = tracks.of("electron")[chosen].astype(np.float64)
    edges = (0.0, 0.1, 0.25, 0.4, 0.6, 0.75, 0.9, 1.0)
    expected = in_bins(mean, probability, probability, edges, weight)
    reference = Reference(
        value=np.array([estimate.value for estimate in expected]),
        source="definition of a probability",
        trust=Trust.COMPUTED,
        relation=Relation.INDEPENDENT,
        tolerance=0.05,
        tolerance_reason="the probability takes the momentum of the track for that in the TRT",
        difference=(
            "an electron that has radiated in the silicon has fewer high-threshold hits than its "
            "track's momentum lets expect, and looks like a pion"
        ),
    )
    quantity = Quantity(
        "e_probability_ht_calibration",
        GROUP,
        "Electrons among as many electrons as pions",
        binned("probability", "eProbabilityHT", edges),
    )
    return quantity.compared(in_bins(mean, is_electron, probability, edges, weight), reference)


def _equal_numbers(tracks: Tracks) -> FloatArray:
    """Weights that give electrons and pions the same flat distribution of pT and |eta|."""
    edges = (MOMENTUM_EDGES, (0.0, 0.8, 1.4, 2.0))
    values = (tracks.particles.pt, tracks.particles.abs_eta)
    cell = tuple(np.digitize(v, edge) for v, edge in zip(values, edges, strict=True))
    weight = np.zeros(len(values[0]))
    for kind in ("electron", "pion"):
        mask = _with_trt(tracks, kind)
        counts = np.histogram2d(values[0][mask], values[1][mask], edges)[0]
        inverse = np.pad(np.where(counts > 0, 1.0 / np.maximum(counts, 1.0), 0.0), 1)
        weight += np.where(mask, inverse[cell], 0.0)
    return weight


def _with_trt(tracks: Tracks, kind: str) -> BoolArray:
    result: BoolArray = (
        tracks.of(kind)
        & (tracks["number_of_trt_hits"] > 0)
        & (tracks.particles.abs_eta < MAX_ABS_ETA)
    )
    return result


def track_comparisons(tracks: Tracks, mu: FloatArray) -> list[Comparison]:
    """All comparisons of the group.

    Parameters
    ----------
    mu : mean number of collisions of the event of each track, shape (n,)
    """
    masks = {kind: _with_trt(tracks, kind) for kind in ("electron", "pion")}
    electrons, pions = (Straws.of(tracks, mask) for mask in masks.values())
    return [
        *high_threshold(electrons, pions),
        *count_cut_efficiencies(electrons, pions),
        count_cut_table(electrons),
        calibration(tracks),
        hits(tracks, masks["pion"]),
        occupancy(tracks, mu, masks["pion"]),
        energy_loss_ratio(tracks),
    ]


def comparisons(inputs: Mapping[str, Sequence[Path]], config: ValidationConfig) -> list[Comparison]:
    """Comparisons of the group from ``gun``: the ntuples of the single particles."""
    tracks = read_tracks(inputs["gun"], VARIABLES, ["mu"])
    return track_comparisons(tracks, tracks["mu"])
