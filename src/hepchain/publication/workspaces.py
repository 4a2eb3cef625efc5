"""Rule ``publication_workspaces``: patch sets of all approaches."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hepchain.assumptions import Kind, assumed
from hepchain.errors import InputError
from hepchain.io.atomic import atomic_directory
from hepchain.io.structured import read_json, write_json
from hepchain.publication.patches import (
    CONTROL,
    PointModel,
    Region,
    make_regions,
    validate,
    verify,
    without_point,
)
from hepchain.statistics.results import OK

logger = logging.getLogger(__name__)

BACKGROUND_FILE, PATCH_FILE = "BkgOnly.json", "patchset.json"

README = """# Statistical models

HistFactory workspaces for pyhf (https://pyhf.readthedocs.io). {origin}

A folder an approach, and in it a folder for each mass window (below the mass splitting, in GeV):
`BkgOnly.json`, a workspace without signal, and `patchset.json`, a patch for each mass point with
this window. Windows overlap: fit one at a time. `regions.json` lists all of them.

    pyhf patchset verify BkgOnly.json patchset.json
    pyhf patchset apply BkgOnly.json patchset.json --name {point} --output-file point.json
    pyhf cls point.json

The parameter of interest, `mu`, is the signal over its prediction; it exists once a patch is
applied.
"""


def by_approach(
    approaches: Sequence[str], points: Sequence[str], paths: Iterable[str | Path]
) -> dict[str, dict[str, Path]]:
    """Approach -> mass point -> path, of paths ``{point}/workspace_{approach}.json``."""
    found = {(path.stem, path.parent.name): path for path in map(Path, paths)}
    return {
        approach: {point: found[f"workspace_{approach}", point] for point in points}
        for approach in approaches
    }


def export_workspaces(
    results: Mapping[str, Path],
    workspaces: Mapping[str, Mapping[str, Path]],
    origin: str,
    record: str,
    folder: str | Path,
) -> None:
    """Write the patch sets of all approaches, after checking that they give back all workspaces.

    Parameters
    ----------
    results : mass point -> its ``result.json``
    workspaces : approach, or :data:`CONTROL` -> mass point -> its workspace
    origin : where their numbers come from, a sentence
    record : of INSPIRE

    Raises
    ------
    InputError : a file is missing or does not fit the schema of pyhf
    StageError : a workspace has no signal or no background
    """
    contents = {point: read_json(path) for point, path in results.items()}
    with atomic_directory(folder) as partial:
        listed = {
            approach: [
                _write(region, partial / approach / region.name)
                for region in make_regions(
                    _models(approach, paths, contents), f"{origin} {approach}", record
                )
            ]
            for approach, paths in workspaces.items()
        }
        write_json(partial / "regions.json", listed)
        example = next((item["points"][0] for items in listed.values() for item in items), "POINT")
        (partial / "README.md").write_text(README.format(origin=origin, point=example))


def _models(
    approach: str, paths: Mapping[str, Path], results: Mapping[str, Mapping[str, Any]]
) -> Iterable[PointModel]:
    """Mass points with a limit in this approach, the first of several with the same masses."""
    seen: dict[tuple[float, float], str] = {}
    for point, path in paths.items():
        result = results[point]
        status = _status(approach, result, path)
        masses = (float(result["mass_n2"]), float(result["mass_n1"]))
        if status != OK:
            assumed(logger, Kind.LEFT_OUT, f"{approach}: {point} is left out: {status}")
        elif masses in seen:
            text = f"{approach}: {point} is left out for {seen[masses]}: same masses"
            assumed(logger, Kind.LEFT_OUT, text)
        else:
            seen[masses] = point
            workspace = read_json(path)
            validate(workspace, "workspace.json", str(path))
            yield PointModel(point, *masses, without_point(workspace, point))


def _status(approach: str, result: Mapping[str, Any], path: Path) -> str:
    """Status of an approach in the result of a mass point."""
    found = {item["name"]: item["status"] for item in result["approaches"]}
    if result.get("control"):
        found[CONTROL] = result["control"]["status"]
    if approach not in found:
        raise InputError(
            f"{path}: the result of {result['point']} has no approach '{approach}', only "
            f"{sorted(found)}; make it again"
        )
    return str(found[approach])


def _write(region: Region, folder: Path) -> dict[str, Any]:
    """Write the files of a region, check them as they are on disk, and say what they are."""
    folder.mkdir(parents=True)
    files = (folder / BACKGROUND_FILE, folder / PATCH_FILE)
    write_json(files[0], region.background)
    write_json(files[1], region.patch_set)
    background, patch_set = map(read_json, files)
    validate(background, "workspace.json", str(files[0]))
    validate(patch_set, "patchset.json", str(files[1]))
    verify(region, background, patch_set)
    points = [model.name for model in region.models]
    logger.info("%s: %s", region.name, ", ".join(points))
    digest = region.patch_set["metadata"]["digests"]["sha256"]
    return {"region": region.name, "points": points, "sha256": digest}
