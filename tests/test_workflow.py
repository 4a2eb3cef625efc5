"""Digests of code and the frame around a rule's script."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from hepchain import parsed
from hepchain.errors import InputError
from hepchain.parsed import Package
from hepchain.workflow import (
    content_digest,
    fingerprint,
    job,
    named_pairs,
    named_paths,
)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package of two stages; `late.work` imports `early.tool`, which imports `base`."""
    root = tmp_path / "hepchain"
    files = {
        "__init__.py": "",
        "base.py": "LIMIT = 1\n",
        "other.py": "OTHER = 1\n",
        "early/__init__.py": "",
        "early/tool.py": "from hepchain.base import LIMIT\n\n\ndef tool():\n    return LIMIT\n",
        "late/__init__.py": "",
        "late/work.py": "def work():\n    from hepchain.early import tool\n    return tool\n",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.mark.parametrize("edited", ["late/work.py", "early/tool.py", "base.py"])
def test_digest_follows_imports(package: Path, edited: str) -> None:
    before = Package(package).digest("hepchain.late.work")
    with (package / edited).open("a") as file:
        file.write("ADDED = 1\n")
    assert Package(package).digest("hepchain.late.work") != before


def test_digest_ignores_what_is_not_imported(package: Path) -> None:
    before = Package(package).digest("hepchain.late.work")
    (package / "other.py").write_text("OTHER = 2\n")
    assert Package(package).digest("hepchain.late.work") == before


def test_digest_ignores_what_changes_no_result(package: Path) -> None:
    before = Package(package).digest("hepchain.early.tool")
    tool = package / "early/tool.py"
    tool.write_text(
        '"""A docstring."""\n# a comment\n'
        + tool.read_text().replace("def tool():\n", 'def tool():\n    """Another."""\n\n')
    )
    assert Package(package).digest("hepchain.early.tool") == before


def test_digest_of_a_package_takes_in_all_of_it(package: Path) -> None:
    before = Package(package).digest("hepchain.early")
    (package / "early/further.py").write_text("X = 1\n")
    assert Package(package).digest("hepchain.early") != before


def test_digest_does_not_depend_on_place_or_order(package: Path, tmp_path: Path) -> None:
    before = Package(package).digest("hepchain.late.work", "hepchain.other")
    assert Package(package).digest("hepchain.other", "hepchain.late.work") == before
    moved = tmp_path / "elsewhere/hepchain"
    shutil.copytree(package, moved)
    assert Package(moved).digest("hepchain.late.work", "hepchain.other") == before


def test_what_was_parsed_is_kept_and_not_believed_when_outdated(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    tool = package / "early/tool.py"
    before = Package(package).digest("hepchain.late.work")
    (kept,) = (package / "__pycache__").glob("parsed.*.json")
    with monkeypatch.context() as patch:
        patch.setattr(parsed, "parse", None)
        assert Package(package).digest("hepchain.late.work") == before
    # As long as before, at the same time: only the content tells.
    time = tool.stat().st_mtime_ns
    tool.write_text(tool.read_text().replace("return LIMIT", "return LIMIS"))
    os.utime(tool, ns=(time, time))
    changed = Package(package).digest("hepchain.late.work")
    assert changed != before
    for damaged in ("", "[]", '{"base.py": 3}'):
        kept.write_text(damaged)
        assert Package(package).digest("hepchain.late.work") == changed


def test_digest_follows_a_script(package: Path, tmp_path: Path) -> None:
    script = tmp_path / "scripts" / "work.py"
    script.parent.mkdir()
    script.write_text("from hepchain.early.tool import tool\n\ntool()\n")
    before = Package(package).digest(script)
    os.utime(script, (1e9, 1e9))
    assert Package(package).digest(script) == before
    script.write_text(script.read_text() + "# a comment\n")
    assert Package(package).digest(script) == before
    (package / "base.py").write_text("LIMIT = 2\n")
    imported = Package(package).digest(script)
    assert imported != before
    script.write_text(script.read_text().replace("tool()", "tool(); tool()"))
    assert Package(package).digest(script) != imported
    assert Package(package).digest(script) != Package(package).digest(script, "hepchain.other")


def test_digest_of_a_script_leaves_its_frame_out(package: Path, tmp_path: Path) -> None:
    script = tmp_path / "work.py"
    script.write_text("from hepchain.workflow import job\nfrom hepchain.base import LIMIT\n")
    (package / "workflow.py").write_text("import hepchain.other\n")
    before = Package(package).digest(script)
    (package / "workflow.py").write_text("X = 1\n")
    (package / "other.py").write_text("OTHER = 2\n")
    assert Package(package).digest(script) == before


def test_fingerprint_tells_a_file_that_was_replaced_by_an_older_one(tmp_path: Path) -> None:
    path, moved = tmp_path / "ntuple.root", tmp_path / "moved.root"
    path.write_bytes(b"some")
    shutil.copy2(path, moved)
    before = fingerprint(path, path)
    assert fingerprint(moved, path) == before
    os.utime(path, (1e9, 1e9))
    assert fingerprint(path, path) != before


def test_content_digest_is_of_what_a_file_says(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text("tree: nominal\nbranches: {met: met}\n")
    before = content_digest(path)
    os.utime(path, (1e9, 1e9))
    assert content_digest(path) == before
    path.write_text("# a comment\nbranches: {met: met}\ntree: nominal\n")
    assert content_digest(path) == before
    path.write_text("tree: nominel\nbranches: {met: met}\n")
    assert content_digest(path) != before


def test_digest_where_nothing_can_be_written(package: Path) -> None:
    (package / "__pycache__").write_text("no folder")
    assert Package(package).digest("hepchain.late.work") == Package(package).digest(
        "hepchain.late.work"
    )


def test_digest_of_an_unknown_module(package: Path) -> None:
    with pytest.raises(ModuleNotFoundError, match=r"hepchain\.lat"):
        Package(package).digest("hepchain.lat")


def script(tmp_path: Path) -> SimpleNamespace:
    return SimpleNamespace(rule="skimming", log=[str(tmp_path / "logs/skimming/a.log")])


def test_job_logs_to_the_file_of_the_rule(tmp_path: Path) -> None:
    snakemake = script(tmp_path)
    with job(snakemake) as logger:
        logger.info("%d tracks", 7)
        logging.getLogger("hepchain.skimming").info("of a module")
    text = Path(snakemake.log[0]).read_text()
    assert "7 tracks" in text
    assert "of a module" in text
    assert text.rstrip().endswith("done")


def test_job_ends_a_users_error_without_a_traceback(tmp_path: Path) -> None:
    snakemake = script(tmp_path)
    with pytest.raises(SystemExit) as end, job(snakemake):
        raise InputError("a.root: missing branch track_pt")
    assert end.value.code == 1
    text = Path(snakemake.log[0]).read_text()
    assert "ERROR a.root: missing branch track_pt" in text
    assert "Traceback" not in text


def test_job_keeps_the_traceback_of_a_mistake_of_ours(tmp_path: Path) -> None:
    snakemake = script(tmp_path)
    with pytest.raises(SystemExit), job(snakemake):
        raise ZeroDivisionError("of ours")
    text = Path(snakemake.log[0]).read_text()
    assert "Traceback" in text
    assert "ZeroDivisionError: of ours" in text


def test_job_keeps_libraries_off_the_terminal(tmp_path: Path) -> None:
    code = (
        "import ctypes, os, sys\n"
        "from types import SimpleNamespace\n"
        "from hepchain.workflow import job\n"
        "with job(SimpleNamespace(log=[sys.argv[1]])):\n"
        "    print('from Python')\n"
        "    ctypes.CDLL(None).puts(b'from C')\n"
        "    os.system('echo from a child')\n"
        "print('after')\n"
    )
    log = tmp_path / "a.log"
    answer = subprocess.run(
        [sys.executable, "-c", code, str(log)],
        capture_output=True,
        text=True,
        check=True,
        env=dict(os.environ),
    )
    assert answer.stdout == "after\n"
    assert answer.stderr == ""
    for words in ("from Python", "from C", "from a child"):
        assert words in log.read_text()


def reading(tmp_path: Path, size: int = 3) -> tuple[SimpleNamespace, Path]:
    path = tmp_path / "ntuple.root"
    path.write_bytes(bytes(size))
    return SimpleNamespace(log=[str(tmp_path / "a.log")], input=[path, tmp_path / "absent"]), path


def test_input_that_changes_meanwhile_ends_the_job(tmp_path: Path) -> None:
    snakemake, path = reading(tmp_path)
    with pytest.raises(SystemExit), job(snakemake):
        path.write_bytes(bytes(4))
    text = Path(snakemake.log[0]).read_text()
    assert f"ERROR {path}: changed while this job was reading" in text
    assert "Traceback" not in text
    assert "done" not in text


def test_replaced_input_of_the_same_size_and_time(tmp_path: Path) -> None:
    snakemake, path = reading(tmp_path)
    time = path.stat().st_mtime_ns
    other = tmp_path / "other.root"
    other.write_bytes(b"abc")
    os.utime(other, ns=(time, time))
    with pytest.raises(SystemExit), job(snakemake):
        other.replace(path)


def test_error_is_told_with_the_change_that_may_be_its_cause(tmp_path: Path) -> None:
    snakemake, path = reading(tmp_path)

    def read() -> None:
        path.unlink()
        raise InputError("ntuple.root: perhaps truncated")

    with pytest.raises(SystemExit), job(snakemake):
        read()
    text = Path(snakemake.log[0]).read_text()
    assert text.index("perhaps truncated") < text.index("changed while this job was reading")


def test_unchanged_inputs_and_a_model_are_fine(tmp_path: Path) -> None:
    snakemake, _ = reading(tmp_path)
    (tmp_path / "model").mkdir()
    snakemake.input.append(tmp_path / "model")
    with job(snakemake):
        pass


def test_error_is_told_on_the_terminal_where_the_log_has_no_room(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit), job(SimpleNamespace(log=["/dev/full"])):
        raise InputError("a.root: no such file")
    assert capfd.readouterr().err.endswith("ERROR a.root: no such file\n")


def test_paths_have_the_names_they_are_taken_for() -> None:
    """Two lists in different orders are found out, and none gives its numbers another's name."""
    names = ["higgsino", "wenu", "higgsino@noise_up"]
    paths = [f"results/selection/{name}.parquet" for name in names]
    assert named_paths(names, paths)["wenu"] == Path("results/selection/wenu.parquet")
    with pytest.raises(ValueError, match=r"wenu\.parquet: taken for 'higgsino'"):
        named_paths(names, [paths[1], paths[0], paths[2]])
    with pytest.raises(ValueError, match="taken for 'higgsino'"):
        named_paths(names, [paths[2], paths[1], paths[0]])
    assert named_paths(["noise_up"], paths[2:]).keys() == {"noise_up"}
    parts = ["results/features/wenu/features-0.parquet", "results/features/wenu/features-1.parquet"]
    assert [name for name, _ in named_pairs(["wenu", "wenu"], parts)] == ["wenu", "wenu"]
    workspaces = ["a/workspace_tagger.json", "a/workspace_with_tagger.json"]
    with pytest.raises(ValueError, match="taken for 'with_tagger'"):
        named_paths(["with_tagger", "tagger"], workspaces)
