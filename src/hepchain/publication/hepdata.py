"""Writing and checking a submission to HEPData.

Format: https://hepdata-submission.readthedocs.io; written with hepdata_lib
(https://hepdata-lib.readthedocs.io), checked with the validator that HEPData runs itself.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from hepchain.errors import StageError
from hepchain.publication.records import Table, Variable

logger = logging.getLogger(__name__)

THUMBNAIL = (240, 179)
"""Largest width and height [pixels], as HEPData recommends."""

LOCATION = "Not published: made by a workflow"


@dataclass(frozen=True)
class Header:
    """What holds for the whole submission."""

    abstract: str
    origin: str
    """Where all numbers come from, repeated with each table."""
    energy: float
    """Of the collisions [GeV]."""
    luminosity: float
    """Integrated [fb-1]."""
    reactions: Sequence[str]
    phrases: Sequence[str]


def library(name: str) -> Any:
    """A package that only submissions need.

    Raises
    ------
    StageError : it is not there; with the command that installs it
    """
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise StageError(
            "submissions to HEPData are written by the package hepdata_lib, which is not "
            f"installed ({error}): run `python3 envs/setup.py --group publication`"
        ) from error


def write_submission(
    header: Header,
    tables: Sequence[Table],
    figures: Mapping[str, Path],
    models: Path | None,
    folder: Path,
) -> None:
    """Write ``submission.yaml``, a file a table, the figures with thumbnails and the workspaces.

    Parameters
    ----------
    figures : name -> PNG of it
    models : archive of pyhf workspaces
    folder : holds nothing but the submission

    Raises
    ------
    StageError : hepdata_lib is not installed, or its validator refuses what was written
    """
    hepdata = library("hepdata_lib")
    submission = hepdata.Submission()
    submission.comment = f"{header.abstract} {header.origin}"
    if models is not None:
        text = "Statistical models for pyhf: background-only workspaces and patch sets"
        submission.add_additional_resource(
            text, str(models.absolute()), copy_file=True, file_type="HistFactory"
        )
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        for table in tables:
            pictures = []
            if table.figure in figures:
                path = figures[table.figure]
                pictures = [path, _thumbnail(path, Path(scratch))]
            submission.add_table(_table(hepdata, table, header, pictures))
        # It leaves an archive, which holds times and users, in the folder it runs in.
        target = str(folder.absolute())
        with contextlib.chdir(scratch):
            submission.create_files(target, validate=False)
    validate(folder)


def _table(hepdata: Any, table: Table, header: Header, pictures: Sequence[Path]) -> Any:
    made = hepdata.Table(table.name)
    made.description = f"{header.origin} {table.description}"
    made.location = LOCATION
    made.keywords = {
        "reactions": list(header.reactions),
        "observables": list(table.observables),
        "phrases": list(header.phrases),
        "cmenergies": [header.energy],
    }
    for variable in table.independent:
        made.add_variable(_variable(hepdata, variable, independent=True))
    common: dict[str, Any] = {"ORIGIN": header.origin, "SQRT(S)": (header.energy, "GEV")}
    if table.luminosity:
        common["LUMINOSITY"] = (header.luminosity, "fb$^{-1}$")
    for variable in table.dependent:
        column = _variable(hepdata, variable, independent=False)
        for name, value in {**variable.qualifiers, **common}.items():
            number, units = value if isinstance(value, tuple) else (value, "")
            column.add_qualifier(name, number, units)
        made.add_variable(column)
    for path, text in zip(pictures, ("Figure", "Thumbnail of the figure"), strict=False):
        made.add_additional_resource(text, str(path.absolute()), copy_file=True)
    return made


def _variable(hepdata: Any, variable: Variable, independent: bool) -> Any:
    made = hepdata.Variable(
        variable.name,
        is_independent=independent,
        is_binned=variable.binned,
        units=variable.units,
        values=list(variable.values),
        zero_uncertainties_warning=False,
    )
    for item in variable.uncertainties:
        error = hepdata.Uncertainty(item.label, is_symmetric=item.symmetric)
        # Its setter refuses None for intervals; all that reads the values knows it.
        error._values = list(item.values)
        made.add_uncertainty(error)
    return made


def _thumbnail(path: Path, folder: Path) -> Path:
    """A small copy; HEPData knows it by its prefix."""
    small = folder / f"thumb_{path.name}"
    with Image.open(path) as image:
        image.thumbnail(THUMBNAIL)
        image.save(small)
    return small


def validate(folder: Path) -> None:
    """Check a submission as HEPData does; files whose names begin with a dot are not part of it.

    Raises
    ------
    StageError : the validator is not installed, or refuses a file; with all its messages
    """
    validator = library("hepdata_validator.full_submission_validator").FullSubmissionValidator()
    validator.validate(directory=str(folder))
    messages = [
        f"  {file}: {message.message}"
        for file, found in sorted(validator.get_messages().items())
        for message in found
        if not Path(file).name.startswith(".") and message.level == "error"
    ]
    if messages:
        raise StageError("HEPData would refuse the submission:\n" + "\n".join(messages))
