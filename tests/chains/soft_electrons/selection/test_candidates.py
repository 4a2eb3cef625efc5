"""Each cut alone, edges, symmetries, and the whole selection against a plain loop."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hepchain.chains.soft_electrons.config.selection import SelectionConfig
from hepchain.chains.soft_electrons.selection.candidates import all_cuts, mass_masks
from hepchain.chains.soft_electrons.selection.job import run_selection
from hepchain.io import read_json, read_parquet
from tests.chains.soft_electrons.selection.selection_samples import (
    CONFIG,
    ISOLATION,
    Electron,
    Event,
    Sample,
    Track,
)

CUTS = [cut.name for cut in all_cuts(CONFIG, 3.0)]


def select(
    folder: Path, events: list[Event], config: SelectionConfig = CONFIG, **sample: Any
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Cut-flow at a splitting of 3 GeV and rows of the table."""
    inputs = Sample(folder, [events], **sample).write()
    run_selection(
        inputs, folder / "table.parquet", folder / "flow.json", config, ISOLATION, {"point": 3.0}
    )
    return read_json(folder / "flow.json")["point"], read_parquet(folder / "table.parquet").tolist()


def last_passed(flow: list[dict[str, Any]]) -> str:
    """Name of the last cut that left an event."""
    return str([line["cut"] for line in flow if line["events"] > 0][-1])


def test_the_reference_event_passes_everything(tmp_path: Path) -> None:
    flow, rows = select(tmp_path, [Event()])
    assert [line["cut"] for line in flow] == CUTS
    assert all(line["events"] == 1 and line["weighted"] == 0.5 for line in flow)
    assert len(rows) == 1
    expected = math.sqrt(2 * 6.0 * 2.0 * (math.cosh(0.3) - math.cos(0.3)))
    assert rows[0]["mass"] == pytest.approx(expected, rel=1e-5)
    assert rows[0]["delta_r"] == pytest.approx(math.hypot(0.3, 0.3), rel=1e-6)
    assert rows[0]["passes_tagger"] is True
    assert rows[0]["category"] == "trt_calorimeter"


BASE = Event()
FAILING: list[tuple[str, str, Event]] = [
    ("one_electron", "no electron", replace(BASE, electrons=())),
    ("one_electron", "not identified", BASE.with_electron(lh_very_loose=0)),
    (
        "one_electron",
        "two electrons",
        replace(BASE, electrons=(Electron(), Electron(pt=30.0, eta=-2.0, track_index=9))),
    ),
    ("electron_pt", "hard electron", BASE.with_electron(pt=10.0)),
    ("met", "low ETmiss", replace(BASE, met=200.0)),
    ("leading_jet_pt", "soft jets", replace(BASE, jet_pt=(100.0, 40.0))),
    ("leading_jet_pt", "no jet", replace(BASE, jet_pt=())),
    ("track", "no track", replace(BASE, tracks=())),
    ("track", "same charge", BASE.with_track(charge=-1)),
    ("track", "too soft", BASE.with_track(pt=0.5)),
    ("track", "too hard", BASE.with_track(pt=5.0)),
    ("track", "the electron's own track", BASE.with_track(track_index=0)),
    ("isolation", "another track in the cone", BASE.with_track(ptcone30_1000=1.2)),
    ("delta_r", "too near", BASE.with_track(eta=0.45, phi=0.25)),
    ("delta_r", "too far", BASE.with_track(eta=1.65)),
    ("delta_d0", "displaced", BASE.with_track(d0=0.33)),
    ("delta_z0", "other vertex", BASE.with_track(z0=10.51)),
    ("delta_z0", "electron without track", BASE.with_electron(track_z0=math.nan)),
    ("delta_phi_met", "away from ETmiss", replace(BASE, met_phi=0.5 + 1.51)),
    ("pt_sum", "hard for its ETmiss", BASE.with_electron(pt=9.9).with_track(pt=4.0, phi=0.35)),
    ("mass_window", "heavy", BASE.with_track(eta=-0.6)),
    ("tagger", "low score", BASE.with_track(score=0.0)),
]


@pytest.mark.parametrize(
    ("cut", "event"),
    [pytest.param(cut, event, id=f"{cut}: {why}") for cut, why, event in FAILING],
)
def test_an_event_that_fails_one_cut_goes_there(cut: str, event: Event, tmp_path: Path) -> None:
    flow, rows = select(tmp_path, [event])
    assert last_passed(flow) == CUTS[CUTS.index(cut) - 1]
    assert len(rows) == (1 if cut in ("mass_window", "tagger") else 0)


def test_every_cut_has_an_event_that_fails_it() -> None:
    # The veto lies above this window: it has a test of its own.
    assert {cut for cut, _, _ in FAILING} | {"skim", "mass_veto"} == set(CUTS)


@pytest.mark.parametrize(
    ("mass", "passes"),
    [(2.9999, True), (3.0, False), (3.1, False), (3.2, False), (3.2001, True)],
)
def test_veto_edges(mass: float, passes: bool) -> None:
    found = mass_masks([mass], CONFIG, 5.0)
    assert {name: mask.tolist() for name, mask in found.items()} == {
        "mass_window": [True],
        "mass_veto": [passes],
    }


def test_window_is_open_at_the_splitting() -> None:
    assert mass_masks([2.9999, 3.0], CONFIG, 3.0)["mass_window"].tolist() == [True, False]


def with_isolation(**changes: Any) -> SelectionConfig:
    isolation = CONFIG.candidate.isolation.model_copy(update=changes)
    return CONFIG.model_copy(
        update={"candidate": CONFIG.candidate.model_copy(update={"isolation": isolation})}
    )


PARTNER_IN_CONE = BASE.with_track(eta=0.3, phi=0.35, ptcone30_500=6.0, ptcone30_1000=6.0)


@pytest.mark.parametrize("remove", [True, False])
def test_partner_in_the_cone_counts_unless_it_is_removed(remove: bool, tmp_path: Path) -> None:
    config = with_isolation(remove_partner_electron=remove)
    flow, rows = select(tmp_path, [PARTNER_IN_CONE], config)
    assert len(rows) == int(remove)
    if not remove:
        assert last_passed(flow) == "track"


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(PARTNER_IN_CONE.with_track(ptcone30_1000=7.5), id="a second track"),
        pytest.param(PARTNER_IN_CONE.with_electron(track_quality=1), id="not tight primary"),
        pytest.param(PARTNER_IN_CONE.with_electron(track_eta=-0.3), id="track out of the cone"),
        pytest.param(PARTNER_IN_CONE.with_electron(track_z0=14.0), id="track of another vertex"),
        pytest.param(PARTNER_IN_CONE.with_track(ptcone30_1000=2.0), id="not in the sum"),
    ],
)
def test_only_a_partner_that_the_skim_has_summed_is_removed(event: Event, tmp_path: Path) -> None:
    flow, _ = select(tmp_path, [event])
    assert last_passed(flow) == "track"


def test_constituent_threshold_chooses_the_column(tmp_path: Path) -> None:
    event = BASE.with_track(ptcone30_500=0.7, ptcone30_1000=0.0)
    assert len(select(tmp_path, [event])[1]) == 1
    assert len(select(tmp_path, [event], with_isolation(constituent_pt=0.5))[1]) == 0


def random_event(rng: np.random.Generator) -> Event:
    """An event around the edges of the cuts."""

    def electron(index: int) -> Electron:
        eta, phi = rng.normal(0, 1), rng.uniform(-3.14, 3.14)
        return Electron(
            pt=rng.uniform(5, 11),
            eta=eta,
            phi=phi,
            charge=int(rng.choice([-1, 1])),
            lh_very_loose=int(rng.random() < 0.8),
            track_index=index,
            track_pt=rng.uniform(4, 11),
            track_eta=eta,
            track_phi=phi,
            track_quality=int(rng.choice([1, 2])),
        )

    electrons = tuple(electron(i) for i in range(rng.integers(0, 3)))
    centre = electrons[0] if electrons else Electron()
    tracks = tuple(
        Track(
            track_index=i,
            charge=int(rng.choice([-1, 1])),
            pt=rng.uniform(0.4, 5.5),
            eta=centre.eta + rng.normal(0, 0.4),
            phi=(centre.phi + rng.normal(0, 0.4) + np.pi) % (2 * np.pi) - np.pi,
            d0=rng.normal(0, 0.15),
            z0=10.0 + rng.normal(0, 0.3),
            ptcone30_1000=float(rng.choice([0.0, 0.0, centre.track_pt, 1.5])),
            score=rng.normal(0.5, 1.0),
        )
        for i in range(rng.integers(0, 6))
    )
    return Event(
        electrons=electrons,
        tracks=tracks,
        weight=rng.uniform(0.1, 2.0),
        met=rng.uniform(150, 400),
        met_phi=(centre.phi + rng.normal(0, 0.9) + np.pi) % (2 * np.pi) - np.pi,
        jet_pt=tuple(rng.uniform(50, 400, rng.integers(0, 3))),
    )


def azimuth(first: float, second: float) -> float:
    return abs(math.atan2(math.sin(first - second), math.cos(first - second)))


def plain_loop(event: Event, splitting: float) -> dict[str, int]:
    """Candidates left after each cut (events: 1 or 0), written out without arrays."""
    left = {"skim": 1}
    identified = [e for e in event.electrons if e.lh_very_loose]
    steps = {
        "one_electron": len(identified) == 1,
        "electron_pt": len(identified) == 1 and identified[0].pt < 10,
        "met": event.met > 200,
        "leading_jet_pt": bool(event.jet_pt) and max(event.jet_pt) > 100,
    }
    for name, passed in steps.items():
        if not passed:
            return left
        left[name] = 1
    e, candidates = identified[0], list(event.tracks)

    def cone(t: Track) -> float:
        summed = (
            e.track_quality == 2
            and math.hypot(t.eta - e.track_eta, azimuth(t.phi, e.track_phi)) < 0.3
            and abs(t.z0 - e.track_z0) / math.cosh(t.eta) < 3.0
            and t.ptcone30_1000 > e.track_pt - 1e-3
        )
        return t.ptcone30_1000 - (e.track_pt if summed else 0.0)

    def mass(t: Track) -> float:
        return math.sqrt(2 * t.pt * e.pt * (math.cosh(t.eta - e.eta) - math.cos(t.phi - e.phi)))

    tests: dict[str, Callable[[Track], bool]] = {
        "track": lambda t: (
            t.charge == -e.charge and 0.5 < t.pt < 5 and t.track_index != e.track_index
        ),
        "isolation": lambda t: cone(t) / t.pt < 0.06,
        "delta_r": lambda t: 0.1 < math.hypot(t.eta - e.eta, azimuth(t.phi, e.phi)) < 1.2,
        "delta_d0": lambda t: abs(t.d0 - e.track_d0) < 0.3,
        "delta_z0": lambda t: abs(t.z0 - e.track_z0) < 0.5,
        "delta_phi_met": lambda t: azimuth(t.phi, event.met_phi) < 1.5,
        "pt_sum": lambda t: (t.pt + e.pt) / event.met < 0.05,
        "mass_window": lambda t: mass(t) < splitting,
        "mass_veto": lambda t: not 3.0 <= mass(t) <= 3.2,
        "tagger": lambda t: t.score > 0.3,
    }
    for name, test in tests.items():
        candidates = [track for track in candidates if test(track)]
        left[name] = len(candidates)
    return left


def test_selection_equals_a_plain_loop(tmp_path: Path) -> None:
    rng = np.random.default_rng(11)
    events = [random_event(rng) for _ in range(1500)]
    # Small row groups: events straddle them.
    inputs = Sample(tmp_path, [events[:700], events[700:]], 0.3, rows_per_group=61).write()
    table, flow = tmp_path / "t.parquet", tmp_path / "f.json"
    run_selection(inputs, table, flow, CONFIG, ISOLATION, {"narrow": 2.0, "wide": 5.0})
    for point, splitting in (("narrow", 2.0), ("wide", 5.0)):
        loops = [plain_loop(event, splitting) for event in events]
        for line in read_json(flow)[point]:
            compare(line, events, [loop.get(line["cut"], 0) for loop in loops])
        assert len(read_parquet(table)) == sum(loop.get("pt_sum", 0) for loop in loops) > 20


def compare(line: dict[str, Any], events: list[Event], counts: list[int]) -> None:
    weights = [event.weight for event, count in zip(events, counts, strict=True) if count]
    assert line["events"] == len(weights), line["cut"]
    assert line["weighted"] == pytest.approx(sum(weights), rel=1e-12, abs=1e-12)
    assert line["error"] == pytest.approx(math.sqrt(sum(w * w for w in weights)), rel=1e-12)
    assert line["candidates"] in (None, sum(counts))


def test_cut_flow_never_rises(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    flow, _ = select(tmp_path, [random_event(rng) for _ in range(300)])
    for key in ("events", "weighted", "error"):
        values = [line[key] for line in flow]
        assert values == sorted(values, reverse=True)
    candidates = [line["candidates"] for line in flow if line["candidates"] is not None]
    assert candidates == sorted(candidates, reverse=True)


def turned(event: Event, angle: float) -> Event:
    """The event turned about the beam, azimuths back in [-pi, pi)."""

    def turn(phi: float) -> float:
        return (phi + angle + math.pi) % (2 * math.pi) - math.pi

    return replace(
        event,
        met_phi=turn(event.met_phi),
        electrons=tuple(
            replace(e, phi=turn(e.phi), track_phi=turn(e.track_phi)) for e in event.electrons
        ),
        tracks=tuple(replace(t, phi=turn(t.phi)) for t in event.tracks),
    )


def mirrored(event: Event) -> Event:
    """The event with all charges swapped."""
    return replace(
        event,
        electrons=tuple(replace(e, charge=-e.charge) for e in event.electrons),
        tracks=tuple(replace(t, charge=-t.charge) for t in event.tracks),
    )


ONCE = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@ONCE
@given(angle=st.floats(-math.pi, math.pi))
def test_turning_the_event_changes_nothing(angle: float, tmp_path: Path) -> None:
    events = [event for _, _, event in FAILING] + [Event(), PARTNER_IN_CONE]
    plain = [line["events"] for line in select(tmp_path, events)[0]]
    rotated = select(tmp_path, [turned(event, angle) for event in events])[0]
    assert [line["events"] for line in rotated] == plain


def test_swapping_all_charges_changes_nothing(tmp_path: Path) -> None:
    rng = np.random.default_rng(8)
    events = [random_event(rng) for _ in range(300)]
    assert select(tmp_path, events)[0] == select(tmp_path, [mirrored(e) for e in events])[0]


def test_order_of_events_and_parts_does_not_matter(tmp_path: Path) -> None:
    rng = np.random.default_rng(9)
    events = [random_event(rng) for _ in range(200)]
    flow, _ = select(tmp_path, events)
    reverse, _ = select(tmp_path, events[::-1])
    for line, other in zip(flow, reverse, strict=True):
        assert (line["cut"], line["events"]) == (other["cut"], other["events"])
        assert line["weighted"] == pytest.approx(other["weighted"], rel=1e-12)
