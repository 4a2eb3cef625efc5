"""Numbers of several seeds together."""

from __future__ import annotations

import pytest

from hepchain.chains.dijets.config.methods import CwolaConfig, TreesSettings
from hepchain.chains.dijets.seeds import collected, of_cwola, table
from tests.chains.dijets.pseudo_data import made


def test_numbers_of_seeds() -> None:
    """A flow that is better by one in each seed, however far these are apart: no error."""
    seeds = [
        {"max_sic/cwola": sic, "log_likelihood/maf": value, "log_likelihood/spline": value + 1.0}
        for sic, value in ((8.0, -5.0), (10.0, -9.0))
    ]
    found = collected(seeds)
    assert found["max_sic/cwola"] == pytest.approx({"value": 9.0, "error": 1.0, "spread": 2**0.5})
    assert found["log_likelihood/maf"]["error"] == pytest.approx(2.0)
    assert found["log_likelihood_difference/spline-maf"] == pytest.approx(
        {"value": 1.0, "error": 0.0, "spread": 0.0}
    )
    shown = table(found, {"cwola": "CWoLa"}, 2).frame
    assert shown["Of"].tolist() == ["CWoLa", "maf", "spline", "spline-maf"]
    assert shown["Number"].tolist()[-1] == "log likelihood difference"


def test_a_seed_of_cwola_finds_the_signal() -> None:
    trees = TreesSettings(kind="trees", trees=40, leaves=8, depth=4, learning_rate=0.2, patience=5)
    config = CwolaConfig(
        features=["mj1", "dmj"],
        classifier=trees,
        members=2,
        max_correlation=0.1,
        on_correlation="flag",
    )
    found = [
        of_cwola(made(6000, 300, beside=300), (2900.0, 3300.0, 3700.0, 4100.0), config, seed)
        for seed in (1, 2)
    ]
    assert min(one["max_sic/cwola"] for one in found) > 2.0
    assert found[0] != found[1]
