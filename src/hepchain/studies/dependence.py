"""Efficiency and fake rate against pT, pseudorapidity and pile-up, at one threshold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from hepchain.efficiency import Efficiency, efficiency_of_sums
from hepchain.errors import InputError
from hepchain.io.columns import Columns, pieces
from hepchain.io.structured import read_json
from hepchain.selection.working_point import WorkingPoint
from hepchain.shares import CLASSES, Floats, Shares, shares_of_sums, sums_in_bins

COLUMNS = ("event_number", "label", "weight", "pt", "eta", "score")
ABS_ETA_EDGES = np.linspace(0.0, 2.5, 11)
COLLISION_BINS = 6
"""At most; each with about as many events of the test sample."""


@dataclass(frozen=True)
class Curve(Shares):
    """Share of the tracks of one class of a sample that pass, against one variable."""

    sample: str
    label: str
    """``signal`` or ``background``."""
    variable: str
    inclusive: Efficiency
    """All tracks of the class, those outside the bins as well."""


@dataclass(frozen=True)
class Dependence:
    """Curves of one tagger."""

    tagger: str
    test_sample: str
    threshold: float
    fake_rate: float
    """Nominal."""
    edges: dict[str, Floats]
    """Variable -> edges of its bins, shape (bins + 1,); pT in GeV."""
    curves: list[Curve]


def read_collisions(paths: Iterable[Path]) -> pd.Series[float]:
    """Event number -> mean number of collisions, from the events of the skim.

    Raises
    ------
    InputError : a file is missing or unusable
    """
    found = list(pieces(paths, ("event_number", "mu")))
    number, mu = (
        np.concatenate([np.empty(0, kind), *(table[name] for table in found)])
        for name, kind in (("event_number", np.int64), ("mu", np.float64))
    )
    return pd.Series(mu, number)


def collisions_of(collisions: pd.Series[float], event_number: npt.NDArray[np.int64]) -> Floats:
    """Mean number of collisions in the event of each track, shape (n,).

    Raises
    ------
    InputError : a track of an event that the skim does not have
    """
    unknown = event_number[~np.isin(event_number, collisions.index)]
    if len(unknown):
        raise InputError(
            f"scores of event {unknown[0]}, which is not in the events of the skim; rerun the "
            "features"
        )
    return np.asarray(collisions.reindex(pd.Index(event_number)), dtype=np.float64)


def dependence(
    tagger: str,
    scores: Mapping[str, Path],
    events: Sequence[tuple[str, Path]],
    working_points: Path,
    pt_edges: Sequence[float],
) -> Dependence:
    """Curves of all samples at the overall threshold; the signal is that of the test sample.

    Parameters
    ----------
    scores : sample -> its scores, the test sample first
    events : sample and events of its skim, a file a part
    """
    test_sample = next(iter(scores))
    content = read_json(working_points)
    point = WorkingPoint.from_content(content, "overall")
    collisions = {
        sample: read_collisions(path for name, path in events if name == sample)
        for sample in scores
    }
    edges = {
        "pt": np.asarray(pt_edges, dtype=np.float64),
        "abs_eta": ABS_ETA_EDGES,
        "mu": collision_edges(np.asarray(collisions[test_sample], dtype=np.float64)),
    }
    curves = []
    for sample, path in scores.items():
        labels = list(CLASSES) if sample == test_sample else ["background"]
        tables = pieces([path], COLUMNS)
        curves += count(sample, tables, collisions[sample], point, edges, labels)
    return Dependence(tagger, test_sample, content["overall"], content["fake_rate"], edges, curves)


def collision_edges(mu: Floats) -> Floats:
    """Bins with about as many events each, their edges whole numbers; one bin for a single mu."""
    if not len(mu):
        return np.array([0.0, 1.0])
    inner = np.round(np.quantile(mu, np.linspace(0.0, 1.0, COLLISION_BINS + 1)[1:-1]))
    edges = np.unique([np.floor(mu.min()), *inner, np.ceil(mu.max())])
    return edges if len(edges) > 1 else edges[0] + np.array([-0.5, 0.5])


def count(
    sample: str,
    tables: Iterable[Columns],
    collisions: pd.Series[float],
    point: WorkingPoint,
    edges: Mapping[str, Floats],
    labels: Sequence[str],
) -> list[Curve]:
    """Curves of one sample from pieces of the columns :data:`COLUMNS`."""
    sums = {
        (label, name): np.zeros((3, len(e) - 1)) for label in labels for name, e in edges.items()
    }
    totals = {label: np.zeros(3) for label in labels}
    for table in tables:
        passes = point.passes(table["score"], table["pt"])
        weight = table["weight"].astype(np.float64)
        values = {
            "pt": table["pt"],
            "abs_eta": np.abs(table["eta"]),
            "mu": collisions_of(collisions, table["event_number"]),
        }
        for label in labels:
            of = table["label"] == CLASSES[label]
            totals[label] += [weight[of & passes].sum(), weight[of].sum(), (weight[of] ** 2).sum()]
            for name, bins in edges.items():
                sums[label, name] += sums_in_bins(values[name][of], passes[of], weight[of], bins)
    return [
        Curve(
            **vars(shares_of_sums(values)),
            sample=sample,
            label=label,
            variable=name,
            inclusive=efficiency_of_sums(*totals[label]),
        )
        for (label, name), values in sums.items()
    ]
