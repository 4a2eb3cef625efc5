"""No room for a file: the message names file and disk, and nothing is left that looks finished."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import uproot

from hepchain.errors import OutputError
from hepchain.io import ParquetWriter, atomic_directory, atomic_path, write_json

VALUES = np.random.default_rng(1).random(50_000)
"""Numbers that do not compress: 0.4 MB."""
SMALL = 100_000
"""Room there is [bytes]."""


def parquet(folder: Path) -> None:
    with ParquetWriter.open(folder / "table.parquet") as writer:
        for chunk in np.split(VALUES, 10):
            writer.write({"value": chunk})


def json_file(folder: Path) -> None:
    write_json(folder / "numbers.json", VALUES.tolist())


def root(folder: Path) -> None:
    with atomic_path(folder / "ntuple.root") as temporary, uproot.recreate(temporary) as file:
        file.mktree("events", {"value": np.float64}).extend({"value": VALUES})


def directory(folder: Path) -> None:
    with atomic_directory(folder / "model") as temporary:
        (temporary / "small").write_text("small")
        (temporary / "large").write_bytes(VALUES.tobytes())


def picture(folder: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4, 4))
    figure.subplots().imshow(VALUES[:40_000].reshape(200, 200))
    with atomic_path(folder / "figure.png") as temporary:
        figure.savefig(temporary, dpi=200)


def network(folder: Path) -> None:
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    import keras

    layers = [keras.Input((300,)), keras.layers.Dense(600)]
    with atomic_directory(folder / "model") as temporary:
        keras.Sequential(layers).save(temporary / "model.keras")


def trees(folder: Path) -> None:
    import xgboost

    from hepchain.training.taggers.settings.trees import TreesConfig
    from hepchain.training.taggers.trees import Trees

    table = xgboost.DMatrix(VALUES[:20_000].reshape(2000, 10), VALUES[-2000:])
    tagger = Trees(TreesConfig(kind="trees", trees=60, depth=8, learning_rate=0.1, patience=5))
    tagger._booster = xgboost.train({"max_depth": 8, "nthread": 1}, table, 60)
    with atomic_directory(folder / "model") as temporary:
        tagger.save(temporary)


def graph(folder: Path) -> None:
    import onnx

    initializer = onnx.numpy_helper.from_array(VALUES, "w")
    body = onnx.helper.make_graph([], "g", [], [], initializer=[initializer])
    with atomic_path(folder / "model.onnx") as temporary:
        onnx.save(onnx.helper.make_model(body), temporary)


LIGHT = [parquet, json_file, root, directory]
HEAVY = [picture, network, trees, graph]
writers = pytest.mark.parametrize(
    "write", [*LIGHT, *(pytest.param(writer, marks=pytest.mark.thorough) for writer in HEAVY)]
)
Writer = Callable[[Path], None]


@contextmanager
def limited_files(size: int) -> Iterator[None]:
    """Files of this process cannot be larger."""
    before, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, hard))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, with little room."""
    mounted = tmp_path / "disk"
    mounted.mkdir()
    command = [
        "mount",
        "-t",
        "tmpfs",
        "-o",
        f"size={SMALL // 1000}k",
        "hepchain-test",
        str(mounted),
    ]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no `mount`")
    if done.returncode:
        pytest.skip("file systems cannot be mounted here (not root)")
    yield mounted
    subprocess.run(["umount", mounted], check=True)


@writers
def test_limit_of_the_size_of_files(tmp_path: Path, write: Writer) -> None:
    write(tmp_path / "first")
    with limited_files(SMALL), pytest.raises(OutputError, match=r"larger than the limit.*ulimit"):
        write(tmp_path / "second")
    assert list((tmp_path / "first").iterdir())
    assert not list((tmp_path / "second").iterdir())


@writers
def test_full_disk(small_disk: Path, write: Writer) -> None:
    expected = rf"{small_disk}/\S+: cannot be written, the disk is full \(now .* on {small_disk}\)"
    with pytest.raises(OutputError, match=expected):
        write(small_disk)
    assert not list(small_disk.iterdir())


def test_what_libraries_make_of_it_is_understood(tmp_path: Path) -> None:
    for text in ("unable to write (errno = 28, error message = 'No space left on device')",):
        with pytest.raises(OutputError, match="the disk is full"), atomic_path(tmp_path / "a"):
            raise RuntimeError(text)
    with pytest.raises(OutputError, match="quota"), atomic_path(tmp_path / "a"):
        raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))


def test_other_errors_are_left_alone(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), atomic_path(tmp_path / "a"):
        (tmp_path / "absent").read_text()


def test_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("a file")
    with pytest.raises(OutputError, match=r"results: no files can be written there \(File exists"):
        write_json(tmp_path / "results/numbers.json", [])
