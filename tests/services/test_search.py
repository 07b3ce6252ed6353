"""The index is brought up to date by one update at a time, and once more for what came meanwhile."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.fakes import FakeFrontend, FakeReader, make_context
from tests.indexed import indexed_search
from tests.rooms import Room
from tui_pod.core.errors import UserError
from tui_pod.core.library.transcript import Cue, Transcript
from tui_pod.search.lookup import Found, Hit, MatchKind
from tui_pod.search.query import NOTHING
from tui_pod.search.store import IndexFile
from tui_pod.services.bookmarks import BookmarkService
from tui_pod.services.search import SearchService


class Updates:
    """Updates of an index that a test lets finish."""

    def __init__(self, room: Room, folder: Path) -> None:
        context = make_context(room.controller, FakeFrontend())
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
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(others)
        self.gate.clear()


async def test_updates_do_not_run_beside_each_other(room: Room, tmp_path: Path) -> None:
    updates = Updates(room, tmp_path)
    for _ in range(3):
        updates.service.refresh()
        await asyncio.sleep(0)
    await updates.finish()
    assert (updates.begun, updates.most) == (2, 1)


async def test_update_runs_again_after_the_last_one_has_ended(room: Room, tmp_path: Path) -> None:
    updates = Updates(room, tmp_path)
    for count in (1, 2):
        updates.service.refresh()
        await updates.finish()
        assert updates.begun == count


async def test_index_that_cannot_be_written_is_reported_until_it_can(room: Room, tmp_path: Path) -> None:
    updates = Updates(room, tmp_path)
    updates.fault = UserError("The disk is full.")
    updates.service.refresh()
    await updates.finish()
    assert (await updates.service.search("word")).notice.startswith("The disk is full.")
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
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(others)
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
