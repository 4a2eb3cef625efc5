"""Which candidate stands for its event, and with what probability an event is accepted."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hepchain.chains.soft_electrons.config.statistics import (
    Matching,
    StatisticsConfig,
    TaggedByRate,
)
from hepchain.chains.soft_electrons.statistics.approaches import (
    Accepted,
    Candidates,
    accepted,
    choose,
    probability,
)
from hepchain.errors import StageError
from hepchain.labels import Label
from hepchain.statistics.templates import fill
from tests.chains.soft_electrons.statistics.statistics_samples import CONFIG, CURVE, MATCHED, USES

Row = tuple[int, int, float, float, float, bool]

ROWS: list[Row] = [
    (7, 1, 1.0, 2.0, 0.1, True),
    (7, 2, 1.5, 3.0, 0.5, False),
    (7, 3, 2.0, 1.0, 0.4, True),
    (3, 1, 2.5, 1.0, 0.0, False),
    (9, 4, 0.5, 1.0, 0.7, True),
    (9, 2, 0.7, 1.0, 0.7, True),
]


def candidates(rows: list[Row], label: Label = Label.BACKGROUND) -> Candidates:
    """Candidates of rows (event, track, mass, pt, score, passes), events of weight 0.5."""
    event, track, mass, pt, score, passes = (np.array(c) for c in zip(*rows, strict=True))
    n = len(rows)
    return Candidates(
        event_number=event,
        track_index=track,
        weight=np.full(n, 0.5),
        mass=mass,
        pt=pt,
        score=score,
        passes_tagger=passes,
        tag_rate=passes.astype(np.float64),
        tag_rate_up=passes.astype(np.float64),
        label=np.full(n, label, dtype=np.int8),
        truth_origin=np.zeros(n, dtype=np.int8),
        truth_is_pileup=np.zeros(n, dtype=np.int8),
        presence=np.ones(n),
        electron_phi=np.zeros(n),
        met_phi=np.zeros(n),
        counted=np.ones(n, dtype=np.bool_),
        others=np.zeros(n, dtype=[]),
    )


def test_azimuth_of_the_electron_is_asked_of_each_kind() -> None:
    """At 1 rad on either side of ETmiss, also across pi; the bound is open."""
    phi = np.array([3.0, -2.6, 2.2, 2.1, 0.5, -0.5])
    found = replace(candidates(ROWS), electron_phi=phi, met_phi=np.full(6, -np.pi + 0.05))
    azimuth = np.array([0.191585, 0.491593, 0.991585, 1.091585, 2.591593, 2.591593])
    for name, approach in USES.items():
        asked = approach.model_copy(update={"max_delta_phi_electron_met": 1.0})
        expected = np.where(azimuth < 1.0, probability(found, approach), 0.0)
        assert probability(found, asked).tolist() == expected.tolist(), name


def test_alternatives_are_of_the_same_events() -> None:
    asked = MATCHED.model_copy(update={"max_delta_phi_electron_met": 1.0})
    other = asked.alternative("more")
    assert (other.max_delta_phi_electron_met, other.hadron) == (1.0, [0.1, 0.2])
    far = replace(candidates(ROWS), met_phi=np.full(6, np.pi / 2))
    assert not probability(far, other).any()
    assert probability(far, MATCHED.alternative("more")).any()


def use(rows: list[Row], name: str) -> Accepted:
    return accepted(candidates(rows), USES[name])


def test_highest_pt_without_and_highest_passing_score_with_tagger() -> None:
    assert use(ROWS, "without_tagger").entries.value.tolist() == [2.5, 1.5, 0.7]
    tagged = use(ROWS, "with_tagger")
    assert tagged.event_number.tolist() == [7, 9]
    assert tagged.entries.value.tolist() == [2.0, 0.7]
    assert tagged.weight.tolist() == tagged.entries.weight.tolist() == [0.5, 0.5]


@pytest.mark.parametrize("name", list(USES))
@pytest.mark.parametrize("seed", range(3))
def test_order_of_rows_does_not_matter(seed: int, name: str) -> None:
    order = np.random.default_rng(seed).permutation(len(ROWS))
    first, second = use(ROWS, name), use([ROWS[i] for i in order], name)
    np.testing.assert_array_equal(first.entries.value, second.entries.value)
    np.testing.assert_array_equal(first.event_number, second.event_number)


def test_probabilities_of_a_match_are_those_of_bin_and_truth() -> None:
    rows = [(1, i, 1.0, pt, 0.0, False) for i, pt in enumerate((1.9, 2.0, 2.4, 2.5, 4.9, 5.0))]
    for label, values in (
        (Label.BACKGROUND, [0.0, 0.05, 0.05, 0.1, 0.1, 0.0]),
        (Label.SIGNAL, [0.0, 0.1, 0.1, 0.3, 0.3, 0.0]),
        (Label.IGNORED, [0.0, 0.1, 0.1, 0.3, 0.3, 0.0]),
    ):
        assert probability(candidates(rows, label), MATCHED).tolist() == values


def test_a_match_is_refused_where_no_candidate_has_truth() -> None:
    """They would all be taken for hadrons; without candidates there is nothing to tell."""
    unknown = candidates(ROWS, Label.UNKNOWN)
    with pytest.raises(StageError, match="by truth, which no candidate has"):
        probability(unknown, MATCHED)
    assert len(probability(unknown.take(np.arange(0)), MATCHED)) == 0


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=12
    )
)
def test_an_event_is_accepted_unless_every_candidate_fails(
    items: list[tuple[int, float, float]],
) -> None:
    event, share, rank = (np.array(column) for column in zip(*items, strict=True))
    rows = [(int(e), i, 1.0, 1.0, 0.0, False) for i, e in enumerate(event)]
    found = choose(candidates(rows), share, rank)
    for number in np.unique(event):
        expected = 0.5 * (1 - np.prod(1 - share[event == number]))
        assert found.weight[found.event_number == number].sum() == pytest.approx(expected)
        inside = found.entries.event == number
        assert found.entries.weight[inside].sum() == pytest.approx(expected)
    assert (np.diff(found.event_number) > 0).all()


def test_expected_weights_are_the_mean_of_draws() -> None:
    random = np.random.default_rng(3)
    share = random.uniform(0.1, 0.9, len(ROWS))
    table = candidates(ROWS)
    rank = table.pt.astype(float)
    found = choose(table, share, rank)
    draws = 20_000
    sums: dict[float, float] = dict.fromkeys(table.mass.tolist(), 0.0)
    for chance in random.random((draws, len(ROWS))):
        drawn = choose(table, (chance < share).astype(float), rank)
        for value, weight in zip(drawn.entries.value, drawn.entries.weight, strict=True):
            sums[float(value)] += weight / draws
    weights = dict(zip(found.entries.value, found.entries.weight, strict=True))
    for value, weight in sums.items():
        assert weights[value] == pytest.approx(weight, abs=5 * 0.5 * np.sqrt(0.25 / draws))


def test_entries_of_one_event_in_a_bin_are_one_for_its_error() -> None:
    table = candidates([(1, 1, 1.0, 2.0, 0.0, True), (1, 2, 1.1, 1.0, 0.0, True)])
    entries = choose(table, np.array([0.5, 0.5]), table.pt.astype(float)).entries
    template = fill(entries, [0.0, 2.0])
    assert template.contents == pytest.approx((0.5 * 0.75,))
    assert template.errors == template.contents
    assert template.events == (1,)
    apart = fill(entries, [0.0, 1.05, 2.0])
    assert apart.contents == pytest.approx((0.25, 0.125))
    assert entries.event_weights() == pytest.approx([0.375])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hadron": [0.1]}, "1 probabilities for 2 bins"),
        ({"electron": [0.1, 1.1]}, "less than or equal to 1"),
        ({"pt_edges": [2.5, 2.0, 5.0]}, "increase"),
    ],
)
def test_wrong_probabilities_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Matching(**{**CURVE, **change})


def test_names_that_no_file_could_have_are_refused() -> None:
    content = CONFIG.model_dump() | {"approaches": {"a/b": {"kind": "all", "title": "x"}}}
    with pytest.raises(ValidationError, match="is no name"):
        StatisticsConfig.model_validate(content)


BY_RATE = TaggedByRate(kind="tag_rate", title="by rates")


def forced_candidates() -> Candidates:
    """Hadrons of two events, a conversion of the first, and forced electrons of both."""
    rows: list[Row] = [(1, 1, 1.0, 3.0, 0.1, False), (2, 1, 1.5, 3.0, 0.2, True)]
    hadrons = replace(candidates(rows), tag_rate=np.array([0.1, 0.1]))
    soft = candidates([(1, 2, 2.0, 3.0, 0.9, True)], Label.IGNORED)
    own = Candidates.concatenate([hadrons, replace(soft, truth_origin=np.array([3], np.int8))])
    two: list[Row] = [(1, 7, 0.5, 3.0, 0.9, True), (2, 7, 0.7, 3.0, 0.9, True)]
    forced = replace(candidates(two, Label.IGNORED), presence=np.array([0.2, 0.4]))
    return own.with_forced(forced)


def test_forced_electrons_stand_in_for_those_that_happened_where_probabilities_count() -> None:
    found = forced_candidates()
    rate, matched = (probability(found, approach) for approach in (BY_RATE, MATCHED))
    assert rate.tolist() == pytest.approx([0.1, 0.1, 0.0, 0.2, 0.4])
    hadron, electron = MATCHED.hadron[-1], MATCHED.electron[-1]
    expected = [hadron, hadron, 0.0, 0.2 * electron, 0.4 * electron]
    assert matched.tolist() == pytest.approx(expected)


def test_forced_electrons_are_not_counted() -> None:
    found = forced_candidates()
    assert probability(found, USES["without_tagger"]).tolist() == [1, 1, 1, 0, 0]
    assert probability(found, USES["with_tagger"]).tolist() == [0, 1, 1, 0, 0]


def test_an_event_with_a_forced_electron_and_a_hadron_has_one_or_the_other() -> None:
    found = accepted(forced_candidates(), BY_RATE)
    expected = [0.5 * (1.0 - 0.9 * 0.8), 0.5 * (1.0 - 0.9 * 0.6)]
    assert found.weight.tolist() == pytest.approx(expected)
