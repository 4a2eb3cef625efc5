"""Whether files can be read as a sample: the run's own reading, with all problems told at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from hepchain.config.ntuple import NtupleMap
from hepchain.config.reading import load_block
from hepchain.config.samples import FILE, Role
from hepchain.errors import InputError
from hepchain.skimming.contract import OBJECT
from hepchain.skimming.events import Events, check_event_numbers, require_enough
from hepchain.skimming.files import open_file
from hepchain.skimming.normalisation import (
    GeneratorMetadata,
    SampleNormalisation,
    generator_metadata,
    normalise,
)
from hepchain.skimming.reading import described, open_ntuple
from hepchain.skimming.settings import SkimSettings
from hepchain.skimming.structure import NtupleReport, check_tree
from hepchain.skimming.tables import tree_of
from hepchain.skimming.validation import Problems

NORMALISED = (Role.SIGNAL, Role.BACKGROUND)


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
        verdict, lines = "cannot be read", [f"  {problem}" for problem in self.problems]
        if self.report is not None:
            verdict = verdict if self.problems else self.report.verdict(self.role)
            lines += [*self._notes(self.report), *self.report.lines()]
        return "\n".join([f"{self.path}: {verdict}", *lines])

    def _notes(self, report: NtupleReport) -> Iterator[str]:
        read = 0 if self.events is None else len(self.events.all_numbers)
        if report.entries == 0:
            yield "  no entries: only its sum of weights counts"
        elif read < report.entries:
            yield f"  looked at the first {read} of {report.entries} entries only"
        if self.metadata is not None and self.role in NORMALISED:
            for key in ("sum_of_weights", "cross_section_pb"):
                if getattr(self.metadata, key) is None:
                    reason = self.metadata.reason if key == "sum_of_weights" else ""
                    why = f" ({reason})" if reason else ""
                    yield f"  does not tell its {key}{why}: the configuration must"

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
) -> Checked:
    """Read a ROOT file as a run reads it, and tell all that is wrong with it.

    Variables of the skim that neither the map names nor the file has are reported as absent.
    ``entries``: how many to look at; all by default.

    Raises
    ------
    ConfigError : the map is not valid
    """
    if not isinstance(ntuple_map, NtupleMap):
        ntuple_map = load_block(ntuple_map, NtupleMap)
    role = settings.role
    found = Checked(str(path), role)
    with found.telling():
        _read_structure(found, ntuple_map, settings)
    report, roles = found.report, [role] if role is Role.DATA else [role, Role.TRAINING]
    usable_as = next((role for role in roles if report is not None and report.usable(role)), None)
    if usable_as is not None:
        with found.telling():
            _read_values(found, ntuple_map, replace(settings, role=usable_as), entries)
    return found


def _read_structure(found: Checked, ntuple_map: NtupleMap, settings: SkimSettings) -> None:
    mapped = [name for name in ntuple_map.branches if name.startswith(f"{OBJECT}_")]
    variables = [*settings.variables, *(name.removeprefix(f"{OBJECT}_") for name in mapped)]
    wanted = replace(settings, groups={"": variables}).wanted(ntuple_map)
    with open_file(found.path) as file:
        tree = tree_of(found.path, file, ntuple_map)
        report = check_tree(found.path, tree, ntuple_map, wanted)
        found.report = report.of_role(found.role, wanted)
        if found.role is not Role.DATA:
            with found.telling():
                found.metadata = generator_metadata(found.path, file, ntuple_map)


def _read_values(
    found: Checked, ntuple_map: NtupleMap, settings: SkimSettings, entries: int | None
) -> None:
    problems, found.events = Problems(), Events(found.path)
    with open_ntuple(found.path, ntuple_map, settings, entries, problems) as (_, chunks):
        try:
            for chunk in chunks:
                found.events.add(chunk)
        finally:
            found.problems += described(problems, ntuple_map)
    if not problems:
        check_event_numbers([found.events])


def sample_problems(files: Sequence[Checked]) -> list[str]:
    """What is wrong with files as one sample, each of which is in order."""
    usable = [file for file in files if file.usable and file.events is not None]
    if not usable:
        return []
    whole = Checked("", usable[0].role)
    events = [file.events for file in usable if file.events is not None]
    with whole.telling():
        check_event_numbers(events)
    parts = [file.metadata for file in usable if file.metadata is not None]
    if whole.role in NORMALISED:
        with whole.telling():
            _check_sums(whole.role, parts, events)
    return whole.problems


def _check_sums(role: Role, parts: Sequence[GeneratorMetadata], events: Sequence[Events]) -> None:
    """As a run would, with ones where the configuration has to tell."""
    told = all(part.sum_of_weights is not None for part in parts)
    with_sections = all(part.cross_section_pb is not None for part in parts)
    config = SampleNormalisation(
        "NAME",
        role,
        cross_section_pb=FILE if with_sections else 1.0,
        scale_factor=1.0,
        branching_fraction=1.0,
        sum_of_weights=FILE if told else 1.0,
    )
    content = normalise(config, parts)
    if told:
        require_enough(config.sample, content["sum_of_weights"], events)
