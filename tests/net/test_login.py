"""What of an address is a login, and where a login goes."""

import hashlib

import pytest

from tests.present import present
from tui_pod.core.errors import UserError
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
