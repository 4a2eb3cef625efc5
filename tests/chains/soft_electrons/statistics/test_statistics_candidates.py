"""Candidates of a mass point are read in its region."""

from pathlib import Path

import numpy as np
import pytest

from hepchain.chains.soft_electrons.config.samples import HiggsinoMasses
from hepchain.chains.soft_electrons.config.statistics import SignalUncertainty
from hepchain.chains.soft_electrons.statistics.approaches import accepted, read_for_approaches
from hepchain.chains.soft_electrons.statistics.point import signal_uncertainties
from hepchain.errors import InputError
from hepchain.io import ParquetWriter, read_parquet
from tests.chains.soft_electrons.statistics.statistics_samples import (
    SIGNAL,
    USES,
    Synthetic,
    configured,
)


def test_candidates_are_those_of_the_region_at_the_luminosity(tmp_path: Path) -> None:
    path = SIGNAL.write(tmp_path / "signal.parquet")
    table = read_parquet(path)
    inside = table[np.asarray(table["region_point"])]
    candidates = read_for_approaches(path, "point", ["tight"], 139.0)
    assert candidates.mass.tolist() == inside["mass"].to_list()
    assert candidates.weight == pytest.approx(SIGNAL.weight)
    tight = candidates.at("tight")
    assert tight.passes_tagger.tolist() == inside["passes_tagger_tight"].to_list()
    assert tight.tag_rate.tolist() == inside["tag_rate_tight"].to_list()
    factors = read_for_approaches(path, "point", [], 2.0, "pt").weight / np.asarray(
        inside["weight"]
    )
    assert factors == pytest.approx(2.0 * np.asarray(inside["pt"]))


def test_a_table_that_was_not_selected_for_a_point_is_refused(tmp_path: Path) -> None:
    path = SIGNAL.write(tmp_path / "signal.parquet")
    with pytest.raises(InputError, match=r"signal\.parquet: missing column region_other"):
        read_for_approaches(path, "other", [], 139.0)


@pytest.mark.parametrize("use", list(USES))
def test_a_sample_without_candidates_is_an_empty_region(tmp_path: Path, use: str) -> None:
    path = Synthetic(0, 1.0, 0.5, 1).write(tmp_path / "empty.parquet")
    events = accepted(read_for_approaches(path, "point", []), USES[use])
    assert len(events.entries.value) == len(events.weight) == 0


def test_a_weight_that_is_no_number_is_refused(tmp_path: Path) -> None:
    path = SIGNAL.write(tmp_path / "signal.parquet")
    content = read_parquet(path)
    columns = {name: content[name] for name in content.fields}
    with ParquetWriter.open(path) as writer:
        writer.write({**columns, "weight": np.full(len(content), np.nan)})
    with pytest.raises(InputError, match="column weight"):
        read_for_approaches(path, "point", [])


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
