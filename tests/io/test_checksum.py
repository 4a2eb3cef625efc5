from pathlib import Path

import pytest

from hepchain.errors import InputError
from hepchain.io import verify_checksum, write_checksum


def test_every_flipped_bit_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    whole = bytes(range(256))
    path.write_bytes(whole)
    write_checksum(path)
    verify_checksum(path)
    for position in range(256):
        changed = bytearray(whole)
        changed[position] ^= 1 << (position % 8)
        path.write_bytes(changed)
        with pytest.raises(InputError, match="damaged, or changed since"):
            verify_checksum(path)


def test_format_is_that_of_sha256sum(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("abc")
    write_checksum(path)
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert Path(f"{path}.sha256").read_text() == f"{digest}  file\n"


def test_files_without_a_checksum_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("abc")
    verify_checksum(path)
    Path(f"{path}.sha256").write_text("not one")
    with pytest.raises(InputError, match="holds no SHA-256 checksum; write it again with"):
        verify_checksum(path)
