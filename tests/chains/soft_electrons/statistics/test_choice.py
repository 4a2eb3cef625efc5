"""The working point of an event is chosen by other events."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from hepchain.chains.soft_electrons.config.statistics import (
    CHOSEN,
    StatisticsConfig,
    TaggedByRate,
    WorkingPointChoice,
)
from hepchain.chains.soft_electrons.statistics.approaches import Candidates
from hepchain.chains.soft_electrons.statistics.choice import Choice, choose
from hepchain.chains.soft_electrons.statistics.point import PointCandidates
from hepchain.labels import Label
from hepchain.statistics.workspace import SIGNAL
from tests.chains.soft_electrons.statistics.statistics_samples import POINT, USES, configured

POINTS = {"loose": (0.1, 0.9), "tight": (0.01, 0.7), "none": (0.0001, 0.0)}
"""Working point -> probability of hadrons, and of electrons, to pass."""

CHOICE = WorkingPointChoice(approach="chosen", working_points=list(POINTS))


def config() -> StatisticsConfig:
    chosen = TaggedByRate(kind="tag_rate", title="chosen", at=CHOSEN)
    approaches = {"without_tagger": USES["without_tagger"], "chosen": chosen}
    return configured(approaches=approaches, headline="chosen", choice=CHOICE)


def sample(label: Label, events: int, weight: float) -> Candidates:
    """One candidate an event, all at half the mass splitting."""
    hadron = label == Label.BACKGROUND
    others = np.zeros(events, dtype=[(name, np.float64, 3) for name in POINTS])
    for name, (of_hadron, of_electron) in POINTS.items():
        share = of_hadron if hadron else of_electron
        passes = (np.arange(events) // 2 % 100 < 100 * share).astype(np.float64)
        rate = np.full(events, share) if hadron else passes
        others[name] = np.stack([passes, rate, 1.1 * rate if hadron else rate], axis=1)
    flat = np.ones(events)
    return Candidates(
        event_number=np.arange(events),
        track_index=np.zeros(events, dtype=np.int32),
        weight=weight * flat,
        mass=2.5 * flat,
        pt=flat,
        score=flat,
        passes_tagger=flat,
        tag_rate=flat,
        tag_rate_up=flat,
        label=np.full(events, label, dtype=np.int8),
        truth_origin=np.zeros(events, dtype=np.int8),
        truth_is_pileup=np.zeros(events, dtype=np.int8),
        presence=flat,
        electron_phi=0.0 * flat,
        met_phi=0.0 * flat,
        counted=flat > 0.0,
        others=others,
    )


@pytest.fixture(scope="module")
def candidates() -> PointCandidates:
    nominal = {
        SIGNAL: sample(Label.SIGNAL, 400, 0.05),
        "hadrons": sample(Label.BACKGROUND, 2000, 0.5),
    }
    return PointCandidates(nominal, {name: {} for name in nominal})


@pytest.fixture(scope="module")
def choice(candidates: PointCandidates) -> Choice:
    return choose(POINT, candidates, CHOICE, config())


def test_the_best_limit_is_chosen(choice: Choice) -> None:
    # 18 over 100 and 14 over 10 events, with 20 % on the background.
    assert [choice.of(half) for half in range(2)] == ["tight", "tight"]
    loose, tight = (
        [found for found in choice.limits[name] if found] for name in ("loose", "tight")
    )
    assert min(loose) > 1.5 * max(tight)
    assert list(choice.limits["none"]) == [None, None]


def test_limits_are_those_of_all_events(candidates: PointCandidates, choice: Choice) -> None:
    """Both halves are alike here, so that each has the limit of all but for its statistics."""
    first, second = choice.limits["tight"]
    assert first == pytest.approx(second, rel=1e-6)
    assert choice.content["chosen"] == {"even": "tight", "odd": "tight"}


@pytest.mark.parametrize("half", [0, 1])
def test_no_event_has_a_say_in_its_own(candidates: PointCandidates, half: int) -> None:
    """Whatever becomes of the events of a half, their working point stays."""

    def changed(item: Candidates) -> Candidates:
        own = item.event_number % 2 == half
        others = item.others.copy()
        # For them the tight one is worthless now.
        for row in range(3):
            others["tight"][own, row] = 0.1 * others["loose"][own, row]
        return replace(item, others=others)

    found = choose(POINT, candidates.each(changed), CHOICE, config())
    assert found.of(half) == "tight"
    assert found.of(1 - half) == "loose"


def test_events_have_the_working_point_of_their_half(candidates: PointCandidates) -> None:
    limits = {"loose": (1.0, 2.0), "tight": (2.0, 1.0), "none": (None, None)}
    made = Choice(limits).applied(candidates)
    for item in made.nominal.values():
        even = item.event_number % 2 == 0
        chosen = item.at(CHOSEN).tag_rate
        # The odd events have the smallest limit at the tight one: the even ones are at it.
        assert chosen[even].tolist() == item.at("tight").tag_rate[even].tolist()
        assert chosen[~even].tolist() == item.at("loose").tag_rate[~even].tolist()
        assert item.others.dtype.names == (*POINTS, CHOSEN)


def test_without_any_limit_it_is_the_first() -> None:
    assert Choice(dict.fromkeys(POINTS, (None, None))).of(0) == "loose"


def test_choosing_makes_no_limit_too_good() -> None:
    """Of working points that are all as good, with limits that chance moves by a fifth."""
    random = np.random.default_rng(3)
    own, crossed = [], []
    for _ in range(4000):
        limits = {name: tuple(random.normal(1.0, 0.2, 2)) for name in "abcde"}
        choice = Choice(limits)
        own.append(np.mean([limits[choice.best(half)][half] for half in range(2)]))
        crossed.append(np.mean([limits[choice.of(half)][half] for half in range(2)]))
    assert np.mean(own) < 0.8
    assert np.mean(crossed) == pytest.approx(1.0, abs=4 * np.std(crossed) / np.sqrt(len(crossed)))


def test_at_chosen_needs_the_choice() -> None:
    with pytest.raises(ValidationError, match="'chosen' needs a block `choice`"):
        configured(approaches=dict(config().approaches), headline="chosen")
    with pytest.raises(ValidationError, match=r"is no approach.*`choice: null`"):
        configured(choice=CHOICE)
