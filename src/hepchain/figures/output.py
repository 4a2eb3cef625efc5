"""Writing a figure in all its formats, with the numbers drawn beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from hepchain.config.figures import FiguresConfig
from hepchain.figures.style import Things, styled
from hepchain.io.atomic import atomic_path
from hepchain.io.structured import plain, write_json
from hepchain.workflow import job

METADATA: dict[str, dict[str, Any]] = {
    "pdf": {"CreationDate": None, "ModDate": None, "Creator": "hepchain", "Producer": "matplotlib"},
    "png": {"Software": "hepchain"},
    "svg": {"Date": None, "Creator": "hepchain"},
}
"""Fixed, so that drawing the same numbers again gives the same file."""


@contextmanager
def figure_job(snakemake: Any) -> Iterator[tuple[Things, FiguresConfig]]:
    """As :func:`hepchain.workflow.job`, with what the parameters ``things`` and ``looks`` hold."""
    with job(snakemake):
        things = Things(**getattr(snakemake.params, "things", {}))
        yield things, FiguresConfig.model_validate(snakemake.params.looks)


def save(figure: Figure, numbers: Any, paths: Iterable[str | Path]) -> None:
    """Write ``figure``, or the ``numbers`` in it, to each path according to its suffix.

    Parameters
    ----------
    numbers : record (dataclass) or mapping of what is drawn, for the path that ends in ``.json``
    paths : ``.pdf``, ``.png``, ``.svg`` or ``.json``
    """
    for path in map(Path, paths):
        if path.suffix == ".json":
            write_json(path, plain(numbers))
            continue
        kind = path.suffix.removeprefix(".")
        with styled(), atomic_path(path) as temporary:
            figure.savefig(temporary, format=kind, metadata=METADATA[kind])
        # Finding the layout takes as long as drawing: what the first file found serves all.
        figure.set_layout_engine("none")
