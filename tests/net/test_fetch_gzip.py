"""Packed bodies are unpacked within limits."""

import gzip
import tracemalloc
import zlib

import pytest

from tests.net.test_fetch import ask
from tests.sources import server
from tests.sources.server import Site
from tui_pod.net.fetch import FetchError, Limits


def in_pieces(*pieces: bytes, then: bytes = b"") -> server.Reply:
    """Answer with gzip in these pieces, followed by `then` for ever."""

    def reply(exchange: server.Exchange) -> None:
        exchange.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n")
        for piece in pieces:
            exchange.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        while then and not exchange.server.closing.is_set():
            exchange.wfile.write(b"%x\r\n%s\r\n" % (len(then), then))
        exchange.wfile.write(b"0\r\n\r\n")

    return reply


FIRST, SECOND = gzip.compress(b"one, ", mtime=0), gzip.compress(b"two", mtime=0)  # each process names tests by them


def test_fetch_packed_body_is_unpacked(site: Site) -> None:
    content = b"abc" * 100_000
    site.replies["/x"] = server.packed(content)
    assert ask(site, "/x")[1] == content


def test_fetch_gzip_bomb_is_stopped_without_the_memory(site: Site) -> None:
    site.replies["/x"] = server.bomb(200)
    tracemalloc.start()
    try:
        with pytest.raises(FetchError, match="larger than 8 MB"):
            ask(site, "/x")
        assert tracemalloc.get_traced_memory()[1] < 24 * 1024 * 1024
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "pieces",
    [
        [FIRST + SECOND], [FIRST, SECOND], [FIRST + SECOND[:1], SECOND[1:]],
        [FIRST[:1], FIRST[1:2], FIRST[2:] + SECOND], [FIRST + SECOND + bytes(1000)], [FIRST + SECOND + b"\0"],
        [bytes((byte,)) for byte in FIRST + SECOND],
    ],
)  # fmt: skip
def test_fetch_gzip_is_whole_however_it_comes(site: Site, pieces: list[bytes]) -> None:
    site.replies["/x"] = in_pieces(*pieces)
    assert ask(site, "/x")[1] == b"one, two"


@pytest.mark.parametrize("body", [FIRST[:1], FIRST[:-1], FIRST + SECOND[:-1], FIRST + SECOND[:5]])
def test_fetch_gzip_cut_anywhere_is_an_error(site: Site, body: bytes) -> None:
    site.replies["/x"] = in_pieces(body)
    with pytest.raises(FetchError, match="broke off"):
        ask(site, "/x")


def test_fetch_gzip_followed_by_endless_filling_is_what_came_before(site: Site) -> None:
    site.replies["/x"] = in_pieces(FIRST, then=bytes(65536))
    assert ask(site, "/x", Limits(1024 * 1024, seconds=60))[1] == b"one, "


def test_fetch_gzip_of_endless_nothing_is_stopped_at_the_size(site: Site) -> None:
    packer = zlib.compressobj(wbits=31)
    head = packer.compress(b"") + packer.flush(zlib.Z_SYNC_FLUSH)
    site.replies["/x"] = in_pieces(head, then=b"\x00\x00\x00\xff\xff" * 13_000)
    with pytest.raises(FetchError, match="larger than 1 MB"):
        ask(site, "/x", Limits(1024 * 1024, seconds=60))


def test_fetch_gzip_of_endless_empty_files_is_stopped(site: Site) -> None:
    site.replies["/x"] = in_pieces(then=gzip.compress(b"") * 3_000)
    with pytest.raises(FetchError, match="larger than 1 MB"):
        ask(site, "/x", Limits(1024 * 1024, seconds=60))
