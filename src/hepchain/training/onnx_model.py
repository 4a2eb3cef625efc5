"""One trained model as an ONNX file, from physical units to the raw score."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hepchain.errors import InputError
from hepchain.training.layout import Layout
from hepchain.training.onnx_graph import INPUT, Graph, only_finite, standardised
from hepchain.training.scaling import Scaling
from hepchain.training.tagger import Matrix, Tagger, Vector

BLOCK = 512
"""Tracks in one call: their values in double precision stay in the caches of a core."""


@dataclass(frozen=True)
class OnnxModel:
    """One ONNX file, open; ONNX Runtime is all it needs."""

    path: Path
    category: str
    """Of the tracks it scores."""
    fold: int
    """Fold it has not seen."""
    variables: tuple[str, ...]
    session: Any

    @classmethod
    def open(cls, path: Path, content: bytes, remedy: str) -> OnnxModel:
        """Open a file that was read.

        Parameters
        ----------
        remedy : what to do about a damaged file

        Raises
        ------
        InputError : it is damaged, or not a model of a tagger
        """
        import onnxruntime

        options = onnxruntime.SessionOptions()
        # Threads work on different tracks: the sums of one track never depend on their number.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        try:
            session = onnxruntime.InferenceSession(
                content, options, providers=["CPUExecutionProvider"]
            )
            metadata = session.get_modelmeta().custom_metadata_map
            variables = tuple(json.loads(metadata["variables"]))
            return cls(path, metadata["category"], int(metadata["fold"]), variables, session)
        # ONNX Runtime has a class for each status code and no common base but Exception.
        except Exception as error:
            reason = str(error).strip().split("\n")[0]
            raise InputError(
                f"{path}: not a readable model of a tagger ({type(error).__name__}: {reason}); "
                f"{remedy}"
            ) from error

    def score(self, values: Matrix, threads: int = 1) -> Vector:
        """Raw score of each track, NaN where a variable is not finite.

        Parameters
        ----------
        values : shape (n, variables), in physical units
        threads : to use
        """
        blocks = [values[start : start + BLOCK] for start in range(0, len(values), BLOCK)]
        if threads == 1 or len(blocks) < 2:
            results = [self._run(block) for block in blocks]
        else:
            with ThreadPoolExecutor(threads) as pool:
                results = list(pool.map(self._run, blocks))
        return np.concatenate(results) if results else np.empty(0, dtype=np.float32)

    def _run(self, block: Matrix) -> Vector:
        result: Vector = self.session.run(None, {INPUT: block})[0]
        return result


def model_to_onnx(
    tagger: Tagger, scaling: Scaling, category: str, fold: int, layout: Layout | None = None
) -> bytes:
    """Content of the ONNX file of a model, which carries category, fold and variables.

    Parameters
    ----------
    scaling : of the variables of the category
    fold : that the model has not seen
    layout : of a tagger for several categories

    Raises
    ------
    StageError : a part of the model cannot be written
    """
    graph = Graph()
    inputs = standardised(graph, scaling, INPUT)
    if layout is not None:
        inputs = _expanded(graph, layout, category, inputs)
    score = only_finite(graph, INPUT, len(scaling.names), tagger.to_onnx(graph, inputs))
    metadata = {"category": category, "fold": str(fold), "variables": json.dumps(scaling.names)}
    return graph.model(len(scaling.names), score, metadata)


def _expanded(graph: Graph, layout: Layout, category: str, inputs: str) -> str:
    """Input vector of a model for several categories: values at their places, and flags."""
    variables = len(layout.categories[category])
    flags = layout.expand(np.zeros((1, variables), dtype=np.float32), category)
    places = layout.expand(np.eye(variables, dtype=np.float32), category) - flags
    return graph.node("Gemm", inputs, graph.constant(places), graph.constant(flags[0]))
