"""Single particles and tracks made to order for the tests of the validation."""

from __future__ import annotations

import numpy as np

from hepchain.validation.single_particles import PDG_IDS, Particles, Tracks

PT = (0.5, 10.0)


def shot(
    kind: str, n: int, seed: int = 1, pt: tuple[float, float] = PT, max_eta: float = 2.5
) -> Particles:
    """Particles log-uniform in pT, flat in eta, both charges."""
    rng = np.random.default_rng(seed)
    sign = np.where(kind == "photon", 1, rng.choice([-1, 1], n))
    return Particles(
        pdg_id=(PDG_IDS[kind] * sign).astype(np.float64),
        pt=np.exp(rng.uniform(np.log(pt[0]), np.log(pt[1]), n)),
        eta=rng.uniform(-max_eta, max_eta, n),
    )


def together(*samples: Particles) -> Particles:
    """All particles of several samples."""
    return Particles(
        *(np.concatenate([getattr(s, name) for s in samples]) for name in ("pdg_id", "pt", "eta"))
    )


def tracks_of(
    particles: Particles,
    *,
    radius: float | np.ndarray = 0.0,
    origin: int | np.ndarray = 2,
    **columns: np.ndarray,
) -> Tracks:
    """A track for each particle with some variables."""
    n = len(particles.pt)
    truth = {
        "pdg_id": particles.pdg_id,
        "pt": particles.pt,
        "eta": particles.eta,
        "origin": np.broadcast_to(np.asarray(origin, dtype=float), n),
        "vertex_radius": np.broadcast_to(np.asarray(radius, dtype=float), n),
    }
    return Tracks.of_columns(
        {f"truth_track_{name}": values for name, values in truth.items()}
        | {f"track_{name}": values for name, values in columns.items()}
    )
