"""What the running app shows of changes by other programs."""

import asyncio
from datetime import timedelta

import pytest

from tests.core.playback.test_passage_skips import JINGLE, begin
from tests.fakes import START
from tests.patience import until
from tests.rooms import Room, make_room
from tui_pod.core.errors import UserError
from tui_pod.core.library.library import CatalogsError
from tui_pod.core.outcome import refused
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.cards import Card, Notebook
from tui_pod.core.progress.progress import Progress, Status
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.services import other_programs
from tui_pod.services.other_programs import OtherPrograms
from tui_pod.state.store import State, StateFile

LATER = START + timedelta(minutes=1)
PLAYED = Progress(LATER, played=True)


class Watched(StateFile):
    """A watch over what a test says is saved."""

    def __init__(self, room: Room) -> None:
        self.saved: dict[str, Progress] = {}
        self.notebook = Notebook()
        self.tables: dict[str, dict[str, object]] = {}
        self.looks = 0
        self.failure: UserError | None = None
        self.is_stuck = False
        self.watch = OtherPrograms(room.controller, self, self._look_at_feeds)

    @property
    def is_changed_elsewhere(self) -> bool:
        return bool(self.saved or self.tables or any(self.notebook))

    def read_elsewhere(self) -> State:
        return State(self.saved, self.tables, notebook=self.notebook)

    async def _look_at_feeds(self) -> None:
        self.looks += 1
        if self.is_stuck:
            try:
                await asyncio.Event().wait()
            finally:
                raise UserError("The screen is gone.")
        if self.failure is not None:
            raise self.failure


@pytest.fixture
def watched(room: Room) -> Watched:
    return Watched(room)


async def test_fragments_leave_continue_in_an_app_that_runs_on() -> None:
    room = make_room()
    aging = ProgressIndex(room.library, {"one": Progress(START, position=5.0)}, timedelta(days=2), START)
    room.controller.adopt(room.library, aging)
    watched = Watched(room)
    room.clock.now += timedelta(days=1)
    await watched.watch.look()
    assert aging.continue_count == 1
    room.clock.now += timedelta(days=2)
    await watched.watch.look()
    assert (aging.continue_count, room.listener.changed[-1]) == (0, frozenset({"one"}))


async def test_mark_from_elsewhere_is_shown_and_neither_saved_again_nor_told(room: Room, watched: Watched) -> None:
    watched.saved = {"one": PLAYED, "two": Progress(LATER, position=30.0)}
    await watched.watch.look()
    assert [room.progress_index.status(ident) for ident in ("one", "two")] == [Status.PLAYED, Status.STARTED]
    assert room.listener.changed[-1] == {"one", "two"}
    assert (room.writer.records, room.listener.said, watched.looks) == ([], [], 1)


async def test_return_to_a_passage_that_a_sync_brought_is_kept_by_the_next_one_here() -> None:
    room = begin(JINGLE)
    watched = Watched(room)
    watched.tables = {"returned": {"three": "99"}}
    for _ in range(2):
        await watched.watch.look()
    room.player.play(30.0)
    room.controller.seek_to(35.0)
    assert str(room.writer.table("returned")["three"]).split() == ["99", "35"]


async def test_bookmarks_and_answers_from_elsewhere_are_shown_and_neither_saved_again_nor_told(
    room: Room, watched: Watched
) -> None:
    bookmark = Bookmark("one", 5.0, 9.0, START, START, "Said.")
    watched.notebook = Notebook((bookmark,), (Card("one", 5.0, LATER, START),))
    await watched.watch.look()
    assert (list(room.controller.bookmarks), len(room.controller.bookmarks.cards)) == ([bookmark], 1)
    watched.notebook = Notebook((bookmark.removed(LATER),))
    await watched.watch.look()
    assert list(room.controller.bookmarks) == []
    assert (room.writer.records, room.listener.said) == ([], [])
    assert room.listener.bookmarked[-1] == {"one"}
    assert room.controller.undo() == refused("Nothing to undo.")


async def test_older_progress_from_elsewhere_changes_nothing(room: Room, watched: Watched) -> None:
    room.controller.editor.mark(["one"], played=True)
    watched.saved = {"one": Progress(START - timedelta(days=1), position=30.0)}
    changes = len(room.listener.changed)
    await watched.watch.look()
    assert room.progress("one").status is Status.PLAYED
    assert len(room.listener.changed) == changes


async def test_what_plays_keeps_its_place_but_takes_a_mark(room: Room, watched: Watched) -> None:
    room.play("three", seconds=10)
    watched.saved = {"three": Progress(LATER + timedelta(hours=1), position=200.0)}
    await watched.watch.look()
    assert room.progress("three").position == pytest.approx(10)
    room.controller.toggle_pause()
    watched.saved = {"three": Progress(LATER + timedelta(hours=2), played=True)}
    await watched.watch.look()
    assert room.progress("three").status is Status.PLAYED
    room.controller.toggle_pause()
    room.player.play(10)
    assert room.progress("three").status is Status.PLAYED


async def test_what_a_sync_saves_is_left_to_it_and_seen_afterwards(room: Room, watched: Watched) -> None:
    watched.saved = {"one": PLAYED}
    with watched.watch.leaving_progress():
        await watched.watch.look()
        assert room.progress_index.status("one") is Status.UNPLAYED
    await watched.watch.look()
    assert (room.progress_index.status("one"), watched.looks) == (Status.PLAYED, 2)


async def test_look_that_fails_does_not_end_the_watch(
    room: Room, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(other_programs, "EVERY", 0.0)
    watched.failure = CatalogsError(["catalog.toml:1: broken"])
    watched.watch.start()
    await until(lambda: watched.looks, "it looks")
    watched.failure, watched.saved = None, {"one": PLAYED}
    await until(lambda: room.progress_index.status("one") is Status.PLAYED, "the mark is shown")
    await watched.watch.close()


async def test_look_that_fails_again_and_again_waits_longer_up_to_a_limit(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    over = asyncio.Event()

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 4:
            watched.failure = None
        if len(waits) == 6:
            over.set()
            await asyncio.Event().wait()

    monkeypatch.setattr(other_programs, "EVERY", 10.0)
    monkeypatch.setattr("tui_pod.services.other_programs.asyncio.sleep", sleep)
    watched.failure = CatalogsError(["catalog.toml:1: broken"])
    watched.watch.start()
    await over.wait()
    assert waits == [10.0, 20.0, 30.0, 30.0, 10.0, 10.0]
    await watched.watch.close()


async def test_watch_that_was_not_started_is_closed(watched: Watched) -> None:
    await watched.watch.close()
    assert watched.looks == 0


async def test_watch_ends_though_the_check_fails_when_it_is_cancelled(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(other_programs, "EVERY", 0.0)
    watched.is_stuck = True
    watched.watch.start()
    await until(lambda: watched.looks == 1, "it looks")
    monkeypatch.setattr(other_programs, "EVERY", 60.0)
    await watched.watch.close()
    assert watched.looks == 1
