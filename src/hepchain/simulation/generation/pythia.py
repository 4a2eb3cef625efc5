"""Set-up of Pythia 8 (Bierlich et al., arXiv:2203.11601) and its event loop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pythia8mc

from hepchain.errors import StageError
from hepchain.simulation.generation.output import captured_output
from hepchain.simulation.generation.record import EventRecord

Settings = Mapping[str, str | int | float]

BEAMS: Settings = {"Beams:idA": 2212, "Beams:idB": 2212, "Beams:eCM": 13000.0}

OUTPUT: Settings = {"Print:quiet": "on"}

SECONDARY_DECAYS: Settings = {
    # Up to the middle of the silicon tracker; what would decay later is left as it is.
    "ParticleDecays:limitCylinder": "on",
    "ParticleDecays:xyMax": 300.0,
    "ParticleDecays:zMax": 1000.0,
    # Charged pions and kaons decay in flight, on curved and measured tracks: the detector's part.
    "211:mayDecay": "off",
    "321:mayDecay": "off",
    # Stable by default, since most leave the detector.
    "130:mayDecay": "on",
}
"""Decays of long-lived hadrons, with vertices, inside a cylinder around the collision [mm]."""

ISR_VARIATIONS: Settings = {
    "UncertaintyBands:doVariations": "on",
    # Labelled as the fields of VariationWeights.
    "UncertaintyBands:List": "{isr_up isr:muRfac=0.5, isr_down isr:muRfac=2.0}",
    # Pythia overestimates the emission rate by this factor, so that a varied rate is still below.
    # Its default, 2, costs another 10 % of the time and hardly narrows the weights.
    "UncertaintyBands:overSampleISR": 1.5,
}
"""Variations of the initial-state shower as weights (Mrenna, Skands, arXiv:1605.08352)."""

PICOBARN_PER_MILLIBARN = 1e9

TRIALS_PER_EVENT = 20_000
"""Generation gives up when fewer than one hard process in so many is kept."""
FIRST_EVENTS = 10
"""Events by which the number of kept ones is increased when that is judged."""

EMPTY_BATCHES = 10
"""Generation gives up after so many batches in a row without an event."""


class CountingHooks(pythia8mc.UserHooks):  # type: ignore[misc]
    """Count hard processes before any veto, and give up when far too few are kept.

    Pythia asks about each hard process exactly once, even if it has to repeat the shower or the
    hadronisation of it; so ``trials`` is the number of events before vetoes.
    """

    def __init__(self) -> None:
        super().__init__()
        self.trials = 0
        self.limit: int | None = None

    def canVetoProcessLevel(self) -> bool:
        """Ask for :meth:`doVetoProcessLevel`."""
        return True

    def doVetoProcessLevel(self, process: Any) -> bool:
        """Count a hard process, then decide by :meth:`vetoes`."""
        self.trials += 1
        if self.limit is not None and self.trials > self.limit:
            raise StageError(
                f"only very few of {self.limit} hard processes pass the generator's filters; "
                "loosen the filters or change the masses of this sample"
            )
        return self.vetoes(process)

    def vetoes(self, process: Any) -> bool:
        """Whether a hard process (decays of resonances included) is dropped at once."""
        return False


class ShowerVeto(CountingHooks):
    """Hooks that Pythia asks in the shower (``doVetoPT``) and after it (``doVetoPartonLevel``)."""

    def __init__(self, scale: float) -> None:
        super().__init__()
        self.scale = scale

    def canVetoPT(self) -> bool:
        """Ask for ``doVetoPT``."""
        return True

    def scaleVetoPT(self) -> float:
        """Scale at which Pythia asks [GeV]."""
        return self.scale

    def canVetoPartonLevel(self) -> bool:
        """Ask for ``doVetoPartonLevel``."""
        return True


@dataclass(frozen=True)
class CrossSection:
    """Cross-section with its statistical error [pb]."""

    value: float
    error: float


class PythiaRun:
    """An initialised Pythia and its hooks.

    Parameters
    ----------
    settings : of the process; those of beams, decays and output are added
    seed : of Pythia's random numbers, 1 to 900 000 000
    hooks : vetoes; they count the hard processes

    Raises
    ------
    StageError : Pythia does not know a setting, or does not start; with its message
    """

    def __init__(self, settings: Settings, seed: int, hooks: CountingHooks | None = None) -> None:
        self.hooks = hooks or CountingHooks()
        everything = {
            **BEAMS,
            **SECONDARY_DECAYS,
            **OUTPUT,
            **settings,
            "Random:setSeed": "on",
            "Random:seed": seed,
        }
        self.pythia, started = _start(everything, self.hooks)
        if not started:
            raise StageError(f"Pythia does not start: {_reason(everything, self.hooks)}")
        self._empty = 0

    @property
    def trials(self) -> int:
        """Hard processes so far, before any veto."""
        return self.hooks.trials

    def next_events(self, size: int, kept: int) -> EventRecord:
        """The next ``size`` events that pass the vetoes (fewer if the generation of some fails).

        Parameters
        ----------
        size : number of events, at least 1
        kept : how many events of the run were kept so far, to judge the acceptance by

        Raises
        ------
        StageError : far too few hard processes pass, or Pythia fails again and again
        """
        self.hooks.limit = TRIALS_PER_EVENT * (kept + FIRST_EVENTS)
        batch = self.pythia.nextBatch(size)
        self._empty = 0 if len(batch) else self._empty + 1
        if self._empty >= EMPTY_BATCHES:
            raise StageError(
                f"Pythia failed to generate any event in {EMPTY_BATCHES} batches; "
                "check the masses of this sample"
            )
        return EventRecord.from_pythia(batch, self.pythia.infoPython().weightNameVector())

    def cross_section(self) -> CrossSection:
        """Cross-section of the hard process before vetoes.

        Pythia's own number is after vetoes: it is multiplied by accepted over selected events.
        That factor is undone here, subprocess by subprocess (``ProcessContainer::sigmaDelta`` in
        Pythia's source). The error is that of the Monte Carlo integration alone: the relative
        error Pythia quotes has the binomial error of the veto in it, which is taken out.
        """
        info = self.pythia.infoPython()
        value = variance = covered = 0.0
        for code in info.codesHard():
            selected, accepted = info.nSelected(code), info.nAccepted(code)
            if accepted == 0:
                continue
            before = info.sigmaGen(code) * selected / accepted
            relative = (info.sigmaErr(code) / info.sigmaGen(code)) ** 2
            of_veto = (selected - accepted) / (selected * accepted)
            covered += selected
            value += before
            variance += before**2 * max(relative - of_veto, 0.0)
        if covered == 0:
            raise StageError("Pythia accepted no event, so that there is no cross-section")
        # Subprocesses are selected in proportion to their cross-sections: this adds those of which
        # no event was accepted, a matter of very small samples.
        scale = PICOBARN_PER_MILLIBARN * info.nSelected() / covered
        return CrossSection(value * scale, variance**0.5 * scale)


def _start(settings: Settings, hooks: CountingHooks) -> tuple[Any, bool]:
    """A Pythia with these settings, and whether it could be initialised."""
    with captured_output():
        pythia = pythia8mc.Pythia("", False)
        known = [pythia.readString(f"{name} = {value}") for name, value in settings.items()]
        started = pythia.setUserHooksPtr(hooks) and all(known) and pythia.init()
    return pythia, bool(started)


def _reason(settings: Settings, hooks: CountingHooks) -> str:
    """Pythia's own messages about a failed start, which a quiet Pythia keeps to itself."""
    with captured_output() as printed:
        pythia = pythia8mc.Pythia("", False)
        for name, value in settings.items():
            if name not in OUTPUT:
                pythia.readString(f"{name} = {value}")
        pythia.setUserHooksPtr(hooks)
        pythia.init()
        text = printed()
    lines = [line.strip() for line in text.splitlines()]
    found = [
        f"{line} {following}" if line.endswith(":") else line
        for line, following in pairwise([*lines, ""])
        if "PYTHIA Error" in line or "PYTHIA Abort" in line
    ]
    return "; ".join(found) or "no message"
