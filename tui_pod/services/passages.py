"""Looks for what was heard before, one recording at a time, and tells the player of it.

Called on the event loop; a process of its own compares recordings, threads do other work that waits.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tui_pod.core.actions import key_of
from tui_pod.core.errors import UserError
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.podcast_settings import ROWS
from tui_pod.core.outcome import Outcome, refused
from tui_pod.core.player.events import PassagesKnown
from tui_pod.core.player.snapshot import Playback
from tui_pod.core.progress.passages import Passage, Repeat, can_recur, mark_passages, suggest_trims
from tui_pod.core.text.clean import clock, counted
from tui_pod.integrations.broadcast import Follower
from tui_pod.integrations.power_and_network import is_on_battery
from tui_pod.passages.finder import FindRequest, find_passages, missing
from tui_pod.passages.store import KEPT, PassageError, PassageStore, stamp_of
from tui_pod.runtime import files
from tui_pod.runtime.log import log
from tui_pod.runtime.threads import in_thread
from tui_pod.services.recordings import find_recording
from tui_pod.services.versions import VersionFinder
from tui_pod.speech.worker_process import RightOfWay

if TYPE_CHECKING:
    from tui_pod.services.context import Context
    from tui_pod.services.podcasts.podcast_settings import PodcastChoice
    from tui_pod.sources.opened import Podcasts

FIRST_LOOK, LOOK_AGAIN = 20.0, 120.0
"""Seconds from the start to the first look for recordings to compare, and between two looks."""

SOON = 0.2
"""Seconds from a change of what plays until its passages are read; several changes are one."""

SUGGESTED_FROM = 3
"""How often the key must have skipped something in a podcast for the form to suggest that this happens by itself."""

LATEST = 8
"""How many episodes of a podcast tell whether intro and outro always sit at the same place."""


class ComparedEpisode(NamedTuple):
    """A recording on this machine."""

    episode: Episode
    feed: str
    path: Path
    file: tuple[int, ...]
    """What changes if another file takes its place."""


class PassageService(Follower):
    """The only part of the running app that looks for passages."""

    def __init__(
        self,
        context: Context,
        store: PassageStore,
        open_podcasts: Callable[[], Awaitable[Podcasts | None]],
        saved: Mapping[str, Mapping[str, object]],
    ) -> None:
        """Look for nothing yet.

        Args:
            context: what the services have in common.
            store: the passages.
            open_podcasts: returns None if the listener has no podcasts.
            saved: the tables of the state.
        """
        self._context, self._tasks = context, context.tasks
        self._controller = context.controller
        self._store = store
        self._open_podcasts = open_podcasts
        self._work: asyncio.Task[object] | None = None
        self._has_all = True  # that is needed
        self._has_started = self._has_forgotten = False
        self._tried: dict[str, tuple[int, ...]] = {}  # the file of each recording that was compared
        self._shown: tuple[object, ...] = ()  # what the passages shown depend on
        self._stamp = (0, "")  # the load, and the bytes of its recording when they were first read
        self.right_of_way = RightOfWay(asyncio.get_running_loop().call_later)
        self._controller.passages.load(saved)
        self._versions = VersionFinder(context, self.right_of_way, lambda: self._may_find)

    def start(self) -> None:
        """Show the passages of what is loaded, and look for more from now on; called again once the library changed."""
        self._show_soon()
        if not self._has_started:
            self._has_started = True
            self._tasks.later("passages", FIRST_LOOK, self.look)

    def look(self) -> asyncio.Task[object]:
        """Compare recordings that were not compared yet, now and every `LOOK_AGAIN` seconds; return the work."""
        self._tasks.later("passages", LOOK_AGAIN, self.look)
        if self._work is None or self._work.done():
            self._work = self._tasks.run(self._look())
        return self._work

    def skip(self) -> Outcome:
        """Go to the end of the passage that plays, or say why not."""
        outcome = self._controller.passages.skip()
        fault = "" if outcome.is_done else missing()
        return refused(fault) if fault else outcome

    def playback_changed(self, playback: Playback) -> None:
        """Show the passages of what plays once they, or what they depend on, may have changed."""
        shown = playback.load, playback.episode, playback.duration, playback.chapters, playback.status
        if shown != self._shown:
            self._shown = shown
            self._show_soon()
        self._versions.playback_changed(playback)

    async def of(self, episode: Episode, chapters: Sequence[float] = ()) -> tuple[Passage, ...]:
        """Return the passages of an episode, empty if its recording is not here or was not compared.

        Args:
            episode: the episode.
            chapters: where its chapters start, in seconds.
        """
        return (await self._read(episode, chapters))[1]

    async def offers(self, podcast: PodcastChoice) -> dict[str, tuple[str, str]]:
        """Return settings that a podcast could have and has not, by name: the value, and why."""
        feed, settings = podcast.id, podcast.settings
        library, lengths = self._controller.library, self._controller.progress_index
        found = dict[str, tuple[str, str]]()
        presses = self._controller.passages.presses(feed)
        if presses >= SUGGESTED_FROM and not settings.skip_recurring:
            said = f"You have skipped {counted(presses, 'passage')} with {key_of('passage.skip')}"
            found["skip_recurring"] = str(SUGGESTED_FROM), said
        latest = list[tuple[float, Sequence[Passage]]]()
        for ident in (await in_thread(lambda _: self._store.compared(feed)))[-LATEST:]:
            if (index := library.index(ident)) is not None and (length := lengths.length(index)):
                stamp, passages = await self._read(library.episode(index), ())
                latest += [(length, passages)] * bool(stamp)
        start, end = suggest_trims(latest)
        if start and not settings.skip_start:
            found["skip_start"] = _show_trim(start), f"Its episodes begin with the same {clock(start)}"
        if end and not settings.skip_end:
            found["skip_end"] = _show_trim(end), f"Its episodes end with the same {clock(end)}"
        return found

    # -- what plays ------------------------------------------------------------------------------------

    def _show_soon(self) -> None:
        self._tasks.later("passages of what plays", SOON, lambda: self._tasks.run(self._show()))

    async def _show(self) -> None:
        playback = self._controller.playback
        episode = self._controller.library.find(playback.episode)
        if episode is None or playback.is_narrated:
            return
        stamp, passages = await self._read(episode, [chapter.start for chapter in playback.chapters])
        if not stamp:
            passages = ()
        elif self._stamp[0] != playback.load or not self._stamp[1]:
            self._stamp = playback.load, stamp
        elif self._stamp[1] != stamp:  # another file since: the player still has the former one
            passages = ()
        self._context.frontend.emit(PassagesKnown(playback.load, episode.id, passages))

    async def _read(self, episode: Episode, chapters: Sequence[float]) -> tuple[str, tuple[Passage, ...]]:
        """Return what tells the bytes of a recording, empty if it is not here, and its passages."""
        podcasts = await self._open_podcasts()
        controller = self._controller
        library, progress, playback = controller.library, controller.progress_index, controller.playback
        if podcasts is None or not can_recur(episode) or (index := library.index(episode.id)) is None:
            return "", ()
        settings, returned = library.podcast_settings(index), tuple(controller.passages.returned)
        skip_from = settings.skip_recurring or None if settings is not None else None
        duration = playback.duration if playback.episode == episode.id else progress.length(index)

        def read() -> tuple[str, tuple[Passage, ...]]:
            path = find_recording(episode, podcasts)
            stamp = stamp_of(path) if path is not None else ""
            repeats: Sequence[Repeat] | None = self._store.repeats(episode.id, path) if path is not None else None
            known = {one.other: progress.get(one.other) for one in repeats or ()}
            played = {ident: value.played_ranges for ident, value in known.items() if value is not None}
            marks = mark_passages(
                repeats or (), lambda ident: played.get(ident, ()), skip_from, duration, chapters, returned, episode.id
            )
            return stamp, marks

        return await in_thread(lambda _: read())

    # -- looking ---------------------------------------------------------------------------------------

    @property
    def _may_look(self) -> bool:
        return self._has_all and self._may_find

    @property
    def _may_find(self) -> bool:
        wanted = self._context.settings.passages.find
        return wanted == "always" or (wanted == "mains" and not is_on_battery())

    async def _look(self) -> None:
        podcasts = await self._open_podcasts()
        if podcasts is None or not self._may_look:
            return
        if fault := missing():
            self._has_all = False
            log(fault)
            return
        if not self._has_forgotten:
            self._has_forgotten = True
            await in_thread(lambda _: self._forget(podcasts))
        heard, playing = [ident for ident, _ in self._controller.progress_index], self._controller.playback.episode
        for found in await in_thread(lambda _: self._not_compared(podcasts, heard, playing)):
            if not self._may_look:
                return
            await self._compare(found)

    async def _compare(self, found: ComparedEpisode) -> None:
        """Compare a recording with others, quietly; what fails is logged, and not tried again before the next start."""
        request = FindRequest(str(self._store.file.parent), found.feed, found.episode.id, str(found.path))
        try:
            async with aclosing(find_passages(request, self.right_of_way)) as parts:
                async for _ in parts:
                    if not self._may_look:
                        return
        except PassageError as error:
            log(f"{found.episode.id}: {error}")
        self._tried[found.episode.id] = found.file
        self._show_soon()

    def _forget(self, podcasts: Podcasts) -> None:
        """Remove the passages of episodes that are no longer known. Blocks on the disk."""
        try:
            self._store.forget(lambda ident: podcasts.store.details(ident) is not None)
        except UserError as error:
            log(str(error))

    def _not_compared(self, podcasts: Podcasts, heard: Sequence[str], playing: str | None) -> list[ComparedEpisode]:
        """Return recordings that are here and were not compared, what plays first. Blocks on the disk.

        Those are the latest of each podcast; an older one would soon be forgotten.
        """
        library = self._controller.library
        ids = {*podcasts.streams.begun(heard), *(one.episode for one in podcasts.downloads.all() if one.episode)}
        found: defaultdict[str, list[ComparedEpisode]] = defaultdict(list)
        for index in sorted(index for ident in ids if (index := library.index(ident)) is not None):
            episode, feed = library.episode(index), library.feed_of(index)
            is_late = feed is not None and len(found[feed]) >= KEPT and episode.id != playing
            if feed is None or is_late or not can_recur(episode):
                continue
            if (path := find_recording(episode, podcasts)) is not None:
                found[feed].append(ComparedEpisode(episode, feed, path, files.stamp(path)))
        missing_ones = [
            one
            for several in found.values()
            for one in reversed(several)
            if self._tried.get(one.episode.id) != one.file and self._is_new(one)
        ]
        return sorted(missing_ones, key=lambda one: one.episode.id != playing)

    def _is_new(self, one: ComparedEpisode) -> bool:
        if self._store.repeats(one.episode.id, one.path) is None:
            return True
        self._tried[one.episode.id] = one.file
        return False


def _show_trim(seconds: int) -> str:
    return ROWS["skip_start"].show(float(seconds))
