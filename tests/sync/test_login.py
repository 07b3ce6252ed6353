"""Nextcloud's login flow."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.feeds.server import Exchange, Site, body
from tui_pod.feeds.net.fetch import Limits
from tui_pod.sync import login
from tui_pod.sync.folder import SyncError
from tui_pod.sync.transport import HttpTransport


def nameless(site: Site) -> HttpTransport:
    return HttpTransport(site.url("/cloud"), "ann", "", Limits(10**6, seconds=2.0, idle=2.0))


def offer(site: Site, **changes: str) -> None:
    parts = {"login": site.url("/cloud/login/flow/x"), "endpoint": site.url("/cloud/login/v2/poll"), "token": "t0k&n"}
    parts |= changes
    data = {"poll": {"token": parts["token"], "endpoint": parts["endpoint"]}, "login": parts["login"]}
    site.replies["/cloud/index.php/login/v2"] = body(json.dumps(data))


def test_listener_who_logs_in_gives_a_password_of_the_apps_own(site: Site) -> None:
    answers: list[tuple[int, Any]] = [(404, []), (200, {"loginName": "ann", "appPassword": "app-s3cret"})]

    def poll(exchange: Exchange) -> None:
        status, data = answers.pop(0)
        exchange.say(status, json.dumps(data).encode())

    offer(site)
    site.replies["/cloud/login/v2/poll"] = poll
    waits: list[float] = []
    flow = login.begin(nameless(site))
    assert flow is not None
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


def test_login_that_never_comes_ends(site: Site) -> None:
    offer(site)
    flow = login.begin(nameless(site))
    assert flow is not None
    site.replies["/cloud/login/v2/poll"] = body("{}", status=403)
    with pytest.raises(SyncError, match="Nobody has logged in"):
        login.finish(nameless(site), flow, lambda seconds: None)
