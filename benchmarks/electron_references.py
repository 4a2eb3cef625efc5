"""Electrons of ATLAS simulation, fully reconstructed, as a reference of the calorimeter response.

    python benchmarks/electron_references.py TTREE_FILE RNTUPLE_FILE > OUTPUT.yaml

The files are `uproot-issue-951.root` and `uproot-physlite-rntuple_v1-0-0-0.root` of
scikit-hep/scikit-hep-testdata (BSD-3-Clause): 50 and 100 events of top-quark pairs. Kept are true
electrons of any origin below 20 GeV with their layer energies, the calibrated energy of the cluster
and the momentum of the track (Gaussian-sum fit).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uproot
import yaml

MAX_PT = 20.0e3
"""MeV"""
ELECTRON = 11
TRUE_ELECTRONS = 394100163
"""Key of the container of true electrons, which holds those that are not from the material."""
LAYERS = 4
"""Presampler, strips, middle, back; in the barrel, then in the end-cap."""
ALL_LAYERS = 28
"""With those of the other calorimeters."""
PRESAMPLER_MAX_ETA = 1.8
HEADER = """\
# Electrons of ATLAS simulation, fully reconstructed (top-quark pairs): true ones of any origin,
# pT < 20 GeV, of {files},
# scikit-hep/scikit-hep-testdata, BSD-3-Clause. Made by benchmarks/electron_references.py.
# They passed the reconstruction and the loosest identification, which favours the electron-like.
# f0, f1, f3: shares of presampler (null where there is none), strips and back layer in the energy
# of all layers; e_over_p: calibrated energy of the cluster over momentum of the track; response:
# the same energy over that of the true electron, null if the file does not keep that one.
"""


class Reader:
    """Columns of one file, in whichever of the two formats it is."""

    def __init__(self, path: Path) -> None:
        file = uproot.open(path)
        self._ntuple = "EventData" in file.keys(cycle=False)
        self._tree: Any = file["EventData" if self._ntuple else "CollectionTree"]

    def column(self, container: str, name: str) -> Any:
        """One variable, jagged by event."""
        return self._tree[f"{container}AuxDyn{':' if self._ntuple else '.'}{name}"].array()

    def truth(self) -> Any:
        """Container and position of the true particle of each electron."""
        if self._ntuple:
            link = self.column("AnalysisElectrons", "TruthLink")
            return link["m_persKey"], link["m_persIndex"]
        name = "AnalysisElectronsAuxDyn.TruthLink"
        return tuple(
            self._tree[f"{name}/{name}.{part}"].array() for part in ("m_persKey", "m_persIndex")
        )

    def pattern(self) -> Any:
        """Bits of the layers each cluster has energy in, None if the file lacks them."""
        return self.column("egammaClusters", "samplingPattern") if self._ntuple else None


def layers(energies: list[float], pattern: int | None) -> list[float] | None:
    """Energy by layer, None if it cannot be told which is which."""
    if pattern is None:
        # Barrel or end-cap alone: with presampler four, without it three.
        if len(energies) not in (LAYERS - 1, LAYERS):
            return None
        return [0.0] * (LAYERS - len(energies)) + energies
    present = [bit for bit in range(ALL_LAYERS) if pattern >> bit & 1]
    if len(present) != len(energies):
        return None
    total = [0.0] * LAYERS
    for bit, energy in zip(present, energies, strict=True):
        total[bit % LAYERS] += energy if bit < 2 * LAYERS else 0.0
    return total


def electrons(path: Path) -> Iterator[dict[str, float | None]]:
    """What is kept of each electron."""
    reader = Reader(path)
    names = ("pt", "eta", "truthPdgId", "caloClusterLinks", "trackParticleLinks")
    of_electrons = {name: reader.column("AnalysisElectrons", name) for name in names}
    energy = reader.column("egammaClusters", "calE")
    sampled = reader.column("egammaClusters", "e_sampl")
    q_over_p = reader.column("GSFTrackParticles", "qOverP")
    true_energy = reader.column("TruthElectrons", "e")
    container, position = reader.truth()
    pattern = reader.pattern()
    for event in range(len(energy)):
        entries = zip(*(of_electrons[name][event] for name in names), strict=True)
        for number, (pt, eta, code, clusters, tracks) in enumerate(entries):
            if abs(code) != ELECTRON or pt > MAX_PT:
                continue
            cluster, track = clusters[0]["m_persIndex"], tracks[0]["m_persIndex"]
            bits = None if pattern is None else int(pattern[event][cluster])
            found = layers([float(e) for e in sampled[event][cluster]], bits)
            momentum = abs(1.0 / q_over_p[event][track])
            measured = float(energy[event][cluster])
            response = None
            if container[event][number] == TRUE_ELECTRONS:
                response = measured / float(true_energy[event][position[event][number]])
            yield summary(pt, eta, found, measured / momentum, response)


def summary(
    pt: float, eta: float, found: list[float] | None, e_over_p: float, response: float | None
) -> dict[str, float | None]:
    """One entry of the file; lengths of the numbers as their precision warrants."""
    total = sum(found) if found else 0.0
    shares = [energy / total for energy in found] if found else [None] * LAYERS
    presampler = shares[0] if abs(eta) < PRESAMPLER_MAX_ETA else None
    numbers = {
        "pt": pt / 1e3,
        "eta": eta,
        "f0": presampler,
        "f1": shares[1],
        "f3": shares[3],
        "e_over_p": e_over_p,
        "response": response,
    }
    return {
        name: None if value is None else round(float(value), 3) for name, value in numbers.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs=2, type=Path)
    arguments = parser.parse_args()
    names = ("uproot-issue-951.root", "uproot-physlite-rntuple_v1-0-0-0.root")
    found = [entry for path in arguments.files for entry in electrons(path)]
    found.sort(key=lambda entry: entry["pt"] or 0.0)
    print(HEADER.format(files=" and ".join(names)), end="")
    print("electrons:")
    for entry in found:
        print(f"  - {yaml.safe_dump(entry, default_flow_style=True, width=200).strip()}")


if __name__ == "__main__":
    main()
