"""Ntuples on a web server of this machine, and what is said of one that does not do its part."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import awkward as ak
import pytest

from hepchain.config.ntuple import NtupleMap
from hepchain.errors import ConfigError, InputError
from hepchain.io import read_parquet
from hepchain.skimming import addresses, web
from hepchain.skimming.files import open_file
from hepchain.skimming.sources import resolve_files
from tests.skimming.checks import check_ntuple

Respond = Callable[[BaseHTTPRequestHandler, bytes], None]


def ranges(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    """As a server has to: the bytes that are asked for."""
    asked = re.fullmatch(r"bytes=(\d+)-(\d+)", handler.headers["Range"])
    assert asked is not None
    first, last = int(asked[1]), min(int(asked[2]), len(content) - 1)
    if first >= len(content):
        handler.send_error(416)
        return
    handler.send_response(206)
    handler.send_header("Content-Range", f"bytes {first}-{last}/{len(content)}")
    _send(handler, content[first : last + 1])


def whole(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    """As a server that knows no ranges."""
    handler.send_response(200)
    _send(handler, content)


def _send(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)


def refusing(status: int, times: int = 10_000) -> Respond:
    """Answer with an error, the first times."""
    left = [times]

    def respond(handler: BaseHTTPRequestHandler, content: bytes) -> None:
        left[0] -= 1
        if left[0] < 0:
            ranges(handler, content)
        else:
            handler.send_error(status)

    return respond


@contextmanager
def server(content: bytes, respond: Respond) -> Iterator[tuple[str, list[str]]]:
    """Address of a file on a server, and what was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked.append(self.headers.get("Range", "everything"))
            respond(self, content)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as served:
        threading.Thread(target=served.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{served.server_port}/data/ntuple.root", asked
        finally:
            served.shutdown()


@pytest.fixture
def ntuple(make_content: Callable[..., Any], write_ntuple: Callable[..., Path]) -> Path:
    return write_ntuple(make_content(30))


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "PAUSE", 0.01)


def test_skim_of_a_served_file_is_that_of_the_file(
    ntuple: Path, run_skim: Callable[..., dict[str, str]]
) -> None:
    local = run_skim(ntuple, name="local")
    with server(ntuple.read_bytes(), ranges) as (address, asked):
        served = run_skim(address, name="served")
    for table in ("events", "tracks"):
        assert ak.array_equal(read_parquet(local[table]), read_parquet(served[table]), True)
    # Parts only, and many branches with one request.
    assert "everything" not in asked
    assert len(asked) < 20


@pytest.mark.parametrize("status", [503, 429, 500])
def test_busy_servers_are_asked_again(ntuple: Path, contract_map: NtupleMap, status: int) -> None:
    with server(ntuple.read_bytes(), refusing(status, times=2)) as (address, _):
        assert check_ntuple(address, contract_map).usable


@pytest.mark.parametrize(
    ("respond", "message"),
    [
        (refusing(503), r"cannot be read \(HTTP 503 .*\), tried 3 times, each with a time-out of"),
        (refusing(404), "no such file"),
        (refusing(403), r"refused \(HTTP 403 Forbidden\); see with `curl -I`"),
        (whole, "sends whole files only, no parts of them"),
    ],
)
def test_servers_that_do_not_do_their_part(ntuple: Path, respond: Respond, message: str) -> None:
    with (
        server(ntuple.read_bytes(), respond) as (address, _),
        pytest.raises(InputError, match=message) as error,
        open_file(address),
    ):
        pass
    assert str(error.value).startswith(address)
    assert "sha256" not in str(error.value)


def test_server_that_says_nothing(ntuple: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "TIMEOUT", 0.2)
    end = threading.Event()

    def silent(*_: object) -> None:
        end.wait(20)

    with server(ntuple.read_bytes(), silent) as (address, asked):
        message = r"cannot be read \(no answer\), tried 3 times, each with a time-out of 0\.2 s"
        with pytest.raises(InputError, match=message), open_file(address):
            pass
        end.set()
    assert len(asked) == 3


def test_nobody_listens(ntuple: Path) -> None:
    with server(ntuple.read_bytes(), ranges) as (address, _):
        pass
    message = r"Cannot connect to host .* tried 3 times"
    with pytest.raises(InputError, match=message), open_file(address):
        pass


def test_served_file_that_is_cut_off(ntuple: Path, contract_map: NtupleMap) -> None:
    content = ntuple.read_bytes()
    with server(content[: len(content) // 2], ranges) as (address, _):
        found = check_ntuple(address, contract_map)
    assert not found.usable
    assert "truncated" in str(found)


@pytest.mark.parametrize("address", ["gsiftp://host/a.root", "s3://bucket/a.root", "davs://h/a"])
def test_other_addresses(address: str) -> None:
    scheme = address.partition(":")[0]
    message = rf"{address}: {scheme}:// is not read; what works is http://, https://, root://"
    with pytest.raises(InputError, match=message), open_file(address):
        pass
    with pytest.raises(ConfigError, match=rf"samples\.mine\.files: {message}"):
        resolve_files("mine", [address])


def test_what_reads_an_address_may_not_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"read with fsspec-xrootd, .* not installed: `make xroo"):
        resolve_files("mine", ["root://host//a.root"])


def test_nothing_is_looked_up_on_servers() -> None:
    known = ["https://host/b.root?token=1", "https://host/a.root"]
    assert resolve_files("mine", known) == sorted(known)
    with pytest.raises(ConfigError, match="nothing is looked up by patterns on a server"):
        resolve_files("mine", ["https://host/*.root"])
