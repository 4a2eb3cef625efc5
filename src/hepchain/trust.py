"""How far a number taken from elsewhere can be trusted."""

from __future__ import annotations

from enum import StrEnum


class Trust(StrEnum):
    """Where a number was found."""

    READ = "read"
    """Read at the original source."""
    DIGITISED = "digitised"
    """Digitised from a published figure by a public code."""
    COMPUTED = "computed"
    """Computed from numbers of these kinds."""
    MEMORY = "memory"
    """General knowledge of the field, no source at hand."""
    CHOICE = "choice"
    """Chosen by us."""
