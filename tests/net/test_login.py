"""What of an address is a login, and where a login goes.

Connections go to the checked number, end at a deadline, and verify the server.
"""

import hashlib
import socket
import ssl
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.net.test_fetch import LIMITS, ask
from tests.present import present
from tests.sources import server
from tests.sources.server import Site
from tui_pod.core.errors import UserError
from tui_pod.net.connect import proxy_for, tls_context, trust_certificates
from tui_pod.net.fetch import FetchError, Limits, Request, fetch
from tui_pod.net.login import Login, check_user, find_digest, login_for, split_login

HTTPS = ("https", "pod.example.org", 443)
HTTP = ("http", "pod.example.org", 80)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("https://pod.example.org/f", ("https://pod.example.org/f", "", "")),
        ("https://ann:s3@pod.example.org/f", ("https://pod.example.org/f", "ann", "s3")),
        ("ann:s3@pod.example.org/f", ("pod.example.org/f", "ann", "s3")),
        ("feed:https://ann:s3@pod.example.org/f", ("feed:https://pod.example.org/f", "ann", "s3")),
        ("feed://ann:s3@pod.example.org/f", ("feed://pod.example.org/f", "ann", "s3")),
        ("https://a%40b.org:p%3Ass@pod.example.org/", ("https://pod.example.org/", "a@b.org", "p:ss")),
        ("https://ann:p@ss:w@pod.example.org/", ("https://pod.example.org/", "ann", "p@ss:w")),
        ("https://ann@pod.example.org:8443/f", ("https://pod.example.org:8443/f", "ann", "")),
        ("https://pod.example.org/@ann/f", ("https://pod.example.org/@ann/f", "", "")),
        ("https://pod.example.org/?to=ann@example.org", ("https://pod.example.org/?to=ann@example.org", "", "")),
        ("http://ann:s3@[::1]:8000/f", ("http://[::1]:8000/f", "ann", "s3")),
    ],
)
def test_split_login_takes_only_what_stands_before_the_host(text: str, parts: tuple[str, str, str]) -> None:
    assert split_login(text) == parts


@pytest.mark.parametrize(
    "other",
    [
        HTTP,
        ("https", "pod.example.org", 8443),
        ("https", "example.org", 443),
        ("https", "pod.example.org.evil.com", 443),
    ],
)
def test_login_goes_to_its_own_origin_alone(other: tuple[str, str, int]) -> None:
    assert Login(HTTPS, "ann", "s3").goes_to(HTTPS)
    assert not Login(HTTPS, "ann", "s3", over_http=True).goes_to(other)


def test_login_over_http_needs_a_yes_but_follows_its_host_to_https() -> None:
    login = Login(HTTP, "ann", "s3")
    assert not login.goes_to(HTTP)
    assert Login(HTTP, "ann", "s3", over_http=True).goes_to(HTTP)
    assert login.goes_to(HTTPS)
    assert not Login(("http", "pod.example.org", 8080), "ann", "s3").goes_to(HTTPS)
    assert login_for(HTTP, [login]) is login


def test_password_is_not_in_what_is_shown_of_a_login() -> None:
    assert "s3cret" not in repr(Login(HTTPS, "ann", "s3cret"))


@pytest.mark.parametrize(("quality", "names"), [('qop="auth", ', {"qop", "nc", "cnonce"}), ("", set())])
def test_digest_names_its_quality_only_if_the_server_asks_for_it(quality: str, names: set[str]) -> None:
    digest = present(find_digest(f'Digest realm="r", {quality}nonce="n", opaque="o"'))
    header = Login(HTTPS, "ann", "s3").header(digest, "GET", "/f")
    parts = dict(part.split("=", 1) for part in header.removeprefix("Digest ").split(", "))
    assert parts.keys() == {"username", "realm", "nonce", "uri", "response", "opaque"} | names
    assert parts.get("nc", "00000001") == "00000001"


def answered(challenge: str, **given: str) -> dict[str, str]:
    """Return the parts of the header that answers a challenge."""
    digest = present(find_digest(challenge))
    header = Login(HTTPS, given.get("user", "ann"), "s3").header(digest, "GET", "/f")
    return dict(part.split("=", 1) for part in header.removeprefix("Digest ").split(", "))


@pytest.mark.parametrize("algorithm", ["MD5-sess", "SHA-256-sess"])
def test_digest_of_a_session_hashes_the_login_with_both_numbers(algorithm: str) -> None:
    kind = "md5" if algorithm.startswith("MD5") else "sha256"

    def hashed(*texts: str) -> str:
        return hashlib.new(kind, ":".join(texts).encode()).hexdigest()

    for quality in ("", ", qop=auth"):
        parts = answered(f'Digest realm="r", nonce="n", algorithm={algorithm}{quality}')
        own = parts["cnonce"].strip('"')
        secret, asked = hashed(hashed("ann", "r", "s3"), "n", own), hashed("GET", "/f")
        wanted = hashed(secret, "n", "00000001", own, "auth", asked) if quality else hashed(secret, "n", asked)
        assert (parts["response"], parts["algorithm"]) == (f'"{wanted}"', algorithm)


def test_digest_quotes_what_it_repeats_and_names_only_what_it_was_given() -> None:
    parts = answered('Digest nonce="n"', user='a"b\\c')
    assert parts["username"] == r'''"a\"b\\c"'''
    assert parts.keys() == {"username", "realm", "nonce", "uri", "response"}


@pytest.mark.parametrize(
    ("challenges", "nonce"),
    [
        ('Digest nonce="a", Digest nonce="b"', "a"),
        ('Basic realm="x", digest NONCE=a, algorithm=md5', "a"),
        ('Digest nonce="a", algorithm=SHA-512, Digest nonce="b", algorithm=SHA-256-SESS', "b"),
        ('Digest nonce="a", qop="auth-int", Digest nonce="b", qop="auth-int, auth"', "b"),
        ('Digest realm="a"', None),
        ('Basic realm="Digest nonce=a"', None),
        ("", None),
    ],
)
def test_first_challenge_that_can_be_answered_is_found(challenges: str, nonce: str | None) -> None:
    found = find_digest(challenges)
    assert (found and found["nonce"]) == nonce


def test_login_that_may_be_sent_comes_before_one_that_may_not() -> None:
    held, sent = Login(HTTP, "ann", "s3"), Login(HTTP, "bo", "s3", over_http=True)
    assert login_for(HTTP, [held, sent]) is sent
    assert login_for(HTTPS, [held, sent]) is held
    assert login_for(("https", "other.org", 443), [held, sent]) is None
    assert held.header() == "Basic YW5uOnMz"
    assert not held.renew("Basic x")


def test_address_longer_than_any_has_no_login() -> None:
    text = "https://ann:s3@a.org/"
    assert split_login(text.ljust(16_384, "x")).user == "ann"
    assert split_login(text.ljust(16_385, "x")) == (text.ljust(16_385, "x"), "", "")


@pytest.mark.parametrize("user", ["", "a:b"])
def test_user_name_without_letters_or_with_a_colon_is_refused(user: str) -> None:
    with pytest.raises(UserError, match="without a colon"):
        check_user(user)
    assert check_user("ann") == "ann"


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
