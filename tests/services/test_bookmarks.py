"""Keeping what was just said: with its words, without them, and whatever happens meanwhile."""

import asyncio

import pytest

from tests.fakes import START, FakeFrontend, FakeReader, make_context
from tests.rooms import Room, make_room
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import build_library
from tui_pod.core.library.show_notes import EpisodeNotes
from tui_pod.core.library.transcript import Cue, Transcript
from tui_pod.core.player.events import ChaptersKnown
from tui_pod.core.player.snapshot import Chapter, ChapterOrigin, Source
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.services import episode_reader as module
from tui_pod.services.bookmarks import BookmarkService

WORDS = Transcript((Cue("First.", 0.0, 20.0), Cue("Second.", 20.0, 90.0)))


class SlowReader(FakeReader):
    """Reads transcripts when a test says so."""

    def __init__(self) -> None:
        super().__init__(WORDS)
        self.fault: Exception | None = None
        self.is_asked, self.answers = asyncio.Event(), asyncio.Event()
        self.answers.set()

    async def transcript(self, episode: Episode) -> Transcript:
        self.is_asked.set()
        await self.answers.wait()
        if self.fault is not None:
            raise self.fault
        return await super().transcript(episode)


class Rig:
    """The service over a room."""

    def __init__(self, room: Room) -> None:
        assert isinstance(room.listener, FakeFrontend)
        self.room = room
        self.controller = room.controller
        self.screen = room.listener
        self.reader = SlowReader()
        self.context = make_context(room.controller, self.screen)
        self.bookmarks = BookmarkService(self.context, self.reader)
        self.noted: list[Bookmark] = []

    async def close(self) -> None:
        """End the app."""
        await self.context.tasks.close()
        self.bookmarks.close()

    async def keep(self) -> None:
        """Keep what was just said, and let that come to its end."""
        self.bookmarks.add(self.noted.append)
        for _ in range(9):
            await asyncio.sleep(0)

    @property
    def stretches(self) -> list[tuple[float, float, str]]:
        return [(each.start, each.end, each.text) for each in self.controller.bookmarks]


@pytest.fixture
def room() -> Room:
    return make_room(listener=FakeFrontend())


@pytest.fixture
async def rig(room: Room) -> Rig:
    room.play("one", 42.0)
    return Rig(room)


async def test_sentence_just_said_is_kept_and_told(rig: Rig) -> None:
    await rig.keep()
    assert rig.stretches == [(20.0, 90.0, "Second.")]
    assert rig.screen.said == ["Bookmarked “Second”. Press b again for a note."]


async def test_again_at_once_is_of_the_same_words_though_the_voice_goes_on(rig: Rig) -> None:
    rig.reader.default = Transcript((Cue("First.", 0.0, 41.0), Cue("Second.", 41.0, 90.0)))
    await rig.keep()
    rig.room.player.play(3.0)
    await rig.keep()
    assert [bookmark.text for bookmark in rig.noted] == ["First."]
    assert len(rig.stretches) == 1
    rig.room.player.play(8.0)
    await rig.keep()
    assert [text for *_, text in rig.stretches] == ["First.", "Second."]


@pytest.mark.parametrize("words", [Transcript(), OSError("gone"), RuntimeError("?")])
async def test_without_words_the_last_half_minute_is_kept(rig: Rig, words: Transcript | Exception) -> None:
    if isinstance(words, Exception):
        rig.reader.fault = words
    else:
        rig.reader.default = words
    await rig.keep()
    assert rig.stretches == [(12.0, 42.0, "")]
    assert rig.screen.said == ["Bookmarked 0:12 to 0:42. Press b again for a note."]
    assert not rig.screen.errors


async def test_bookmark_bears_the_chapter_in_which_it_begins(rig: Rig) -> None:
    rig.reader.default = Transcript()
    rig.room.sources.found["three"] = Source("/three.mp3")
    rig.room.play("three", 42.0)
    marks = Chapter(0.0, "First"), Chapter(40.0, "Second")
    rig.controller.handle(ChaptersKnown(rig.controller.playback.load, marks, ChapterOrigin.FEED))
    await rig.keep()
    assert [each.note for each in rig.controller.bookmarks] == ["First"]


async def test_words_that_do_not_come_in_time_are_left_out(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.0)
    rig.reader.answers.clear()
    await rig.keep()
    assert rig.stretches == [(12.0, 42.0, "")]


async def test_place_is_that_of_the_key_however_long_the_words_take(rig: Rig) -> None:
    rig.reader.answers.clear()
    rig.bookmarks.add(rig.noted.append)
    await rig.reader.is_asked.wait()
    rig.room.play("two", 5.0)
    rig.reader.answers.set()
    for _ in range(9):
        await asyncio.sleep(0)
    assert [(each.episode, each.title, each.text) for each in rig.controller.bookmarks] == [("one", "One", "Second.")]


@pytest.mark.parametrize("is_at_once", [False, True])
async def test_app_that_ends_meanwhile_has_kept_it(rig: Rig, is_at_once: bool) -> None:
    rig.reader.answers.clear()
    rig.bookmarks.add(rig.noted.append)
    if not is_at_once:
        await rig.reader.is_asked.wait()
    await rig.close()
    assert rig.stretches == [(12.0, 42.0, "")]


async def test_episode_that_vanished_meanwhile_is_kept_with_its_title(rig: Rig) -> None:
    library = build_library((), [Episode("other", "Other")])
    rig.controller.adopt(library, ProgressIndex(library, {}))
    await rig.keep()
    assert [(each.episode, each.title, each.start) for each in rig.controller.bookmarks] == [("one", "One", 12.0)]


async def test_nothing_playing_says_so(rig: Rig) -> None:
    rig.controller.editor.mark(["one"], played=True)
    rig.controller.stop()  # a played episode is not held
    outcome = rig.bookmarks.add(rig.noted.append)
    assert not outcome.is_done
    assert outcome.text.startswith("Nothing is playing:")


async def test_source_of_a_bookmark_is_that_of_its_episode_while_it_is_there(room: Room) -> None:
    rig = Rig(room)
    rig.reader.default_notes = EpisodeNotes(podcast="Cast", page="https://a.example/1")
    kept, gone = (Bookmark(ident, 1.0, 2.0, START, START) for ident in ("one", "gone"))
    assert await rig.bookmarks.source(kept) == ("Cast", "https://a.example/1")
    assert await rig.bookmarks.source(gone) == ("", "")
    await rig.close()


@pytest.mark.parametrize(("passed", "count"), [(0.0, 1), (9.9, 1), (10.0, 2), (-1.0, 2)])
async def test_key_pressed_again_within_ten_seconds_asks_for_a_note(room: Room, passed: float, count: int) -> None:
    rig = Rig(room)
    room.play("one", 5.0)
    await rig.keep()
    room.controller.seek_to(80.0)
    room.clock.go(passed)
    await rig.keep()
    assert len(list(room.controller.bookmarks)) == count
    assert len(rig.noted) == 2 - count
    await rig.close()


async def test_what_repeats_is_bookmarked_from_its_start_to_its_end(room: Room) -> None:
    rig = Rig(room)
    room.play("one", 15)
    room.controller.go_to("20 50")
    await rig.keep()
    room.clock.go(10)
    room.controller.go_to("0:05 0:15")
    await rig.keep()
    found = [(each.start, each.end, each.text) for each in room.controller.bookmarks]
    assert sorted(found) == [(5.0, 15.0, ""), (20.0, 50.0, "Second.")]
    await rig.close()


async def test_each_one_that_nobody_can_be_asked_about_is_a_bookmark_and_says_where(rig: Rig) -> None:
    said = []
    for position in (12.0, 42.0):
        rig.controller.seek_to(position)
        said.append(rig.bookmarks.add(None).text)
        for _ in range(9):
            await asyncio.sleep(0)
    assert said == ["Bookmarked at 0:12", "Bookmarked at 0:42"]
    assert (len(rig.stretches), rig.noted) == (2, [])
