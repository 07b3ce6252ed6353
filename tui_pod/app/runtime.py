"""What the running app needs beyond its first screen: player, voice, saving, podcasts and integrations.

Imported and built after the first paint, so that everything heavy can be imported at the top.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from tui_pod.app.excerpt import ExcerptPlayer
from tui_pod.app.followers import LoadTicker, QuestionOffer
from tui_pod.audio.mpv_options import filters
from tui_pod.audio.mpv_player import MpvPlayer
from tui_pod.config.settings import MEGABYTE, bound_actions
from tui_pod.core.playback.controller import PlaybackController
from tui_pod.core.player.options import PlaybackOptions
from tui_pod.core.player.ports import Ports
from tui_pod.core.progress.progress import PlayedRule
from tui_pod.integrations.broadcast import Broadcast
from tui_pod.integrations.player_api import PlayerApi
from tui_pod.integrations.remote_server import RemoteControl
from tui_pod.integrations.remote_socket import RemoteError
from tui_pod.integrations.terminal_title import TerminalTitle, has_title
from tui_pod.library.cache import cache_file, library_stamp
from tui_pod.library.reload import keep_library, reload_library
from tui_pod.runtime.log import log
from tui_pod.runtime.power import is_on_battery
from tui_pod.runtime.subprocesses import run_apart
from tui_pod.runtime.threads import in_thread
from tui_pod.services.elsewhere import ElsewhereWatch
from tui_pod.services.media import EpisodeSources
from tui_pod.services.podcasts.opening import open_podcasts
from tui_pod.services.tasks import run_command
from tui_pod.speech.narrator import Narrator
from tui_pod.speech.transcript_files import RECOGNISED, TranscriptFiles
from tui_pod.state.writer import NullWriter, Report, SaveFailed, StateWriter

if TYPE_CHECKING:
    from tui_pod.app.bootstrap import AppServices
    from tui_pod.config.settings import Settings
    from tui_pod.core.progress.statistics import Statistics
    from tui_pod.feeds.podcasts import Podcasts
    from tui_pod.search.store import IndexFile
    from tui_pod.services.podcasts.covers import Covers
    from tui_pod.services.podcasts.feeds import FeedService
    from tui_pod.services.recognition import RecognitionService
    from tui_pod.services.search import SearchService
    from tui_pod.services.sync import SyncService

FEED_FILES = ("feeds.sqlite", "feeds.opml", "downloads")
"""Files in the data folder, present only if the user has podcasts."""

SAVE_LIMIT = 0.8
"""Seconds that quitting waits for the last save."""


class Runtime:
    """Builds the parts, connects them, and ends them."""

    def __init__(self, services: AppServices) -> None:
        self._services = services
        self._loop = asyncio.get_running_loop()
        self._starting: asyncio.Task[None] | None = None
        settings, paths, frontend = services.settings, services.paths, services.frontend
        audio, narration = settings.audio, settings.narration
        self._writer = StateWriter(services.file, self._report) if services.is_writable else NullWriter()
        sound = services.ao, filters(audio.level, audio.skip_silence)
        self._player = MpvPlayer(frontend.emit, *sound)
        self._words = TranscriptFiles(paths.data / RECOGNISED)
        self.sources = EpisodeSources(
            Narrator(paths.cache / "narrations", narration.cache_mb * MEGABYTE, narration.enabled),
            frontend.emit,
            partial(open_podcasts, paths, settings),
            lambda is_offline: self.feeds.network_changed(is_offline),
            lambda episode, wanted: self.feeds.ask_to_play(episode, wanted),
            self._words,
        )
        self._broadcast = Broadcast(frontend, actions=bound_actions(settings))
        ports = Ports(
            self._player, self.sources, self._writer, self._broadcast, lambda: datetime.now(UTC), os.urandom(4).hex()
        )
        self.excerpts = ExcerptPlayer(self.sources.find, *sound)
        self.controller = PlaybackController(
            services.library,
            services.progress_index,
            ports,
            _options(settings),
            services.queue,
            services.playback,
            services.kept,
        )
        self._broadcast.add(LoadTicker(self.controller))
        if settings.recall.enabled:
            self._broadcast.add(QuestionOffer(self.controller, lambda episode: services.recall.offer(episode)))
        self._elsewhere = ElsewhereWatch(self.controller, services.file, self._look_at_feeds)
        self.is_open = asyncio.Event()
        """Set once the player is open, or cannot be."""
        self._player.open(self._opened)
        self._writer.compact()

    async def start(self) -> None:
        """Start what runs beside the screen: integrations, the library's cache, and feeds."""
        services = self._services
        self._starting = self._loop.create_task(self._start_integrations())
        if services.save_cache is not None:
            await keep_library(services.save_cache, services.catalogs, services.paths, len(services.library))
        if services.asked_words:
            self.recognition.request(services.asked_words)
        if self.has_podcasts:
            self.feeds.start()
            self.recognition.look()
        if self.sync is not None:
            self._broadcast.add(self.sync)
            self.sync.start()
        self._elsewhere.start()
        self.search.start()

    # -- what playing does not need: imported and built by `start`, or by what needs it first ------------------

    @cached_property
    def feeds(self) -> FeedService:
        """Podcasts: refreshing, downloads, and what is said of them."""
        from tui_pod.services.podcasts.feeds import FeedService  # see `BESIDE`

        services = self._services
        service = FeedService(services, services.shown_feeds, self._reload, self._announce, _is_sparing)
        self._broadcast.add(service)
        return service

    @cached_property
    def recognition(self) -> RecognitionService:
        """Words for recordings that have none."""
        from tui_pod.services.recognition import RecognitionService  # see `BESIDE`

        services = self._services
        return RecognitionService(services, self._words, self._podcasts_if_any, services.is_recognition_paused)

    @cached_property
    def search(self) -> SearchService:
        """The search in every word."""
        from tui_pod.search.store import IndexFile  # see `BESIDE`
        from tui_pod.services.search import SearchService

        services = self._services
        index = IndexFile(cache_file(services.paths.cache, "search", services.catalogs))
        return SearchService(services, index, partial(self._update_index, index))

    @cached_property
    def sync(self) -> SyncService | None:
        """Progress kept alike on every machine; None: the settings do not ask for it."""
        from tui_pod.services.sync import SyncService, Work  # see `BESIDE`

        settings = self._services.settings.sync
        if not self._services.is_writable or not (settings.folder or (settings.server and settings.user)):
            return None
        return SyncService(self._services, Work(self._sync, lambda: self.feeds.take_synced(), self._is_first_sync))

    async def _look_at_feeds(self) -> None:
        if self.has_podcasts:
            await self.feeds.look_elsewhere()

    @cached_property
    def covers(self) -> Covers:
        """Pictures of covers."""
        from tui_pod.services.podcasts.covers import Covers  # brings TLS, 2 MiB, which few sessions need

        return Covers(self._services.paths.cache / "covers", self.sources.podcasts)

    async def _update_index(self, index: IndexFile) -> None:
        from tui_pod.search.fill import is_current  # once the player is open

        services = self._services
        stamp = await asyncio.to_thread(library_stamp, services.catalogs, services.paths.data)
        if not await asyncio.to_thread(is_current, index, stamp):
            await run_command("search", "--update", *self._file_words)

    @property
    def _file_words(self) -> tuple[str, ...]:
        """The options that name this app's files to commands in processes of their own."""
        paths, catalogs = self._services.paths, self._services.catalogs
        words = ["--state", str(self._services.file.path), "--config", str(paths.config)]
        return (*words, *(word for path in catalogs for word in ("--catalog", str(path))))

    def _is_first_sync(self) -> bool:
        from tui_pod.sync.memory import memory_file  # only with [sync]: it brings OpenSSL, 2 MiB

        return bool(self._services.settings.sync.server) and not memory_file(self._services.file.path).exists()

    async def _sync(self) -> dict[str, Any]:
        from tui_pod.services.sync import run_sync  # see `BESIDE`

        self.controller.save()
        await asyncio.to_thread(self._writer.flush, SAVE_LIMIT)
        with self._elsewhere.leaving_progress():
            return await run_sync(*self._file_words)

    async def _start_integrations(self) -> None:
        """Start each on its own: one that cannot is off, with a line in the log."""
        from tui_pod.integrations.session_bus import DesktopError, follow_desktop  # an extra: may be missing

        services, desktop = self._services, self._services.settings.desktop
        if (host := services.terminal) is not None:
            try:
                host.listen()
            except RemoteError as error:
                log(f"the terminal cannot be left: {error}")
            self._broadcast.add(host)
        if desktop.title and has_title():
            title = TerminalTitle(services.frontend.write_control)
            self._broadcast.add(title)
            if host is not None:
                host.on_new_terminal = title.show_again
        remote = RemoteControl(PlayerApi(self.controller), services.file.path)
        try:
            await remote.start()
            self._broadcast.add(remote)
        except RemoteError as error:
            log(f"remote control is off: {error}")
        try:
            for follower in await follow_desktop(self.controller, desktop.notify):
                self._broadcast.add(follower)
        except DesktopError as error:
            log(f"media keys are off: {error}")

    async def _announce(self, title: str, text: str) -> None:
        if self._starting is not None:
            await asyncio.wait((self._starting,))  # connecting to the desktop may take seconds
        self._broadcast.notify(title, text)

    async def _reload(self, new: int) -> None:
        """Load the library again and show it, after feeds were changed; so many episodes are new."""
        services, paths, controller = self._services, self._services.paths, self.controller
        loaded = await reload_library(services.catalogs, paths.cache, paths.data, len(controller.library) + new)
        progress_index = controller.progress_index.moved_to(loaded.library)
        controller.adopt(loaded.library, progress_index)
        services.frontend.library_changed(loaded.library, progress_index)
        for notice in loaded.notices:
            services.frontend.tell(notice, is_error=True)
        self.search.refresh()
        if (save := loaded.save) is not None:
            await in_thread(lambda _: save())
        self.recognition.look()

    @property
    def has_podcasts(self) -> bool:
        """Whether the user has any podcasts."""
        return any((self._services.paths.data / name).exists() for name in FEED_FILES)

    async def _podcasts_if_any(self) -> Podcasts | None:
        return await self.sources.podcasts() if self.has_podcasts else None

    async def compute_statistics(self) -> Statistics:
        """Save, and return the statistics of everything played until now."""
        from tui_pod.core.progress.statistics import compute_statistics  # seldom needed

        def read() -> Statistics:
            self._writer.flush(SAVE_LIMIT)
            return compute_statistics(self._services.file.heard_records(), self.controller.library)

        self.controller.save()
        return await asyncio.to_thread(read)

    async def close(self) -> None:
        """End what runs on the event loop."""
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
        await self._elsewhere.close()
        await self._broadcast.close()
        await self.recognition.close()
        await self.sources.close()

    def finish(self) -> bool:
        """Save, and end the writer and the player, after the app; return whether all progress was saved."""
        with contextlib.suppress(Exception):  # quitting has saved; after a fault, save what can be saved
            self.controller.save()
        is_saved = self._writer.close(SAVE_LIMIT)  # first: a fault in the sound driver must not lose it
        self._player.close()
        self.excerpts.close()
        if self.sync is not None and not self._is_first_sync():
            run_apart("tui_pod", "sync", *self._file_words)  # goes on when the app has ended
        return is_saved

    def _opened(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self.is_open.set)

    def _report(self, report: Report) -> None:
        """Pass on what the writer reports from its thread."""
        match report:
            case SaveFailed(reason):
                with contextlib.suppress(RuntimeError):  # the loop has ended
                    self._loop.call_soon_threadsafe(self._services.saving_changed, reason)
            case _:
                self._services.frontend.emit(report)


async def _is_sparing(is_start: bool) -> bool:
    """Return whether the network is paid by the byte or, but at the start, the battery is used up."""
    from tui_pod.integrations.metered import is_metered  # an extra: may be missing

    return (not is_start and await asyncio.to_thread(is_on_battery)) or await is_metered()


def _options(settings: Settings) -> PlaybackOptions:
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
