"""ONNX graphs of models, node by node.

No converter of a library is used: that of Keras needs a package of its own for each backend, and
that of boosted trees several packages, for what is a few nodes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from hepchain.training.scaling import LIMIT, Scaling, VariableScaling, transformation_of

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

    def column(self, values: Sequence[float]) -> str:
        """Add a constant of double precision for each row, shape (n, 1)."""
        return self.constant(np.asarray(values, dtype=np.float64)[:, np.newaxis], np.float64)

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
    for transformation in sorted({variable.transformation for variable in scaling.variables}):
        index = [i for i, v in enumerate(scaling.variables) if v.transformation == transformation]
        order += index
        part = graph.node("Gather", rows, graph.constant(index, np.int64), axis=0)
        parts.append(_standardised(graph, [scaling.variables[i] for i in index], part))
    joined = graph.node("Concat", *parts, axis=0)
    sorted_rows = graph.node("Gather", joined, graph.constant(np.argsort(order), np.int64), axis=0)
    return graph.node("Transpose", sorted_rows, perm=[1, 0])


def _standardised(graph: Graph, variables: Sequence[VariableScaling], rows: str) -> str:
    """Variables of one transformation."""
    rows = graph.node("Cast", rows, to=_double())
    if variables[0].floor is not None:
        floors = [-np.inf if v.floor is None else v.floor for v in variables]
        rows = graph.node("Max", rows, graph.column(floors))
    transformation = transformation_of(variables[0].transformation)
    transformed = transformation.to_onnx(graph, rows, [v.scale for v in variables])
    centred = graph.node("Sub", transformed, graph.column([v.mean for v in variables]))
    scaled = graph.node("Div", centred, graph.column([v.width for v in variables]))
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


def _double() -> int:
    from onnx import TensorProto

    return int(TensorProto.DOUBLE)


def _float() -> int:
    from onnx import TensorProto

    return int(TensorProto.FLOAT)
