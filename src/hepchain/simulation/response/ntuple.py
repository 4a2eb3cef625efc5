"""The ntuple: TTree ``events`` with jagged branches, and ``metadata`` beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import uproot

from hepchain.io import atomic_path

TREE = "events"


class NtupleWriter:
    """Append chunks of events to a ROOT file; use it through :meth:`open`."""

    def __init__(self, file: uproot.WritableDirectory) -> None:
        self._file = file
        self._tree: Any = None
        self.events = 0

    @classmethod
    @contextmanager
    def open(cls, path: str | Path, metadata: Mapping[str, Any]) -> Iterator[NtupleWriter]:
        """Context manager around an atomic write of ``path``."""
        with (
            atomic_path(path) as temporary,
            uproot.recreate(temporary, compression=uproot.ZSTD(3)) as file,
        ):
            file["metadata"] = json.dumps(dict(metadata), sort_keys=True)
            yield cls(file)

    def write(self, flat: Mapping[str, Any], groups: Mapping[str, Mapping[str, ak.Array]]) -> None:
        """Append a chunk.

        Parameters
        ----------
        flat : branch -> one value an event
        groups : prefix -> {name: jagged array}; written as ``<prefix>_<name>`` with a common
            counter ``n<prefix>``
        """
        content: dict[str, Any] = {name: _narrow(np.asarray(v)) for name, v in flat.items()}
        for prefix, columns in groups.items():
            content[prefix] = ak.zip({name: _narrow_jagged(v) for name, v in columns.items()})
        if self._tree is None:
            types = {
                name: values.type if isinstance(values, ak.Array) else values.dtype
                for name, values in content.items()
            }
            self._tree = self._file.mktree(TREE, _branch_types(types))
        self._tree.extend(content)
        self.events += len(next(iter(flat.values())))


def _branch_types(types: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: kind.content if isinstance(kind, ak.types.ArrayType) else kind
        for name, kind in types.items()
    }


def _narrow(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """float32 and int32; int64 where the value needs it."""
    if values.dtype.kind == "f":
        return values.astype(np.float32)
    if values.dtype.kind in "bu" or values.dtype == np.int8:
        return values.astype(np.int32)
    return values


def _narrow_jagged(values: ak.Array) -> ak.Array:
    flat = ak.to_numpy(ak.flatten(values))
    kind = np.float32 if flat.dtype.kind == "f" else np.int32
    return ak.unflatten(flat.astype(kind), ak.num(values))
