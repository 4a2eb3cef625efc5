"""What taggers take: time of training and scoring, size of their models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from hepchain.io.structured import read_json
from hepchain.studies.tagger_performance import Cost
from hepchain.training.model import read_metadata

MEGABYTE = 1e6


def costs(
    models: Iterable[Path], speeds: Iterable[Path], ensembles: Mapping[str, Sequence[str]]
) -> dict[str, Cost]:
    """What each tagger takes; an ensemble takes what its members take together.

    Parameters
    ----------
    models : directories of the models of all trained taggers
    speeds : files of their speed, ``{tagger}/speed.json``
    ensembles : ensemble -> members

    Raises
    ------
    InputError : a file is missing or unreadable
    """
    rates = {path.parent.name: read_json(path)["tracks_per_second"] for path in speeds}
    found = {tagger: Cost(0.0, rate, 0.0) for tagger, rate in rates.items()}
    for path in models:
        metadata = read_metadata(path)
        cost = found[metadata.tagger]
        size = sum(file.stat().st_size for file in path.glob("[!.]*")) / MEGABYTE
        found[metadata.tagger] = replace(
            cost,
            training_seconds=cost.training_seconds + metadata.content["seconds"],
            megabytes=cost.megabytes + size,
        )
    for ensemble, members in ensembles.items():
        parts = [found[member] for member in members]
        found[ensemble] = Cost(
            sum(part.training_seconds for part in parts),
            1.0 / sum(1.0 / part.tracks_per_second for part in parts),
            sum(part.megabytes for part in parts),
        )
    return found
