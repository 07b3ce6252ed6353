"""Keep what was just said, in both front ends. Called on the event loop; the words may have to be fetched."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tui_pod.core.actions import key_of
from tui_pod.core.library.transcript import Transcript
from tui_pod.core.player.snapshot import Playback
from tui_pod.core.progress.bookmarks import Bookmark, BookmarkKey, Stretch
from tui_pod.core.progress.just_said import just_said
from tui_pod.core.text.clean import clean, clock
from tui_pod.runtime.log import log

if TYPE_CHECKING:
    from tui_pod.services.context import Context
    from tui_pod.services.episode_reader import EpisodeReader

PATIENCE = 3.0
"""Seconds to wait for the words; after that the last half minute is kept without them."""

WHY_EMPTY = f"No bookmarks yet. {key_of('bookmark.add')} bookmarks what was just said, with a note if you like."

NOTHING_PLAYS = f"Nothing is playing: {key_of('bookmark.add')} bookmarks what was just said."

NOTE_WITHIN = timedelta(seconds=4)
"""Time after keeping something in which the key asks for a note on it instead."""

SHOWN_WORDS = 36
"""Characters of the words that a notice shows: with what it says beside them it fits 80 columns."""


class BookmarkService:
    """Keeps the words, and says so."""

    def __init__(self, context: Context, reader: EpisodeReader) -> None:
        self._context = context
        self._reader = reader
        self._tasks = context.tasks
        self._last: tuple[BookmarkKey, datetime] | None = None  # what was kept last, and when
        self._waiting: list[Playback] = []  # moments whose words are being looked for

    def keep(self, edit: Callable[[Bookmark], None]) -> None:
        """Keep what was just said, soon; what was kept before is handed to `edit` instead, to be noted on."""
        controller = self._context.controller
        playback, last = controller.playback, self._last
        is_again = last is not None and timedelta() <= controller.now() - last[1] < NOTE_WITHIN
        if last is not None and is_again and (bookmark := controller.bookmarks.get(last[0])) is not None:
            edit(bookmark)
        elif playback.is_loaded:
            self._waiting.append(playback)
            self._tasks.run(self._keep(playback, edit))
        else:
            self._context.frontend.tell(NOTHING_PLAYS)

    def keep_words(self, episode: str, title: str, stretch: Stretch, edit: Callable[[Bookmark], None]) -> None:
        """Keep these words, and say so; when they are kept already hand them to `edit`."""
        bookmark, is_new = self._context.controller.bookmarks.add(episode, title, stretch)
        if is_new:
            self._last = bookmark.key, self._context.controller.now()
            self._context.frontend.tell(f"{said_of(bookmark)} Press {key_of('bookmark.add')} again for a note.")
        else:
            edit(bookmark)

    async def source(self, bookmark: Bookmark) -> tuple[str, str]:
        """Return the podcast that a bookmark is from, and the episode's page; empty where there is none."""
        episode = self._context.controller.library.find(bookmark.episode)
        if episode is None:
            return "", ""
        notes = await self._reader.notes(episode)
        return notes.podcast, notes.page

    def close(self) -> None:
        """Keep what still waits for its words without them."""
        for playback in self._waiting:
            stretch = just_said(Transcript(), playback.position)
            self._context.controller.bookmarks.add(playback.episode or "", playback.title, stretch)

    async def _keep(self, playback: Playback, edit: Callable[[Bookmark], None]) -> None:
        episode, transcript = playback.episode or "", Transcript()
        try:
            if (found := self._context.controller.library.find(episode)) is not None:
                transcript = await asyncio.wait_for(self._reader.transcript(found), PATIENCE)
        except Exception as error:  # whatever it was, the position is saved
            log(f"no words for a bookmark: {type(error).__name__}: {error}")
        self._waiting.remove(playback)
        self.keep_words(episode, playback.title, just_said(transcript, playback.position, playback.speed), edit)


def said_of(bookmark: Bookmark) -> str:
    """Return a sentence that says what was kept."""
    if bookmark.text:
        return f"Bookmarked “{clean(bookmark.text, SHOWN_WORDS)}”."
    return f"Bookmarked {clock(bookmark.start)} to {clock(bookmark.end)}."
