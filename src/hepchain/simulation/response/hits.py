"""Hits, holes, outliers and dead sensors of a track in the silicon detectors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepchain.simulation.response.arrays import BoolArray, Columns, FloatArray, IntArray
from hepchain.simulation.response.material import Detector, MaterialParameters
from hepchain.simulation.response.parameters import HitParameters
from hepchain.simulation.response.particles import Particles
from hepchain.simulation.response.passage import Passage
from hepchain.simulation.rows import Rows

HARD_BREM = 0.7
"""Share of the initial momentum below which later hits are more often outliers."""


@dataclass(frozen=True)
class Clusters(Rows):
    """What the sensors of one detector recorded of each track; booleans, shape (n, sensors)."""

    expected: BoolArray
    hit: BoolArray
    overlap: BoolArray
    """A second hit where two modules of the layer overlap."""
    outlier: BoolArray
    hole: BoolArray
    dead: BoolArray
    shared: BoolArray
    split: BoolArray

    def hits(self, sensor: int | None = None) -> IntArray:
        """Hits of one sensor, or of all: shape (n,)."""
        return self.count("hit", sensor) + self.count("overlap", sensor)

    def count(self, what: str, sensor: int | None = None) -> IntArray:
        """Sensors (or the one sensor) with this record, shape (n,)."""
        values = getattr(self, what)
        if sensor is not None:
            return np.asarray(values[:, sensor].astype(np.int64))
        return np.asarray(values.sum(axis=1, dtype=np.int64))


@dataclass(frozen=True)
class SiliconHits(Rows):
    """Hits of the tracks of a chunk."""

    pixel: Clusters
    """Sensors are the pixel layers and disks."""
    strip: Clusters
    """Sensors are the two sides of each SCT layer and disk, in turn."""
    pixel_radius: FloatArray
    strip_radius: FloatArray
    """Where the sensors are met [mm], shape (n, sensors)."""

    def measurements(self) -> IntArray:
        """Hits and dead sensors, which the pattern recognition counts alike: shape (n,)."""
        return (
            self.pixel.hits()
            + self.pixel.count("dead")
            + self.strip.hits()
            + self.strip.count("dead")
        )


def silicon_hits(
    particles: Particles,
    passage: Passage,
    merged: BoolArray,
    material: MaterialParameters,
    parameters: HitParameters,
) -> SiliconHits:
    """Draw the hits of charged particles.

    Parameters
    ----------
    merged : whether the cluster is one with that of a neighbour, shape (n, pixel layers)
    """
    p = parameters
    pixels = np.array(material.indices(Detector.PIXEL))
    strips = np.repeat(material.indices(Detector.SCT), 2)
    # A network splits most clusters of two particles; the others stay shared.
    shared = np.where(merged, 1.0 - p.splitting.value, p.pixel_shared.value)
    split = np.where(merged, 1.0, p.split.value)
    pixel = _clusters(
        "pixel",
        np.asarray(p.pixel_dead.value),
        np.asarray(p.pixel_efficiency.value),
        (shared, split, p.pixel_overlap.value),
        particles,
        passage,
        pixels,
        p,
    )
    strip = _clusters(
        "strip",
        p.sct_dead.value,
        p.sct_efficiency.value,
        (0.0, 0.0, p.sct_overlap.value),
        particles,
        passage,
        strips,
        p,
    )
    return SiliconHits(pixel, strip, passage.radius[:, pixels], passage.radius[:, strips])


def _outliers(
    name: str,
    often: BoolArray,
    particles: Particles,
    passage: Passage,
    layers: IntArray,
    p: HitParameters,
) -> BoolArray:
    """Hits that the fit refuses: more behind a hard radiation, and on false combinations.

    Parameters
    ----------
    often : those that it refuses in any case, shape (n, sensors)
    """
    last = passage.fraction[:, layers[-1]]
    rows = np.flatnonzero((last < HARD_BREM) | particles.is_fake)
    disturbed = passage.fraction[np.ix_(rows, layers)] < HARD_BREM
    base = p.outlier.value
    more = np.where(disturbed, base * (p.outlier_after_brem.value - 1.0) / (1.0 - base), 0.0)
    more = np.where(particles.is_fake[rows, None], p.fake_outlier.value, more)
    result = often.copy()
    result[rows] |= particles.draws.take(rows).chance(name, more, len(layers))
    return result


def _clusters(
    detector: str,
    dead: float | FloatArray,
    efficiency: float | FloatArray,
    on_hit: tuple[float | FloatArray, float | FloatArray, float],
    particles: Particles,
    passage: Passage,
    layers: IntArray,
    p: HitParameters,
) -> Clusters:
    """What the sensors of a detector record.

    Parameters
    ----------
    dead, efficiency : of the sensors, numbers or of shape (sensors,)
    on_hit : probabilities that a hit is shared, split, or has a second one in an overlap
    """
    draws, n = particles.draws, len(layers)
    crossed = passage.crossed[:, layers]
    is_dead, is_hole, is_outlier = draws.outcome(
        detector, n, dead, 1.0 - efficiency, p.outlier.value
    )
    shares, splits, overlaps = draws.outcome(f"{detector}_hit", n, *on_hit)
    expected, seen = crossed & ~is_dead, crossed & ~(is_dead | is_hole)
    outlier = seen & _outliers(f"{detector}_outlier", is_outlier, particles, passage, layers, p)
    hit = seen & ~outlier
    return Clusters(
        expected=expected,
        hit=hit,
        overlap=hit & overlaps,
        outlier=outlier,
        hole=crossed & is_hole,
        dead=crossed & is_dead,
        shared=hit & shares,
        split=hit & splits,
    )


def hit_variables(
    particles: Particles,
    hits: SiliconHits,
    parameters: HitParameters,
) -> Columns:
    """All hit counts of the silicon variables.

    Returns
    -------
    name of the variable -> shape (n,); and ``radius_of_first_hit`` in mm (that of the innermost
    sensor for a track without any hit)
    """
    return {
        **_layer_variables("innermost", hits.pixel, 0),
        **_layer_variables("next_to_innermost", hits.pixel, 1),
        **_pixel_variables(particles, hits.pixel, parameters),
        **_sct_variables(particles, hits.strip, parameters),
        "radius_of_first_hit": _first_radius(hits),
    }


def _layer_variables(name: str, pixel: Clusters, layer: int) -> Columns:
    return {
        f"expect_{name}_pixel_layer_hit": pixel.count("expected", layer),
        f"number_of_{name}_pixel_layer_hits": pixel.hits(layer),
        f"number_of_{name}_pixel_layer_outliers": pixel.count("outlier", layer),
        f"number_of_{name}_pixel_layer_shared_hits": pixel.count("shared", layer),
        f"number_of_{name}_pixel_layer_split_hits": pixel.count("split", layer),
    }


def _pixel_variables(particles: Particles, pixel: Clusters, p: HitParameters) -> Columns:
    hits, draws = pixel.hits(), particles.draws
    return {
        "number_of_contrib_pixel_layers": pixel.count("hit"),
        "number_of_pixel_hits": hits,
        "number_of_pixel_outliers": pixel.count("outlier"),
        "number_of_pixel_holes": pixel.count("hole"),
        "number_of_pixel_shared_hits": pixel.count("shared"),
        "number_of_pixel_split_hits": pixel.count("split"),
        "number_of_ganged_pixels": draws.binomial("ganged", hits, p.ganged.value),
        "number_of_ganged_flagged_fakes": draws.binomial("ganged_fake", hits, p.ganged_fake.value),
        "number_of_pixel_spoilt_hits": draws.binomial("pixel_spoilt", hits, p.spoilt.value),
        "number_of_pixel_dead_sensors": pixel.count("dead"),
    }


def _sct_variables(particles: Particles, strip: Clusters, p: HitParameters) -> Columns:
    hits, draws = strip.hits(), particles.draws
    both = strip.hole[:, 0::2] & strip.hole[:, 1::2]
    return {
        "number_of_sct_hits": hits,
        "number_of_sct_outliers": strip.count("outlier"),
        "number_of_sct_holes": strip.count("hole"),
        "number_of_sct_double_holes": both.sum(axis=1, dtype=np.int64),
        "number_of_sct_shared_hits": draws.binomial(
            "sct_shared", strip.count("hit"), p.sct_shared.value
        ),
        "number_of_sct_dead_sensors": strip.count("dead"),
        "number_of_sct_spoilt_hits": draws.binomial("sct_spoilt", hits, p.spoilt.value),
    }


def _first_radius(hits: SiliconHits) -> FloatArray:
    first = np.where(hits.pixel.hit, hits.pixel_radius, np.inf).min(axis=1)
    without = np.flatnonzero(np.isinf(first))
    strips = np.where(hits.strip.hit[without], hits.strip_radius[without], np.inf).min(axis=1)
    first[without] = np.where(np.isfinite(strips), strips, hits.pixel_radius[without, 0])
    return np.asarray(first)


def lever_arm(
    first_radius: FloatArray, passage: Passage, material: MaterialParameters
) -> FloatArray:
    """Length over which the silicon detectors measured a track, over that of an unbroken one.

    Parameters
    ----------
    first_radius : radius of the first hit [mm], shape (n,)

    Returns
    -------
    shape (n,), between 0.1 and 1; 1 for tracks that nothing ends
    """
    result = np.ones(len(first_radius))
    silicon = np.array(material.indices(Detector.PIXEL, Detector.SCT))
    ended = np.flatnonzero(passage.end <= silicon[-1])
    radius = passage.radius[np.ix_(ended, silicon)]
    reached = np.where(passage.crossed[np.ix_(ended, silicon)], radius, 0.0).max(axis=1)
    possible = np.where(passage.full[np.ix_(ended, silicon)], radius, 0.0).max(axis=1)
    length = np.maximum(reached - first_radius[ended], 1.0)
    result[ended] = length / np.maximum(possible - radius[:, 0], 1.0)
    return np.asarray(np.clip(result, 0.1, 1.0))
