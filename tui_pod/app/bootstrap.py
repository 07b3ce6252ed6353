"""The composition root: what the first screen shows, and the rest of the app once it is painted."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from tui_pod.config.paths import Paths
from tui_pod.core.library.library import Library
from tui_pod.core.player.options import clamp
from tui_pod.core.player.snapshot import Playback
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.list_query import Filter, ListQuery, SmartList, Sort
from tui_pod.core.selection.queue import Queue
from tui_pod.library.cache import Loaded
from tui_pod.services.services import Services
from tui_pod.state.store import State, StateFile

if TYPE_CHECKING:
    from tui_pod.app.runtime import Runtime
    from tui_pod.config.settings import Config
    from tui_pod.core.library.episode import Episode
    from tui_pod.core.library.show_notes import EpisodeNotes
    from tui_pod.core.library.transcript import Transcript
    from tui_pod.core.playback.controller import PlaybackController
    from tui_pod.core.player.snapshot import Chapter
    from tui_pod.core.progress.statistics import Statistics
    from tui_pod.feeds.podcasts import Podcasts
    from tui_pod.services.podcasts.feeds import FeedService
    from tui_pod.services.recognition import RecognitionService
    from tui_pod.services.search import SearchService
    from tui_pod.services.sync import SyncService

SHOWN_NOTICES = 5
"""Faults in the settings to show at start; the commands print all."""

PRELOADED = (
    "tui_pod.core.selection.session_planner",
    "tui_pod.core.playback.controller",
    "tui_pod.core.library.transcript",
    "json",
    "tui_pod.speech.narrator",
    "tui_pod.audio.mpv_player",
    "tui_pod.state.writer",
    "tui_pod.services.media",
    "tui_pod.integrations.broadcast",
    "tui_pod.integrations.remote_server",
    "tui_pod.app.runtime",
)
"""What playback needs, in steps of a few milliseconds: keys are answered between them."""

BESIDE = (
    "tui_pod.services.podcasts.feeds",
    "tui_pod.services.recognition",
    "tui_pod.services.search",
    "tui_pod.services.sync",
)
"""What is imported once the player is open: two threads that import at once slow each other down tenfold."""

OPENING = 2.0
"""Seconds to wait for the player at most."""


class AppServices(Services):
    """The services on the user's files. `runtime` is built when something first needs it."""

    runtime: Runtime | None = None

    def __init__(
        self,
        paths: Paths,
        catalogs: Sequence[Path],
        config: Config,
        loaded: Loaded,
        file: StateFile,
        state: State,
        ao: str | None,
        budget: float | None,
    ) -> None:
        library, settings = loaded.library, config.settings
        super().__init__(
            library,
            ProgressIndex(library, state.progress),
            Queue(tuple(state.strings("queue", "entries")), state.setting("queue", "cursor", 0)),
            clamp(
                Playback(
                    speed=state.setting("player", "speed", settings.playback.speed),
                    volume=state.setting("player", "volume", 80),
                    is_muted=state.setting("player", "muted", False),
                )
            ),
            _query(library, state, settings.start.view),
        )
        self.settings = settings
        self.notices = (*state.notices, *loaded.notices, *_few(config.notices))
        self.is_ascii = settings.ui.ascii
        chosen = "ansi-dark" if settings.ui.transparent else state.setting("ui", "theme", "")
        self.theme = settings.ui.theme or chosen
        self.paths = paths
        self.catalogs = catalogs
        self.save_cache = loaded.save
        self.shown_feeds = loaded.feeds
        self.file = file
        self.nudges = state.numbers("nudges")
        self.is_writable = state.is_writable
        self.kept = state.kept
        self.ao = ao
        self.asked_words = tuple(state.setting("transcribe", "asked", "").split())
        """Episodes whose recognition the listener asked for and that did not come to its end."""
        self.is_recognition_paused = state.setting("transcribe", "paused", "no") == "yes"
        self._budget = budget

    @property
    def _running(self) -> Runtime:
        if self.runtime is None:
            from tui_pod.app.runtime import Runtime  # after the first paint, as everything that it imports

            self.runtime = Runtime(self)
        return self.runtime

    @property
    def controller(self) -> PlaybackController:
        """See `Services.controller`."""
        return self._running.controller

    @property
    def feeds(self) -> FeedService:
        """See `Services.feeds`."""
        return self._running.feeds

    @property
    def recognition(self) -> RecognitionService:
        """See `Services.recognition`."""
        return self._running.recognition

    def key_pressed(self) -> None:
        """See `Services.key_pressed`."""
        if self.runtime is not None:
            self.runtime.recognition.make_way()

    @property
    def search(self) -> SearchService:
        """See `Services.search`."""
        return self._running.search

    @property
    def sync(self) -> SyncService | None:
        """See `Services.sync`."""
        return self._running.sync

    async def after_paint(self) -> None:
        """See `Services.after_paint`."""
        await _preload(PRELOADED)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._running.is_open.wait(), OPENING)
        await _preload(BESIDE)
        await self._running.start()
        if self.settings.start.view == "statistics":
            self.frontend.show_statistics()
        if self._budget is not None:
            self.frontend.start_session(self._budget)

    async def open_podcasts(self) -> Podcasts:
        """See `Services.open_podcasts`."""
        return await self._running.sources.podcasts()

    async def read_transcript(self, episode: Episode) -> Transcript:
        """See `Services.read_transcript`."""
        transcript = await self._running.sources.transcript(episode)
        return transcript.moved(self.nudges.get(episode.id, 0.0))

    async def read_notes(self, episode: Episode) -> EpisodeNotes:
        """See `Services.read_notes`."""
        from tui_pod.core.library.show_notes import EpisodeNotes  # not for the first paint

        if not self._running.has_podcasts:
            return EpisodeNotes()
        return await self._running.sources.ask(lambda podcasts, _: podcasts.notes(episode))

    async def read_chapters(self, episode: Episode) -> tuple[Chapter, ...]:
        """See `Services.read_chapters`."""
        if not self._running.has_podcasts:
            return ()
        return (await self._running.sources.ask(lambda podcasts, cancel: podcasts.chapters(episode, cancel)))[0]

    async def read_cover(self, subject: Episode | str) -> bytes | None:
        """See `Services.read_cover`."""
        return await self._running.covers.picture(subject)

    async def play_excerpt(self, episode: Episode, start: float, end: float) -> None:
        """See `Services.play_excerpt`."""
        await self._running.excerpts.play(episode, start, end, self.controller.playback)

    def stop_excerpt(self) -> None:
        """See `Services.stop_excerpt`."""
        self._running.excerpts.stop()

    async def compute_statistics(self) -> Statistics:
        """See `Services.compute_statistics`."""
        return await self._running.compute_statistics()

    async def close(self) -> None:
        """See `Services.close`."""
        await super().close()
        if self.runtime is not None:
            await self.runtime.close()

    def finish(self) -> bool:
        """End the rest after the app; return whether all progress was saved."""
        return self.runtime is None or self.runtime.finish()


async def _preload(modules: Sequence[str]) -> None:
    for module in modules:
        await asyncio.sleep(0)
        import_module(module)
    await asyncio.sleep(0)


def _few(notices: tuple[str, ...]) -> tuple[str, ...]:
    """Return the first notices, and how to see the rest."""
    more = len(notices) - SHOWN_NOTICES
    if more <= 0:
        return notices
    return (*notices[:SHOWN_NOTICES], f"{more} more faults in the settings: run tui-pod config to see them.")


def _query(library: Library, state: State, wanted: str) -> ListQuery:
    """Return the first query: the last one, else the catalogue's top topic."""
    last = library.topics.with_key(state.setting("ui", "topic", "")) if wanted != "top" else None
    topic = last if last is not None else min(1, len(library.topics.names) - 1)
    sort, kind = state.setting("ui", "sort", ""), state.setting("ui", "filter", "")
    return ListQuery(
        entry={"continue": SmartList.CONTINUE, "queue": SmartList.QUEUE}.get(wanted, topic),
        sort=Sort(sort) if sort in list(Sort) else Sort.NEWEST,
        filter=Filter(kind) if kind in list(Filter) else Filter.ALL,
    )
