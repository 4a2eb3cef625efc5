"""A browser without a screen, if this machine has one."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
OPTIONS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr")


@dataclass(frozen=True)
class Opened:
    """A page as the browser has it, what it said on its console, and how long it took [s]."""

    text: str
    console: list[str]
    seconds: float


def opened(page: Path) -> Opened:
    """Open a page from its file; skips the test where there is no browser."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"no browser here: none of {', '.join(NAMES)}")
    begin = time.monotonic()
    run = subprocess.run(
        [found, *OPTIONS, "--dump-dom", page.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    seconds = time.monotonic() - begin
    return Opened(run.stdout, re.findall(r".*CONSOLE.*", run.stderr), seconds)
