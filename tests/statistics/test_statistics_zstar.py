"""Candidates of a mass point are read in its window."""

from pathlib import Path

import numpy as np
import pytest
from statistics_samples import SIGNAL, USES, Synthetic

from hepchain.errors import InputError
from hepchain.io import ParquetWriter, read_parquet
from hepchain.statistics.approaches import accepted
from hepchain.statistics.zstar import mass_edges, read_candidates


def test_window_and_veto_are_applied_before_the_choice(tmp_path: Path) -> None:
    path = SIGNAL.write(tmp_path / "signal.parquet")
    mass = np.asarray(read_parquet(path)["mass"])
    candidates = read_candidates(path, 5.0, (3.0, 3.2))
    expected = (mass < 5.0) & ((mass < 3.0) | (mass > 3.2))
    assert len(candidates.weight) == expected.sum()
    assert sorted(candidates.mass) == sorted(mass[expected])


@pytest.mark.parametrize("use", list(USES))
def test_a_sample_without_candidates_is_an_empty_region(tmp_path: Path, use: str) -> None:
    path = Synthetic(0, 1.0, 0.5, 1).write(tmp_path / "empty.parquet")
    events = accepted(read_candidates(path, 5.0, (3.0, 3.2)), USES[use])
    assert len(events.entries.value) == len(events.weight) == 0


def test_a_weight_that_is_no_number_is_refused(tmp_path: Path) -> None:
    path = SIGNAL.write(tmp_path / "signal.parquet")
    content = read_parquet(path)
    columns = {name: content[name] for name in content.fields}
    with ParquetWriter.open(path) as writer:
        writer.write({**columns, "weight": np.full(len(content), np.nan)})
    with pytest.raises(InputError, match="column weight"):
        read_candidates(path, 5.0, (3.0, 3.2))


def test_edges_span_the_splitting() -> None:
    np.testing.assert_allclose(mass_edges(3.0, 4), [0.0, 0.75, 1.5, 2.25, 3.0])
