"""Summaries of really reconstructed tracks, from public files of ATLAS simulation.

    python benchmarks/track_references.py FILES [--output OUTPUT]

FILES is the folder with the two files under their names at scikit-hep/scikit-hep-testdata
(BSD-3-Clause): uproot-issue-951.root and uproot-physlite-rntuple_v1-0-0-0.root. Prints how well the
two agree with each other, and how far the formulas that the simulation had for the errors of d0 and
z0 before it was fitted, are from the files.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import uproot
import yaml
from scipy.stats import chi2

from hepchain.io.atomic import atomic_path
from hepchain.io.targets import require_own_file
from hepchain.validation import reconstructed as model
from hepchain.validation.comparison import FloatArray
from hepchain.validation.quantities import in_bin, select

COUNTS = {
    "number_of_innermost_pixel_layer_hits": "numberOfInnermostPixelLayerHits",
    "number_of_pixel_hits": "numberOfPixelHits",
    "number_of_pixel_holes": "numberOfPixelHoles",
    "number_of_pixel_dead_sensors": "numberOfPixelDeadSensors",
    "number_of_pixel_shared_hits": "numberOfPixelSharedHits",
    "number_of_sct_hits": "numberOfSCTHits",
    "number_of_sct_holes": "numberOfSCTHoles",
    "number_of_sct_dead_sensors": "numberOfSCTDeadSensors",
    "number_of_sct_shared_hits": "numberOfSCTSharedHits",
    "number_of_trt_hits": "numberOfTRTHits",
    "number_of_trt_outliers": "numberOfTRTOutliers",
    "chi_squared": "chiSquared",
    "number_dof": "numberDoF",
}
PARAMETERS = ("d0", "z0", "phi", "theta", "q_over_p")
PER_GEV = 1e3
"""1/MeV, the unit of q/p in the files."""
CAMPAIGNS = {410000: "MC23a", 450000: "MC23d"}
"""By run number, from memory: conditions of 2022 and of 2023."""


@dataclass(frozen=True)
class Origin:
    """A file at its origin, and where it is read: tree, separator of names."""

    name: str
    tree: str
    separator: str
    fitted: tuple[str, ...]


# The innermost layer's hits, and the TRT's, follow from what was fitted to all layers and tracks.
FITTED = (
    *("d0_error", "z0_error", "phi_error", "theta_error", "q_over_p_relative_error"),
    *("chi2_per_dof", "number_of_pixel_hits", "number_of_pixel_holes"),
    *("number_of_pixel_dead_sensors", "number_of_pixel_shared_hits", "number_of_sct_hits"),
    *("number_of_sct_holes", "number_of_sct_dead_sensors", "number_of_sct_shared_hits"),
    *("trt_share", "number_of_trt_hits", "number_of_trt_outliers"),
)
ORIGINS = (
    Origin("uproot-issue-951.root", "CollectionTree", ".", FITTED),
    Origin("uproot-physlite-rntuple_v1-0-0-0.root", "EventData", ":", ()),
)
SOURCE = "DAOD_PHYSLITE, scikit-hep/scikit-hep-testdata, BSD-3-Clause"


def read_tracks(path: Path, origin: Origin) -> dict[str, FloatArray]:
    """Columns of all tracks of a file in GeV and mm."""
    with uproot.open(path) as file:
        tree = file[origin.tree]

        def flat(name: str) -> FloatArray:
            branch = f"InDetTrackParticlesAuxDyn{origin.separator}{name}"
            values = ak.to_numpy(ak.flatten(tree[branch].array(), axis=None))
            return np.asarray(values, np.float64)

        variance = flat("definingParametersCovMatrixDiag").reshape(-1, len(PARAMETERS))
        theta, q_over_p = flat("theta"), flat("qOverP") * PER_GEV
        columns = {name: flat(branch) for name, branch in COUNTS.items()}
    errors = dict(zip((f"{name}_error" for name in PARAMETERS), np.sqrt(variance).T, strict=True))
    errors["q_over_p_error"] = errors["q_over_p_error"] * PER_GEV
    kinematics = {
        "pt": np.sin(theta) / np.abs(q_over_p),
        "eta": -np.log(np.tan(theta / 2.0)),
        "q_over_p": q_over_p,
    }
    return kinematics | errors | columns


def reference_of(path: Path, origin: Origin) -> model.ReferenceFile:
    """Everything that is kept of a file."""
    columns = read_tracks(path, origin)
    with uproot.open(path) as file:
        event = file[origin.tree]
        prefix = f"EventInfoAuxDyn{origin.separator}"
        collisions = ak.to_numpy(event[f"{prefix}actualInteractionsPerCrossing"].array())
        run = int(event[f"{prefix}runNumber"].array()[0])
        channel = int(event[f"{prefix}mcChannelNumber"].array()[0])
    bins = list(pairwise(model.PT_EDGES))
    return model.ReferenceFile(
        name=origin.name,
        source=SOURCE,
        title=f"ATLAS simulation {CAMPAIGNS[run]}",
        conditions=(
            f"top-quark pairs (channel {channel}), run number {run}, "
            f"{collisions.mean():.1f} collisions a crossing"
        ),
        fitted=list(origin.fitted),
        events=len(collisions),
        mean_collisions=round(float(collisions.mean()), 2),
        tracks=[[int(in_bin(columns, pt, eta).sum()) for pt in bins] for eta in model.ABS_ETA],
        eta_cells=[_eta_cells(columns, pt) for pt in bins],
        pt_cells=[[_pt_cells(columns, pt, eta) for pt in bins] for eta in model.ABS_ETA],
        quantities=model.summarise(columns),
    )


def _eta_cells(columns: Mapping[str, FloatArray], pt: tuple[float, float]) -> list[int]:
    tracks = select(columns, in_bin(columns, pt, (0.0, 2.5)))
    return [int(n) for n in np.histogram(np.abs(tracks["eta"]), model.eta_cells())[0]]


def _pt_cells(
    columns: Mapping[str, FloatArray], pt: tuple[float, float], eta: tuple[float, float]
) -> list[int]:
    tracks = select(columns, in_bin(columns, pt, eta))
    return [int(n) for n in np.histogram(tracks["pt"], model.pt_cells(*pt))[0]]


def references(folder: Path) -> model.ReconstructedTracks:
    """Both files."""
    return model.ReconstructedTracks(
        pt_edges=list(model.PT_EDGES),
        abs_eta=list(model.ABS_ETA),
        files=[reference_of(folder / origin.name, origin) for origin in ORIGINS],
    )


class _Dumper(yaml.SafeDumper):
    """Lists of numbers on one line."""


def _list(dumper: yaml.SafeDumper, items: list[Any]) -> yaml.Node:
    flow = not any(isinstance(item, dict | str) for item in items)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=flow)


_Dumper.add_representer(list, _list)
HEADER = """\
# Really reconstructed tracks, summed up by benchmarks/track_references.py; not edited by hand.
# Rows: ranges of abs(eta); columns: bins of pT. Errors of a median by bootstrap.
"""


def write(reference: model.ReconstructedTracks, path: Path) -> None:
    text = yaml.dump(reference.model_dump(mode="json"), Dumper=_Dumper, sort_keys=False, width=100)
    check = partial(
        require_own_file,
        made_by="benchmarks/track_references.py",
        is_own=lambda found: found.read_bytes().startswith(HEADER.encode()),
    )
    with atomic_path(path, check) as temporary:
        temporary.write_text(HEADER + text)


def print_agreement(reference: model.ReconstructedTracks) -> None:
    first, second = reference.files
    print(f"{first.title} ({first.name}): {first.conditions}")
    print(f"against {second.title} ({second.name}): {second.conditions}")
    for name, (chi_squared, bins) in model.agreement(first, second).items():
        chance = chi2.sf(chi_squared, bins)
        print(f"  {name:40s} chi2 {chi_squared:6.1f} in {bins:2d} bins, p = {chance:.3f}")


def print_before(folder: Path) -> None:
    """sigma(d0) = 10 um (+) 70 um GeV / (pT sqrt(sin theta)), sigma(z0 sin theta) = 50 (+) 95."""
    print("formulas before the fit over the median error found, |eta| < 1.5, by pT:")
    for origin in ORIGINS:
        columns = read_tracks(folder / origin.name, origin)
        for name, constant, slope in (("d0", 0.010, 0.070), ("z0", 0.050, 0.095)):
            ratios = [
                _before(columns, pt, name, constant, slope) for pt in pairwise(model.PT_EDGES)
            ]
            print(f"  {origin.name:40s} {name} " + " ".join(f"{ratio:.2f}" for ratio in ratios))


def _before(
    columns: Mapping[str, FloatArray],
    pt: tuple[float, float],
    name: str,
    constant: float,
    slope: float,
) -> float:
    tracks = select(columns, in_bin(columns, pt, (0.0, 1.5)))
    sine = 1.0 / np.cosh(tracks["eta"])
    formula = np.hypot(constant, slope / (tracks["pt"] * np.sqrt(sine)))
    if name == "z0":
        formula = formula / sine
    return float(np.median(formula) / np.median(tracks[f"{name}_error"]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, metavar="FILES", help="folder with the two files")
    parser.add_argument(
        "--output", type=Path, default=Path("config/validation/reconstructed_tracks.yaml")
    )
    arguments = parser.parse_args()
    reference = references(arguments.folder)
    write(reference, arguments.output)
    print_agreement(reference)
    print_before(arguments.folder)


if __name__ == "__main__":
    main()
