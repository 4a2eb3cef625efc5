"""Working points of a tagger: the score a track must exceed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from hepchain.errors import InputError
from hepchain.io.structured import AGAIN, origin_of


@dataclass(frozen=True)
class WorkingPoint:
    """Thresholds in bins of pT; one bin without bounds if the threshold is the same for all."""

    edges: tuple[float, ...]
    """Bin edges [GeV], one more than thresholds; tracks outside are refused."""
    thresholds: tuple[float, ...]
    """A track passes if its score is above the threshold of its bin."""

    @classmethod
    def from_content(
        cls, content: Mapping[str, Any], kind: Literal["overall", "per_pt_bin"]
    ) -> WorkingPoint:
        """Working point from the content of ``working_points.json``.

        Raises
        ------
        InputError : a key is missing, or a threshold is not a finite number
        """
        where = origin_of(content, "working points")
        try:
            if kind == "overall":
                edges, thresholds = [-np.inf, np.inf], [content["overall"]]
            else:
                edges = content["per_pt_bin"]["edges"]
                thresholds = content["per_pt_bin"]["thresholds"]
            finite = all(value is not None and np.isfinite(float(value)) for value in thresholds)
        except KeyError as error:
            raise InputError(f"{where}: no key {error} (wanted: {kind})") from error
        except (TypeError, ValueError) as error:
            raise InputError(f"{where}: no thresholds ({kind}: {error}); {AGAIN}") from error
        if not finite or len(edges) != len(thresholds) + 1:
            raise InputError(
                f"{where} ({kind}): thresholds {thresholds} for edges {edges}; "
                "expected one finite number a bin"
            )
        return cls(tuple(edges), tuple(thresholds))

    @classmethod
    def others(cls, content: Mapping[str, Any]) -> dict[str, WorkingPoint]:
        """Further working points of ``working_points.json`` by name, none of an older file.

        Raises
        ------
        InputError : a threshold is not a finite number
        """
        where = origin_of(content, "working points")
        found = {}
        for name, value in content.get("others", {}).items():
            if not isinstance(value, int | float) or not np.isfinite(value):
                raise InputError(f"{where}: others.{name}: no threshold ({value}); {AGAIN}")
            found[name] = cls((-np.inf, np.inf), (float(value),))
        return found

    def passes(self, score: npt.ArrayLike, pt: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        """Whether tracks pass, shape (n,).

        Raises
        ------
        InputError : a track lies outside the bins of pT
        """
        score, pt = np.asarray(score, dtype=np.float64), np.asarray(pt, dtype=np.float64)
        outside = (pt < self.edges[0]) | (pt > self.edges[-1])
        if outside.any():
            raise InputError(
                f"working points: a track of pT {pt[outside][0]:.3f} GeV is outside the bins "
                f"{self.edges[0]} to {self.edges[-1]} GeV; "
                "extend combination.working_points.pt_edges"
            )
        row = np.searchsorted(self.edges, pt, side="right") - 1
        row = np.clip(row, 0, len(self.thresholds) - 1)
        result: npt.NDArray[np.bool_] = score > np.asarray(self.thresholds)[row]
        return result


def at_working_point(name: str | None) -> tuple[str, str, str]:
    """Columns of whether candidates pass the tagger, of their tag rate and of that a deviation up.

    Parameters
    ----------
    name : of another working point; None: that of the selection

    >>> at_working_point("tight")
    ('passes_tagger_tight', 'tag_rate_tight', 'tag_rate_up_tight')
    """
    suffix = "" if name is None else f"_{name}"
    return f"passes_tagger{suffix}", f"tag_rate{suffix}", f"tag_rate_up{suffix}"
