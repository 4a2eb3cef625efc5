"""What is found by its name: a module of that name, of a stage or of a chain."""

from __future__ import annotations

import ast
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules

KINDS_OF_TAGGERS = "training.taggers"
SETTINGS_OF_TAGGERS = "training.taggers.settings"
TRANSFORMATIONS = "training.transformations"


def module_named(name: str, package: str) -> str:
    """Full name of the module of a thing of everyone's, or of a chain's own, ``{chain}.{name}``.

    >>> module_named("trees", KINDS_OF_TAGGERS)
    'hepchain.training.taggers.trees'
    >>> module_named("a_chain.its_kind", KINDS_OF_TAGGERS)
    'hepchain.chains.a_chain.taggers.its_kind'
    """
    chain, _, own = name.rpartition(".")
    place = f"chains.{chain}.{package.partition('.')[2]}" if chain else package
    return f"hepchain.{place}.{own}"


def is_there(module: str) -> bool:
    """Whether there is a module of this full name."""
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def modules_in(package: str) -> list[str]:
    """Modules of a package but helpers (``_name``); none if there is no such package."""
    spec = find_spec(package) if is_there(package) else None
    places = (spec.submodule_search_locations or []) if spec else []
    return [name for _, name, _ in iter_modules(places) if not name.startswith("_")]


@cache
def functions_in(module: str) -> dict[str, list[str]]:
    """Functions of a module but helpers, with their parameters; the module is not imported."""
    spec = find_spec(module) if is_there(module) else None
    source = Path(spec.origin).read_text() if spec is not None and spec.origin else ""
    found = (node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef))
    return {node.name: [a.arg for a in node.args.args] for node in found if node.name[0] != "_"}


def own_or_general(chain: str, name: str, general: str) -> str:
    """Full name of the module of a chain that has this name, or of the general one."""
    own = f"hepchain.chains.{chain}.{name}"
    return own if is_there(own) else general
