"""Files in and out: written whole or not at all, read in parts."""

from hepchain.io.atomic import atomic_directory, atomic_path
from hepchain.io.parquet import ParquetWriter, iterate_parquet, read_parquet
from hepchain.io.structured import read_json, read_records, write_json

__all__ = [
    "ParquetWriter",
    "atomic_directory",
    "atomic_path",
    "iterate_parquet",
    "read_json",
    "read_parquet",
    "read_records",
    "write_json",
]
