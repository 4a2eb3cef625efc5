"""Surroundings of a job that imports Keras: one thread, deterministic kernels, device, versions."""

from __future__ import annotations

import logging
import os
import platform
from importlib.metadata import PackageNotFoundError, version

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
REPRODUCIBLE = {"TF_DETERMINISTIC_OPS": "1"}
DEFAULTS = {
    "KERAS_BACKEND": "jax",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    # Jobs that share a GPU must not each take three quarters of its memory.
    "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
}
"""Kept where the user has set them. JAX is the backend of the lock: Keras with it starts in a third
of the time that it takes with TensorFlow, which counts for jobs of a minute."""
REPRODUCIBLE_GPU = "--xla_gpu_deterministic_ops=true"
NO_GPU = {"CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"}


def prepare(gpus: int) -> None:
    """Set the environment of the numerical libraries; to be called before any of them is imported.

    Jobs use one thread each, since the workflow runs as many jobs as there are cores, and sums
    over several threads are not reproducible. GPUs are hidden from a job that did not ask for one;
    which of them a job that did may use is left to the batch system.
    """
    os.environ.update(ONE_THREAD)
    os.environ.update(REPRODUCIBLE)
    for name, value in DEFAULTS.items():
        os.environ.setdefault(name, value)
    if gpus == 0:
        os.environ.update(NO_GPU)
        return
    flags = os.environ.get("XLA_FLAGS", "")
    if REPRODUCIBLE_GPU not in flags:
        os.environ["XLA_FLAGS"] = f"{flags} {REPRODUCIBLE_GPU}".strip()


def device() -> str:
    """Devices Keras runs on, such as ``cpu:0`` or ``gpu:0``."""
    import keras

    try:
        return ", ".join(keras.distribution.list_devices())
    except (AttributeError, NotImplementedError, RuntimeError):
        return f"unknown (backend {keras.config.backend()} does not tell)"


def warn_without_gpu(gpus: int, found: str) -> None:
    """Say in the log that a GPU was asked for and none is used."""
    if gpus > 0 and "gpu" not in found and "cuda" not in found:
        logger.warning(
            "%d GPU asked for (training.gpu), but the job runs on %s: is a build with GPU support "
            "installed, and does the node have one?",
            gpus,
            found,
        )


def versions(*packages: str) -> dict[str, str]:
    """Versions of Python and of those of these packages that are installed."""
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
