"""Surroundings of a job that imports Keras: one thread, deterministic kernels, device, versions."""

from __future__ import annotations

import importlib.util
import logging
import os
import platform
from importlib.metadata import PackageNotFoundError, version

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


def is_gpu(device: str) -> bool:
    """Whether Keras runs on a GPU, by what :func:`device` says."""
    return "gpu" in device or "cuda" in device


def require_gpu(gpus: int, fallback: bool, setting: str = "training.gpu") -> None:
    """Refuse to compute for hours on a core, on a node that was reserved for its GPU.

    Parameters
    ----------
    gpus : asked for
    fallback : go on without, and say so in the log (execution.gpu_fallback)
    setting : key of the config that asks for them

    Raises
    ------
    ExecutionError : a GPU was asked for and none is seen
    """
    if gpus == 0 or is_gpu(found := device()):
        return
    message = (
        f"{setting} asks for a GPU, but Keras sees only {found} on {platform.node()}: {_why()}"
    )
    if not fallback:
        raise ExecutionError(
            f"{message}. Or set {setting} to 0, or where a GPU may be missing "
            "`execution: {gpu_fallback: true}`"
        )
    logger.warning("%s. Going on without (execution.gpu_fallback)", message)


def _why() -> str:
    """What most likely hides the GPU, and what to do."""
    if backend_plugin_missing():
        return "JAX is installed without support for GPUs; `make gpu` adds it to .venv"
    visible = os.environ.get("CUDA_VISIBLE_DEVICES", "not set")
    return (
        "JAX has support for GPUs and finds none; does `nvidia-smi` show one there, for CUDA 12 "
        f"(driver 525 or later)? CUDA_VISIBLE_DEVICES is {visible}"
    )


def backend_plugin_missing() -> bool:
    """Whether JAX has no plugin for CUDA."""
    if importlib.util.find_spec("jax_plugins") is None:
        return True
    return importlib.util.find_spec("jax_plugins.xla_cuda12") is None


def versions(*packages: str) -> dict[str, str]:
    """Versions of Python and of those of these packages that are installed."""
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
