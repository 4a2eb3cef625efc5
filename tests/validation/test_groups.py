"""Every group from files, as the workflow calls it."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from hepchain.config.loader import load_block
from hepchain.simulation.generation.run import generate
from hepchain.simulation.response.parameters import ResponseParameters
from hepchain.simulation.response.run import respond
from hepchain.validation import calorimeter, dedx, efficiency, trt
from hepchain.validation.files import read_comparisons, write_comparisons
from tests.validation.gun_ntuples import KNOWN, settings
from tests.workspace import REPOSITORY

SEED = 5


@pytest.fixture(scope="module")
def gun(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """A small sample of single particles, simulated."""
    folder = tmp_path_factory.mktemp("particle_gun")
    generated, metadata = folder / "generated-0.parquet", folder / "generated-0.json"
    generate("particle_gun", {"process": "particle_gun"}, 0, 400, SEED, generated, metadata)
    respond(
        "particle_gun",
        SEED,
        training=False,
        generated=generated,
        metadata=metadata,
        library=None,
        parameters=load_block(
            REPOSITORY / "config" / "detector" / "response.yaml", ResponseParameters
        ),
        output=folder / "ntuple-0.root",
    )
    electrons = REPOSITORY / "config" / "validation" / "reconstructed_electrons.yaml"
    return {
        "gun": [folder / "ntuple-0.root"],
        "generated": [generated],
        "electrons": [electrons],
    }


@pytest.mark.parametrize("module", [efficiency, trt, dedx, calorimeter])
def test_groups_of_single_particles(
    module: ModuleType, gun: dict[str, list[Path]], tmp_path: Path
) -> None:
    group = module.__name__.rpartition(".")[2]
    path = tmp_path / f"{group}.json"
    inputs = {**gun, "known": [KNOWN / f"{group}.yaml"]}
    write_comparisons(path, module.comparisons(inputs, settings()))
    found = read_comparisons(path)
    assert found
    for comparison in found:
        assert comparison.group == group
        assert np.isfinite(comparison.simulated).any(), comparison.quantity
        known = np.isfinite(comparison.simulated)
        assert (comparison.simulated_error[known] >= 0.0).all(), comparison.quantity
    keys = [(item.quantity, item.selection, item.source) for item in found]
    assert len(keys) == len(set(keys))
