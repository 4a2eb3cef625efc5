"""Transformation ``toy.turned``: the other way round."""

from hepchain.training.scaling import Transformation

TRANSFORMATION = Transformation(
    lambda values, scale: -values / scale,
    lambda graph, rows, scales: graph.node("Div", graph.node("Neg", rows), graph.column(scales)),
)
