from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from hepchain.config.loader import load_block
from hepchain.validation import calorimeter
from hepchain.validation.calorimeter import VARIABLES
from hepchain.validation.comparison import Comparison, Verdict
from hepchain.validation.reconstructed_electrons import RealElectron, RealElectrons
from hepchain.validation.single_particles import Particles, Tracks
from tests.validation.gun_ntuples import known
from tests.validation.single_tracks import shot, together, tracks_of
from tests.workspace import REPOSITORY

FILE = REPOSITORY / "config" / "validation" / "reconstructed_electrons.yaml"
REAL = [
    REPOSITORY.parent / "shared" / "data" / "physlite" / f"DAOD_PHYSLITE_ttbar_{kind}.root"
    for kind in ("ttree", "rntuple")
]


def clusters_of(
    particles: Particles, energy: np.ndarray, seed: int = 1, **shapes: np.ndarray
) -> Tracks:
    """Perfect tracks with clusters of some energy [GeV], none where it is NaN."""
    n = len(particles.pt)
    rng = np.random.default_rng(seed)
    columns = {name: rng.normal(1.0, 0.2, n) for name in VARIABLES}
    columns |= {f"e{layer}": share * energy for layer, share in enumerate((0.1, 0.4, 0.48, 0.02))}
    columns |= shapes
    columns |= {
        "q_over_p": np.sign(particles.pdg_id) / particles.momentum,
        "theta": 2.0 * np.arctan(np.exp(-particles.eta)),
        "e_over_p": energy / particles.momentum,
    }
    return tracks_of(particles, **columns)


def compared(tracks: Tracks, quantity: str) -> dict[str, Comparison]:
    """Comparisons whose quantity begins so, by quantity and selection."""
    found = calorimeter.compare(tracks, [], known("calorimeter"))
    return {
        ": ".join(filter(None, (item.quantity, item.selection))): item
        for item in found
        if item.quantity.startswith(quantity)
    }


def test_derived_shapes() -> None:
    electrons = shot("electron", 500, max_eta=2.4)
    tracks = clusters_of(electrons, 0.9 * electrons.momentum, ethad=np.full(500, 0.2))
    found = calorimeter.clusters_of(tracks, known("calorimeter"))
    assert found["response"].to_numpy() == pytest.approx(0.9)
    assert found["et"].to_numpy() == pytest.approx(0.9 * electrons.pt)
    assert found["rhad"].to_numpy() == pytest.approx(0.2 / (0.9 * electrons.pt))
    barrel = electrons.abs_eta < 1.8
    assert found["f0"][barrel].to_numpy() == pytest.approx(0.1)
    assert np.isnan(found["f0"][~barrel]).all()


def test_response_and_resolution_come_back() -> None:
    electrons = shot("electron", 40_000)
    p = electrons.momentum
    rng = np.random.default_rng(3)
    sigma = np.sqrt(0.101**2 * p + (0.0017 * p) ** 2 + 0.25**2 + (0.015 * p) ** 2)
    found = compared(clusters_of(electrons, 0.92 * p + sigma * rng.normal(size=len(p))), "e")
    assert {item.assessment.verdict for name, item in found.items() if "pion" not in name} == {
        Verdict.AGREES
    }
    response = found["electron_response: pT 5–10 GeV"]
    assert response.simulated == pytest.approx(0.92, abs=0.01)


def test_pions_without_a_cluster_count_with_no_energy() -> None:
    pions = shot("pion", 40_000)
    none = np.random.default_rng(2).random(40_000) < 0.4
    energy = np.where(none, np.nan, 0.8 * pions.momentum)
    tracks = clusters_of(pions, energy, ethad=np.zeros(40_000))
    found = compared(tracks, "")
    assert found["e_over_p_pion"].simulated == pytest.approx(0.48, abs=0.02)
    low, high = (found[f"no_cluster_pion: {where}"] for where in ("0.5–1 GeV", "2–3 GeV"))
    assert low.simulated == pytest.approx(0.4, abs=0.03)
    assert low.assessment.verdict is Verdict.AGREES
    assert high.assessment.verdict is Verdict.EXPLAINED


def test_energy_of_antiprotons_and_muons() -> None:
    protons, muons = shot("proton", 20_000), shot("muon", 5000, 2)
    particles = together(protons, muons)
    energy = np.where(particles.pdg_id == -2212, 1.7, 0.7)
    energy = np.where(particles.of("muon"), 0.35, energy)
    found = compared(clusters_of(particles, energy, ethad=np.zeros(25_000)), "")
    gained, ionising = found["antiproton_energy: below 3 GeV"], found["muon_energy: above 1 GeV"]
    assert gained.simulated == pytest.approx(1.0)
    assert ionising.simulated == pytest.approx(0.35)
    assert gained.assessment.verdict is ionising.assessment.verdict is Verdict.AGREES


def test_cut_has_a_boundary_by_eta_or_none() -> None:
    eta = np.array([0.05, 0.05, 1.4, 2.2])
    particles = Particles(np.full(4, 11.0), np.full(4, 3.0), eta)
    shapes = {"f3": np.array([0.05, 0.06, 0.0, 0.05]), "reta": np.array([0.61, 0.59, 0.66, 0.68])}
    tracks = clusters_of(particles, particles.momentum, 1, **shapes)
    found = calorimeter.clusters_of(tracks, known("calorimeter"))
    below = found["menu_below_5_f3"].to_numpy()
    assert below == pytest.approx([1.0, 0.0, np.nan, 0.0], nan_ok=True)
    assert found["menu_below_5_reta"].tolist() == [1.0, 0.0, 1.0, 0.0]


@pytest.mark.parametrize("shares", [(0.97, Verdict.AGREES), (0.8, Verdict.EXPLAINED)])
def test_share_that_passes_the_menu_comes_back(shares: tuple[float, Verdict]) -> None:
    passing, verdict = shares
    electrons = shot("electron", 30_000, pt=(2.0, 10.0), max_eta=2.4)
    good = np.random.default_rng(5).random((7, 30_000)) < passing
    values = {
        "ethad": np.where(good[0], 0.0, 1.0) * electrons.pt,
        "f3": np.where(good[1], 0.0, 0.5),
        "reta": np.where(good[2], 0.95, 0.1),
        "weta2": np.where(good[3], 0.010, 0.05),
        "wtots1": np.where(good[4], 1.0, 9.0),
        "eratio": np.where(good[5], 0.9, 0.0),
        "delta_eta1": np.where(good[6], -0.001, -0.05),
    }
    found = compared(clusters_of(electrons, electrons.momentum, 1, **values), "menu_cuts")
    assert len(found) == 2
    for item in found.values():
        assert item.simulated == pytest.approx(passing, abs=0.02)
        assert item.assessment.verdict is verdict


def test_proposed_moments_agree_and_a_shift_does_not() -> None:
    electrons, pions = (shot(kind, 20_000, max_eta=1.7) for kind in ("electron", "pion"))
    rng = np.random.default_rng(8)
    entry = known("calorimeter").entry("shape_means_electron")
    assert entry.measure
    assert isinstance(entry.measure.value, list)
    where = entry.axis.axis.labels.index("weta2")
    # The proposed mean and width of weta2 as the file has them, "(weta2 - mean) / width".
    mean, width = (
        float(number.strip("()")) for number in entry.measure.value[where].split()[2::2] if number
    )
    particles, energy = together(electrons, pions), np.full(40_000, 2.0)
    drawn = mean + width * rng.normal(size=40_000)
    for shift, verdict in ((0.0, 0.0), (width, 1.0)):
        tracks = clusters_of(particles, energy, weta2=drawn + shift)
        means = compared(tracks, "shape_means_electron")["shape_means_electron"]
        assert means.simulated[where] == pytest.approx(verdict, abs=0.03)
        widths = compared(tracks, "shape_widths_electron")["shape_widths_electron"]
        assert widths.simulated[where] == pytest.approx(1.0, abs=0.03)
        verdicts = {0.0: Verdict.AGREES, 1.0: Verdict.EXPLAINED}
        assert means.assessment.verdicts[where] is verdicts[verdict]


def test_correlation_of_ranks() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(2, 20_000))
    assert abs(calorimeter.correlation(x, y).value) < 4 * calorimeter.correlation(x, y).error
    assert calorimeter.correlation(x, np.exp(x)).value == pytest.approx(1.0)
    assert calorimeter.correlation(x, -(x**3)).value == pytest.approx(-1.0)
    assert np.isnan(calorimeter.correlation(x[:2], y[:2]).value)


def test_wrong_sign_of_a_correlation_is_found() -> None:
    electrons = shot("electron", 20_000)
    rng = np.random.default_rng(6)
    depth, width = rng.normal(size=(2, 20_000))
    shapes = {
        "f1": -depth, "f3": depth, "reta": -width, "rphi": -width, "weta2": width,
        "wtots1": width, "fracs1": width, "eratio": -width, "eng_frac_em": -depth,
        "ethad": (3.0 + depth) * electrons.pt,
    }  # fmt: skip
    layers = {"e0": 0.5 - 0.05 * depth}
    for sign, verdict in ((1.0, Verdict.AGREES), (-1.0, Verdict.NOT_UNDERSTOOD)):
        changed = shapes | layers | {"f3": sign * depth}
        clusters = clusters_of(electrons, electrons.momentum, **changed)
        found = compared(clusters, "correlations")
        assert found["correlations: electrons"].assessment.verdict is verdict


def test_file_of_real_electrons() -> None:
    electrons = load_block(FILE, RealElectrons).electrons
    assert len(electrons) > 10
    assert [electron.pt for electron in electrons] == sorted(electron.pt for electron in electrons)
    assert all(electron.pt < 20.0 and abs(electron.eta) < 2.5 for electron in electrons)
    assert all(electron.f0 is None for electron in electrons if abs(electron.eta) > 1.8)


def test_real_electrons_are_compared_with_those_near_them() -> None:
    electrons = shot("electron", 40_000, max_eta=2.4)
    shape = 0.2 + 0.1 * electrons.abs_eta
    tracks = clusters_of(electrons, 0.9 * electrons.momentum, f1=shape, f3=0.0 * shape)
    real = [
        RealElectron(
            pt=pt, eta=eta, f0=0.1, f1=0.2 + 0.1 * abs(eta), f3=0.0, e_over_p=0.9, response=r
        )
        for pt, eta, r in ((3.0, -0.5, 0.9), (5.0, 1.2, 0.9), (8.0, 0.9, None), (500.0, 0.1, None))
    ]
    found = {
        item.quantity: item
        for item in calorimeter.compare(tracks, real, known("calorimeter"))
        if item.quantity.startswith("real")
    }
    layers, energy = found["real_electron_layers"], found["real_electron_energy"]
    assert layers.reference is not None
    assert layers.simulated == pytest.approx(
        [0.1, 0.2 + 0.1 * (0.5 + 1.2 + 0.9) / 3, 0.0], abs=5e-3
    )
    assert layers.reference == pytest.approx(layers.simulated, abs=5e-3)
    assert layers.assessment.verdict is Verdict.AGREES
    assert energy.simulated == pytest.approx(0.9, abs=1e-3)


def test_file_of_real_electrons_is_what_the_script_makes() -> None:
    if missing := [str(path) for path in REAL if not path.exists()]:
        pytest.skip(f"needs real ATLAS files: {', '.join(missing)}")
    path = Path(REPOSITORY / "benchmarks" / "electron_references.py")
    spec = importlib.util.spec_from_file_location("electron_references", path)
    assert spec
    assert spec.loader
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    made = [RealElectron(**entry) for file in REAL for entry in script.electrons(file)]
    committed = load_block(FILE, RealElectrons).electrons
    assert sorted(made, key=lambda electron: electron.pt) == committed
