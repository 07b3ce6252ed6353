"""Nextcloud's login flow."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.patience import PATIENCE
from tests.sources.server import Exchange, Site, body
from tui_pod.net.fetch import Limits
from tui_pod.sources.servers.client import Reply
from tui_pod.sync import login
from tui_pod.sync.folder import SyncError
from tui_pod.sync.transport import HttpTransport


def nameless(site: Site) -> HttpTransport:
    return HttpTransport(site.url("/cloud"), "ann", "", Limits(10**6, seconds=PATIENCE))


def offer(site: Site, **changes: str) -> None:
    parts = {"login": site.url("/cloud/login/flow/x"), "endpoint": site.url("/cloud/login/v2/poll"), "token": "t0k&n"}
    parts |= changes
    data = {"poll": {"token": parts["token"], "endpoint": parts["endpoint"]}, "login": parts["login"]}
    site.replies["/cloud/index.php/login/v2"] = body(json.dumps(data))


def offered(site: Site) -> login.Flow:
    """Return the flow that the server offers."""
    offer(site)
    flow = login.begin(nameless(site))
    assert flow is not None
    return flow


def test_listener_who_logs_in_gives_a_password_of_the_apps_own(site: Site) -> None:
    answers: list[tuple[int, Any]] = [(404, []), (200, {"loginName": "ann", "appPassword": "app-s3cret"})]

    def poll(exchange: Exchange) -> None:
        status, data = answers.pop(0)
        exchange.say(status, json.dumps(data).encode())

    site.replies["/cloud/login/v2/poll"] = poll
    waits: list[float] = []
    flow = offered(site)
    assert flow.page == site.url("/cloud/login/flow/x")
    assert login.finish(nameless(site), flow, waits.append) == ("ann", "app-s3cret")
    assert (waits, site.bodies[-1]) == ([login.ASK_EVERY], b"token=t0k%26n")
    assert not any("Authorization" in headers for _, headers in site.asked)


@pytest.mark.parametrize(
    "changes", [{"endpoint": "https://evil.example/poll"}, {"login": "https://evil.example/"}, {"login": "file:///x"},
                {"login": "\x1b[31m"}],
)  # fmt: skip
def test_flow_that_leads_to_another_server_is_none(changes: dict[str, str], site: Site) -> None:
    offer(site, **changes)
    assert login.begin(nameless(site)) is None


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"poll": 7}', '{"poll": {}, "login": "x"}', "<html>"])
def test_server_without_a_flow_has_none(content: str, site: Site) -> None:
    site.replies["/cloud/index.php/login/v2"] = body(content)
    assert login.begin(nameless(site)) is None


def test_listener_has_as_long_as_the_server_keeps_the_flow_open(site: Site) -> None:
    flow = offered(site)
    answers, waits = {"loginName": "", "appPassword": ""}, list[float]()

    def answer(*_: object, **__: object) -> Reply:
        return Reply(404, answers)

    transport = nameless(site)
    transport.ask = answer  # type: ignore[method-assign]
    with pytest.raises(SyncError, match="Nobody has logged in"):
        login.finish(transport, flow, waits.append)
    assert sum(waits) == login.PATIENCE


@pytest.mark.parametrize("answer", [{"loginName": "ann", "appPassword": ""}, {"loginName": "", "appPassword": "x"}])
def test_login_without_a_name_or_a_password_is_none(site: Site, answer: dict[str, str]) -> None:
    flow = offered(site)
    site.replies["/cloud/login/v2/poll"] = body(json.dumps(answer))
    with pytest.raises(SyncError, match="Nobody has logged in"):
        login.finish(nameless(site), flow, lambda seconds: None)


def test_flow_of_a_server_that_refuses_is_none(site: Site) -> None:
    data = {"login": site.url("/cloud/login/flow/x"), "poll": {"endpoint": site.url("/cloud/v2"), "token": "t"}}
    for status, is_none in ((200, False), (400, True)):
        site.replies["/cloud/index.php/login/v2"] = body(json.dumps(data), status=status)
        assert (login.begin(nameless(site)) is None) is is_none


def test_flow_outside_the_servers_folder_is_none(site: Site) -> None:
    offer(site, endpoint=site.url("/clouds/poll"))
    assert login.begin(nameless(site)) is None


def test_folder_to_sync_with_must_be_there(tmp_path: Path) -> None:
    login.check_folder(str(tmp_path))
    with pytest.raises(SyncError, match="There is no such folder"):
        login.check_folder(str(tmp_path / "none"))


def test_login_that_works_is_kept(site: Site, tmp_path: Path) -> None:
    site.replies["/api/2/devices/ann.json"] = body("[]")
    assert login.log_in(site.url(""), "ann", "s3cret", tmp_path / "password") == "gpodder"
    assert login.read_password("", tmp_path / "password") == "s3cret"
