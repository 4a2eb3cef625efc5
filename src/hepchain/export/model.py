"""One trained model as an ONNX file, from physical units to the raw score."""

from __future__ import annotations

import json
from typing import cast

import numpy as np

from hepchain.errors import ConfigError, StageError
from hepchain.training.layout import Layout
from hepchain.training.model import Model
from hepchain.training.onnx_graph import INPUT, Exportable, Graph, only_finite, standardised
from hepchain.training.tagger import tagger_class


def require_exportable(tagger: str, kind: str) -> None:
    """Refuse a tagger that cannot be exported; no machine learning library is imported.

    Raises
    ------
    StageError : its kind has no exporter
    """
    try:
        found = tagger_class(kind)
    except ConfigError:
        raise StageError(
            f"tagger {tagger}: taggers of kind '{kind}' cannot be exported, they have no models of "
            "their own; export the taggers they are made of"
        ) from None
    if not hasattr(found, "to_onnx"):
        raise StageError(
            f"tagger {tagger}: taggers of kind '{kind}' cannot be exported; give the class in "
            f"src/hepchain/training/taggers/{kind}.py a method to_onnx (docs/deployment.md)"
        )


def exportable(kind: str) -> bool:
    """Whether taggers of this kind can be exported."""
    try:
        require_exportable("", kind)
    except StageError:
        return False
    return True


def model_to_onnx(model: Model) -> bytes:
    """Content of the ONNX file of a model, which carries category, fold and variables.

    Raises
    ------
    StageError : a part of the model cannot be written
    """
    graph = Graph()
    inputs = standardised(graph, model.scaling, INPUT)
    if model.layout is not None:
        inputs = _expanded(graph, model.layout, model.category, inputs)
    metadata = {
        "category": model.category,
        "fold": str(model.fold),
        "variables": json.dumps(model.variables),
    }
    score = cast(Exportable, model.tagger).to_onnx(graph, inputs)
    size = len(model.variables)
    return graph.model(size, only_finite(graph, INPUT, size, score), metadata)


def _expanded(graph: Graph, layout: Layout, category: str, inputs: str) -> str:
    """Input vector of a model for several categories: values at their places, and flags."""
    variables = len(layout.categories[category])
    flags = layout.expand(np.zeros((1, variables), dtype=np.float32), category)
    places = layout.expand(np.eye(variables, dtype=np.float32), category) - flags
    return graph.node("Gemm", inputs, graph.constant(places), graph.constant(flags[0]))
