"""Whether the exported taggers of a run can be used in it: told before any job runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from hepchain.config.combination import CombinationConfig
from hepchain.config.samples import Role
from hepchain.config.skimming import TrackSelection
from hepchain.config.training import ExportedConfig
from hepchain.config.variables import Variables
from hepchain.errors import ConfigError, InputError
from hepchain.export.in_run import seen, trained_on
from hepchain.export.manifest import Manifest, Thresholds

SCORED = (Role.TRAINING, Role.SIGNAL, Role.BACKGROUND, Role.DATA)


def require_agreement(run: Any, results: str) -> None:
    """Compare the exported taggers with the configuration of a chain that uses them.

    Parameters
    ----------
    run : configuration of the chain
    results : its folder of results, where no exported tagger can be

    Raises
    ------
    ConfigError : a folder is no exported tagger, or of one that cannot be used; all that is wrong
    """
    problems = []
    for name, settings in run.training.exported.items():
        where = f"training.taggers.{name}"
        problems += [f"{where}.{problem}" for problem in _problems(run, settings, results)]
    if problems:
        raise ConfigError("\n".join(problems))


def _problems(run: Any, settings: ExportedConfig, results: str) -> Iterator[str]:
    if Path(settings.folder).resolve().is_relative_to(Path(results).resolve()):
        yield (
            f"folder: {settings.folder} is in {results}/, where a run removes and replaces files; "
            "copy it to another place"
        )
        return
    try:
        manifest = Manifest.read(settings.folder)
        samples = trained_on(settings.folder, manifest)
    except InputError as error:
        yield f"folder: {error}"
        return
    of_score = _score(run.combination, manifest, manifest.working_points[settings.models])
    of_tracks = _tracks(run.skimming.tracks, manifest.tracks)
    of_categories = _categories(run.variables, run.training.categories, manifest)
    for problem in (*of_score, *of_tracks, *of_categories):
        yield f"folder: {settings.folder}: {problem}"
    if settings.models == "mean":
        known = [name for name, item in run.samples.items() if item.role in SCORED]
        yield from (f"models: {seen(manifest.tagger, name)}" for name in known if name in samples)


def _score(config: CombinationConfig, manifest: Manifest, points: Thresholds) -> Iterator[str]:
    """Thresholds travel with a tagger, and are of one score and one fake rate."""
    edges = list(points.per_pt_bin.edges)
    for key, asked, found in (
        ("score", config.score, manifest.score),
        ("working_points.fake_rate", config.working_points.fake_rate, points.fake_rate),
        ("working_points.pt_edges", config.working_points.pt_edges, edges),
    ):
        if asked != found:
            yield (
                f"its thresholds are those of combination.{key} {found}, the run has {asked}: set "
                f"it to {found}, or export the tagger with {asked}"
            )
    for name in config.working_points.others:
        if name not in points.others:
            yield (
                f"it has no threshold for combination.working_points.others.{name}: take that out "
                "(`null`), with the approaches at it in statistics.approaches and in "
                "statistics.choice, or export the tagger again"
            )


def _tracks(asked: TrackSelection, made_for: TrackSelection) -> Iterator[str]:
    """A tagger says nothing of tracks that it was not made for."""
    low, high = made_for.pt
    wider = {
        "pt": asked.pt[0] < low or asked.pt[1] > high,
        "quality": asked.quality != made_for.quality,
    }
    for key in ("max_abs_eta", "max_abs_d0", "max_z0_sin_theta"):
        largest, limit = getattr(asked, key), getattr(made_for, key)
        wider[key] = limit is not None and (largest is None or largest > limit)
    for key in (key for key, is_wider in wider.items() if is_wider):
        found, limit = getattr(asked, key), getattr(made_for, key)
        yield (
            f"it is for tracks with skimming.tracks.{key} {_text(limit)}, the run keeps "
            f"{_text(found)}: set it so, or export a tagger that was trained on such tracks"
        )


def _text(value: object) -> str:
    return "null" if value is None else str(list(value) if isinstance(value, tuple) else value)


def _categories(variables: Variables, scored: Sequence[str], manifest: Manifest) -> Iterator[str]:
    trained = [name for name, category in manifest.categories.items() if category.models]
    for name in variables.categories:
        if (name in scored) != (name in trained):
            has, lacks = ("the run scores", "the tagger does not")
            if name not in scored:
                has, lacks = ("the tagger scores", "training.categories does not name")
            yield (
                f"{has} tracks of category '{name}', which {lacks}: list the same in "
                f"training.categories ({', '.join(trained)}), or leave '{name}' out of "
                "variables.categories"
            )
        elif name in trained:
            yield from _variables(name, variables, manifest)


def _variables(name: str, variables: Variables, manifest: Manifest) -> Iterator[str]:
    """By name: in which order a file lists them is no matter."""
    needed, found = set(manifest.categories[name].variables), set(variables.of_category(name))
    for what, names in (("lacks", needed - found), ("has beside them", found - needed)):
        if names:
            yield (
                f"its category '{name}' is of {len(needed)} variables; that of the run {what} "
                f"{', '.join(sorted(names))}: take the variables of the run that exported it"
            )
