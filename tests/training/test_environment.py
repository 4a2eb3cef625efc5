from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hepchain.errors import ExecutionError
from hepchain.training import environment


def test_one_thread_and_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {"CUDA_VISIBLE_DEVICES": "0"})
    environment.prepare(gpus=0)
    assert os.environ["TF_NUM_INTRAOP_THREADS"] == "1"
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "-1"


def test_gpu_of_the_batch_system_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {"CUDA_VISIBLE_DEVICES": "3"})
    environment.prepare(gpus=1)
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "3"


def test_without_a_driver_a_job_rounds_as_without_a_gpu(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(environment, "DRIVER", tmp_path / "absent")
    monkeypatch.setattr(os, "environ", {})
    environment.prepare(gpus=1)
    assert "TF_DETERMINISTIC_OPS" not in os.environ


def test_flags_of_the_user_are_kept_on_a_gpu(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(environment, "DRIVER", tmp_path)
    monkeypatch.setattr(
        os, "environ", {"XLA_FLAGS": "--xla_dump_to=here", "KERAS_BACKEND": "torch"}
    )
    environment.prepare(gpus=1)
    environment.prepare(gpus=1)
    assert os.environ["XLA_FLAGS"] == "--xla_dump_to=here --xla_gpu_deterministic_ops=true"
    assert os.environ["KERAS_BACKEND"] == "torch"


def test_gpu_that_is_there_or_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "device", lambda: "gpu:0")
    environment.require_gpu(1, fallback=False)
    monkeypatch.setattr(environment, "device", lambda: "cpu:0")
    environment.require_gpu(0, fallback=False)


@pytest.mark.parametrize(
    ("backend", "cuda", "advice"),
    [
        ("tensorflow", False, "tensorflow is installed without CUDA; `make gpu` adds"),
        ("jax", False, "jax is installed without CUDA.* for KERAS_BACKEND=tensorflow"),
        ("tensorflow", True, "CUDA_VISIBLE_DEVICES is 3"),
    ],
)
def test_missing_gpu_ends_the_job(
    monkeypatch: pytest.MonkeyPatch, backend: str, cuda: bool, advice: str
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")
    monkeypatch.setenv("KERAS_BACKEND", backend)
    monkeypatch.setattr(environment, "device", lambda: "cpu:0")
    monkeypatch.setattr(environment, "has_cuda", lambda: cuda)
    with pytest.raises(ExecutionError, match=rf"training\.gpu asks for a GPU.*{advice}") as error:
        environment.require_gpu(1, fallback=False)
    assert "gpu_fallback" in str(error.value)


def test_missing_gpu_is_said_where_the_job_may_go_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(environment, "device", lambda: "cpu:0")
    with caplog.at_level(logging.WARNING):
        environment.require_gpu(1, fallback=True)
    assert "sees only cpu:0" in caplog.text


def test_versions_of_what_is_not_installed_are_left_out() -> None:
    assert set(environment.versions("numpy", "no-such-package")) == {"python", "numpy"}


def test_training_module_does_not_import_keras() -> None:
    """The command line, the workflow and the tree tagger must not wait for it."""
    code = (
        "import sys, hepchain.training.train, hepchain.training.taggers.network\n"
        "sys.exit(any(m in sys.modules for m in ('keras', 'tensorflow', 'xgboost')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
