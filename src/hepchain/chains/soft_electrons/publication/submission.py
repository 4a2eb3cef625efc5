"""Rule ``publication``: all results as a submission to HEPData."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hepchain.chains.soft_electrons.figures import cutflow
from hepchain.chains.soft_electrons.publication import figure_tables, tables
from hepchain.chains.soft_electrons.publication.tables import Names, Results
from hepchain.errors import InputError
from hepchain.io.atomic import atomic_directory
from hepchain.io.structured import read_json
from hepchain.io.targets import require_untouched
from hepchain.publication.archive import pack
from hepchain.publication.hepdata import Header, library, write_submission
from hepchain.publication.patches import CONTROL
from hepchain.publication.records import Table

MODELS = "workspaces"
"""Name of the archive of the statistical models, and of the folder in it."""


@dataclass(frozen=True)
class Sources:
    """Files of all stages; figures by name, without suffix."""

    cut_flows: Mapping[str, Path]
    """Sample -> its cut-flow; signals by the name of their mass point."""
    results: Mapping[str, Path]
    """Mass point -> its ``result.json``."""
    plane: Mapping[str, Path]
    """The same of the points of the mass plane; none without one."""
    workspaces: Mapping[str, Mapping[str, Path]]
    """Approach -> mass point -> its workspace."""
    numbers: Mapping[str, Path]
    """Figure -> JSON of it; ``mass``, an efficiency, and with a plane ``mass_plane``."""
    pictures: Mapping[str, Path]
    """Figure -> PNG of it."""
    efficiency: str
    """Name of the figure of efficiencies."""
    models: Path
    """Folder of the patch sets."""


def publish(
    sources: Sources, header: Header, titles: Mapping[str, str], folder: Path, archive: Path
) -> None:
    """Write a submission as a folder and as the archive that HEPData takes.

    Parameters
    ----------
    titles : sample -> how figures call it

    Raises
    ------
    InputError : a file is missing, or was written by another version
    StageError : hepdata_lib is not installed, or HEPData would refuse the submission
    """
    library("hepdata_lib")  # before anything is read
    require_untouched(sources.models)
    results = {point: read_json(path) for point, path in sources.results.items()}
    try:
        made = _tables(sources, results, titles, header.luminosity)
    except (KeyError, StopIteration) as error:
        raise InputError(
            f"results for the publication: {error!r} is missing in one of them; written by another "
            "version: make them again"
        ) from error
    with atomic_directory(folder) as partial, tempfile.TemporaryDirectory() as scratch:
        models = Path(scratch) / f"{MODELS}.tar.gz"
        pack(sources.models, models, root=MODELS)
        write_submission(header, made, sources.pictures, models, partial)
        pack(partial, archive)


def _tables(
    sources: Sources, results: Results, titles: Mapping[str, str], luminosity: float
) -> list[Table]:
    names = Names(titles, _approaches(next(iter(results.values()))))
    splittings = {point: result["splitting"] for point, result in results.items()}
    signals = {name: path for name, path in sources.cut_flows.items() if name in results}
    others = {name: path for name, path in sources.cut_flows.items() if name not in results}
    flows = cutflow.cut_flows(signals, others, luminosity)
    return [
        *tables.cut_flows(flows, splittings, names),
        figure_tables.efficiencies(
            read_json(sources.numbers[sources.efficiency]), sources.efficiency
        ),
        *figure_tables.mass_spectra(read_json(sources.numbers["mass"]), names),
        *_statistics(sources, results, names),
        *_plane(sources, names),
    ]


def _approaches(result: Mapping[str, Any]) -> dict[str, str]:
    """Name -> title of the approaches, the headline with its control region among them."""
    approaches = {item["name"]: item["title"] for item in result["approaches"]}
    if result["control"]:
        controlled = approaches[result["control"]["approach"]]
        approaches[CONTROL] = f"{controlled}, background normalised in a control region"
    return approaches


def _statistics(sources: Sources, results: Results, names: Names) -> list[Table]:
    """Yields of all approaches, then limits."""
    workspaces: Mapping[str, Mapping[str, Any]] = {
        approach: {point: read_json(path) for point, path in paths.items()}
        for approach, paths in sources.workspaces.items()
    }
    return [
        *(
            tables.yields(approach, results, models, names)
            for approach, models in workspaces.items()
        ),
        *(tables.limits(approach, results, names) for approach in names.approaches),
    ]


def _plane(sources: Sources, names: Names) -> Sequence[Table]:
    """Limits and contours of the plane of masses; none without one."""
    if not sources.plane:
        return []
    results = {point: read_json(path) for point, path in sources.plane.items()}
    return [
        *(
            tables.limits(approach, results, names, "Mass plane", "mass_plane")
            for approach in names.approaches
        ),
        *figure_tables.contours(read_json(sources.numbers["mass_plane"]), names),
    ]
