"""The check of an ntuple as the chain of soft electrons reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from hepchain.config.ntuple import NtupleMap
from hepchain.config.samples import Role
from hepchain.config.skimming import TrackSelection
from hepchain.skimming import check
from hepchain.skimming.settings import SkimSettings

CONTRACT = "hepchain.chains.soft_electrons.contract"
TRACKS = TrackSelection(pt=(0.5, 5.0), max_abs_eta=2.5, quality="loose")


def check_ntuple(
    path: str | Path,
    ntuple_map: NtupleMap | str | Path,
    groups: Mapping[str, Sequence[str]] | None = None,
    role: Role = Role.SIGNAL,
    entries: int | None = None,
    known: check.Known | None = None,
) -> check.Checked:
    settings = SkimSettings(role, TRACKS, None, groups or {}, CONTRACT)
    return check.check_ntuple(path, ntuple_map, settings, entries, known)
