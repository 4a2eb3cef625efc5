"""Why the gain in s / sqrt(b) is not that of one candidate: its factors, measured on candidates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from hepchain.chains.soft_electrons.config.statistics import Approach
from hepchain.chains.soft_electrons.statistics.approaches import Candidates, accepted, probability
from hepchain.labels import Label
from hepchain.statistics.bootstrap import estimate_of, with_replicas
from hepchain.statistics.results import GainFactors

Floats = npt.NDArray[np.float64]


def gain_factors(
    name: str,
    approach: Approach,
    signal: Candidates,
    backgrounds: Sequence[Candidates],
    replicas: int,
    random: np.random.Generator,
) -> GainFactors:
    """Factors of the gain of an approach over all candidates, with errors from a bootstrap.

    With one candidate an event, electrons in the signal and hadrons in the background, the gain is
    epsilon / sqrt(f). Without a requirement a signal event may also be selected by a hadron, which
    it then loses (``electron_share``) unless the hadron is accepted (``hadrons_accepted``), and a
    background event with several candidates has several chances (``several_candidates``). The
    product of all is the measured gain, exactly.
    """
    s = with_replicas(event_sums(signal, approach), replicas, random)
    sums = np.concatenate([event_sums(item, approach) for item in backgrounds])
    numbers = _factors(s, with_replicas(sums, replicas, random))
    return GainFactors(name, **{key: estimate_of(values) for key, values in numbers.items()})


def event_sums(candidates: Candidates, approach: Approach) -> Floats:
    """Sums of weights for each event, shape (events, 7).

    Columns: the event; the event if an electron is among its candidates; candidates; electron
    candidates; both times their probability; the event times the probability of the event.
    """
    events, first, row = np.unique(candidates.event_number, return_index=True, return_inverse=True)
    share = probability(candidates, approach)
    electron = (candidates.label == Label.SIGNAL).astype(np.float64)
    weight = candidates.weight
    # Forced electrons are no candidates that are there, but are in the probabilities.
    counted = weight * candidates.counted

    def by_event(values: Floats) -> Floats:
        return np.bincount(row, values, minlength=len(events)).astype(np.float64)

    found = accepted(candidates, approach)
    kept = np.zeros(len(events))
    kept[np.searchsorted(events, found.event_number)] = found.weight
    of_event = weight[first] * (by_event(candidates.counted.astype(np.float64)) > 0.0)
    has_electron = by_event(electron) > 0.0
    columns = [
        of_event,
        of_event * has_electron,
        by_event(counted),
        by_event(counted * electron),
        by_event(weight * share),
        by_event(weight * share * electron),
        kept,
    ]
    return np.stack(columns, axis=1)


def _factors(signal: Floats, background: Floats) -> Mapping[str, Floats]:
    """Factors of rows of sums as in :func:`event_sums`; NaN or infinite where undefined."""
    s, with_electron, _, electrons, _, passing, s_kept = signal.T
    b, _, candidates, _, accepted_candidates, _, b_kept = background.T
    with np.errstate(divide="ignore", invalid="ignore"):
        efficiency = passing / electrons
        fake_rate = accepted_candidates / candidates
        share = with_electron / s
        return {
            "efficiency": efficiency,
            "fake_rate": fake_rate,
            "one_candidate": efficiency / np.sqrt(fake_rate),
            "electron_share": share,
            "several_candidates": np.sqrt(fake_rate / (b_kept / b)),
            "hadrons_accepted": s_kept / s / (share * efficiency),
            "s_over_sqrt_b": s_kept / s / np.sqrt(b_kept / b),
        }
