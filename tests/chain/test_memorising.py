"""Pile-up collisions serve many events: a tagger does not know again the hadrons it has learnt."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import uproot
from xgboost import XGBClassifier

from hepchain.config.loader import load_block
from hepchain.simulation.response.parameters import ResponseParameters
from hepchain.simulation.response.run import respond
from tests.workspace import REPOSITORY, Workspace

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("chain"), pytest.mark.thorough]

FAKE_RATES = (0.05, 0.01)


def tracks(simulation: Path, library: str, part: int, folder: Path) -> pd.DataFrame:
    """Tracks of a part of the training sample among the collisions of a library."""
    output = folder / f"{library}_{part}.root"
    generated = simulation / "single_electron" / f"generated-{part}.parquet"
    respond(
        "single_electron",
        1,
        training=True,
        generated=generated,
        metadata=generated.with_suffix(".json"),
        library=[simulation / library / "generated-0.parquet"],
        parameters=load_block(REPOSITORY / "config/detector/response.yaml", ResponseParameters),
        output=output,
    )
    with uproot.open(output) as file:
        tree = next(item for item in file.values() if isinstance(item, uproot.TTree))
        branches = map(str, tree.keys())
        names = [name for name in branches if name.startswith(("track_", "truth_track_pdg"))]
        arrays = tree.arrays(names, library="np")
    frame = pd.DataFrame({name: np.concatenate(arrays[name]) for name in names})
    return frame[frame["truth_track_pdg_id"] != 0]


def split(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """Variables that do not tell where the track is from, and whether it is an electron."""
    left_out = ("track_z0", "track_vertex_index", "track_theta", "track_charge")
    columns = [str(name) for name in frame.columns]
    inputs = [name for name in columns if name.startswith("track_")]
    inputs = [name for name in inputs if not name.startswith(left_out)]
    return frame[inputs], frame["truth_track_pdg_id"].abs() == 11


def test_hadrons_of_known_collisions_pass_as_often_as_others(
    chain: Workspace, tmp_path: Path
) -> None:
    """At thresholds of a fake rate on unknown collisions, with a deep tagger that could know."""
    simulation = chain.results / "simulation"
    library, other = "minimum_bias_training", "minimum_bias_evaluation"
    learnt = split(tracks(simulation, library, 0, tmp_path))
    tagger = XGBClassifier(n_estimators=300, max_depth=8, learning_rate=0.08).fit(*learnt)
    scores = []
    for name in (library, other):
        inputs, electron = split(tracks(simulation, name, 1, tmp_path))
        scores.append(tagger.predict_proba(inputs)[:, 1][~electron])
    known, unknown = scores
    for rate in FAKE_RATES:
        passing = float(np.mean(known > np.quantile(unknown, 1.0 - rate)))
        error = np.sqrt(rate * (1.0 / len(known) + 1.0 / len(unknown)))
        assert abs(passing - rate) < 3.0 * error, (rate, passing)
