"""Names of variations of the simulation: of samples, of columns, of sources of uncertainty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

Item = TypeVar("Item")

MARK = "@"
"""Between the name of a sample and that of its variation."""

WEIGHT_FACTOR = "weight_"
"""Begin of the names of columns with a varied weight of an event, as a factor on its weight."""


def varied_name(sample: str, variation: str) -> str:
    """Name of a sample that is simulated with a variation.

    >>> varied_name("higgsino", "noise_up")
    'higgsino@noise_up'
    """
    return f"{sample}{MARK}{variation}"


def base_of(sample: str) -> str:
    """Name of the sample whose events these are.

    >>> base_of("higgsino@noise_up"), base_of("higgsino")
    ('higgsino', 'higgsino')
    """
    return sample.partition(MARK)[0]


def variation_of(sample: str) -> str:
    """Name of the variation of a sample, empty if it is not varied.

    >>> variation_of("higgsino@noise_up"), variation_of("higgsino")
    ('noise_up', '')
    """
    return sample.partition(MARK)[2]


def source_of(variation: str) -> str:
    """Source of uncertainty of a variation.

    >>> source_of("noise_up"), source_of("pile_up_down")
    ('noise', 'pile_up')
    """
    return variation.rpartition("_")[0]


def side_of(variation: str) -> str:
    """Side of its source, ``up`` or ``down``.

    >>> side_of("noise_up")
    'up'
    """
    return variation.rpartition("_")[2]


def by_sample(items: Mapping[str, Item]) -> dict[str, dict[str, Item]]:
    """Things of varied samples, by base sample and then by variation.

    >>> by_sample({"a@x_up": 1, "a@x_down": 2, "b@x_up": 3})
    {'a': {'x_up': 1, 'x_down': 2}, 'b': {'x_up': 3}}
    """
    found: dict[str, dict[str, Item]] = {}
    for name, item in items.items():
        found.setdefault(base_of(name), {})[variation_of(name)] = item
    return found
