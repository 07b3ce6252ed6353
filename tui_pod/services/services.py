"""Builds the services of the running app, each when it is first asked for and none before the first paint."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from tui_pod.config.paths import Paths, embedded_catalog
from tui_pod.library.cache import Loaded, cache_file, library_stamp
from tui_pod.services.first_screen import AppFiles, make_first_screen
from tui_pod.state.store import State, StateFile

if TYPE_CHECKING:
    import asyncio

    from tui_pod.config.settings import Config, Settings
    from tui_pod.core.playback.controller import PlaybackController
    from tui_pod.core.progress.history import Day
    from tui_pod.core.progress.statistics import Statistics
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
    from tui_pod.services.recap import RecapService
    from tui_pod.services.recognition import RecognitionService
    from tui_pod.services.repeat import RepeatService
    from tui_pod.services.search import SearchService
    from tui_pod.services.sync import SyncService
    from tui_pod.services.sync_setup import SyncSetup
    from tui_pod.services.tasks import BackgroundTasks
    from tui_pod.services.triage import TriageService
    from tui_pod.services.usual_settings import UsualSettings
    from tui_pod.sources.opened import Podcasts
    from tui_pod.terminal.host import TerminalHost


class Services:
    """The services of the running app. Only a front end holds them all; each is built when it is first asked for."""

    frontend: Frontend
    """What shows the app; set by `launch` before it runs."""
    is_app = True
    """Whether an app runs, and not a command alone."""

    def __init__(
        self,
        paths: Paths,
        catalogs: Sequence[Path],
        config: Config,
        loaded: Loaded,
        file: StateFile,
        state: State,
        ao: str | None,
    ) -> None:
        """Make the values of the first screen, and build nothing.

        `ao` is the audio output that mpv uses, None for the usual one.
        """
        self.first = make_first_screen(config, loaded, state)
        sync = config.settings.sync
        self._sync_set_by = paths.config if sync.folder or sync.server else None
        self.terminal: TerminalHost | None = None
        self.files = AppFiles(paths, catalogs, file, state.is_writable)
        self._generation = loaded.feeds
        self._nudges, self._tables = state.numbers("nudges"), state.tables
        self._offers_questions = state.setting("recall", "questions", "yes") == "yes"
        self._is_recognition_paused = state.setting("transcribe", "paused", "no") == "yes"
        self._ao = ao
        self.integrations: asyncio.Task[None] | None = None
        """Starts what connects to the desktop and to other programs; set by `Lifetime`."""

    # -- what everything else is built on ------------------------------------------------------------------

    @property
    def theme_folder(self) -> Path | None:
        """Where themes of the listener's own are, if anywhere."""
        return self.files.paths.config.with_name("themes")

    @cached_property
    def engine(self) -> Engine:
        """What plays, saves and speaks, for the services and their `Lifetime`."""
        from tui_pod.services.engine import (  # after the first paint, as everything that it imports
            Engine,
            QuestionOffer,
        )

        engine = Engine(
            self.first,
            self.files,
            self.frontend,
            self._ao,
            lambda: self.feeds.network_works(),
            lambda episode, wanted: self.feeds.ask_to_play(episode, wanted),
            lambda: self.feeds.look_elsewhere(),
        )
        engine.broadcast.add(QuestionOffer(engine.controller, lambda episode: self.recall.offer(episode)))
        return engine

    def is_built(self, name: str) -> bool:
        """Return whether a service has been asked for, given its name in this class."""
        return name in vars(self)

    @property
    def controller(self) -> PlaybackController:
        """Playback, queue and progress."""
        return self.engine.controller

    @cached_property
    def tasks(self) -> BackgroundTasks:
        """Work in the background."""
        from tui_pod.services.tasks import BackgroundTasks  # after the first paint

        return BackgroundTasks(self.controller, self.frontend)

    @cached_property
    def context(self) -> Context:
        """What most services use."""
        from tui_pod.services.context import Context  # after the first paint

        settings, podcasts = self.first.settings, self.engine.podcasts
        return Context(self.controller, self.frontend, self.tasks, settings, podcasts, self.is_app)

    @cached_property
    def usual(self) -> UsualSettings:
        """What holds for all podcasts, as far as the app can change it."""
        from tui_pod.services.usual_settings import UsualSettings  # seldom needed

        return UsualSettings(self.context, self.files.paths.chosen, self.use_settings)

    def use_settings(self, settings: Settings) -> None:
        """Use other settings from now on."""
        from tui_pod.services.engine import playback_options  # likewise

        self.first, self.context.settings = self.first._replace(settings=settings), settings
        self.controller.use_options(playback_options(settings))

    # -- services ------------------------------------------------------------------------------------------

    @cached_property
    def reader(self) -> EpisodeReader:
        """Transcripts, notes and chapters of episodes."""
        from tui_pod.services.episode_reader import EpisodeReader  # after the first paint

        engine, tell = self.engine, self.context.frontend.tell
        return EpisodeReader(
            self.controller, engine.voice, engine.podcasts, lambda: self.files.has_podcasts, self._nudges, tell
        )

    @cached_property
    def bookmarks(self) -> BookmarkService:
        """Adds bookmarks."""
        from tui_pod.services.bookmarks import BookmarkService  # after the first paint

        return BookmarkService(self.context, self.reader)

    @cached_property
    def repeat(self) -> RepeatService:
        """Repeats a sentence, a chapter or the episode."""
        from tui_pod.services.repeat import RepeatService  # after the first paint

        return RepeatService(self.context, self.reader)

    @cached_property
    def recall(self) -> RecallService:
        """Asks questions about bookmarks and episodes."""
        from tui_pod.services.recall import RecallService  # after the first paint

        engine = self.engine
        service = RecallService(self.context, self.reader, engine.excerpts, engine.voice, self._offers_questions)
        engine.broadcast.add(service)
        return service

    @cached_property
    def recap(self) -> RecapService:
        """Tells who and what was named so far."""
        from tui_pod.services.recap import RecapService  # after the first paint

        service = RecapService(self.context, self.reader, self.engine.excerpts)
        self.engine.broadcast.add(service)
        return service

    @cached_property
    def triage(self) -> TriageService:
        """Samples episodes one after another."""
        from tui_pod.services.triage import TriageService  # seldom needed

        engine = self.engine
        service = TriageService(self.context, self.reader, self.passages, engine.sources, engine.excerpts, engine.voice)
        engine.broadcast.add(service)
        return service

    @cached_property
    def feeds(self) -> FeedService:
        """Podcasts and their downloads."""
        from tui_pod.integrations.power_and_network import is_sparing  # see `BESIDE`
        from tui_pod.services.podcasts.feeds import FeedService

        has_course = embedded_catalog() in self.files.catalogs
        service = FeedService(
            self.context,
            self._generation,
            self._read_library,
            self._library_changed,
            self._announce,
            is_sparing,
            has_course,
        )
        for follower in (service, service.retention, service.news):
            self.engine.broadcast.add(follower)
        return service

    @cached_property
    def recognition(self) -> RecognitionService:
        """Transcripts by machine."""
        from tui_pod.services.recognition import RecognitionService  # see `BESIDE`

        return RecognitionService(
            self.context,
            self.engine.transcript_files,
            self._open_podcasts_if_any,
            self.reader.transcript,
            self._is_recognition_paused,
        )

    @cached_property
    def passages(self) -> PassageService:
        """What was heard before."""
        from tui_pod.passages.store import PassageStore  # see `BESIDE`
        from tui_pod.services.passages import PassageService

        store = PassageStore(self.files.paths.cache)
        service = PassageService(self.context, store, self._open_podcasts_if_any, self._tables)
        self.engine.broadcast.add(service)
        return service

    @cached_property
    def search(self) -> SearchService:
        """Full-text search."""
        from tui_pod.search.store import IndexFile  # see `BESIDE`
        from tui_pod.services.search import SearchService

        index = IndexFile(cache_file(self.files.paths.cache, "search", self.files.catalogs))
        return SearchService(self.context, self.reader, self.bookmarks, index, partial(self._update_index, index))

    @cached_property
    def sync(self) -> SyncService:
        """Sync with other devices."""
        from tui_pod.core.player.changes import SyncEnded  # see `BESIDE`
        from tui_pod.services.sync import SyncService

        broadcast = self.engine.broadcast
        ended = partial(broadcast.show, SyncEnded())
        service = SyncService(self.context, self.sync_setup, self.feeds, ended)
        broadcast.add(service)
        return service

    @cached_property
    def sync_setup(self) -> SyncSetup:
        """The folder and servers to sync with."""
        from tui_pod.services.sync_setup import SyncSetup  # see `BESIDE`

        settings = self.first.settings.sync
        return SyncSetup(self.files, settings, self._sync_set_by, self.engine.save, self.other_programs)

    @cached_property
    def covers(self) -> Covers:
        """Pictures of episodes and podcasts."""
        from tui_pod.services.podcasts.covers import Covers  # brings TLS, 2 MiB, which few sessions need

        return Covers(self.files.paths.cache / "covers", self.engine.podcasts.get)

    async def compute_statistics(self) -> tuple[Statistics, list[Day]]:
        """Save, and return the statistics of everything played so far, and what was played on each day."""
        return await self.engine.compute_statistics()

    @cached_property
    def other_programs(self) -> OtherPrograms:
        """Notices what other programs of tui-pod save."""
        from tui_pod.services.other_programs import OtherPrograms  # after the first paint

        return OtherPrograms(self.controller, self.files.state, self._look_at_feeds)

    # -- what services ask of the app ----------------------------------------------------------------------

    async def _open_podcasts_if_any(self) -> Podcasts | None:
        return await self.engine.podcasts.get() if self.files.has_podcasts else None

    async def _look_at_feeds(self) -> None:
        if self.files.has_podcasts:
            await self.feeds.look_elsewhere()

    async def _read_library(self, size: int) -> Loaded:
        from tui_pod.library.reload import reload_library  # only with podcasts

        return await reload_library(self.files.catalogs, self.files.paths.cache, self.files.paths.data, size)

    def _library_changed(self, new: int) -> None:
        self.search.refresh()
        self.recognition.look()
        self.passages.start()
        if new:
            self.sync.sync_soon()  # takes progress that waits for these episodes

    async def _announce(self, title: str, text: str) -> None:
        if self.integrations is not None:
            import asyncio  # a command that marks episodes needs no loop

            await asyncio.wait((self.integrations,))  # connecting to the desktop may take seconds
        self.engine.broadcast.notify(title, text)

    async def _update_index(self, index: IndexFile) -> None:
        import asyncio  # as above

        from tui_pod.search.fill import is_current  # once the player is open
        from tui_pod.services.tasks import run_command

        stamp = await asyncio.to_thread(library_stamp, self.files.catalogs, self.files.paths.data)
        if not await asyncio.to_thread(is_current, index, stamp):
            await run_command("search", "--update", *self.files.options, is_ahead=not self.search.typed)
