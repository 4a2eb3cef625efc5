"""The house rules that no other tool checks: layers, light imports, complete rules, clean paths."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hepchain.chains import chain_names
from tests.workspace import REPOSITORY, repository_files

PACKAGE = REPOSITORY / "src/hepchain"
STAGES = (
    "simulation",
    "skimming",
    "features",
    "training",
    "combination",
    "selection",
    "statistics",
    "studies",
    "figures",
    "validation",
    "export",
    "publication",
    "report",
)
ENTRY_POINTS = ("hepchain.commands", "hepchain.trial", "hepchain.chain_files")
"""Modules that stand above all stages."""

RECIPES_OF_CONTAINERS = ("envs/Dockerfile", "envs/apptainer.def")
"""Their absolute paths are of the machine that they make."""

HEAVY = (
    "tensorflow",
    "keras",
    "pyhf",
    "matplotlib",
    "pythia8mc",
    "xgboost",
    "fastjet",
    "sklearn",
    "shap",
)
DIRECTIVES = ("output", "log", "benchmark", "message", "threads", "resources", "params")


def modules() -> dict[str, Path]:
    """Name -> file of every module of the package."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__")] = path
    return found


def imports(path: Path, known: dict[str, Path]) -> set[str]:
    """Modules of the package that a file imports, those inside functions included.

    What is imported for type checkers alone does not count: nothing is imported when it runs.
    """
    found: set[str] = set()
    tree = ast.parse(path.read_text())
    blocks = [node for node in ast.walk(tree) if isinstance(node, ast.If)]
    typing = {
        id(item)
        for block in blocks
        if isinstance(block.test, ast.Name) and block.test.id == "TYPE_CHECKING"
        for statement in block.body
        for item in ast.walk(statement)
    }
    for node in ast.walk(tree):
        if id(node) in typing:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found & known.keys()


def edges() -> Iterator[tuple[str, str]]:
    """Pairs (module, module that it imports)."""
    known = modules()
    for name, path in known.items():
        for imported in imports(path, known):
            yield name, imported


def stage(module: str) -> str | None:
    """Stage of a module, None for what serves all stages."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in STAGES else None


def test_no_stage_imports_a_later_one() -> None:
    wrong = [
        f"{module} imports {imported}"
        for module, imported in edges()
        if (here := stage(module)) and (there := stage(imported))
        if STAGES.index(there) > STAGES.index(here)
    ]
    assert not wrong


def test_what_serves_all_stages_imports_none() -> None:
    wrong = [
        f"{module} imports {imported}"
        for module, imported in edges()
        if stage(module) is None and chain(module) is None
        if stage(imported) and module not in ENTRY_POINTS
    ]
    assert not wrong


def chain(module: str) -> str | None:
    """Chain of a module, None for what is general."""
    parts = module.split(".")
    return parts[2] if parts[1:2] == ["chains"] and len(parts) > 2 else None


def test_chains_are_imported_by_themselves_alone() -> None:
    """What is general knows no chain, and no chain another: they are found by their name."""
    wrong = [
        f"{module} imports {imported}"
        for module, imported in edges()
        if chain(imported) and chain(imported) != chain(module)
    ]
    assert not wrong


def test_general_rules_and_scripts_name_no_chain() -> None:
    names = "|".join(chain_names())
    wrong = [
        f"{path.relative_to(REPOSITORY)}: {line.strip()}"
        for folder in ("rules", "scripts", "report")
        for path in sorted((REPOSITORY / "workflow" / folder).iterdir())
        for line in path.read_text().splitlines()
        if re.search(rf"\b({names})\b", line)
    ]
    assert not wrong


def test_stages_import_config_models_one_by_one() -> None:
    """Else the digest of any code would change with every block of the configuration."""
    wrong = [
        f"{module} imports {imported}"
        for module, imported in edges()
        if stage(module) and imported in ("hepchain.config", "hepchain.config.chain")
    ]
    assert not wrong


@pytest.mark.parametrize("module", ["hepchain.cli", "hepchain.config", "hepchain.workflow"])
def test_light_paths_stay_light(module: str) -> None:
    code = f"import sys, {module}; print(*(name for name in {HEAVY!r} if name in sys.modules))"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout.split() == []


def test_only_training_code_names_tensorflow() -> None:
    """Keras code that calls no TensorFlow runs on the other backends as well."""
    wrong = [
        str(path.relative_to(REPOSITORY))
        for path in modules().values()
        if re.search(r"^\s*(import|from) tensorflow", path.read_text(), re.MULTILINE)
        and "training" not in path.parts
    ]
    assert not wrong


def rules() -> Iterator[tuple[str, str]]:
    """(file: rule, its text) of every rule."""
    for path in sorted((REPOSITORY / "workflow").rglob("*.smk")):
        blocks = re.split(r"^(?:rule|checkpoint) (\w+):\n", path.read_text(), flags=re.MULTILINE)
        for name, text in zip(blocks[1::2], blocks[2::2], strict=True):
            body = re.match(r"(?:(?: {4}.*)?\n)*", text)
            assert body
            yield f"{path.name}: {name}", body.group()


def test_every_rule_is_complete() -> None:
    found = dict(rules())
    assert found
    wrong = [
        f"{name} lacks {directive}"
        for name, text in found.items()
        for directive in DIRECTIVES
        if not re.search(rf"^    {directive}:", text, re.MULTILINE) and "output:" in text
    ]
    wrong += [
        f"{name}: resources lack {resource}"
        for name, text in found.items()
        for resource in ("mem_mb", "runtime")
        if f"{resource}=" not in text and "output:" in text
    ]
    wrong += [
        f"{name} carries no digest of its code"
        for name, text in found.items()
        if "script:" in text and not re.search(r"^        code=", text, re.MULTILINE)
    ]
    assert not wrong


def test_rules_stay_short() -> None:
    assert not [name for name, text in rules() if len(text.splitlines()) > 45]


def test_scripts_only_call_the_package() -> None:
    scripts = sorted((REPOSITORY / "workflow").rglob("scripts/*.py"))
    assert scripts
    assert not [path.name for path in scripts if len(path.read_text().splitlines()) > 40]


def test_no_file_names_a_place_of_one_machine() -> None:
    pattern = re.compile(r"(?<![\w./~$}])/(?:home|root|Users|work|farm|scratch|opt|tmp)/[\w.]")
    wrong = [
        f"{name}:{number}"
        for name in repository_files()
        if name not in RECIPES_OF_CONTAINERS
        and not name.endswith((".lock", ".root", ".png", ".pdf", ".parquet"))
        for number, line in enumerate(_text(REPOSITORY / name).splitlines(), start=1)
        if pattern.search(line)
    ]
    assert not wrong


def test_commands_name_targets_before_config_files() -> None:
    """`--configfile` takes all that follows: a target behind it would be read as a file."""
    file = r"[\w./-]+\.ya?ml"
    pattern = re.compile(rf"snakemake .*--configfile(?: {file})+ +(?!--?\w|#|{file})[\w./-]")
    wrong = [
        f"{name}:{number}"
        for name in repository_files()
        if name.endswith((".md", ".yaml", ".smk", ".py", ".rst", "Makefile"))
        for number, line in enumerate(_text(REPOSITORY / name).splitlines(), start=1)
        if pattern.search(line)
    ]
    assert not wrong


def _text(path: Path) -> str:
    if path.is_symlink() or not path.is_file():
        return ""
    return path.read_text(errors="replace")
