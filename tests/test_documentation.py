"""README and pages name paths, commands, keys and messages that exist; the site can be built."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml

from docs.build_site.catalogue import loaded_workflow
from hepchain import cli
from hepchain.config.reference import every_key
from tests.report.browser import opened
from tests.workspace import REPOSITORY

PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
EXAMPLE = REPOSITORY / "tests" / "toy_chain"
"""Laid out as the repository is."""
BLOCK = re.compile(r"^ *```(\w*)[^\n]*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
PATH = re.compile(r"(?:config|docs|envs|profiles|src|tests|workflow|benchmarks|slurm)/[\w./-]+")
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)")
MESSAGE = re.compile(r"^### `([^`]+)`$", re.MULTILINE)
SUFFIXES = (".py", ".json", ".yaml", ".html", ".png", ".pdf", ".csv", ".md", ".parquet", ".smk")
OF_READERS = (
    "config/ntuples/mine.yaml",
    "src/hepchain/training/taggers/logistic.py",
    "src/hepchain/training/taggers/settings/logistic.py",
)
"""Files that the pages tell a reader to write."""
OF_EXAMPLES = ("toy", "training.taggers.line.regularisation")
"""Target of the chain, key of the tagger that are added as examples."""
NOT_RUN = ("the following arguments are required", "expected one argument")
"""What the parser says of a command that a sentence mentions without all it needs."""
MADE = ("gallery.md", "changelog.md", "api/index.md")
"""Pages that are made when the site is built."""


def commands(program: str) -> list[tuple[str, list[str], bool]]:
    """Page, arguments, and whether in a block, of each command line of a program."""
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        blocks = (body for language, body in BLOCK.findall(text) if language in ("", "console"))
        lines = [(line, True) for body in blocks for line in body.splitlines()]
        lines += [(span, False) for span in SPAN.findall(BLOCK.sub("", text))]
        for line, in_block in lines:
            command = line.strip().removeprefix("$ ").partition(" && ")[0]
            if command.startswith(f"{program} ") and "..." not in command:
                found.append((page.name, shlex.split(command, comments=True)[1:], in_block))
    return found


def code_spans() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        text = BLOCK.sub("", page.read_text(encoding="utf-8"))
        yield from ((str(page.relative_to(REPOSITORY)), span) for span in SPAN.findall(text))


def test_files_that_are_named_exist() -> None:
    missing = [
        (page, path)
        for page, span in code_spans()
        for path in PATH.findall(span)
        if span.startswith(path) and not set("{<*") & set(span) and path not in OF_READERS
        if not any((place / path.rstrip(".")).exists() for place in (REPOSITORY, EXAMPLE))
    ]
    assert missing == []


def test_links_lead_to_files() -> None:
    missing = [
        (page.name, link)
        for page in PAGES
        for link in LINK.findall(BLOCK.sub("", page.read_text(encoding="utf-8")))
        if link not in MADE and not (page.parent / link).exists()
    ]
    assert missing == []


def test_commands_of_hepchain_parse() -> None:
    parser, wrong = cli._parser(), []
    found = commands("hepchain")
    assert len(found) > 10
    for page, command, in_block in found:
        said = io.StringIO()
        try:
            with contextlib.redirect_stderr(said):
                parser.parse_args(command)
        except SystemExit:
            if in_block or not any(reason in said.getvalue() for reason in NOT_RUN):
                wrong.append((page, command, said.getvalue()))
    assert wrong == []


def test_targets_of_make_exist() -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    known = {name for line in re.findall(r"^([a-z -]+):", makefile, re.M) for name in line.split()}
    found = {(page, word) for page, command, _ in commands("make") for word in command}
    assert len(found) > 10
    assert [one for one in sorted(found) if "=" not in one[1] and one[1] not in known] == []


def test_commands_of_snakemake_parse_and_name_targets(monkeypatch: pytest.MonkeyPatch) -> None:
    from snakemake.cli import parse_args

    monkeypatch.chdir(REPOSITORY)
    found = commands("snakemake")
    if importlib.util.find_spec("snakemake_executor_plugin_htcondor") is None:  # `make htcondor`
        found = [one for one in found if "profiles/htcondor" not in one[1]]
    assert len(found) > 30
    with loaded_workflow() as workflow:
        rules = {rule.name for rule in workflow.rules} | set(OF_EXAMPLES)
        producers = list(workflow.rules)
    wrong = []
    for page, command, _in_block in found:
        said = io.StringIO()
        try:
            with contextlib.redirect_stderr(said):
                _, options = parse_args(command)
        except SystemExit:
            wrong.append((page, command, said.getvalue()))
            continue
        wrong += [
            (page, command, target)
            for target in options.targets
            if target not in rules and not any(rule.is_producer(target) for rule in producers)
        ]
    assert wrong == []


def tree_of_keys() -> dict[str, Any]:
    """All keys of the configuration, nested; those of a chain at the first level, too."""
    tree: dict[str, Any] = {}
    for row in every_key():
        parts = row.name.split(".")
        for start in (0, 1):
            node = tree
            for part in parts[start:]:
                node = node.setdefault(part, {})
    return tree


def nested(key: str) -> Any:
    first, _, rest = key.partition(".")
    return {first: nested(rest)} if first else None


def unknown_keys(content: Any, tree: Mapping[str, Any], name: str = "") -> list[str]:
    """Keys of a mapping that the configuration does not have; where it ends anything may stand."""
    if not isinstance(content, dict) or not tree:
        return []
    found = []
    for key, value in content.items():
        node = tree.get(key, tree.get("<name>"))
        here = f"{name}.{key}".lstrip(".")
        found += [here] if node is None else unknown_keys(value, node, here)
    return found


def test_keys_in_code_exist() -> None:
    """Spans whose first word is a block, values of `--config`, blocks of YAML."""
    tree = tree_of_keys()
    found: list[tuple[str, Any]] = []
    for page, span in code_spans():
        dotted = re.fullmatch(r"[a-z_]+(\.[a-z_]\w*)+", span) and Path(span).suffix not in SUFFIXES
        if dotted and span.partition(".")[0] in tree:
            found.append((page, nested(span)))
    for page, command, _in_block in commands("snakemake"):
        values = [value for value in command if re.match(r"\w+=", value)]
        found += [(page, {(pair := v.split("=", 1))[0]: yaml.safe_load(pair[1])}) for v in values]
    for file in PAGES:
        for language, body in BLOCK.findall(file.read_text(encoding="utf-8")):
            content = yaml.safe_load(dedent(body)) if language == "yaml" else None
            if isinstance(content, dict) and set(content) <= set(tree):
                found.append((file.name, content))
    assert len(found) > 50
    wrong = [(page, key) for page, one in found for key in unknown_keys(one, tree)]
    assert [(page, key) for page, key in wrong if key not in OF_EXAMPLES] == []


def test_messages_of_the_questions_are_those_of_the_code() -> None:
    sources = [*(REPOSITORY / "src").rglob("*.py"), REPOSITORY / "envs" / "setup.py"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    joined = re.sub(r'"\s*\n\s*f?"', "", text)
    messages = MESSAGE.findall((REPOSITORY / "docs/faq.md").read_text(encoding="utf-8"))
    assert len(messages) > 8
    assert [message for message in messages if message not in joined] == []


def test_the_site_is_built_and_opens_from_a_file(tmp_path: Path) -> None:
    if importlib.util.find_spec("mkdocs") is None:
        pytest.skip("the group docs is not installed: `make docs` adds it")
    run = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--site-dir", str(tmp_path)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout
    pages = list(tmp_path.rglob("*.html"))
    assert len(pages) > 50
    for page in pages:
        fetched = r'<(?:script|link|img|iframe)[^>]*(?:src|href)="?(?:https?:)?//[^" >]+'
        assert re.findall(fetched, page.read_text(encoding="utf-8")) == [], page
    for name in ("index", "how_it_works", "gallery", "chains/soft_electrons/statistics"):
        shown = opened(tmp_path / f"{name}.html")
        assert shown.console == []
        assert "hepchain" in shown.text
