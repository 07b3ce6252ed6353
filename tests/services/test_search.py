"""The index is brought up to date by one update at a time, and once more for what came meanwhile."""

import asyncio
from pathlib import Path

import pytest

from tests.fakes import START, FakeFrontend, FakeReader, make_context
from tests.indexed import indexed_search
from tests.patience import idle
from tests.rooms import Room
from tui_pod.core.errors import UserError
from tui_pod.core.library.transcript import READING_SPEED, Cue, Transcript
from tui_pod.core.progress.progress import Progress
from tui_pod.search.lookup import Found, Hit, MatchKind
from tui_pod.search.query import NOTHING
from tui_pod.search.store import IndexFile
from tui_pod.services.bookmarks import BookmarkService
from tui_pod.services.search import NO_TIMES, NOT_SAID, SearchService


class Updates:
    """Updates of an index that a test lets finish."""

    def __init__(self, room: Room, folder: Path) -> None:
        self.frontend = FakeFrontend()
        context = make_context(room.controller, self.frontend)
        reader = FakeReader()
        self.begun = self.running = self.most = 0
        self.fault: UserError | None = None
        self.gate = asyncio.Event()
        self.service = SearchService(
            context, reader, BookmarkService(context, reader), IndexFile(folder / "index.sqlite"), self.update
        )

    async def update(self) -> None:
        """Wait until the test lets it finish."""
        self.begun += 1
        self.running += 1
        self.most = max(self.most, self.running)
        await self.gate.wait()
        self.running -= 1
        if self.fault is not None:
            raise self.fault

    async def finish(self) -> None:
        """Let all updates finish."""
        self.gate.set()
        await idle()
        self.gate.clear()


async def test_updates_do_not_run_beside_each_other(room: Room, tmp_path: Path) -> None:
    updates = Updates(room, tmp_path)
    for _ in range(3):
        updates.service.refresh()
        await asyncio.sleep(0)
    await updates.finish()
    assert (updates.begun, updates.most) == (2, 1)


async def test_index_that_cannot_be_written_is_reported_until_it_can(room: Room, tmp_path: Path) -> None:
    updates = Updates(room, tmp_path)
    updates.fault = UserError("The disk is full.")
    updates.service.refresh()
    await updates.finish()
    answer = await updates.service.search("word")
    assert (answer.notice, answer.is_searching) == ("The disk is full. Only what was indexed before is found.", False)
    assert updates.begun == 1, "it is not tried again and again"
    updates.fault = None
    updates.service.refresh()
    await updates.finish()
    assert "full" not in (await updates.service.search("word")).notice
    await updates.finish()


async def test_search_does_not_claim_to_be_complete_before_the_update_has_ended(room: Room, tmp_path: Path) -> None:
    updates = Updates(room, tmp_path)
    updates.service.refresh()
    await asyncio.sleep(0)
    assert (await updates.service.search("word")).is_searching
    updates.fault = UserError("The disk is full.")
    await updates.finish()
    assert not (await updates.service.search("word")).is_searching


async def test_time_of_a_sentence_is_exact_once_it_is_narrated(room: Room, tmp_path: Path) -> None:
    context, reader = make_context(room.controller, FakeFrontend()), FakeReader()
    transcripts = {"three": Transcript((Cue("First."), Cue("Second!"), Cue("Third!")))}
    bookmarks = BookmarkService(context, reader)
    service = indexed_search(context, reader, bookmarks, room.controller.library, transcripts)

    async def find() -> Hit:
        service.refresh()
        await idle()
        (found,) = (await service.search("second")).results.found[-1:]
        return found.hits[-1]

    assert (await find()) == Hit(MatchKind.WORDS, "Second!", round(300 * 7 / 22, 2), is_estimated=True)
    reader.transcripts["three"] = Transcript((Cue("First.", 0.0), Cue("Second!", 70.5), Cue("Third!", 200.0)))
    assert (await find()) == Hit(MatchKind.WORDS, "Second!", 70.5)


async def test_search_for_nothing_says_so_only_if_something_was_typed(room: Room, tmp_path: Path) -> None:
    service = Updates(room, tmp_path).service
    assert (await service.search("")).notice == ""
    assert (await service.search(" ! ")).notice == NOTHING


async def test_match_with_an_estimated_time_is_played_and_bookmarked_there(room: Room, tmp_path: Path) -> None:
    context, reader = make_context(room.controller, FakeFrontend()), FakeReader()
    reader.transcripts["three"] = Transcript((Cue("First.", 0.0), Cue("Second!", 70.5)))
    bookmarks = BookmarkService(context, reader)
    service = indexed_search(context, reader, bookmarks, room.controller.library, reader.transcripts)
    found = Found("three", "Three", (hit := Hit(MatchKind.WORDS, "Second!"),))
    await service.play(found, hit)
    assert (room.playing, room.controller.playback.position) == ("three", 70.5)
    await service.add_bookmark(found, hit, lambda _: None)
    assert [(one.episode, one.start) for one in room.controller.bookmarks] == [("three", 70.5)]


async def test_match_in_an_episode_that_is_gone_has_no_time(room: Room, tmp_path: Path) -> None:
    updates = Updates(room, tmp_path)
    await updates.service.add_bookmark(Found("gone", "Gone", ()), Hit(MatchKind.WORDS, "Said."), lambda _: None)
    await updates.service.play(Found("gone", "Gone", ()), Hit(MatchKind.WORDS, "Said."))
    assert (list(room.controller.bookmarks), room.playing) == ([], None)


@pytest.mark.parametrize(
    ("kind", "said", "bookmarked"),
    [
        (MatchKind.WORDS, f"{NO_TIMES}: it plays from your position.", f"{NO_TIMES}."),
        (MatchKind.NOTES, None, NOT_SAID),
    ],
)
async def test_match_without_a_time_plays_from_the_position_and_is_no_bookmark(
    room: Room, tmp_path: Path, kind: MatchKind, said: str | None, bookmarked: str
) -> None:
    room.progress_index.put("three", Progress(START, 30.0, 300.0))
    updates = Updates(room, tmp_path)
    found = Found("three", "Three", (hit := Hit(kind, "Said."),))
    await updates.service.play(found, hit)
    assert (room.playing, room.controller.playback.position) == ("three", 30.0)
    assert updates.frontend.said == ([said] if said else [])
    await updates.service.add_bookmark(found, hit, lambda _: None)
    assert updates.frontend.said[-1] == bookmarked
    assert list(room.controller.bookmarks) == []


async def test_bookmark_of_a_match_is_as_long_as_its_text(room: Room, tmp_path: Path) -> None:
    updates = Updates(room, tmp_path)
    hit = Hit(MatchKind.WORDS, "x" * round(2 * READING_SPEED), 70.126, is_recognised=True)
    await updates.service.add_bookmark(Found("three", "Three", (hit,)), hit, lambda _: None)
    (kept,) = room.controller.bookmarks
    assert (kept.start, kept.is_recognised) == (70.13, True)
    assert kept.end == pytest.approx(72.1, abs=0.2)


async def test_search_without_an_index_fills_it_and_says_so(room: Room, tmp_path: Path) -> None:
    updates = Updates(room, tmp_path)
    answer = await updates.service.search("word")
    assert answer.is_searching
    assert answer.notice.endswith("What it finds will be shown.")
    await asyncio.sleep(0)
    assert (updates.begun, updates.service.typed) == (1, "word")
    await updates.finish()


async def test_each_update_of_the_index_is_reported(room: Room, tmp_path: Path) -> None:
    updates, filled = Updates(room, tmp_path), list[bool]()
    updates.service.on_filled = lambda: filled.append(True)
    for fault in (None, UserError("The disk is full.")):
        updates.fault = fault
        updates.service.refresh()
        await updates.finish()
    assert filled == [True, True]


async def test_words_that_the_listener_moved_are_found_where_they_are_said(room: Room, tmp_path: Path) -> None:
    context, reader = make_context(room.controller, FakeFrontend()), FakeReader()
    transcripts = {"three": Transcript((Cue("First.", 0.0, 9.0), Cue("Second!", 70.5, 75.0)))}
    reader.nudges = {"three": 2.5}
    service = indexed_search(context, reader, BookmarkService(context, reader), room.controller.library, transcripts)
    service.refresh()
    await idle()
    hits = {found.id: found.hits for found in (await service.search("second")).results.found}
    assert [hit.start for hit in hits["three"]] == [73.0]


async def test_nearest_results_come_with_the_query_that_they_match(room: Room, tmp_path: Path) -> None:
    context, reader = make_context(room.controller, FakeFrontend()), FakeReader()
    service = indexed_search(context, reader, BookmarkService(context, reader), room.controller.library, {})
    service.refresh()
    await idle()
    assert not (await service.search("three")).query.is_any
    assert (await service.search("three zebras")).query.is_any
