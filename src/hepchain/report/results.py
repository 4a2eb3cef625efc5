"""The finished results that a report shows, by name."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any

from PIL import Image

from hepchain.errors import ConfigError, InputError
from hepchain.figures.tabulate import number
from hepchain.io.structured import read_json


@dataclass(frozen=True)
class Result:
    """A figure or a table with its caption; see :func:`hepchain.report.collected.reported`."""

    name: str
    base: str
    title: str
    path: str
    files: Sequence[str]
    caption: str
    wildcards: Mapping[str, str]
    params: Mapping[str, Any]

    @property
    def pictured(self) -> bool:
        """Whether it is a figure."""
        return self.path.endswith(".png")

    @property
    def anchor(self) -> str:
        """Its address on the page."""
        kind = "figure" if self.pictured else "table"
        return f"{kind}-{self.name.replace('/', '-')}"

    @property
    def command(self) -> str:
        """What makes it alone."""
        papers = [path for path in self.files if path.endswith(".pdf")]
        return f"snakemake --cores 2 {(papers or [self.path])[0]}"

    def file(self, suffix: str) -> Path | None:
        """The result in another form."""
        return next((Path(p) for p in (self.path, *self.files) if p.endswith(suffix)), None)

    def links(self, folder: Path) -> list[tuple[str, str]]:
        """Names of the other forms, and where they are seen from a page in ``folder``."""
        paths = [PurePosixPath(path) for path in self.files]
        return [(path.suffix[1:].upper(), str(path.relative_to(folder))) for path in paths]


@dataclass(frozen=True)
class Picture:
    """A picture within the page, and its size in pixels."""

    source: str
    width: int
    height: int


def picture(result: Result) -> Picture:
    """The picture of a figure, packed without loss.

    Raises
    ------
    InputError : it is missing or no picture; names the command that makes it
    """
    try:
        with Image.open(result.path) as image:
            buffer, (width, height) = io.BytesIO(), image.size
            image.convert("RGB").save(buffer, "WEBP", lossless=True, method=1, quality=20)
    except FileNotFoundError:
        raise InputError(f"{result.path}: missing; `{result.command}` makes it") from None
    except OSError as error:
        raise InputError(
            f"{result.path}: not a picture ({error}); `{result.command}` makes it again"
        ) from error
    data = base64.b64encode(buffer.getvalue()).decode()
    return Picture(f"data:image/webp;base64,{data}", width, height)


class Results:
    """Results of one run.

    Parameters
    ----------
    results : in the order in which the chain makes them
    known : names of all results that the chain can make, in this run or not
    first : value of a wildcard whose results come before others
    numbers : name -> ``value`` and ``error``
    """

    def __init__(
        self,
        results: Iterable[Result],
        known: Iterable[str],
        first: str,
        numbers: Mapping[str, Mapping[str, float | None]],
    ) -> None:
        self.all = sorted(results, key=lambda result: first not in result.wildcards.values())
        self.known = sorted({*known, *(result.base for result in self.all)})
        self.numbers = numbers

    def figures(self, names: Iterable[str]) -> list[Result]:
        """Figures of these names, or patterns, in this order; of taggers, the first comes first.

        Raises
        ------
        ConfigError : nothing of that name can be made; with the nearest that can
        """
        pictured = [result for result in self.all if result.pictured]
        found: dict[str, Result] = {}
        for name in names:
            own = {one.name: one for one in pictured if _is(one, name)}
            if not own and "*" not in name:
                self.check(name)
            found |= {key: one for key, one in own.items() if key not in found}
        return list(found.values())

    def check(self, name: str) -> None:
        """Raise ConfigError if no result of this name can be made, in this run or another."""
        if name not in self.known:
            near = get_close_matches(name, self.known, 1, 0.0)
            raise ConfigError(f"report: there is no result '{name}'; the nearest is {near}")

    def file(self, name: str, suffix: str) -> Path | None:
        """Of a result of this name, the first; None if this run has not made it.

        Raises
        ------
        ConfigError : as :meth:`figures`
        """
        self.check(name)
        files = (one.file(suffix) for one in self.all if _is(one, name))
        return next((path for path in files if path is not None), None)

    def load(self, name: str) -> Any:
        """Content of the numbers behind a figure; None if this run has not made it.

        Raises
        ------
        ConfigError : as :meth:`figures`
        InputError : the file is missing or damaged
        """
        path = self.file(name, ".json")
        return None if path is None else _content(path)

    def has(self, name: str) -> bool:
        """Whether the run has a number of this name; too few events have none."""
        return self.numbers.get(name, {}).get("value") is not None

    def value(self, name: str) -> float | None:
        """A named number; None if the run has none.

        Raises
        ------
        ConfigError : there is no such name; with the nearest
        """
        return self._number(name)["value"]

    def number(self, name: str, factor: float = 1.0, unit: str = "") -> str:
        """A named number with its error, as text; raises as :meth:`value`."""
        found = self._number(name)
        value, error = found["value"], found["error"]
        return _text(value, error, factor, unit)

    def percent(self, name: str) -> str:
        """A named share with its error, in percent; raises as :meth:`value`."""
        return self.number(name, 100.0, " %")

    def _number(self, name: str) -> Mapping[str, float | None]:
        if name not in self.numbers:
            near = get_close_matches(name, self.numbers, 1, 0.0)
            raise ConfigError(f"report: there is no number '{name}'; the nearest is {near}")
        return self.numbers[name]


def share(record: Mapping[str, Any] | None) -> str:
    """A share with ``value``, ``low`` and ``high``, in percent with half its interval."""
    if record is None or record["value"] is None:
        return number(None)
    return _text(record["value"], (record["high"] - record["low"]) / 2.0, 100.0, " %")


def _text(value: float | None, error: float | None, factor: float, unit: str) -> str:
    if value is None:
        return number(None)
    text = number(factor * value, None if error is None else factor * error)
    # A number is not parted from its error and its unit.
    return f"{text}{unit}".replace(" ", "\N{NO-BREAK SPACE}")


def _is(result: Result, name: str) -> bool:
    return fnmatchcase(result.base, name) or fnmatchcase(result.name, name)


def _content(path: Path) -> Any:
    listed = path.read_text(encoding="utf-8").lstrip().startswith("[")
    return read_json(path, list) if listed else read_json(path)
