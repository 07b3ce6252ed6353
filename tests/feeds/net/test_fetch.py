import contextlib
import gzip
import io
import socket
import threading
import tracemalloc
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.feeds import server
from tests.feeds.server import Site
from tui_pod.feeds.net import fetch as fetching
from tui_pod.feeds.net.connect import tls_context
from tui_pod.feeds.net.fetch import FetchError, Limits, Request, Response, fetch
from tui_pod.runtime.threads import Cancelled, CancelToken, in_thread

LIMITS = Limits(size=8 * 1024 * 1024, seconds=10.0, idle=5.0)


def ask(site: Site, path: str, limits: Limits = LIMITS, tag: str = "") -> tuple[Response, bytes]:
    return fetch(Request(site.url(path), site.allowed, {"If-None-Match": tag} if tag else {}), limits)


def test_fetch_plain_body_arrives(site: Site) -> None:
    site.replies["/x"] = server.body("hello", "Audio/MPEG; charset=latin-1")
    response, content = ask(site, "/x")
    assert (response.status, content, response.kind, response.charset) == (200, b"hello", "audio/mpeg", "latin-1")
    assert site.asked[0][1]["Host"] == f"127.0.0.1:{site.server_port}"
    assert site.asked[0][1]["User-Agent"].startswith("tui-pod/")


@pytest.mark.parametrize("charset", ["*=\0''x", f"*{'9' * 5_000}*=x", "=\xff", "*=?''%ff"])
def test_fetch_charset_that_is_made_to_do_harm_is_none(site: Site, charset: str) -> None:
    site.replies["/x"] = server.body("hello", f"audio/mpeg; charset{charset}")
    response, content = ask(site, "/x")
    assert (content, response.kind, response.charset) == (b"hello", "audio/mpeg", None)


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
    ("reply", "said"),
    [
        (server.endless(), "larger"),
        (server.cut(b"x" * 1000, 400), "broke off"),
        (server.body(gzip.compress(b"x" * 1000, mtime=0)[:-9], Content_Encoding="gzip"), "broke off"),
        (server.body(b"??", Content_Encoding="br"), "packs"),
    ],
    ids=["endless", "cut", "cut gzip", "unknown packing"],
)
def test_fetch_body_that_is_not_whole_is_an_error(site: Site, reply: server.Reply, said: str) -> None:
    site.replies["/x"] = reply
    with pytest.raises(FetchError, match=said):
        ask(site, "/x")


@pytest.mark.parametrize("in_head", [False, True])
def test_fetch_dripping_server_ends_at_the_deadline(site: Site, in_head: bool) -> None:
    site.replies["/x"] = server.drip(0.02, in_head)
    with pytest.raises(FetchError, match="not done within"):
        ask(site, "/x", Limits(1_000_000, seconds=0.4, idle=0.3))


def test_fetch_dripped_head_ends_long_before_the_body_would(site: Site) -> None:
    site.replies["/go"] = server.redirect("/x")
    site.replies["/x"] = server.drip(0.02, head=True)
    with pytest.raises(FetchError, match="not done within 0 s"):
        ask(site, "/go", Limits(1_000_000, seconds=7200.0, idle=20.0, head=0.3))


def test_fetch_silent_server_ends_at_the_idle_limit(site: Site) -> None:
    site.replies["/x"] = server.silent
    with pytest.raises(FetchError, match="no answer"):
        ask(site, "/x", Limits(1000, seconds=5, idle=0.1))


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
    with pytest.raises(FetchError, match="cannot be unpacked"):
        ask(site, "/x", Limits(32 * 1024 * 1024, seconds=60))


@pytest.mark.parametrize(("status", "said"), [(404, "does not have"), (401, "login"), (503, "trouble"), (410, "good")])
def test_fetch_refusal_says_why(site: Site, status: int, said: str) -> None:
    site.replies["/x"] = server.body("no", status=status)
    with pytest.raises(FetchError, match=said) as caught:
        ask(site, "/x")
    assert caught.value.status == status


def test_fetch_conditional_request_is_not_modified(site: Site) -> None:
    site.replies["/x"] = server.tagged("feed")
    response, content = ask(site, "/x", tag='"one"')
    assert (response.status, content) == (304, b"")


def test_fetch_nothing_listening_says_so() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        request = Request(f"http://127.0.0.1:{port}/", frozenset((("http", "127.0.0.1", port),)))
        with pytest.raises(FetchError, match="nothing answers"):
            fetch(request, LIMITS)


def test_fetch_not_http_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as controller:
        port = controller.getsockname()[1]

        def response() -> None:
            connection, _ = controller.accept()
            connection.recv(1000)
            connection.sendall(b"SSH-2.0-nonsense\r\n")
            connection.close()

        threading.Thread(target=response, daemon=True).start()
        request = Request(f"http://127.0.0.1:{port}/", frozenset((("http", "127.0.0.1", port),)))
        with pytest.raises(FetchError, match="not HTTP"):
            fetch(request, LIMITS)


# -- redirects -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "second", "moved_to"), [(301, 308, "/c"), (302, 301, None), (301, 302, "/b")])
def test_redirect_is_followed_and_moves_as_far_as_it_is_permanent(
    site: Site, first: int, second: int, moved_to: str | None
) -> None:
    site.replies["/a"] = server.redirect("/b", first)
    site.replies["/b"] = server.redirect(site.url("/c"), second)
    site.replies["/c"] = server.body("here")
    response, content = ask(site, "/a")
    assert (content, response.address) == (b"here", site.url("/c"))
    assert response.moved_to == (site.url(moved_to) if moved_to else None)


def test_redirect_loop_ends(site: Site) -> None:
    site.replies["/a"] = server.redirect("/a")
    with pytest.raises(FetchError, match="more than 20 times"):
        ask(site, "/a")
    assert len(site.asked) == 21


def test_redirects_of_many_trackers_are_followed(site: Site) -> None:
    for hop in range(20):
        site.replies[f"/{hop}"] = server.redirect(f"/{hop + 1}")
    site.replies["/20"] = server.body("sound")
    assert ask(site, "/0")[1] == b"sound"
    assert len(site.asked) == 21


def test_redirect_to_private_host_is_not_followed(site: Site, inside: Site) -> None:
    site.replies["/a"] = server.redirect(inside.url("/secret"))
    inside.replies["/secret"] = server.body("secret")
    with pytest.raises(FetchError, match="own network"):
        ask(site, "/a")
    assert inside.asked == []


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "data:text/plain,x", "gopher://h/", "http://u:p@h/", "//["]
)
def test_redirect_to_another_scheme_is_refused(site: Site, target: str) -> None:
    site.replies["/a"] = server.redirect(target)
    with pytest.raises(FetchError, match="redirects to"):
        ask(site, "/a")


def test_redirect_with_letters_outside_ascii_is_followed(site: Site) -> None:
    site.replies["/a"] = server.redirect("/ä b".encode().decode("latin-1"))
    site.replies["/%C3%A4%20b"] = server.body("here")
    assert ask(site, "/a")[1] == b"here"


# -- the checked number is the one that is asked -------------------------------------------------------


def test_fetch_connects_to_the_checked_number_and_looks_up_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads elsewhere the second time (DNS rebinding) gains nothing."""
    site.replies["/x"] = server.body("here")
    lookups: list[str] = []
    real = socket.getaddrinfo

    def rebinding(host: str, port: Any, *rest: Any, **named: Any) -> Any:
        if host != "cast.example.org":
            return real(host, port, *rest, **named)
        lookups.append(host)
        number = "127.0.0.1" if len(lookups) == 1 else "192.0.2.1"
        return real(number, port, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    address = site.url("/x", "cast.example.org")
    response, content = fetch(Request(address, frozenset((site.origin("cast.example.org"),))), LIMITS)
    assert (content, lookups) == (b"here", ["cast.example.org"])
    assert site.asked[0][1]["Host"] == f"cast.example.org:{site.server_port}"
    assert response.address == address


@pytest.fixture
def safe_site(tmp_path: Path) -> Iterator[tuple[Site, Path]]:
    """A server with a certificate for cast.example.org that nobody but this test's authority trusts."""
    with server.serving() as site:
        certificate = server.secure(site, "cast.example.org", tmp_path)
        site.replies["/x"] = server.body("safe")
        yield site, certificate
    tls_context.cache_clear()


def ask_safely(site: Site, host: str, monkeypatch: pytest.MonkeyPatch) -> bytes:
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda h, *r, **n: real("127.0.0.1" if h == host else h, *r, **n))
    tls_context.cache_clear()
    origin = ("https", host, site.server_port)
    return fetch(Request(f"https://{host}:{site.server_port}/x", frozenset((origin,))), LIMITS)[1]


def test_tls_trusted_name_is_answered(safe_site: tuple[Site, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(safe_site[1]))
    assert ask_safely(safe_site[0], "cast.example.org", monkeypatch) == b"safe"
    assert safe_site[0].asked[0][1]["Host"] == f"cast.example.org:{safe_site[0].server_port}"


def test_tls_untrusted_certificate_is_refused(safe_site: tuple[Site, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with pytest.raises(FetchError, match="not trusted"):
        ask_safely(safe_site[0], "cast.example.org", monkeypatch)


def test_tls_certificate_of_another_name_is_refused(
    safe_site: tuple[Site, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(safe_site[1]))
    with pytest.raises(FetchError, match="not trusted"):
        ask_safely(safe_site[0], "other.example.org", monkeypatch)
    assert safe_site[0].asked == []


# -- stopping ------------------------------------------------------------------------------------------


async def test_in_thread_cancelled_wakes_the_socket(site: Site) -> None:
    import asyncio

    asked = threading.Event()

    def wait(exchange: server.Exchange) -> None:
        asked.set()
        server.silent(exchange)

    site.replies["/x"] = wait
    ended = threading.Event()

    def work(stop: CancelToken) -> None:
        try:
            fetch(Request(site.url("/x"), site.allowed), Limits(1000, 30, 30), stop)
        except Cancelled:
            ended.set()
            raise

    task = asyncio.create_task(in_thread(work))
    await asyncio.to_thread(asked.wait, 5)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(ended.wait, 5)


async def test_in_thread_cancelled_before_its_thread_runs_ends_quietly(monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    started: list[threading.Thread] = []
    monkeypatch.setattr("tui_pod.runtime.threads.threading.Thread.start", lambda thread: started.append(thread))
    task = asyncio.create_task(in_thread(lambda cancel: cancel.check()))
    await asyncio.sleep(0)  # the task runs to its wait
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    started[0].run()  # an error would be printed over the screen


def test_what_the_reader_raises_is_not_taken_for_the_network(site: Site) -> None:
    site.replies["/x"] = server.body("x" * 10)

    def read() -> None:
        with fetching.opened(Request(site.url("/x"), site.allowed), LIMITS):
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        read()


def test_buffered_head_does_not_lose_the_body(site: Site) -> None:
    site.replies["/x"] = server.body(bytes(range(256)) * 1000, "audio/mpeg")
    out = io.BytesIO()
    with fetching.opened(Request(site.url("/x"), site.allowed), LIMITS) as response:
        for chunk in response.chunks:
            out.write(chunk)
    assert out.getvalue() == bytes(range(256)) * 1000
