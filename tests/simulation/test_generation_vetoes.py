"""Events above the cut on missing momentum are the same with the vetoes as without.

At parton level and without multiple interactions, so that the plain generator makes enough events
in seconds with the vetoes and the cut of the production; ``benchmarks/generation.py vetoes``
compares complete events.
"""

from __future__ import annotations

from collections.abc import Callable

import awkward as ak
import numpy as np
import pytest
from scipy import stats

from hepchain.chains.soft_electrons.config.samples import HiggsinoMasses
from hepchain.chains.soft_electrons.simulation import higgsino, wenu_jets, wtaunu_jets
from hepchain.simulation.generation.pythia import CountingHooks, PythiaRun
from hepchain.simulation.generation.record import Floats
from hepchain.simulation.generation.source import Source
from hepchain.simulation.truth import TruthOrigin

PARTON_LEVEL = {"HadronLevel:all": "off", "PartonLevel:MPI": "off"}
MASSES = HiggsinoMasses(n2=153.0, n1=150.0)
MIN_MET = 200.0
SOFT = (4.5, 10.0)


def higgsino_source(vetoes: bool, seed: int) -> Source:
    hooks = higgsino.RecoilVeto() if vetoes else CountingHooks()
    run = higgsino.start(MASSES, seed, hooks, PARTON_LEVEL)
    return higgsino.HiggsinoSource(run, MASSES, np.random.default_rng(seed))


def wenu_source(vetoes: bool, seed: int) -> Source:
    hooks = wenu_jets.SoftElectronVeto() if vetoes else CountingHooks()
    return wenu_jets.WenuSource(PythiaRun({**wenu_jets.SETTINGS, **PARTON_LEVEL}, seed, hooks))


def wtaunu_source(vetoes: bool, seed: int) -> Source:
    random = np.random.default_rng(seed)
    anything = wenu_jets.Window((0.0, 7000.0), 100.0, 0.0)
    hooks = wtaunu_jets.SoftTauElectronVeto(random, *([] if vetoes else 3 * [anything]))
    run = PythiaRun({**wtaunu_jets.SETTINGS, **PARTON_LEVEL}, seed, hooks)
    return wtaunu_jets.WtaunuSource(run, hooks, random)


def above_the_cut(source: Source, trials: int) -> dict[str, Floats]:
    """Quantities of the events above the cut among so many hard processes."""
    chunks = []
    while source.trials < trials:
        events = source.next_events(100, 10_000)
        if not len(events):
            continue
        hard = events.particles.origin == int(TruthOrigin.HARD_ELECTRON)
        electron = ak.to_numpy(ak.fill_none(ak.max(events.particles.pt[hard], axis=1), 0.0))
        chosen = events.truth_met > MIN_MET
        if np.isnan(events.hard.m_ee).all():
            chosen &= (electron > SOFT[0]) & (electron < SOFT[1])
        jet = ak.to_numpy(ak.fill_none(ak.firsts(events.jets.pt), 0.0))
        columns = {
            "missing momentum": events.truth_met,
            "leading jet": jet,
            "electron": electron,
            "m_ee": events.hard.m_ee,
        }
        chunks.append({name: np.asarray(values)[chosen] for name, values in columns.items()})
    return {name: np.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0]}


@pytest.mark.parametrize(
    ("source", "plain_trials", "trials", "lost"),
    [
        pytest.param(higgsino_source, 11_000, 14_000, 0.0, id="higgsino"),
        pytest.param(wenu_source, 8_000, 20_000, 0.034, id="wenu"),
        pytest.param(wtaunu_source, 8_000, 20_000, 0.034, id="wtaunu"),
    ],
)
@pytest.mark.thorough
def test_distributions_above_the_cut(
    source: Callable[[bool, int], Source], plain_trials: int, trials: int, lost: float
) -> None:
    plain_run, run = source(False, 21), source(True, 22)
    plain, vetoed = above_the_cut(plain_run, plain_trials), above_the_cut(run, trials)
    numbers = [len(columns["electron"]) for columns in (plain, vetoed)]
    assert min(numbers) > 30
    for name, values in vetoed.items():
        if not np.isnan(values).any():
            assert stats.ks_2samp(values, plain[name]).pvalue > 0.01, name
    # As many per hard process, but for the measured loss.
    ratio = numbers[1] / run.trials / (numbers[0] / plain_run.trials)
    assert abs(ratio / (1 - lost) - 1) < 4 * np.sqrt(sum(1 / number for number in numbers))
