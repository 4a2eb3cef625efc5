"""Candidates of a mass point are read in its window."""

from pathlib import Path

import numpy as np
import pytest
from statistics_samples import SIGNAL, USES, Synthetic, configured

from hepchain.config.samples import HiggsinoMasses
from hepchain.config.statistics import SignalUncertainty
from hepchain.errors import InputError
from hepchain.io import ParquetWriter, read_parquet
from hepchain.statistics.approaches import accepted
from hepchain.statistics.zstar import mass_edges, read_candidates
from hepchain.statistics.zstar_point import signal_uncertainties


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


def test_an_uncertainty_of_the_signal_is_that_of_its_masses() -> None:
    cross_section = SignalUncertainty(along="n1", size=[(100.0, 0.03), (200.0, 0.05)], source="x")
    branching = SignalUncertainty(along="splitting", size=[(1.0, 0.3), (2.0, 0.2)], source="x")
    config = configured(
        signal_uncertainties={
            "cross_section": cross_section,
            "branching_fraction": branching,
            "filter": SignalUncertainty(size=0.1, source="x"),
        }
    )
    found = [
        signal_uncertainties(HiggsinoMasses(n2=n2, n1=n1), config)
        for n2, n1 in ((151.5, 150.0), (90.5, 90.0), (310.0, 300.0))
    ]
    assert [item["cross_section"] for item in found] == pytest.approx([0.04, 0.03, 0.05])
    assert [item["branching_fraction"] for item in found] == pytest.approx([0.25, 0.3, 0.2])
    assert {item["filter"] for item in found} == {0.1}
