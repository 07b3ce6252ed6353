"""The settings limit what feeds may do on the network."""

import ipaddress
import socket
from pathlib import Path
from typing import Any

import pytest

from tui_pod.net.access import make_policy
from tui_pod.net.address import (
    MAX_ADDRESS,
    AddressError,
    absolute,
    check_address,
    is_private,
    origin,
    typed_address,
    typed_addresses,
)
from tui_pod.net.file_address import is_path, path_of, to_address, to_path, typed_path
from tui_pod.net.login import Login

REFUSED = [
    "file:///etc/passwd", "/etc/passwd", "edl://a.mp3", "memory://x", "lavf://http://h/x", "av://lavfi:sine",
    "slice://0-1@/etc/passwd", "appending:///etc/passwd", "archive://x.zip", "fd://0", "-", "concat:a|b",
    "subfile,,start,0,end,9,,:/etc/passwd", "ffmpeg://file:/etc/passwd", "data:audio/mpeg;base64,AAAA",
    "ftp://h/x", "gopher://h/x", "smb://h/x", "rtsp://h/x", "rtmp://h/x", "srt://h:1", "sftp://h/x", "tcp://h:80",
    "udp://h:80", "unix:/x", "javascript:alert(1)", "HTTP://example.org/x", "http:/etc/passwd", "http:///x",
    "http://", "https://user:pw@example.org/x", "http://example.org/a b", "http://example.org/\x1b[2J",
    "http://exa\u202emple.org/", "http://example.org/x\nHost: evil", "http://example.org:99999/", "//example.org/x",
    "http://[::1", "http://example.org\\@127.0.0.1/", "", " http://example.org/", "mf://x", "cdda://", "dvd://",
]  # fmt: skip

PRIVATE = [
    "127.0.0.1", "127.1", "0x7f000001", "2130706433", "0", "0.0.0.0", "10.0.0.1", "192.168.1.1", "172.16.0.1",
    "169.254.169.254", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[fe80::1]", "[fc00::1]",
    "100.64.0.1", "localhost", "224.0.0.1", "[ff02::1]", "255.255.255.255", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
    "[fec0::1]", "[64:ff9b:1::1]", "[::7f00:1]", "[::5db8:d822]", "[::ffff:0:7f00:1]", "192.88.99.1", "168.63.129.16",
    "[::ffff:168.63.129.16]",
]  # fmt: skip


@pytest.mark.parametrize("address", REFUSED)
def test_origin_not_http_is_refused(address: str) -> None:
    with pytest.raises(AddressError) as caught:
        origin(address)
    assert (caught.value.is_private, caught.value.is_unknown) == (False, False)


@pytest.mark.parametrize("host", PRIVATE)
def test_check_private_host_is_refused(host: str) -> None:
    with pytest.raises(AddressError):
        check_address(f"http://{host}/x.mp3")
    assert is_private(f"http://{host}:1/x")


SPECIAL = [
    "0.1.2.3", "10.255.0.1", "100.64.0.1", "127.9.9.9", "169.254.169.254", "172.31.255.255", "192.0.0.8", "192.0.0.192",
    "192.0.0.9", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
    "239.1.1.1", "240.0.0.1", "255.255.255.255", "[::]", "[::1]", "[::ffff:192.0.0.192]", "[64:ff9b::c000:c0]",
    "[64:ff9b:1::1]", "[100::1]", "[100:0:0:1::1]", "[2001::1]", "[2001:2::1]", "[2001:10::1]", "[2001:20::1]",
    "[2001:db8::1]", "[2002:c000:c0::]", "[3fff::1]", "[5f00::1]", "[fc00::1]", "[fd00:ec2::254]", "[fe80::1]",
    "[fec0::1]", "[ff02::1]",
]  # fmt: skip
"""An address of each special-purpose network."""


@pytest.mark.parametrize("host", SPECIAL)
@pytest.mark.parametrize("is_global", [True, None])
def test_check_special_host_is_refused_whatever_python_says(
    host: str, is_global: bool | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if is_global is not None:
        monkeypatch.setattr(ipaddress.IPv4Address, "is_global", is_global)
        monkeypatch.setattr(ipaddress.IPv6Address, "is_global", is_global)
    with pytest.raises(AddressError) as caught:
        check_address(f"http://{host}/x.mp3")
    assert caught.value.is_private


@pytest.mark.parametrize("host", ["8.8.8.8", "192.0.1.1", "192.1.0.192", "[2606:4700::1111]", "[2a00:1450:4001::1]"])
def test_check_public_host_beside_special_ones_passes(host: str) -> None:
    assert check_address(f"http://{host}/x.mp3") == [host.strip("[]")]
    assert not is_private(f"http://{host}/x")


def test_check_typed_origin_may_be_private_only_itself() -> None:
    allowed = frozenset((("http", "127.0.0.1", 8000),))
    assert check_address("http://127.0.0.1:8000/feed", allowed) == ["127.0.0.1"]
    for other in ("http://127.0.0.1:8001/", "https://127.0.0.1:8000/", "http://localhost:8000/", "http://127.0.0.1/"):
        with pytest.raises(AddressError):
            check_address(other, allowed)


def test_check_name_with_one_private_number_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(_: str, port: int, **__: Any) -> list[Any]:
        return [(0, 0, 0, "", ("93.184.216.34", port)), (0, 0, 0, "", ("10.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    with pytest.raises(AddressError) as caught:
        check_address("https://example.org/")
    assert caught.value.is_private


@pytest.mark.parametrize(
    ("text", "base", "wanted"),
    [
        ("http://a.org/x.mp3", "", "http://a.org/x.mp3"),
        ("x y.mp3", "https://a.org/d/feed.xml", "https://a.org/d/x%20y.mp3"),
        ("/x.mp3", "https://a.org/d/feed.xml", "https://a.org/x.mp3"),
        ("//b.org/x", "https://a.org/", "https://b.org/x"),
        (" HTTPS://A.org:443/X?q=ü#part ", "", "https://a.org/X?q=%C3%BC"),
        ("http://münchen.de/ä", "", "http://xn--mnchen-3ya.de/%C3%A4"),
        ("http:https://b.org/x.mp3", "https://a.org/", "https://b.org/x.mp3"),
        ("https://http://b.org/x.mp3", "", "http://b.org/x.mp3"),
        ("http://a.org:65535/", "", "http://a.org:65535/"),
        ("http://A.org:80/?b#c", "", "http://a.org/?b"),
        ("https://A.org:80/", "", "https://a.org:80/"),
        ("http://a.org:99999/", "", None),
        ("file:///etc/passwd", "https://a.org/", None),
        ("javascript:alert(1)", "https://a.org/", None),
        ("http://u:p@a.org/", "", None),
        ("edl://x", "https://a.org/", None),
        ("http://[::1", "https://a.org/", None),
        ("x" * MAX_ADDRESS, "https://a.org/", None),
    ],
)
def test_absolute_returns_what_goes_on_the_wire(text: str, base: str, wanted: str | None) -> None:
    assert absolute(text, base) == wanted


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("example.org/feed", "https://example.org/feed"),
        ("feed://example.org/x", "http://example.org/x"),
        ("feed:https://example.org/x", "https://example.org/x"),
        ("itpc://example.org/x", "http://example.org/x"),
        ("feed:feed:itpc:feed://example.org/x", "http://example.org/x"),
        ("HTTPS://example.org/X", "https://example.org/X"),
        ("localhost:8000/x", "https://localhost:8000/x"),
    ],
)
def test_typed_address_is_completed(typed: str, first: str) -> None:
    assert typed_addresses(typed)[0] == typed_address(typed) == first
    assert typed_addresses("a.org/f") == ["https://a.org/f", "http://a.org/f"]


@pytest.mark.parametrize(
    "typed",
    [
        "", "ftp://x/y", "file:///etc/passwd", "/etc/passwd", "feed:file:///etc/passwd", "feed:", "feed:" * 4 + "x:y",
        "feed:" * 5 + "http://example.org/", "feed:" * 100_000 + "http://example.org/",
        "example.org/".ljust(MAX_ADDRESS, "x"),
        "javascript:1", "data:1/x", "MAILTO:1", "/", "//x/y",
    ],
)  # fmt: skip
def test_typed_nonsense_names_no_address(typed: str) -> None:
    assert (typed_addresses(typed), typed_address(typed)) == ([], None)


def test_host_that_cannot_be_found_is_unknown_and_not_private() -> None:
    with pytest.raises(AddressError) as caught:
        check_address("https://nobody.invalid/")
    assert (caught.value.is_unknown, caught.value.is_private) == (True, False)


def test_address_of_the_greatest_length_is_taken_and_no_longer_one() -> None:
    longest = "https://example.org/".ljust(MAX_ADDRESS, "x")
    for text in (longest, f" {longest}", longest.replace("https", "HTTPS")):
        assert absolute(text) == longest
        assert absolute(f"{text}x") is None
    assert typed_addresses(longest) == [longest]
    assert absolute(f"{longest[:-1]}ü") is None  # three characters each as it is sent


@pytest.mark.parametrize(
    ("address", "port"), [("http://a.org/", 80), ("https://a.org/", 443), ("http://a.org:8000/", 8000)]
)
def test_origin_has_the_port_of_its_scheme_unless_another_is_named(address: str, port: int) -> None:
    assert origin(address) == (address.partition(":")[0], "a.org", port)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("Listen to this: https://a.example/feed", "https://a.example/feed"),
        ("<https://a.example/feed>", "https://a.example/feed"),
        ("“Ships” (https://a.example/feed).", "https://a.example/feed"),
        ("[Ships](https://a.example/feed)", "https://a.example/feed"),
        ("see https://a.example/x_(y) and https://b.example/", "https://a.example/x_(y)"),
        ("https://a.example/my feed.xml", "https://a.example/my%20feed.xml"),
        ("feed:https://a.example/feed", "https://a.example/feed"),
        ("https://a.example/?u=https://b.example/", "https://a.example/?u=https://b.example/"),
    ],
)
def test_address_within_a_text_counts(typed: str, address: str) -> None:
    assert typed_address(typed) == address


def test_long_signed_address_is_one() -> None:
    assert absolute(f"https://a.example/?sign={'a' * 8_000}") is not None


@pytest.mark.parametrize("path", ["/a b/ü#?%20", "/latin-\udce9"])
def test_address_of_a_path_leads_back_to_it(path: str) -> None:
    assert to_address(path).isascii()
    assert to_path(to_address(path)) == path


def test_typed_path_is_told_from_words_and_addresses(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    (home / "My Books").mkdir()
    for typed in ("~/My Books", "./My Books", f"'{home}/My Books'", "~/My\\ Books", f"file://{home}/My%20Books"):
        assert typed_path(typed) == str(home / "My Books")
    for typed in ("My Books", "example.org/feed", "https://example.org/", "", "'", "/a\0b", "file:///a%00b"):
        assert typed_path(typed) is None
    assert typed_path("My Books", is_shell=True) == str(home / "My Books")
    (home / r"My\ Books").mkdir()
    assert typed_path(r"~/My\ Books") == str(home / r"My\ Books")  # as it is, if there is such a folder
    assert typed_path("none", is_shell=True) is None
    assert typed_path(" file://localhost/a ") == "/a"


def test_path_is_told_by_its_start() -> None:
    assert [is_path(text) for text in ("/a", "~a", "./a", "../a", ".", "..", "a/b", ".a", "")] == [True] * 6 + [
        False
    ] * 3
    assert [path_of(address) for address in ("file:///a", "file://a", "https://a.org/")] == ["/a", None, None]


def test_access_waits_as_long_as_the_settings_say() -> None:
    limits = make_policy((), 4.0).limits
    assert (limits.idle, limits.seconds) == (4.0, 6.0)


def test_request_has_what_the_policy_allows() -> None:
    there, login = ("http", "nas.home", 80), Login(("http", "nas.home", 80), "me", "secret")
    policy = make_policy([], 10.0).widened([there], (login,))
    request = policy.request("http://nas.home/f", {"Accept": "*/*"})
    assert (request.allowed, request.logins, dict(request.headers)) == (frozenset([there]), (login,), {"Accept": "*/*"})
    assert dict(policy.request("http://nas.home/f").headers) == {}


def test_host_in_the_settings_is_private_at_its_port_by_both_schemes() -> None:
    assert make_policy(["nas.home", "nas.home:8080", "a:b:c"], 1.0).private == {
        ("http", "nas.home", 80), ("https", "nas.home", 443), ("http", "nas.home", 8080), ("https", "nas.home", 8080),
    }  # fmt: skip
    assert make_policy((), 1.0).limits.size == 32 * 1024 * 1024
    widened = make_policy(["nas.home"], 1.0).widened([("http", "a.org", 80)], ())
    assert widened.private > make_policy(["nas.home"], 1.0).private
