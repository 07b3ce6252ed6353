"""What is told to the other machines soon, by whatever saves it, and what is not."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from tests.fakes import START
from tests.rooms import EPISODES, make_room
from tui_pod.core.library.own_lists import OwnList
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.cards import Card, Notebook
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.records import HeardRecord, ProgressRecord, Record, SettingRecord, is_to_send
from tui_pod.runtime import changes
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.opml import Entry
from tui_pod.state.store import StateFile

ADDRESS = "https://pod.example.org/"
LATER = START + timedelta(minutes=5)
PLAYED_ON = Progress(START).with_played(0.0, 5.0, START).at(5.0, 60.0, START)


@pytest.fixture
def noted() -> Iterator[list[None]]:
    """A list that grows with each change."""
    found: list[None] = []
    changes.listeners.append(note := lambda: found.append(None))
    yield found
    changes.listeners.remove(note)


@pytest.mark.parametrize(
    ("record", "is_noted"),
    [
        (ProgressRecord("one", PLAYED_ON), False),
        (ProgressRecord("one", PLAYED_ON.at(30.0, 60.0, LATER)), True),
        (ProgressRecord("one", PLAYED_ON.marked(True, LATER)), True),
        (ProgressRecord("one", Progress(START).marked(True, START)), True),
        (Bookmark("one", 1.0, 2.0, START, START), True),
        (Card("one", 1.0, START, START), True),
        (OwnList("Road", START), True),
        (SettingRecord("player", "volume", 80), False),
        (HeardRecord("k", "one", START, 60, 1.5, 2.5), False),
    ],
)
def test_state_notes_what_the_listener_chose(record: Record, is_noted: bool, tmp_path: Path, noted: list[None]) -> None:
    file = StateFile(tmp_path / "state.toml")
    file.append([record])
    assert bool(noted) is is_noted
    noted.clear()
    file.save([record])
    assert bool(noted) is is_noted


def test_podcasts_note_what_the_listener_chose_and_no_refresh(tmp_path: Path, noted: list[None]) -> None:
    store = FeedStore(tmp_path)
    store.subscribe([Entry(ADDRESS, "Pod")])
    made: tuple[Callable[[], None], ...] = (
        partial(store.configure, ADDRESS, {"hidden": "yes"}),
        partial(store.move, ADDRESS, ADDRESS + "new"),
        partial(store.remove, ADDRESS),
        partial(store.restore, ADDRESS),
    )
    for change in made:
        assert noted
        noted.clear()
        change()
    assert noted
    noted.clear()
    store.touch(ADDRESS)
    store.fail(ADDRESS, "gone")
    assert not noted
    store.db.close()


@pytest.mark.parametrize("is_held", [False, True])
def test_app_sends_nothing_that_sync_brought_until_it_is_undone(is_held: bool) -> None:
    room = make_room(EPISODES)
    if is_held:
        room.play("three", seconds=60)
        room.controller.toggle_pause()
    room.writer.records.clear()
    newer = {"three": Progress(LATER, 90.0, 300.0), "one": Progress(LATER, played=True)}
    room.controller.editor.receive(newer, "2 episodes synced")
    room.controller.bookmarks.receive_all(Notebook((Bookmark("one", 1.0, 2.0, LATER, LATER),)), "synced")
    room.controller.save()
    assert not any(map(is_to_send, room.writer.records))
    room.controller.undo()
    assert any(map(is_to_send, room.writer.records))
