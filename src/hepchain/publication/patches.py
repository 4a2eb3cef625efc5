"""Statistical models as ATLAS publishes them: background alone, and a patch a signal.

A patch set (pyhf, https://pyhf.readthedocs.io; ATL-PHYS-PUB-2019-029) is a workspace without
signal and, for each mass point, a JSON patch (RFC 6902) that adds its signal. Mass points share a
workspace only where their backgrounds are the same to the last digit, so that applying a patch
gives back the workspace of the point. The mass window follows the splitting, and windows overlap: a
workspace with all of them side by side would count events twice, and patches that replace the
background would leave a background-only workspace that is none.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyhf

from hepchain.errors import InputError, StageError
from hepchain.publication.records import unused
from hepchain.statistics.workspace import SIGNAL, Specification

CONTROL = "control_region"
"""In the place of an approach: the headline together with its control region."""

VERSION = "1.0.0"
"""Of the schemas."""

LABELS = ("m_n2", "m_n1")
"""Of the values of a patch [GeV]."""


@dataclass(frozen=True)
class PointModel:
    """A mass point and its workspace, with names of channels that do not contain its own."""

    name: str
    mass_n2: float
    mass_n1: float
    """[GeV]."""
    workspace: Specification

    @property
    def splitting(self) -> float:
        """Mass difference [GeV]."""
        return self.mass_n2 - self.mass_n1


@dataclass(frozen=True)
class Region:
    """Mass points whose backgrounds are the same, as they are published."""

    name: str
    """By the upper end of the mass window, which is the splitting: ``below_3_GeV``."""
    background: Specification
    """Workspace without signal; its parameter of interest is that of the patches."""
    patch_set: dict[str, Any]
    models: tuple[PointModel, ...]


def without_point(workspace: Specification, point: str) -> Specification:
    """Workspace whose channels are called the same for all mass points."""
    renamed = copy.deepcopy(workspace)
    for item in (*renamed["channels"], *renamed["observations"]):
        item["name"] = item["name"].removeprefix(f"{point}_")
    return renamed


def background_only(workspace: Specification) -> Specification:
    """Workspace without the signal.

    Raises
    ------
    StageError : a channel has no signal, or nothing else
    """
    rest = copy.deepcopy(workspace)
    for channel in rest["channels"]:
        names = [sample["name"] for sample in channel["samples"]]
        if names.count(SIGNAL) != 1 or len(names) == 1:
            raise StageError(
                f"channel {channel['name']} has the samples {names}; a patch needs one called "
                f"'{SIGNAL}' and at least one background"
            )
        channel["samples"] = [item for item in channel["samples"] if item["name"] != SIGNAL]
    return rest


def signal_patch(workspace: Specification) -> list[dict[str, Any]]:
    """Operations that put the signal where it stands in the workspace."""
    return [
        {"op": "add", "path": f"/channels/{number}/samples/{place}", "value": sample}
        for number, channel in enumerate(workspace["channels"])
        for place, sample in enumerate(channel["samples"])
        if sample["name"] == SIGNAL
    ]


def make_patch_set(
    background: Specification, models: Sequence[PointModel], description: str, record: str
) -> dict[str, Any]:
    """Patches of mass points with this background.

    Parameters
    ----------
    record : of INSPIRE, ``ins`` and seven digits
    """
    return {
        "metadata": {
            "description": description,
            "digests": {"sha256": pyhf.utils.digest(background, algorithm="sha256")},
            "labels": list(LABELS),
            "references": {"hepdata": record},
        },
        "patches": [
            {
                "metadata": {"name": model.name, "values": [model.mass_n2, model.mass_n1]},
                "patch": signal_patch(model.workspace),
            }
            for model in models
        ],
        "version": VERSION,
    }


def make_regions(models: Iterable[PointModel], description: str, record: str) -> list[Region]:
    """Patch sets of all mass points, by rising splitting; a background each.

    Raises
    ------
    StageError : a workspace has no signal or no background
    """
    groups: dict[str, list[PointModel]] = {}
    for model in models:
        digest = pyhf.utils.digest(background_only(model.workspace), algorithm="sha256")
        groups.setdefault(digest, []).append(model)
    ordered = sorted(groups.values(), key=lambda group: group[0].splitting)
    regions: dict[str, Region] = {}
    for group in ordered:
        # Of several with one splitting all but the first are numbered.
        plain = f"below_{group[0].splitting:.6g}_GeV".replace(".", "p")
        name = unused(plain, regions, "{name}_{n}")
        background = background_only(group[0].workspace)
        patch_set = make_patch_set(background, group, f"{description}, {name}", record)
        regions[name] = Region(name, background, patch_set, tuple(group))
    return list(regions.values())


def validate(content: Mapping[str, Any], schema: str, where: str) -> None:
    """Check against a schema of pyhf.

    Parameters
    ----------
    schema : ``workspace.json`` or ``patchset.json``
    where : file, for the message

    Raises
    ------
    InputError : it does not fit; with the file and the path within it
    """
    try:
        pyhf.schema.validate(content, schema, version=VERSION)
    except pyhf.exceptions.InvalidSpecification as error:
        place, problem = error.path or "the whole file", error.parent.message
        raise InputError(
            f"{where}: {place}: {problem}; not as the schema {schema} {VERSION} of pyhf wants it: "
            "remove the file and make it again"
        ) from error


def verify(region: Region, background: Specification, patch_set: Mapping[str, Any]) -> None:
    """Check that these files give the workspaces of all mass points of the region.

    Raises
    ------
    StageError : the digest is that of another workspace, or a patch gives another workspace than
        that of its mass point
    """
    try:
        patches = pyhf.PatchSet(patch_set)
        patches.verify(background)
    except pyhf.exceptions.InvalidPatchSet as error:
        raise StageError(
            f"{region.name}: {error}: each mass point needs masses of its own"
        ) from error
    except pyhf.exceptions.PatchSetVerificationError as error:
        raise StageError(
            f"{region.name}: patch set and background-only workspace do not belong together "
            f"({error}); make both again"
        ) from error
    for model in region.models:
        for key in (model.name, (model.mass_n2, model.mass_n1)):
            if patches[key].apply(background) != model.workspace:
                raise StageError(
                    f"{region.name}: patch {key} does not give the workspace of {model.name}"
                )
