"""From variables in physical units to standardised inputs, saved with the model."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import awkward as ak
import numpy as np
import numpy.typing as npt

from hepchain.assumptions import Kind, assumed
from hepchain.errors import InputError, StageError
from hepchain.io import read_json, write_json
from hepchain.modules import TRANSFORMATIONS, module_named

if TYPE_CHECKING:
    from hepchain.training.onnx_graph import Graph

logger = logging.getLogger(__name__)

Float = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float32]

FILE = "scaling.json"
LIMIT = 10.0
"""Standardised inputs are cut off here: a variable that is constant but for one track in ten
thousand has values a hundred widths off, which a network would extrapolate to."""
MAX_OUTSIDE = 0.5
"""Largest share of tracks outside the domain of the transformation."""


@dataclass(frozen=True)
class Transformation:
    """What a module of :mod:`hepchain.training.transformations` has as ``TRANSFORMATION``."""

    apply: Callable[[Float, float], Float]
    """Of the values and the scale of the variable."""
    to_onnx: Callable[[Graph, str, Sequence[float]], str]
    """Add the same to a graph, one row a variable, in double precision, and return its name."""
    lower_bound: float | None = None
    """Above it are the numbers that it is defined for; None: for all."""


def transformation_of(name: str) -> Transformation:
    """The transformation of this name, of a chain's own too."""
    module = import_module(module_named(name, TRANSFORMATIONS))
    return cast(Transformation, module.TRANSFORMATION)


@dataclass(frozen=True)
class VariableScaling:
    """How one variable is brought to mean 0 and width 1."""

    name: str
    transformation: str
    scale: float
    """Of asinh, in the variable's unit."""
    floor: float | None
    """Smaller values are raised to it before log and log1p: the smallest in their domain that the
    training tracks have. None where every number is in the domain."""
    mean: float
    """Weighted mean of the transformed variable."""
    width: float
    """Weighted standard deviation of it; 1 for a constant variable."""

    def apply(self, values: npt.ArrayLike) -> Float:
        """Standardised values, shape as ``values``."""
        result = (_transform(values, self.transformation, self.scale, self.floor) - self.mean) / (
            self.width
        )
        clipped: Float = np.clip(result, -LIMIT, LIMIT)
        return clipped


@dataclass(frozen=True)
class Scaling:
    """Scaling of an input vector, in its order."""

    variables: tuple[VariableScaling, ...]

    @property
    def names(self) -> list[str]:
        """Variables of the input vector, in order."""
        return [variable.name for variable in self.variables]

    def apply(
        self, values: Matrix, names: Sequence[str], where: str, out: Matrix | None = None
    ) -> Matrix:
        """Scale a table of tracks.

        Parameters
        ----------
        values : shape (n, variables), in physical units
        names : variable of each column
        where : what the error message shall name, usually the file
        out : written to, ``values`` itself to save the memory of a copy; a new array if not given

        Raises
        ------
        InputError : other variables, another order, or values that are not finite
        """
        require_same(names, self.names, where)
        require_finite(values, names, where)
        result = np.empty(values.shape, dtype=np.float32) if out is None else out
        for column, variable in enumerate(self.variables):
            result[:, column] = variable.apply(values[:, column])
        return result

    def of(self, names: Sequence[str]) -> Scaling:
        """Scaling of some of the variables, in the order of ``names``."""
        known = {variable.name: variable for variable in self.variables}
        return Scaling(tuple(known[name] for name in names))

    def write(self, directory: Path) -> None:
        """Write ``scaling.json`` into a directory."""
        write_json(directory / FILE, {"variables": [asdict(v) for v in self.variables]})

    @classmethod
    def read(cls, directory: Path) -> Scaling:
        """Read ``scaling.json`` of a directory.

        Raises
        ------
        InputError : the file is missing or not what :meth:`write` writes
        """
        content = read_json(directory / FILE)
        try:
            return cls(tuple(VariableScaling(**entry) for entry in content["variables"]))
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(
                f"{directory / FILE}: not a scaling ({error!r}); remove the directory and rerun "
                "the training"
            ) from error


def fit_scaling(
    tables: Sequence[tuple[Matrix, npt.NDArray[np.float32], Sequence[str]]],
    variables: Mapping[str, tuple[str, float]],
) -> Scaling:
    """Scaling that gives weighted mean 0 and standard deviation 1 over the tracks with a variable.

    Parameters
    ----------
    tables : values in physical units of shape (n, variables), weights of shape (n,), of which the
        absolute values count, and names of the columns of each
    variables : of all tables, in order: name -> (transformation, scale)

    Raises
    ------
    StageError : most values of a variable are outside the domain of its transformation
    """
    fitted = []
    for name, (transformation, scale) in variables.items():
        having = [table for table in tables if name in table[2]]
        values = np.concatenate([values[:, names.index(name)] for values, _, names in having])
        weight = np.concatenate([weights for _, weights, _ in having]).astype(np.float64)
        # Negative weights could leave no width.
        weight = np.abs(weight)
        fitted.append(_fit_variable(name, transformation, scale, values, weight))
    return Scaling(tuple(fitted))


def _fit_variable(
    name: str,
    transformation: str,
    scale: float,
    values: npt.NDArray[np.float32],
    weight: Float,
) -> VariableScaling:
    floor = _floor(name, transformation, values)
    transformed = _transform(values, transformation, scale, floor)
    mean = float(np.average(transformed, weights=weight))
    width = float(np.sqrt(np.average((transformed - mean) ** 2, weights=weight)))
    # A constant has a width of rounding errors, by which nothing may be divided.
    if width <= 1e-6 * max(1.0, abs(mean)):
        logger.info("%s is constant in the training tracks", name)
        width = 1.0
    return VariableScaling(name, transformation, scale, floor, mean, width)


def _floor(name: str, transformation: str, values: npt.NDArray[np.float32]) -> float | None:
    bound = transformation_of(transformation).lower_bound
    if bound is None:
        return None
    inside = values[values > bound]
    outside = len(values) - len(inside)
    if outside > MAX_OUTSIDE * len(values) or not len(inside):
        raise StageError(
            f"variable {name}: {outside} of {len(values)} values are not above {bound:g}, outside "
            f"the domain of '{transformation}'; choose identity or asinh in the file of variables"
        )
    floor = float(inside.min())
    if outside:
        assumed(
            logger,
            Kind.OUTSIDE_DOMAIN,
            f"variable {name}: values that are not above {bound:g} are taken as {floor:g}, the "
            f"smallest that '{transformation}' is defined for",
            outside,
            len(values),
        )
    return floor


def _transform(
    values: npt.ArrayLike, transformation: str, scale: float, floor: float | None
) -> Float:
    x: Float = np.asarray(values, dtype=np.float64)
    if floor is not None:
        x = np.maximum(x, floor)
    return transformation_of(transformation).apply(x, scale)


def matrix(
    columns: Mapping[str, Any] | ak.Array, names: Sequence[str], rows: npt.NDArray[Any]
) -> Matrix:
    """Rows, by a mask or positions, of some columns of a table: shape (rows, names)."""
    values = [np.asarray(columns[name])[rows] for name in names]
    return np.stack(values, axis=1, dtype=np.float32)


def require_same(
    names: Sequence[str], expected: Sequence[str], where: str, remedy: str = "rerun the training"
) -> None:
    """Check that two lists of variables are equal.

    Raises
    ------
    InputError : with the difference
    """
    if list(names) == list(expected):
        return
    missing = [name for name in expected if name not in names]
    extra = [name for name in names if name not in expected]
    parts = [f"missing {', '.join(missing)}"] * bool(missing)
    parts += [f"unknown to the model {', '.join(extra)}"] * bool(extra)
    raise InputError(
        f"{where}: not the variables the model was trained with: "
        f"{'; '.join(parts) or 'same names in another order'}; {remedy}"
    )


def require_finite(values: Matrix, names: Sequence[str], where: str) -> None:
    """Check that no value is NaN or infinite.

    Raises
    ------
    InputError : with the number of such values of each variable
    """
    bad = (~np.isfinite(values)).sum(axis=0)
    if not bad.any():
        return
    counts = ", ".join(f"{name} ({bad[i]})" for i, name in enumerate(names) if bad[i])
    raise InputError(
        f"{where}: NaN or infinity in {len(values)} tracks, by variable: {counts}; a track of this "
        "category must have all of them: mend the features and rerun them"
    )
