from pathlib import Path

import pytest

from hepchain.errors import ConfigError
from hepchain.skimming.sources import MOST_PARTS, parts_of, resolve_files


def test_files_are_sorted_and_each_once(tmp_path: Path) -> None:
    for name in ("b.root", "a.root", "deep/c.root"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = resolve_files(
        "s", [f"{tmp_path}/b.root", f"{tmp_path}/*.root", f"{tmp_path}/**/c.root"]
    )
    assert [Path(path).name for path in found] == ["a.root", "b.root", "c.root"]


def test_every_pattern_without_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.root").touch()
    with pytest.raises(ConfigError, match=r"samples\.ttbar\.files: .*x\.root, .*y\*"):
        resolve_files("ttbar", [f"{tmp_path}/a.root", f"{tmp_path}/x.root", f"{tmp_path}/y*"])


@pytest.mark.parametrize(
    ("files", "per_part", "parts"),
    [
        (3, None, 3),
        (MOST_PARTS, None, MOST_PARTS),
        (MOST_PARTS + 1, None, 251),
        (10_000, None, 500),
        (10_000, 1, 10_000),
        (7, 3, 3),
    ],
)
def test_many_files_share_parts(files: int, per_part: int | None, parts: int) -> None:
    names = [str(number) for number in range(files)]
    found = parts_of(names, per_part)
    assert len(found) == parts
    assert [name for part in found for name in part] == names


def test_files_in_the_results_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule might take them for its own output, and remove them."""
    monkeypatch.chdir(tmp_path)
    for folder in ("results/simulation/mine", "data", "resultsets"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "ntuple-0.root").touch()
    (tmp_path / "linked").symlink_to("results/simulation")
    (tmp_path / "results/data").symlink_to(tmp_path / "data")
    for path in ("results/simulation/mine/*", "linked/mine/ntuple-0.root", "results/data/*.root"):
        with pytest.raises(ConfigError, match=r"samples\.mine\.files: .* is in results/"):
            resolve_files("mine", [path], "results")
    for path in ("data/*", "resultsets/*"):
        assert len(resolve_files("mine", [path], "results")) == 1
