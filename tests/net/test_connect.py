"""Connections go to the checked number, end at a deadline, and verify the server."""

import socket
import ssl
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.net.test_fetch import LIMITS, ask
from tests.sources import server
from tests.sources.server import Site
from tui_pod.net.connect import proxy_for, tls_context, trust_certificates
from tui_pod.net.fetch import FetchError, Limits, Request, fetch


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
        ask(site, "/x", Limits(1_000_000, seconds=0.4))


def test_fetch_dripped_head_ends_long_before_the_body_would(site: Site) -> None:
    site.replies["/go"] = server.redirect("/x")
    site.replies["/x"] = server.drip(0.02, head=True)
    with pytest.raises(FetchError, match="not done within 0 s"):
        ask(site, "/go", Limits(1_000_000, seconds=7200.0, idle=20.0, head=0.3))


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
    with pytest.raises(FetchError, match="not trusted"):
        ask_safely(safe_site[0], "other.example.org", monkeypatch)
    assert len(safe_site[0].asked) == 1


def fingerprint(certificate: Path) -> str:
    """Return what `openssl x509 -fingerprint -sha256` prints of a certificate."""
    digest = sha256(ssl.PEM_cert_to_DER_cert(certificate.read_text())).hexdigest().upper()
    return ":".join(digest[index : index + 2] for index in range(0, len(digest), 2))


@pytest.fixture
def trusted() -> Iterator[Callable[[str], None]]:
    """Trusts a certificate, in the form of the setting, until the test ends."""
    yield lambda text: trust_certificates([text])
    trust_certificates(())


def test_tls_certificate_that_the_listener_named_is_trusted_for_its_host_alone(
    safe_site: tuple[Site, Path], monkeypatch: pytest.MonkeyPatch, trusted: Callable[[str], None]
) -> None:
    site, certificate = safe_site
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with pytest.raises(FetchError, match=r"network\.trusted_certificates"):
        ask_safely(site, "nas.example.org", monkeypatch)
    trusted(f"nas.example.org:{site.server_port}={fingerprint(certificate)}")
    assert ask_safely(site, "nas.example.org", monkeypatch) == b"safe"
    with pytest.raises(FetchError, match="not trusted"):
        ask_safely(site, "other.example.org", monkeypatch)


def test_tls_certificate_that_was_replaced_is_refused_before_anything_is_sent(
    safe_site: tuple[Site, Path], monkeypatch: pytest.MonkeyPatch, trusted: Callable[[str], None]
) -> None:
    site, _ = safe_site
    trusted(f"nas.example.org:{site.server_port}={'AB' * 32}")
    with pytest.raises(FetchError, match="it is not the one that"):
        ask_safely(site, "nas.example.org", monkeypatch)
    assert site.asked == []


@pytest.fixture
def public(monkeypatch: pytest.MonkeyPatch) -> None:
    """A network in which every example.org is a public host."""
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda h, *r, **n: real("8.8.8.8" if h.endswith("example.org") else h, *r, **n)
    )
    for name in ("http_proxy", "https_proxy", "no_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.usefixtures("public")
def test_proxy_of_the_environment_is_asked_for_public_hosts(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.replies["http://cast.example.org/x"] = server.body("through")
    monkeypatch.setenv("http_proxy", f"http://ann:s3cret@127.0.0.1:{site.server_port}")
    assert fetch(Request("http://cast.example.org/x?a=1"), LIMITS)[1] == b"through"
    headers = site.asked[0][1]
    assert (headers["Host"], headers["Proxy-Authorization"]) == ("cast.example.org", "Basic YW5uOnMzY3JldA==")


@pytest.mark.usefixtures("public")
def test_proxy_is_never_asked_for_a_host_of_the_own_network(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.replies["/x"] = server.body("direct")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert ask(site, "/x")[1] == b"direct"
    with pytest.raises(FetchError, match="in your own network"):
        fetch(Request("http://10.0.0.1/x"), LIMITS)


@pytest.mark.usefixtures("public")
@pytest.mark.parametrize("excepted", ["example.org", "*", "cast.example.org:80"])
def test_no_proxy_names_hosts_that_are_asked_directly(monkeypatch: pytest.MonkeyPatch, excepted: str) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", excepted)
    assert proxy_for(("http", "cast.example.org", 80)) is None
    monkeypatch.setenv("no_proxy", "other.org")
    assert proxy_for(("http", "cast.example.org", 80)) == ("127.0.0.1", 9, {})


@pytest.mark.usefixtures("public")
def test_proxy_of_another_kind_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "socks5://127.0.0.1:9")
    with pytest.raises(FetchError, match="http_proxy must name an http proxy"):
        fetch(Request("http://cast.example.org/x"), LIMITS)


@pytest.mark.usefixtures("public")
def test_proxy_opens_a_tunnel_to_which_the_server_is_verified(
    safe_site: tuple[Site, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, certificate = safe_site
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    tls_context.cache_clear()
    places: list[str] = []

    def to_inside(place: str) -> tuple[str, int]:
        places.append(place)
        return "127.0.0.1", inside.server_port

    with server.serving() as proxy:
        proxy.tunnel = to_inside
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy.server_port}")
        assert fetch(Request("https://cast.example.org/x"), LIMITS)[1] == b"safe"
        with pytest.raises(FetchError, match="not trusted"):
            fetch(Request("https://other.example.org/x"), LIMITS)
        proxy.tunnel = None
        with pytest.raises(FetchError, match=r"the proxy 127\.0\.0\.1 refuses it"):
            fetch(Request("https://cast.example.org/x"), LIMITS)
    assert places == ["cast.example.org:443", "other.example.org:443"]
