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
from typing import TYPE_CHECKING, Any

from tui_pod.config.paths import Paths, embedded_catalog
from tui_pod.core.errors import UserError
from tui_pod.core.library.episode import is_book
from tui_pod.library.cache import Loaded
from tui_pod.runtime.log import log, log_uncaught
from tui_pod.services.assembly.start import AppFiles, make_first_screen
from tui_pod.state.store import State, StateFile

if TYPE_CHECKING:
    from tui_pod.config.settings import Config, SyncSettings
    from tui_pod.core.library.episode import Episode
    from tui_pod.core.playback.controller import PlaybackController
    from tui_pod.core.progress.statistics import Statistics
    from tui_pod.runtime.watchdog import Watchdog
    from tui_pod.search.store import IndexFile
    from tui_pod.services.assembly.engine import Engine
    from tui_pod.services.bookmarks import BookmarkService
    from tui_pod.services.context import Context
    from tui_pod.services.elsewhere import ElsewhereWatch
    from tui_pod.services.episode_reader import EpisodeReader
    from tui_pod.services.frontend import Frontend
    from tui_pod.services.podcasts.covers import Covers
    from tui_pod.services.podcasts.feeds import FeedService
    from tui_pod.services.recall import RecallService
    from tui_pod.services.recognition import RecognitionService
    from tui_pod.services.search import SearchService
    from tui_pod.services.sync import SyncService
    from tui_pod.services.tasks import BackgroundTasks
    from tui_pod.sources.episode_media import Podcasts
    from tui_pod.sync.peek import Peek
    from tui_pod.terminal.host import TerminalHost

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
    "tui_pod.services.assembly.integrations",
    "tui_pod.services.assembly.engine",
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

        Args:
            paths: the listener's folders.
            catalogs: the catalogues in the library.
            config: the settings and their faults.
            loaded: the library.
            file: the state file.
            state: its contents.
            ao: the audio output that mpv uses; None: the usual one.
            budget: seconds of a session to start at once; None: none.
        """
        self.first = make_first_screen(config, loaded, state)
        sync = config.settings.sync
        self.sync_file = paths.config if sync.folder or sync.server else None
        """The file that names a folder or server to sync with, if one does; else `set_up_sync` can."""
        self.terminal: TerminalHost | None = None
        self._files = AppFiles(paths, catalogs, file, state.is_writable)
        self._save_cache, self._generation = loaded.save, loaded.feeds
        self._nudges = state.numbers("nudges")
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

    @cached_property
    def _engine(self) -> Engine:
        from tui_pod.services.assembly.engine import Engine  # after the first paint, as everything that it imports
        from tui_pod.services.assembly.followers import QuestionOffer

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

        podcasts = self._engine.sources.podcasts
        return Context(self.controller, self.frontend, self.tasks, self.first.settings, podcasts)

    # -- services ------------------------------------------------------------------------------------------

    @cached_property
    def reader(self) -> EpisodeReader:
        """Transcripts, notes and chapters of episodes."""
        from tui_pod.services.episode_reader import EpisodeReader  # after the first paint

        tell = self._context.frontend.tell
        return EpisodeReader(
            self.controller, self._engine.sources, lambda: self._files.has_podcasts, self._nudges, tell
        )

    @cached_property
    def bookmarks(self) -> BookmarkService:
        """Adds bookmarks."""
        from tui_pod.services.bookmarks import BookmarkService  # after the first paint

        return BookmarkService(self._context, self.reader)

    @cached_property
    def recall(self) -> RecallService:
        """Asks questions about bookmarks and episodes."""
        from tui_pod.services.recall import RecallService  # after the first paint

        engine = self._engine
        service = RecallService(self._context, self.reader, engine.excerpts, engine.sources, self._offers_questions)
        engine.broadcast.add(service)
        return service

    @cached_property
    def feeds(self) -> FeedService:
        """Podcasts and their downloads."""
        from tui_pod.services.podcasts.feeds import FeedService  # see `BESIDE`

        has_course = embedded_catalog() in self._files.catalogs
        service = FeedService(self._context, self._generation, self._reload, self._announce, _is_sparing, has_course)
        self._engine.broadcast.add(service)
        return service

    @cached_property
    def recognition(self) -> RecognitionService:
        """Transcripts by machine."""
        from tui_pod.services.recognition import RecognitionService  # see `BESIDE`

        return RecognitionService(
            self._context, self._engine.transcript_files, self._open_podcasts_if_any, self._is_recognition_paused
        )

    @cached_property
    def search(self) -> SearchService:
        """Full-text search."""
        from tui_pod.library.cache import cache_file  # see `BESIDE`
        from tui_pod.search.store import IndexFile
        from tui_pod.services.search import SearchService

        index = IndexFile(cache_file(self._files.paths.cache, "search", self._files.catalogs))
        return SearchService(self._context, self.reader, self.bookmarks, index, partial(self._update_index, index))

    @cached_property
    def sync(self) -> SyncService | None:
        """Sync with other devices; None: the settings do not ask for it."""
        if not self._has_sync:
            return None
        from tui_pod.services.sync import SyncService, Work  # see `BESIDE`

        return SyncService(
            self._context,
            Work(
                self._run_sync,
                lambda: self.feeds.take_synced(),
                self._has_sync_news,
                self._is_first_sync,
                self._engine.broadcast.sync_ended,
            ),
        )

    @cached_property
    def _peek(self) -> Peek:
        from tui_pod.sync.login import password_file, read_password  # only with [sync]
        from tui_pod.sync.peek import Peek

        settings, state = self.first.settings.sync, self._files.state.path
        read = partial(read_password, settings.password_command, password_file(state))
        return Peek(settings.folder, (settings.server, settings.user), state, read)

    @cached_property
    def _covers(self) -> Covers:
        from tui_pod.services.podcasts.covers import Covers  # brings TLS, 2 MiB, which few sessions need

        return Covers(self._files.paths.cache / "covers", self._engine.sources.podcasts)

    async def read_cover(self, subject: Episode | str) -> bytes | None:
        """Return the cover of an episode, or the picture at an address, as `audio.cover` makes it; None: no picture."""
        return await self._covers.picture(subject)

    async def compute_statistics(self) -> Statistics:
        """Save, and return the statistics of everything played so far."""
        return await self._engine.compute_statistics()

    @cached_property
    def _elsewhere(self) -> ElsewhereWatch:
        from tui_pod.services.elsewhere import ElsewhereWatch  # after the first paint

        return ElsewhereWatch(self.controller, self._files.state, self._look_at_feeds)

    # -- start and end -------------------------------------------------------------------------------------

    def key_pressed(self) -> None:
        """Let background work yield to a key press."""
        if "recognition" in vars(self):
            self.recognition.make_way()

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
            self.frontend.start_session(self._budget)

    async def _start(self) -> None:
        """Start what runs beside the screen: integrations, the library's cache, and services that work unasked."""
        from tui_pod.library.reload import keep_library  # after the first paint, as the next two
        from tui_pod.runtime.watchdog import start_watchdog
        from tui_pod.services.assembly.integrations import start_integrations

        stays = self.terminal is not None and self.terminal.stays
        self._watchdog = start_watchdog(self._engine.rescue, self._end_now, stays)
        log_uncaught(asyncio.get_running_loop())
        broadcast, files = self._engine.broadcast, self._files
        starting = start_integrations(
            self._context,
            broadcast,
            self.terminal,
            files.state.path,
            lambda: self.sync.synced if self.sync is not None else None,
            {
                "bookmark.add": lambda: self.bookmarks.add(lambda _: None),
                "feed.refresh_all": lambda: self.feeds.refresh(),
                "recall.start": lambda: self.recall.ask(),
                "transcribe.pause": lambda: self.recognition.toggle_pause(),
            },
        )
        self._starting = asyncio.get_running_loop().create_task(starting)
        if self._save_cache is not None:
            await keep_library(self._save_cache, files.catalogs, files.paths, len(self.first.library))
        if self._asked:
            self.recognition.request(self._asked)
        if files.has_podcasts:
            self.feeds.start()
            self.recognition.look()
            held = self.controller.library.find(self.controller.playback.episode)
            if held is not None and is_book(held):
                self._engine.sources.tell_chapters(held, self.controller.playback.load)
        self._start_sync()
        self._elsewhere.start()
        self.search.start()

    def _start_sync(self, is_asked: bool = False) -> None:
        if self.sync is not None:
            self._engine.broadcast.add(self.sync)
            self.sync.start(is_asked)

    async def add_server(self, address: str, user: str, password: str) -> None:
        """Add a server with libraries, and sync with it. Raises what `FeedService.add_server` raises."""
        await self.feeds.add_server(address, user, password)
        vars(self).pop("_has_servers", None)
        if self.sync is None:
            vars(self).pop("sync")
            self._start_sync(is_asked=True)
        else:
            self.sync.sync_now()

    async def set_up_sync(self, chosen: SyncSettings, password: str) -> None:
        """Try what the listener wants to sync with, save it in the state, and sync.

        Args:
            chosen: what to sync with; nothing: do not sync.
            password: that of the server; empty: the one that is saved.

        Raises:
            UserError: there is no such folder, or the server does not take the login. Nothing was changed.
        """
        from tui_pod.runtime.threads import in_thread  # only if asked for
        from tui_pod.sync.login import check_folder, log_in, password_file, read_password
        from tui_pod.sync.memory import memory_file

        former, state = self.first.settings.sync, self._files.state.path
        file = password_file(state)

        def check() -> None:
            if chosen.folder:
                check_folder(chosen.folder)
            if chosen.server:
                log_in(chosen.server, chosen.user, password or read_password("", file), file)

        with self.tasks.showing("sync set-up", "trying the sync server"):
            await in_thread(lambda _: check())
        for name, value in chosen.values().items():
            self.controller.remember("sync_with", name, value)
        if (chosen.server, chosen.user) != (former.server, former.user):
            memory_file(state).unlink(missing_ok=True)  # so that the first sync with another server asks
        self.first = self.first._replace(settings=self.first.settings._replace(sync=chosen))
        vars(self).pop("_peek", None)
        if self.sync is None:
            vars(self).pop("sync")
            self._start_sync(is_asked=True)
        elif chosen.is_set:
            self.sync.sync_now()

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
        await self._elsewhere.close()
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
        if self._has_sync and not self._is_first_sync():
            from tui_pod.runtime.subprocesses import run_apart  # only with [sync]

            run_apart("tui_pod", "sync", *self._files.options)  # goes on when the app has ended
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
        return await self._engine.sources.podcasts() if self._files.has_podcasts else None

    async def _look_at_feeds(self) -> None:
        if self._files.has_podcasts:
            await self.feeds.look_elsewhere()

    async def _reload(self, new: int) -> None:
        """Load the library again and show it, after podcasts were changed; `new` is the number of new episodes."""
        from tui_pod.library.reload import reload_library  # only with podcasts
        from tui_pod.runtime.threads import in_thread

        paths, controller = self._files.paths, self.controller
        loaded = await reload_library(self._files.catalogs, paths.cache, paths.data, len(controller.library) + new)
        controller.lists.show(loaded.library)
        for notice in loaded.notices:
            self.frontend.tell(notice, is_error=True)
        self.search.refresh()
        if new and self.sync is not None:
            self.sync.sync_soon()  # takes progress that waits for these episodes
        if (save := loaded.save) is not None:
            await in_thread(lambda _: save())
        self.recognition.look()

    async def _announce(self, title: str, text: str) -> None:
        if self._starting is not None:
            await asyncio.wait((self._starting,))  # connecting to the desktop may take seconds
        self._engine.broadcast.notify(title, text)

    async def _update_index(self, index: IndexFile) -> None:
        from tui_pod.library.cache import library_stamp  # once the player is open
        from tui_pod.search.fill import is_current
        from tui_pod.services.tasks import run_command

        stamp = await asyncio.to_thread(library_stamp, self._files.catalogs, self._files.paths.data)
        if not await asyncio.to_thread(is_current, index, stamp):
            await run_command("search", "--update", *self._files.options, is_ahead=not self.search.typed)

    @property
    def _has_sync(self) -> bool:
        return self._files.is_writable and (self.first.settings.sync.is_set or self._has_servers)

    @cached_property
    def _has_servers(self) -> bool:
        if not self._files.has_podcasts:
            return False
        from tui_pod.shelf.feed_store import FeedStore  # only with podcasts
        from tui_pod.sources.table import source_of

        store = FeedStore(self._files.paths.data)
        with contextlib.closing(store.db), contextlib.suppress(UserError):
            return any(source_of(feed.address).keeps_progress for feed in store.feeds())
        return False

    def _is_first_sync(self) -> bool:
        from tui_pod.sync.sending import lock_file  # only with sync

        return not (self._has_sync and lock_file(self._files.state.path).exists())  # it may just have been turned off

    async def _run_sync(self, *options: str) -> dict[str, Any]:
        from tui_pod.runtime.threads import in_thread  # only with [sync]
        from tui_pod.services.sync import run_sync

        await self._engine.save()
        before = await in_thread(lambda _: self._peek.files())  # in a folder that may be far away
        report = dict[str, Any]()
        try:
            with self._elsewhere.leaving_progress():
                report = await run_sync(*self._files.options, *options)
        finally:
            self._peek.synced(before, report.get("machine") or "")
        return report

    async def _has_sync_news(self, with_server: bool) -> bool:
        from tui_pod.runtime.threads import in_thread  # only with [sync]

        def look(_: object) -> bool:
            return self._peek.has_news(with_server) or (with_server and self._has_servers and self._has_library_news())

        return await in_thread(look)

    def _has_library_news(self) -> bool:
        from tui_pod.shelf.feed_store import FeedStore  # only with servers
        from tui_pod.sync.libraries import has_news

        store = FeedStore(self._files.paths.data)
        with contextlib.closing(store.db):
            return has_news(store, self._files.state.path)


async def _preload(modules: Sequence[str]) -> None:
    for module in modules:
        await asyncio.sleep(0)
        import_module(module)
    await asyncio.sleep(0)


async def _is_sparing(is_start: bool) -> bool:
    """Return whether the network is paid by the byte or, except at the start, the machine runs on its battery."""
    from tui_pod.integrations.metered import is_metered  # an extra: may be missing
    from tui_pod.runtime.power import is_on_battery

    return (not is_start and await asyncio.to_thread(is_on_battery)) or await is_metered()
