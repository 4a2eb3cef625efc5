"""The calorimeter: energy over momentum, clusters, shower shapes of electrons and pions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import rankdata

from hepchain.config.reading import load_block
from hepchain.config.validation import ValidationConfig
from hepchain.trust import Trust
from hepchain.validation.comparison import Comparison, FloatArray, Relation, binned, categories
from hepchain.validation.reconstructed_electrons import RealElectron, RealElectrons
from hepchain.validation.reference import (
    NUMBER,
    BoolArray,
    Quantity,
    Reference,
    arrays,
    in_bins,
    in_windows,
    rms,
    summarised,
)
from hepchain.validation.single_particles import Tracks, read_tracks
from hepchain.validation.summaries import (
    NOTHING,
    Estimate,
    Summary,
    mean,
    median,
    share,
    width,
)

GROUP = "calorimeter"
MAX_ABS_ETA = 2.47
CENTRAL = 0.6
"""|eta| below which electrons cross the least material."""

VARIABLES = (
    *("e_over_p", "q_over_p", "theta", "e0", "e1", "e2", "e3", "ethad1", "ethad", "f1", "f3"),
    *("reta", "rphi", "weta2", "wtots1", "fracs1", "eratio", "delta_e", "eng_frac_em"),
    *("delta_eta1", "delta_phi2"),
)

SHAPES: Mapping[str, tuple[tuple[float, float], tuple[float, float]]] = {
    "f0": ((0.12, 0.12), (0.04, 0.08)),
    "f1": ((0.375, 0.12), (0.20, 0.20)),
    "f3": ((0.015, 0.02), (0.08, 0.12)),
    "reta": ((0.88, 0.08), (0.70, 0.22)),
    "rphi": ((0.88, 0.09), (0.70, 0.22)),
    "weta2": ((0.0125, 0.0018), (0.0150, 0.0045)),
    "wtots1": ((2.6, 0.8), (4.5, 2.5)),
    "fracs1": ((0.30, 0.15), (0.50, 0.25)),
    "eratio": ((0.78, 0.20), (0.45, 0.30)),
    "delta_e": ((0.020, 0.040), (0.090, 0.120)),
    "rhad": ((0.02, 0.06), (0.30, 0.40)),
    "eng_frac_em": ((0.97, 0.06), (0.70, 0.30)),
    "delta_eta1": ((0.0, 0.006), (0.0, 0.010)),
    "delta_phi2": ((0.0, 0.012), (0.0, 0.014)),
}
"""Mean and rms of electron | charged pion with a cluster of 0.7 to 5 GeV."""
SHAPES_SOURCE = "order of magnitude around the cuts of the ATLAS multi-lepton electron menu"
SHAPES_DIFFERENCE = {
    "electron": (
        "noise of the layers widens the shapes at these energies and, since shares are bounded, "
        "moves their means; deltaPhi2 carries the bend between electron and radiated photons"
    ),
    "pion": (
        "the noise of the presampler is a tenth of a minimum-ionising deposit and more, which the "
        "proposal leaves out"
    ),
}
"""Kind of particle -> why its shapes differ from the proposed."""
REAL_DIFFERENCES: Mapping[str, str] = {
    "real_electron_energy": (
        "the real electrons sit in jets, whose energy their clusters share, or come from photons, "
        "whose other electron's energy they hold"
    )
}
"""Quantity -> why it differs from really reconstructed electrons."""

MENU_SOURCE = "athena MultiLepton electron menu, cut boundaries at low ET"
MENU_ABS_ETA = (0.0, 0.1, 0.6, 0.8, 1.15, 1.37, 1.52, 1.81, 2.01, 2.37, 2.47)
NO = float("nan")


@dataclass(frozen=True)
class Cut:
    """Boundary of a shape by |eta|, NaN where there is none.

    Attributes
    ----------
    sign : +1 if electrons lie above, -1 if below
    """

    variable: str
    sign: float
    boundary: tuple[float, ...]

    def passes(self, values: FloatArray, abs_eta: FloatArray) -> FloatArray:
        """1 if a value passes, 0 if not, NaN where there is no boundary."""
        last = len(self.boundary) - 1
        boundary = np.array(self.boundary)[np.clip(np.digitize(abs_eta, MENU_ABS_ETA) - 1, 0, last)]
        good = (self.sign * (values - boundary) > 0.0).astype(np.float64)
        return np.where(np.isfinite(boundary), good, np.nan)


BELOW_5 = (
    Cut("rhad", -1, (0.258, 0.258, 0.208, 0.206, 0.256, 0.188, 0.254, 0.254, 0.226, 0.176)),
    Cut("f3", -1, (0.059, 0.059, 0.054, 0.043, 0.048, NO, 0.036, 0.039, 0.042, NO)),
    Cut("reta", +1, (0.60, 0.60, 0.60, 0.60, 0.65, 0.65, 0.70, 0.69, 0.69, 0.69)),
    Cut(
        "weta2",
        -1,
        (0.0166, 0.0166, 0.0172, 0.0167, 0.0170, 0.0385, 0.0164, 0.0152, 0.0156, 0.0157),
    ),
    Cut("wtots1", -1, (3.93, 3.93, 4.07, 4.50, 4.99, NO, 4.65, 3.19, 1.97, NO)),
    Cut("eratio", +1, (0.278, 0.278, 0.15, 0.15, 0.25, NO, 0.10, 0.136, 0.492, NO)),
    Cut("abs_delta_eta1", -1, (0.0185,) * 10),
)
"""ET below 5 GeV; of the last a range of 0.017 to 0.020 is known."""
FROM_5 = (
    Cut("rhad", -1, (0.155, 0.155, 0.115, 0.125, 0.125, 0.10, 0.14, 0.135, 0.125, 0.105)),
    Cut("f3", -1, (0.038, 0.038, 0.036, 0.033, 0.037, NO, 0.028, 0.032, 0.036, NO)),
    Cut("reta", +1, (0.75, 0.75, 0.73, 0.73, 0.735, 0.70, 0.735, 0.735, 0.775, 0.775)),
    Cut("weta2", -1, (0.0145,) * 10),
    Cut("wtots1", -1, (3.30, 3.30, 3.43, 3.94, 4.31, NO, 4.31, 2.85, 1.82, NO)),
    Cut("eratio", +1, (0.506, 0.506, 0.32, 0.281, 0.25, NO, 0.25, 0.281, 0.543, NO)),
    Cut("abs_delta_eta1", -1, (0.0115,) * 10),
)
"""ET of 5 to 10 GeV; of the last a range of 0.009 to 0.014 is known."""

MENU_DIFFERENCE = (
    "lateral shapes of the response are one distribution for all energies, set for 0.7 to 5 GeV, "
    "and the width in the strips does not follow their pitch, which grows beyond |eta| 1.8"
)

SIGNS = (
    ("f1", "f3", -1.0),
    ("f0", "f3", -1.0),
    ("reta", "weta2", -1.0),
    ("rphi", "reta", +1.0),
    ("wtots1", "fracs1", +1.0),
    ("wtots1", "eratio", -1.0),
    ("eng_frac_em", "rhad", -1.0),
)
"""Pairs of shapes and the sign of their correlation: deep showers leave more in the back and less
in the strips, wide ones are wide in every layer."""

MATCH_ABS_ETA, MATCH_LOG_PT = 0.3, 0.3
"""How near in |eta| and ln(pT) simulated electrons are taken for a real one."""


@dataclass(frozen=True)
class Clusters:
    """Tracks with and without clusters and what is derived of them; arrays of shape (n,)."""

    tracks: Tracks
    shapes: Mapping[str, FloatArray]
    """Shower shapes, NaN without a cluster."""

    @classmethod
    def of(cls, tracks: Tracks) -> Clusters:
        """With the shapes that are ratios of others."""
        transverse = tracks["e_over_p"] * np.abs(np.sin(tracks["theta"]) / tracks["q_over_p"])
        total = sum(tracks[f"e{layer}"] for layer in range(4))
        shapes = {name: tracks[name] for name in VARIABLES}
        shapes["f0"] = np.where(tracks.particles.abs_eta < 1.8, tracks["e0"] / total, np.nan)
        shapes["rhad"] = tracks["ethad"] / transverse
        shapes["abs_delta_eta1"] = np.abs(tracks["delta_eta1"])
        shapes["et"] = transverse
        shapes["response"] = transverse / np.sin(tracks["theta"]) / tracks.particles.momentum
        return cls(tracks, shapes)

    @property
    def has(self) -> BoolArray:
        """Tracks with a cluster."""
        result: BoolArray = np.isfinite(self.tracks["e_over_p"])
        return result

    @property
    def energy(self) -> FloatArray:
        """Energy of the cluster [GeV]."""
        result: FloatArray = self.tracks["e_over_p"] / np.abs(self.tracks["q_over_p"])
        return result

    def of_kind(self, kind: str) -> BoolArray:
        """Tracks of the particles of one kind in the acceptance."""
        return self.tracks.of(kind) & (self.tracks.particles.abs_eta < MAX_ABS_ETA)


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
            "the electron has radiated by the time it reaches the calorimeter, and at low momentum "
            "the photons are too far from it to be within its cluster"
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
            "more pions have no cluster than is recalled (no_cluster_pion), and count with nothing"
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


def shape_moments(clusters: Clusters) -> list[Comparison]:
    """Means and widths of the shapes beside the proposed ones, in units of the proposed widths."""
    inside = clusters.has & (clusters.energy > 0.7) & (clusters.energy < 5.0)
    result = []
    for number, kind in enumerate(("electron", "pion")):
        chosen = clusters.of_kind(kind) & inside
        means, widths = [], []
        for name, proposals in SHAPES.items():
            centre, spread = proposals[number]
            values = (clusters.shapes[name] - centre) / spread
            known = chosen & np.isfinite(values)
            means.append(summarised(mean, values, known))
            widths.append(summarised(rms, values, known))
        result += _shape_comparisons(kind, means, widths)
    return result


def _shape_comparisons(
    kind: str, means: Sequence[Estimate], widths: Sequence[Estimate]
) -> list[Comparison]:
    axis = categories("shape", "", tuple(SHAPES))
    proposal = Reference(
        value=np.zeros(axis.bins),
        source=SHAPES_SOURCE,
        trust=Trust.CHOICE,
        relation=Relation.INPUT,
        tolerance=0.5,
        tolerance_reason="orders of magnitude: half a width",
        difference=SHAPES_DIFFERENCE[kind],
    )
    return [
        Quantity(
            f"shape_means_{kind}",
            GROUP,
            f"Mean shapes of {kind}s, in proposed widths",
            axis,
        ).compared(means, proposal),
        Quantity(
            f"shape_widths_{kind}",
            GROUP,
            f"Widths of shapes of {kind}s over proposed",
            axis,
        ).compared(widths, proposal.at(*np.ones(axis.bins))),
    ]


def menu_cuts(clusters: Clusters) -> list[Comparison]:
    """Share of electrons that pass each cut of the menu, which keeps 95 to 98 % and more."""
    electron = clusters.of_kind("electron") & clusters.has
    abs_eta = clusters.tracks.particles.abs_eta
    result = []
    for cuts, (low, high) in ((BELOW_5, (2.0, 5.0)), (FROM_5, (5.0, 10.0))):
        inside = electron & (clusters.shapes["et"] >= low) & (clusters.shapes["et"] < high)
        estimates = []
        for cut in cuts:
            passes = cut.passes(clusters.shapes[cut.variable], abs_eta)
            estimates.append(summarised(share, passes, inside & np.isfinite(passes)))
        reference = Reference.within(
            0.95,
            1.0,
            source=MENU_SOURCE,
            trust=Trust.READ,
            relation=Relation.INDEPENDENT,
            reason="each cut was set to keep 95 to 98 % of electrons or more",
            difference=MENU_DIFFERENCE,
            bins=len(cuts),
        )
        quantity = Quantity(
            "menu_cuts",
            GROUP,
            "Electrons that pass each cut of the menu",
            categories("shape", "", [cut.variable for cut in cuts]),
            selection=f"ET {low:g}–{high:g} GeV",
        )
        result.append(quantity.compared(estimates, reference))
    return result


def correlation(first: FloatArray, second: FloatArray) -> Estimate:
    """Linear correlation of the ranks (Spearman), error (1 - r^2) / sqrt(n - 1)."""
    if len(first) < 4:
        return NOTHING
    ranks = np.array([rankdata(values) for values in (first, second)])
    value = float(np.asarray(np.corrcoef(ranks))[0, 1])
    return Estimate(value, float((1.0 - value**2) / np.sqrt(len(first) - 1.0)))


def correlations(clusters: Clusters) -> list[Comparison]:
    """Correlations of shapes times the sign that the development of a shower gives them."""
    axis = categories("pair", "", [f"{first} {second}" for first, second, _ in SIGNS])
    result = []
    for kind in ("electron", "pion"):
        chosen = clusters.of_kind(kind) & clusters.has & (clusters.energy > 0.7)
        estimates = []
        for first, second, sign in SIGNS:
            a, b = clusters.shapes[first], clusters.shapes[second]
            known = chosen & np.isfinite(a) & np.isfinite(b)
            found = correlation(a[known], b[known])
            estimates.append(Estimate(sign * found.value, found.error))
        reference = Reference.within(
            0.05,
            1.0,
            source="development of a shower: depth and width are common to all layers",
            trust=Trust.CHOICE,
            relation=Relation.INDEPENDENT,
            reason="the sign alone is known, and that the two are not independent",
            difference="leakage and electromagnetic fraction of electrons are drawn independently",
            bins=axis.bins,
        )
        quantity = Quantity(
            "correlations",
            GROUP,
            "Rank correlation of shapes times expected sign",
            axis,
            selection=f"{kind}s",
        )
        result.append(quantity.compared(estimates, reference))
    return result


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


def real_electrons(clusters: Clusters, real: Sequence[RealElectron]) -> list[Comparison]:
    """Layer shares and E/p beside a few really reconstructed electrons.

    For each of these the simulation's value is that of the electrons near it in |eta| and pT: the
    mean of a share, the median of E/p and of E over the true energy, which have tails.
    """
    names = ("f0", "f1", "f3", "e_over_p", "response")
    chosen = clusters.of_kind("electron") & clusters.has
    found: dict[str, list[tuple[Estimate, float]]] = {name: [] for name in names}
    for electron in real:
        near = chosen & _near(clusters, electron)
        for name in names:
            value = getattr(electron, name)
            simulated = clusters.shapes[name]
            summary = median if name in names[3:] else mean
            local = summarised(summary, simulated, near & np.isfinite(simulated))
            if value is not None and np.isfinite(local.value):
                found[name].append((local, value))
    shares = [_matched(found[name], mean) for name in names[:3]]
    ratios = [_matched(found[name], median) for name in names[3:]]
    labels = ("E/p", "E / true E")
    return [
        _beside_real("real_electron_layers", "Mean share of a layer", names[:3], shares, 0.05),
        _beside_real("real_electron_energy", "Median energy of electrons", labels, ratios, 0.15),
    ]


def _near(clusters: Clusters, electron: RealElectron) -> BoolArray:
    particles = clusters.tracks.particles
    result: BoolArray = (np.abs(particles.abs_eta - abs(electron.eta)) < MATCH_ABS_ETA) & (
        np.abs(np.log(particles.pt / electron.pt)) < MATCH_LOG_PT
    )
    return result


def _matched(
    pairs: Sequence[tuple[Estimate, float]], summary: Summary
) -> tuple[Estimate, Estimate]:
    """Average of what is simulated near each real electron, and summary of the real ones."""
    if len(pairs) < 2:
        return NOTHING, NOTHING
    ours, errors = arrays(local for local, _ in pairs)
    theirs = np.array([value for _, value in pairs])
    simulated = Estimate(float(ours.mean()), float(errors.mean()))
    return simulated, summary(theirs, np.ones(len(theirs)))


def _beside_real(
    name: str,
    title: str,
    labels: Sequence[str],
    pairs: Sequence[tuple[Estimate, Estimate]],
    tolerance: float,
) -> Comparison:
    reference = Reference(
        value=np.array([theirs.value for _, theirs in pairs]),
        error=np.array([theirs.error for _, theirs in pairs]),
        source=(
            "uproot-issue-951.root and uproot-physlite-rntuple_v1-0-0-0.root, scikit-hep-testdata: "
            "ATLAS simulation of top-quark pairs, true electrons of any origin"
        ),
        trust=Trust.READ,
        relation=Relation.INDEPENDENT,
        tolerance=tolerance,
        tolerance_reason="selection by the identification, electrons in jets, other dead material",
        difference=REAL_DIFFERENCES.get(name, ""),
    )
    quantity = Quantity(
        name, GROUP, title, categories("shape", "", labels), selection="electrons, 2–10 GeV"
    )
    return quantity.compared([ours for ours, _ in pairs], reference)


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
