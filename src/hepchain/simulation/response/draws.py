"""Random numbers that belong to a particle, not to a place in a stream.

Every number is a hash of the key of its particle and of what it is drawn for. It depends neither
on the other particles nor on the order of the draws, nor on how events are cut into jobs and
chunks; and a simulation with one parameter changed meets the same fate everywhere that parameter
does not reach, so that the difference of the two is that of the parameter and not of chance.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import gammaincinv, gammaln, ndtri, pdtr, pdtrik

from hepchain.simulation.response.arrays import (
    BoolArray,
    FieldArray,
    FloatArray,
    IntArray,
    KeyArray,
)

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def mix(value: KeyArray) -> KeyArray:
    """Finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), value by value."""
    with np.errstate(over="ignore"):
        state: KeyArray = value + _GOLDEN
        shifted = state >> np.uint64(30)
        state ^= shifted
        state *= np.uint64(0xBF58476D1CE4E5B9)
        np.right_shift(state, np.uint64(27), out=shifted)
        state ^= shifted
        state *= np.uint64(0x94D049BB133111EB)
        np.right_shift(state, np.uint64(31), out=shifted)
        state ^= shifted
    return state


@cache
def _word(name: str) -> np.uint64:
    return np.uint64(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little"))


def root_key(seed: int, *names: str | int) -> np.uint64:
    """Key of all that a run with this seed draws under these names."""
    return _word("\x1f".join(str(name) for name in (seed, *names)))


def child_keys(parents: KeyArray | np.uint64, numbers: IntArray) -> KeyArray:
    """Keys of the members ``numbers`` of what the parents name; shapes broadcast."""
    with np.errstate(over="ignore"):
        return mix(parents ^ mix(np.asarray(numbers).astype(np.uint64) * _GOLDEN))


def field_below(probability: float | FloatArray) -> FieldArray:
    """Number of 16 bits below which a field lies with this probability."""
    steps = np.minimum(np.rint(np.asarray(probability) * 2.0**16), 65535.0)
    return np.asarray(steps.astype(np.uint16))


@dataclass(frozen=True)
class Draws:
    """Random numbers of ``n`` particles (or events), each with a key: shape (n,).

    Every method names what it draws for; the same name always gives the same numbers.
    """

    keys: KeyArray

    def __len__(self) -> int:
        return len(self.keys)

    def take(self, index: BoolArray | IntArray) -> Draws:
        """Those of some of the particles."""
        return Draws(self.keys[index])

    def child(self, name: str) -> Draws:
        """Draws of something that belongs to each particle: its decay product, for example."""
        return Draws(mix(self.keys ^ _word(name)))

    def _bits(self, name: str, columns: int | None) -> KeyArray:
        keys = self.keys ^ _word(name)
        if columns is not None:
            with np.errstate(over="ignore"):
                steps = mix(np.arange(1, columns + 1, dtype=np.uint64) * _GOLDEN)
            keys = keys[:, None] ^ steps
        return mix(np.atleast_1d(keys))

    def uniform(self, name: str, columns: int | None = None) -> FloatArray:
        """Uniform in (0, 1), shape (n,) or (n, columns)."""
        bits = self._bits(name, columns)
        bits >>= np.uint64(12)
        result: FloatArray = bits.astype(np.float64)
        result += 0.5
        result *= 2.0**-52
        return result

    def normal(self, name: str, columns: int | None = None) -> FloatArray:
        """Normal of zero mean and unit width, shape (n,) or (n, columns)."""
        return np.asarray(ndtri(self.uniform(name, columns)))

    def exponential(self, name: str) -> FloatArray:
        """Exponential of unit mean, shape (n,)."""
        return -np.log(self.uniform(name))

    def chance(
        self, name: str, probability: float | FloatArray, columns: int | None = None
    ) -> BoolArray:
        """Whether something of this probability happens, shape (n,) or (n, columns)."""
        return self.uniform(name, columns) < probability

    def outcome(
        self, name: str, columns: int, *probabilities: float | FloatArray
    ) -> tuple[BoolArray, ...]:
        """Which of several things happens, each tried if those before it did not: (n, columns).

        Takes 16 bits a column, four columns of one number, so that probabilities count in steps
        of 1.5e-5.

        Parameters
        ----------
        probabilities : numbers, or of shape (columns,), (n, 1) or (n, columns)

        Returns
        -------
        one mask for each of the probabilities; at most one of them is true
        """
        field = self.fields(name, columns)
        happened: list[BoolArray] = []
        total: float | FloatArray = 0.0
        before: BoolArray | None = None
        for probability in probabilities:
            total = total + (1.0 - total) * probability
            until = field < field_below(total)
            happened.append(until if before is None else until & ~before)
            before = until
        return tuple(happened)

    def fields(self, name: str, columns: int) -> FieldArray:
        """Numbers of 16 bits, four of one hash: shape (n, columns)."""
        bits = self._bits(name, -(-columns // 4)).astype("<u8", copy=False)
        return bits.view("<u2")[:, :columns]

    def first(self, name: str, depth: FloatArray) -> IntArray:
        """Layer in which something with this optical depth by layer happens first.

        Parameters
        ----------
        depth : mean number of happenings in each layer, shape (n, layers)

        Returns
        -------
        shape (n,), the number of layers where it does not happen
        """
        travelled = self.exponential(name)
        result = np.full(len(self), depth.shape[1])
        happens = np.flatnonzero(travelled < depth.sum(axis=1))
        passed = np.cumsum(depth[happens], axis=1) < travelled[happens, None]
        result[happens] = np.minimum(passed.sum(axis=1), depth.shape[1] - 1)
        return result

    def gamma(self, name: str, shape: FloatArray) -> FloatArray:
        """Gamma distribution of unit scale; ``shape`` is (n,) or (n, columns), 0 where it is 0."""
        columns = shape.shape[1] if shape.ndim == 2 else None
        positive = shape > 0.0
        a, u = shape[positive], self.uniform(name, columns)[positive]
        # Near zero the distribution is a power, to a part in a thousand; most draws of a small
        # shape are there, and the full inverse takes a microsecond.
        drawn = np.exp((np.log(u) + gammaln(a + 1.0)) / a)
        rest = np.flatnonzero(drawn > 1e-3)
        drawn[rest] = gammaincinv(a[rest], u[rest])
        result = np.zeros(shape.shape)
        result[positive] = drawn
        return result

    def chi_squared(self, name: str, degrees: IntArray) -> FloatArray:
        """chi-squared distribution, shape (n,), for more than a few degrees of freedom.

        By the cube-root approximation (Wilson and Hilferty, PNAS 17 (1931) 684), right to 1 % of
        the width from five degrees up.
        """
        variance = 2.0 / (9.0 * np.asarray(degrees, dtype=np.float64))
        root = 1.0 - variance + np.sqrt(variance) * self.normal(name)
        return np.asarray(degrees * np.maximum(root, 0.0) ** 3)

    def poisson(self, name: str, mean: FloatArray) -> IntArray:
        """Poisson distribution, shape (n,)."""
        u = self.uniform(name)
        mean = np.maximum(mean, 1e-12)
        count = np.maximum(np.ceil(np.nan_to_num(pdtrik(u, mean))), 0.0)
        # The continuous inverse may land one off at the steps of the distribution.
        count = np.where(
            (count > 0) & (pdtr(np.maximum(count - 1, 0), mean) >= u), count - 1, count
        )
        return np.where(pdtr(0, mean) >= u, 0, count).astype(np.int64)

    def binomial(self, name: str, trials: IntArray, probability: float | FloatArray) -> IntArray:
        """Successes among a few trials each of its own number, shape (n,).

        The distribution is summed from zero until it exceeds a uniform number.
        """
        p = np.broadcast_to(np.clip(probability, 0.0, 1.0 - 1e-12), trials.shape)
        u = self.uniform(name)
        term = (1.0 - p) ** trials
        count = np.zeros(len(self), dtype=np.int64)
        active = np.flatnonzero(u > term)
        below = term.copy()
        while len(active):
            n, k, q = trials[active], count[active], p[active]
            term[active] *= (n - k) / (k + 1.0) * q / (1.0 - q)
            below[active] += term[active]
            count[active] += 1
            active = active[(u[active] > below[active]) & (count[active] < n)]
        return count

    def dirichlet(self, name: str, concentration: FloatArray) -> FloatArray:
        """Shares that sum to one; ``concentration`` has shape (k,), the result (n, k)."""
        shape = np.broadcast_to(concentration, (len(self), len(concentration)))
        drawn = np.maximum(self.gamma(name, shape), 1e-12)
        return np.asarray(drawn / drawn.sum(axis=1, keepdims=True))
