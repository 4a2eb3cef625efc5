"""Checksums beside files whose format has none of its own: ROOT files, as uproot reads them."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from hepchain.errors import InputError
from hepchain.io.atomic import atomic_path

SUFFIX = ".sha256"
"""What is added to the name of a file; the content is a line of ``sha256sum``."""

_DIGEST = re.compile(r"\b[0-9a-f]{64}\b", re.IGNORECASE)


def write_checksum(path: str | Path) -> None:
    """Write the checksum of a file beside it, as ``sha256sum`` does."""
    with atomic_path(f"{path}{SUFFIX}") as temporary:
        temporary.write_text(f"{_digest(path)}  {Path(path).name}\n")


def verify_checksum(path: str | Path) -> None:
    """Compare a file with the checksum beside it, if there is one.

    Raises
    ------
    InputError : the file is not what it was when its checksum was written, or that is none
    """
    beside = Path(f"{path}{SUFFIX}")
    if not beside.is_file():
        return
    again = f"sha256sum {path} > {beside}"
    expected = _DIGEST.search(beside.read_text(errors="replace"))
    if expected is None:
        raise InputError(f"{beside}: holds no SHA-256 checksum; write it again with `{again}`")
    found = _digest(path)
    if found != expected[0].lower():
        raise InputError(
            f"{path}: its content is not that of its checksum in {beside} ({found[:12]}..., "
            f"not {expected[0][:12].lower()}...): damaged, or changed since; make it, or copy it, "
            f"again, or if the change is meant, `{again}`"
        )


def _digest(path: str | Path) -> str:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
