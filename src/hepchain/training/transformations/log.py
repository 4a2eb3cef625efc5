"""Natural logarithm."""

import numpy as np

from hepchain.training.scaling import Transformation

TRANSFORMATION = Transformation(
    lambda values, scale: np.log(values),
    lambda graph, rows, scales: graph.node("Log", rows),
    lower_bound=0.0,
)
