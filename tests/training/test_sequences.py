"""Taggers that take the inputs as a sequence: a recurrent network and a transformer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from hepchain.config.taggers import TaggerSettings
from hepchain.roc import area_under_curve
from hepchain.training import environment
from hepchain.training.keras_tagger import KerasTagger
from hepchain.training.tagger import Examples
from hepchain.training.taggers.lstm import Lstm
from hepchain.training.taggers.settings.lstm import LstmConfig
from hepchain.training.taggers.settings.transformer import TransformerConfig
from hepchain.training.taggers.transformer import Transformer

pytestmark = pytest.mark.xdist_group("keras")

INPUTS, UNITS, WIDTH = 5, 6, 8
FIT: Any = {"learning_rate": 1e-2, "batch_size": 256, "epochs": 4, "patience": 4, "dropout": 0.0}
LSTM = LstmConfig(kind="lstm", units=UNITS, hidden=[8], **FIT)
TRANSFORMER = TransformerConfig(
    kind="transformer", width=WIDTH, heads=2, blocks=1, weight_decay=0.0, **FIT
)


def quadrants(seed: int, size: int = 6000) -> Examples:
    """Signal where first and last input have the same sign: neither alone tells."""
    inputs = np.random.default_rng(seed).normal(size=(size, INPUTS)).astype(np.float32)
    labels = (inputs[:, 0] * inputs[:, -1] > 0).astype(np.int8)
    return Examples(inputs, labels, np.ones(size, dtype=np.float32))


def built(settings: TaggerSettings) -> KerasTagger[Any]:
    environment.prepare(gpus=0)
    tagger: KerasTagger[Any] = (
        Lstm(settings) if isinstance(settings, LstmConfig) else Transformer(settings)  # type: ignore[arg-type]
    )
    tagger._model = tagger._build(quadrants(1, 10))
    return tagger


def test_sizes_are_those_of_the_formulas() -> None:
    """Four gates of a weight, of those of the kept numbers and an offset; tokens and attention."""
    lstm = 4 * UNITS * (1 + UNITS + 1) + (UNITS + 1) * 8 + (8 + 1) * 2
    assert built(LSTM)._model.count_params() == lstm
    tokens, attention = 2 * INPUTS * WIDTH, 4 * (WIDTH + 1) * WIDTH
    dense = (WIDTH + 1) * 2 * WIDTH + (2 * WIDTH + 1) * WIDTH
    transformer = tokens + attention + dense + 3 * 2 * WIDTH + (WIDTH + 1) * 2
    assert built(TRANSFORMER)._model.count_params() == transformer


@pytest.mark.parametrize("settings", [LSTM, TRANSFORMER], ids=["lstm", "transformer"])
def test_both_learn_what_two_inputs_say_together(settings: TaggerSettings) -> None:
    tagger = built(settings)
    tagger.fit(quadrants(1), quadrants(2), seed=3)
    held_out = quadrants(4)
    assert area_under_curve(tagger.score(held_out.inputs), held_out.labels == 1) > 0.9


def test_the_mean_of_tokens_does_not_know_their_order() -> None:
    """With their weights exchanged as well, exchanged inputs are the same."""
    tagger = built(TRANSFORMER)
    tokens = tagger._model.get_layer("tokens")
    inputs = quadrants(5, 50).inputs
    before = tagger.score(inputs)
    order = [3, 0, 4, 1, 2]
    tokens.set_weights([values[order] for values in tokens.get_weights()])
    np.testing.assert_allclose(tagger.score(inputs[:, order]), before, atol=1e-6)
    assert np.abs(tagger.score(inputs) - before).max() > 1e-4


def test_a_width_that_heads_do_not_share_is_refused() -> None:
    content = TRANSFORMER.model_dump() | {"heads": 3}
    with pytest.raises(ValidationError, match="no multiple of heads, 3"):
        TransformerConfig.model_validate(content)
