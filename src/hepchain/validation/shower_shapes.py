"""Shapes of showers: moments, cuts of a menu, correlations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from hepchain.trust import Trust
from hepchain.validation.clusters import GROUP, Clusters
from hepchain.validation.comparison import Comparison, FloatArray, Relation, categories
from hepchain.validation.reference import Quantity, Reference, rms, summarised
from hepchain.validation.summaries import NOTHING, Estimate, mean, share

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
    "lateral shapes of the response are one distribution for all energies, set for 0.7 to 5 GeV; "
    "real showers of more energy are narrower, and the menu's cuts with them"
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
