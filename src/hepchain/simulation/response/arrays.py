"""Array types of the detector response."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
KeyArray = npt.NDArray[np.uint64]
FieldArray = npt.NDArray[np.uint16]
Columns = dict[str, npt.NDArray[Any]]
"""Name -> one value a track, shape (n,)."""
