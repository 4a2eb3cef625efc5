"""Readings of another study that are drawn beside ours."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EfficiencyMark:
    """A reading of an efficiency."""

    pt: tuple[float, float]
    """Range [GeV]; a single pT if both are the same."""
    low: float
    high: float | None
    """Bounds of the efficiency; None above where only a lower bound is given."""
