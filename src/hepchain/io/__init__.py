"""Files in and out: written whole or not at all, read in parts."""

from hepchain.io.atomic import atomic_directory, atomic_path
from hepchain.io.checksum import verify_checksum, write_checksum
from hepchain.io.parquet import ParquetWriter, iterate_parquet, read_parquet
from hepchain.io.structured import read_json, read_records, sha256, write_json

__all__ = [
    "ParquetWriter",
    "atomic_directory",
    "atomic_path",
    "iterate_parquet",
    "read_json",
    "read_parquet",
    "read_records",
    "sha256",
    "verify_checksum",
    "write_checksum",
    "write_json",
]
