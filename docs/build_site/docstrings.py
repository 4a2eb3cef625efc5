"""Docstrings as Markdown: examples are code, roles of Sphinx too."""

from __future__ import annotations

import re
from typing import Any

import griffe

EXAMPLES = re.compile(r"^>>> .*(?:\n(?!\s*$).+)*", re.MULTILINE)
ROLE = re.compile(r":(?:attr|class|func|meth|mod):`~?([^`]*)`")


class Docstrings(griffe.Extension):  # type: ignore[misc,unused-ignore]
    """Rewrites each docstring before its sections are read."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Rewrite the docstring of a module, class, function or attribute."""
        if obj.docstring:
            text = EXAMPLES.sub(r"```pycon\n\g<0>\n```", obj.docstring.value)
            obj.docstring.value = ROLE.sub(r"`\1`", text)
