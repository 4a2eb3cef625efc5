"""Efficiencies of tracks and standard electrons, conversions, and what a track comes with.

Measured with single particles: tracks in a bin of the true momentum over particles shot there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from hepchain.config.validation import ValidationConfig
from hepchain.skimming.quality import ASSUMED, NEEDED, Quality, quality
from hepchain.trust import Trust
from hepchain.validation.comparison import Comparison, FloatArray, Relation, binned, categories
from hepchain.validation.conversions import conversions
from hepchain.validation.ntuples import Columns, columns
from hepchain.validation.reference import (
    BoolArray,
    IntArray,
    Quantity,
    Reference,
    counted,
    divided,
    in_bins,
    ratio,
)
from hepchain.validation.single_particles import (
    MASSES,
    Particles,
    Tracks,
    read_particles,
    read_tracks,
)
from hepchain.validation.summaries import Estimate, share

GROUP = "efficiency"
MAX_ABS_ETA = 2.5

HADRON_SOURCE = "ATL-PHYS-PUB-2015-051 (Loose), as in GAMBIT ATLASEfficiencies.hpp"
PT_EDGES = (0.5, 0.6, 0.7, 1.0, 1.4, 2.5, 4.0, 10.0)
HADRON_PT = np.array([0.84, 0.85, 0.86, 0.87, 0.88, 0.89, 0.90])
ABS_ETA_EDGES = (0.0, 0.5, 0.9, 1.1, 1.2, 1.4, 1.6, 1.8, 2.2, 2.4, 2.5)
HADRON_ABS_ETA = np.array([0.91, 0.90, 0.88, 0.88, 0.87, 0.84, 0.80, 0.78, 0.78, 0.73])
HADRON_MEAN = 0.88
"""Average of the shape in |eta|, by which the product of both is divided."""

ELECTRON_SOURCE = "ATLAS electrons (arXiv:1908.00005 Fig. 5), as in GAMBIT ATLASEfficiencies.hpp"
ELECTRON_PT_EDGES = (2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0, 7.0, 8.0, 10.0)
ELECTRON = np.array([0.003, 0.05, 0.204, 0.388, 0.547, 0.662, 0.75, 0.808, 0.85, 0.894, 0.919])
ELECTRON_MAX_ABS_ETA = 2.47

KAON_LIFETIME, PION_LIFETIME = 3711.0, 7804.5
"""c tau [mm] (PDG 2022)."""
DECAY_RADII = (371.0, 514.0)
"""A track needs seven silicon hits: to the second double layer of strips at least, and has them all
at the last [mm]."""


def against(
    name: str,
    edges: Sequence[float],
    shot: Particles,
    chosen: BoolArray,
    tracks: Particles,
    seen: BoolArray,
) -> list[Estimate]:
    """Efficiency in bins of a property ``name`` of the particles (``pt``, ``abs_eta``)."""
    total = np.histogram(getattr(shot, name)[chosen], edges)[0]
    passing = np.histogram(getattr(tracks, name)[seen], edges)[0]
    return [counted(float(k), float(n)) for k, n in zip(passing, total, strict=True)]


def hadron_efficiency(pt: FloatArray, abs_eta: FloatArray) -> FloatArray:
    """Published efficiency of loose tracks of hadrons, factor in pT times shape in |eta|."""
    factor = HADRON_PT[np.clip(np.digitize(pt, PT_EDGES) - 1, 0, len(HADRON_PT) - 1)]
    bins = np.clip(np.digitize(abs_eta, ABS_ETA_EDGES) - 1, 0, len(HADRON_ABS_ETA) - 1)
    result: FloatArray = factor * HADRON_ABS_ETA[bins] / HADRON_MEAN
    return result


def hadron_tracks(shot: Particles, tracks: Tracks, loose: BoolArray) -> list[Comparison]:
    """Pions against the published efficiency, averaged over those that were shot."""
    inside = (shot.abs_eta < MAX_ABS_ETA) & (shot.pt >= PT_EDGES[0]) & (shot.pt < PT_EDGES[-1])
    chosen = shot.of("pion") & inside
    seen = tracks.of("pion") & loose & (tracks.particles.pt >= PT_EDGES[0])
    expected = hadron_efficiency(shot.pt, shot.abs_eta)
    result = []
    for name, title, edges in (
        ("pt", "pT [GeV]", PT_EDGES),
        ("abs_eta", "|η|", ABS_ETA_EDGES),
    ):
        by, bins = getattr(shot, name)[chosen], np.ones(int(chosen.sum()))
        total = np.histogram(by, edges, weights=bins)[0]
        sums = np.histogram(by, edges, weights=expected[chosen])[0]
        reference = Reference(
            value=divided(sums, total),
            source=HADRON_SOURCE,
            trust=Trust.DIGITISED,
            relation=Relation.INPUT,
            tolerance=0.02,
            tolerance_reason="uncertainty of the measurement and rounding of the factors",
            difference=(
                "interactions and holes are drawn, with an average over momentum; "
                "just above 0.5 GeV tracks measured below it are lost, and their product with the "
                "published factors is not exactly the published one"
            ),
        )
        quantity = Quantity(
            f"tracking_efficiency_pion_{name}",
            GROUP,
            "Efficiency of loose tracks of pions",
            binned(name, title, edges),
        )
        estimates = against(name, edges, shot, chosen, tracks.particles, seen)
        result.append(quantity.compared(estimates, reference))
    return result


def electron_tracks(shot: Particles, tracks: Tracks, loose: BoolArray) -> list[Comparison]:
    """Electrons at 0.5 and 1 GeV, and in the bins of the DELPHES card."""
    central = Quantity(
        "tracking_efficiency_electron",
        GROUP,
        "Efficiency of loose tracks of electrons",
        binned("pt", "pT [GeV]", (0.5, 0.6, 0.9, 1.1)),
        selection="|η| < 0.8",
    )
    suggested = Reference(
        value=np.array([0.70, np.nan, 0.80]),
        source="hadrons' efficiency less 10 % at 0.4 X0 of silicon for bremsstrahlung",
        trust=Trust.CHOICE,
        relation=Relation.INDEPENDENT,
        tolerance=0.05,
        tolerance_reason="a suggestion of two digits",
        difference=(
            "electrons shot just above 0.5 GeV radiate in the silicon and are measured below the "
            "0.5 GeV where the pattern recognition ends, which the suggestion leaves out"
        ),
    )
    seen = tracks.of("electron") & loose
    chosen = shot.of("electron")
    estimates = against(
        "pt",
        central.axis.edges or (),
        shot,
        chosen & (shot.abs_eta < 0.8),
        tracks.particles,
        seen & (tracks.particles.abs_eta < 0.8),
    )
    return [central.compared(estimates, suggested), _electrons_of_card(shot, tracks, seen)]


def _electrons_of_card(shot: Particles, tracks: Tracks, seen: BoolArray) -> Comparison:
    labels, estimates = [], []
    for region, etas in (("barrel", (0.0, 1.5)), ("end-cap", (1.5, 2.5))):
        for low, high in ((0.5, 1.0), (1.0, 10.0)):
            labels.append(f"{region}, {low:g}–{high:g} GeV")
            estimates.append(
                counted(
                    float((seen & _box(tracks.particles, (low, high), etas)).sum()),
                    float((shot.of("electron") & _box(shot, (low, high), etas)).sum()),
                )
            )
    quantity = Quantity(
        "tracking_efficiency_electron_card",
        GROUP,
        "Efficiency of loose tracks of electrons by region",
        categories("region", "", labels),
    )
    reference = Reference(
        value=np.array([0.73, 0.95, 0.50, 0.83]),
        source="DELPHES ATLAS card, electron tracking efficiency",
        trust=Trust.READ,
        relation=Relation.INDEPENDENT,
        tolerance=0.05,
        tolerance_reason="one number each for all momenta below and above 1 GeV",
        difference=(
            "the card's numbers are those of electrons of tens of GeV and of tracks from 0.1 GeV; "
            "at low momentum electrons radiate, and below 0.5 GeV measured there is no track"
        ),
    )
    return quantity.compared(estimates, reference)


def _box(particles: Particles, pt: tuple[float, float], abs_eta: tuple[float, float]) -> BoolArray:
    result: BoolArray = (
        (particles.pt >= pt[0])
        & (particles.pt < pt[1])
        & (particles.abs_eta >= abs_eta[0])
        & (particles.abs_eta < abs_eta[1])
    )
    return result


def muon_tracks(shot: Particles, tracks: Tracks, loose: BoolArray) -> Comparison:
    """Muons neither interact nor radiate: nothing but dead sensors can lose them."""
    edges = (0.7, 1.0, 2.0, 4.0, 10.0)
    quantity = Quantity(
        "tracking_efficiency_muon",
        GROUP,
        "Efficiency of loose tracks of muons",
        binned("pt", "pT [GeV]", edges),
    )
    reference = Reference(
        value=np.full(len(edges) - 1, 0.985),
        source="inner-detector efficiency of muons 98-99 % and more, arXiv:1603.05598",
        trust=Trust.MEMORY,
        relation=Relation.INDEPENDENT,
        tolerance=0.015,
        tolerance_reason="measured above 4 GeV; nothing in the material depends on momentum here",
        difference=(
            "muons get the efficiency of hadrons without their interactions; how that depends on "
            "pT and |eta| otherwise they keep, and holes and decays come on top"
        ),
    )
    chosen = shot.of("muon") & (shot.abs_eta < MAX_ABS_ETA)
    estimates = against("pt", edges, shot, chosen, tracks.particles, tracks.of("muon") & loose)
    return quantity.compared(estimates, reference)


def kaon_decays(shot: Particles, tracks: Tracks, loose: BoolArray) -> Comparison:
    """Kaons over pions: kaons decay before they have crossed the silicon.

    exp(-L m_K / (p c tau_K)) over the same for pions, L the path to where a track has enough hits
    (between the two radii of ``DECAY_RADII``). Hadronic interactions, slightly rarer for K+, are
    taken as equal.
    """
    edges = (0.55, 0.7, 1.0, 1.5, 2.5)
    barrel = shot.abs_eta < 1.0
    barrel_tracks = loose & (tracks.particles.abs_eta < 1.0)
    kaons, pions = (
        against(
            "pt",
            edges,
            shot,
            shot.of(kind) & barrel,
            tracks.particles,
            tracks.of(kind) & barrel_tracks,
        )
        for kind in ("kaon", "pion")
    )
    centres = np.sqrt(np.array(edges[:-1]) * np.array(edges[1:]))
    early, late = (kaon_over_pion(centres, radius) for radius in DECAY_RADII)
    reference = Reference(
        value=0.5 * (early + late),
        source="lifetimes (PDG 2022) and path to the strip layers",
        trust=Trust.COMPUTED,
        relation=Relation.INDEPENDENT,
        tolerance=0.03,
        tolerance_reason="where on its way the decay loses the track; interactions taken as equal",
    )
    quantity = Quantity(
        "tracking_efficiency_kaon_over_pion",
        GROUP,
        "Efficiency of tracks of kaons over pions",
        binned("pt", "pT [GeV]", edges),
        selection="|η| < 1",
    )
    return quantity.compared(map(ratio, kaons, pions), reference)


def kaon_over_pion(pt: FloatArray, radius: float) -> FloatArray:
    """Probability of a kaon over that of a pion to reach ``radius`` [mm] before its decay."""
    kaon = np.exp(-radius * MASSES["kaon"] / (pt * KAON_LIFETIME))
    pion = np.exp(-radius * MASSES["pion"] / (pt * PION_LIFETIME))
    return np.asarray(kaon / pion, dtype=np.float64)


def standard_electrons(shot: Particles, reconstructed: Particles) -> Comparison:
    """Electrons found by the standard reconstruction over those shot.

    Parameters
    ----------
    reconstructed : the particles behind the standard electrons
    """
    quantity = Quantity(
        "standard_electron_efficiency",
        GROUP,
        "Reconstruction efficiency of standard electrons",
        binned("pt", "pT [GeV]", ELECTRON_PT_EDGES),
    )
    reference = Reference(
        value=ELECTRON,
        source=ELECTRON_SOURCE,
        trust=Trust.DIGITISED,
        relation=Relation.INPUT,
        tolerance=0.02,
        tolerance_reason="reading of the figure; steep below 5 GeV",
        difference=(
            "an electron needs a track, which in thick material fewer have than the published "
            "numbers ask for"
        ),
    )
    inside = shot.of("electron") & (shot.abs_eta < ELECTRON_MAX_ABS_ETA)
    seen = reconstructed.of("electron")
    return quantity.compared(
        against("pt", ELECTRON_PT_EDGES, shot, inside, reconstructed, seen), reference
    )


def companions(tracks: Tracks, loose: BoolArray) -> list[Comparison]:
    """Share of the tracks with TRT hits and with a cluster, against pT."""
    edges = (0.5, 0.6, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
    result = []
    for name, variable, max_eta, title in (
        ("trt", "number_of_trt_hits", 2.0, "Loose tracks with TRT hits"),
        ("calorimeter", "e_over_p", MAX_ABS_ETA, "Loose tracks with a calorimeter cluster"),
    ):
        has = np.isfinite(tracks[variable]).astype(np.float64)
        for kind in ("electron", "pion"):
            chosen = tracks.of(kind) & loose & (tracks.particles.abs_eta < max_eta)
            quantity = Quantity(
                f"share_with_{name}",
                GROUP,
                f"{title}, |η| < {max_eta:g}",
                binned("pt", "pT [GeV]", edges),
                selection=f"{kind}s",
            )
            estimates = in_bins(share, has[chosen], tracks.particles.pt[chosen], edges)
            result.append(quantity.compared(estimates, None))
    return result


def single_particle_comparisons(
    shot: Particles, tracks: Tracks, reconstructed: Particles
) -> list[Comparison]:
    """All comparisons of the group."""
    loose = np.asarray(quality(_float32(tracks.columns)) >= Quality.LOOSE)
    return [
        *hadron_tracks(shot, tracks, loose),
        *electron_tracks(shot, tracks, loose),
        muon_tracks(shot, tracks, loose),
        kaon_decays(shot, tracks, loose),
        *conversions(shot, tracks, loose),
        standard_electrons(shot, reconstructed),
        *companions(tracks, loose),
    ]


def _float32(table: Columns) -> Mapping[str, np.ndarray[tuple[int], np.dtype[np.float32]]]:
    return {name: table[name].astype(np.float32) for name in (*NEEDED, *ASSUMED)}


def comparisons(inputs: Mapping[str, Sequence[Path]], config: ValidationConfig) -> list[Comparison]:
    """Comparisons of the group; inputs ``generated`` and ``gun``, files of single particles."""
    variables = [*NEEDED, *ASSUMED, "number_of_trt_hits", "e_over_p"]
    tracks = read_tracks(inputs["gun"], variables)
    electrons = columns(inputs["gun"], ["electron_track_index"])
    row = rows_of(electrons["event"], electrons["electron_track_index"], tracks["event"])
    shot_electrons = row[tracks.of("electron")[row]]
    return single_particle_comparisons(
        read_particles(inputs["generated"]), tracks, tracks.particles.take(shot_electrons)
    )


def rows_of(event: FloatArray, index: FloatArray, track_event: FloatArray) -> IntArray:
    """Rows of tracks given by their position within an event.

    Parameters
    ----------
    event, index : event number and position of the track, shape (n,)
    track_event : event number of each track, shape (m,), rising
    """
    first = np.searchsorted(track_event, event)
    result: IntArray = first + index.astype(np.int64)
    return result
