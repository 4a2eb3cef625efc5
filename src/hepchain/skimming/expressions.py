"""The values of expressions of branch maps, see :mod:`hepchain.config.expressions`."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import reduce
from itertools import pairwise
from typing import Any

import awkward as ak
import numpy as np

from hepchain.config.expressions import CONSTANTS, OPERATORS, name_of, parse, position_of
from hepchain.skimming.jagged import as_type, kind_of, side_by_side, widened, with_offsets

_MAY_OVERFLOW = ("add", "subtract", "multiply")
_IN_DOUBLE = ("power",)


def evaluate(expression: str, values: Mapping[str, ak.Array]) -> Any:
    """Value of an expression: an array, or a number if it takes none.

    Integers and flags are computed with in 64 bits, powers in double precision. One number an event
    goes with each number of a list.

    Parameters
    ----------
    values : quantity or branch of :func:`.names_in` -> one entry an event, jagged per object

    Raises
    ------
    ValueError : quantities do not go together, or an integer does not fit; says where
    """
    tree = parse(expression)
    try:
        numbers, offsets = side_by_side(list(values.values()))
    except ValueError:
        return _Evaluation(values).of(tree)
    found = _Evaluation(dict(zip(values, numbers, strict=True))).of(tree)
    # Of constants alone the result is one number, an array without dimensions among them.
    return with_offsets(found, offsets) if np.ndim(found) else found


class _Evaluation:
    """Of Awkward arrays, or of the numbers alone where they go together: that is much faster."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def of(self, node: ast.expr) -> Any:
        name = name_of(node)
        if name is not None:
            return self._values[name] if name in self._values else CONSTANTS[name]
        match node:
            case ast.Constant():
                return node.value
            case ast.Call():
                return self._applied(node, str(name_of(node.func)), node.args)
            case ast.BinOp():
                return self._applied(node, OPERATORS[type(node.op)], [node.left, node.right])
            case ast.UnaryOp():
                return self._applied(node, OPERATORS[type(node.op)], [node.operand])
            case ast.BoolOp():
                function = OPERATORS[type(node.op)]
                parts = [self.of(part) for part in node.values]
                return reduce(lambda x, y: _checked(node, function, [x, y]), parts)
            case ast.Compare():
                return self._compared(node)
        raise TypeError(f"no operation: {ast.dump(node)}")

    def _applied(self, node: ast.expr, function: str, parts: list[ast.expr]) -> Any:
        return _checked(node, function, [self.of(part) for part in parts])

    def _compared(self, node: ast.Compare) -> Any:
        """``a < b < c`` is ``a < b and b < c``."""
        pairs = pairwise([self.of(part) for part in (node.left, *node.comparators)])
        results = [
            _checked(node, OPERATORS[type(operation)], [*pair])
            for operation, pair in zip(node.ops, pairs, strict=True)
        ]
        return reduce(lambda x, y: _checked(node, "logical_and", [x, y]), results)


def _checked(node: ast.expr, function: str, operands: list[Any]) -> Any:
    try:
        return _computed(function, [_number(operand) for operand in operands])
    # What Awkward raises where shapes and types do not go together has no common base.
    except Exception as error:
        reason = str(error).strip().split("\n")[0].rstrip(".:")
        raise ValueError(
            f"'{ast.unparse(node)}' at position {position_of(node)}: {reason}"
        ) from error


def _number(value: Any) -> Any:
    return widened(value) if isinstance(value, ak.Array | np.ndarray) else value


def _computed(function: str, operands: list[Any]) -> Any:
    if function == "where" and any(isinstance(operand, ak.Array) for operand in operands):
        return ak.where(*ak.broadcast_arrays(*operands))
    if function in _IN_DOUBLE:
        operands = [_in_double(operand) for operand in operands]
    if function == "where":
        operands = [np.asarray(operand) for operand in operands]
    result = getattr(np, function)(*operands)
    # Integers of Python that no type of NumPy has room for are objects.
    if function in _MAY_OVERFLOW and _kind(result) in "iO":
        approximate = getattr(np, function)(*map(_in_double, operands))
        if np.any(_flat(abs(approximate)) >= 2.0**63):
            raise ValueError("an integer does not fit into a signed one of 64 bits")
    return result


def _kind(value: Any) -> str:
    return kind_of(value if isinstance(value, ak.Array) else np.asarray(value))


def _flat(value: Any) -> Any:
    return ak.flatten(value, axis=None) if isinstance(value, ak.Array) else value


def _in_double(value: Any) -> Any:
    return as_type(value, np.float64) if isinstance(value, ak.Array | np.ndarray) else float(value)
