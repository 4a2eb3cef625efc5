"""Forced electron pairs: as many as happen by themselves, and as they are when they do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import awkward as ak
import numpy as np
import numpy.typing as npt
import pytest
import vector
from scipy.integrate import quad

from hepchain.config.simulation import FORCED_COPIES, Copying
from hepchain.errors import StageError
from hepchain.simulation.response.crossing import Crossing
from hepchain.simulation.response.electron_pairs import DALITZ, virtual_mass
from hepchain.simulation.response.forced import Copies, forced_copies
from hepchain.simulation.response.particles import Particles
from hepchain.simulation.response.passage import convert_photons
from hepchain.simulation.truth import TruthOrigin
from tests.particle_guns import crossing_of, parameters, particles

MATERIAL = parameters().material
ELECTRON_MASS = 0.000511
FINE_STRUCTURE = 1.0 / 137.036


def copying(**changes: Any) -> Copying:
    return Copying.model_validate({"copies": 1, "delta_r": 1.25, "min_met": 200.0} | changes)


def photons(n: int, parent: int = 111, seed: int = 3) -> Particles:
    gun = particles(n, 22, np.random.default_rng(seed), pt=(1.0, 5.0), max_eta=2.0)
    return replace(gun, parent_pdg_id=np.full(n, parent))


def with_electron(found: Particles, away: float = 0.3) -> Crossing:
    """The particles, and beside each photon an electron of the hard process."""
    beside = found.take(found.is_photon)
    electrons = replace(
        particles(len(beside), 11, np.random.default_rng(4), origin=TruthOrigin.HARD_ELECTRON),
        event=beside.event,
        eta=beside.eta + away,
        phi=beside.phi,
    )
    both = found.append(electrons)
    return crossing_of(replace(both, serial=np.arange(len(both))))


def copies_of(crossing: Crossing, **changes: Any) -> Copies:
    return forced_copies(crossing, MATERIAL, copying(**changes))


def pairs_of(copies: Copies) -> tuple[Particles, Particles]:
    """Electrons and positrons of the copies, those of the hard process aside, by copy."""
    found = copies.crossing.particles
    soft = found.is_electron & (found.origin != TruthOrigin.HARD_ELECTRON)
    both = (found.take(soft & (found.pdg_id == code)) for code in (11, -11))
    electrons, positrons = (side.take(np.argsort(side.event)) for side in both)
    return electrons, positrons


@pytest.mark.parametrize("code", sorted(DALITZ))
def test_the_ratio_of_branching_fractions_is_that_of_kroll_and_wada(code: int) -> None:
    """4 alpha / 3 pi times the integral over ln m of the spectrum, for each of both photons."""
    decay = DALITZ[code]

    def spectrum(log_mass: float) -> float:
        x, y = ((np.exp(log_mass) / decay.mass) ** 2, (ELECTRON_MASS / np.exp(log_mass)) ** 2)
        form = 1.0 / (1.0 - (np.exp(log_mass) / decay.pole) ** 2) ** 2
        return float((1.0 - x) ** 3 * (1.0 + 2.0 * y) * np.sqrt(max(1.0 - 4.0 * y, 0.0)) * form)

    integral, _ = quad(spectrum, np.log(2.0 * ELECTRON_MASS), np.log(decay.mass), limit=200)
    ratio = 4.0 * FINE_STRUCTURE / (3.0 * np.pi) * integral
    # Measured to 3 % for the pi0 and 6 % for the eta (PDG).
    assert 2.0 * decay.probability == pytest.approx(ratio, rel=0.08)
    median = np.log(virtual_mass(decay, np.array([0.5]))[0])
    below, _ = quad(spectrum, np.log(2.0 * ELECTRON_MASS), median, limit=200)
    assert below == pytest.approx(0.5 * integral, rel=1e-3)


def test_masses_of_virtual_photons_lie_between_two_electrons_and_the_meson() -> None:
    mass = virtual_mass(DALITZ[111], np.array([0.0, 0.1, 0.9, 1.0]))
    assert (np.diff(mass) > 0.0).all()
    assert mass[[0, -1]] == pytest.approx([2.0 * ELECTRON_MASS, 0.13498])


def test_a_pair_has_the_momentum_of_its_photon() -> None:
    found = photons(3000)
    copies = copies_of(with_electron(found))
    electrons, positrons = pairs_of(copies)

    def momentum(items: Particles) -> Any:
        return vector.array(
            {"pt": items.pt, "eta": items.eta, "phi": items.phi, "mass": items.mass}
        )

    total = momentum(electrons) + momentum(positrons)
    original = momentum(found.take(copies.event))
    for name in ("px", "py", "pz"):
        assert getattr(total, name) == pytest.approx(getattr(original, name), abs=1e-9)
    decayed = electrons.origin == TruthOrigin.DALITZ
    assert decayed.mean() == pytest.approx(0.2, abs=0.04)
    assert (total.mass[decayed] < 0.13498).all()
    assert (total.mass[decayed] > 2.0 * ELECTRON_MASS * 0.999).all()
    assert electrons.eta[~decayed] == pytest.approx(found.take(copies.event).eta[~decayed])


def test_the_angle_of_a_dalitz_pair_has_one_plus_cosine_squared() -> None:
    """In the rest frame of the pair: the mean of cos^2 is 2/5, and neither side is preferred."""
    electrons, positrons = pairs_of(copies_of(with_electron(photons(20_000))))
    decayed = electrons.origin == TruthOrigin.DALITZ
    one, other = (
        vector.array({"pt": p.pt, "eta": p.eta, "phi": p.phi, "mass": p.mass})[decayed]
        for p in (electrons, positrons)
    )
    pair = one + other
    wide = pair.mass > 0.01
    boosted = one[wide].boostCM_of(pair[wide])
    along = (
        boosted.px * pair.px[wide] + boosted.py * pair.py[wide] + boosted.pz * pair.pz[wide]
    ) / (boosted.mag * pair.mag[wide])
    n = wide.sum()
    assert along.mean() == pytest.approx(0.0, abs=4.0 * np.sqrt(0.4 / n))
    assert (along**2).mean() == pytest.approx(0.4, abs=4.0 * 0.3 / np.sqrt(n))


def test_the_weights_of_conversions_are_as_many_as_convert() -> None:
    """By radius, against the same photons left to themselves; each with its error."""
    found = photons(40_000, parent=0)
    natural, _ = convert_photons(found, MATERIAL)
    copies = copies_of(with_electron(found))
    electrons, _ = pairs_of(copies)
    edges = [0.0, 30.0, 40.0, 70.0, 110.0, 160.0, 300.0]
    weight = copies.weight[electrons.event]

    def counts(items: Particles, weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.histogram(items.radius, edges, weights=weights)[0].astype(np.float64)

    own = natural.take(natural.pdg_id == 11)
    expected = counts(own, np.ones(len(own)))
    forced, variance = counts(electrons, weight), counts(electrons, weight**2)
    pull = (forced - expected) / np.sqrt(np.maximum(expected + variance, 1.0))
    assert (expected[:2] > 50).all()
    assert np.abs(pull).max() < 3.5


def test_the_weights_of_dalitz_decays_are_their_share() -> None:
    copies = copies_of(with_electron(photons(5000)), copies=2)
    electrons, _ = pairs_of(copies)
    decayed = electrons.origin == TruthOrigin.DALITZ
    total = copies.weight[electrons.event[decayed]].sum()
    assert total / 5000 == pytest.approx(DALITZ[111].probability, rel=0.05)


def test_copies_hold_what_is_near_the_pair_and_no_other_electron_of_its_kind() -> None:
    found = photons(200)
    rng = np.random.default_rng(8)
    near = replace(particles(200, 211, rng), eta=found.eta + 0.1, phi=found.phi)
    far = replace(particles(200, 321, rng), eta=found.eta + 0.9, phi=found.phi)
    soft = replace(near, pdg_id=np.full(200, 11), origin=np.full(200, int(TruthOrigin.DALITZ)))
    crossing = with_electron(found.append(near).append(far).append(soft), away=0.4)
    copies = copies_of(crossing, copies=3)
    made = copies.crossing.particles
    assert len(copies.event) == 600
    assert np.bincount(made.event).tolist() == [4] * 600
    assert sorted(np.unique(made.absolute_id)) == [11, 211]
    assert (made.serial == np.arange(len(made))).all()
    assert (copies.crossing.vertex_event == np.arange(600)).all()


def test_copied_events_have_weights_of_their_own_and_the_factors_of_their_event() -> None:
    crossing = with_electron(photons(3))
    copies = copies_of(crossing, copies=2)
    events = ak.zip(
        {
            "event_number": np.array([5, 6, 7]),
            "weight": np.array([2.0, 2.0, 2.0]),
            "weight_isr_up": np.array([0.9, 1.1, 1.3]),
        }
    )
    copied = copies.of(events)
    number = events["event_number"][copies.event] * FORCED_COPIES + copies.number
    assert copied["event_number"].tolist() == number.tolist()
    assert copied["weight"].tolist() == pytest.approx((2.0 * copies.weight).tolist())
    assert copied["weight_isr_up"].tolist() == events["weight_isr_up"][copies.event].tolist()


def test_photons_far_from_the_electron_or_too_soft_for_a_track_are_not_copied() -> None:
    crossing = with_electron(photons(50), away=1.3)
    assert len(copies_of(crossing).event) == 0
    assert len(copies_of(crossing, delta_r=1.35).event) == 50
    soft = replace(photons(50), pt=np.full(50, 0.44))
    assert len(copies_of(with_electron(soft)).event) == 0
    # Shared by two, hardly any has an electron of 0.45 GeV.
    shared = replace(photons(5000), pt=np.full(5000, 0.6))
    assert 0.3 < len(copies_of(with_electron(shared)).event) / 5000 < 0.7


def test_more_copies_than_event_numbers_have_room_for_are_refused() -> None:
    crowded = replace(photons(FORCED_COPIES + 1), event=np.zeros(FORCED_COPIES + 1, dtype=np.int64))
    crowded = replace(crowded, eta=np.zeros(len(crowded)), phi=np.zeros(len(crowded)))
    with pytest.raises(StageError, match=r"1001 forced electron pairs.*lower `copies`"):
        copies_of(with_electron(crowded))
