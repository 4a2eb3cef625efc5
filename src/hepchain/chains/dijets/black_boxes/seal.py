"""What is in the boxes: drawn, written where no rule of the search reads it, known by a digest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hepchain.chains.dijets.config.black_boxes import NOTHING, OwnBoxes
from hepchain.chains.dijets.data import Booleans
from hepchain.errors import InputError
from hepchain.identity import EVENTS_PER_PART
from hepchain.io.checksum import verify_checksum, write_checksum
from hepchain.io.structured import read_json, sha256, write_json
from hepchain.seeds import generator

SALT = 16
"""Bytes that nothing depends on, so that a digest cannot be guessed by trying contents."""


@dataclass(frozen=True)
class Truth:
    """Content of a box."""

    box: str
    content: str
    masses: Mapping[str, float] | None
    """Of A, B, C [GeV]; None without a signal."""
    rows: list[list[int]]
    """File by file, the rows that are signal."""
    salt: str

    @property
    def events(self) -> int:
        """Of the signal, in all files."""
        return sum(map(len, self.rows))

    def is_signal(self, part: int, events: int) -> Booleans:
        """Which events of a file are signal, shape (events,)."""
        marked = np.zeros(events, dtype=bool)
        marked[self.rows[part]] = True
        return marked

    @property
    def event_numbers(self) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        """Of the signal, as the tables of jets have them."""
        numbers = [
            row + part * EVENTS_PER_PART for part, rows in enumerate(self.rows) for row in rows
        ]
        return np.array(numbers, dtype=np.int64)


def draw(config: OwnBoxes) -> list[Truth]:
    """The contents of all boxes, from the seed of the boxes alone."""
    random = generator(config.seed, "dijets", "black_boxes")
    order = random.permutation(len(config.contents))
    return [
        _truth(box, config.contents[place], config, random)
        for box, place in zip(config.boxes, order, strict=True)
    ]


def _truth(box: str, content: str, config: OwnBoxes, random: np.random.Generator) -> Truth:
    masses, chosen = None, np.array([], dtype=np.int64)
    if content != NOTHING:
        ranges = config.signals[content].model_dump()
        masses = {name: round(float(random.uniform(*ends))) for name, ends in ranges.items()}
        number = random.integers(*config.injected, endpoint=True)
        chosen = np.sort(random.choice(config.parts * config.events, number, replace=False))
    rows = [
        (chosen[chosen // config.events == part] % config.events).tolist()
        for part in range(config.parts)
    ]
    return Truth(box, content, masses, rows, random.bytes(SALT).hex())


def write_seal(truth: Truth, path: str | Path) -> None:
    """Write the truth, and its digest beside it."""
    write_json(path, asdict(truth))
    write_checksum(path)


def read_truth(path: str | Path) -> Truth:
    """What was sealed.

    Raises
    ------
    InputError : missing, or not what its digest is of
    """
    verify_checksum(path)
    content = read_json(path)
    fields = ("box", "content", "masses", "rows", "salt")
    return Truth(*(content[name] for name in fields))


def read_digest(path: str | Path) -> str:
    """Digest of a seal, from the file beside it.

    Raises
    ------
    InputError : the file is missing or empty
    """
    try:
        return Path(path).read_text().split()[0]
    except (OSError, IndexError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: no digest of a seal ({error}); make it again") from error


def mark_path(truth: str | Path) -> Path:
    """Mark that a seal has been opened. No job declares it: none removes it when it runs again."""
    return Path(truth).with_suffix(".opened.json")


def mark_opened(truth: str | Path, answer: Mapping[str, Any]) -> None:
    """Leave a mark that the seal is broken, with the answer that was there by then.

    The first opening of a seal counts, whatever answers come later.
    """
    seal = read_digest(f"{truth}.sha256")
    if opened_with(truth, seal) is None:
        write_json(mark_path(truth), {"seal": seal, "answer": answer_digest(answer)})


def opened_with(truth: str | Path, seal: str) -> str | None:
    """Digest of the answer that was there when this seal was opened; None if it is whole."""
    mark = mark_path(truth)
    if not mark.is_file():
        return None
    content = read_json(mark)
    return str(content["answer"]) if content["seal"] == seal else None


def answer_digest(answer: Mapping[str, Any]) -> str:
    """Of what an answer says; the same answer, made again, has the same."""
    said = {name: answer[name] for name in sorted(answer) if name != "blind"}
    return sha256(json.dumps(said, sort_keys=True).encode())
