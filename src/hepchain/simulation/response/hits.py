"""Hits, holes, outliers and dead sensors of a track in the silicon detectors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepchain.simulation.response.parameters import (
    Detector,
    HitParameters,
    MaterialParameters,
)
from hepchain.simulation.response.particles import (
    BoolArray,
    Columns,
    FloatArray,
    IntArray,
    Particles,
)
from hepchain.simulation.response.passage import Passage
from hepchain.truth import TruthOrigin

HARD_BREM = 0.7
"""Share of the initial momentum below which later hits are more often outliers."""


@dataclass(frozen=True)
class LayerHits:
    """What one layer recorded of each track; integers, shape (n,)."""

    expected: IntArray
    hits: IntArray
    outliers: IntArray
    holes: IntArray
    double_holes: IntArray
    dead: IntArray
    shared: IntArray
    split: IntArray


def silicon_hits(
    particles: Particles,
    passage: Passage,
    material: MaterialParameters,
    parameters: HitParameters,
    rng: np.random.Generator,
) -> Columns:
    """All hit counts of the silicon variables.

    Returns
    -------
    name of the variable -> shape (n,); and ``radius_of_first_hit`` in mm (that of the outermost
    silicon layer for a track without any hit)
    """
    pixels = [
        _pixel_layer(i, layer, particles, passage, parameters, rng)
        for i, layer in enumerate(material.indices(Detector.PIXEL))
    ]
    strips = [
        _sct_layer(layer, particles, passage, parameters, rng)
        for layer in material.indices(Detector.SCT)
    ]
    silicon = material.indices(Detector.PIXEL, Detector.SCT)
    radii = np.array([material.layers[i].radius for i in silicon])
    return {
        **_layer_variables("innermost", pixels[0]),
        **_layer_variables("next_to_innermost", pixels[1]),
        **_pixel_variables(pixels, parameters, rng),
        **_sct_variables(strips, parameters, rng),
        "radius_of_first_hit": _first_radius([*pixels, *strips], radii),
    }


def _chance(probability: float | FloatArray, n: int, rng: np.random.Generator) -> BoolArray:
    result: BoolArray = rng.random(n) < probability
    return result


def _outlier_probability(layer: int, passage: Passage, p: HitParameters) -> FloatArray:
    disturbed = passage.fraction[:, layer] < HARD_BREM
    return p.outlier.value * np.where(disturbed, p.outlier_after_brem.value, 1.0)


def _first_layers_of_conversion(layer: int, particles: Particles, passage: Passage) -> BoolArray:
    """Whether the layer is the first that an electron of a conversion crosses."""
    earlier = passage.crossed[:, :layer].any(axis=1)
    first: BoolArray = (particles.origin == TruthOrigin.CONVERSION) & ~earlier
    return first


def _pixel_layer(
    number: int,
    layer: int,
    particles: Particles,
    passage: Passage,
    p: HitParameters,
    rng: np.random.Generator,
) -> LayerHits:
    n = len(particles)
    crossed = passage.crossed[:, layer]
    dead = crossed & _chance(p.pixel_dead.value[number], n, rng)
    expected = crossed & ~dead
    seen = expected & _chance(p.pixel_efficiency.value[number], n, rng)
    outlier = seen & _chance(_outlier_probability(layer, passage, p), n, rng)
    first = seen & ~outlier
    hits = first.astype(np.int64) + (first & _chance(p.pixel_overlap.value, n, rng))
    pair = _first_layers_of_conversion(layer, particles, passage)
    shared = first & _chance(
        np.where(pair, p.conversion_shared.value, p.pixel_shared.value), n, rng
    )
    split = first & _chance(np.where(pair, p.conversion_shared.value, p.split.value), n, rng)
    holes = expected & ~seen
    return LayerHits(
        *(
            np.asarray(count, dtype=np.int64)
            for count in (
                expected,
                hits,
                outlier,
                holes,
                np.zeros(n),
                dead,
                shared,
                split & ~shared,
            )
        )
    )


def _sct_layer(
    layer: int,
    particles: Particles,
    passage: Passage,
    p: HitParameters,
    rng: np.random.Generator,
) -> LayerHits:
    shape = (len(particles), 2)
    crossed = np.repeat(passage.crossed[:, layer][:, None], 2, axis=1)
    dead = crossed & (rng.random(shape) < p.sct_dead.value)
    expected = crossed & ~dead
    seen = expected & (rng.random(shape) < p.sct_efficiency.value)
    outlier = seen & (rng.random(shape) < _outlier_probability(layer, passage, p)[:, None])
    first = seen & ~outlier
    overlap = first & (rng.random(shape) < p.sct_overlap.value)
    shared = first & (rng.random(shape) < p.sct_shared.value)
    holes = expected & ~seen

    def count(mask: BoolArray) -> IntArray:
        return np.asarray(mask.sum(axis=1, dtype=np.int64))

    return LayerHits(
        expected=count(expected),
        hits=count(first) + count(overlap),
        outliers=count(outlier),
        holes=count(holes),
        double_holes=np.logical_and(holes[:, 0], holes[:, 1]).astype(np.int64),
        dead=count(dead),
        shared=count(shared),
        split=np.zeros(len(particles), dtype=np.int64),
    )


def _layer_variables(name: str, layer: LayerHits) -> Columns:
    return {
        f"expect_{name}_pixel_layer_hit": layer.expected,
        f"number_of_{name}_pixel_layer_hits": layer.hits,
        f"number_of_{name}_pixel_layer_outliers": layer.outliers,
        f"number_of_{name}_pixel_layer_shared_hits": layer.shared,
        f"number_of_{name}_pixel_layer_split_hits": layer.split,
    }


def _total(layers: list[LayerHits], what: str) -> IntArray:
    result: IntArray = np.sum([getattr(layer, what) for layer in layers], axis=0)
    return result


def _pixel_variables(
    layers: list[LayerHits], p: HitParameters, rng: np.random.Generator
) -> Columns:
    hits = _total(layers, "hits")
    return {
        "number_of_contrib_pixel_layers": np.sum([layer.hits > 0 for layer in layers], axis=0),
        "number_of_pixel_hits": hits,
        "number_of_pixel_outliers": _total(layers, "outliers"),
        "number_of_pixel_holes": _total(layers, "holes"),
        "number_of_pixel_shared_hits": _total(layers, "shared"),
        "number_of_pixel_split_hits": _total(layers, "split"),
        "number_of_ganged_pixels": rng.binomial(hits, p.ganged.value),
        "number_of_ganged_flagged_fakes": rng.binomial(hits, p.ganged_fake.value),
        "number_of_pixel_spoilt_hits": rng.binomial(hits, p.spoilt.value),
        "number_of_pixel_dead_sensors": _total(layers, "dead"),
    }


def _sct_variables(layers: list[LayerHits], p: HitParameters, rng: np.random.Generator) -> Columns:
    hits = _total(layers, "hits")
    return {
        "number_of_sct_hits": hits,
        "number_of_sct_outliers": _total(layers, "outliers"),
        "number_of_sct_holes": _total(layers, "holes"),
        "number_of_sct_double_holes": _total(layers, "double_holes"),
        "number_of_sct_shared_hits": _total(layers, "shared"),
        "number_of_sct_dead_sensors": _total(layers, "dead"),
        "number_of_sct_spoilt_hits": rng.binomial(hits, p.spoilt.value),
    }


def _first_radius(layers: list[LayerHits], radii: FloatArray) -> FloatArray:
    has_hit = np.stack([layer.hits > 0 for layer in layers], axis=1)
    first = np.where(has_hit.any(axis=1), has_hit.argmax(axis=1), len(radii) - 1)
    return radii[first]
