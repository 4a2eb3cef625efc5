"""ANODE, CATHODE and the supervised ceiling: nothing is scored by what has seen it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hepchain.chains.dijets import classifiers, supervised
from hepchain.chains.dijets.config.densities import DensitiesConfig
from hepchain.chains.dijets.config.methods import CwolaConfig
from hepchain.chains.dijets.densities import methods
from hepchain.chains.dijets.densities.methods import Estimated, cathode, estimate
from hepchain.chains.dijets.densities.scaling import Scaling
from hepchain.errors import StageError
from tests.chains.dijets.pseudo_data import made

BANDS = (2900.0, 3300.0, 3700.0, 4100.0)
TREES = {
    **{"kind": "trees", "trees": 20, "leaves": 8, "depth": 4},
    **{"learning_rate": 0.3, "patience": 5},
}
CONFIG = DensitiesConfig.model_validate(
    {
        "features": ["mj1", "dmj"],
        "flows": {
            "maf": {
                **{"kind": "affine", "blocks": 1, "hidden": [8], "epochs": 1},
                **{"learning_rate": 0.01, "batch_size": 500},
            }
        },
        "seeds": 2,
        "samples": 1.0,
        "classifier": TREES,
        "members": 2,
    }
)


class Known:
    """In place of a flow: remembers what it has seen, and knows the densities."""

    seen: list[set[float]]

    def __init__(self, *_: Any) -> None:
        self._mine: set[float] = set()

    def fit(self, *parts: tuple[np.ndarray, np.ndarray]) -> list[float]:
        for features, _ in parts:
            self._mine |= set(features[:, 1])
        Known.seen.append(self._mine)
        return [1.5, 1.2]

    def log_density(self, features: np.ndarray, _: np.ndarray) -> np.ndarray:
        assert not self._mine & set(features[:, 1])
        return np.zeros(len(features))

    def sample(self, condition: np.ndarray, random: np.random.Generator) -> np.ndarray:
        return random.normal(size=(len(condition), 2))


def test_no_density_scores_an_event_that_it_has_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(methods, "Flow", Known)
    Known.seen = []
    events = made(6000, 100)
    found = estimate(events, BANDS, "maf", CONFIG, 1)
    assert len(Known.seen) == 6
    inside = events.within(3300.0, 3700.0)
    assert np.array_equal(np.isfinite(found.anode), inside)
    assert found.likelihoods == (-1.2, -1.2)
    in_data = np.count_nonzero(inside & events.observed)
    assert found.samples.shape == (in_data, 2)


def test_ratio_of_true_densities_finds_the_signal() -> None:
    """CATHODE with samples of the true background tells the signal of one feature."""
    events = made(9000, 250, beside=500)
    scaling = Scaling.of(events.inputs(CONFIG.features), BANDS)
    background = scaling.features(made(4000, 0, seed=9).inputs(CONFIG.features))
    estimated = Estimated(np.zeros(len(events)), (), background, scaling)
    scores = cathode(events, estimated, BANDS, CONFIG, 1)
    inside = events.within(3300.0, 3700.0)
    assert np.array_equal(np.isfinite(scores), inside)
    of_signal, of_background = (
        scores[inside & chosen] for chosen in (events.signal, ~events.signal)
    )
    assert np.median(of_signal) > np.quantile(of_background, 0.8)


def test_no_classifier_of_cathode_has_seen_what_it_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    events = made(3000, 50, beside=50)
    scaling = Scaling.of(events.inputs(CONFIG.features), BANDS)
    estimated = Estimated(np.zeros(len(events)), (), np.full((300, 2), 77.0), scaling)
    _spy(monkeypatch)
    assert np.isfinite(cathode(events, estimated, BANDS, CONFIG, 1)).any()


def test_no_supervised_classifier_has_seen_what_it_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    events = made(3000, 50, beside=50)
    _spy(monkeypatch)
    config = CwolaConfig.model_validate(
        {
            **{"features": ["mj1", "dmj"], "classifier": TREES, "members": 2},
            **{"max_correlation": 0.5, "on_correlation": "refuse"},
        }
    )
    scores = supervised.supervised(events, (3300.0, 3700.0), config, 1)
    assert np.array_equal(np.isfinite(scores), events.within(3300.0, 3700.0))


def _spy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Classifiers that refuse to score what they were given; features are continuous."""

    def train(training: Any, validation: Any, *_: object) -> classifiers.Score:
        seen = set(np.concatenate([training.inputs, validation.inputs])[:, 1])

        def score(inputs: np.ndarray) -> np.ndarray:
            assert not seen & set(inputs[:, 1])
            return np.asarray(inputs[:, 0])

        return score

    monkeypatch.setattr(classifiers, "train", train)


def test_scaled_features_are_of_width_one() -> None:
    events = made(3000, 0)
    features = events.inputs(CONFIG.features)
    scaling = Scaling.of(features, BANDS)
    scaled = scaling.features(features)
    assert scaled.mean(axis=0) == pytest.approx(0.0, abs=1e-9)
    assert scaled.std(axis=0) == pytest.approx(1.0)
    assert np.array_equal(np.argsort(scaled[:, 0]), np.argsort(features[:, 0]))
    assert scaling.mass(np.array([2900.0, 4100.0])).tolist() == [-1.0, 1.0]


def test_too_few_events() -> None:
    with pytest.raises(StageError, match="too few for a density"):
        estimate(made(200, 0), BANDS, "maf", CONFIG, 1)
