"""What a job says of itself in its log."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from hepchain.execution.usage import peak_memory_mb, size_mb
from hepchain.workflow import job


def test_size_of_files_and_folders(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "a").write_bytes(bytes(1500))
    (tmp_path / "below/b").write_bytes(bytes(500))
    assert size_mb(str(tmp_path / "a")) == 0.0015
    assert size_mb(str(tmp_path)) == 0.002
    assert size_mb(str(tmp_path / "absent")) == 0.0


def test_peak_stays_after_memory_is_given_back() -> None:
    array = np.ones(20_000_000)
    before = peak_memory_mb()
    assert before > 160.0
    del array
    assert peak_memory_mb() >= 0.99 * before  # the kernel counts in batches


@pytest.mark.parametrize("asked", [{"mem_mb": 700}, {}])
def test_a_job_says_what_it_used(tmp_path: Path, asked: dict[str, int]) -> None:
    log = tmp_path / "logs/a.log"
    with job(SimpleNamespace(threads=2, resources=asked, log=[str(log)])):
        pass
    pattern = r"used: ([\d.]+) s of .* on 2 core\(s\), memory (\d+) MB( of 700 MB asked for)?$"
    found = re.search(pattern, log.read_text(), re.MULTILINE)
    assert found
    assert float(found[1]) > 0.0
    assert float(found[2]) == pytest.approx(peak_memory_mb(), rel=0.1)
    assert bool(found[3]) == bool(asked)


def test_nothing_fails_because_it_cannot_be_said(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    with job(SimpleNamespace(log=[str(log)], input=[])):
        pass
    assert log.read_text().endswith("done\n")
