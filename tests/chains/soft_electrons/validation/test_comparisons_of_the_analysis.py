"""Comparisons of the analysis from files, as the workflow calls them."""

from __future__ import annotations

from pathlib import Path

import awkward as ak
import numpy as np
import pytest
import uproot

from hepchain.chains.soft_electrons.validation import composition, events
from hepchain.errors import InputError
from hepchain.io import ParquetWriter
from hepchain.validation.comparison import Verdict
from tests.validation.gun_ntuples import KNOWN, settings


def ntuple(path: Path) -> Path:
    """Two events with a hard electron and a pile-up track each."""
    two = {name: np.array([200.0, 300.0]) for name in events.EVENT}
    jagged = {
        "track": {"z0": ak.Array([[1.0, 1.2], [0.0, 3.0]])},
        "truth_track": {
            "origin": ak.Array([[1, 2], [1, 2]]),
            "is_pileup": ak.Array([[0, 1], [0, 1]]),
            "pdg_id": ak.Array([[11, 211], [11, 211]]),
        },
        "truth_electron": {"charge": ak.Array([[1.0], [-1.0]])},
    }
    content = {
        "event_number": np.arange(2),
        **two,
        "truth_m_ee": np.array([1.0, 2.0]),
        **{prefix: ak.zip(columns) for prefix, columns in jagged.items()},
    }
    with uproot.recreate(path) as file:
        types = {
            name: ak.type(values).content if isinstance(values, ak.Array) else values.dtype
            for name, values in content.items()
        }
        file.mktree("events", types)
        file["events"].extend(content)
    return path


def table(path: Path, **columns: object) -> Path:
    with ParquetWriter.open(path) as writer:
        writer.write(columns)
    return path


@pytest.fixture
def chain(tmp_path: Path) -> dict[str, list[Path]]:
    """Files of the analysis with a handful of entries."""
    ones = np.ones(2)
    return {
        "known": [KNOWN / "composition.yaml"],
        "signal": [ntuple(tmp_path / "signal.root")],
        "background": [ntuple(tmp_path / "background.root")],
        "skimmed_events": [
            table(
                tmp_path / "events.parquet",
                event_number=np.arange(2),
                truth_electron_eta=ak.Array([[0.0, 2.0], [0.0, 2.0]]),
                truth_electron_phi=ak.Array([[0.0, 2.0], [0.0, 2.0]]),
            )
        ],
        "skimmed_tracks": [
            table(
                tmp_path / "tracks.parquet",
                event_number=np.arange(2),
                pt=2 * ones,
                ptcone30_1000=np.array([0.0, 2.0]),
                truth_origin=ones.astype(int),
                truth_is_pileup=0 * ones.astype(int),
            )
        ],
        "features": [
            table(
                tmp_path / "features.parquet",
                category=["trt", "silicon"],
                label=np.array([1, 0], dtype=np.int8),
                weight=ones,
                pt=ones,
            )
        ],
        "selected": [
            table(
                tmp_path / "selected.parquet",
                truth_pdg_id=np.array([211, -211]),
                truth_is_pileup=np.array([0, 1]),
                weight=ones,
            )
        ],
    }


def test_events_of_the_analysis(chain: dict[str, list[Path]]) -> None:
    chain["known"] = [KNOWN / "events.yaml"]
    found = {item.quantity: item for item in events.comparisons(chain, settings(), 3.0)}
    assert found["pileup_tracks"].simulated[0] == pytest.approx(0.5)
    assert found["isolation"].simulated[0] == pytest.approx(0.5)
    assert found["w_charge_ratio"].simulated[0] == pytest.approx(1.0)
    assert found["m_ee_mean"].simulated[0] == pytest.approx(0.5)
    assert found["isolation"].assessment.verdict is Verdict.TOO_FEW


def test_composition_of_the_analysis(chain: dict[str, list[Path]]) -> None:
    compared = composition.comparisons(chain, settings())
    found = {(item.quantity, item.selection): item for item in compared}
    assert found[("candidates", "pile-up")].simulated[0] == pytest.approx(0.5)
    assert ("category_shares", "") in found


def test_an_analysis_without_a_candidate(chain: dict[str, list[Path]]) -> None:
    found = composition.comparisons(chain | {"selected": []}, settings())
    assert all(np.isnan(item.simulated).all() for item in found if item.quantity == "candidates")


def test_a_file_that_is_missing_is_told(chain: dict[str, list[Path]], tmp_path: Path) -> None:
    missing = chain | {"features": [tmp_path / "none.parquet"]}
    with pytest.raises(InputError, match="no such file"):
        composition.comparisons(missing, settings())
