"""Natural logarithm of the variable and one."""

import numpy as np

from hepchain.training.scaling import Transformation

TRANSFORMATION = Transformation(
    lambda values, scale: np.log1p(values),
    lambda graph, rows, scales: graph.node(
        "Log", graph.node("Add", rows, graph.constant(1.0, np.float64))
    ),
    lower_bound=-1.0,
)
