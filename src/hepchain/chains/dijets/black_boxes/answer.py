"""The answer about a box, as the LHC Olympics asked for it (arXiv:2101.08320, sec. 2)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from hepchain.chains.dijets.black_boxes.seal import answer_digest, opened_with
from hepchain.chains.dijets.config.black_boxes import AnswerConfig
from hepchain.chains.dijets.summary import excess_of
from hepchain.errors import StageError
from hepchain.figures.tabulate import Table, estimated, number
from hepchain.io.structured import plain

Number = Mapping[str, float | None]
"""``value`` and ``error``."""


@dataclass(frozen=True)
class Answer:
    """What is said of a box."""

    box: str
    claimed: bool
    """Whether there is a signal in it, by the level that was chosen before."""
    p_value: Number
    """Global, of no signal in any window with any cut."""
    window: str | None
    """Of the smallest p-value; None where no fit says anything."""
    efficiency: float | None
    """Of the cut of the smallest p-value."""
    significance: float | None
    """Local, standard deviations."""
    masses: Mapping[str, Number] | None
    """Of A, B, C [GeV], where a signal is claimed."""
    events: Number
    """Of a signal, in the window, that pass the loose cut."""
    passing: Number
    """That pass the cut of the smallest p-value."""
    flags: tuple[str, ...]
    """What is wrong with the fit that the events are counted with."""
    seal: str | None
    """Digest of the truth; None of boxes of others."""
    blind: bool = True
    """False: the seal was opened before this answer was made."""


def answer(box: str, outcome: Mapping[str, Any], config: AnswerConfig, seal: str | None) -> Answer:
    """The answer by what the search has found.

    Parameters
    ----------
    outcome : result of the search, as its rule writes it
    seal : digest of the truth
    """
    nothing: Number = {"value": None, "error": None}
    if not outcome["best"]:
        flags = ("no fit says anything",)
        return Answer(box, False, nothing, None, None, None, None, nothing, nothing, flags, seal)
    best = min(outcome["best"], key=lambda item: (item["global_value"], item["local"]))
    cut, window = best["efficiency"], best["window"]
    tight, loose = (
        next(
            item
            for item in outcome["findings"]
            if (item["window"], item["efficiency"]) == (window, efficiency)
        )
        for efficiency in (cut, config.loose_efficiency)
    )
    p_value = _of_any(best, len(outcome["best"]))
    claimed = (p_value["value"] or 0.0) < config.level
    masses = next((item for item in outcome["resonances"] if item["efficiency"] == cut), None)
    return Answer(
        box,
        claimed,
        p_value,
        window,
        cut,
        tight["significance"],
        _scaled(masses, config) if claimed and masses else None,
        excess_of(loose),
        excess_of(tight),
        tuple(f"events: {flag}" for flag in loose["flags"]),
        seal,
    )


def _of_any(best: Mapping[str, Any], cuts: int) -> Number:
    """Chance of a p-value as small with any of so many cuts, as if they were independent.

    They are of the same data, so that it is conservative (Z. Sidak, J. Am. Stat. Assoc. 62 (1967)
    626).
    """
    value = 1.0 - (1.0 - best["global_value"]) ** cuts
    slope = cuts * (1.0 - best["global_value"]) ** (cuts - 1)
    return {"value": value, "error": slope * best["global_error"]}


def _scaled(masses: Mapping[str, Number], config: AnswerConfig) -> dict[str, Number]:
    """Masses over their scales, whose errors are added in quadrature."""
    scaled: dict[str, Number] = {}
    for name in "abc":
        value, error = masses[name]["value"], masses[name]["error"]
        scale = getattr(config.scales, name)
        assert value is not None
        assert error is not None
        relative = math.hypot(error / value, scale.error / scale.value)
        true = value / scale.value
        scaled[name] = {"value": true, "error": true * relative}
    return scaled


def settled(given: Answer, truth: str | Path | None, config: AnswerConfig) -> Answer:
    """The answer, marked where it is no blind one.

    The same answer as that which the seal was opened with is as blind as that was.

    Parameters
    ----------
    truth : where it is sealed; it is not read

    Raises
    ------
    StageError : the seal was opened before, and ``on_opened`` is ``refuse``
    """
    if truth is None or given.seal is None:
        return given
    before = opened_with(truth, given.seal)
    if before is None or before == answer_digest(plain(given)):
        return given
    if config.on_opened == "refuse":
        raise StageError(
            f"{opened_words(given.box)}; fill the boxes anew with another `black_boxes.own.seed`"
        )
    return replace(given, blind=False)


def opened_words(box: str) -> str:
    """That an answer is none of a blind search."""
    return f"the seal of {box} has been opened: an answer after that is no blind one"


def table(
    answers: Sequence[Mapping[str, Any]],
    windows: Mapping[str, Sequence[float]],
    config: AnswerConfig,
) -> Table:
    """A line for each box."""
    rows = []
    for item in answers:
        masses = item["masses"] or dict.fromkeys("abc")
        ends = [edge / 1e3 for edge in windows[item["window"]]] if item["window"] else None
        remarks = [*item["flags"], *([] if item["blind"] else [opened_words(item["box"])])]
        rows.append(
            {
                "Box": item["box"],
                "Signal": "claimed" if item["claimed"] else "not claimed",
                "Global p-value": estimated(item["p_value"]),
                "Window [TeV]": "{:g} to {:g}".format(*ends) if ends else number(None),
                "Data kept [%]": number(
                    None if item["efficiency"] is None else 100.0 * item["efficiency"]
                ),
                "Local significance": number(item["significance"]),
                **{f"m({name.upper()}) [GeV]": estimated(value) for name, value in masses.items()},
                "Events": estimated(item["events"]),
                "Passing": estimated(item["passing"]),
                "Seal": (item["seal"] or "of others")[:12],
                "Remarks": "; ".join(remarks),
            }
        )
    note = (
        "The p-value is that of any window and any cut; masses and `Passing` are of the cut of the "
        f"smallest, `Events` of that which keeps {100 * config.loose_efficiency:g} % of the data; "
        "both count what is in the window beyond the fit. "
        f"A signal is claimed at a global p-value below {config.level:g}. Digests of the seals "
        "(SHA-256): "
        + ", ".join(f"{item['box']} {item['seal']}" for item in answers if item["seal"])
        + "."
    )
    return Table("Black boxes", pd.DataFrame(rows), note)
