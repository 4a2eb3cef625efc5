"""Whole events: missing momentum, trigger, electron pairs, pile-up, isolation, polarisation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import awkward as ak
import numpy as np

from hepchain.config.reading import read_yaml
from hepchain.config.validation import ValidationConfig
from hepchain.errors import InputError
from hepchain.io.parquet import iterate_parquet
from hepchain.io.structured import read_json
from hepchain.selection.kinematics import delta_r
from hepchain.trust import Trust
from hepchain.truth import TruthOrigin
from hepchain.validation.comparison import Comparison, FloatArray, Relation, binned, categories
from hepchain.validation.ntuples import Columns, columns, pieces
from hepchain.validation.reference import (
    NUMBER,
    BoolArray,
    Quantity,
    Reference,
    counted,
    in_bins,
    rms,
)
from hepchain.validation.summaries import NOTHING, Estimate, mean, width

GROUP = "events"

EVENT = (
    *("met", "met_phi", "truth_met", "truth_met_phi", "sum_et", "met_trigger_weight", "mu"),
    "truth_m_ee",
)
TRACK = ("track_z0", "truth_track_origin", "truth_track_is_pileup", "truth_track_pdg_id")
ISOLATION = ("event_number", "pt", "ptcone30_1000", "truth_origin", "truth_is_pileup")
PAIR = ("event_number", "truth_electron_eta", "truth_electron_phi")

MAX_DELTA_Z0 = 0.5
"""mm"""
CONE = 0.3
MAX_CONE_FRACTION = 0.06


def missing_momentum(events: Columns) -> list[Comparison]:
    """Resolution of a component of ETmiss over sqrt(sum ET), and the efficiency of its trigger."""
    edges = (150.0, 250.0, 350.0, 500.0, 800.0)
    residuals = [
        (
            events["met"] * function(events["met_phi"])
            - events["truth_met"] * function(events["truth_met_phi"])
        )
        / np.sqrt(np.maximum(events["sum_et"], 1.0))
        for function in (np.cos, np.sin)
    ]
    resolution = Reference(
        value=np.full(len(edges) - 1, 0.45),
        source="0.45 sqrt(sum ET) (arXiv:1108.5602)",
        trust=Trust.MEMORY,
        relation=Relation.INPUT,
        tolerance=0.02,
        tolerance_reason="two digits",
    )
    quantity = Quantity(
        "met_resolution",
        GROUP,
        "Resolution of ETmiss(x, y) / sqrt(sum ET)",
        binned("sum_et", "sum ET [GeV]", edges),
        unit="√GeV",
    )
    both = np.concatenate(residuals)
    estimates = in_bins(width, both, np.tile(events["sum_et"], 2), edges)
    return [quantity.compared(estimates, resolution), _trigger(events)]


def _trigger(events: Columns) -> Comparison:
    edges = (150.0, 170.0, 190.0, 210.0, 230.0, 300.0, 1000.0)
    reference = Reference(
        value=np.array([0.95, 0.97, 0.98, 0.99, 0.99, 1.0]),
        source="ATLAS triggers (arXiv:1611.09661), as in GAMBIT ATLASEfficiencies.hpp",
        trust=Trust.DIGITISED,
        relation=Relation.INPUT,
        tolerance=0.01,
        tolerance_reason="reading of the figure",
    )
    quantity = Quantity(
        "met_trigger",
        GROUP,
        "Efficiency of the ETmiss trigger",
        binned("met", "ETmiss [GeV]", edges),
    )
    return quantity.compared(
        in_bins(mean, events["met_trigger_weight"], events["met"], edges), reference
    )


def collisions(events: Columns) -> Comparison:
    """Mean and width of the number of collisions."""
    ones = np.ones(len(events["mu"]))
    reference = Reference(
        value=np.array([33.7, 12.0]),
        source="Run 2 average of 33.7; width of 12, AtlFast3 sec. 3.3",
        trust=Trust.MEMORY,
        relation=Relation.INPUT,
        tolerance=1.0,
        tolerance_reason="a mean of 34 is simulated",
    )
    quantity = Quantity("mu", GROUP, "Collisions a crossing", categories("", "", ("mean", "width")))
    return quantity.compared([mean(events["mu"], ones), rms(events["mu"], ones)], reference)


def electron_pairs(masses: FloatArray, splitting: float) -> list[Comparison]:
    """Mass of the electron pair: shape, mean and edge of m (D^2 - m^2)^(3/2).

    The share below x = m / D is 1 - (1 - x^2)^(5/2), the mean 5 pi / 32 D (arXiv:0704.2515 to
    leading order in the mass splitting D over the masses).

    Parameters
    ----------
    masses : of the pairs [GeV], shape (n,)
    splitting : D [GeV]
    """
    x = masses[np.isfinite(masses)] / splitting
    edges = tuple(np.linspace(0.0, 1.0, 11))
    total = float(len(x))
    estimates = [counted(float(n), total) for n in np.histogram(x, edges)[0]]
    below = 1.0 - (1.0 - np.array(edges) ** 2) ** 2.5
    source = "m (D^2 - m^2)^(3/2) (arXiv:0704.2515) to leading order in D / m(N2)"
    shape = Reference(
        value=np.diff(below),
        source=source,
        trust=Trust.COMPUTED,
        relation=Relation.INPUT,
        tolerance=0.01,
        tolerance_reason="next orders in the splitting; selection of events with missing momentum",
    )
    numbers = Reference(
        value=np.array([5.0 * np.pi / 32.0, 0.0]),
        source=source,
        trust=Trust.COMPUTED,
        relation=Relation.INPUT,
        tolerance=0.01,
        tolerance_reason="as for the shape",
    )
    above = counted(float((x > 1.0).sum()), total)
    return [
        Quantity(
            "m_ee_shape", GROUP, "Electron pairs by mass", binned("x", "m(ee) / splitting", edges)
        ).compared(estimates, shape),
        Quantity(
            "m_ee_mean",
            GROUP,
            "Mass of electron pairs over the splitting",
            categories("", "", ("mean", "share beyond the edge")),
        ).compared([mean(x, np.ones(len(x))), above], numbers),
    ]


def pileup_tracks(tables: Iterable[Columns]) -> Comparison:
    """Mean number of tracks of other collisions as near in z0 as a candidate must be."""
    counts = np.concatenate([nearby_tracks(table) for table in tables] or [np.zeros(0)])
    reference = Reference.within(
        3.0,
        4.0,
        source="0.26 collisions within 0.5 mm, 10 to 15 tracks above 0.5 GeV each",
        trust=Trust.COMPUTED,
        relation=Relation.INDEPENDENT,
    )
    title = "Pile-up tracks within 0.5 mm of an electron"
    estimate = mean(counts, np.ones(len(counts))) if len(counts) else NOTHING
    return Quantity("pileup_tracks", GROUP, title, NUMBER).compared([estimate], reference)


def nearby_tracks(table: Columns) -> FloatArray:
    """Pile-up tracks near the first electron of the hard process of each event that has one."""
    electron = _hard_electron(table["truth_track_origin"], table["truth_track_is_pileup"])
    event, first = np.unique(table["event"][electron], return_index=True)
    z0 = table["track_z0"][electron][first]
    pileup = table["truth_track_is_pileup"] == 1
    of_event = np.searchsorted(event, table["event"][pileup])
    known = np.isin(table["event"][pileup], event)
    near = np.abs(table["track_z0"][pileup][known] - z0[of_event[known]]) < MAX_DELTA_Z0
    return np.bincount(of_event[known][near], minlength=len(event)).astype(np.float64)


def _hard_electron(origin: FloatArray, is_pileup: FloatArray) -> BoolArray:
    result: BoolArray = (origin == TruthOrigin.HARD_ELECTRON) & (is_pileup == 0)
    return result


def isolation(passing: float, total: float) -> Comparison:
    """Signal tracks that pass the isolation, of those whose partner is outside the cone."""
    reference = Reference.within(
        0.80,
        0.90,
        source="0.4 to 0.6 tracks above 1 GeV a unit of eta and phi times the cone's 0.28",
        trust=Trust.COMPUTED,
        relation=Relation.INDEPENDENT,
        reason="range of the density of the underlying event",
    )
    title = "Signal electrons that pass the isolation"
    return Quantity("isolation", GROUP, title, NUMBER).compared(
        [counted(passing, total)], reference
    )


def isolation_counts(
    tracks: Iterable[ak.Array], partner_far: Mapping[int, bool]
) -> tuple[float, float]:
    """Signal tracks that pass and all, of events in which the other electron is far."""
    passing = total = 0.0
    for table in tracks:
        signal = _hard_electron(
            ak.to_numpy(table["truth_origin"]), ak.to_numpy(table["truth_is_pileup"])
        )
        events = ak.to_numpy(table["event_number"])[signal]
        far = np.array([partner_far.get(int(event), False) for event in events], dtype=bool)
        fraction = (ak.to_numpy(table["ptcone30_1000"]) / ak.to_numpy(table["pt"]))[signal][far]
        passing += float((fraction < MAX_CONE_FRACTION).sum())
        total += float(len(fraction))
    return passing, total


def partners_far(events: Iterable[ak.Array]) -> dict[int, bool]:
    """Event number -> whether its two electrons are further apart than the cone."""
    far: dict[int, bool] = {}
    for table in events:
        two = table[ak.num(table["truth_electron_eta"]) == 2]
        eta, phi = (ak.to_numpy(two[f"truth_electron_{name}"]) for name in ("eta", "phi"))
        if len(two):
            apart = delta_r(eta[:, 0], phi[:, 0], eta[:, 1], phi[:, 1]) > CONE
            far |= dict(zip(ak.to_numpy(two["event_number"]).tolist(), apart.tolist(), strict=True))
    return far


def charge_ratio(charge: FloatArray) -> Comparison:
    """Positrons over electrons among the soft electrons of W bosons at high momentum.

    They fly against the W: the left-handed W+ and the right-handed W- make them, so that the ratio
    is that of the cross-sections times f_L(W+) / f_R(W-). Unpolarised bosons would give the first
    factor alone. Fractions cannot be measured from the angle after a cut on the electron.
    """
    positive, negative = float((charge > 0).sum()), float((charge < 0).sum())
    estimate = NOTHING
    if positive and negative:
        value = positive / negative
        estimate = Estimate(value, value * float(np.sqrt(1.0 / positive + 1.0 / negative)))
    reference = Reference.within(
        2.2,
        3.3,
        source=(
            "W+ over W- with jets 1.4 to 1.5; f_L(W+) 0.56, f_R(W-) 0.30 from the asymmetries of "
            "CMS, PRL 107 (2011) 021802"
        ),
        trust=Trust.MEMORY,
        relation=Relation.INDEPENDENT,
        reason="errors of the measured fractions",
    )
    title = "Positrons over electrons, soft from hard W"
    return Quantity("w_charge_ratio", GROUP, title, NUMBER).compared([estimate], reference)


def splitting_of(sample: str, samples: Path) -> float:
    """Mass splitting of a signal sample [GeV].

    Raises
    ------
    InputError : the file of samples does not have it
    """
    try:
        masses = read_yaml(samples)[sample]["masses"]
        return float(masses["n2"]) - float(masses["n1"])
    except (KeyError, TypeError) as error:
        raise InputError(f"{samples}: no masses n2 and n1 of the sample {sample}") from error


def comparisons(inputs: Mapping[str, Sequence[Path]], config: ValidationConfig) -> list[Comparison]:
    """Comparisons of the group.

    Inputs: ``signal`` and ``background`` (ntuples), ``signal_metadata`` (of the generation),
    ``samples`` (the file of samples), ``skimmed_events`` and ``skimmed_tracks`` of the signal.
    """
    events = columns([*inputs["signal"], *inputs["background"]], EVENT)
    sample = str(read_json(inputs["signal_metadata"][0])["sample"])
    far = partners_far(_tables(inputs["skimmed_events"], PAIR))
    passing, total = isolation_counts(_tables(inputs["skimmed_tracks"], ISOLATION), far)
    return [
        *missing_momentum(events),
        collisions(events),
        *electron_pairs(events["truth_m_ee"], splitting_of(sample, inputs["samples"][0])),
        pileup_tracks(pieces(inputs["signal"], TRACK)),
        isolation(passing, total),
        charge_ratio(
            columns(inputs["background"], ["truth_electron_charge"])["truth_electron_charge"]
        ),
    ]


def _tables(paths: Iterable[Path], names: Sequence[str]) -> Iterable[ak.Array]:
    for path in paths:
        yield from iterate_parquet(path, names)
