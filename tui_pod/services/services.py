"""Builds the services of the running app, each when it is first asked for and none before the first paint."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from tui_pod.config.paths import Paths, embedded_catalog
from tui_pod.core.actions import key_of
from tui_pod.core.library.episode import is_book
from tui_pod.core.text.clean import counted, spoken_time
from tui_pod.library.cache import Loaded, cache_file, library_stamp
from tui_pod.runtime.log import log, log_uncaught
from tui_pod.services.first_screen import AppFiles, make_first_screen
from tui_pod.state.store import State, StateFile

if TYPE_CHECKING:
    from tui_pod.config.settings import Config
    from tui_pod.core.playback.controller import PlaybackController
    from tui_pod.core.progress.statistics import Statistics
    from tui_pod.runtime.watchdog import Watchdog
    from tui_pod.search.store import IndexFile
    from tui_pod.services.bookmarks import BookmarkService
    from tui_pod.services.context import Context
    from tui_pod.services.engine import Engine
    from tui_pod.services.episode_reader import EpisodeReader
    from tui_pod.services.frontend import Frontend
    from tui_pod.services.other_programs import OtherPrograms
    from tui_pod.services.passages import PassageService
    from tui_pod.services.podcasts.covers import Covers
    from tui_pod.services.podcasts.feeds import FeedService
    from tui_pod.services.recall import RecallService
    from tui_pod.services.recognition import RecognitionService
    from tui_pod.services.repeat import RepeatService
    from tui_pod.services.search import SearchService
    from tui_pod.services.sync import SyncService
    from tui_pod.services.sync_setup import SyncSetup
    from tui_pod.services.tasks import BackgroundTasks
    from tui_pod.sources.opened import Podcasts
    from tui_pod.terminal.host import TerminalHost

PRELOADED = (
    "tui_pod.core.selection.session_planner",
    "tui_pod.core.playback.controller",
    "tui_pod.core.library.transcript",
    "json",
    "tui_pod.speech.narrator",
    "tui_pod.audio.mpv_player",
    "tui_pod.state.writer",
    "tui_pod.services.episode_sources",
    "tui_pod.integrations.broadcast",
    "tui_pod.integrations.remote_server",
    "tui_pod.services.integrations",
    "tui_pod.services.engine",
)
"""What playback needs, in steps of a few milliseconds: keys are answered between them."""

BESIDE = (
    "tui_pod.services.podcasts.feeds",
    "tui_pod.services.passages",
    "tui_pod.services.recognition",
    "tui_pod.services.search",
    "tui_pod.services.sync",
)
"""What is imported once the player is open: two threads that import at once slow each other down tenfold."""

OPENING = 2.0
"""Longest time in seconds to wait for the player."""


class Services:
    """The services of the running app. Only a front end holds them all; each is built when it is first asked for."""

    frontend: Frontend
    """What shows the app; set by `launch` before it runs."""

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
        """Make the values of the first screen, and build nothing.

        `ao` is the audio output that mpv uses, None for the usual one; `budget` are the seconds of a session to start
        at once.
        """
        self.first = make_first_screen(config, loaded, state)
        sync = config.settings.sync
        self._sync_set_by = paths.config if sync.folder or sync.server else None
        self.terminal: TerminalHost | None = None
        self._files = AppFiles(paths, catalogs, file, state.is_writable)
        self._save_cache = loaded.save
        self._generation = loaded.feeds
        self._nudges, self._tables = state.numbers("nudges"), state.tables
        self._asked = tuple(state.setting("transcribe", "asked", "").split())  # to be recognised still
        self._offers_questions = state.setting("recall", "questions", "yes") == "yes"
        self._is_recognition_paused = state.setting("transcribe", "paused", "no") == "yes"
        self._ao = ao
        self._budget = budget
        self._starting: asyncio.Task[None] | None = None
        self._watchdog: Watchdog | None = None
        self.restore_terminal: Callable[[], None] = lambda: None
        """Restores the terminal of a process that cannot do so on its event loop; set by `launch`."""

    # -- what everything else is built on ------------------------------------------------------------------

    @property
    def theme_folder(self) -> Path | None:
        """Where themes of the listener's own are, if anywhere."""
        return self._files.paths.config.with_name("themes")

    @cached_property
    def _engine(self) -> Engine:
        from tui_pod.services.engine import (  # after the first paint, as everything that it imports
            Engine,
            QuestionOffer,
        )

        engine = Engine(
            self.first,
            self._files,
            self.frontend,
            self._ao,
            lambda: self.feeds.network_works(),
            lambda episode, wanted: self.feeds.ask_to_play(episode, wanted),
            lambda: self.feeds.look_elsewhere(),
        )
        engine.broadcast.add(QuestionOffer(engine.controller, lambda episode: self.recall.offer(episode)))
        return engine

    @property
    def is_running(self) -> bool:
        """Whether anything was built after the first screen."""
        return "_engine" in vars(self)

    @property
    def controller(self) -> PlaybackController:
        """Playback, queue and progress."""
        return self._engine.controller

    @cached_property
    def tasks(self) -> BackgroundTasks:
        """Work in the background."""
        from tui_pod.services.tasks import BackgroundTasks  # after the first paint

        return BackgroundTasks(self.controller, self.frontend)

    @cached_property
    def _context(self) -> Context:
        from tui_pod.services.context import Context  # after the first paint

        return Context(self.controller, self.frontend, self.tasks, self.first.settings, self._engine.podcasts)

    # -- services ------------------------------------------------------------------------------------------

    @cached_property
    def reader(self) -> EpisodeReader:
        """Transcripts, notes and chapters of episodes."""
        from tui_pod.services.episode_reader import EpisodeReader  # after the first paint

        engine, tell = self._engine, self._context.frontend.tell
        return EpisodeReader(
            self.controller, engine.voice, engine.podcasts, lambda: self._files.has_podcasts, self._nudges, tell
        )

    @cached_property
    def bookmarks(self) -> BookmarkService:
        """Adds bookmarks."""
        from tui_pod.services.bookmarks import BookmarkService  # after the first paint

        return BookmarkService(self._context, self.reader)

    @cached_property
    def repeat(self) -> RepeatService:
        """Repeats a sentence, a chapter or the episode."""
        from tui_pod.services.repeat import RepeatService  # after the first paint

        return RepeatService(self._context, self.reader)

    @cached_property
    def recall(self) -> RecallService:
        """Asks questions about bookmarks and episodes."""
        from tui_pod.services.recall import RecallService  # after the first paint

        engine = self._engine
        service = RecallService(self._context, self.reader, engine.excerpts, engine.voice, self._offers_questions)
        engine.broadcast.add(service)
        return service

    @cached_property
    def feeds(self) -> FeedService:
        """Podcasts and their downloads."""
        from tui_pod.integrations.power_and_network import is_sparing  # see `BESIDE`
        from tui_pod.services.podcasts.feeds import FeedService

        has_course = embedded_catalog() in self._files.catalogs
        service = FeedService(
            self._context,
            self._generation,
            self._read_library,
            self._library_changed,
            self._announce,
            is_sparing,
            has_course,
        )
        for follower in (service, service.retention, service.news):
            self._engine.broadcast.add(follower)
        return service

    @cached_property
    def recognition(self) -> RecognitionService:
        """Transcripts by machine."""
        from tui_pod.services.recognition import RecognitionService  # see `BESIDE`

        return RecognitionService(
            self._context, self._engine.transcript_files, self._open_podcasts_if_any, self._is_recognition_paused
        )

    @cached_property
    def passages(self) -> PassageService:
        """What was heard before."""
        from tui_pod.passages.store import PassageStore  # see `BESIDE`
        from tui_pod.services.passages import PassageService

        store = PassageStore(self._files.paths.cache)
        service = PassageService(self._context, store, self._open_podcasts_if_any, self._tables)
        self._engine.broadcast.add(service)
        return service

    @cached_property
    def search(self) -> SearchService:
        """Full-text search."""
        from tui_pod.search.store import IndexFile  # see `BESIDE`
        from tui_pod.services.search import SearchService

        index = IndexFile(cache_file(self._files.paths.cache, "search", self._files.catalogs))
        return SearchService(self._context, self.reader, self.bookmarks, index, partial(self._update_index, index))

    @cached_property
    def sync(self) -> SyncService:
        """Sync with other devices."""
        from tui_pod.services.sync import SyncService  # see `BESIDE`

        broadcast = self._engine.broadcast
        service = SyncService(self._context, self._sync_setup, self.feeds, broadcast.sync_ended)
        broadcast.add(service)
        return service

    @cached_property
    def _sync_setup(self) -> SyncSetup:
        from tui_pod.services.sync_setup import SyncSetup  # see `BESIDE`

        settings = self.first.settings.sync
        return SyncSetup(self._files, settings, self._sync_set_by, self._engine.save, self._other_programs)

    @cached_property
    def covers(self) -> Covers:
        """Pictures of episodes and podcasts."""
        from tui_pod.services.podcasts.covers import Covers  # brings TLS, 2 MiB, which few sessions need

        return Covers(self._files.paths.cache / "covers", self._engine.podcasts.get)

    async def compute_statistics(self) -> Statistics:
        """Save, and return the statistics of everything played so far."""
        return await self._engine.compute_statistics()

    @cached_property
    def _other_programs(self) -> OtherPrograms:
        from tui_pod.services.other_programs import OtherPrograms  # after the first paint

        return OtherPrograms(self.controller, self._files.state, self._look_at_feeds)

    # -- start and end -------------------------------------------------------------------------------------

    def key_pressed(self) -> None:
        """Let background work yield to a key press."""
        if "recognition" in vars(self):
            self.recognition.make_way()
        if "passages" in vars(self):
            self.passages.make_way()

    async def after_paint(self) -> None:
        """Build and start everything else, once the first screen is painted."""
        await _preload(PRELOADED)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._engine.is_open.wait(), OPENING)
        await _preload(BESIDE)
        await self._start()
        if self.first.settings.start.view == "statistics":
            self.frontend.show_statistics()
        if self._budget is not None:
            self.start_session(self._budget)

    def start_session(self, budget: float) -> None:
        """Start a session of `budget` seconds, as `--session` asks; say what is in it, or that nothing fits."""
        from tui_pod.core.selection.session_planner import SessionRequest  # only with --session

        plan = self.recall.start_session(SessionRequest(budget))
        said = f"A session of {counted(len(plan.indexes))}, {spoken_time(plan.total)}."
        if not plan.indexes:
            again = key_of("session.plan")
            said = f"Nothing left fits into {spoken_time(budget)}. Press {again} to plan another session."
        self.frontend.tell(said)

    async def _start(self) -> None:
        """Start what runs beside the screen: integrations, the library's cache, and services that work unasked."""
        from tui_pod.library.reload import keep_library  # after the first paint, as the next two
        from tui_pod.runtime.watchdog import start_watchdog
        from tui_pod.services.integrations import start_integrations

        stays = self.terminal is not None and self.terminal.stays
        self._watchdog = start_watchdog(self._engine.rescue, self._end_now, stays)
        log_uncaught(asyncio.get_running_loop())
        broadcast, files = self._engine.broadcast, self._files
        starting = start_integrations(
            self._context,
            broadcast,
            self.terminal,
            files.state.path,
            lambda: self.sync.synced,
        )
        self._starting = asyncio.get_running_loop().create_task(starting)
        if self._save_cache is not None:
            await keep_library(self._save_cache, files.catalogs, files.paths, len(self.first.library))
        if self._asked:
            self.recognition.request(self._asked)
        if files.has_podcasts:
            self.feeds.start()
            self.recognition.look()
            self.passages.start()
            held = self.controller.library.find(self.controller.playback.episode)
            if held is not None and is_book(held):
                self._engine.sources.tell_chapters(held, self.controller.playback.load)
        self.sync.start()
        self._other_programs.start()
        self.search.start()

    async def close(self) -> None:
        """End what runs on the event loop."""
        if not self.is_running:
            return
        await self.tasks.close()
        if "bookmarks" in vars(self):
            self.bookmarks.close()
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
        await self._other_programs.close()
        await self._engine.broadcast.close()
        if "recognition" in vars(self):
            await self.recognition.close()
        await self._engine.sources.close()

    def finish(self) -> bool:
        """Save and end the rest after the app; return True if all progress was saved."""
        if not self.is_running:
            return True
        if self._watchdog is not None:
            self._watchdog.stop()
        is_saved = self._engine.finish()
        self._sync_setup.run_apart()
        return is_saved

    def _end_now(self, number: int) -> None:
        """End the process for a signal while the event loop stands still, unless it is to be left running."""
        if self.terminal is not None and number == signal.SIGHUP and self.terminal.stays:
            return
        is_saved = self._engine.end_now()
        log(f"ended by signal {number} while the app stood still; {'saved' if is_saved else 'not saved'}")
        if self.terminal is not None:
            self.terminal.end(1)
        else:
            self.restore_terminal()
        os._exit(1)

    # -- what services ask of the app ----------------------------------------------------------------------

    async def _open_podcasts_if_any(self) -> Podcasts | None:
        return await self._engine.podcasts.get() if self._files.has_podcasts else None

    async def _look_at_feeds(self) -> None:
        if self._files.has_podcasts:
            await self.feeds.look_elsewhere()

    async def _read_library(self, size: int) -> Loaded:
        from tui_pod.library.reload import reload_library  # only with podcasts

        return await reload_library(self._files.catalogs, self._files.paths.cache, self._files.paths.data, size)

    def _library_changed(self, new: int) -> None:
        self.search.refresh()
        self.recognition.look()
        self.passages.start()
        if new:
            self.sync.sync_soon()  # takes progress that waits for these episodes

    async def _announce(self, title: str, text: str) -> None:
        if self._starting is not None:
            await asyncio.wait((self._starting,))  # connecting to the desktop may take seconds
        self._engine.broadcast.notify(title, text)

    async def _update_index(self, index: IndexFile) -> None:
        from tui_pod.search.fill import is_current  # once the player is open
        from tui_pod.services.tasks import run_command

        stamp = await asyncio.to_thread(library_stamp, self._files.catalogs, self._files.paths.data)
        if not await asyncio.to_thread(is_current, index, stamp):
            await run_command("search", "--update", *self._files.options, is_ahead=not self.search.typed)


async def _preload(modules: Sequence[str]) -> None:
    for module in modules:
        await asyncio.sleep(0)
        import_module(module)
    await asyncio.sleep(0)
