"""Archives that are the same to the last byte whenever their files are."""

from __future__ import annotations

import gzip
import tarfile
from pathlib import Path

from hepchain.io.atomic import atomic_path


def pack(folder: Path, path: str | Path, root: str = "") -> None:
    """Write the files below ``folder`` into a ``.tar.gz``, by name, without times and owners.

    Files whose names begin with a dot stay out: Snakemake leaves one in its folders.

    Parameters
    ----------
    root : folder in the archive that holds them
    """
    files = sorted(item for item in folder.rglob("[!.]*") if item.is_file())
    with (
        atomic_path(path) as temporary,
        temporary.open("wb") as file,
        gzip.GzipFile("", "wb", fileobj=file, mtime=0) as compressed,
        tarfile.open(fileobj=compressed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for item in files:
            entry = tarfile.TarInfo(str(Path(root) / item.relative_to(folder)))
            entry.size = item.stat().st_size
            with item.open("rb") as content:
                archive.addfile(entry, content)
