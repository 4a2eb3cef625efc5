"""Reading from web servers: fsspec's file system, which asks again when a server fails."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
from fsspec.implementations.http import HTTPFileSystem
from uproot.source.fsspec import FSSpecSource

from hepchain.errors import InputError
from hepchain.skimming.addresses import TIMEOUT

ATTEMPTS = 3
"""How often a part of a file is asked for."""

PAUSE = 1.0
"""Before the second attempt [s]; twice as long before each further one."""

TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers of servers that are busy or restarted."""

OUTSIDE = 416
"""Answer to a request for bytes that a file does not have."""


class WebFiles(HTTPFileSystem):  # type: ignore[misc]
    """Files of web servers, parts of which are asked for several times before giving up.

    Its errors are those of the user: they name address, time-out and number of attempts.
    """

    async def _cat_file(
        self, url: str, start: int | None = None, end: int | None = None, **kwargs: Any
    ) -> bytes:
        reason = ""
        for attempt in range(ATTEMPTS):
            if attempt:
                await asyncio.sleep(PAUSE * 2 ** (attempt - 1))
            try:
                content: bytes = await super()._cat_file(url, start, end, **kwargs)
            except aiohttp.ClientResponseError as error:
                if error.status not in TRANSIENT:
                    raise _refused(url, error) from error
                reason = f"HTTP {error.status} {error.message}"
            except TimeoutError:
                reason = "no answer"
            except aiohttp.ClientError as error:
                reason = str(error) or type(error).__name__
            else:
                return _required(url, content, start, end)
        raise InputError(
            f"{url}: cannot be read ({reason}), tried {ATTEMPTS} times, each with a time-out of "
            f"{TIMEOUT} s; see whether the server is up and can be reached from here, and run again"
        )

    async def _cat_ranges(self, *args: Any, **kwargs: Any) -> Any:
        # By default errors are returned in place of what was read.
        return await super()._cat_ranges(*args, **{**kwargs, "on_error": "raise"})


def _refused(url: str, error: aiohttp.ClientResponseError) -> InputError:
    if error.status == OUTSIDE:
        return InputError(
            f"{url}: truncated, the server has less of it than the file itself says; copy or make "
            "it again there"
        )
    return InputError(
        f"{url}: refused (HTTP {error.status} {error.message}); see with `curl -I` what the server "
        "asks for: certificates are not sent from here"
    )


def _required(url: str, content: bytes, start: int | None, end: int | None) -> bytes:
    """The content, if it is no more than was asked for."""
    if start is not None and end is not None and len(content) > end - start:
        raise InputError(
            f"{url}: the server sends whole files only, no parts of them (no range requests); copy "
            "the file and read the copy"
        )
    return content


class WebSource(FSSpecSource):  # type: ignore[misc]
    """What uproot reads from, with the file system of this module."""

    def _open(self) -> None:
        super()._open()
        limits = aiohttp.ClientTimeout(total=None, connect=TIMEOUT, sock_read=TIMEOUT)
        self._fs = WebFiles(client_kwargs={"timeout": limits, "trust_env": True})
