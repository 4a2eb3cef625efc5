"""Whether files can be read as a sample: the run's own reading, with all problems told at once."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hepchain.config.ntuple import NtupleMap
from hepchain.config.reading import load_block
from hepchain.config.samples import FILE, Role
from hepchain.errors import InputError
from hepchain.skimming.contract import OBJECT
from hepchain.skimming.events import Events, check_event_numbers, require_enough
from hepchain.skimming.files import open_file
from hepchain.skimming.headers import Header, header_of
from hepchain.skimming.normalisation import (
    GeneratorMetadata,
    SampleNormalisation,
    generator_metadata,
    normalise,
)
from hepchain.skimming.reading import described, read_events_of
from hepchain.skimming.settings import SkimSettings
from hepchain.skimming.structure import NtupleReport, check_tree
from hepchain.skimming.tables import tree_of
from hepchain.skimming.trees import Table
from hepchain.skimming.validation import Problems

NORMALISED = (Role.SIGNAL, Role.BACKGROUND)

Known = MutableMapping[tuple[bytes, ...], NtupleReport]
"""Content of a header that was read in full -> what a file with it holds."""


@dataclass
class Checked:
    """What was found in one file.

    ``report`` is None if the file cannot be opened; ``problems`` are why it cannot be read in any
    role; ``events`` are of the entries that were looked at.
    """

    path: str
    role: Role
    report: NtupleReport | None = None
    problems: list[str] = field(default_factory=list)
    events: Events | None = None
    metadata: GeneratorMetadata | None = None

    @property
    def usable(self) -> bool:
        """Whether a run reads the file as a sample of this role."""
        return not self.problems and self.report is not None and self.report.usable(self.role)

    def __str__(self) -> str:
        return self.told({})

    def told(self, known: MutableMapping[str, str]) -> str:
        """Verdict, problems and content.

        ``known``: content -> first file that has it, to be told once for all files alike; this file
        is added.
        """
        lines = [f"{self.path}: {self._verdict()}", *(f"  {problem}" for problem in self.problems)]
        content = "\n".join(self._content())
        first = known.setdefault(content, self.path) if content else self.path
        if first != self.path:
            lines[0] += f"; branches as in {first}"
        elif content:
            lines.append(content)
        return "\n".join(lines)

    def _verdict(self) -> str:
        if self.report is None:
            return "cannot be read"
        verdict = "cannot be read" if self.problems else self.report.verdict(self.role)
        entries, read = self.report.entries, 0
        if entries == 0:
            return f"{verdict}, no entries: only its sum of weights counts"
        if self.events is not None:
            read = len(self.events.all_numbers)
        looked = "all" if read == entries else f"the first {read}" if read else "none"
        number = "1 entry" if entries == 1 else f"{entries} entries"
        return f"{verdict}, {number}, values of {looked} looked at"

    def _content(self) -> Iterator[str]:
        if self.report is None:
            return
        if self.metadata is not None and self.role in NORMALISED:
            for key in ("sum_of_weights", "cross_section_pb"):
                if getattr(self.metadata, key) is None:
                    reason = self.metadata.reason if key == "sum_of_weights" else ""
                    why = f" ({reason})" if reason else ""
                    yield f"  does not tell its {key}{why}: the configuration must"
        yield from self.report.lines()

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Make a problem of an error."""
        try:
            yield
        except InputError as error:
            self.problems.append(str(error).removeprefix(f"{self.path}: "))


def check_ntuple(
    path: str | Path,
    ntuple_map: NtupleMap | str | Path,
    settings: SkimSettings,
    entries: int | None = None,
    known: Known | None = None,
) -> Checked:
    """Read a ROOT file as a run reads it, and tell all that is wrong with it.

    Variables of the skim that neither the map names nor the file has are reported as absent.
    ``entries``: how many to look at; all by default. With none of them the header is all that is
    read, and the file not compared with its checksum. ``known``: from earlier files, for headers
    alike; this one is added.

    Raises
    ------
    ConfigError : the map is not valid
    """
    if not isinstance(ntuple_map, NtupleMap):
        ntuple_map = load_block(ntuple_map, NtupleMap)
    found = Checked(str(path), settings.role)
    with found.telling(), open_file(found.path, compared=entries != 0) as file:
        header = None if known is None else _header(file, ntuple_map)
        if entries == 0 and known and header is not None and header.content in known:
            report = known[header.content]
            found.report = replace(report, path=found.path, entries=header.entries)
        else:
            tree = tree_of(found.path, file, ntuple_map)
            found.report = _structure(found, tree, ntuple_map, settings)
            if known is not None and header is not None:
                known[header.content] = found.report
        if found.role is not Role.DATA:
            with found.telling():
                found.metadata = generator_metadata(found.path, file, ntuple_map)
        if entries != 0 and "event_number" in found.report.present:
            with found.telling():
                _read_values(found, tree, ntuple_map, settings, entries)
    return found


def _header(file: Any, ntuple_map: NtupleMap) -> Header | None:
    """Of a file that has its events in one tree."""
    is_one = not ntuple_map.friends and ntuple_map.rows is None
    return header_of(file, ntuple_map.tree) if is_one else None


def _structure(
    found: Checked, tree: Table, ntuple_map: NtupleMap, settings: SkimSettings
) -> NtupleReport:
    mapped = [name for name in ntuple_map.branches if name.startswith(f"{OBJECT}_")]
    variables = [*settings.variables, *(name.removeprefix(f"{OBJECT}_") for name in mapped)]
    wanted = replace(settings, groups={"": variables}).wanted(ntuple_map)
    return check_tree(found.path, tree, ntuple_map, wanted).of_role(found.role, wanted)


def _read_values(
    found: Checked,
    tree: Table,
    ntuple_map: NtupleMap,
    settings: SkimSettings,
    entries: int | None,
) -> None:
    problems, found.events = Problems(), Events(found.path)
    present = set() if found.report is None else set(found.report.present)
    # What a file lacks has no values to be looked at.
    wanted = {
        name: entry
        for name, entry in settings.wanted(ntuple_map).items()
        if name in present or name == "weight"
    }
    present &= wanted.keys()
    chunks = read_events_of(
        found.path, tree, ntuple_map, sorted(present), wanted, settings.groups, entries, problems
    )
    try:
        for chunk in chunks:
            found.events.add(chunk)
    finally:
        found.problems += described(problems, ntuple_map)
    if not problems:
        check_event_numbers([found.events])


def sample_problems(
    files: Sequence[Checked], config: SampleNormalisation | None = None
) -> list[str]:
    """What is wrong with files as one sample, each of which is in order.

    ``config``: what the configuration says of its normalisation; without it, whatever it may be.
    """
    usable = [file for file in files if file.usable]
    if not usable:
        return []
    whole = Checked("", usable[0].role)
    events = [file.events for file in usable if file.events is not None]
    if events:
        with whole.telling():
            check_event_numbers(events)
    parts = [file.metadata for file in usable if file.metadata is not None]
    if config is not None or whole.role in NORMALISED:
        with whole.telling():
            _check_sums(config or _any_normalisation(whole.role, parts), parts, events)
    return whole.problems


def _any_normalisation(role: Role, parts: Sequence[GeneratorMetadata]) -> SampleNormalisation:
    """With ones where the configuration has to tell."""
    return SampleNormalisation(
        "NAME",
        role,
        cross_section_pb=FILE if all(part.cross_section_pb is not None for part in parts) else 1.0,
        scale_factor=1.0,
        branching_fraction=1.0,
        sum_of_weights=FILE if all(part.sum_of_weights is not None for part in parts) else 1.0,
        override_sum_of_weights=any(part.sum_of_weights is None for part in parts),
    )


def _check_sums(
    config: SampleNormalisation, parts: Sequence[GeneratorMetadata], events: Sequence[Events]
) -> None:
    """As a run does."""
    content = normalise(config, parts)
    if content["cross_section_pb"] is not None and not config.override_sum_of_weights:
        require_enough(config.sample, content["sum_of_weights"], events)
