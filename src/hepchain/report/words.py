"""Texts and captions as HTML: reStructuredText with Jinja expressions, names shown as text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from docutils.core import publish_parts
from jinja2 import Environment, StrictUndefined, TemplateError
from markupsafe import Markup

from hepchain.errors import ConfigError

SETTINGS = {
    "math_output": "MathML",
    "raw_enabled": False,
    "file_insertion_enabled": False,
    "report_level": 5,
    "halt_level": 5,
    "smart_quotes": False,
}
"""Of docutils: names come from a configuration, and a page reads no other file."""
SIGNS = re.compile(r"([*`|\\]|_(?!\w))")
MATHS = re.compile(r"\$([^$]+)\$")


def as_words(value: Any) -> Any:
    """A value in a text: what would be a sign of reStructuredText is escaped, ``$x$`` a formula."""
    if not isinstance(value, str):
        return value
    pieces = MATHS.split(value)
    pieces[::2] = [SIGNS.sub(r"\\\1", piece) for piece in pieces[::2]]
    pieces[1::2] = [rf"\ :math:`{piece.replace('`', '')}`\ " for piece in pieces[1::2]]
    return "".join(pieces)


class Words:
    """Makes HTML of the texts of one report.

    Parameters
    ----------
    context : what the expressions know: numbers, the configuration, functions
    """

    def __init__(self, context: Mapping[str, Any]) -> None:
        self.context = dict(context)
        self.environment = Environment(undefined=StrictUndefined, finalize=as_words)

    def plain(self, text: str, origin: str, **more: Any) -> str:
        """The text with its expressions filled in.

        Raises
        ------
        ConfigError : an expression is wrong or names what is not there; with ``origin``
        """
        try:
            return self.environment.from_string(text).render(self.context | more)
        except TemplateError as error:
            raise ConfigError(f"{origin}: {error}") from error

    def html(self, text: str, origin: str, **more: Any) -> Markup:
        """The text as HTML; raises as :meth:`plain`."""
        filled = self.plain(text, origin, **more)
        parts = publish_parts(filled, writer="html5", settings_overrides=SETTINGS)
        # Safe: docutils escapes all text, and neither raw HTML nor files get in.
        return Markup(parts["fragment"])

    def caption(
        self, path: Path, wildcards: Mapping[str, str], params: Mapping[str, Any]
    ) -> Markup:
        """Caption of a result, which speaks of its job as ``snakemake``.

        Raises
        ------
        ConfigError : as :meth:`html`
        """
        job = {"wildcards": wildcards, "params": params, "config": self.context["config"]}
        return self.html(path.read_text(encoding="utf-8"), str(path), snakemake=job)
