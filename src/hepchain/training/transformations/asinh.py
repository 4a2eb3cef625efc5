"""Area hyperbolic sine of the variable in units of its scale."""

from collections.abc import Sequence

import numpy as np

from hepchain.training.onnx_graph import Graph
from hepchain.training.scaling import Transformation


def _to_onnx(graph: Graph, rows: str, scales: Sequence[float]) -> str:
    """sign(x) ln(abs(x) + sqrt(x^2 + 1)): runtimes have Asinh in single precision only."""
    x = graph.node("Div", rows, graph.column(scales))
    root = graph.node("Add", graph.node("Mul", x, x), graph.constant(1.0, np.float64))
    sum_ = graph.node("Add", graph.node("Abs", x), graph.node("Sqrt", root))
    return graph.node("Mul", graph.node("Sign", x), graph.node("Log", sum_))


TRANSFORMATION = Transformation(lambda values, scale: np.arcsinh(values / scale), _to_onnx)
