"""Block ``execution``: how a run starts; no result depends on it."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from hepchain.config.base import Block


class LeftOver(StrEnum):
    """What becomes of the running jobs of a run that was killed."""

    CANCEL = "cancel"
    AWAIT = "await"


class ExecutionConfig(Block):
    """How a run starts."""

    left_over_jobs: LeftOver = Field(
        description="jobs of a run of this folder that was killed, found at the next start: "
        "`cancel` ends them, they run again; `await` ends those that wait in the queue and lets "
        "the others finish first"
    )
    gpu_fallback: bool = Field(
        default=False,
        description="on SLURM, go on without GPUs (training.gpu) where no node of "
        "the partition has any, instead of ending with an error",
    )
