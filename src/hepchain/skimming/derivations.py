"""Quantities computed from others on behalf of a branch map.

A map asks for a function by its name; the parameters are the quantities that it lists. They are
Awkward arrays with one entry an event, jagged per object, as is what is returned. Integers come
widened: sums of small ones would wrap, and their roots lose digits.
"""

from __future__ import annotations

from typing import Any

import awkward as ak
import numpy as np
import numpy.typing as npt
import vector

from hepchain.skimming.jagged import (
    Offsets,
    kind_of,
    numbers_of,
    of_numbers,
    offsets_of,
    with_offsets,
)


@of_numbers
def square_root(x: ak.Array) -> ak.Array:
    """The root; NaN of what is below zero."""
    return np.sqrt(x)


@of_numbers
def sign(x: ak.Array) -> ak.Array:
    """-1, 0 or 1."""
    return np.sign(x)


@of_numbers
def ratio(numerator: ak.Array, denominator: ak.Array) -> ak.Array:
    """One over the other."""
    return numerator / denominator


@of_numbers
def sum(x: ak.Array, y: ak.Array) -> ak.Array:
    """Sum of two quantities.

    Raises
    ------
    ValueError : a sum of integers has no place in int64
    """
    result = x + y
    if kind_of(result) == "i" and ak.any(((x ^ result) & (y ^ result)) < 0, axis=None):
        raise ValueError("a sum does not fit into a signed integer of 64 bits")
    return result


@of_numbers
def pt_from_q_over_p(q_over_p: ak.Array, theta: ak.Array) -> ak.Array:
    """Transverse momentum sin(theta) / |q/p| of a track fit."""
    return np.sin(theta) / abs(q_over_p)


@of_numbers
def eta_from_theta(theta: ak.Array) -> ak.Array:
    """Pseudorapidity -ln tan(theta / 2)."""
    return -np.log(np.tan(theta / 2))


@of_numbers
def theta_from_eta(eta: ak.Array) -> ak.Array:
    """Polar angle 2 arctan(exp(-eta))."""
    return 2 * np.arctan(np.exp(-eta))


@of_numbers
def pt_from_px_py(px: ak.Array, py: ak.Array) -> ak.Array:
    """Transverse momentum, of an object or of the whole event."""
    return _momentum(px=px, py=py).pt


@of_numbers
def phi_from_px_py(px: ak.Array, py: ak.Array) -> ak.Array:
    """Azimuth in [-pi, pi]."""
    return _momentum(px=px, py=py).phi


@of_numbers
def eta_from_px_py_pz(px: ak.Array, py: ak.Array, pz: ak.Array) -> ak.Array:
    """Pseudorapidity."""
    return _momentum(px=px, py=py, pz=pz).eta


@of_numbers
def mass_from_px_py_pz_energy(
    px: ak.Array, py: ak.Array, pz: ak.Array, energy: ak.Array
) -> ak.Array:
    """Invariant mass; -sqrt(-m^2) where rounding has made m^2 negative."""
    return _momentum(px=px, py=py, pz=pz, energy=energy).mass


@of_numbers
def mass_from_pt_eta_energy(pt: ak.Array, eta: ak.Array, energy: ak.Array) -> ak.Array:
    """Invariant mass; -sqrt(-m^2) where rounding has made m^2 negative."""
    return _momentum(pt=pt, phi=ak.zeros_like(pt), eta=eta, energy=energy).mass


def _momentum(**components: ak.Array) -> Any:
    """Vectors of these components, in double precision: a mass is a small difference."""
    return vector.zip(
        {name: ak.values_astype(values, np.float64) for name, values in components.items()}
    )


def joined(first: ak.Array, second: ak.Array) -> ak.Array:
    """Each event's list of one kind of object, and that of another after it."""
    return ak.concatenate([first, second], axis=1)


def index_in_first(index: ak.Array) -> ak.Array:
    """Index in joined lists of what an index in the first points to: the same."""
    return index


def index_in_second(index: ak.Array, first: ak.Array) -> ak.Array:
    """Index in joined lists of what an index in the second points to; ``first``: of the first."""
    return ak.where(index >= 0, index + ak.num(first), index)


def position(values: ak.Array) -> ak.Array:
    """Index of each object in its own list, for objects that are listed once under two names."""
    return ak.local_index(values, axis=1)


@of_numbers
def e_over_p(energy: ak.Array, q_over_p: ak.Array) -> ak.Array:
    """Energy over momentum, E |q/p|."""
    return energy * abs(q_over_p)


def where_positive(values: ak.Array, flags: ak.Array) -> ak.Array:
    """Entries of each event's list whose flag is above zero."""
    return values[flags > 0]


def nearest_vertex(track_z: ak.Array, vertex_z: ak.Array) -> ak.Array:
    """Index of the vertex nearest in z to each track; -1 if the event has none.

    sin(theta) is the same for all vertices of a track, so this is the nearest in z0 sin(theta).
    """
    pairs = ak.cartesian({"track": track_z, "vertex": vertex_z}, nested=True)
    distance = abs(pairs["track"] - pairs["vertex"])
    return ak.fill_none(ak.argmin(distance, axis=2), -1)


def z0_sin_theta_to_vertex(
    track_z: ak.Array, theta: ak.Array, vertex_z: ak.Array, vertex_index: ak.Array
) -> ak.Array:
    """Longitudinal distance (z - z_vertex) sin(theta) [mm] to a vertex; NaN if the index is -1."""
    return (track_z - _take(vertex_z, vertex_index, np.nan)) * np.sin(theta)


@of_numbers
def z0_sin_theta_significance(
    z0_sin_theta: ak.Array, theta: ak.Array, z0_error: ak.Array
) -> ak.Array:
    """Longitudinal distance to the vertex over its error sigma(z0) sin(theta).

    The term of the error of theta is left out: it is the distance itself times
    cos(theta) sigma(theta), micrometres for the tracks that pass the pre-selection.
    """
    return z0_sin_theta / (z0_error * np.sin(theta))


def nearest_direction(
    eta: ak.Array, phi: ak.Array, other_eta: ak.Array, other_phi: ak.Array
) -> ak.Array:
    """Index of the other object nearest in (eta, phi), however far; -1 if the event has none."""
    in_eta = ak.cartesian({"one": eta, "other": other_eta}, nested=True)
    in_phi = ak.cartesian({"one": phi, "other": other_phi}, nested=True)
    turn = in_phi["one"] - in_phi["other"] + np.pi
    delta_phi = turn - 2 * np.pi * np.floor(turn / (2 * np.pi)) - np.pi
    distance = np.hypot(in_eta["one"] - in_eta["other"], delta_phi)
    return ak.fill_none(ak.argmin(distance, axis=2), -1)


def at_index(index: ak.Array, values: ak.Array) -> ak.Array:
    """Value of the element that each index points to; outside the list NaN, of integers 0."""
    return _take(values, index, 0 if kind_of(values) == "i" else np.nan)


def linked(key: ak.Array, index: ak.Array, values: ak.Array) -> ak.Array:
    """Value of the element that each object's xAOD ElementLink points to; NaN for null links."""
    return _take(values, _index_of(key, index), np.nan)


def follow_links(
    key: ak.Array, index: ak.Array, next_key: ak.Array, next_index: ak.Array
) -> ak.Array:
    """Follow two xAOD ElementLinks in turn: object -> intermediate -> target.

    Parameters
    ----------
    key, index : persistent key and index of each object's link; key 0 is the null link, whose
        index is not to be used (it may be 0)
    next_key, next_index : of the links of the intermediate container's elements

    Returns
    -------
    index in the target container, -1 where either link is null
    """
    step = _index_of(key, index)
    target = _take(ak.values_astype(next_index, np.int64), step, -1)
    target_key = _take(ak.values_astype(next_key, np.int64), step, 0)
    return ak.where(target_key > 0, target, -1)


def _index_of(key: ak.Array, index: ak.Array) -> ak.Array:
    return ak.where(key > 0, ak.values_astype(index, np.int64), -1)


def of_electron(
    electron_values: ak.Array, electron_track_index: ak.Array, track_values: ak.Array
) -> ak.Array:
    """Values of the electrons that own a track, spread to tracks; NaN for all other tracks.

    The last electron wins if two share a track.
    """
    counts = ak.num(track_values)
    offsets = np.concatenate([[0], np.cumsum(counts)])
    index = ak.values_astype(electron_track_index, np.int64)
    valid = (index >= 0) & (index < counts)
    flat = np.full(int(offsets[-1]), np.nan, dtype=np.float32)
    flat[ak.to_numpy(ak.flatten((index + offsets[:-1])[valid]))] = ak.to_numpy(
        ak.flatten(electron_values[valid])
    )
    return ak.unflatten(flat, counts)


def _take(values: ak.Array, index: ak.Array, otherwise: float) -> ak.Array:
    """``values[index]`` of each event, with a value for indices outside the list."""
    try:
        lists, places = offsets_of(values), offsets_of(index)
    except ValueError:
        lists = places = None
    if lists is not None and places is not None and len(lists) == len(places):
        return with_offsets(_taken(values, lists, index, places, otherwise), places)
    size = ak.num(values)
    valid = (index >= 0) & (index < size)
    taken = values[ak.mask(index, valid)]
    return ak.fill_none(taken, otherwise)


def _taken(
    values: ak.Array, lists: Offsets, index: ak.Array, places: Offsets, otherwise: float
) -> npt.NDArray[Any]:
    """The same of lists of numbers, which is much faster."""
    numbers, number = numbers_of(values), numbers_of(index)
    first, end = (edges.repeat(np.diff(places)) for edges in (lists[:-1], lists[1:]))
    valid = (number >= 0) & (number < end - first)
    dtype = np.result_type(numbers.dtype, np.asarray(otherwise).dtype)
    result = np.full(len(number), otherwise, dtype=dtype)
    result[valid] = numbers[first[valid] + number[valid]]
    return result
