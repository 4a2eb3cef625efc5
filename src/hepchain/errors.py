"""Errors a user can act on: each says what, where, what was expected and what to do."""

from __future__ import annotations


class HepchainError(Exception):
    """Base of every error that the user, not the programmer, can mend."""


class ConfigError(HepchainError):
    """The configuration is wrong; the message lists every problem found, not the first."""


class InputError(HepchainError):
    """An input file or its content is unusable (missing branch, truncated, not finite, ...)."""


class ChangedInputError(InputError):
    """An input file became another one while a job was reading it."""


class OutputError(HepchainError):
    """A file cannot be written: disk full, quota used up, folder not writable."""


class StageError(HepchainError):
    """A stage cannot produce its result from valid inputs (too few tracks, empty template, ...)."""


class ExecutionError(HepchainError):
    """Jobs cannot run where they are asked to (folder in use, scheduler unreachable, no GPU)."""
