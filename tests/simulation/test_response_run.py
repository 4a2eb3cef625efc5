"""Whole chunks: crossing, ntuple, reproducibility, and what must not leak."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot
from scipy import stats

from hepchain.config.loader import load_block, read_yaml
from hepchain.config.variables import Variables
from hepchain.errors import ConfigError, InputError
from hepchain.io import ParquetWriter, write_json
from hepchain.simulation.response.crossing import PileupLibrary, overlay
from hepchain.simulation.response.parameters import ResponseParameters
from hepchain.simulation.response.particles import COLUMNS, Particles
from hepchain.simulation.response.run import respond
from hepchain.simulation.response.tracks import reconstruct
from tests.particle_guns import REPOSITORY, keys, parameters, particles

VARIABLES = Variables.model_validate(read_yaml(REPOSITORY / "config/soft_electrons/variables.yaml"))


def _generated(path: Path, gun: Particles, chunks: int = 2) -> None:
    """Write the particles as generated events, one an event."""
    n = len(gun)
    scalar: dict[str, np.ndarray] = {
        "event_number": np.arange(n),
        "weight": np.ones(n),
        "truth_met": np.full(n, 210.0, dtype=np.float32),
        "truth_met_phi": np.zeros(n, dtype=np.float32),
        "sum_et": np.full(n, 400.0, dtype=np.float32),
        "system_pt": np.full(n, 200.0, dtype=np.float32),
        "m_ee": np.full(n, np.nan, dtype=np.float32),
        "cos_theta_star": np.full(n, np.nan, dtype=np.float32),
    }
    jets = {"jet_pt": 150.0, "jet_eta": 0.3, "jet_phi": 3.0, "jet_mass": 12.0}
    with ParquetWriter.open(path) as writer:
        for rows in np.array_split(np.arange(n), chunks):
            writer.write(
                {name: values[rows] for name, values in scalar.items()}
                | {name: ak.Array([[value]] * len(rows)) for name, value in jets.items()}
                | {
                    column: ak.unflatten(getattr(gun, name)[rows], 1)
                    for name, column in COLUMNS.items()
                }
            )


@pytest.fixture
def inputs(tmp_path: Path) -> dict[str, Any]:
    rng = np.random.default_rng(1)
    electrons = particles(300, 11, rng, pt=(0.5, 12.0))
    electrons.origin[:] = 1
    _generated(tmp_path / "hard.parquet", electrons)
    _generated(tmp_path / "library.parquet", particles(200, 211, rng))
    write_json(tmp_path / "hard.json", {"sum_of_weights": 300.0, "cross_section_pb": 2.0})
    return {
        "generated": tmp_path / "hard.parquet",
        "metadata": tmp_path / "hard.json",
        "library": [tmp_path / "library.parquet"],
        "parameters": parameters(),
    }


def _branches(path: Path) -> ak.Array:
    return uproot.open(path)["events"].arrays()


@pytest.mark.parametrize("training", [False, True])
def test_same_seed_same_ntuple(inputs: dict[str, Any], tmp_path: Path, training: bool) -> None:
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        output = tmp_path / f"{name}.root"
        respond("sample", seed, training=training, output=output, **inputs)
    a, b, c = (_branches(tmp_path / f"{name}.root") for name in "abc")
    for branch in a.fields:
        assert ak.array_equal(a[branch], b[branch], equal_nan=True), branch
    assert not ak.array_equal(a["track_pt"], c["track_pt"])


def test_ntuple_holds_what_the_contract_says(inputs: dict[str, Any], tmp_path: Path) -> None:
    output = tmp_path / "ntuple.root"
    respond("sample", 7, training=False, output=output, **inputs)
    events = _branches(output)
    assert len(events) == 300
    assert {f"track_{name}" for name in VARIABLES.variables} <= set(events.fields)
    index = events["truth_electron_track_index"]
    found = index >= 0
    matched = events["truth_track_pt"][index[found]]
    assert ak.all(ak.isclose(matched, events["truth_electron_pt"][found]))
    electron_track = events["electron_track_index"]
    assert ak.all(abs(events["truth_track_pdg_id"][electron_track]) == 11)
    assert ak.all(events["electron_charge"] == events["track_charge"][electron_track])
    assert ak.sum(ak.num(events["electron_pt"])) > 20
    metadata = uproot.open(output)["metadata"]
    assert '"sum_of_weights": 300.0' in str(metadata)


def test_no_ntuple_is_left_behind_by_a_failed_job(inputs: dict[str, Any], tmp_path: Path) -> None:
    output = tmp_path / "out" / "ntuple.root"
    inputs["generated"].write_bytes(b"truncated")
    with pytest.raises(InputError, match=r"hard\.parquet"):
        respond("sample", 7, training=False, output=output, **inputs)
    assert list(output.parent.iterdir()) == []


def test_an_unknown_particle_is_named(inputs: dict[str, Any], tmp_path: Path) -> None:
    gun = particles(20, 1000024, np.random.default_rng(1))
    _generated(inputs["generated"], gun)
    with pytest.raises(InputError, match=r"hard\.parquet.*1000024 \(1[0-9]*\)"):
        respond("sample", 7, training=False, output=tmp_path / "n.root", **inputs)


def test_without_overlay_no_library_is_needed(inputs: dict[str, Any], tmp_path: Path) -> None:
    inputs["library"] = None
    output = tmp_path / "n.root"
    respond("sample", 7, training=False, output=output, **inputs)
    events = _branches(output)
    assert ak.all(events["truth_track_is_pileup"] == 0)
    assert ak.mean(events["mu"]) == pytest.approx(34, abs=3)


def test_parts_do_not_matter(inputs: dict[str, Any], tmp_path: Path) -> None:
    """The same events in one chunk and in several give the same ntuple."""
    rng = np.random.default_rng(1)
    electrons = particles(300, 11, rng, pt=(0.5, 12.0))
    for chunks in (1, 5):
        _generated(inputs["generated"], electrons, chunks)
        respond("sample", 7, training=False, output=tmp_path / f"{chunks}.root", **inputs)
    whole, cut = (_branches(tmp_path / f"{chunks}.root") for chunks in (1, 5))
    for branch in whole.fields:
        assert ak.array_equal(whole[branch], cut[branch], equal_nan=True), branch


def test_a_missing_library_is_named(inputs: dict[str, Any], tmp_path: Path) -> None:
    inputs["library"] = []
    with pytest.raises(InputError, match="pile-up"):
        respond("sample", 7, training=False, output=tmp_path / "n.root", **inputs)


def test_pileup_has_the_density_of_the_beam_spot() -> None:
    """At its peak mu / (sqrt(2 pi) sigma_z): 0.34 collisions per mm."""
    p = parameters().crossing
    rng = np.random.default_rng(2)
    n = 4000
    library = PileupLibrary(particles(50, 211, rng), np.arange(51))
    crossing = overlay(particles(n, 11, rng), keys(n), library, p, training=False)
    assert crossing.mu.mean() == pytest.approx(p.mean_collisions.value, rel=0.02)
    assert crossing.mu.std() == pytest.approx(p.rms_collisions.value, rel=0.05)
    near = np.abs(crossing.vertex_z) < 5
    pileup = near.sum() - (np.abs(crossing.hard_z) < 5).sum()
    expected = 34 / (np.sqrt(2 * np.pi) * p.beam_spot_sigma_z.value)
    density = pileup / p.pileup_vertex_efficiency.value / n / 10
    assert density == pytest.approx(expected, rel=0.05)
    assert (np.diff(crossing.vertex_event) >= 0).all()


def test_nothing_tells_pileup_from_the_hard_vertex() -> None:
    """The same pions, once of the hard collision and once of pile-up: no variable differs.

    If one did, a tagger trained on pile-up hadrons could learn the vertex instead of the particle.
    """
    p = parameters()
    rng = np.random.default_rng(3)
    gun = particles(15_000, 211, rng)
    gun.event[:] = np.arange(15_000) // 5
    library = PileupLibrary(gun, np.arange(0, 15_001, 5))
    crossing = overlay(gun, keys(3000), library, p.crossing, training=True)
    tracks = reconstruct(crossing, p)
    pileup = tracks.particles.collision > 0
    # Thinning changes the spectrum of the overlaid pions on purpose; compare at equal momentum.
    high = tracks.particles.pt > p.crossing.training_thinning_pt.value
    for name in VARIABLES.variables:
        values = tracks.columns[name]
        use = high & np.isfinite(values)
        hard, soft = values[use & ~pileup], values[use & pileup]
        assert stats.ks_2samp(hard, soft).pvalue > 1e-4, name


def test_a_parameter_outside_its_range_is_refused(tmp_path: Path) -> None:
    content = (REPOSITORY / "config" / "detector" / "response.yaml").read_text()
    broken = tmp_path / "response.yaml"
    broken.write_text(content.replace("pixel_overlap: {value: 0.045", "pixel_overlap: {value: 1.5"))
    with pytest.raises(ConfigError, match=r"hits\.pixel_overlap\.value"):
        load_block(broken, ResponseParameters)
