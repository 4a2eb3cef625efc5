"""Ntuples of the contract with random content, and the settings to skim them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hepchain.config.ntuple import NtupleMap
from hepchain.config.reading import load_block, read_yaml
from hepchain.config.samples import Role
from hepchain.config.skimming import Isolation, TrackSelection
from hepchain.config.variables import Variables
from hepchain.io import write_json
from hepchain.skimming.settings import SkimSettings
from hepchain.skimming.skim import skim
from tests.skimming.random_ntuples import Content, random_content, write_content

ROOT = Path(__file__).parents[2]
CONTRACT_MAP = ROOT / "config" / "ntuples" / "hepchain.yaml"
CONTRACT = "hepchain.chains.soft_electrons.contract"
XAOD_MAP = ROOT / "config" / "ntuples" / "physlite.yaml"
PHYSLITE = ROOT.parent / "shared" / "data" / "physlite" / "DAOD_PHYSLITE_ttbar_ttree.root"

Writer = Callable[..., Path]


@pytest.fixture(scope="session")
def variables() -> Variables:
    return Variables.model_validate(read_yaml(ROOT / "config/soft_electrons/variables.yaml"))


@pytest.fixture(scope="session")
def groups(variables: Variables) -> dict[str, list[str]]:
    return variables.by_group


@pytest.fixture(scope="session")
def contract_map() -> NtupleMap:
    return load_block(CONTRACT_MAP, NtupleMap)


@pytest.fixture(scope="session")
def contract_map_path() -> str:
    return str(CONTRACT_MAP)


@pytest.fixture(scope="session")
def xaod_map_path() -> str:
    return str(XAOD_MAP)


@pytest.fixture(scope="session")
def physlite() -> Path:
    if not PHYSLITE.is_file():
        pytest.skip("the ATLAS PHYSLITE test file is not in ../shared/data/physlite")
    return PHYSLITE


@pytest.fixture(scope="session")
def make_content(groups: dict[str, list[str]]) -> Callable[..., Content]:
    """Function (events, seed) -> branches of a valid ntuple."""
    return lambda events=12, seed=1: random_content(events, groups, seed)


@pytest.fixture
def write_ntuple(tmp_path: Path) -> Writer:
    """Function (content, metadata, name) -> path of the ROOT file."""

    def write(
        content: Content,
        metadata: Mapping[str, Any] | None = None,
        name: str = "ntuple.root",
        tree: str = "events",
    ) -> Path:
        return write_content(tmp_path / name, content, metadata, tree)

    return write


@pytest.fixture(scope="session")
def selection() -> TrackSelection:
    return TrackSelection(
        pt=(0.5, 5.0), max_abs_eta=2.5, quality="loose", max_abs_d0=50.0, max_z0_sin_theta=0.5
    )


@pytest.fixture(scope="session")
def all_tracks() -> TrackSelection:
    return TrackSelection(
        pt=(1e-3, 7e3), max_abs_eta=10, quality="none", max_abs_d0=1e6, max_z0_sin_theta=1e6
    )


@pytest.fixture(scope="session")
def isolation() -> Isolation:
    return Isolation(cone=0.3, constituent_pt=[0.5, 1.0], max_z0_sin_theta=3.0)


@pytest.fixture(scope="session")
def skim_into(
    groups: dict[str, list[str]],
    selection: TrackSelection,
    isolation: Isolation,
    contract_map_path: str,
) -> Callable[..., dict[str, str]]:
    """Function (directory, ntuple, ...) -> paths of the skim's events, tracks and report."""

    def run(
        directory: Path,
        ntuple: Path | str | list[Path],
        *,
        factor: float = 1.0,
        tracks: TrackSelection = selection,
        role: Role = Role.SIGNAL,
        map_path: str = contract_map_path,
        variables: Mapping[str, list[str]] = groups,
        name: str = "skim",
    ) -> dict[str, str]:
        normalisation = directory / f"{name}-normalisation.json"
        write_json(normalisation, {"weight_per_generated": factor})
        suffixes = {"events": ".parquet", "tracks": ".parquet", "report": ".json"}
        outputs = {key: str(directory / f"{name}-{key}{end}") for key, end in suffixes.items()}
        settings = SkimSettings(role, tracks, isolation, variables, CONTRACT)
        ntuples = [ntuple] if isinstance(ntuple, str | Path) else ntuple
        skim([str(path) for path in ntuples], map_path, str(normalisation), settings, outputs)
        return outputs

    return run


@pytest.fixture
def run_skim(
    tmp_path: Path, skim_into: Callable[..., dict[str, str]]
) -> Callable[..., dict[str, str]]:
    """Function (ntuple, ...) -> paths of the skim's events, tracks and report."""
    return partial(skim_into, tmp_path)
