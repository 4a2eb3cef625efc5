"""A real slice of the LHC Olympics: how well its signal is found, and whether ours is like it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hepchain.chains.dijets.classifiers import Examples, train
from hepchain.chains.dijets.config.methods import SliceConfig, TreesSettings
from hepchain.chains.dijets.data import Booleans, Events, Floats
from hepchain.errors import InputError, StageError
from hepchain.roc import area_under_curve
from hepchain.seeds import generator, integer_seed
from hepchain.sic import largest_with_error

GEV_PER_TEV = 1000.0
MASSES = ("mjj", "mj1", "dmj")
COLUMNS = (*MASSES, "tau21_1", "tau21_2", "label")
INPUTS = COLUMNS[1:-1]
ROUNDING = 1e-6
"""Below zero numbers may be by so much [TeV]: jets of one particle are massless but for it."""


@dataclass(frozen=True)
class Slice:
    """Events of a file."""

    columns: Mapping[str, Floats]
    """Masses in GeV, shape (n,) each."""

    @property
    def inputs(self) -> Floats:
        """Shape (n, 4)."""
        return np.stack([self.columns[name] for name in INPUTS], axis=1)

    @property
    def signal(self) -> Booleans:
        """Truth, shape (n,)."""
        chosen: Booleans = self.columns["label"] == 1.0
        return chosen


def read_slice(path: str | Path, window: tuple[float, float]) -> Slice:
    """Events of a file of NumPy: m(JJ), mJ1, mJ2 - mJ1 [TeV], tau21 of both, label.

    Raises
    ------
    InputError : the file is missing, no array of six columns of finite numbers, or its masses are
        not in the window [GeV]
    """
    try:
        rows = np.load(path, allow_pickle=False)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file; `dijets.slice` names it") from error
    except (OSError, ValueError, EOFError) as error:
        raise InputError(f"{path}: not an array of NumPy ({error})") from error
    if rows.ndim != 2 or rows.shape[1] != len(COLUMNS) or rows.dtype.kind != "f":
        raise InputError(
            f"{path}: an array of {rows.dtype} of the shape {rows.shape}; expected numbers of the "
            f"shape (events, {len(COLUMNS)}): {', '.join(COLUMNS)}"
        )
    if not np.isfinite(rows).all() or (rows < -ROUNDING).any():
        raise InputError(f"{path}: has numbers that are negative or not finite")
    columns = dict(zip(COLUMNS, rows.T.astype(np.float64), strict=True))
    columns |= {name: GEV_PER_TEV * columns[name] for name in MASSES}
    outside = (columns["mjj"] < window[0]) | (columns["mjj"] > window[1])
    if outside.any():
        raise InputError(
            f"{path}: {outside.sum()} of {len(rows)} masses of both jets are outside of "
            f"{window[0]:g} to {window[1]:g} GeV (dijets.slice.window); they are to be in TeV"
        )
    return Slice(columns)


@dataclass(frozen=True)
class Number:
    """A number and its statistical error."""

    value: float
    error: float


def study(paths: Sequence[str], config: SliceConfig, seed: int) -> dict[str, Number]:
    """Largest significance improvement on the slice, ``supervised`` and ``idealised``.

    Parameters
    ----------
    paths : of the data, of further events, of further signal
    """
    train_set, validation, signal = (read_slice(path, config.window) for path in paths)
    return {
        "supervised": _supervised(train_set, validation, signal, config, seed),
        "idealised": _idealised(train_set, validation, signal, config, seed),
    }


def _supervised(
    train_set: Slice, validation: Slice, signal: Slice, config: SliceConfig, seed: int
) -> Number:
    """Told the labels of the data and half of the further signal; the rest is what it scores."""
    half = np.arange(len(signal.inputs)) % 2 == 0
    inputs = np.concatenate([train_set.inputs, signal.inputs[half]])
    labels = np.concatenate([train_set.signal, signal.signal[half]])
    scored = np.concatenate([validation.inputs, signal.inputs[~half]])
    truth = np.concatenate([validation.signal, signal.signal[~half]])
    scores = _members(Examples(inputs, labels), scored, config, integer_seed(seed, "supervised"))
    return Number(*largest_with_error(scores, truth, generator(seed, "supervised")))


def _idealised(
    train_set: Slice, validation: Slice, signal: Slice, config: SliceConfig, seed: int
) -> Number:
    """The data against background that is known to be: that of other folds than it scores."""
    background = validation.inputs[~validation.signal]
    further = np.concatenate([validation.inputs[validation.signal], signal.inputs])
    scores, truths = [], []
    for fold in range(config.folds):
        own = np.arange(len(background)) % config.folds == fold
        of_signal = np.arange(len(further)) % config.folds == fold
        inputs = np.concatenate([train_set.inputs, background[~own]])
        is_data = np.arange(len(inputs)) < len(train_set.inputs)
        scored = np.concatenate([background[own], further[of_signal]])
        key = integer_seed(seed, "idealised", fold)
        scores.append(_members(Examples(inputs, is_data), scored, config, key))
        truths.append(np.arange(len(scored)) >= np.count_nonzero(own))
    score, truth = np.concatenate(scores), np.concatenate(truths)
    return Number(*largest_with_error(score, truth, generator(seed, "idealised")))


def _members(examples: Examples, scored: Floats, config: SliceConfig, seed: int) -> Floats:
    """Mean score of several models, each stopped by another half of the events."""
    scores = []
    for member in range(config.members):
        random = generator(seed, "member", member)
        held_out = random.random(len(examples.positive)) < 0.5
        score = train(
            examples.part(~held_out), examples.part(held_out), config.classifier, seed + member
        )
        scores.append(score(scored))
    mean: Floats = np.mean(scores, axis=0)
    return mean


CLOSURE = TreesSettings(
    kind="trees", trees=200, leaves=31, depth=12, learning_rate=0.1, patience=10
)
"""Of the classifier that tells ours from the slice."""
FEWEST = 100
"""Events of each that a comparison needs."""


def against_slice(
    events: Events, paths: Sequence[str], config: SliceConfig, seed: int
) -> dict[str, Number]:
    """Area under the curve of a classifier between our events and the slice, a class each.

    One half where nobody could tell. Two folds: no event is scored by a model that saw it. The
    error is that of the area of a score that knows nothing.
    """
    files = [read_slice(path, config.window) for path in paths]
    inputs = np.concatenate([file.inputs for file in files])
    signal = np.concatenate([file.signal for file in files])
    inside = events.within(*config.window)
    ours = events.inputs(INPUTS)
    return {
        name: _distinguished(
            ours[inside & (events.signal == is_signal)], inputs[signal == is_signal], seed
        )
        for name, is_signal in (("background", False), ("signal", True))
    }


def _distinguished(ours: Floats, theirs: Floats, seed: int) -> Number:
    if min(len(ours), len(theirs)) < FEWEST:
        raise StageError(
            f"{len(ours)} events of ours, {len(theirs)} of the slice: a comparison needs {FEWEST}"
        )
    random = generator(seed, "closure")
    inputs = np.concatenate([ours, theirs])
    examples = Examples(inputs, np.arange(len(inputs)) < len(ours))
    part = random.integers(2, size=len(inputs))
    held_out = random.random(len(inputs)) < 0.2
    scores = np.empty(len(inputs))
    for fold in (0, 1):
        learnt = part != fold
        score = train(
            examples.part(learnt & ~held_out), examples.part(learnt & held_out), CLOSURE, seed
        )
        scores[~learnt] = score(inputs[~learnt])
    areas = [
        area_under_curve(scores[part == fold], examples.positive[part == fold]) for fold in (0, 1)
    ]
    error = np.sqrt((1.0 / len(ours) + 1.0 / len(theirs)) / 12.0)
    return Number(float(np.mean(areas)), float(error))
