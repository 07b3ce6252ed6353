"""Bookmarks what was just said. Called on the event loop; the transcript may have to be fetched."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tui_pod.core.actions import key_of
from tui_pod.core.library.transcript import Transcript
from tui_pod.core.outcome import DONE, Outcome, refused
from tui_pod.core.player.snapshot import Playback, RepeatKind
from tui_pod.core.progress.bookmarks import Bookmark, BookmarkKey, Stretch, between, just_said
from tui_pod.core.text.clean import clean, clock

if TYPE_CHECKING:
    from tui_pod.services.context import Context
    from tui_pod.services.episode_reader import EpisodeReader

WHY_EMPTY = f"No bookmarks yet. {key_of('bookmark.add')} bookmarks what was just said, with a note if you like."

NOTHING_PLAYS = f"Nothing is playing: {key_of('bookmark.add')} bookmarks what was just said."

NOTE_WITHIN = timedelta(seconds=10)
"""How long after a bookmark the same key asks for a note on it instead."""

SHOWN_WORDS = 32
"""Characters of a bookmark's text in a notice: with the rest of the notice they fit 80 columns."""


class BookmarkService:
    """Adds bookmarks, and tells the listener."""

    def __init__(self, context: Context, reader: EpisodeReader) -> None:
        self._context = context
        self._reader = reader
        self._tasks = context.tasks
        self._last: tuple[BookmarkKey, datetime] | None = None  # the newest bookmark, and when it was added
        self._waiting: list[Playback] = []  # moments whose transcript is being read

    def add(self, edit: Callable[[Bookmark], object] | None) -> Outcome:
        """Bookmark what was just said, or pass a bookmark added just before to `edit`, which asks for a note.

        Without `edit`, nobody is there to be asked: each call is a bookmark.
        """
        playback = self._context.controller.playback
        if edit is not None and self.edit_last(edit):
            return DONE
        if playback.is_loaded:
            self._waiting.append(playback)
            self._tasks.run(self._add(playback, edit))
        else:
            return refused(NOTHING_PLAYS)
        return DONE if edit is not None else Outcome(f"Bookmarked at {clock(playback.position)}", is_told=True)

    def edit_last(self, edit: Callable[[Bookmark], object]) -> bool:
        """Pass a bookmark that was added just before to `edit`; return whether there was one."""
        controller, last = self._context.controller, self._last
        if last is None or not timedelta() <= controller.now() - last[1] < NOTE_WITHIN:
            return False
        if (bookmark := controller.bookmarks.get(last[0])) is not None:
            edit(bookmark)
        return bookmark is not None

    def add_stretch(
        self, episode: str, title: str, stretch: Stretch, edit: Callable[[Bookmark], object] | None, note: str = ""
    ) -> None:
        """Bookmark a stretch, with a note if not empty; pass a bookmark that is there already to `edit`."""
        bookmark, is_new = self._context.controller.bookmarks.add(episode, title, stretch, note)
        if is_new:
            self._last = bookmark.key, self._context.controller.now()
            self._context.frontend.tell(f"{said_of(bookmark)} Press {key_of('bookmark.add')} again for a note.")
        elif edit is not None:
            edit(bookmark)

    async def source(self, bookmark: Bookmark) -> tuple[str, str]:
        """Return the name of a bookmark's podcast and the address of its episode's page; empty if there is none."""
        episode = self._context.controller.library.find(bookmark.episode)
        if episode is None:
            return "", ""
        notes = await self._reader.notes(episode)
        return notes.podcast, notes.page

    def close(self) -> None:
        """Add the bookmarks that still wait for their transcript, without text."""
        for playback in self._waiting:
            stretch = just_said(Transcript(), playback.position)
            self._context.controller.bookmarks.add(playback.episode or "", playback.title, stretch)

    async def _add(self, playback: Playback, edit: Callable[[Bookmark], object] | None) -> None:
        episode = playback.episode or ""
        transcript = await self._reader.transcript_soon(self._context.controller.library.find(episode))
        self._waiting.remove(playback)
        stretch, repeat = just_said(transcript, playback.position, playback.speed), playback.repeat
        if repeat is not None and repeat.kind in (RepeatKind.SENTENCE, RepeatKind.STRETCH):
            stretch = between(transcript, repeat.start, repeat.end)
        there = playback._replace(position=stretch.start)  # its chapter is the one that it begins in
        self.add_stretch(episode, playback.title, stretch, edit, "" if stretch.text else there.chapter)


def said_of(bookmark: Bookmark) -> str:
    """Return a sentence that says what was bookmarked."""
    if bookmark.text:
        said = clean(bookmark.text, SHOWN_WORDS).removesuffix(".")
        return f"Bookmarked “{said}”."
    return f"Bookmarked {clock(bookmark.start)} to {clock(bookmark.end)}."
