"""Connections go to the checked number, end at a deadline, and verify the server."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.feeds import server
from tests.feeds.server import Site
from tui_pod.feeds.net.connect import tls_context
from tui_pod.feeds.net.fetch import FetchError, Limits, Request, Response, fetch

LIMITS = Limits(size=8 * 1024 * 1024, seconds=10.0, idle=5.0)


def ask(site: Site, path: str, limits: Limits = LIMITS, tag: str = "") -> tuple[Response, bytes]:
    return fetch(Request(site.url(path), site.allowed, {"If-None-Match": tag} if tag else {}), limits)


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


def test_fetch_nothing_listening_says_so() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        request = Request(f"http://127.0.0.1:{port}/", frozenset((("http", "127.0.0.1", port),)))
        with pytest.raises(FetchError, match="nothing answers"):
            fetch(request, LIMITS)


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
