"""Expressions of branch maps: the part of Python's grammar that they are written in.

They are only read here and are never run as Python: :mod:`hepchain.skimming.expressions` computes
them, with what is listed below and nothing else.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from hepchain.config.names import nearest

FUNCTIONS: dict[str, int] = {
    **dict.fromkeys(("abs", "sign", "sqrt", "exp", "log", "log10", "floor", "ceil"), 1),
    **dict.fromkeys(("sin", "cos", "tan", "arcsin", "arccos", "arctan"), 1),
    **dict.fromkeys(("sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh"), 1),
    **dict.fromkeys(("isnan", "isfinite"), 1),
    **dict.fromkeys(("arctan2", "hypot", "minimum", "maximum"), 2),
    "where": 3,
}
"""Function, in NumPy's name -> number of its arguments."""

CONSTANTS = {"pi": math.pi, "nan": math.nan}

OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "true_divide",
    ast.Pow: "power",
    ast.USub: "negative",
    ast.UAdd: "positive",
    ast.Lt: "less",
    ast.LtE: "less_equal",
    ast.Gt: "greater",
    ast.GtE: "greater_equal",
    ast.Eq: "equal",
    ast.NotEq: "not_equal",
    ast.And: "logical_and",
    ast.Or: "logical_or",
    ast.Not: "logical_not",
}
"""Operator -> NumPy's name of it."""

_INSTEAD: dict[type[ast.AST], str] = {
    ast.BitAnd: "write `and`",
    ast.BitOr: "write `or`",
    ast.Invert: "write `not`",
    ast.BitXor: "write `**` for a power",
    ast.IfExp: "write `where(condition, x, y)`",
}
_NAME_IT = "give it a name under `intermediate` (`{branch: ..., element: ...}`), and use that"
_WORDS = "a branch whose name is no word needs one under `intermediate`"


@lru_cache(maxsize=1024)
def parse(text: str) -> ast.expr:
    """The expression as a tree of operations, all of which are known.

    Raises
    ------
    ValueError : it is none; says where
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
        problems = list(_problems(tree))
    except SyntaxError as error:
        where = f"at position {error.offset}" if error.offset else "at its end"
        raise ValueError(f"'{text}' cannot be read: {error.msg} {where}; {_WORDS}") from error
    except (RecursionError, MemoryError, ValueError) as error:
        raise ValueError(f"'{text[:40]}...' cannot be read: too long, or no text") from error
    if problems:
        raise ValueError(f"'{text}' has " + "; ".join(problems))
    return tree


def names_in(text: str) -> list[str]:
    """Quantities and branches that an expression takes, in their order, each once.

    >>> names_in("sqrt(px ** 2 + py ** 2) / MET.scale + px")
    ['px', 'py', 'MET.scale']
    """
    found: dict[str, None] = {}
    pending: list[ast.AST] = [parse(text)]
    while pending:
        node = pending.pop()
        name = name_of(node)
        if name is None:
            parts = node.args if isinstance(node, ast.Call) else ast.iter_child_nodes(node)
            pending += reversed(list(parts))
        elif name not in CONSTANTS:
            found[name] = None
    return list(found)


def name_of(node: ast.AST) -> str | None:
    """A name, or names with dots between them; None of what is none."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        owner = name_of(node.value)
        return None if owner is None else f"{owner}.{node.attr}"
    return None


def position_of(node: ast.expr) -> int:
    """Column of an expression's part, from 1."""
    return node.col_offset + 1


def is_computation(text: str) -> bool:
    """Whether a text that is no branch may be meant as an expression.

    >>> [is_computation(text) for text in ("met * 0.001", "MET.pt", "sqrt(x)", "jets/jets.pt")]
    [True, False, True, False]
    """
    try:
        return re.fullmatch(r"[\w./]+", text) is None and name_of(parse(text)) is None
    except ValueError:
        return False


def _problems(node: ast.expr) -> Iterator[str]:
    """What there is no operation for, with its position."""
    if name_of(node) is not None:
        return
    if isinstance(node, ast.Constant):
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            yield _told(node, "is no number")
        return
    if isinstance(node, ast.Call):
        yield from _wrong_call(node)
    operations, parts = _operations(node)
    if not parts:
        yield _told(node, _INSTEAD.get(type(node), _NAME_IT))
    for operation in operations:
        if type(operation) not in OPERATORS:
            yield _told(node, _INSTEAD.get(type(operation), "no such operator is known"))
    for part in parts:
        yield from _problems(part)


def _operations(node: ast.expr) -> tuple[Sequence[ast.AST], Sequence[ast.expr]]:
    """Operators of an expression's part, and what they are applied to."""
    match node:
        case ast.Call():
            return [], node.args
        case ast.BinOp():
            return [node.op], [node.left, node.right]
        case ast.UnaryOp():
            return [node.op], [node.operand]
        case ast.Compare():
            return node.ops, [node.left, *node.comparators]
        case ast.BoolOp():
            return [node.op], node.values
    return [], []


def _wrong_call(node: ast.Call) -> Iterator[str]:
    name = name_of(node.func) or ast.unparse(node.func)
    if name not in FUNCTIONS:
        yield _told(node, f"no function '{name}'{nearest(name, FUNCTIONS)}")
    elif node.keywords or len(node.args) != FUNCTIONS[name]:
        yield _told(node, f"{name} takes {FUNCTIONS[name]} quantities")


def _told(node: ast.expr, what: str) -> str:
    return f"'{ast.unparse(node)}' at position {position_of(node)}: {what}"
