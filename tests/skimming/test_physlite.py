"""A real ATLAS file through the stage: every value equal to that of the file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot

from hepchain.config.ntuple import NtupleMap
from hepchain.config.reading import load_block
from hepchain.config.samples import Role
from hepchain.config.skimming import TrackSelection
from hepchain.errors import InputError
from hepchain.features.table import FeatureSettings, make_features
from hepchain.io import read_json, read_parquet
from tests.skimming.checks import check_ntuple
from tests.soft_electrons import LABELLING

TRACKS = 1323
ELECTRONS_WITH_TRACK = 25  # of 27: the tracks of two were not kept, their links are null
MEV = 1e-3

Read = Callable[[str], Any]


@pytest.fixture(scope="module")
def skimmed(
    physlite: Path,
    skim_into: Callable[..., dict[str, str]],
    all_tracks: TrackSelection,
    xaod_map_path: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Any]:
    directory = tmp_path_factory.mktemp("physlite")
    arguments = {"tracks": all_tracks, "role": Role.TRAINING, "map_path": xaod_map_path}
    paths = skim_into(directory, physlite, **arguments)
    tables = {table: read_parquet(paths[table]) for table in ("events", "tracks")}
    return {**tables, "report": read_json(paths["report"]), "paths": paths}


@pytest.fixture
def read(physlite: Path) -> Read:
    """Function (name of a track variable) -> flat values straight from the file, in float64."""
    tree = uproot.open(physlite)["CollectionTree"]

    def values(name: str) -> Any:
        array = tree[f"InDetTrackParticlesAuxDyn.{name}"].array()
        flat = ak.to_numpy(ak.flatten(array))
        return flat.astype(np.float64)

    return values


def test_every_track_goes_through(skimmed: dict[str, Any], read: Read) -> None:
    assert len(skimmed["tracks"]) == TRACKS == len(read("d0"))
    assert len(skimmed["events"]) == 50
    assert skimmed["report"]["tracks"][-1]["tracks"] == TRACKS


def test_variables_equal_a_direct_read(skimmed: dict[str, Any], read: Read) -> None:
    theta, q_over_p = read("theta"), read("qOverP")
    variance = read("definingParametersCovMatrixDiag")
    errors = dict(zip(("d0", "z0", "phi", "theta", "q_over_p"), np.sqrt(variance.T), strict=True))
    expected = {
        "pt": np.sin(theta) / abs(q_over_p) * MEV,
        "eta": -np.log(np.tan(theta / 2)),
        "phi": read("phi"),
        "q_over_p": q_over_p / MEV,
        "d0": read("d0"),
        "z0": read("z0"),
        "theta": theta,
        "charge": np.sign(q_over_p),
        "d0_significance": read("d0") / errors["d0"],
        "d0_error": errors["d0"],
        "z0_error": errors["z0"],
        "phi_error": errors["phi"],
        "theta_error": errors["theta"],
        "q_over_p_error": errors["q_over_p"] / MEV,
        "chi_squared": read("chiSquared"),
        "number_dof": read("numberDoF"),
        "number_of_innermost_pixel_layer_hits": read("numberOfInnermostPixelLayerHits"),
        "number_of_pixel_hits": read("numberOfPixelHits"),
        "number_of_pixel_holes": read("numberOfPixelHoles"),
        "number_of_pixel_shared_hits": read("numberOfPixelSharedHits"),
        "number_of_pixel_dead_sensors": read("numberOfPixelDeadSensors"),
        "number_of_sct_hits": read("numberOfSCTHits"),
        "number_of_sct_holes": read("numberOfSCTHoles"),
        "number_of_sct_shared_hits": read("numberOfSCTSharedHits"),
        "number_of_sct_dead_sensors": read("numberOfSCTDeadSensors"),
    }
    for name, values in expected.items():
        # A logarithm loses relative accuracy near zero: eta to 1e-6 absolute.
        assert ak.to_numpy(skimmed["tracks"][name]) == pytest.approx(
            values, rel=1e-6, abs=1e-6 if name == "eta" else 0
        ), name


def test_tracks_outside_the_trt_have_no_trt_variables(skimmed: dict[str, Any], read: Read) -> None:
    hits = read("numberOfTRTHits")
    without = hits == 0
    assert 0 < without.sum() < TRACKS
    for name in ("numberOfTRTHits", "numberOfTRTOutliers"):
        found = ak.to_numpy(
            skimmed["tracks"][name.replace("numberOfTRT", "number_of_trt_").lower()]
        )
        assert np.isnan(found[without]).all()
        assert np.array_equal(found[~without], read(name)[~without])


def test_vertex_of_a_track_is_the_nearest(
    skimmed: dict[str, Any], read: Read, physlite: Path
) -> None:
    tree = uproot.open(physlite)["CollectionTree"]
    vertices = tree["PrimaryVerticesAuxDyn.z"].array()
    counts = ak.num(tree["InDetTrackParticlesAuxDyn.d0"].array())
    z = ak.unflatten(read("z0") + read("vz"), counts)
    sin_theta = ak.unflatten(np.sin(read("theta")), counts)
    expected = [
        min(abs(track - vertex) * sine for vertex in event_vertices)
        for event, event_vertices in enumerate(vertices.tolist())
        for track, sine in zip(z[event].tolist(), sin_theta[event].tolist(), strict=True)
    ]
    found = abs(ak.to_numpy(skimmed["tracks"].z0_sin_theta))
    assert found == pytest.approx(np.array(expected), abs=2e-5)
    significance = skimmed["tracks"].z0_sin_theta_significance
    error = ak.to_numpy(skimmed["tracks"].z0_error) * np.sin(read("theta"))
    assert abs(ak.to_numpy(significance)) == pytest.approx(found / error, rel=1e-4)


def test_electrons_find_their_track(skimmed: dict[str, Any]) -> None:
    events = skimmed["events"]
    has_track = events.electron_track_index >= 0
    assert ak.sum(has_track) == ELECTRONS_WITH_TRACK
    assert ak.count(events.electron_pt) == 27
    # The electron's direction is that of a refit of the same track.
    distance = abs(events.electron_track_phi - events.electron_phi)[has_track]
    assert ak.max(distance) < 0.01
    e_over_p = skimmed["tracks"].e_over_p
    assert np.isfinite(ak.to_numpy(e_over_p)).sum() == ELECTRONS_WITH_TRACK


def test_absent_variables_are_named(
    skimmed: dict[str, Any], physlite: Path, groups: dict[str, list[str]], xaod_map_path: str
) -> None:
    variables = [name for names in groups.values() for name in names]
    report = check_ntuple(physlite, xaod_map_path, groups).report
    assert report is not None
    present = [name for name in variables if f"track_{name}" in report.present]
    assert len(present) == 27
    assert len(variables) - len(present) == 52
    assert not report.wrong_type
    tracks = skimmed["tracks"]
    for name in set(variables) - set(present):
        assert f"track_{name}" in skimmed["report"]["absent"]
        assert ak.all(np.isnan(tracks[name]))
    branches = set(uproot.open(physlite)["CollectionTree"].keys())
    sources = load_block(xaod_map_path, NtupleMap).branches
    for name in set(variables) - set(present):
        source = sources.get(f"track_{name}")
        assert source is None or source.branch is None or source.branch not in branches
    assert set(skimmed["report"]["incomplete_groups"]) == {"silicon", "trt", "calorimeter"}


def test_signal_samples_are_refused_for_want_of_missing_momentum(
    physlite: Path, run_skim: Callable[..., Any], xaod_map_path: str
) -> None:
    with pytest.raises(InputError, match=r"missing: met \(not in the branch map\)"):
        run_skim(physlite, role=Role.SIGNAL, map_path=xaod_map_path)


CATEGORIES = {"trt": ["silicon", "trt"], "silicon": ["silicon"]}


def test_features_refuse_a_file_that_lacks_part_of_every_group(
    skimmed: dict[str, Any], groups: dict[str, list[str]], tmp_path: Path
) -> None:
    outputs = (str(tmp_path / "features.parquet"), str(tmp_path / "summary.json"))
    inputs = (skimmed["paths"]["tracks"], skimmed["paths"]["report"])
    with pytest.raises(InputError, match="no category can be formed") as caught:
        make_features(*inputs, FeatureSettings("ttbar", 2, groups, CATEGORIES, LABELLING), *outputs)
    assert "pixel_dedx" in str(caught.value)


def test_features_of_the_variables_that_are_there(
    physlite: Path,
    run_skim: Callable[..., dict[str, str]],
    all_tracks: TrackSelection,
    groups: dict[str, list[str]],
    xaod_map_path: str,
    tmp_path: Path,
    read: Read,
) -> None:
    found = check_ntuple(physlite, xaod_map_path, role=Role.TRAINING)
    assert found.usable
    assert found.report is not None
    present = found.report.present
    fewer = {
        group: [name for name in groups[group] if f"track_{name}" in present]
        for group in ("silicon", "trt")
    }
    paths = run_skim(
        physlite, tracks=all_tracks, role=Role.TRAINING, map_path=xaod_map_path, variables=fewer
    )
    output, summary = str(tmp_path / "features.parquet"), str(tmp_path / "summary.json")
    settings = FeatureSettings("ttbar", 2, fewer, CATEGORIES, LABELLING)
    make_features(paths["tracks"], paths["report"], settings, output, summary)
    features = read_parquet(output)
    assert len(features) == TRACKS
    assert ak.sum(features.category == "trt") == (read("numberOfTRTHits") > 0).sum()
    assert read_json(summary)["categories"]["silicon"]["unknown"]["tracks"] > 0
