"""What of an address is a login, and where a login goes."""

import pytest

from tui_pod.feeds.net.login import Login, find_digest, login_for, split_login

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
    digest = find_digest(f'Digest realm="r", {quality}nonce="n", opaque="o"')
    assert digest is not None
    header = Login(HTTPS, "ann", "s3").header(digest, "GET", "/f")
    parts = dict(part.split("=", 1) for part in header.removeprefix("Digest ").split(", "))
    assert parts.keys() == {"username", "realm", "nonce", "uri", "response", "opaque"} | names
    assert parts.get("nc", "00000001") == "00000001"
