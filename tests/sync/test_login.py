"""Nextcloud's login flow.

What was exchanged with a server is lost without harm, and never taken for that of another one. Looking cheaply
whether other machines have synced. Every field of progress reaches all that carries it: journal, snapshot, folder,
the process that syncs, the app.
"""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from tests.patience import PATIENCE
from tests.rooms import make_room
from tests.sources.server import Exchange, Site, body
from tests.sync.machines import Machine, whole_progress
from tests.sync.servers import FEED, NAMES, NOW, OTHER, Device, MemoryServer, play
from tui_pod.cli.main import main
from tui_pod.core.progress.records import ProgressRecord
from tui_pod.net.fetch import Limits
from tui_pod.net.json_client import Reply
from tui_pod.services.other_programs import OtherPrograms
from tui_pod.state.store import StateFile
from tui_pod.sync import login
from tui_pod.sync.folder import SyncError
from tui_pod.sync.memory import Memory, read_json, read_memory, write_json
from tui_pod.sync.protocols import HttpTransport, action_mark
from tui_pod.sync.server import OVERLAP, SAME_TIME, Peek, has_unread


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
    login.check_folder(str(tmp_path), is_made=False)
    with pytest.raises(login.NoFolder, match="There is no folder"):
        login.check_folder(str(tmp_path / "none/there"), is_made=False)
    login.check_folder(str(tmp_path / "none/there"), is_made=True)
    assert (tmp_path / "none/there").is_dir()


def test_login_that_works_is_kept(site: Site, tmp_path: Path) -> None:
    site.replies["/api/2/devices/ann.json"] = body("[]")
    assert login.log_in(site.url(""), "ann", "s3cret", tmp_path / "password") == "gpodder"
    assert login.read_password("", tmp_path / "password") == "s3cret"


MEMORY = Memory("https://s", "ann", protocol="gpodder", podcasts={"f": "a"}, sent={"e": "t"}, seen={"m": 5})
FRESH = Memory("https://s", "ann")


def test_memory_comes_back_for_its_server_and_user_alone(tmp_path: Path) -> None:
    file = tmp_path / "sync.json"
    write_json(file, asdict(MEMORY))
    assert read_memory(file, "https://s", "ann") == MEMORY
    assert read_memory(file, "https://s", "ben") == Memory("https://s", "ben")
    assert read_memory(file, "https://t", "ann") == Memory("https://t", "ann")


def test_first_sync_asks_for_everything() -> None:
    assert (FRESH.subscriptions_since, FRESH.actions_since, FRESH.protocol) == (0, 0, "")


@pytest.mark.parametrize(
    "change", [{"sent": {"e": 5}}, {"podcasts": {"f": None}}, {"seen": {"m": "5"}}, {"sent": []}, {"other": 1}]
)
def test_memory_with_a_value_of_another_type_is_empty(tmp_path: Path, change: dict[str, Any]) -> None:
    file = tmp_path / "sync.json"
    write_json(file, asdict(MEMORY) | change)
    assert read_memory(file, "https://s", "ann") == FRESH


@pytest.mark.parametrize("content", ["", "[]", "5", "{", "\x00"])
def test_damaged_file_is_empty(tmp_path: Path, content: str) -> None:
    file = tmp_path / "sync.json"
    assert read_json(file) == {}
    file.write_text(content)
    assert read_json(file) == {}
    assert read_memory(file, "https://s", "ann") == FRESH


def test_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SyncError, match="Cannot write"):
        write_json(tmp_path / "none" / "sync.json", json.loads("{}"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shared").mkdir()
    return tmp_path / "shared"


def _peek(folder: Path) -> Peek:
    return Peek(str(folder), ("", ""), folder.parent / "state.toml", lambda: "")


def test_folder_has_news_when_a_file_of_another_machine_appears_or_changes(folder: Path) -> None:
    peek = _peek(folder)
    assert not peek.has_news(True)
    there = folder / "there.toml"
    there.write_text("1")
    assert peek.has_news(False)
    peek.synced(peek.files(), "here")
    assert not peek.has_news(False)
    os.utime(there, ns=(1, 1))
    assert peek.has_news(False)


@pytest.mark.parametrize("name", ["here.toml", ".there.toml.tmp", "notes.txt"])
def test_own_file_and_what_is_no_machine_s_are_no_news(folder: Path, name: str) -> None:
    peek = _peek(folder)
    peek.synced(peek.files(), "here")
    (folder / name).write_text("1")
    assert not peek.has_news(False)


def test_folder_that_is_gone_is_left_to_the_next_sync(folder: Path) -> None:
    peek = _peek(folder)
    peek.synced({"there.toml": (1, 1)}, "here")
    folder.rmdir()
    assert not peek.has_news(False)


def test_server_has_news_until_a_sync_has_read_them(tmp_path: Path) -> None:
    server = MemoryServer()
    device = Device(tmp_path, server)
    device.sync()
    memory = read_memory(tmp_path / "sync.json", *NAMES)
    assert not has_unread(memory, server)
    server.actions.append(play(1, 300, NOW + timedelta(minutes=1)))
    assert has_unread(memory, server)
    device.sync()
    assert not has_unread(read_memory(tmp_path / "sync.json", *NAMES), server)


@pytest.mark.parametrize("podcast", [OTHER, FEED])
def test_podcast_that_was_added_or_removed_on_the_server_is_news_until_a_sync(tmp_path: Path, podcast: str) -> None:
    server = MemoryServer()
    device = Device(tmp_path, server)
    device.sync()
    server.now += timedelta(minutes=5)
    server.podcasts[podcast] = (int(server.now.timestamp()), podcast == OTHER)
    server.podcasts["no address"] = (int(server.now.timestamp()), True)
    assert has_unread(read_memory(tmp_path / "sync.json", *NAMES), server)
    device.sync()
    assert not has_unread(read_memory(tmp_path / "sync.json", *NAMES), server)


def test_server_is_not_asked_before_the_first_sync() -> None:
    server = MemoryServer()
    assert not has_unread(Memory(*NAMES), server)
    assert server.asked == []


class Answering:
    """A server with one action, which it lists whatever it is asked for."""

    def __init__(self, *actions: object) -> None:
        self.actions = list(actions)
        self.asked: list[str] = []

    def ask(self, method: str, path: str, data: object = None) -> Reply:
        """See `Transport.ask`."""
        self.asked.append(f"{method} {path}")
        return Reply(200, {"actions": self.actions, "timestamp": 1})


@pytest.mark.parametrize(("age", "is_news"), [(OVERLAP - 1, True), (OVERLAP, True), (OVERLAP + 1, False)])
def test_action_that_was_not_read_is_news_unless_it_is_older_than_what_is_read_again(age: int, is_news: bool) -> None:
    now = int(NOW.timestamp())
    action = {"action": "play", "timestamp": now - age}
    memory = Memory(*NAMES, protocol="gpodder", actions_since=now)
    assert has_unread(memory, Answering(action)) is is_news
    memory.seen[action_mark(action)] = now - age
    assert not has_unread(memory, Answering(action))


@pytest.mark.parametrize(("since", "asked"), [(1_000, 1_000 - SAME_TIME), (SAME_TIME - 1, 0)])
def test_server_is_asked_from_a_minute_before_the_last_sync_on_but_not_from_before_1970(since: int, asked: int) -> None:
    server = Answering()
    assert not has_unread(Memory(*NAMES, protocol="gpodder", actions_since=since), server)
    assert server.asked[1:] == [f"GET /api/2/episodes/ann.json?since={asked}"]


ROOT = Path(__file__).parents[2]


async def test_every_field_reaches_every_carrier(tmp_path: Path) -> None:
    there, here = (Machine(name, tmp_path / name) for name in ("there", "here"))
    for machine in (there, here):
        machine.home.mkdir()
    shared = tmp_path / "shared"
    shared.mkdir()
    (tmp_path / "config.toml").write_text('[sync]\nfolder = "shared"\n')
    (tmp_path / "catalog.toml").write_text('version = 1\n[[episodes]]\nid = "one"\ntitle = "One"\n')
    options = [word for name in ("catalog", "config") for word in (f"--{name}", str(tmp_path / f"{name}.toml"))]
    options.append("--state")
    there.file.append([ProgressRecord("one", whole_progress())])
    assert there.file.load().progress == {"one": whole_progress()}, "journal"
    there.file.compact()
    assert there.file.load().progress == {"one": whole_progress()}, "snapshot"
    assert main(["sync", *options, str(there.file.path), "--yes"]) == 0
    room, watched = make_room(), StateFile(here.file.path)
    assert watched.load().progress == {}
    assert main(["sync", *options, str(here.file.path), "--yes"]) == 0
    assert StateFile(here.file.path).load().progress == {"one": whole_progress()}, "folder"
    await OtherPrograms(room.controller, watched, Mock()).take_progress()
    assert room.progress_index.get("one") == whole_progress(), "app"


def test_field_that_is_added_as_described_reaches_every_carrier(tmp_path: Path) -> None:
    """Follow the recipe in CONTRIBUTING.md on a copy of the program, and run the test above there."""
    shutil.copytree(ROOT / "tui_pod", tmp_path / "tui_pod")
    for name in ("tests", "scripts", "pyproject.toml"):
        (tmp_path / name).symlink_to(ROOT / name)
    last, last_field = "    is_brief: bool = False\n", '    Field("brief", "is_brief", FLAG),\n'
    for file, after, added in (
        ("core/progress/progress.py", last, '    pace: str = ""\n'),
        ("state/fields.py", last_field, '    Field("pace", "pace", NAME),\n'),
    ):
        path = tmp_path / "tui_pod" / file
        text = path.read_text()
        assert text.count(after) == 1
        path.write_text(text.replace(after, after + added))
    words = ["-m", "pytest", "-n0", "-q", "-p", "no:cacheprovider", "tests/sync/test_login.py", "-k", "every_field"]
    done = subprocess.run(
        [sys.executable, *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout
