"""Surroundings of a job that imports Keras: one thread, deterministic kernels, device, versions."""

from __future__ import annotations

import importlib.util
import logging
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from hepchain.assumptions import Kind, assumed
from hepchain.errors import ExecutionError

logger = logging.getLogger(__name__)

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    # Size of JAX' pool of threads on CPUs, by the names that its versions read; flags of XLA do
    # not limit it.
    "NPROC": "1",
    "PJRT_NPROC": "1",
}
REPRODUCIBLE_GPU = {
    # One thread of a core is reproducible as it is; there this would round otherwise.
    "TF_DETERMINISTIC_OPS": "1",
    # Products of matrices on GPUs with all bits of single precision: scores are compared to 1e-5.
    "NVIDIA_TF32_OVERRIDE": "0",
}
DRIVER = Path("/proc/driver/nvidia")
"""There where a GPU can be used."""
DEFAULTS = {
    "KERAS_BACKEND": "tensorflow",
    # No words on oneDNN, instruction sets and absent GPUs at each start; what ends a job is raised.
    "TF_CPP_MIN_LOG_LEVEL": "3",
    # Jobs that share a GPU must not each take all of its memory.
    "TF_FORCE_GPU_ALLOW_GROWTH": "true",
    "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
}
"""Kept where the user has set them."""
XLA_REPRODUCIBLE = "--xla_gpu_deterministic_ops=true"
NO_GPU = {"CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"}


def prepare(gpus: int) -> None:
    """Set the environment of the numerical libraries; to be called before any of them is imported.

    Jobs use one thread each, since the workflow runs as many jobs as there are cores, and sums
    over several threads are not reproducible. GPUs are hidden from a job that did not ask for one;
    which of them a job that did may use is left to the batch system.
    """
    os.environ.update(ONE_THREAD)
    for name, value in DEFAULTS.items():
        os.environ.setdefault(name, value)
    if gpus == 0:
        os.environ.update(NO_GPU)
        return
    if not DRIVER.exists():  # a job that goes on without its GPU computes as any other on a core
        return
    os.environ.update(REPRODUCIBLE_GPU)
    flags = os.environ.get("XLA_FLAGS", "")
    if XLA_REPRODUCIBLE not in flags:
        os.environ["XLA_FLAGS"] = f"{flags} {XLA_REPRODUCIBLE}".strip()


def device() -> str:
    """Devices Keras runs on, such as ``cpu:0`` or ``gpu:0``."""
    import keras

    try:
        return ", ".join(keras.distribution.list_devices())
    except (AttributeError, NotImplementedError, RuntimeError):
        return f"unknown (backend {keras.config.backend()} does not tell)"


def is_gpu(device: str) -> bool:
    """Whether Keras runs on a GPU, by what :func:`device` says."""
    return "gpu" in device or "cuda" in device


def require_gpu(gpus: int, fallback: bool) -> None:
    """Refuse to compute for hours on a core, on a node that was reserved for its GPU.

    Parameters
    ----------
    gpus : asked for
    fallback : go on without, and say so in the log (execution.gpu_fallback)

    Raises
    ------
    ExecutionError : a GPU was asked for and none is seen
    """
    if gpus == 0 or is_gpu(found := device()):
        return
    message = (
        f"training.gpu asks for a GPU, but Keras sees only {found} on {platform.node()}: {_why()}"
    )
    if not fallback:
        raise ExecutionError(
            f"{message}. Or set training.gpu to 0, or where a GPU may be missing "
            "`execution: {gpu_fallback: true}`"
        )
    assumed(logger, Kind.NO_GPU, f"{message}. Going on without (execution.gpu_fallback)")


def _why() -> str:
    """What most likely hides the GPU, and what to do."""
    backend = os.environ.get("KERAS_BACKEND", "tensorflow")
    if not has_cuda():
        return (
            f"{backend} is installed without CUDA; `make gpu` adds TensorFlow with it to .venv"
            + (", for KERAS_BACKEND=tensorflow" if backend != "tensorflow" else "")
        )
    visible = os.environ.get("CUDA_VISIBLE_DEVICES", "not set")
    return (
        f"{backend} has CUDA and finds none; does `nvidia-smi` show one there, with a driver for "
        f"that CUDA? CUDA_VISIBLE_DEVICES is {visible}"
    )


def has_cuda() -> bool:
    """Whether CUDA is installed beside a backend of Keras; its packages share a folder."""
    return importlib.util.find_spec("nvidia") is not None


def versions(*packages: str) -> dict[str, str]:
    """Versions of Python and of those of these packages that are installed."""
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
