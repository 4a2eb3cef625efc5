"""Rates of event generation; what vetoes and shower variations cost, save, lose and change.

    python benchmarks/generation.py rates      [--sample NAME ...] [--events 300]
    python benchmarks/generation.py vetoes     [--sample NAME ...] [--events 60]
    python benchmarks/generation.py variations [--sample NAME ...] [--events 400]
    python benchmarks/generation.py losses     [--sample NAME ...] [--events 1000]

``rates`` times each simulated sample of the chain soft_electrons in CPU seconds of one core.

``vetoes`` runs the two vetoed processes with and without their vetoes, by turns, until the plain
generator has made ``--events`` events with missing momentum above 200 GeV (and for W -> e nu an
electron of 4.5 to 10 GeV); prints the rates of such events and compares their distributions.

``variations`` prints the mean of the weights of the shower variations over all events before any
veto (1, since the shower conserves probability), what they make of the acceptance of missing
momentum above 200 GeV, with and without the vetoes, and what they cost, in runs with and without
them by turns.

``losses`` runs with much looser vetoes, notes what the real ones say, and counts which of the
wanted events they would have thrown away: by missing momentum, and for W -> e nu with an electron
of 4.5 to 10 GeV, counted with and without the photons it radiated into a cone of 0.1 (a calorimeter
does not tell them apart from the electron). Events whose recoil or neutrino is below 150 GeV at
parton level are not followed further.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import yaml
from scipy import stats

from hepchain.chains.soft_electrons.simulation import higgsino, wenu_jets
from hepchain.simulation.generation.events import GeneratedEvents, missing_momentum
from hepchain.simulation.generation.particles import ELECTRON, PHOTON, Ancestors
from hepchain.simulation.generation.pythia import CountingHooks, PythiaRun, Settings
from hepchain.simulation.generation.record import Booleans, EventRecord, Floats
from hepchain.simulation.generation.run import generate, row_groups, source_of
from hepchain.simulation.generation.source import MIN_TRUTH_MET, PythiaSource, SampleKeys
from hepchain.simulation.generation.variations import VariationWeights
from hepchain.simulation.truth import TruthOrigin

ROOT = Path(__file__).parents[1]
LOOSE_RECOIL = 150.0
LOW_PT_HAT = 90.0
SELECTED = (4.5, 10.0)
MET = 200.0
SEED = 11


CHAIN = "soft_electrons"


def samples(names: list[str] | None) -> dict[str, SampleKeys]:
    content = yaml.safe_load((ROOT / f"config/{CHAIN}/samples.yaml").read_text())
    return {
        name: sample
        for name, sample in content.items()
        if "process" in sample and (not names or name in names)
    }


def vetoed(samples: dict[str, SampleKeys]) -> dict[str, SampleKeys]:
    """Those of the processes that have vetoes and variations."""
    with_vetoes = ("higgsino", "wenu_jets")
    return {name: sample for name, sample in samples.items() if sample["process"] in with_vetoes}


def source(
    sample: SampleKeys, seed: int, *, vetoes: bool = True, extra: Settings | None = None
) -> PythiaSource:
    """A process that has vetoes, with or without them and with further settings."""
    if sample["process"] == "higgsino":
        masses = higgsino.check_masses("sample", sample)
        run = higgsino.start(
            masses, seed, higgsino.RecoilVeto() if vetoes else CountingHooks(), extra
        )
        return higgsino.HiggsinoSource(run, masses, np.random.default_rng(seed))
    hooks = wenu_jets.SoftElectronVeto() if vetoes else CountingHooks()
    return wenu_jets.WenuSource(PythiaRun({**wenu_jets.SETTINGS, **(extra or {})}, seed, hooks))


def timed(work: Callable[[], Any]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def rates(name: str, sample: SampleKeys, events: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        table, summary = Path(directory) / "events.parquet", Path(directory) / "summary.json"
        seconds = timed(lambda: generate(name, sample, 0, events, SEED, table, summary, CHAIN))
        size = table.stat().st_size / events
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    drawn = source_of(name, sample, 0, SEED, CHAIN)
    loop = timed(lambda: list(row_groups(drawn, events, 0)))
    print(
        f"{name}: {events / seconds:.1f} kept events per CPU second (start-up included), "
        f"{events / loop:.1f} without start-up, {size:.0f} bytes an event, {memory:.0f} MiB"
    )


@dataclass
class Above:
    """Events of a run with missing momentum above the cut, by quantity, and what they cost."""

    seconds: float = 0.0
    chunks: list[dict[str, Floats]] = field(default_factory=list)

    def extend(self, source: PythiaSource, size: int) -> None:
        """Run on for ``size`` events after vetoes."""
        start = time.process_time()
        events = source.next_events(size, kept=10_000)
        self.seconds += time.process_time() - start
        self.chunks.append(quantities_above(events))

    def __len__(self) -> int:
        return sum(len(chunk["missing momentum"]) for chunk in self.chunks)

    @property
    def rate(self) -> float:
        return len(self) / self.seconds

    def values(self, name: str) -> Floats:
        return np.concatenate([chunk[name] for chunk in self.chunks])


def is_above(events: GeneratedEvents) -> Booleans:
    """Missing momentum above the cut, and of W -> e nu an electron in the selected range."""
    chosen: Booleans = events.truth_met > MET
    if np.isnan(events.hard.m_ee).all():
        low, high = SELECTED
        electron = harder_electron(events)
        chosen &= (electron > low) & (electron < high)
    return chosen


def harder_electron(events: GeneratedEvents) -> Floats:
    """Its pT among the electrons of the hard process [GeV]; 0 if there is none in acceptance."""
    hard = events.particles.origin == int(TruthOrigin.HARD_ELECTRON)
    largest = ak.max(events.particles.pt[hard], axis=1)
    return np.asarray(ak.fill_none(largest, 0.0), dtype=float)


def quantities_above(events: GeneratedEvents) -> dict[str, Floats]:
    """What is compared of the events above the cut; the electron is the harder one."""
    chosen = is_above(events)
    jet = ak.to_numpy(ak.fill_none(ak.firsts(events.jets.pt), 0.0))
    columns = {
        "missing momentum": events.truth_met,
        "leading jet pT": jet,
        "electron pT": harder_electron(events),
        "m(ee)": events.hard.m_ee,
    }
    return {name: np.asarray(values, dtype=float)[chosen] for name, values in columns.items()}


def vetoes(name: str, sample: SampleKeys, events: int) -> None:
    with_vetoes, plain = source(sample, SEED), source(sample, SEED + 1, vetoes=False)
    fast, slow = Above(), Above()
    while len(slow) < events:
        slow.extend(plain, plain.batch_size)
        while fast.seconds < slow.seconds:
            fast.extend(with_vetoes, 50)
    ratio = fast.rate / slow.rate
    error = ratio * np.sqrt(1 / len(fast) + 1 / len(slow))
    print(
        f"{name}, missing momentum > {MET:g} GeV: {fast.rate:.1f} events per CPU second with "
        f"vetoes ({len(fast)} events), {slow.rate:.2f} without ({len(slow)}): "
        f"{ratio:.1f} +- {error:.1f} times as many"
    )
    for quantity in slow.chunks[0]:
        one, other = fast.values(quantity), slow.values(quantity)
        if not np.isnan(one).any():
            test = stats.ks_2samp(one, other)
            print(
                f"  {quantity}: mean {one.mean():.3g} and {other.mean():.3g} GeV, "
                f"KS distance {test.statistic:.3f}, p = {test.pvalue:.2f}"
            )


def variations(name: str, sample: SampleKeys, events: int) -> None:
    quick = {"HadronLevel:all": "off", "PartonLevel:MPI": "off"}
    run = source(sample, SEED, vetoes=False, extra=quick).run
    everything = [run.next_events(1000, kept=10_000).variations for _ in range(20)]
    print(f"{name}, all events, no vetoes: {means(everything)}")
    for title, with_vetoes in (("with vetoes", True), ("without vetoes", False)):
        parton_level = source(sample, SEED, vetoes=with_vetoes, extra=quick)
        chosen, trials = [], 0
        while trials < 40_000:
            found = parton_level.next_events(250, kept=10_000)
            chosen.append(found.variations.take(is_above(found)))
            trials = parton_level.trials
        print(f"{name}, {title}, parton level, above the cut: {means(chosen)}")
    rates = {"off": [0.0, 0.0], "on": [0.0, 0.0]}
    for pair in range(4):
        for switch, total in rates.items():
            varied = source(sample, SEED + pair, extra={"UncertaintyBands:doVariations": switch})
            total[0] += timed(partial(varied.next_events, events // 4, kept=10_000))
            total[1] += varied.trials
    off, on = (trials / seconds for seconds, trials in rates.values())
    print(f"{name}: {off:.0f} hard processes per CPU second without, {on:.0f} with variations")


def means(chunks: list[VariationWeights]) -> str:
    """Mean weights with statistical errors."""
    parts = []
    for name in ("isr_up", "isr_down"):
        weights = np.concatenate([getattr(chunk, name) for chunk in chunks])
        error = weights.std() / np.sqrt(len(weights))
        parts.append(
            f"{name} {weights.mean():.4f} +- {error:.4f} "
            f"({weights.min():.2f} to {weights.max():.2f})"
        )
    return f"{', '.join(parts)}; {len(weights)} events"


def soft_electron(
    record: EventRecord, pt_range: tuple[float, float], cone: float = 0.0
) -> Booleans:
    """Whether the electron of the W, with its photons in a cone, is in a range of pT, by event."""
    electron = np.flatnonzero(record.final & (np.abs(record.pdg_id) == ELECTRON))
    electron = electron[Ancestors.of(record, electron).origin == TruthOrigin.HARD_ELECTRON]
    pt = np.zeros(len(record))
    pt[record.event[electron]] = record.pt[electron]
    direction = np.full((2, len(record)), np.inf)
    phi = np.arctan2(record.py, record.px)
    direction[:, record.event[electron]] = record.eta[electron], phi[electron]

    photon = np.flatnonzero(record.final & (record.pdg_id == PHOTON))
    photon = photon[np.abs(record.pdg_id[Ancestors.of(record, photon).parent]) == ELECTRON]
    eta, azimuth = direction[:, record.event[photon]]
    distance = np.hypot(record.eta[photon] - eta, np.angle(np.exp(1j * (phi[photon] - azimuth))))
    near = photon[distance < cone]
    np.add.at(pt, record.event[near], record.pt[near])

    low, high = pt_range
    central = np.abs(direction[0]) < wenu_jets.FINAL.electron_abs_eta
    result: Booleans = (pt > low) & (pt < high) & central
    return result


@dataclass
class Decisions:
    """What each veto would have said about the events that reached the end."""

    current: dict[str, bool] = field(default_factory=dict)
    events: list[dict[str, bool]] = field(default_factory=list)
    run_of: list[PythiaRun] = field(default_factory=list)

    def close(self) -> None:
        self.events.append(dict(self.current))


def noting(strict: Any, loose: Any, pt_hat: float) -> tuple[CountingHooks, Decisions]:
    """Hooks that note the decisions of ``strict`` and follow those of ``loose``."""
    decisions = Decisions()

    class Noting(CountingHooks):
        def vetoes(self, process: Any) -> bool:
            low = decisions.run_of[0].pythia.infoPython().pTHat() < pt_hat
            decisions.current = {"pt_hat": low, "hard process": strict.vetoes(process)}
            return bool(loose.vetoes(process))

        def canVetoPT(self) -> bool:
            return True

        def scaleVetoPT(self) -> float:
            return float(strict.scaleVetoPT())

        def doVetoPT(self, position: int, event: Any) -> bool:
            # Of events the hard process of which would be vetoed there is nothing to ask.
            if not decisions.current["hard process"]:
                vetoed = strict.doVetoPT(position, event)
                decisions.current["early"] = decisions.current.get("early", False) or vetoed
            return bool(loose.doVetoPT(position, event))

        def canVetoPartonLevel(self) -> bool:
            return True

        def doVetoPartonLevel(self, event: Any) -> bool:
            decisions.current["parton level"] = strict.doVetoPartonLevel(event)
            vetoed = bool(loose.doVetoPartonLevel(event))
            if not vetoed:
                decisions.close()
            return vetoed

    return Noting(), decisions


def losses(name: str, sample: SampleKeys, events: int) -> None:
    if sample["process"] == "higgsino":
        masses = higgsino.check_masses(name, sample)
        loose: Any = higgsino.RecoilVeto(early=110.0, parton_level=LOOSE_RECOIL)
        hooks, decisions = noting(higgsino.RecoilVeto(), loose, 0.0)
        run = higgsino.start(masses, SEED, hooks)
        followed: PythiaSource = higgsino.HiggsinoSource(run, masses, np.random.default_rng(SEED))
    elif sample["process"] == "wenu_jets":
        loose = wenu_jets.SoftElectronVeto(
            wenu_jets.Window((0.0, 50.0), 5.0, 0.0),
            wenu_jets.Window((0.0, 40.0), 4.0, 120.0),
            wenu_jets.Window((1.0, 11.0), 2.6, LOOSE_RECOIL),
        )
        hooks, decisions = noting(wenu_jets.SoftElectronVeto(), loose, wenu_jets.MIN_PT_HAT)
        run = PythiaRun({**wenu_jets.SETTINGS, "PhaseSpace:pTHatMin": LOW_PT_HAT}, SEED, hooks)
        followed = wenu_jets.WenuSource(run)
    else:
        return
    decisions.run_of.append(run)
    rows = collect(followed, decisions, events, electrons=sample["process"] == "wenu_jets")
    for low_met in (MIN_TRUTH_MET, 190.0, 200.0):
        for electron in ("bare", "dressed"):
            chosen = [row for row in rows if row["met"] > low_met and row[electron]]
            report(f"{name} ({electron})", chosen, low_met)


def collect(
    source: PythiaSource, decisions: Decisions, events: int, electrons: bool
) -> list[dict[str, Any]]:
    """Events to be kept, with the decisions about them."""
    rows: list[dict[str, Any]] = []
    while len(rows) < events:
        # One at a time, since decisions of events that fail to hadronise must not be mixed up.
        decisions.events.clear()
        record = source.run.next_events(1, kept=10_000)
        if len(record) != 1:
            continue
        record, _ = source.complete(record)
        met, _ = missing_momentum(record)
        bare, dressed = (not electrons or soft_electron(record, SELECTED, r)[0] for r in (0, 0.1))
        if met[0] > MIN_TRUTH_MET and (bare or dressed):
            rows.append({"met": met[0], "bare": bare, "dressed": dressed, **decisions.events[-1]})
    return rows


def report(name: str, rows: list[dict[str, Any]], low_met: float) -> None:
    steps = ("pt_hat", "hard process", "early", "parton level")
    total = len(rows)
    shares = {step: sum(row.get(step, False) for row in rows) / total for step in steps}
    lost = sum(any(row.get(step, False) for step in steps) for row in rows) / total
    error = np.sqrt(max(lost, 1 / total) * (1 - lost) / total)
    each = ", ".join(f"{step} {100 * share:.2f} %" for step, share in shares.items())
    print(
        f"{name}, truth ETmiss > {low_met:g} GeV ({total} events): "
        f"lost {100 * lost:.2f} +- {100 * error:.2f} % ({each})"
    )


MEASUREMENTS: dict[str, tuple[Callable[[str, SampleKeys, int], None], int]] = {
    "rates": (rates, 300),
    "vetoes": (vetoes, 60),
    "variations": (variations, 400),
    "losses": (losses, 1000),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=list(MEASUREMENTS))
    parser.add_argument("--sample", nargs="+")
    parser.add_argument("--events", type=int)
    arguments = parser.parse_args()
    measure, default = MEASUREMENTS[arguments.what]
    chosen = samples(arguments.sample)
    for name, sample in (chosen if measure is rates else vetoed(chosen)).items():
        measure(name, sample, arguments.events or default)


if __name__ == "__main__":
    main()
