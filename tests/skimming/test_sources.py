from pathlib import Path

import pytest

from hepchain.errors import ConfigError
from hepchain.skimming.sources import MOST_PARTS, is_input, named_files, parts_of, resolve_files


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


ODD = [
    "a:b.root",
    "root:::host:1094::a.root",
    "n[1].root",
    "run{1}.root",
    "my files é/n tuple.root",
]
"""Names that mean more than a path to some program."""


@pytest.mark.parametrize("name", ODD)
def test_a_name_that_exists_is_that_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.touch()
    (tmp_path / "n1.root").touch()
    assert resolve_files("s", [str(path)]) == [str(path)]


def test_patterns_below_folders_with_brackets(tmp_path: Path) -> None:
    for name in ("run[1]/a.root", "run1/b.root"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    assert resolve_files("s", [f"{tmp_path}/run[1]/*.root"]) == [f"{tmp_path}/run[1]/a.root"]
    assert resolve_files("s", [f"{tmp_path}/run[12]/*.root"]) == [f"{tmp_path}/run1/b.root"]


def test_home_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "a.root").touch()
    (tmp_path / "list.txt").write_text("~/a.root\n")
    for entry in ("~/a.root", "~/*.root", "~/list.txt", "@~/list.txt"):
        assert resolve_files("s", [entry]) == [f"{tmp_path}/a.root"]


def test_names_that_snakemake_cannot_have_as_inputs_come_last(tmp_path: Path) -> None:
    for name in ("a{x}.root", "b.root"):
        (tmp_path / name).touch()
    address = "https://host/a.root"
    found = resolve_files("s", [address, f"{tmp_path}/*.root"])
    assert found == [f"{tmp_path}/b.root", f"{tmp_path}/a{{x}}.root", address]
    assert list(map(is_input, found)) == [True, False, False]


def test_lists_of_files(tmp_path: Path) -> None:
    for name in ("a.root", "b 1.root", "c.root"):
        (tmp_path / name).touch()
    entries = ["\ufeff# made by hand", "", f"{tmp_path}/b 1.root\r", f"  {tmp_path}/[ac].root  "]
    (tmp_path / "files.txt").write_text("\n".join(entries), encoding="utf-8")
    expected = [f"{tmp_path}/{name}" for name in ("a.root", "b 1.root", "c.root")]
    for entry in (f"{tmp_path}/files.txt", f"@{tmp_path}/files.txt"):
        assert resolve_files("s", [entry, f"{tmp_path}/a.root"]) == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, r"no list of files can be read \(No such file or directory\)"),
        (b"# nothing\n", "lists no file"),
        (b"root\x00\xff\xfe", "a list of files is text, this is not"),
        (b"/nowhere/a.root\n", "no file matches /nowhere/a.root"),
    ],
)
def test_lists_that_are_none(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "files.list"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=rf"samples\.s\.files: .*{message}"):
        resolve_files("s", [f"@{path}"])


def test_the_check_keeps_what_it_cannot_find(tmp_path: Path) -> None:
    (tmp_path / "a.root").touch()
    entries = [f"{tmp_path}/x.root", f"{tmp_path}/*.root", f"{tmp_path}/a.root", "srm://host/a"]
    expected = [f"{tmp_path}/x.root", f"{tmp_path}/a.root", "srm://host/a"]
    assert named_files(entries) == expected
