"""Episode actions: what is read of a server's, what is sent, and which one wins."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.present import present
from tui_pod.core.progress.progress import PlayedRule, Progress, Status
from tui_pod.core.wall_time import FUTURE, UNKNOWN
from tui_pod.net.address import MAX_SHARED, is_exact
from tui_pod.shelf.feed_store import EpisodeIdentity
from tui_pod.sync.protocols import (
    DEVICE,
    LATE,
    MAX_SECONDS,
    EpisodeAction,
    action_mark,
    action_time,
    device_id,
    device_name,
    newest_of_each,
    parse_action,
    to_element,
    to_progress,
)

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
CAST, AUDIO = "https://cast.example.org/feed", "https://cast.example.org/1.mp3"

ELEMENT: dict[str, Any] = {
    "podcast": CAST, "episode": AUDIO, "guid": "g1", "device": "phone", "action": "play",
    "timestamp": "2026-11-28T11:00:00", "started": 10, "position": 40, "total": 100,
}  # fmt: skip

ACTION = EpisodeAction(CAST, AUDIO, "g1", NOW - timedelta(hours=1), 10, 40, 100, "phone")
NEW = ACTION._replace(started=None, position=0, total=None)


def identity(**changes: Any) -> EpisodeIdentity:
    return EpisodeIdentity(**{"id": "e1", "feed": CAST, "guid": "g1", "audio": AUDIO, "duration": 100.0, **changes})


def test_element_becomes_an_action() -> None:
    assert parse_action(ELEMENT, NOW) == ACTION
    assert parse_action({**ELEMENT, "action": "PLAY", "guid": None}, NOW) == ACTION._replace(guid=None)


@pytest.mark.parametrize(
    "change",
    [
        {"action": "download"},
        {"action": "delete"},
        {"action": None},
        {"podcast": ""},
        {"podcast": None},
        {"episode": ""},
        {"episode": 7},
        {"podcast": "x" * (MAX_SHARED + 1)},
        {"podcast": "a\x1b[2J"},
        {"position": 0},
        {"position": -1},
        {"position": True},
        {"position": "40"},
        {"position": MAX_SECONDS + 1},
        {"position": float("nan")},
        {"position": None},
        {"position": []},
        {"timestamp": "yesterday"},
        {"timestamp": None},
        {"timestamp": 10**30},
    ],
)
def test_element_that_makes_no_sense_is_skipped(change: dict[str, Any]) -> None:
    assert parse_action({**ELEMENT, **change}, NOW) is None


def test_new_is_read_without_a_position() -> None:
    for position in (None, 0, -1, 40):
        assert parse_action({**ELEMENT, "action": "NEW", "position": position}, NOW) == NEW


@pytest.mark.parametrize(("ours", "wins"), [(-1.0, True), (-0.4, True), (0.0, True), (0.1, False), (1.0, False)])
def test_new_takes_a_mark_back_and_wins_ties(ours: float, wins: bool) -> None:
    mine = Progress(ACTION.time + timedelta(seconds=ours), played=True, plays=1, duration=100.0)
    found = to_progress(NEW, mine, PlayedRule())
    assert (found is not None) is wins
    if found is not None:
        assert (found.status, found.plays, found.duration) == (Status.UNPLAYED, 1, 100.0)
        assert found.updated > mine.updated


@pytest.mark.parametrize(
    ("action", "mine"),
    [
        pytest.param(NEW, None, id="new for an untouched one"),
        pytest.param(NEW, Progress(ACTION.time - timedelta(1)), id="new for an unplayed one"),
        pytest.param(ACTION, Progress(ACTION.time, 5.0), id="as old"),
        pytest.param(ACTION, Progress(ACTION.time + timedelta(seconds=1), 5.0), id="older"),
        pytest.param(ACTION, Progress(ACTION.time - timedelta(1), 40.7, 100.0), id="at our position"),
    ],
)
def test_action_that_tells_nothing_newer_changes_nothing(action: EpisodeAction, mine: Progress | None) -> None:
    assert to_progress(action, mine, PlayedRule()) is None


def test_mark_taken_back_is_sent_as_new() -> None:
    assert to_element(Progress(NOW, duration=100.0), CAST, identity(), NOW, "tui-pod-desk") == {
        "podcast": CAST, "episode": AUDIO, "device": "tui-pod-desk", "action": "new", "guid": "g1",
        "timestamp": "2026-11-28T12:00:00",
    }  # fmt: skip


def test_what_played_on_without_a_decision_is_never_sent_as_newer_than_it_is() -> None:
    element = present(to_element(Progress(NOW - timedelta(hours=5), 40.0, 100.0, listened=NOW), CAST, identity(), NOW))
    assert element["timestamp"] == "2026-11-28T07:00:00"


@pytest.mark.parametrize(
    ("name", "ident", "shown"),
    [("laptop", "tui-pod-laptop", "laptop"), (None, DEVICE, DEVICE), ("Ann's Mac!", "tui-pod-ann-s-mac", "ann-s-mac")],
)
def test_machine_has_an_id_and_a_name(name: str | None, ident: str, shown: str) -> None:
    assert device_id(name) == ident
    assert device_name(ident) == shown
    assert device_name("antennapod") == "antennapod"


@pytest.mark.parametrize("value", [None, [], "play", 7])
def test_element_that_is_no_table_is_skipped(value: object) -> None:
    assert parse_action(value, NOW) is None
    assert action_time(value) == 0
    assert len(action_mark(value)) == 16


@pytest.mark.parametrize(
    ("field", "given", "read"),
    [
        ("position", 1, 1), ("position", MAX_SECONDS, MAX_SECONDS), ("position", 40.9, 40), ("position", 1.0, 1),
        ("started", -1, None), ("total", 0, None), ("podcast", "x" * MAX_SHARED, "x" * MAX_SHARED),
    ],
)  # fmt: skip
def test_fields_at_their_limits(field: str, given: object, read: object) -> None:
    action = present(parse_action({**ELEMENT, field: given}, NOW))
    assert getattr(action, field) == read


@pytest.mark.parametrize(
    "timestamp", ["2026-11-28T11:00:00", "2026-11-28T11:00:00Z", "2026-11-28T12:00:00+01:00", 1795863600]
)
def test_time_is_read_in_every_form_of_servers(timestamp: object) -> None:
    action = present(parse_action({**ELEMENT, "timestamp": timestamp}, NOW))
    assert action.time == datetime(2026, 11, 28, 11, tzinfo=UTC)
    assert action_time({"timestamp": timestamp}) == 1795863600


@pytest.mark.parametrize(
    ("ahead", "read"),
    [(FUTURE, NOW + FUTURE), (FUTURE + timedelta(seconds=1), UNKNOWN), (timedelta(days=365 * 7_000), UNKNOWN)],
)
def test_time_far_ahead_counts_as_unknown(ahead: timedelta, read: datetime) -> None:
    action = present(parse_action({**ELEMENT, "timestamp": (NOW + ahead).isoformat()}, NOW))
    assert action.time == read


@pytest.mark.parametrize("field", ["podcast", "episode", "guid", "timestamp", "position", "action"])
def test_mark_changes_with_what_identifies_an_element(field: str) -> None:
    assert action_mark({**ELEMENT, field: "other"}) != action_mark(ELEMENT)


def test_mark_stays_with_what_a_server_may_change() -> None:
    assert action_mark({**ELEMENT, "device": "x", "started": 3, "action": "PLAY"}) == action_mark(ELEMENT)


def test_newer_action_moves_the_position_and_marks_what_was_heard() -> None:
    progress = present(to_progress(ACTION, Progress(ACTION.time - timedelta(seconds=1)), PlayedRule()))
    assert (progress.position, progress.duration, progress.updated) == (40.0, 100, ACTION.time)
    assert progress.played_ranges == ((10, 40),)


def test_action_for_an_untouched_episode_begins_its_progress() -> None:
    progress = present(to_progress(ACTION._replace(started=None), None, PlayedRule()))
    assert (progress.position, progress.played_ranges) == (40.0, ())


def test_action_at_the_end_marks_as_played_once() -> None:
    end = ACTION._replace(position=100)
    progress = present(to_progress(end, None, PlayedRule()))
    assert (progress.played, progress.plays) == (True, 1)
    assert to_progress(end._replace(time=NOW), progress, PlayedRule()) is None
    assert to_progress(ACTION._replace(time=NOW), progress, PlayedRule()) is not None


def test_progress_becomes_an_element() -> None:
    progress = Progress(NOW, 40.9, 100.0).with_played(10, 40.9, NOW)
    assert to_element(progress, CAST, identity(), NOW) == {
        "podcast": CAST, "episode": AUDIO, "device": DEVICE, "action": "play", "guid": "g1",
        "timestamp": "2026-11-28T12:00:00", "started": 10, "position": 40, "total": 100,
    }  # fmt: skip


def test_played_episode_is_sent_as_heard_to_its_end() -> None:
    element = present(to_element(Progress(NOW, 0.0, None, played=True), CAST, identity(), NOW))
    assert (element["started"], element["position"], element["total"]) == (100, 100, 100)


def test_episode_of_unknown_length_is_sent_without_one() -> None:
    element = present(to_element(Progress(NOW, 40.0), CAST, identity(duration=None), NOW))
    assert (element["position"], "total" in element, "started" in element) == (40, False, False)


def test_guid_is_sent_without_its_number() -> None:
    for guid, sent in (("g1\0002", "g1"), ("", None)):
        element = present(to_element(Progress(NOW, 40.0), CAST, identity(guid=guid), NOW))
        assert element.get("guid") == sent


@pytest.mark.parametrize(
    ("progress", "podcast", "audio"),
    [
        (Progress(NOW, 0.9, 100.0), CAST, AUDIO),
        (Progress(NOW, 40.0, 100.0), "ftp://x", AUDIO),
        (Progress(NOW, 40.0, 100.0), CAST, "/home/me/1.mp3"),
    ],
)
def test_progress_that_a_server_would_refuse_is_not_sent(progress: Progress, podcast: str, audio: str) -> None:
    assert to_element(progress, podcast, identity(audio=audio), NOW) is None


@pytest.mark.parametrize(
    ("updated", "sent"),
    [
        (NOW - LATE, "2026-11-28T11:50:00"),
        (NOW - LATE - timedelta(seconds=1), "2026-11-28T12:00:00"),
        (NOW - timedelta(milliseconds=1), "2026-11-28T12:00:00"),
    ],
)
def test_time_of_an_element(updated: datetime, sent: str) -> None:
    element = present(to_element(Progress(updated, 40.0, 100.0), CAST, identity(), NOW))
    assert element["timestamp"] == sent


def test_address_is_one_only_in_its_full_form() -> None:
    assert is_exact(AUDIO)
    for text in ("cast.example.org/1.mp3", f" {AUDIO}", "https://x/" + "y" * MAX_SHARED, None, 7):
        assert not is_exact(text)


def test_newest_action_of_each_episode_wins() -> None:
    assert newest_of_each([NEW, ACTION]) == newest_of_each([ACTION, NEW]) == [NEW]
    later = ACTION._replace(time=NOW, position=20)
    further = later._replace(position=30)
    other = ACTION._replace(guid=None, episode="https://cast.example.org/2.mp3")
    for actions in ([ACTION, later, further, other], [further, later, other, ACTION]):
        assert set(newest_of_each(actions)) == {further, other}


def test_episode_is_known_by_its_guid_else_by_its_recording() -> None:
    moved = ACTION._replace(time=NOW, episode="https://cast.example.org/moved.mp3")
    assert newest_of_each([ACTION, moved]) == [moved]
    bare = [action._replace(guid=None) for action in (ACTION, moved)]
    assert newest_of_each(bare) == bare
