"""Sync with a server that keeps to its protocol, and with one that does not."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pytest

from tests.sync.servers import FEED, NAMES, NOW, OTHER, Device, MemoryServer, audio, ident, play
from tui_pod.core.progress.progress import PlayedRule, Progress
from tui_pod.net.json_client import Reply
from tui_pod.shelf.opml import Entry, write_opml
from tui_pod.shelf.published import Published, PublishedItem
from tui_pod.sync.folder import SyncError
from tui_pod.sync.protocols import Server
from tui_pod.sync.server import ServerSync

HOUR = timedelta(hours=1)


@pytest.fixture(params=["gpodder", "nextcloud"])
def server(request: pytest.FixtureRequest) -> MemoryServer:
    return MemoryServer(request.param)


@pytest.fixture
def device(tmp_path: Path, server: MemoryServer) -> Device:
    return Device(tmp_path / "one", server)


def test_first_sync_sends_podcasts_and_progress(device: Device, server: MemoryServer) -> None:
    device.put(ident(1), Progress(NOW - 2 * HOUR, 42.3, 1000.0, played_ranges=((0.0, 42.3),)))
    device.put(ident(2), Progress(NOW - timedelta(minutes=1), played=True, plays=1))
    device.put(ident(3), Progress(NOW))
    device.put("of-the-catalogue", Progress(NOW, 10.0, 60.0))
    outcome = device.sync()
    assert (outcome.sent, outcome.podcasts_sent, outcome.notices) == (2, [FEED], [])
    begun = {"started": 0, "position": 42, "total": 1000, "guid": "guid-1", "device": "tui-pod"}
    ended = {"started": 1000, "position": 1000, "total": 1000, "guid": "guid-2", "device": "tui-pod"}
    assert server.actions == [
        play(1, 42, NOW - 2 * HOUR) | begun,
        play(2, 1000, NOW - timedelta(minutes=1)) | ended,
    ]


def test_late_change_has_the_time_of_sending_only_if_another_program_would_miss_it(
    device: Device, server: MemoryServer
) -> None:
    ago, times = NOW - 2 * HOUR, list[str]()
    device.sync()
    for number, name in ((1, "tui-pod-desk"), (2, "phone")):
        server.actions.append(play(4, number, NOW - timedelta(days=1), device=name))
        device.put(ident(number), Progress(ago, 42.0, 1000.0))
        device.sync()
        times.append(server.actions[-1]["timestamp"])
    device.put(ident(3), Progress(ago, 42.0, 1000.0, origin="desk"))  # which may have played on since
    device.sync()
    assert [*times, server.actions[-1]["timestamp"]] == [
        "2026-03-01T10:00:00",
        "2026-03-01T12:00:00",
        "2026-03-01T10:00:00",
    ]


def test_sync_without_changes_asks_twice_and_changes_nothing(device: Device, server: MemoryServer) -> None:
    device.put(ident(1), Progress(NOW - 2 * HOUR, 42.3, 1000.0))
    device.put("of-the-catalogue", Progress(NOW, 10.0, 60.0))
    server.actions.append(play(2, 100))
    device.sync()
    before = device.progress()
    for later in (timedelta(minutes=1), HOUR, timedelta(days=30)):
        server.asked.clear()
        outcome = device.sync(after=later)
        assert not outcome.has_changed
        assert len(server.asked) == 2
    assert device.progress() == before


def test_two_devices_have_one_place(device: Device, server: MemoryServer, tmp_path: Path) -> None:
    other = Device(tmp_path / "two", server)
    device.put(ident(1), Progress(NOW, 42.3, 1000.0))
    device.sync()
    assert other.sync(after=HOUR).received.keys() == {ident(1)}
    assert other.progress()[ident(1)].position == 42.0
    other.put(ident(1), Progress(NOW + 2 * HOUR, 500.0, 1000.0))
    other.put(ident(2), Progress(NOW + 2 * HOUR, played=True))
    other.sync(after=2 * HOUR)
    device.sync(after=HOUR)
    found = device.progress()
    assert (found[ident(1)].position, found[ident(2)].played) == (500.0, True)
    assert not device.sync(after=HOUR).has_changed
    assert not other.sync(after=HOUR).has_changed


def test_podcasts_come_and_go_on_both(device: Device, server: MemoryServer, tmp_path: Path) -> None:
    other = Device(tmp_path / "two", server, (OTHER,))
    device.sync()
    assert other.sync(after=HOUR).subscribed == [FEED]
    assert device.sync(after=HOUR).subscribed == [OTHER]
    device.store.remove(FEED)
    assert device.sync(after=HOUR).podcasts_removed == [FEED]
    assert other.sync(after=HOUR).unsubscribed == [FEED]
    assert device.addresses() == other.addresses() == {OTHER}
    assert not device.sync(after=HOUR).has_changed
    device.store.restore(FEED)
    device.sync(after=HOUR)
    other.sync(after=HOUR)
    assert other.addresses() == {FEED, OTHER}


def test_long_list_of_podcasts_is_one_transaction_and_one_backup(
    device: Device, server: MemoryServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    backups: list[int] = []

    def write(entries: list[Entry], title: str) -> str:
        backups.append(len(entries))
        return write_opml(entries, title)

    monkeypatch.setattr("tui_pod.shelf.database.write_opml", write)
    for number in range(30):
        server.podcasts[f"https://cast.example.org/{number}"] = (0, True)
    before = device.store.db.file.read_bytes()[24:28]
    assert len(device.sync().subscribed) == 30
    after = device.store.db.file.read_bytes()[24:28]
    assert int.from_bytes(after, "big") - int.from_bytes(before, "big") == 1
    assert backups == [31]
    assert all(feed.is_origin_known for feed in device.store.feeds() if feed.address != FEED)


def test_dry_run_changes_nothing_here_or_there(device: Device, server: MemoryServer) -> None:
    server.podcasts[OTHER] = (0, True)
    server.actions.append(play(1, 100))
    device.put(ident(2), Progress(NOW, 50.0, 1000.0))
    outcome = device.sync(is_dry=True)
    assert (outcome.subscribed, outcome.podcasts_sent, outcome.sent) == ([OTHER], [FEED], 1)
    assert outcome.received.keys() == {ident(1)}
    assert (device.addresses(), set(device.progress())) == ({FEED}, {ident(2)})
    assert not any(asked.startswith("POST") for asked in server.asked)
    assert not (device.home / "sync.json").exists()


def test_actions_of_a_new_podcast_wait_for_its_episodes(device: Device, server: MemoryServer) -> None:
    server.podcasts[OTHER] = (0, True)
    server.actions.append(play(1, 100, feed=OTHER))
    assert device.sync().received == {}
    device.fetch(OTHER)
    assert device.sync(after=timedelta(days=30)).received[ident(1, OTHER)].position == 100.0


def test_mark_unmark_and_mark_end_the_same_on_three_machines_and_another_client(
    device: Device, server: MemoryServer, tmp_path: Path
) -> None:
    devices = [device, Device(tmp_path / "two", server), Device(tmp_path / "three", server)]
    now = NOW

    def settle() -> set[tuple[bool, float]]:
        for machine in (*devices, *devices):
            machine.sync(after=timedelta(seconds=5))
        return {(value.played, value.position) for value in (each.progress()[ident(1)] for each in devices)}

    for turn, is_played in enumerate((True, False, True)):
        now = server.now
        former = devices[turn].progress().get(ident(1)) or Progress(now)
        devices[turn].put(ident(1), former.marked(is_played, now))
        assert settle() == {(is_played, 0.0)}
    server.actions.append({"podcast": FEED, "episode": audio(1), "action": "NEW", "device": "antennapod",
                           "timestamp": f"{server.now:%Y-%m-%dT%H:%M:%S}"})  # fmt: skip
    assert settle() == {(False, 0.0)}
    devices[0].put(ident(1), Progress(server.now, 300.0, 1000.0))
    assert {position for _, position in settle()} == {300.0}


def test_mark_without_a_length_is_named_once_and_sent_when_the_length_is_known(
    device: Device, server: MemoryServer
) -> None:
    items = (PublishedItem(guid="guid-1", title="One", audio=audio(1)),)
    device.store.store(FEED, Published("Cast", items))
    device.put(ident(1), Progress(NOW, played=True))
    assert device.sync().lacking_length == [ident(1)]
    assert device.sync().lacking_length == []
    assert server.actions == []
    device.fetch(FEED)
    assert device.sync().sent == 1
    assert [action["position"] for action in server.actions] == [1000]


def test_change_names_its_device(device: Device, server: MemoryServer) -> None:
    server.actions.append(play(1, 100, device="tui-pod-laptop"))
    result = device.sync()
    assert result.received[ident(1)].origin == "laptop"


DAMAGED = b"""{"server": "https://sync.example.org", "user": "ann", "protocol": "gpodder", "subscriptions_since": 1,
"actions_since": 1, "podcasts": [], "sent": {"x": 5}, "seen": {"x": "y"}, "waiting": [1, []]}"""


@pytest.mark.parametrize("element", [None, play(1, 5) | {"timestamp": "soon"}])
def test_element_that_makes_no_sense_stops_no_other(element: Any, device: Device, server: MemoryServer) -> None:
    good = play(2, 100)
    scripted = Scripted(server, [[element, good]])
    device.server = scripted  # type: ignore[assignment]
    assert device.sync().received.keys() == {ident(2)}


class Scripted:
    """A server whose actions are what a test says, page by page."""

    def __init__(self, server: MemoryServer, pages: Any, timestamps: Iterator[int] | None = None) -> None:
        self._server = server
        self._pages = chain(pages, repeat([]))
        self._timestamps = timestamps
        self.now = server.now

    def ask(self, method: str, path: str, data: Any = None) -> Reply:
        if method == "GET" and "episode" in path:
            time = next(self._timestamps) if self._timestamps else int(self.now.timestamp())
            return Reply(200, {"actions": next(self._pages), "timestamp": time})
        return self._server.ask(method, path, data)


def test_pages_are_read_to_their_end(device: Device, server: MemoryServer) -> None:
    server.actions = [play(n % 5, n + 1, NOW - HOUR + timedelta(seconds=n)) for n in range(60)]
    server.page = 7
    device.sync()
    assert {found.position for found in device.progress().values()} == {56.0, 57.0, 58.0, 59.0, 60.0}
    server.asked.clear()
    assert not device.sync(after=HOUR).has_changed
    assert len([asked for asked in server.asked if "episode" in asked]) <= 10


def test_page_that_never_ends_is_left(device: Device, server: MemoryServer) -> None:
    def pages() -> Iterator[list[Any]]:
        number = 0
        while True:
            yield [play(1, 1 + (number + n) % 900, NOW - HOUR + timedelta(seconds=number + n)) for n in range(2)]
            number += 2

    device.server = Scripted(server, pages(), (int((NOW - HOUR).timestamp()) + 2 * n + 1 for n in range(10**6)))  # type: ignore[assignment]
    outcome = device.sync()
    assert outcome.notices == ["The server lists episodes without end; the rest was left out."]
    assert outcome.received.keys() == {ident(1)}


def test_refused_element_stops_no_other_and_is_not_sent_again(device: Device, server: MemoryServer) -> None:
    for number in range(5):
        device.put(ident(number), Progress(NOW, 100.0 + number, 1000.0))
    server.refuses = lambda element: isinstance(element, dict) and element["position"] == 103
    outcome = device.sync()
    assert outcome.notices == ["The server refused the progress of 1 of 5 episodes."]
    assert sorted(action["position"] for action in server.actions) == [100, 101, 102, 104]
    assert not device.sync(after=HOUR).has_changed


def test_refused_podcast_stops_no_other_and_its_progress_is_not_sent(device: Device, server: MemoryServer) -> None:
    device.subscribe(OTHER)
    device.put(ident(1, OTHER), Progress(NOW, 100.0, 1000.0))
    server.refuses = lambda element: element == OTHER
    device.sync()
    assert (list(server.podcasts), server.actions) == ([FEED], [])
    assert device.addresses() == {FEED, OTHER}


def test_address_that_the_server_rewrites_is_used_for_actions(device: Device, server: MemoryServer) -> None:
    theirs = "https://pod.example.org/other-name"
    server.update_urls = {FEED: theirs} if server.speaks == "gpodder" else {}
    device.put(ident(1), Progress(NOW, 100.0, 1000.0))
    device.sync()
    assert server.actions[0]["podcast"] == (theirs if server.update_urls else FEED)
    server.actions.append(play(2, 50, NOW + HOUR) | {"podcast": server.actions[0]["podcast"]})
    outcome = device.sync(after=2 * HOUR)
    assert (outcome.subscribed, list(outcome.received)) == ([], [ident(2)])
    assert device.addresses() == {FEED}


def test_podcast_from_a_server_may_not_lead_into_the_own_network(device: Device, server: MemoryServer) -> None:
    server.podcasts["http://127.0.0.1:8080/feed"] = (0, True)
    server.podcasts["file:///etc/passwd"] = (0, True)
    server.podcasts["https://ann:secret@pod.example.org/"] = (0, True)
    device.sync()
    (feed,) = (feed for feed in device.store.feeds() if feed.address != FEED)
    assert (feed.address, feed.is_origin_known, feed.allowed) == ("http://127.0.0.1:8080/feed", True, frozenset())


def test_server_in_trouble_is_an_error_and_changes_nothing(device: Device, server: MemoryServer) -> None:
    device.sync()
    device.put(ident(1), Progress(NOW, 100.0, 1000.0))
    server.status = 503
    with pytest.raises(SyncError, match="try again later"):
        device.sync(after=HOUR)
    server.status = 200
    assert device.sync(after=HOUR).sent == 1


def test_server_that_takes_nothing_is_left_after_some_tries(device: Device, server: MemoryServer) -> None:
    for number in range(5):
        device.put(ident(number), Progress(NOW - HOUR, 100.0 + number, 1000.0))
    server.refuses = lambda element: isinstance(element, dict)
    server.actions.append(play(1, 500))
    outcome = device.sync()
    assert outcome.error == "The server accepts nothing at the moment (status 500); try again later."
    assert outcome.received.keys() == {ident(1)}  # and it is saved
    server.refuses = lambda element: False
    assert device.sync(after=HOUR).sent == 4


@pytest.mark.parametrize("content", [b"", b"{", b'"x"', b'{"server": 1}', b"[" * 10**5, DAMAGED])
def test_damaged_memory_is_a_first_sync_that_changes_nothing(
    content: bytes, device: Device, server: MemoryServer
) -> None:
    device.put(ident(1), Progress(NOW - HOUR, 100.0, 1000.0))
    device.sync()
    before = device.progress()
    (device.home / "sync.json").write_bytes(content)
    outcome = device.sync(after=HOUR)
    assert (outcome.received, outcome.unsubscribed, device.progress()) == ({}, [], before)


def test_state_that_was_lost_is_taken_from_the_server_again(device: Device, server: MemoryServer) -> None:
    device.put(ident(1), Progress(NOW - HOUR, 100.0, 1000.0))
    device.sync()
    for path in device.home.glob("state*"):
        path.unlink()
    device.sync(after=HOUR)
    assert device.progress()[ident(1)].position == 100.0


def test_progress_of_a_podcast_subscribed_to_later_is_sent_then(device: Device, server: MemoryServer) -> None:
    device.put(ident(1, OTHER), Progress(NOW - HOUR, 100.0, 1000.0))
    assert device.sync().sent == 0
    device.subscribe(OTHER)
    assert device.sync(after=HOUR).sent == 1


def test_change_within_the_second_of_what_it_replaces_wins(
    device: Device, server: MemoryServer, tmp_path: Path
) -> None:
    other = Device(tmp_path / "two", server)
    device.put(ident(1), Progress(NOW + timedelta(seconds=0.5), 100.0, 1000.0))
    device.sync(after=timedelta(seconds=0.6))
    found = other.sync().received[ident(1)]._replace(position=200.0)
    other.put(ident(1), found._replace(updated=found.updated + timedelta(milliseconds=1)))
    other.sync(after=timedelta(seconds=0.1))
    assert device.sync(after=HOUR).received[ident(1)].position == 200.0


def test_action_of_a_clock_years_ahead_counts_as_now_and_never_again(device: Device, server: MemoryServer) -> None:
    server.actions.append(play(1, 100, NOW + timedelta(days=4_000)))
    device.sync()
    found = device.progress()[ident(1)]
    assert (found.position, found.updated) == (100.0, NOW)
    device.put(ident(1), found.marked(True, NOW + timedelta(minutes=1)))
    for _ in range(2):
        device.sync(after=HOUR)
        assert device.progress()[ident(1)].played


def test_clock_that_is_a_day_ahead_is_heard_and_overtaken(device: Device, server: MemoryServer) -> None:
    server.actions.append(play(1, 100, NOW + timedelta(days=1)))
    device.sync()
    found = device.progress()[ident(1)]
    device.put(ident(1), found._replace(position=200.0, updated=found.updated + timedelta(milliseconds=1)))
    device.sync(after=HOUR)
    assert not device.sync(after=HOUR).received
    assert device.progress()[ident(1)].position == 200.0


def test_memory_is_written_only_after_something_was_exchanged(device: Device, server: MemoryServer) -> None:
    device.sync()
    memory = device.home / "sync.json"
    before = memory.stat().st_ino
    device.sync(after=HOUR)
    assert memory.stat().st_ino == before


def test_refusal_of_all_that_is_sent_is_remembered(device: Device, server: MemoryServer) -> None:
    device.sync()
    server.refuses, server.refusal = lambda element: isinstance(element, dict), 400
    device.put(ident(1), Progress(NOW, 42.3, 1000.0))
    device.sync(after=HOUR)
    server.asked.clear()
    device.sync(after=HOUR)
    assert len(server.asked) == 2  # nothing is sent again


@pytest.mark.parametrize(
    ("name", "devices"),
    [("desk", [("tui-pod", "tui-pod"), ("tui-pod-desk", "desk")]), (None, [("tui-pod", "tui-pod")])],
)
def test_machine_registers_itself_and_the_name_that_all_share_once(
    device: Device,
    server: MemoryServer,
    name: str | None,
    devices: list[tuple[str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    registered: list[tuple[str, str]] = []
    monkeypatch.setattr(Server, "register", lambda _, *given: registered.append(given))

    def sync(is_dry: bool = False) -> None:
        made = ServerSync(server, device.home / "sync.json", NAMES, device.store, PlayedRule(), name)
        made.run(device.file, device.file.load(), NOW, is_dry)

    sync(is_dry=True)
    assert registered == []
    sync()
    assert registered == devices
    sync()
    assert registered == devices
