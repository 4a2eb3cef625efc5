"""Suggestions for misspelt names."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """Suffix of an error message that offers the known names most like ``name``.

    >>> nearest("higsino", ["higgsino", "wenu_jets"])
    "; did you mean 'higgsino'?"
    >>> nearest("x", ["alpha", "beta"])
    '; known: alpha, beta'
    """
    known = list(known)
    matches = difflib.get_close_matches(str(name), known, n=1, cutoff=0.6)
    if matches:
        return f"; did you mean '{matches[0]}'?"
    return f"; known: {', '.join(known)}"
