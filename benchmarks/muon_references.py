"""Make config/soft_muons/real_muons.yaml from a PHYSLITE file (RNTuple).

    python benchmarks/muon_references.py FILE

Values are read with uproot alone, so that tests compare two ways of reading.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import numpy.typing as npt
import uproot
import yaml

TARGET = Path("config/soft_muons/real_muons.yaml")
MUONS = "AnalysisMuonsAuxDyn:"
STORED = {
    "middle_large_hits": "middleLargeHits",
    "middle_small_hits": "middleSmallHits",
    "outer_large_hits": "outerLargeHits",
    "outer_small_hits": "outerSmallHits",
    "author": "author",
    "spectrometer_field_integral": "spectrometerFieldIntegral",
    "momentum_balance_significance": "momentumBalanceSignificance",
    "scattering_curvature_significance": "scatteringCurvatureSignificance",
    "scattering_neighbour_significance": "scatteringNeighbourSignificance",
    "segment_delta_eta": "segmentDeltaEta",
    "mm_hits": "MMHits",
    "eta_layer1_stgc_hits": "etaLayer1STGCHits",
    "eta_layer2_stgc_hits": "etaLayer2STGCHits",
    "phi_layer1_stgc_hits": "phiLayer1STGCHits",
    "phi_layer2_stgc_hits": "phiLayer2STGCHits",
    "precision_layers": "numberOfPrecisionLayers",
    "origin": "truthOrigin",
    "eta": "eta",
}
Floats = npt.NDArray[np.float64]


def read(path: str | Path) -> dict[str, Floats]:
    """Inputs of all muons of a file, shapes (muons,); NaN where a muon has no such track."""
    with uproot.open(path) as file:
        tree = file["EventData"]
        columns = {name: _flat(tree[MUONS + branch].array()) for name, branch in STORED.items()}
        pt = _flat(tree[f"{MUONS}pt"].array())
        inner = _track(tree, "inDetTrackParticleLink", "InDetTrackParticles")
        outer = _track(
            tree, "extrapolatedMuonSpectrometerTrackParticleLink", "ExtrapolatedMuonTrackParticles"
        )
        chi2 = {
            name: _linked(tree, link, f"{container}AuxDyn:chiSquared")
            / _linked(tree, link, f"{container}AuxDyn:numberDoF")
            for name, link, container in (
                ("reduced_chi2_id", "inDetTrackParticleLink", "InDetTrackParticles"),
                ("reduced_chi2", "combinedTrackParticleLink", "CombinedMuonTrackParticles"),
            )
        }
        pixels = {
            name: _linked(tree, "inDetTrackParticleLink", f"InDetTrackParticlesAuxDyn:{branch}")
            for name, branch in (
                ("number_of_pixel_hits", "numberOfPixelHits"),
                ("number_of_pixel_dead_sensors", "numberOfPixelDeadSensors"),
            )
        }
    error = np.sqrt(inner["variance"] + outer["variance"])
    return {
        **columns,
        **chi2,
        **pixels,
        "pt": pt / 1000.0,
        "rho_prime": np.abs(inner["pt"] - outer["pt"]) / pt,
        "q_over_p_significance": np.abs(outer["q_over_p"] - inner["q_over_p"]) / error,
    }


def _track(tree: Any, link: str, container: str) -> dict[str, Floats]:
    names = {"q_over_p": "qOverP", "theta": "theta"}
    track = {n: _linked(tree, link, f"{container}AuxDyn:{b}") for n, b in names.items()}
    diagonal = f"{container}AuxDyn:definingParametersCovMatrixDiag"
    track["variance"] = _linked(tree, link, diagonal, 4)
    track["pt"] = np.sin(track["theta"]) / np.abs(track["q_over_p"])
    return track


def _linked(tree: Any, link: str, branch: str, element: int | None = None) -> Floats:
    key = tree[f"{MUONS}{link}.m_persKey"].array()
    index = ak.values_astype(tree[f"{MUONS}{link}.m_persIndex"].array(), np.int64)
    values = tree[branch].array()
    values = values if element is None else values[..., element]
    there = (key > 0) & (index < ak.num(values, axis=1))
    return _flat(ak.fill_none(values[ak.mask(index, there)], np.nan))


def _flat(values: ak.Array) -> Floats:
    flat: Floats = ak.to_numpy(ak.flatten(values)).astype(np.float64)
    return flat


def main() -> None:
    """Write the file."""
    columns = read(sys.argv[1])
    rows = [
        {
            name: None if math.isnan(values[row]) else float(f"{values[row]:.5g}")
            for name, values in sorted(columns.items())
        }
        for row in range(len(columns["pt"]))
    ]
    lines = [yaml.safe_dump(row, default_flow_style=True, width=10_000).strip() for row in rows]
    source = f"all muons of {Path(sys.argv[1]).name}, ATLAS simulation of top-quark pairs, Run 3"
    body = "".join(f"  - {line}\n" for line in lines)
    TARGET.write_text(f"# Made by benchmarks/muon_references.py.\nsource: {source}\nmuons:\n{body}")


if __name__ == "__main__":
    main()
