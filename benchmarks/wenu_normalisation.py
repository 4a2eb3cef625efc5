"""Normalisation of W -> e nu + jets: Pythia's leading order against higher-order calculations.

    python benchmarks/wenu_normalisation.py [--events 200000] [--events-with-jet 20000]

Prints the factor on Pythia's inclusive leading-order cross-section of W -> e nu that gives that of
Sherpa 2.2.1 (NLO for up to two jets, normalised to NNLO with the factor 0.9702; slices in
max(HT, pT(V)) summed), and what it means for pT(W) > 200 GeV, from two calculations:

- the process the background is generated with, W + 1 parton and shower;
- inclusive W production, the first emission of the shower corrected to the matrix element.

Their difference tells how far a factor from the inclusive cross-section can be trusted at large pT.
Then the polarisation of the W with a jet, without any veto, against that of isotropic decays.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np

from hepchain.chains.soft_electrons.simulation.wenu_jets import W, WenuSource
from hepchain.simulation.generation.particles import ELECTRON
from hepchain.simulation.generation.pythia import PythiaRun, Settings
from hepchain.simulation.generation.record import EventRecord, Floats
from tests.polarisation import helicity_fractions

# Sherpa 2.2.1 W -> e nu, before the factor to NNLO, by slice of max(HT, pT(V)) [pb].
SHERPA = {"0-70": 19106.9, "70-140": 943.5, "140-280": 338.3, "280-500": 71.75, ">500": 16.4574}
SHERPA_FACTOR = 0.9702
# MG5_aMC@NLO, FxFx merging, W -> l nu of three flavours above a pT(W) [pb], as different analyses
# list them for two tunes: rgerosa/AnalysisCode (CUETP8M1) and lists for TuneCP5.
MERGED = {100.0: (644.4, 790.0), 250.0: (24.69, 31.6)}
# ATLAS, PLB 759 (2016) 601, W+ and W- -> l nu at 13 TeV [pb].
MEASURED, MEASURED_ERROR = 20620.0, float(np.hypot(np.hypot(20, 20), 570))

LEPTONIC: Settings = {f"{W}:onMode": "off", f"{W}:onIfAny": ELECTRON}
INCLUSIVE: Settings = {"WeakSingleBoson:ffbar2W": "on", **LEPTONIC}
WITH_JET: Settings = {
    "WeakBosonAndParton:qqbar2Wg": "on",
    "WeakBosonAndParton:qg2Wq": "on",
    **LEPTONIC,
}
NO_HADRONS: Settings = {"HadronLevel:all": "off", "PartonLevel:MPI": "off"}
CHUNK = 500


@dataclass(frozen=True)
class WSample:
    """W bosons of a run without vetoes."""

    cross_section: float
    error: float
    pt: Floats
    cos_theta: Floats
    charge: Floats

    def above(self, pt: float) -> tuple[float, float]:
        """Cross-section above a transverse momentum of the W and its error [pb]."""
        passing = int((self.pt > pt).sum())
        share = passing / len(self.pt)
        error = np.sqrt(max(passing, 1) * (1 - share)) / len(self.pt)
        return self.cross_section * share, float(self.cross_section * error)


def simulate(settings: Settings, events: int, seed: int) -> WSample:
    run = PythiaRun({**settings, **NO_HADRONS}, seed)
    source = WenuSource(run, min_truth_met=0.0)
    pt, cosine, charge = [], [], []
    for _ in range(events // CHUNK):
        record, hard = source.complete(run.next_events(CHUNK, kept=events))
        pt.append(hard.system_pt)
        cosine.append(hard.cos_theta_star)
        charge.append(w_charge(record))
    section = run.cross_section()
    return WSample(
        section.value,
        section.error,
        np.concatenate(pt),
        np.concatenate(cosine),
        np.concatenate(charge),
    )


def w_charge(record: EventRecord) -> Floats:
    mother = np.abs(record.pdg_id[record.mother]) == W
    lepton = mother & (np.abs(record.pdg_id) == ELECTRON)
    return np.asarray(-np.sign(record.pdg_id[lepton]), float)


def print_polarisation(sample: WSample, title: str) -> None:
    for charge, name in ((1, "W+"), (-1, "W-")):
        chosen = sample.charge == charge
        fitted = helicity_fractions(sample.cos_theta[chosen], charge)
        print(
            f"  {title} {name}: f_L {fitted.left:.3f} +- {fitted.left_error:.3f}, "
            f"f_R {fitted.right:.3f} +- {fitted.right_error:.3f}, "
            f"f_0 {fitted.longitudinal:.3f} +- {fitted.longitudinal_error:.3f}, "
            f"f_L - f_R {fitted.left_minus_right:.3f} +- {fitted.left_minus_right_error:.3f} "
            f"(isotropic: 1/3, 1/3, 1/3, 0)"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--events-with-jet", type=int, default=20_000)
    arguments = parser.parse_args()

    sherpa = SHERPA_FACTOR * sum(SHERPA.values())
    inclusive = simulate(INCLUSIVE, arguments.events, 1)
    k = sherpa / inclusive.cross_section
    k_error = k * inclusive.error / inclusive.cross_section
    print(f"Sherpa, normalised to NNLO      {sherpa:9.0f} pb")
    print(f"measured (ATLAS)                {MEASURED:9.0f} +- {MEASURED_ERROR:.0f} pb")
    print(
        f"Pythia, W inclusive, LO         {inclusive.cross_section:9.1f} +- {inclusive.error:.1f}"
    )
    print(f"factor                          {k:9.4f} +- {k_error:.4f}")

    with_jet = simulate({**WITH_JET, "PhaseSpace:pTHatMin": 110.0}, arguments.events_with_jet, 2)
    print(
        f"Pythia, W + jet, pTHat > 110    {with_jet.cross_section:9.2f} +- {with_jet.error:.2f} pb"
    )
    for pt in (100.0, 140.0, 200.0, 250.0):
        for name, sample in (("W + jet", with_jet), ("W inclusive", inclusive)):
            value, error = sample.above(pt)
            print(
                f"sigma(pT(W) > {pt:.0f}), {name:12s}  {value:6.2f} +- {error:.2f} pb, "
                f"with the factor {k * value:6.2f} +- {k * error:.2f} pb"
            )

    for pt, (low, high) in MERGED.items():
        print(f"sigma(pT(W) > {pt:.0f}), NLO merged    {low / 3:6.2f} to {high / 3:.2f} pb")

    hard = simulate({**WITH_JET, "PhaseSpace:pTHatMin": 150.0}, arguments.events_with_jet, 3)
    print(f"Pythia, W + jet, pTHat > 150    {hard.cross_section:9.2f} +- {hard.error:.2f} pb")
    print_polarisation(hard, "pTHat > 150")


if __name__ == "__main__":
    main()
