"""Looking cheaply whether other machines have synced."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from tests.sync.servers import NAMES, NOW, Device, MemoryServer, play
from tui_pod.sources.servers.client import Reply
from tui_pod.sync.actions import action_mark
from tui_pod.sync.memory import Memory, read_memory
from tui_pod.sync.peek import Peek, has_unread
from tui_pod.sync.server import OVERLAP, SAME_TIME


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
    assert server.asked == [f"GET /api/2/episodes/ann.json?since={asked}"]
