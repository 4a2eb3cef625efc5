"""One trained model as an ONNX file, from physical units to the raw score."""

from __future__ import annotations

import json
from typing import Any

from hepchain.errors import StageError
from hepchain.training.model import Model
from hepchain.training.onnx_graph import INPUT, Exportable, Graph, standardised
from hepchain.training.tagger import tagger_class


def exportable(kind: str) -> bool:
    """Whether taggers of this kind can be exported; no machine learning library is imported."""
    return hasattr(tagger_class(kind), "to_onnx")


def model_to_onnx(model: Model, kind: str) -> bytes:
    """Content of the ONNX file of a model, which carries category, fold and variables.

    Raises
    ------
    StageError : its kind has no exporter, or a part of it cannot be written
    """
    tagger: Any = model.tagger
    if not isinstance(tagger, Exportable):
        raise StageError(
            f"taggers of kind '{kind}' cannot be exported: give the class in "
            f"src/hepchain/training/taggers/{kind}.py a method to_onnx (docs/deployment.md)"
        )
    graph = Graph()
    raw = tagger.to_onnx(graph, standardised(graph, model.scaling, INPUT))
    metadata = {
        "category": model.category,
        "fold": str(model.fold),
        "variables": json.dumps(model.variables),
    }
    return graph.model(len(model.variables), raw, metadata)
