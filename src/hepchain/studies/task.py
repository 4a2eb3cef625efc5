"""What is trained for a study: models by category, of the kind and settings of a tagger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hepchain.training.train import Task

PLAIN: Mapping[str, Any] = {"unified": False, "pt_boundaries": [], "conditioned": False}
"""Settings of a study: one model for each category, which may be without any of its variables."""


def alike_by_category(task: Task) -> Task:
    """Task without what makes one model of several categories, or needs the pT."""
    known = type(task.settings).model_fields
    changed = {key: value for key, value in PLAIN.items() if key in known}
    return replace(task, settings=task.settings.model_copy(update=changed))
