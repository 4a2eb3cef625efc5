"""Rates of event generation, what the early vetoes save, and what they lose.

    python benchmarks/generation.py rates   [--sample NAME ...] [--events 300]
    python benchmarks/generation.py losses  [--sample NAME ...] [--events 1000]

``rates`` times each simulated sample of config/samples.yaml in CPU seconds of one core, and the
two vetoed processes also without their vetoes. ``losses`` runs with much looser vetoes, notes what
the real ones say, and counts which of the wanted events they would have thrown away: by missing
momentum, and for W -> e nu with an electron of 4.5 to 10 GeV, counted with and without the photons
it radiated into a cone of 0.1 (a calorimeter does not tell them apart from the electron). Events
whose recoil or neutrino is below 150 GeV at parton level are not followed further.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from hepchain.config.samples import Process, Sample
from hepchain.simulation.generation import higgsino, wenu
from hepchain.simulation.generation.events import GeneratedEvents, missing_momentum
from hepchain.simulation.generation.particles import ELECTRON, PHOTON, Ancestors
from hepchain.simulation.generation.pythia import CountingHooks, PythiaRun
from hepchain.simulation.generation.record import Booleans, EventRecord
from hepchain.simulation.generation.run import generate, row_groups, source_of
from hepchain.simulation.generation.source import MIN_TRUTH_MET, PythiaSource
from hepchain.truth import TruthOrigin

ROOT = Path(__file__).parents[1]
LOOSE_RECOIL = 150.0
LOW_PT_HAT = 90.0
SELECTED = (4.5, 10.0)
SEED = 11


def samples(names: list[str] | None) -> dict[str, Sample]:
    content = yaml.safe_load((ROOT / "config/samples.yaml").read_text())
    wanted = {name: Sample(**entry) for name, entry in content.items()}
    return {
        name: sample
        for name, sample in wanted.items()
        if sample.simulated and (not names or name in names)
    }


def without_vetoes(name: str, sample: Sample) -> PythiaSource | None:
    """The source of a process that has vetoes, with none."""
    if sample.process is Process.HIGGSINO:
        masses = higgsino.check_masses(name, sample.masses)
        run = higgsino.start(masses, SEED, CountingHooks())
        return higgsino.HiggsinoSource(run, masses, np.random.default_rng(SEED))
    if sample.process is Process.WENU_JETS:
        return wenu.WenuSource(PythiaRun(wenu.SETTINGS, SEED))
    return None


def timed(work: Callable[[], Any]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def rates(name: str, sample: Sample, events: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        table, summary = Path(directory) / "events.parquet", Path(directory) / "summary.json"
        seconds = timed(lambda: generate(name, sample, 0, events, SEED, table, summary))
        size = table.stat().st_size / events
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    source = source_of(name, sample, 0, SEED)
    loop = timed(lambda: list(row_groups(source, events, 0)))
    print(
        f"{name}: {events / seconds:.1f} kept events per CPU second (start-up included), "
        f"{events / loop:.1f} without start-up, {size:.0f} bytes an event, {memory:.0f} MiB"
    )
    plain = without_vetoes(name, sample)
    if plain is not None:
        few = max(events // 15, 20)
        seconds = timed(lambda: take(plain, few, electrons=sample.process is Process.WENU_JETS))
        print(f"{name}: {few / seconds:.2f} kept events per CPU second without vetoes")


def take(source: PythiaSource, events: int, electrons: bool) -> None:
    """Generate until so many events are kept: by missing momentum, if asked also by electron."""
    kept = 0
    while kept < events:
        record, hard = source.complete(source.run.next_events(50, kept=10_000))
        met, _ = missing_momentum(record)
        passes = met > MIN_TRUTH_MET
        if electrons:
            passes &= soft_electron(record, wenu.FINAL.electron_pt)
        GeneratedEvents.from_record(record.select(passes), hard.select(passes))
        kept += int(passes.sum())


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
    central = np.abs(direction[0]) < wenu.FINAL.electron_abs_eta
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


def losses(name: str, sample: Sample, events: int) -> None:
    if sample.process is Process.HIGGSINO:
        masses = higgsino.check_masses(name, sample.masses)
        loose: Any = higgsino.RecoilVeto(early=110.0, parton_level=LOOSE_RECOIL)
        hooks, decisions = noting(higgsino.RecoilVeto(), loose, 0.0)
        run = higgsino.start(masses, SEED, hooks)
        source: PythiaSource = higgsino.HiggsinoSource(run, masses, np.random.default_rng(SEED))
    elif sample.process is Process.WENU_JETS:
        loose = wenu.SoftElectronVeto(
            wenu.Window((0.0, 50.0), 5.0, 0.0),
            wenu.Window((0.0, 40.0), 4.0, 120.0),
            wenu.Window((1.0, 11.0), 2.6, LOOSE_RECOIL),
        )
        hooks, decisions = noting(wenu.SoftElectronVeto(), loose, wenu.MIN_PT_HAT)
        run = PythiaRun({**wenu.SETTINGS, "PhaseSpace:pTHatMin": LOW_PT_HAT}, SEED, hooks)
        source = wenu.WenuSource(run)
    else:
        return
    decisions.run_of.append(run)
    rows = collect(source, decisions, events, electrons=sample.process is Process.WENU_JETS)
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["rates", "losses"])
    parser.add_argument("--sample", nargs="+")
    parser.add_argument("--events", type=int)
    arguments = parser.parse_args()
    measure, default = {"rates": (rates, 300), "losses": (losses, 1000)}[arguments.what]
    for name, sample in samples(arguments.sample).items():
        measure(name, sample, arguments.events or default)


if __name__ == "__main__":
    main()
