"""Which candidate stands for its event."""

from pathlib import Path

import numpy as np
import pytest
from statistics_samples import SIGNAL, Synthetic

from hepchain.errors import InputError
from hepchain.io import ParquetWriter, read_parquet
from hepchain.statistics.zstar import RegionEvents, choose_candidates, mass_edges, read_region


def choose(rows: list[tuple[int, int, float, float, float, bool]]) -> RegionEvents:
    """Events of candidates (event, track, mass, pt, score, passes)."""
    columns = list(zip(*rows, strict=True))
    event, track, mass, pt, score, passes = (np.array(column) for column in columns)
    return choose_candidates(event, track, np.full(len(rows), 0.5), mass, pt, score, passes)


ROWS = [
    (7, 1, 1.0, 2.0, 0.1, True),
    (7, 2, 1.5, 3.0, 0.5, False),
    (7, 3, 2.0, 1.0, 0.4, True),
    (3, 1, 2.5, 1.0, 0.0, False),
    (9, 4, 0.5, 1.0, 0.7, True),
    (9, 2, 0.7, 1.0, 0.7, True),
]


def test_highest_pt_without_and_highest_passing_score_with_tagger() -> None:
    events = choose(ROWS)
    assert events.mass.tolist() == [2.5, 1.5, 0.7]
    assert events.tagged.tolist() == [False, True, True]
    assert events.entries(with_tagger=True).value.tolist() == [2.0, 0.7]
    assert events.entries(with_tagger=False).weight.tolist() == [0.5, 0.5, 0.5]


@pytest.mark.parametrize("seed", range(5))
def test_order_of_rows_does_not_matter(seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(ROWS))
    first, second = choose(ROWS), choose([ROWS[i] for i in order])
    np.testing.assert_array_equal(first.mass, second.mass)
    np.testing.assert_array_equal(first.tagged_mass, second.tagged_mass)


def test_window_and_veto_are_applied_before_the_choice(tmp_path: Path) -> None:
    path = SIGNAL.write(tmp_path / "signal.parquet")
    mass = np.asarray(read_parquet(path)["mass"])
    events = read_region(path, 5.0, (3.0, 3.2))
    expected = (mass < 5.0) & ((mass < 3.0) | (mass > 3.2))
    assert len(events.weight) == expected.sum()
    assert sorted(events.mass) == sorted(mass[expected])


def test_a_sample_without_candidates_is_an_empty_region(tmp_path: Path) -> None:
    path = Synthetic(0, 1.0, 0.5, 1).write(tmp_path / "empty.parquet")
    events = read_region(path, 5.0, (3.0, 3.2))
    assert len(events.entries(with_tagger=True).value) == 0
    assert len(events.entries(with_tagger=False).value) == 0


def test_a_weight_that_is_no_number_is_refused(tmp_path: Path) -> None:
    path = SIGNAL.write(tmp_path / "signal.parquet")
    content = read_parquet(path)
    columns = {name: content[name] for name in content.fields}
    with ParquetWriter.open(path) as writer:
        writer.write({**columns, "weight": np.full(len(content), np.nan)})
    with pytest.raises(InputError, match="column weight"):
        read_region(path, 5.0, (3.0, 3.2))


def test_edges_span_the_splitting() -> None:
    np.testing.assert_allclose(mass_edges(3.0, 4), [0.0, 0.75, 1.5, 2.25, 3.0])
