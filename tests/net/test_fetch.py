"""Packed bodies are unpacked within limits."""

import contextlib
import errno
import gzip
import hashlib
import io
import re
import socket
import ssl
import threading
import tracemalloc
import zlib
from dataclasses import dataclass

import pytest

from tests.patience import PATIENCE
from tests.sources import server, zoo
from tests.sources.server import Exchange, Site
from tui_pod.net import fetch as fetching
from tui_pod.net.fetch import FetchError, Limits, LoginWanted, Request, Response, fetch
from tui_pod.net.login import Login
from tui_pod.runtime.threads import Cancelled, CancelToken, in_thread

LIMITS = Limits(size=8 * 1024 * 1024, seconds=PATIENCE)


def ask(site: Site, path: str, limits: Limits = LIMITS, tag: str = "") -> tuple[Response, bytes]:
    return fetch(Request(site.url(path), site.allowed, {"If-None-Match": tag} if tag else {}), limits)


def test_fetch_plain_body_arrives(site: Site) -> None:
    site.replies["/x"] = server.body("hello", "Audio/MPEG; charset=latin-1")
    response, content = ask(site, "/x")
    assert (response.status, content, response.kind, response.charset) == (200, b"hello", "audio/mpeg", "latin-1")
    assert site.asked[0][1]["Host"] == f"127.0.0.1:{site.server_port}"
    assert site.asked[0][1]["User-Agent"].startswith("tui-pod/")
    fetch(Request(site.url("/x"), site.allowed, {"Range": "bytes=0-"}), LIMITS)
    assert [headers["Accept-Encoding"] for _, headers in site.asked] == ["gzip", "identity"]
    site.replies["/x"] = server.tagged("feed")
    response, content = ask(site, "/x", tag='"one"')
    assert (response.status, content) == (304, b"")


@pytest.mark.parametrize("charset", ["*=\0''x", f"*{'9' * 5_000}*=x", "=\xff", "*=?''%ff"])
def test_fetch_charset_that_is_made_to_do_harm_is_none(site: Site, charset: str) -> None:
    site.replies["/x"] = server.body("hello", f"audio/mpeg; charset{charset}")
    response, content = ask(site, "/x")
    assert (content, response.kind, response.charset) == (b"hello", "audio/mpeg", None)


def digested(realm: str, nonce: str, algorithm: str, has_quality: bool) -> server.Reply:
    """Answer only who proves the login of ann by `Digest`, computed here apart from the client's code."""
    hashes = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}[algorithm]

    def hashed(text: str) -> str:
        return hashes(text.encode()).hexdigest()

    def reply(exchange: server.Exchange) -> None:
        sent = dict(
            re.findall(r'(\w+)="?([^",]*)"?', exchange.headers.get("Authorization", "").partition("Digest ")[2])
        )
        first, second = hashed(f"ann:{realm}:s3cret"), hashed(f"GET:{exchange.path}")
        middle = f":{sent.get('nc')}:{sent.get('cnonce')}:auth" if has_quality else ""
        if sent.get("response") == hashed(f"{first}:{nonce}{middle}:{second}") and sent.get("uri") == exchange.path:
            exchange.say(200, b"hello")
            return
        challenge = f'Digest realm="{realm}", nonce="{nonce}", algorithm={algorithm}'
        exchange.say(401, b"no", WWW_Authenticate=challenge + (', qop="auth,auth-int"' if has_quality else ""))

    return reply


@pytest.mark.parametrize("has_quality", [True, False])
@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_fetch_proves_a_login_by_digest(site: Site, algorithm: str, has_quality: bool) -> None:
    site.replies["/x"] = digested("ships", "n0nce", algorithm, has_quality)
    login = Login(site.origin(), "ann", "s3cret", over_http=True)
    request = Request(site.url("/x?a=1"), site.allowed, logins=(login,))
    assert fetch(request, LIMITS)[1] == b"hello"
    assert fetch(request, LIMITS)[1] == b"hello"
    assert len(site.asked) == 3  # what it asks for is remembered
    site.replies["/x"] = server.guarded(server.body("basic"))
    assert fetch(request, LIMITS)[1] == b"basic"


def test_fetch_digest_without_a_login_or_with_a_wrong_one_asks_for_it(site: Site) -> None:
    site.replies["/x"] = digested("ships", "n0nce", "MD5", has_quality=True)
    with pytest.raises(LoginWanted, match="wants a login"):
        ask(site, "/x")
    site.replies["/other"] = server.body("no", status=401, WWW_Authenticate="Negotiate")
    with pytest.raises(FetchError, match="wants a kind of login that is not supported") as caught:
        ask(site, "/other")
    assert not isinstance(caught.value, LoginWanted)
    login = Login(site.origin(), "ann", "wrong", over_http=True)
    with pytest.raises(LoginWanted, match="does not take this login"):
        fetch(Request(site.url("/x"), site.allowed, logins=(login,)), LIMITS)


@pytest.mark.parametrize(
    ("status", "said", "is_final"),
    [
        (400, "refuses it", True),
        (401, "wants a login", True),
        (404, "does not have it", True),
        (410, "is gone for good", True),
        (429, "gets too many requests", False),
        (499, "refuses it", True),
        (500, "is in trouble; try again later", False),
        (503, "is in trouble; try again later", False),
    ],
)
def test_fetch_refusal_says_why_and_whether_it_will_stay(site: Site, status: int, said: str, is_final: bool) -> None:
    site.replies["/x"] = server.body("no", status=status)
    with pytest.raises(FetchError, match=rf"/x: the server .*{said} \({status}\)\.$") as caught:
        ask(site, "/x?secret=1")
    error = caught.value
    assert (error.status, error.is_final, error.is_offline, error.retry_after) == (status, is_final, False, None)
    assert error.brief == f"the server answers {status}"


@pytest.mark.parametrize(
    ("text", "wait", "said"),
    [
        ("120", 120.0, " Try again in 120 s."),
        ("9999999", 9_999_999.0, " Try again in 9999999 s."),
        ("99999999", None, ""),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0, ""),
        ("soon", None, ""),
        ("Wed, 21 Oct 2065 07:28:40 GMT", 40.0, " Try again in 40 s."),  # by the clock of the server
    ],
)
def test_fetch_refusal_tells_how_long_to_wait(site: Site, text: str, wait: float | None, said: str) -> None:
    head = "HTTP/1.1 503 Busy\nContent-Length: 0\nDate: Wed, 21 Oct 2065 07:28:00 GMT"
    site.replies["/x"] = zoo.raw(f"{head}\nRetry-After: {text}", b"")
    with pytest.raises(FetchError) as caught:
        ask(site, "/x")
    assert caught.value.retry_after == wait
    assert str(caught.value).endswith(f"(503).{said}")


@pytest.mark.parametrize(("path", "is_whole"), [("/plain", True), ("/plain", False), ("/packed", True)])
def test_fetch_takes_as_many_bytes_as_the_limit_says(site: Site, path: str, is_whole: bool) -> None:
    site.replies["/plain"] = server.body("x" * 100)
    site.replies["/packed"] = server.packed(b"x" * 100)
    limits = Limits(100 if is_whole else 99, seconds=10.0)
    if is_whole:
        assert ask(site, path, limits)[1] == b"x" * 100
        return
    with pytest.raises(FetchError, match="larger than 0 MB") as caught:
        ask(site, path, limits)
    assert caught.value.is_final


@pytest.mark.parametrize(("status", "length"), [(204, "10"), (200, "not a number"), (304, "10")])
def test_fetch_answer_without_a_usable_length_is_whole(site: Site, status: int, length: str) -> None:
    site.replies["/x"] = lambda exchange: exchange.say(status, Content_Length=length)
    response, content = ask(site, "/x")
    assert (response.status, content) == (status, b"")


@pytest.mark.parametrize("coding", ["X-GZIP ", "identity"])
def test_fetch_packing_is_told_by_any_of_its_names(site: Site, coding: str) -> None:
    data = b"hello" if coding == "identity" else gzip.compress(b"hello")
    site.replies["/x"] = server.body(data, Content_Encoding=coding)
    assert ask(site, "/x")[1] == b"hello"


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
    for hop in range(19):
        site.replies[f"/{hop}"] = server.redirect(f"/{hop + 1}")
    site.replies["/19"] = server.redirect("/ä b".encode().decode("latin-1"))
    site.replies["/%C3%A4%20b"] = server.body("sound", status=302)
    response, content = ask(site, "/0")  # many trackers
    assert (response.status, response.moved_to, content) == (302, None, b"sound")
    site.asked.clear()
    site.replies["/a"] = server.redirect("/a")
    with pytest.raises(FetchError, match="more than 20 times") as caught:
        ask(site, "/a")
    assert caught.value.is_final
    assert len(site.asked) == 21


def test_cookie_goes_back_to_its_own_server_within_one_chain(site: Site, inside: Site) -> None:
    def gate(exchange: server.Exchange) -> None:
        if exchange.headers.get("Cookie") == "a=3; b=2=":
            exchange.say(302, Location=inside.url("/x"))
        else:
            exchange.send_response(302)
            for line in ("old=1", "a=1; Path=/; HttpOnly", "old=; Max-Age=0", "b=2=", "none", "a=3"):
                exchange.send_header("Set-Cookie", line)
            exchange.send_header("Location", "/gate")
            exchange.end_headers()

    site.replies["/gate"], inside.replies["/x"] = gate, server.body("sound")
    request = Request(site.url("/gate"), site.allowed | inside.allowed)
    for _ in range(2):
        assert fetch(request, LIMITS)[1] == b"sound"
    assert [headers.get("Cookie") for _, headers in site.asked] == [None, "a=3; b=2="] * 2
    assert "Cookie" not in inside.asked[0][1]


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


def test_redirect_of_a_request_with_data_is_an_error(site: Site, inside: Site) -> None:
    site.replies["/a"] = server.redirect("/b", 307)
    request = Request(site.url("/a"), site.allowed, method="POST", body=b"secret")
    with pytest.raises(FetchError, match=r"redirects to .*/b, where neither login nor data are sent") as caught:
        fetch(request, LIMITS)
    assert (caught.value.status, caught.value.is_final) == (307, True)
    assert (site.paths(), site.bodies) == (["/a"], [b"secret"])


@pytest.mark.parametrize("stays", [True, False])
def test_redirect_of_a_request_that_stays_leads_to_its_own_server_alone(site: Site, inside: Site, stays: bool) -> None:
    site.replies["/own"] = server.redirect("/x")
    site.replies["/other"] = server.redirect(inside.url("/x"))
    site.replies["/x"] = inside.replies["/x"] = server.body("here")
    allowed = site.allowed | inside.allowed
    assert fetch(Request(site.url("/own"), allowed, stays=stays), LIMITS)[1] == b"here"
    with contextlib.nullcontext() if not stays else pytest.raises(FetchError, match="where neither login nor data"):
        fetch(Request(site.url("/other"), allowed, stays=stays), LIMITS)
    assert len(inside.asked) == (0 if stays else 1)


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
    await asyncio.to_thread(asked.wait, PATIENCE)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(ended.wait, PATIENCE)


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


def raw(*pieces: bytes) -> server.Reply:
    """Answer with these bytes and nothing else."""

    def reply(exchange: server.Exchange) -> None:
        for piece in pieces:
            exchange.wfile.write(piece)

    return reply


def test_fetch_answer_that_is_none_says_so(site: Site) -> None:
    site.replies["/x"] = raw()
    with pytest.raises(FetchError, match=r"/x: the connection broke off before an answer\.$") as caught:
        ask(site, "/x")
    error = caught.value
    assert (error.status, error.is_final, error.is_offline, error.brief) == (
        None,
        False,
        False,
        "the connection failed",
    )
    site.replies["/x"] = raw(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nnot gzip")
    with pytest.raises(FetchError, match="its answer cannot be decompressed"):
        ask(site, "/x")


def test_fetch_server_without_tls_is_told(site: Site) -> None:
    origin = ("https", "127.0.0.1", site.server_port)
    with pytest.raises(FetchError, match="no secure connection could be made"):
        fetch(Request(f"https://127.0.0.1:{site.server_port}/x", frozenset((origin,))), LIMITS)


@pytest.mark.parametrize(
    ("error", "said", "is_offline"),
    [
        (OSError(errno.ENETUNREACH, "Network is unreachable"), "Network is unreachable", True),
        (OSError(errno.EHOSTUNREACH, "No route to host"), "No route to host", True),
        (OSError(errno.ECONNRESET, "Connection reset by peer"), "Connection reset by peer", False),
        (OSError(), "the connection broke off", False),
        (ConnectionRefusedError(errno.ECONNREFUSED, "refused"), "nothing answers there", False),
        (TimeoutError(), f"no answer for {LIMITS.idle:.0f} s", False),
    ],
)
def test_fetch_server_that_cannot_be_reached_is_told(
    site: Site, monkeypatch: pytest.MonkeyPatch, error: OSError, said: str, is_offline: bool
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(socket, "create_connection", fail)
    with pytest.raises(FetchError, match=rf"/x: {said}\.$") as caught:
        ask(site, "/x?secret=1")
    assert (caught.value.is_offline, caught.value.is_final) == (is_offline, False)


def test_fetch_deadline_is_told_apart_from_silence(site: Site) -> None:
    site.replies["/x"] = server.silent
    with pytest.raises(FetchError, match=r"not done within 0 s\.$"):
        ask(site, "/x", Limits(1000, seconds=0.1, idle=60.0))
    with pytest.raises(FetchError, match=r"no answer for 0 s\.$"):
        ask(site, "/x", Limits(1000, seconds=60.0, idle=0.1))


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_proxy_that_refuses_or_cannot_be_found_is_told(
    site: Site, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda h, *r, **n: real("8.8.8.8" if h == "cast.example.org" else h, *r, **n)
    )
    monkeypatch.setenv(f"{scheme}_proxy", "http://nobody.invalid:1")
    with pytest.raises(FetchError, match=r"the proxy nobody\.invalid cannot be found\.$"):
        fetch(Request(f"{scheme}://cast.example.org/x"), LIMITS)
    monkeypatch.setenv(f"{scheme}_proxy", f"http://127.0.0.1:{site.server_port}")
    said = "does not have it" if scheme == "http" else r"the proxy 127\.0\.0\.1 refuses it \(403\)"
    with pytest.raises(FetchError, match=said):
        fetch(Request(f"{scheme}://cast.example.org/x"), LIMITS)
    assert [headers["Host"] for _, headers in site.asked] == (["cast.example.org"] if scheme == "http" else [])


def test_login_that_was_renewed_is_sent_again_once(site: Site) -> None:
    @dataclass(frozen=True, slots=True)
    class Renewed(Login):
        def renew(self, sent: str) -> bool:
            renewals.append(sent)
            return True

    renewals: list[str] = []
    site.replies["/x"] = server.body("no", status=401)
    login = Renewed(site.origin(), "ann", "s3", over_http=True)
    with pytest.raises(LoginWanted, match="does not take this login"):
        fetch(Request(site.url("/x"), site.allowed, logins=(login,)), LIMITS)
    assert (len(site.asked), renewals) == (2, ["Basic YW5uOnMz"])
    renewals.clear()
    held = Renewed(site.origin(), "ann", "s3")
    with pytest.raises(LoginWanted, match="wants the login over http, where others can read it") as caught:
        fetch(Request(site.url("/x"), site.allowed, logins=(held,)), LIMITS)
    assert (caught.value.is_kept_back, caught.value.is_final, renewals) == (True, True, [])


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_host_is_named_without_the_port_of_its_scheme(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = socket.socketpair()
    monkeypatch.delenv(f"{scheme}_proxy", raising=False)
    monkeypatch.setattr(fetching, "connected", lambda *_: contextlib.nullcontext(theirs))
    monkeypatch.setattr(fetching, "secured", lambda connection, *_: contextlib.nullcontext(connection))
    with ours, theirs:
        ours.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
        fetch(Request(f"{scheme}://8.8.8.8/x"), LIMITS)
        assert b"\r\nHost: 8.8.8.8\r\n" in ours.recv(1_000)


@pytest.mark.parametrize(
    ("reply", "said", "is_final"),
    [
        (server.endless(), "larger", True),
        (server.cut(b"x" * 1000, 400), "broke off", False),
        (server.body(gzip.compress(b"x" * 1000, mtime=0)[:-9], Content_Encoding="gzip"), "broke off", False),
        (server.body(b"??", Content_Encoding="br"), "unsupported compression", False),
    ],
    ids=["endless", "cut", "cut gzip", "unknown packing"],
)
def test_fetch_body_that_is_not_whole_is_an_error_that_may_pass(
    site: Site, reply: server.Reply, said: str, is_final: bool
) -> None:
    site.replies["/x"] = reply
    with pytest.raises(FetchError, match=said) as caught:
        ask(site, "/x")
    assert (caught.value.is_final, caught.value.is_offline, caught.value.status) == (is_final, False, None)


def test_certificate_that_is_not_trusted_is_final_and_said(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def secured(*_: object) -> None:
        raise ssl.SSLCertVerificationError("unable to get local issuer certificate")

    monkeypatch.setattr(fetching, "secured", secured)
    origin = ("https", "127.0.0.1", site.server_port)
    with pytest.raises(FetchError, match=r"its certificate is not trusted .* network\.trusted_certificates") as caught:
        fetch(Request(f"https://127.0.0.1:{site.server_port}/x", frozenset((origin,))), LIMITS)
    assert (caught.value.is_final, caught.value.is_offline) == (True, False)


def test_interim_answers_before_the_final_one_are_passed_over(site: Site) -> None:
    def early(exchange: Exchange) -> None:
        exchange.wfile.write(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n" * 2)
        server.body("hello")(exchange)

    site.replies["/x"] = early
    assert ask(site, "/x")[1] == b"hello"

    def endless(exchange: Exchange) -> None:
        exchange.wfile.write(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 30)

    site.replies["/x"] = endless
    with pytest.raises(FetchError):
        ask(site, "/x")


def test_redirect_to_a_long_signed_address_is_followed(site: Site) -> None:
    site.replies["/x"] = server.redirect(f"/y?sign={'a' * 9_000}")
    site.replies["/y"] = server.body("hello")
    assert ask(site, "/x")[1] == b"hello"


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
