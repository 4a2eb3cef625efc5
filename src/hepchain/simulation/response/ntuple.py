"""The ntuple: TTree ``events`` with jagged branches, and ``metadata`` beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import numpy.typing as npt
import uproot

from hepchain.io import atomic_path, write_checksum
from hepchain.simulation.response.arrays import IntArray

TREE = "events"


@dataclass(frozen=True)
class Objects:
    """Objects of one kind of a chunk of events, the first event's first."""

    counts: IntArray
    """Objects in each event, shape (events,)."""
    columns: Mapping[str, npt.NDArray[Any]]
    """Name -> one value an object, shape (objects,)."""

    @classmethod
    def from_jagged(cls, columns: Mapping[str, ak.Array]) -> Objects:
        """From jagged arrays, one list an event."""
        counts = ak.to_numpy(ak.num(next(iter(columns.values()))))
        flat = {name: ak.to_numpy(ak.flatten(values)) for name, values in columns.items()}
        return cls(counts, flat)

    @classmethod
    def joined(cls, parts: Sequence[Objects]) -> Objects:
        """Objects of several blocks of events, one after the other."""
        return cls(
            np.concatenate([part.counts for part in parts]),
            {
                name: np.concatenate([part.columns[name] for part in parts])
                for name in parts[0].columns
            },
        )

    def narrow(self) -> ak.Array:
        """One record an object, in lists by event, of float32 and int32."""
        flat = {
            name: values.astype(np.float32 if values.dtype.kind == "f" else np.int32)
            for name, values in self.columns.items()
        }
        return ak.unflatten(ak.zip(flat), self.counts)


@dataclass(frozen=True)
class Block:
    """What there is to write of some events."""

    flat: Mapping[str, npt.NDArray[Any]]
    """Branch -> one value an event."""
    groups: Mapping[str, Objects]
    """Prefix -> objects; written as ``<prefix>_<name>`` with a common counter ``n<prefix>``."""


class NtupleWriter:
    """Append chunks of events to a ROOT file; use it through :meth:`open`."""

    def __init__(self, file: uproot.WritableDirectory) -> None:
        self._file = file
        self._tree: Any = None
        self.events = 0

    @classmethod
    @contextmanager
    def open(cls, path: str | Path, metadata: Mapping[str, Any]) -> Iterator[NtupleWriter]:
        """Context manager around an atomic write of ``path``, and of its checksum beside it."""
        with (
            atomic_path(path) as temporary,
            uproot.recreate(temporary, compression=uproot.ZSTD(3)) as file,
        ):
            file["metadata"] = json.dumps(dict(metadata), sort_keys=True)
            yield cls(file)
        write_checksum(path)

    def write(self, blocks: Sequence[Block]) -> None:
        """Append the events of these blocks, one after the other."""
        content: dict[str, Any] = {
            name: _narrow(np.concatenate([block.flat[name] for block in blocks]))
            for name in blocks[0].flat
        }
        content |= {
            prefix: Objects.joined([block.groups[prefix] for block in blocks]).narrow()
            for prefix in blocks[0].groups
        }
        if self._tree is None:
            types = {
                name: values.type if isinstance(values, ak.Array) else values.dtype
                for name, values in content.items()
            }
            self._tree = self._file.mktree(TREE, _branch_types(types))
        self._tree.extend(content)
        self.events += len(next(iter(content.values())))


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
