"""Source files of the package, parsed: what they say and what they import.

Every process of Snakemake, so also every job, wants this of all modules that rules run. Parsing
two hundred of them takes two seconds, so what came out is kept beside the compiled modules, with
the digest of the source: outdated entries are not used, and it is no harm if the file is lost.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from hepchain.errors import OutputError
from hepchain.io.atomic import atomic_path


@dataclass(frozen=True)
class Parsed:
    """Source without comments, formatting and docstrings, which change no result; names that it
    imports, of modules or of what is in them."""

    text: str
    imports: tuple[str, ...]


def parse(source: str, name: str) -> Parsed:
    """Parse the source of the module in the file ``name``.

    Raises
    ------
    SyntaxError : it is not Python
    """
    tree = ast.parse(source, filename=name)
    imports: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imports.add(node.module)
            imports |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            node.body = [item for item in node.body if not _is_text(item)] or [ast.Pass()]
    return Parsed(ast.unparse(tree), tuple(sorted(imports)))


def _is_text(node: ast.stmt) -> bool:
    """Whether a statement is a bare constant, such as a docstring."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


class ParsedFiles:
    """Parsed files of a package, by path; kept in its ``__pycache__`` if that can be written."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._store = root / "__pycache__" / f"parsed.{sys.implementation.cache_tag}.json"
        self._kept = _read(self._store)
        self._parsed: dict[Path, Parsed] = {}
        self._changed = False

    def __getitem__(self, path: Path) -> Parsed:
        """What is in a file of the package, which is read once.

        Raises
        ------
        SyntaxError : it is not Python
        """
        if path not in self._parsed:
            self._parsed[path] = self._of(path)
        return self._parsed[path]

    def _of(self, path: Path) -> Parsed:
        source = path.read_bytes()
        digest = hashlib.sha256(source).hexdigest()
        name = str(path.relative_to(self._root))
        kept = self._kept.get(name)
        if kept is not None and kept[0] == digest:
            return kept[1]
        parsed = parse(source.decode(), str(path))
        self._kept[name] = (digest, parsed)
        self._changed = True
        return parsed

    def keep(self) -> None:
        """Write down what was parsed since the last call, for other processes."""
        if not self._changed or sys.dont_write_bytecode:
            return
        self._changed = False
        content = {
            name: [digest, parsed.text, parsed.imports]
            for name, (digest, parsed) in self._kept.items()
        }
        with contextlib.suppress(OSError, OutputError), atomic_path(self._store) as temporary:
            temporary.write_text(json.dumps(content))


def _read(path: Path) -> dict[str, tuple[str, Parsed]]:
    try:
        content = json.loads(path.read_text())
        return {
            name: (digest, Parsed(text, tuple(imports)))
            for name, (digest, text, imports) in content.items()
        }
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
