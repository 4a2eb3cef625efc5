"""Source files of the package, parsed: what they say and what they import, and digests of it.

Every process of Snakemake, so also every job, wants this of all modules that rules run. Parsing
two hundred of them takes two seconds, so what came out is kept beside the compiled modules, with
the digest of the source: outdated entries are not used, and it is no harm if the file is lost.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import json
import os
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
        """What is in a file of the package or beside it, which is read once.

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
        name = os.path.relpath(path.resolve(), self._root.resolve())
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


class Package:
    """The modules of a package: which import which, and digests of what they say."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._files = ParsedFiles(root)
        self._frame = f"{root.name}.workflow"
        """Every script imports this module, and it changes no result."""
        self._imports: dict[Path, list[str]] = {}
        self._digests: dict[Path, str] = {}
        self._modules: dict[str, Path | None] = {}

    def digest(self, *code: str | Path) -> str:
        """Digest of scripts and modules, and of all modules of the package that they import.

        Naming a package takes in every module below it. Comments and blank lines do not count.

        Parameters
        ----------
        code : modules of the package (text), and scripts (paths)

        Raises
        ------
        ModuleNotFoundError : a module is not part of the package
        FileNotFoundError : there is no such script
        """
        scripts = [path for path in code if isinstance(path, Path)]
        pending = [name for module in code if isinstance(module, str) for name in self._all(module)]
        pending += [name for script in scripts for name in self._imported(script)]
        seen = {self._frame}
        while pending:
            name = pending.pop()
            if name not in seen:
                seen.add(name)
                pending.extend(self._imported(self._file(name)))
        said = {name: self._said(self._file(name)) for name in seen - {self._frame}}
        said |= {script.name: self._said(script) for script in scripts}
        self._files.keep()
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]

    def _said(self, file: Path) -> str:
        """Digest of the text of a file, computed once: most rules share most of their modules."""
        if file not in self._digests:
            text = self._files[file].text
            self._digests[file] = hashlib.sha256(text.encode()).hexdigest()
        return self._digests[file]

    def _imported(self, file: Path) -> list[str]:
        """Modules of the package that a file imports."""
        if file not in self._imports:
            names = self._files[file].imports
            self._imports[file] = [name for name in names if self._found(name)]
        return self._imports[file]

    def _found(self, name: str) -> Path | None:
        """File of a module; None if that is not one of the package."""
        if name not in self._modules:
            first, *further = name.split(".")
            path = self._root.joinpath(*further)
            file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
            self._modules[name] = file if first == self._root.name and file.is_file() else None
        return self._modules[name]

    def _file(self, name: str) -> Path:
        file = self._found(name)
        if file is None:
            raise ModuleNotFoundError(f"no module '{name}' in {self._root}")
        return file

    def _all(self, name: str) -> list[str]:
        """A module, or those below a package and itself."""
        file = self._file(name)
        if file.name != "__init__.py":
            return [name]
        below = (path.relative_to(self._root.parent) for path in file.parent.rglob("*.py"))
        parts = (path.with_suffix("").parts for path in below)
        return [".".join(part for part in names if part != "__init__") for names in parts]
