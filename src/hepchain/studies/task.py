"""What is trained for a study: models by category, of the kind and settings of a tagger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hepchain.config.training import TaggerSettings, TrainingTracksConfig, tagger_settings
from hepchain.config.variables import Transformation
from hepchain.training.train import Task

PLAIN: Mapping[str, Any] = {"unified": False, "pt_boundaries": [], "conditioned": False}
"""Settings of a study: one model for each category, which may be without any of its variables."""


def study_task(
    tagger: str,
    category: str,
    params: Mapping[str, Any],
    gpus: int,
    gpu_fallback: bool = False,
) -> Task:
    """Task with all variables of a category; fold 0 stands for any.

    Parameters
    ----------
    params : of the rule: ``settings`` of the tagger, ``tracks``, ``variables``, ``folds``, ``seed``
    """
    return Task(
        tagger=tagger,
        category=category,
        fold=0,
        folds=params["folds"],
        seed=params["seed"],
        settings=plain(tagger_settings(params["settings"])),
        tracks=TrainingTracksConfig.model_validate(params["tracks"]),
        variables={
            name: (Transformation(transformation), scale)
            for name, (transformation, scale) in params["variables"].items()
        },
        gpus=gpus,
        gpu_fallback=gpu_fallback,
    )


def plain(settings: TaggerSettings) -> TaggerSettings:
    """Settings without what makes one model of several categories, or needs the pT."""
    known = type(settings).model_fields
    return settings.model_copy(update={key: PLAIN[key] for key in PLAIN if key in known})
