"""Monotonous rational-quadratic splines (Durkan et al., arXiv:1906.04032), by Keras 3 alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SMALLEST = 1e-3
"""Least width and height of a bin, of all, and least derivative."""


def parameters(bins: int) -> int:
    """Numbers that a spline of so many bins is made of."""
    return 3 * bins - 1


@dataclass(frozen=True)
class Spline:
    """Splines on [-bound, bound]; identity beyond. Tensors of the shape (..., bins + 1)."""

    x: Any
    """Knots."""
    y: Any
    derivative: Any
    bound: float

    @classmethod
    def of(cls, raw: Any, bins: int, bound: float) -> Spline:
        """Of any numbers, shape (..., 3 bins - 1); zeros make the identity."""
        import numpy as np
        from keras import ops

        widths, heights = raw[..., :bins], raw[..., bins : 2 * bins]
        # softplus of it is 1 - SMALLEST where the number is zero.
        shift = float(np.log(np.expm1(1.0 - SMALLEST)))
        inner = SMALLEST + ops.softplus(raw[..., 2 * bins :] + shift)
        edge = ops.ones_like(inner[..., :1])
        return cls(
            _knots(widths, bins, bound),
            _knots(heights, bins, bound),
            ops.concatenate([edge, inner, edge], axis=-1),
            bound,
        )

    def forward(self, x: Any) -> tuple[Any, Any]:
        """Value at x and logarithm of the derivative there, shape (...)."""
        from keras import ops

        inside = ops.abs(x) < self.bound
        clipped = ops.clip(x, -self.bound, self.bound)
        left, width, low, height, first, second = self._bin(clipped, self.x)
        slope = height / width
        share = ops.clip((clipped - left) / width, 0.0, 1.0)
        rest = share * (1.0 - share)
        denominator = slope + (first + second - 2.0 * slope) * rest
        value = low + height * (slope * share**2 + first * rest) / denominator
        numerator = second * share**2 + 2.0 * slope * rest + first * (1.0 - share) ** 2
        logarithm = 2.0 * ops.log(slope) + ops.log(numerator) - 2.0 * ops.log(denominator)
        return ops.where(inside, value, x), ops.where(inside, logarithm, 0.0)

    def inverse(self, y: Any) -> Any:
        """Where the value is y, shape (...)."""
        from keras import ops

        inside = ops.abs(y) < self.bound
        clipped = ops.clip(y, -self.bound, self.bound)
        left, width, low, height, first, second = self._bin(clipped, self.y)
        slope = height / width
        above = clipped - low
        bend = first + second - 2.0 * slope
        a = height * (slope - first) + above * bend
        b = height * first - above * bend
        c = -slope * above
        root = ops.sqrt(ops.maximum(b**2 - 4.0 * a * c, 0.0))
        share = ops.clip(2.0 * c / (-b - root), 0.0, 1.0)
        return ops.where(inside, left + share * width, y)

    def _bin(self, values: Any, knots: Any) -> tuple[Any, ...]:
        """Left end, width, lower end, height of the bin, derivatives at both ends."""
        from keras import ops

        number = ops.sum(
            ops.cast(values[..., None] >= knots[..., 1:-1], "int32"), axis=-1, keepdims=True
        )

        def at(tensor: Any, shift: int) -> Any:
            return ops.take_along_axis(tensor, number + shift, axis=-1)[..., 0]

        left, low = at(self.x, 0), at(self.y, 0)
        ends = (at(self.derivative, 0), at(self.derivative, 1))
        return left, at(self.x, 1) - left, low, at(self.y, 1) - low, *ends


def _knots(raw: Any, bins: int, bound: float) -> Any:
    from keras import ops

    shares = SMALLEST + (1.0 - SMALLEST * bins) * ops.softmax(raw, axis=-1)
    ends = 2.0 * bound * ops.cumsum(shares, axis=-1)[..., :-1] - bound
    edge = bound * ops.ones_like(ends[..., :1])
    return ops.concatenate([-edge, ends, edge], axis=-1)
