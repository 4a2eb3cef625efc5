"""Skims with the maps that are shipped."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import awkward as ak
import pytest
import yaml

from hepchain.config.samples import Role
from hepchain.config.skimming import Isolation, TrackSelection
from hepchain.io import read_json, read_parquet, write_json
from hepchain.skimming.check import check_ntuple
from hepchain.skimming.settings import SkimSettings
from hepchain.skimming.skim import skim
from tests.skimming.conftest import CONTRACT, ROOT

MAPS = ROOT / "config/ntuples"
FOREIGN = ROOT.parent / "shared/data/foreign"
ALL = TrackSelection(pt=(1e-3, 7e3), max_abs_eta=10)
CONES = Isolation(cone=0.3, constituent_pt=[0.5], max_z0_sin_theta=3.0)


@dataclass(frozen=True)
class Skimmed:
    events: ak.Array
    tracks: ak.Array
    report: Mapping[str, Any]

    def flat(self, name: str) -> Any:
        """Values of all tracks, or of all objects kept with the events."""
        if name.startswith("track_"):
            return ak.to_numpy(self.tracks[name.removeprefix("track_")])
        return ak.to_numpy(ak.flatten(self.events[name], axis=None))


def skimmed(
    folder: Path, path: Path, map_name: str, variables: list[str], role: Role = Role.SIGNAL
) -> Skimmed:
    """A file through the skim; the check calls it usable."""
    map_path, normalisation = MAPS / map_name, folder / "normalisation.json"
    settings = SkimSettings(role, ALL, CONES, {"all": variables}, CONTRACT)
    found = check_ntuple(path, map_path, settings)
    assert found.usable, found
    assert role is Role.TRAINING or "usable for every role" in str(found)
    write_json(normalisation, {"weight_per_generated": 2.0})
    outputs = {key: str(folder / key) for key in ("events", "tracks", "report")}
    skim([str(path)], str(map_path), str(normalisation), settings, outputs)
    events, tracks = (read_parquet(outputs[key]) for key in ("events", "tracks"))
    return Skimmed(events, tracks, read_json(outputs["report"]))


def foreign(name: str) -> Path:
    if not (FOREIGN / name).is_file():
        pytest.skip(f"{name} is not in ../shared/data/foreign")
    return FOREIGN / name


def variables_of(name: str) -> list[str]:
    """The variables of the configuration that a map has."""
    known = yaml.safe_load((ROOT / "config/soft_electrons/variables.yaml").read_text())["variables"]
    mapped = yaml.safe_load((MAPS / name).read_text())["branches"]
    return [variable for variable in known if f"track_{variable}" in mapped]


def compare(skimmed: Skimmed, expected: Mapping[str, Any]) -> None:
    for name, values in expected.items():
        flat = ak.to_numpy(ak.flatten(values, axis=None))
        assert skimmed.flat(name) == pytest.approx(flat, rel=2e-6, nan_ok=True), name
