"""The calorimeter: energy over momentum and clusters of electrons, pions, muons and antiprotons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from hepchain.config.reading import load_block
from hepchain.config.validation import ValidationConfig
from hepchain.trust import Trust
from hepchain.validation.clusters import GROUP, VARIABLES, Clusters
from hepchain.validation.comparison import Comparison, Relation, binned, categories
from hepchain.validation.reconstructed_electrons import RealElectron, RealElectrons, real_electrons
from hepchain.validation.reference import (
    NUMBER,
    Quantity,
    Reference,
    in_bins,
    in_windows,
    summarised,
)
from hepchain.validation.shower_shapes import correlations, menu_cuts, shape_moments
from hepchain.validation.single_particles import Tracks, read_tracks
from hepchain.validation.summaries import Estimate, mean, median, share, width

CENTRAL = 0.6
"""|eta| below which electrons cross the least material."""


def energy_over_momentum(clusters: Clusters) -> list[Comparison]:
    """Central electrons: median and width of E/p against the true momentum."""
    edges = (0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
    axis = binned("momentum", "momentum [GeV]", edges)
    central = clusters.tracks.particles.abs_eta < CENTRAL
    chosen = clusters.of_kind("electron") & clusters.has & central
    by = clusters.tracks.particles.momentum[chosen]
    values = clusters.tracks["e_over_p"][chosen]
    centres = np.sqrt(np.array(edges[:-1]) * np.array(edges[1:]))
    proposal = Reference.within(
        0.85,
        1.0,
        source="proposal, 0.85 to 1.0 for clusters of 0.7 to 5 GeV",
        trust=Trust.CHOICE,
        relation=Relation.INDEPENDENT,
        difference=(
            "the electron has radiated before the calorimeter: at low momentum the photons are too "
            "far from it for its cluster, above 5 GeV they are in it while the track lacks them"
        ),
        bins=len(edges) - 1,
    )
    resolution = Reference(
        value=np.sqrt(0.101**2 / centres + 0.0017**2 + (0.25 / centres) ** 2 + 0.015**2),
        source="10.1 %/sqrt(E) (DELPHES ATLAS card), noise 0.25 GeV, 1.5 % of the track",
        trust=Trust.DIGITISED,
        relation=Relation.INPUT,
        tolerance=0.15,
        tolerance_kind="relative",
        tolerance_reason="resolution taken at the middle of each bin",
        difference=(
            "bremsstrahlung widens E/p: photons outside the cluster lower it, momentum that the "
            "track has lost raises it"
        ),
    )
    selection = f"|η| < {CENTRAL:g}"
    return [
        Quantity(
            "e_over_p_electron", GROUP, "Median E/p of electrons", axis, selection=selection
        ).compared(in_bins(median, values, by, edges), proposal),
        Quantity(
            "e_over_p_width_electron", GROUP, "Width of E/p of electrons", axis, selection=selection
        ).compared(in_bins(width, values, by, edges), resolution),
        electron_response(clusters),
    ]


def electron_response(clusters: Clusters) -> Comparison:
    """Energy of the clusters of electrons over the true one, against |eta|."""
    edges = (0.0, 0.6, 1.2, 1.8, 2.4)
    particles = clusters.tracks.particles
    chosen = clusters.of_kind("electron") & clusters.has & (particles.pt > 5.0)
    reference = Reference(
        value=np.ones(len(edges) - 1),
        source="cluster energies are calibrated to the true energy",
        trust=Trust.CHOICE,
        relation=Relation.INDEPENDENT,
        tolerance=0.1,
        tolerance_reason="calibrated at higher energies; some of the photons are outside",
    )
    quantity = Quantity(
        "electron_response",
        GROUP,
        "Median cluster over true energy of electrons",
        binned("abs_eta", "|η|", edges),
        selection="pT 5–10 GeV",
    )
    values = clusters.shapes["response"][chosen]
    return quantity.compared(in_bins(median, values, particles.abs_eta[chosen], edges), reference)


def hadron_response(clusters: Clusters) -> Comparison:
    """Pions: mean energy in the whole calorimeter over momentum, nothing without a cluster."""
    momenta = (1.0, 2.0, 5.0)
    chosen = clusters.of_kind("pion")
    behind = clusters.tracks["ethad"] / np.sin(clusters.tracks["theta"])
    energy = np.where(clusters.has, clusters.energy + behind, 0.0)[chosen]
    by = clusters.tracks.particles.momentum[chosen]
    estimates = in_windows(mean, energy / by, by, momenta, half_width=0.15)
    reference = Reference(
        value=np.array([0.45, 0.51, 0.60]),
        source="mean E/p of hadrons, EPJ C 77 (2017) 26 and arXiv:1203.1302",
        trust=Trust.MEMORY,
        relation=Relation.INPUT,
        tolerance=0.08,
        tolerance_reason="recalled values; 2 GeV between the two in ln(p)",
        difference=(
            "the hadronic energy beside a cluster is a share of its electromagnetic energy, as "
            "proposed for showers; a hadron that showers behind only leaves more there"
        ),
    )
    axis = categories("momentum", "momentum [GeV]", [f"{p:g}" for p in momenta])
    title = "Mean E/p of pions, 0 without a cluster"
    return Quantity("e_over_p_pion", GROUP, title, axis).compared(estimates, reference)


def no_cluster(clusters: Clusters) -> list[Comparison]:
    """Pions that leave no cluster, and central electrons that leave one."""
    without = (~clusters.has).astype(np.float64)
    momentum = clusters.tracks.particles.momentum
    result = []
    for (low, high), (least, most) in (((0.5, 1.0), (0.3, 0.5)), ((2.0, 3.0), (0.15, 0.20))):
        inside = clusters.of_kind("pion") & (momentum >= low) & (momentum < high)
        reference = Reference.within(
            least,
            most,
            source="probability that a pion leaves no cluster",
            trust=Trust.MEMORY,
            relation=Relation.INDEPENDENT,
            difference=(
                "what a hadron leaves in the hadronic layers counts towards its cluster as if it "
                "were in one place, while thresholds cut what is spread over several cells"
            ),
        )
        quantity = Quantity(
            "no_cluster_pion",
            GROUP,
            "Pions without a cluster",
            NUMBER,
            selection=f"{low:g}–{high:g} GeV",
        )
        result.append(quantity.compared([summarised(share, without, inside)], reference))
    return [*result, _electron_clusters(clusters)]


def _electron_clusters(clusters: Clusters) -> Comparison:
    momenta = (0.5, 1.5, 3.0)
    electron = clusters.of_kind("electron") & (clusters.tracks.particles.abs_eta < 0.8)
    estimates = in_windows(
        share,
        clusters.has[electron].astype(np.float64),
        clusters.tracks.particles.momentum[electron],
        momenta,
        half_width=0.15,
    )
    reference = Reference(
        value=np.array([0.5, 0.95, 0.98]),
        source="topological clusters: 0.5 at 0.5 GeV, 0.95 at 1.5 GeV; match of track and cluster",
        trust=Trust.MEMORY,
        relation=Relation.INPUT,
        tolerance=0.05,
        tolerance_reason="recalled values, bins of 15 %",
        difference=(
            "the efficiency is that of the energy at the calorimeter; an electron has lost what "
            "the photons outside its cluster carry, and 0.1 GeV before the strips"
        ),
    )
    axis = categories("momentum", "momentum [GeV]", [f"{p:g}" for p in momenta])
    title = "Electrons with a cluster"
    return Quantity("cluster_electron", GROUP, title, axis, selection="|η| < 0.8").compared(
        estimates, reference
    )


def minimum_ionising(clusters: Clusters) -> Comparison:
    """Median energy of the clusters of muons."""
    chosen = clusters.of_kind("muon") & clusters.has & (clusters.tracks.particles.momentum > 1.0)
    reference = Reference.within(
        0.25,
        0.5,
        source="minimum-ionising particle in the electromagnetic calorimeter",
        trust=Trust.MEMORY,
        relation=Relation.INPUT,
    )

    title = "Median cluster energy of muons"
    return Quantity(
        "muon_energy", GROUP, title, NUMBER, unit="GeV", selection="above 1 GeV"
    ).compared([summarised(median, clusters.energy, chosen)], reference)


def antiprotons(clusters: Clusters) -> Comparison:
    """Energy of antiprotons minus that of protons, cluster and behind, of those with a cluster."""
    inside = clusters.has & (clusters.tracks.particles.momentum < 3.0)
    energy = clusters.energy + clusters.tracks["ethad"] / np.sin(clusters.tracks["theta"])
    code = clusters.tracks.particles.pdg_id
    proton, antiproton = (
        summarised(mean, energy, clusters.of_kind("proton") & inside & (np.sign(code) == sign))
        for sign in (1.0, -1.0)
    )
    difference = Estimate(
        antiproton.value - proton.value, float(np.hypot(antiproton.error, proton.error))
    )
    reference = Reference.within(
        0.5,
        1.5,
        source="about 1 GeV of the annihilation, AtlFast3 sec. 1",
        trust=Trust.MEMORY,
        relation=Relation.INPUT,
        reason="response to annihilation of 30 to 80 % of 1.9 GeV",
        difference=(
            "antiprotons that do not shower leave what protons leave, without annihilation, and of "
            "those that shower half of the energy is seen"
        ),
    )

    title = "Energy of antiprotons minus that of protons"
    return Quantity(
        "antiproton_energy", GROUP, title, NUMBER, unit="GeV", selection="below 3 GeV"
    ).compared([difference], reference)


def track_comparisons(tracks: Tracks, real: Sequence[RealElectron]) -> list[Comparison]:
    """All comparisons of the group."""
    clusters = Clusters.of(tracks)
    return [
        *energy_over_momentum(clusters),
        hadron_response(clusters),
        *no_cluster(clusters),
        *shape_moments(clusters),
        *menu_cuts(clusters),
        *correlations(clusters),
        minimum_ionising(clusters),
        antiprotons(clusters),
        *real_electrons(clusters, real),
    ]


def comparisons(inputs: Mapping[str, Sequence[Path]], config: ValidationConfig) -> list[Comparison]:
    """Comparisons of the group; inputs ``gun`` (ntuples) and ``electrons`` (real ones)."""
    (path,) = inputs["electrons"]
    tracks = read_tracks(inputs["gun"], VARIABLES)
    return track_comparisons(tracks, load_block(path, RealElectrons).electrons)
