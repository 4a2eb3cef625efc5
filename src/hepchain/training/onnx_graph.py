"""ONNX graphs of models, node by node.

A kind of taggers that can be exported has a method ``to_onnx`` (:class:`Exportable`). No converter
of a library is used: that of Keras needs TensorFlow or PyTorch, and that of boosted trees several
packages, for what is a few nodes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from hepchain.config.variables import Transformation
from hepchain.training.scaling import LIMIT, Scaling, VariableScaling

OPERATORS = 17
TREE_OPERATORS = 3
FORMAT = 8
"""Versions of the operators, of those for trees and of the file format: old ones, so that any ONNX
Runtime since 1.12 (2022) reads the files."""
TREE_DOMAIN = "ai.onnx.ml"
INPUT, OUTPUT = "variables", "raw"


class Graph:
    """Nodes and constants of a graph that is being built; values are known by their names."""

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def constant(self, values: npt.ArrayLike, dtype: npt.DTypeLike = np.float32) -> str:
        """Add a constant."""
        from onnx import numpy_helper

        name = f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.asarray(values, dtype=dtype), name))
        return name

    def node(self, operator: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        """Add a node with one output and return the output's name."""
        from onnx import helper

        name = f"value_{len(self._nodes)}"
        self._nodes.append(
            helper.make_node(operator, list(inputs), [name], domain=domain, **attributes)
        )
        return name

    def model(self, variables: int, output: str, metadata: Mapping[str, str]) -> bytes:
        """The finished file: :data:`INPUT` (n, variables) to :data:`OUTPUT` (n,), both float32."""
        from onnx import TensorProto, checker, helper

        end = helper.make_node("Identity", [output], [OUTPUT])
        graph = helper.make_graph(
            [*self._nodes, end],
            "tagger",
            [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["tracks", variables])],
            [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["tracks"])],
            self._constants,
        )
        operators = [
            helper.make_opsetid("", OPERATORS),
            helper.make_opsetid(TREE_DOMAIN, TREE_OPERATORS),
        ]
        model = helper.make_model(
            graph, opset_imports=operators, ir_version=FORMAT, producer_name="hepchain"
        )
        helper.set_model_props(model, dict(metadata))
        checker.check_model(model, full_check=True)
        content: bytes = model.SerializeToString(deterministic=True)
        return content


class DecisionTrees:
    """Trees node by node, for the operator that sums the values of the leaves a track ends in."""

    def __init__(self) -> None:
        self._columns: dict[str, list[Any]] = {}

    def branch(
        self,
        tree: int,
        node: int,
        column: int,
        comparison: Literal["LT", "LEQ", "GTE"],
        cut: float,
        children: tuple[int, int],
    ) -> None:
        """Add a node that goes to the first child if the input compares so with the cut."""
        self._add(
            "nodes",
            treeids=tree,
            nodeids=node,
            modes=f"BRANCH_{comparison}",
            featureids=column,
            values=cut,
            truenodeids=children[0],
            falsenodeids=children[1],
        )

    def leaf(self, tree: int, node: int, value: float) -> None:
        """Add a leaf."""
        self._add(
            "nodes",
            treeids=tree,
            nodeids=node,
            modes="LEAF",
            featureids=0,
            values=0.0,
            truenodeids=0,
            falsenodeids=0,
        )
        self._add("target", treeids=tree, nodeids=node, ids=0, weights=value)

    def _add(self, prefix: str, **values: Any) -> None:
        for name, value in values.items():
            self._columns.setdefault(f"{prefix}_{name}", []).append(value)

    def add_to(self, graph: Graph, inputs: str, offset: float = 0.0) -> str:
        """Add all trees to a graph and return the name of ``offset`` and leaves' sum, (n,)."""
        total = graph.node(
            "TreeEnsembleRegressor",
            inputs,
            domain=TREE_DOMAIN,
            n_targets=1,
            aggregate_function="SUM",
            post_transform="NONE",
            base_values=[offset],
            **self._columns,
        )
        return graph.node("Reshape", total, graph.constant([-1], np.int64))


@runtime_checkable
class Exportable(Protocol):
    """A tagger that can be written as an ONNX graph."""

    def to_onnx(self, graph: Graph, inputs: str) -> str:
        """Add the tagger to a graph.

        Parameters
        ----------
        graph : to add nodes and constants to
        inputs : name of the standardised inputs, shape (n, variables), float32

        Returns
        -------
        name of the score, shape (n,), float32, equal to that of ``score`` to 1e-5

        Raises
        ------
        StageError : the tagger has a part that cannot be written
        """


def standardised(graph: Graph, scaling: Scaling, inputs: str) -> str:
    """Add transformation, standardisation and cut-off of the variables.

    In double precision and rounded at the end, as :class:`Scaling` does it: cuts of trees lie on
    values of the training tracks, and the last bit decides about the side. One row a variable in
    between, since a runtime copies whole rows.

    Parameters
    ----------
    graph : to add nodes to
    scaling : of the model
    inputs : name of the variables in physical units, shape (n, variables), float32

    Returns
    -------
    name of the standardised inputs, shape (n, variables), float32
    """
    rows = graph.node("Transpose", inputs, perm=[1, 0])
    order = []
    parts = []
    for transformation in Transformation:
        index = [i for i, v in enumerate(scaling.variables) if v.transformation == transformation]
        if index:
            order += index
            part = graph.node("Gather", rows, graph.constant(index, np.int64), axis=0)
            chosen = [scaling.variables[i] for i in index]
            parts.append(_standardised(graph, transformation, chosen, part))
    joined = graph.node("Concat", *parts, axis=0)
    sorted_rows = graph.node("Gather", joined, graph.constant(np.argsort(order), np.int64), axis=0)
    return graph.node("Transpose", sorted_rows, perm=[1, 0])


def _standardised(
    graph: Graph, transformation: Transformation, variables: Sequence[VariableScaling], rows: str
) -> str:
    wide = graph.node("Cast", rows, to=_double())
    transformed = _transformed(graph, transformation, variables, wide)
    centred = graph.node("Sub", transformed, _column(graph, [v.mean for v in variables]))
    scaled = graph.node("Div", centred, _column(graph, [v.width for v in variables]))
    bounds = (graph.constant(-LIMIT, np.float64), graph.constant(LIMIT, np.float64))
    return graph.node("Cast", graph.node("Clip", scaled, *bounds), to=_float())


def only_finite(graph: Graph, inputs: str, variables: int, score: str) -> str:
    """Add what makes the score of a track NaN if any of its variables is not finite.

    Trees would take such a value for missing, and the cut-off would hide infinity. Zero times it
    is NaN.

    Parameters
    ----------
    graph : to add nodes to
    inputs : name of the variables in physical units, shape (n, variables), float32
    variables : number of them
    score : name of the score, shape (n,)
    """
    zeros = graph.constant(np.zeros((variables, 1)))
    nothing = graph.node("MatMul", inputs, zeros)
    flat = graph.node("Reshape", nothing, graph.constant([-1], np.int64))
    return graph.node("Add", score, flat)


def _transformed(
    graph: Graph, transformation: Transformation, variables: Sequence[VariableScaling], rows: str
) -> str:
    if variables[0].floor is not None:
        floors = [-np.inf if v.floor is None else v.floor for v in variables]
        rows = graph.node("Max", rows, _column(graph, floors))
    match transformation:
        case Transformation.LOG:
            return graph.node("Log", rows)
        case Transformation.LOG1P:
            return graph.node("Log", graph.node("Add", rows, graph.constant(1.0, np.float64)))
        case Transformation.ASINH:
            scales = _column(graph, [v.scale for v in variables])
            return _asinh(graph, graph.node("Div", rows, scales))
        case Transformation.IDENTITY:
            return rows


def _asinh(graph: Graph, x: str) -> str:
    """sign(x) ln(abs(x) + sqrt(x^2 + 1)): runtimes have Asinh in single precision only."""
    absolute = graph.node("Abs", x)
    square = graph.node("Mul", x, x)
    root = graph.node("Sqrt", graph.node("Add", square, graph.constant(1.0, np.float64)))
    return graph.node(
        "Mul", graph.node("Sign", x), graph.node("Log", graph.node("Add", absolute, root))
    )


def _column(graph: Graph, values: Sequence[float]) -> str:
    return graph.constant(np.asarray(values, dtype=np.float64)[:, np.newaxis], np.float64)


def _double() -> int:
    from onnx import TensorProto

    return int(TensorProto.DOUBLE)


def _float() -> int:
    from onnx import TensorProto

    return int(TensorProto.FLOAT)
