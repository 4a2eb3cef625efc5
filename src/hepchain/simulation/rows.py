"""Records of arrays that all have one row a particle, a track or an event."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Rows:
    """Its fields are arrays of shape (n, ...), or themselves such records."""

    def take(self, index: npt.NDArray[np.bool_] | npt.NDArray[np.int64]) -> Self:
        """The rows selected by a mask or by positions."""
        chosen: dict[str, Any] = {
            name: values.take(index) if isinstance(values, Rows) else values[index]
            for name, values in vars(self).items()
        }
        return replace(self, **chosen)

    def append(self, other: Self) -> Self:
        """These rows and then the others."""
        joined: dict[str, Any] = {
            name: values.append(getattr(other, name))
            if isinstance(values, Rows)
            else np.concatenate([values, getattr(other, name)])
            for name, values in vars(self).items()
        }
        return replace(self, **joined)
