"""How often a hadron is matched to a reconstructed electron candidate, from a published background.

    python benchmarks/matched_hadrons.py [--results results/soft_electrons]

Reads the candidates of the backgrounds of a run and compares them with the background expected in
the regions SR-E-1l1T of arXiv:1911.12606 (Table 12, as in CheckMATE, atlas_1911_12606_ref.dat, and
GAMBIT), both with m(l, track) of 0.5 to 5 GeV and ETmiss over the sum of lepton and track pT above
30; once more with the azimuth of the electron to ETmiss that these regions ask for. The ratio is
the probability that a hadron is accepted there. It is an upper bound for the matching to electrons,
as far as the regions hold muons as well and other processes, and a lower one as far as cuts are
not applied here (impact parameter, stricter isolation).

Then, of our simulation, the share of candidates with a cluster as a supercluster of an electron
starts from: ET > 1 GeV and an electromagnetic fraction above 0.5 (athena,
egammaSuperClusterBuilderConfig.py, egammaTopoClusterCopier.h).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hepchain.io.parquet import iterate_parquet, read_parquet
from hepchain.labels import Label
from hepchain.selection.kinematics import delta_phi

Columns = dict[str, npt.NDArray[np.float64]]

# m(l, track) [GeV] -> expected background and its uncertainty.
PUBLISHED = {
    (0.5, 1.0): (0.5, 0.5),
    (1.0, 1.5): (6.0, 1.9),
    (1.5, 2.0): (7.6, 2.1),
    (2.0, 3.0): (20.7, 3.4),
    (3.2, 4.0): (24.0, 4.0),
    (4.0, 5.0): (18.1, 3.1),
}
MET_OVER_PT = 30.0
AZIMUTH = 1.0
"""Of the electron to ETmiss [rad], asked for there and not in our selection."""
LUMINOSITY = 139.0
"""[fb-1]"""
BACKGROUNDS, SIGNAL = ("wenu_jets", "wtaunu_jets"), "higgsino_155_150"
PT_EDGES = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 5.0)
SEED_ET, SEED_FRACTION = 1.0, 0.5


def selected(results: Path, sample: str) -> Columns:
    """Candidates of a sample."""
    table = read_parquet(results / f"selection/{sample}.parquet")
    names = ("event_number", "track_index", "weight", "mass", "pt", "electron_pt", "met", "label")
    found = {name: np.asarray(table[name]) for name in names}
    found["azimuth"] = np.abs(delta_phi(table["electron_phi"], table["met_phi"]))
    found["weight"] = LUMINOSITY * found["weight"]
    return found


def print_published(candidates: Columns) -> None:
    """Published background over the candidates, for several smallest pT of the track."""
    published = sum(value for value, _ in PUBLISHED.values())
    error = np.sqrt(sum(error**2 for _, error in PUBLISHED.values()))
    ratio = candidates["met"] / (candidates["pt"] + candidates["electron_pt"])
    windows = [(candidates["mass"] > a) & (candidates["mass"] < b) for a, b in PUBLISHED]
    inside = np.any(windows, axis=0) & (ratio > MET_OVER_PT)
    print(f"published background {published:.1f} +- {error:.1f}")
    for smallest, azimuth in ((1.0, np.pi), (2.0, np.pi), (2.0, AZIMUTH)):
        chosen = inside & (candidates["pt"] > smallest) & (candidates["azimuth"] <= azimuth)
        weight = candidates["weight"][chosen]
        total, statistical = weight.sum(), np.sqrt((weight**2).sum())
        found = published / total
        relative = np.hypot(error / published, statistical / total)
        print(
            f"tracks above {smallest:g} GeV, azimuth of the electron up to {azimuth:.1f}: "
            f"{total:.0f} +- {statistical:.0f} here ({len(weight)} candidates), "
            f"ratio {found:.3f} +- {found * relative:.3f}"
        )


def print_seeds(results: Path, sample: str, candidates: Columns) -> None:
    """Share of candidates with a cluster a supercluster starts from, in bins of pT."""
    wanted = set(zip(candidates["event_number"], candidates["track_index"], strict=True))
    names = ("event_number", "track_index", "pt", "e_over_p", "eng_frac_em")
    seeds: dict[tuple[int, int], bool] = {}
    for path in sorted((results / f"skimming/{sample}").glob("tracks-*.parquet")):
        for chunk in iterate_parquet(path, names):
            columns = {name: np.asarray(chunk[name]) for name in names}
            passes = (columns["e_over_p"] * columns["pt"] > SEED_ET) & (
                columns["eng_frac_em"] > SEED_FRACTION
            )
            keys = zip(columns["event_number"], columns["track_index"], strict=True)
            seeds |= {k: bool(p) for k, p in zip(keys, passes, strict=True) if k in wanted}
    keys = zip(candidates["event_number"], candidates["track_index"], strict=True)
    seed = np.array([seeds[key] for key in keys])
    row = np.digitize(candidates["pt"], PT_EDGES) - 1
    for label in (Label.BACKGROUND, Label.SIGNAL):
        of_label = candidates["label"] == label
        cells = [
            f"{seed[chosen].mean():.2f} ({chosen.sum()})" if chosen.any() else "-"
            for chosen in (of_label & (row == index) for index in range(len(PT_EDGES) - 1))
        ]
        print(f"{sample}, {label.name.lower()}: {', '.join(cells)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=Path, default=Path("results/soft_electrons"))
    results = parser.parse_args().results
    backgrounds = [selected(results, sample) for sample in BACKGROUNDS]
    names = backgrounds[0]
    print_published({name: np.concatenate([item[name] for item in backgrounds]) for name in names})
    print(f"cluster above {SEED_ET:g} GeV, by pT of the track between {PT_EDGES} GeV (tracks):")
    for sample in (*BACKGROUNDS, SIGNAL):
        print_seeds(results, sample, selected(results, sample))


if __name__ == "__main__":
    main()
