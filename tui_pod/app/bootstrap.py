"""What the program starts with: real files, the real player, the real voice.

The first screen comes first: whatever it does not need is imported and made after it is painted.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tui_pod.config.paths import Paths
from tui_pod.config.settings import bound_actions
from tui_pod.core.library.library import Library
from tui_pod.core.playback.options import clamp
from tui_pod.core.playback.snapshot import Playback
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.list_query import Filter, ListQuery, SmartList, Sort
from tui_pod.core.selection.queue import Queue
from tui_pod.library.cache import Loaded
from tui_pod.services.services import Services
from tui_pod.state.store import State, StateFile

if TYPE_CHECKING:
    from tui_pod.config.settings import Config, Settings
    from tui_pod.core.library.episode import Episode
    from tui_pod.core.library.show_notes import EpisodeNotes
    from tui_pod.core.library.transcript import Transcript
    from tui_pod.core.playback.controller import PlaybackController
    from tui_pod.core.playback.events import Event
    from tui_pod.core.playback.options import PlaybackOptions
    from tui_pod.core.playback.snapshot import Chapter
    from tui_pod.core.progress.statistics import Statistics
    from tui_pod.feeds.podcasts import Podcasts
    from tui_pod.services.feeds import FeedService
    from tui_pod.state.writer import Report

MEGABYTE = 1_000_000

SHOWN_NOTICES = 5
"""Faults of the settings that are shown at the start; the commands print all."""

FEED_FILES = ("feeds.sqlite", "feeds.opml", "downloads")
"""What lies in the data folder of who has podcasts; of anyone else it is not looked at."""

PRELOADED = (
    "tui_pod.core.selection.session_planner",
    "tui_pod.core.playback.controller",
    "tui_pod.core.library.transcript",
    "json",
    "tui_pod.audio.narrator",
    "tui_pod.audio.mpv_player",
    "tui_pod.state.writer",
    "tui_pod.services.media",
    "tui_pod.integrations.broadcast",
    "tui_pod.services.feeds",
)
"""What listening needs, in steps of a few milliseconds: keys are answered between them."""

SAVE_LIMIT = 0.8
"""Seconds that quitting waits for the last save."""


class AppServices(Services):
    """The start of the program as its user runs it."""

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
            _view(library, state, settings.start.view),
        )
        self.settings = settings
        self.notices = (*state.notices, *loaded.notices, *_few(config.notices))
        self.is_ascii = settings.ui.ascii
        chosen = "ansi-dark" if settings.ui.transparent else state.setting("ui", "theme", "")
        self.theme = settings.ui.theme or chosen
        self._paths = paths
        self._catalogs = catalogs
        self._save_cache = loaded.save
        self._file = file
        self._is_writable = state.is_writable
        self._ao = ao
        self._budget = budget

    def make_controller(self) -> PlaybackController:
        """See `Services.make_controller`."""
        from tui_pod.audio.mpv_options import filters
        from tui_pod.audio.mpv_player import MpvPlayer
        from tui_pod.audio.narrator import Narrator
        from tui_pod.core.playback.controller import PlaybackController
        from tui_pod.core.playback.ports import Ports
        from tui_pod.integrations.broadcast import Broadcast
        from tui_pod.services.feeds import FeedService
        from tui_pod.services.media import EpisodeSources
        from tui_pod.state.writer import NullWriter, StateWriter

        self._writer = StateWriter(self._file, self._report) if self._is_writable else NullWriter()
        audio, narration = self.settings.audio, self.settings.narration
        self._player = MpvPlayer(self._emit, self._ao, filters(audio.level, audio.skip_silence))
        self._sources = EpisodeSources(
            Narrator(self._paths.cache / "narrations", narration.cache_mb * MEGABYTE, narration.enabled),
            self._emit,
            partial(_open_podcasts, self._paths, self.settings),
            lambda is_offline: self._feeds.network_changed(is_offline),
        )
        self._broadcast = Broadcast(self.app, bound_actions(self.settings))
        self._feeds = FeedService(
            lambda: self.controller,
            self.app,
            self._sources.podcasts,
            self._reload,
            self.settings.feeds,
            self._broadcast.announce,
        )
        run = os.urandom(4).hex()
        ports = Ports(self._player, self._sources, self._writer, self._broadcast, lambda: datetime.now(UTC), run)
        controller = PlaybackController(
            self.library, self.progress_index, ports, _options(self.settings), self.queue, self.playback
        )
        self._player.open()
        self._writer.compact()
        return controller

    async def after_paint(self) -> None:
        """See `Services.after_paint`."""
        from asyncio import sleep
        from importlib import import_module

        for module in PRELOADED:
            await sleep(0)
            import_module(module)
        await sleep(0)
        controller = self.controller
        self._broadcast.start(controller, self._file.path, self.app.write_control, self.settings.desktop)
        if self._save_cache is not None:
            from tui_pod.library.reload import keep_library

            await keep_library(self._save_cache, self._catalogs, self._paths, len(self.library))
        if self._has_podcasts:
            self._feeds.start()
        if self.settings.start.view == "statistics":
            self.app.show_statistics()
        if self._budget is not None:
            self.app.start_session(self._budget)

    @property
    def feeds(self) -> FeedService:
        """See `Services.feeds`."""
        _ = self.controller  # makes it
        return self._feeds

    async def _reload(self, new: int) -> None:
        """Load the library anew and show it, after feeds were changed; so many episodes are new."""
        from tui_pod.library.reload import reload_library
        from tui_pod.runtime.threads import in_thread

        paths = self._paths
        loaded = await reload_library(self._catalogs, paths.cache, paths.data, len(self.controller.library) + new)
        progress_index = self.controller.progress_index.moved_to(loaded.library)
        self.controller.adopt(loaded.library, progress_index)
        self.library, self.progress_index = loaded.library, progress_index
        self.app.library_changed(loaded.library, progress_index)
        for notice in loaded.notices:
            self.app.tell(notice, is_error=True)
        if (save := loaded.save) is not None:
            await in_thread(lambda _: save())

    async def read_transcript(self, episode: Episode) -> Transcript:
        """See `Services.read_transcript`."""
        return await self._sources.transcript(episode)

    async def read_notes(self, episode: Episode) -> EpisodeNotes:
        """See `Services.read_notes`."""
        from tui_pod.core.library.show_notes import EpisodeNotes

        return await self._sources.notes(episode) if self._has_podcasts else EpisodeNotes()

    async def read_chapters(self, episode: Episode) -> tuple[Chapter, ...]:
        """See `Services.read_chapters`."""
        return await self._sources.chapters(episode) if self._has_podcasts else ()

    @property
    def _has_podcasts(self) -> bool:
        return any((self._paths.data / name).exists() for name in FEED_FILES)

    async def compute_statistics(self) -> Statistics:
        """See `Services.compute_statistics`."""
        import asyncio

        from tui_pod.core.progress.statistics import compute_statistics

        def read() -> Statistics:
            self._writer.flush(SAVE_LIMIT)
            return compute_statistics(self._file.heard_records(), self.library)

        self.controller.save()
        return await asyncio.to_thread(read)

    async def close(self) -> None:
        """See `Services.close`."""
        if "controller" in self.__dict__:
            await self._broadcast.close()
            await self._feeds.close()
            await self._sources.close()

    def finish(self) -> bool:
        """End saver and player, after the app; return whether all progress was saved."""
        if "controller" not in self.__dict__:
            return True
        with contextlib.suppress(Exception):  # quitting has saved; after a fault, save what still can be
            self.controller.save()
        is_saved = self._writer.close(SAVE_LIMIT)  # first: what goes wrong in a sound driver must not cost it
        self._player.close()
        return is_saved

    def _emit(self, event: Event) -> None:
        self.app.emit(event)

    def _report(self, report: Report) -> None:
        from tui_pod.core.playback.events import RecordsSaved, StateMended
        from tui_pod.state.writer import Saved

        match report:
            case Saved(ticket):
                self.app.emit(RecordsSaved(ticket))
            case StateMended():
                self.app.emit(report)
            case _:
                self.app.saving_changed(report.reason)


def _open_podcasts(paths: Paths, settings: Settings) -> Podcasts:
    from tui_pod.feeds.net.access import make_policy  # ssl, sqlite and XML are not for start-up, nor for the loop
    from tui_pod.feeds.podcasts import Podcasts

    policy = make_policy(settings.network.private_hosts, settings.feeds.timeout)
    return Podcasts(paths.data, paths.cache, settings.feeds.downloads_mb * MEGABYTE, policy)


def _options(settings: Settings) -> PlaybackOptions:
    from tui_pod.core.playback.options import PlaybackOptions
    from tui_pod.core.progress.progress import PlayedRule

    playback = settings.playback
    return PlaybackOptions(
        is_rewinding=settings.resume.rewind,
        is_autoplaying=playback.autoplay,
        played=PlayedRule(*settings.played),
        seek_back=playback.seek_back,
        seek_forward=playback.seek_forward,
        seek_small=playback.seek_small,
        speeds=settings.speeds,
    )


def _few(notices: tuple[str, ...]) -> tuple[str, ...]:
    """Return as many notices as a listener reads, and how to see the rest."""
    more = len(notices) - SHOWN_NOTICES
    if more <= 0:
        return notices
    return (*notices[:SHOWN_NOTICES], f"{more} more faults in the settings: run tui-pod config to see them.")


def _view(library: Library, state: State, wanted: str) -> ListQuery:
    """Return what the listener wants to see first: what was looked at last, else the catalogue's top topic."""
    last = library.topics.with_key(state.setting("ui", "topic", "")) if wanted != "top" else None
    topic = last if last is not None else min(1, len(library.topics.names) - 1)
    sort, kind = state.setting("ui", "sort", ""), state.setting("ui", "filter", "")
    return ListQuery(
        place={"continue": SmartList.CONTINUE, "queue": SmartList.QUEUE}.get(wanted, topic),
        sort=Sort(sort) if sort in list(Sort) else Sort.NEWEST,
        filter=Filter(kind) if kind in list(Filter) else Filter.ALL,
    )
