from __future__ import annotations

import importlib.util
import sys
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from hepchain.config.loader import load_block
from hepchain.validation import reconstructed as model
from hepchain.validation.quantities import COLUMNS, ERRORS, HITS, in_bin
from hepchain.validation.summaries import effective_entries

REPOSITORY = Path(__file__).parents[2]
FILE = REPOSITORY / "config" / "validation" / "reconstructed_tracks.yaml"
REAL = REPOSITORY.parent / "shared" / "data" / "physlite"
LOCAL_NAMES = {
    "uproot-issue-951.root": "DAOD_PHYSLITE_ttbar_ttree.root",
    "uproot-physlite-rntuple_v1-0-0-0.root": "DAOD_PHYSLITE_ttbar_rntuple.root",
}


def script() -> ModuleType:
    path = REPOSITORY / "benchmarks" / "track_references.py"
    spec = importlib.util.spec_from_file_location("track_references", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def tracks() -> model.ReconstructedTracks:
    return load_block(FILE, model.ReconstructedTracks)


def test_file_has_the_bins_of_the_code(tracks: model.ReconstructedTracks) -> None:
    assert tuple(tracks.pt_edges) == model.PT_EDGES
    assert tuple(tracks.abs_eta) == model.ABS_ETA
    names = {quantity.name for quantity in (*ERRORS, *HITS)}
    for file in tracks.files:
        assert set(file.quantities) == names
        assert set(file.fitted) <= names


def test_counts_add_up(tracks: model.ReconstructedTracks) -> None:
    for file in tracks.files:
        exclusive, barrel = np.array(file.tracks[:3]), np.array(file.tracks[3])
        assert (exclusive[:2].sum(axis=0) == barrel).all()
        assert (exclusive.sum(axis=0) == np.sum(file.eta_cells, axis=1)).all()
        assert (np.sum(file.pt_cells, axis=2) == np.array(file.tracks)).all()


def test_only_the_first_file_was_fitted_to(tracks: model.ReconstructedTracks) -> None:
    first, second = tracks.files
    assert "d0_error" in first.fitted
    assert second.fitted == []


def test_files_agree_with_each_other_better_than_the_tolerance(
    tracks: model.ReconstructedTracks,
) -> None:
    """Track errors at |eta| < 0.8: the two files differ by less than the 10 % we allow us."""
    first, second = tracks.files
    for quantity in ERRORS[:5]:
        a, b = (model.values(file.quantities[quantity.name].value, 0) for file in (first, second))
        assert a == pytest.approx(b, rel=0.10), quantity.name


@pytest.mark.parametrize("name", sorted(LOCAL_NAMES))
def test_file_is_made_from_the_real_tracks(name: str, tracks: model.ReconstructedTracks) -> None:
    real = REAL / LOCAL_NAMES[name]
    if not real.exists():
        pytest.skip(f"needs {real.name} in ../shared/data/physlite beside the repository")
    module = script()
    origin = next(origin for origin in module.ORIGINS if origin.name == name)
    derived = module.reference_of(real, origin)
    (kept,) = (file for file in tracks.files if file.name == name)
    assert derived.model_dump(exclude={"quantities"}) == kept.model_dump(exclude={"quantities"})
    for quantity, summaries in kept.quantities.items():
        for part in ("value", "error"):
            mine = np.array(getattr(derived.quantities[quantity], part), dtype=float)
            expected = np.array(getattr(summaries, part), dtype=float)
            # Errors by bootstrap: the sum of weights differs in the last digit from machine to
            # machine.
            assert mine == pytest.approx(expected, rel=2e-3, nan_ok=True), quantity


def flat_tracks(n: int, seed: int) -> dict[str, np.ndarray]:
    """Tracks with ten pixel hits at eta 2.5 and none at 0, log-uniform in pT, flat in eta."""
    rng = np.random.default_rng(seed)
    columns = {name: np.ones(n) for name in COLUMNS}
    columns["pt"] = np.exp(rng.uniform(0.0, np.log(5.0), n))
    columns["eta"] = rng.uniform(-2.5, 2.5, n)
    return columns


def test_weights_give_the_distribution_of_the_reference(
    tracks: model.ReconstructedTracks,
) -> None:
    columns = flat_tracks(200_000, 1)
    file = tracks.files[0]
    for pt_bin, pt in enumerate(pairwise(model.PT_EDGES)):
        inside = {name: values[in_bin(columns, pt, (0.0, 1.5))] for name, values in columns.items()}
        weight = model.distribution_weights(inside, file, 3, pt_bin)
        for values, edges, wanted in (
            (np.abs(inside["eta"]), model.eta_cells()[:16], file.eta_cells[pt_bin][:15]),
            (inside["pt"], model.pt_cells(*pt), file.pt_cells[3][pt_bin]),
        ):
            found = np.histogram(values, edges, weights=weight)[0]
            assert found / found.sum() == pytest.approx(np.array(wanted) / np.sum(wanted), abs=0.01)
        assert effective_entries(weight) > 0.5 * len(weight)


def test_a_file_of_wrong_shape_is_refused(tracks: model.ReconstructedTracks) -> None:
    content = tracks.model_dump(mode="json")
    content["files"][0]["quantities"]["d0_error"]["value"].pop()
    with pytest.raises(ValueError, match="d0_error is not 4 rows of 4"):
        model.ReconstructedTracks.model_validate(content)
