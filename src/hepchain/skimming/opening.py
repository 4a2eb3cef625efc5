"""Opening ROOT files on disks and servers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import uproot
from uproot.source.file import MultithreadedFileSource
from uproot.source.fsspec import FSSpecSource

from hepchain.skimming.addresses import TIMEOUT, is_address, require_supported


def open_root(path: str | Path) -> Any:
    """A ROOT file as uproot opens it; colons in its name are part of the name.

    Raises
    ------
    InputError : a server does not answer, or refuses; an address is of a kind that is not read
    """
    name = str(path)
    if not is_address(name):
        # Not by fsspec, to which some names say more than a path.
        # One thread that reads and another that waits for it would cost more than they save.
        return uproot.open({name: None}, handler=MultithreadedFileSource, use_threads=False)
    require_supported(name)
    if name.lower().startswith("root:"):
        return uproot.open({name: None}, handler=XrootdSource)
    from hepchain.skimming.web import WebSource

    return uproot.open({name: None}, handler=WebSource)


class XrootdSource(FSSpecSource):  # type: ignore[misc]
    """What uproot reads from, whose own time-out does not reach the client of XRootD."""

    def _open(self) -> None:
        vars(self)["_fsspec_options"]["timeout"] = TIMEOUT
        super()._open()
