"""What a sync sends to whom, and servers that mean harm."""

import json
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.patience import PATIENCE
from tests.sources.server import Site, body, bomb, cut, drip, redirect, secure, serving, silent
from tui_pod.core.errors import UserError
from tui_pod.net.fetch import Limits
from tui_pod.net.json_client import Reply
from tui_pod.runtime.passwords import write_private
from tui_pod.sync.folder import SyncError
from tui_pod.sync.login import read_password
from tui_pod.sync.protocols import AGAIN_AFTER, HttpTransport, detect

DEVICES = "/api/2/devices/ann.json"
ACTIONS = "/api/2/episodes/ann.json"
LIMITS = Limits(10**6, seconds=PATIENCE)


@pytest.fixture
def other() -> Iterator[Site]:
    """Another server."""
    with serving() as site:
        yield site


def transport(site: Site, path: str = "", limits: Limits = LIMITS) -> HttpTransport:
    return HttpTransport(site.url(path), "ann", "s3cret", limits)


def test_request_has_login_method_and_body(site: Site) -> None:
    site.replies["/base" + ACTIONS] = body('{"timestamp": 5}', "application/json")
    answer = transport(site, "/base/").ask("POST", ACTIONS, [{"position": 1}])
    assert (answer.status, answer.data, answer.is_good) == (200, {"timestamp": 5}, True)
    ((path, headers),) = site.asked
    assert (path, json.loads(site.bodies[0])) == ("/base" + ACTIONS, [{"position": 1}])
    assert headers["Authorization"] == f"Basic {b64encode(b'ann:s3cret').decode()}"
    assert headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirect_to_another_host_gets_neither_login_nor_data(
    method: str, status: int, site: Site, other: Site
) -> None:
    site.replies[ACTIONS] = redirect(other.url(ACTIONS), status)
    with pytest.raises(SyncError, match="where neither login nor data are sent") as caught:
        transport(site).ask(method, ACTIONS, [] if method == "POST" else None)
    assert other.asked == []
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "reply", [silent, drip(0.2), drip(0.2, head=True), cut(b'{"a": 1}', 3), bomb(3)],
    ids=["silent", "drips", "drips its head", "breaks off", "bomb"],
)  # fmt: skip
def test_server_that_does_not_answer_is_an_error_in_time(reply: object, site: Site) -> None:
    site.replies[DEVICES] = reply  # type: ignore[assignment]
    with pytest.raises(SyncError):
        transport(site, limits=Limits(10**6, seconds=0.5, idle=0.4)).ask("GET", DEVICES)


def test_answer_with_more_than_all_progress_is_refused(site: Site) -> None:
    site.replies[ACTIONS] = bomb(33)
    with pytest.raises(SyncError, match="larger than 32 MB"):
        HttpTransport(site.url(""), "ann", "s3cret").ask("GET", ACTIONS)


def test_failure_of_the_server_is_tried_again_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    def recover(seconds: float) -> None:
        waits.append(seconds)
        site.replies[DEVICES] = body("[1]")

    monkeypatch.setattr("tui_pod.sync.protocols.time.sleep", recover)
    asked = transport(site)
    site.replies[DEVICES] = body("", status=500)
    assert asked.ask("GET", DEVICES)[:2] == (200, [1])
    site.replies[DEVICES] = body("", status=503)
    assert asked.ask("GET", DEVICES).status == 503
    assert waits == [AGAIN_AFTER]


@pytest.mark.parametrize("content", [b"", b"<html>", b"{", b"\xff\xfe", b"[" * 100_000, b"1" * 10_000])
def test_answer_that_is_no_json_is_no_server_of_ours(content: bytes, site: Site) -> None:
    site.replies[DEVICES] = body(content)
    with pytest.raises(SyncError, match="a page instead of data"):
        detect(transport(site), "ann", 0)


@pytest.mark.parametrize(
    ("server", "said"),
    [
        ("http://8.8.8.8", "http://8.8.8.8 needs https"),
        ("ftp://8.8.8.8", "“ftp://8.8.8.8” is not an http or https address"),
        ("", "Type an address, such as https://"),
        ("https://u:p@8.8.8.8", "Give them separately"),
    ],
)
def test_server_that_would_show_the_password_or_is_none_is_refused(server: str, said: str) -> None:
    with pytest.raises(SyncError, match=said) as caught:
        HttpTransport(server, "ann", "s3cret")
    assert "u:p" not in str(caught.value)


def test_server_that_cannot_be_found_says_so() -> None:
    with pytest.raises(SyncError, match="cannot be found"):
        HttpTransport("http://no-such-host.invalid", "ann", "s3cret")


def test_untrusted_certificate_gets_no_login(site: Site, tmp_path: Path) -> None:
    secure(site, "localhost", tmp_path)
    server = HttpTransport(site.url("").replace("http:", "https:"), "ann", "s3cret", LIMITS)
    with pytest.raises(SyncError, match="certificate is not trusted"):
        server.ask("GET", DEVICES)
    assert site.asked == []


def test_password_comes_from_the_command_first(tmp_path: Path) -> None:
    file = tmp_path / "password"
    write_private(file, "from the file\n")
    assert file.stat().st_mode & 0o777 == 0o600
    assert read_password("", file) == "from the file"
    assert read_password("printf 'from the command\\nrest'", file) == "from the command"


def test_password_that_cannot_be_had_says_why(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="run tui-pod sync --login"):
        read_password("", tmp_path / "none")


def test_requests_end_with_the_time_for_all_of_them(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("tui_pod.sync.protocols.time.monotonic", lambda: now[0])
    server = HttpTransport(site.url(""), "ann", "s3cret", LIMITS, patience=50.0)
    site.replies[DEVICES] = body("[]")
    now[0] = 150.0
    assert server.ask("GET", DEVICES).data == []
    now[0] = 150.1
    with pytest.raises(SyncError, match="takes too long"):
        server.ask("GET", DEVICES)


@pytest.mark.parametrize(("status", "is_good"), [(199, False), (200, True), (299, True), (300, False)])
def test_answer_is_good_from_200_to_299(status: int, is_good: bool) -> None:
    assert Reply(status, None).is_good is is_good


def test_request_without_data_has_no_body(site: Site) -> None:
    site.replies[DEVICES] = body("[]")
    transport(site).ask("GET", DEVICES)
    assert "Content-Type" not in site.asked[-1][1]
    transport(site).ask("POST", DEVICES, [])
    assert site.bodies[-1] == b"[]"


def test_failure_below_500_is_not_tried_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_pod.sync.protocols.time.sleep", lambda _: site.replies.clear())
    site.replies[DEVICES] = body("", status=499)
    assert transport(site).ask("GET", DEVICES).status == 499
    assert len(site.asked) == 1
