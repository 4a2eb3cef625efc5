"""What tests of this chain share: its response, muons made by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from hepchain.chains.soft_muons.generation.candidates import Candidates
from hepchain.chains.soft_muons.origins import Origin
from hepchain.chains.soft_muons.response.parameters import MuonResponse
from hepchain.config.reading import load_block
from tests.workspace import REPOSITORY

CHAIN = "soft_muons"
RESPONSE = load_block(str(REPOSITORY / "config/soft_muons/response.yaml"), MuonResponse)


def candidates(size: int, pt: float = 10.0, eta: float = 0.3, **changes: Any) -> Candidates:
    """Muons that are muons from the vertex on, of one pT and eta, in all directions."""
    phi = np.random.default_rng(0).uniform(-np.pi, np.pi, size)
    momentum = {
        "px": pt * np.cos(phi),
        "py": pt * np.sin(phi),
        "pz": np.full(size, pt * np.sinh(eta)),
    }
    columns: dict[str, Any] = {
        "event": np.arange(size),
        "origin": np.full(size, int(Origin.BOTTOM_MESON)),
        "charge": np.where(np.arange(size) % 2, 1.0, -1.0),
        **momentum,
        **{f"parent_{name}": values for name, values in momentum.items()},
        **dict.fromkeys(("flight", "impact"), np.zeros(size)),
        "weight": np.ones(size),
        "jet_pt": np.full(size, 50.0),
        "jet_eta": np.full(size, eta),
        "jet_phi": phi + 0.1,
        "jet_delta_r": np.full(size, 0.1),
    }
    return Candidates(**(columns | changes))
