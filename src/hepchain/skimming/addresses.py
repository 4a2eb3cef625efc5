"""Ntuples on servers: which addresses are read, and with what."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

from hepchain.errors import HepchainError, InputError

PACKAGES = {"http": "aiohttp", "https": "aiohttp", "root": "fsspec_xrootd"}
"""Scheme of an address -> module that reads it."""

INSTALL = {"aiohttp": "`make setup`", "fsspec_xrootd": "`make xrootd`"}
"""Module -> what installs it."""

TIMEOUT = 30
"""For a server to answer, and between parts of an answer [s]."""

_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")


def is_address(path: str | Path) -> bool:
    """Whether this names a file on a server.

    >>> is_address("https://host/a.root"), is_address("data/root:::host:1094::a.root")
    (True, False)
    """
    return _ADDRESS.match(str(path)) is not None


def require_supported(address: str, error: type[HepchainError] = InputError) -> None:
    """Refuse an address that is not read.

    Raises
    ------
    HepchainError : of the type ``error``; nothing reads such addresses, or not in this environment
    """
    match = _ADDRESS.match(address)
    scheme = match[1].lower() if match else ""
    if scheme not in PACKAGES:
        known = ", ".join(f"{name}://" for name in PACKAGES)
        raise error(
            f"{address}: {scheme}:// is not read; what works is {known} and paths of files: ask "
            "the storage for its address of one of these kinds, or copy the file"
        )
    if "*" in address:
        raise error(
            f"{address}: nothing is looked up by patterns on a server; list the addresses, one a "
            "line of a text file (`@list.txt`)"
        )
    package = PACKAGES[scheme]
    if find_spec(package) is None:
        raise error(
            f"{address}: {scheme}:// is read with {package.replace('_', '-')}, which is not "
            f"installed: {INSTALL[package]}"
        )
