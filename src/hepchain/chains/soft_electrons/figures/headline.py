"""Headline numbers of a run, each with its error: for programs, as the tables are for people."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import hypot

from hepchain.chains.soft_electrons.figures.point_tables import Record
from hepchain.chains.soft_electrons.figures.points import Value
from hepchain.chains.soft_electrons.figures.summary import ALL, Numbers

Named = Iterator[tuple[str, Value]]

PASSING = {"signal": "efficiency", "background": "fake_rate"}
"""Label of tracks -> name of the share of them that passes."""

OF_APPROACHES = {"signal": "signal", "background": "background", "significance": "asimov"}
"""Name -> what it is called in the results of a mass point."""


def headline(numbers: Numbers) -> dict[str, Value]:
    """Name -> value and its error of one standard deviation; None where there is none.

    A name is what the number is and what it is of, with slashes between. ``all``: all categories
    or bins. A bin is ``pt_{low}_{high}`` [GeV].

    - ``auc/{tagger}/{category}``: area under the curve; error of Hanley and McNeil
    - ``efficiency/{tagger}/{bin}``, ``fake_rate/{tagger}/{bin}``: share of the electrons, of the
      hadrons above the one threshold of all bins; half the binomial interval
    - ``limit_mu/{point}/{approach}``: median expected limit on the signal strength;
      ``significance``: median expected one, of the Asimov data set;
      ``limit_gain/{point}/{approach}/{over}``: limit of the other over that of the approach;
      errors: statistics of the simulation, from a bootstrap over its events
    - ``limit_mu_with_same_sign/{point}``: the same of the headline, fitted together with the
      candidates of the electron's own charge; no error
    - ``signal/{point}/{approach}``, ``background/...``: expected events; statistical error of
      the simulation
    - ``effective_background/{point}/{approach}``: effective simulated events of the background
    - ``closure_p_value/{background}``: of the tag rates in bins of pT;
      ``closure_p_value/{background}/{working point}``: at each other working point
    - ``effective_forced_electrons/{background}``: effective number of the forced electrons among
      the candidates; ``forced_over_natural/{background}``: their yield over that of those that
      happened by themselves
    """
    points = numbers.sensitivity["points"]
    return dict(
        (
            *_areas(numbers),
            *_passing(numbers),
            *_of_points(points),
            *_closures(numbers),
            *_forced(numbers),
        )
    )


def _closures(numbers: Numbers) -> Named:
    for sample, record in numbers.rates.items():
        every = {"": record} | {f"/{name}": item for name, item in record["others"].items()}
        for name, item in every.items():
            closure = item.get("closure")
            value = None if closure is None else closure["axes"]["pt"]["p_value"]
            yield f"closure_p_value/{sample}{name}", Value(value)


def _forced(numbers: Numbers) -> Named:
    for sample, record in numbers.forced.items():
        forced, natural = record["forced"], record["natural"]
        yield f"effective_forced_electrons/{sample}", Value(forced["effective_events"])
        ratio = Value(None)
        if forced["value"] and natural["value"]:
            value = forced["value"] / natural["value"]
            relative = hypot(forced["relative_error"], natural["relative_error"])
            ratio = Value(value, value * relative)
        yield f"forced_over_natural/{sample}", ratio


def _areas(numbers: Numbers) -> Named:
    for curve in numbers.rocs:
        name = f"auc/{curve['tagger']}/{curve['category']}"
        yield name, Value(curve["auc"], curve["auc_error"])


def _passing(numbers: Numbers) -> Named:
    for record in numbers.efficiencies:
        bins = [ALL, *(f"pt_{low:g}_{high:g}" for low, high in pairwise(record["edges"]))]
        for curve in record["curves"]:
            if (curve["category"], curve["kind"]) == (ALL, "overall"):
                kind = f"{PASSING[curve['label']]}/{record['tagger']}"
                columns = ([curve["inclusive"][of], *curve[of]] for of in ("value", "low", "high"))
                for name, value, low, high in zip(bins, *columns, strict=True):
                    error = None if value is None else (high - low) / 2.0
                    yield f"{kind}/{name}", Value(value, error)


def _of_points(points: list[Record]) -> Named:
    for point in points:
        for approach in point["order"]:
            use, of = point["uses"][approach], f"{point['name']}/{approach}"
            median = None if use["limit"] is None else use["limit"][len(use["limit"]) // 2]
            yield f"limit_mu/{of}", Value(median, use["limit_error"])
            for name, key in OF_APPROACHES.items():
                # The error of no simulated event is unknown, and not the zero of its formula.
                yield f"{name}/{of}", Value(use[key]["value"], use[key]["error"] or None)
            value, error = use["background"]["value"], use["background"]["error"]
            yield f"effective_background/{of}", Value((value / error) ** 2 if error else 0.0)
        if point["control"] is not None:
            limit = (point["control"]["limit"] or {}).get("expected")
            median = None if limit is None else limit[len(limit) // 2]
            yield f"limit_mu_with_same_sign/{point['name']}", Value(median)
        for gain in point["gains"]:
            of = f"{point['name']}/{gain['approach']}/{gain['over']}"
            yield f"limit_gain/{of}", Value(gain["limit"]["value"], gain["limit"]["error"])
