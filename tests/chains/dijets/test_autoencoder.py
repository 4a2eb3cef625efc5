"""Autoencoders: what is rare is given back badly, and nothing is scored by what has seen it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hepchain.chains.dijets import autoencoder
from hepchain.chains.dijets.autoencoder import abnormality, train_autoencoder
from hepchain.chains.dijets.config.autoencoder import AutoencoderConfig
from tests.chains.dijets.pseudo_data import FOLDS, made

BANDS = (2900.0, 3300.0, 3700.0, 4100.0)
CONFIG = AutoencoderConfig(
    features=["mj1", "dmj"],
    hidden=[16],
    latent=1,
    divergence=0.02,
    learning_rate=0.01,
    batch_size=100,
    epochs=6,
)


def test_what_is_off_the_line_is_given_back_badly() -> None:
    """Of points on a line one number tells all; of others it does not."""
    place = np.random.default_rng(1).normal(size=4000)
    line = np.stack([place, place], axis=1).astype(np.float32)
    encoder, decoder = train_autoencoder(line, CONFIG, 1)
    points = np.array([[1.0, 1.0], [-0.5, -0.5], [1.0, -1.0], [-1.0, 1.0]], dtype=np.float32)
    given_back = decoder.predict(encoder.predict(points, verbose=0), verbose=0)
    errors = ((given_back - points) ** 2).mean(axis=1)
    assert errors[:2].max() < 0.1
    assert errors[2:].min() > 0.8
    means = encoder.predict(line, verbose=0)[:, 0]
    assert abs(np.corrcoef(means, place)[0, 1]) > 0.95


def test_no_event_is_scored_by_an_autoencoder_that_saw_it(monkeypatch: pytest.MonkeyPatch) -> None:
    events = made(1500, 50)
    calls = []

    class Known:
        def __init__(self, seen: set[float]) -> None:
            self.seen = seen

        def predict(self, rows: np.ndarray, **_: Any) -> np.ndarray:
            assert not self.seen & set(rows[:, 1])
            return rows

    def train(features: np.ndarray, *_: Any) -> tuple[Any, Any]:
        calls.append(len(features))
        model = Known(set(features[:, 1]))
        return model, model

    monkeypatch.setattr(autoencoder, "train_autoencoder", train)
    # Equal features, of those beyond the range of window and side bands, would be taken for seen.
    kept = events.within(BANDS[0], BANDS[3])
    events = type(events)(
        {name: values[kept] for name, values in events.columns.items()},
        *(
            getattr(events, name)[kept]
            for name in ("sample", "event_number", "fold", "signal", "observed")
        ),
    )
    found = abnormality(events, BANDS, CONFIG, 1)
    assert len(calls) == FOLDS
    assert found.error == pytest.approx(0.0)
    assert np.isfinite(found.latent).all()
