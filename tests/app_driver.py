"""The real app over fakes of everything outside: what its tests and its pictures drive.

The fakes report by posting to the app, as the real ones do; nothing here waits for time to pass.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual._compositor import LayoutUpdate
from textual.app import App
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.css.types import CSSLocation
from textual.keys import _character_to_key, key_to_character
from textual.notifications import Notification
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget

from tests.fakes import (
    FakeClock,
    FakeCovers,
    FakeEpisodeSources,
    FakeExcerpts,
    FakeFeeds,
    FakePlayer,
    FakeReader,
    FakeRecognition,
    FakeSources,
    FakeSync,
    FakeVoice,
    FakeWriter,
    make_context,
)
from tests.indexed import indexed_search
from tests.patience import until
from tests.present import present
from tests.screen_text import cut_cells, drawn_text
from tui_pod.config.paths import embedded_catalog
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.library.transcript import Cue, Transcript
from tui_pod.core.playback.controller import PlaybackController
from tui_pod.core.player.events import Event
from tui_pod.core.player.ports import Ports
from tui_pod.core.player.snapshot import Playback, PlayerStatus
from tui_pod.core.progress.history import Day, heard_days
from tui_pod.core.progress.passages import Passage
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.progress.records import HeardRecord
from tui_pod.core.progress.statistics import Statistics, compute_statistics
from tui_pod.core.selection.list_query import ListQuery, Orders
from tui_pod.core.selection.queue import Queue
from tui_pod.library.catalog_files import read_catalogs
from tui_pod.services.bookmarks import BookmarkService
from tui_pod.services.context import Context
from tui_pod.services.episode_list import EpisodeListModel
from tui_pod.services.first_screen import FirstScreen, with_last_played
from tui_pod.services.lifetime import Lifetime
from tui_pod.services.passages import PassageService
from tui_pod.services.podcasts.podcast_settings import PodcastChoice
from tui_pod.services.recall import RecallService
from tui_pod.services.recap import RecapService
from tui_pod.services.repeat import RepeatService
from tui_pod.services.search import SearchService
from tui_pod.services.services import Services
from tui_pod.services.tasks import BackgroundTasks
from tui_pod.services.triage import TriageService
from tui_pod.services.usual_settings import UsualSettings
from tui_pod.state.store import State
from tui_pod.ui.app import TuiPodApp
from tui_pod.ui.look.themes import with_readable_text
from tui_pod.ui.screens.main import MainScreen
from tui_pod.ui.widgets.episode_list import EpisodeList
from tui_pod.ui.widgets.lines import HeaderLine, KeyLine
from tui_pod.ui.widgets.playback_bar import PlaybackBar
from tui_pod.ui.widgets.topic_tree import TopicTree
from tui_pod.ui.widgets.transcript_view import TranscriptView

WORDS = Transcript((Cue("One.", 0.0, 19.0), Cue("Two.", 20.0, 39.0), Cue("Three.", 40.0, 59.0)))
"""What every episode says, at the times that the fake sources give its audio."""


@cache
def embedded_library() -> Library:
    """Return the library of the embedded catalogue; read once, since nothing changes it."""
    (catalog,) = read_catalogs([embedded_catalog()])
    return build_library(catalog.topics, catalog.episodes)


def list_model(services: Services) -> EpisodeListModel:
    """Return the model of the list, as a front end makes it."""
    return EpisodeListModel(services.first, lambda: services.controller)


class FakePassages(PassageService):
    """Knows the passages that a test says."""

    def __init__(self, controller: PlaybackController) -> None:
        self._controller = controller
        self.marks: dict[str, tuple[Passage, ...]] = {}
        """By episode."""
        self.offered: dict[str, tuple[str, str]] = {}

    async def of(self, episode: Episode, chapters: Sequence[float] = ()) -> tuple[Passage, ...]:
        return self.marks.get(episode.id, ())

    async def offers(self, podcast: PodcastChoice) -> dict[str, tuple[str, str]]:
        return self.offered


class FakeLifetime(Lifetime):
    """Starts nothing but playback, and counts keys."""

    keys_pressed = 0
    is_closed = False

    def key_pressed(self) -> None:
        self.keys_pressed += 1

    async def after_paint(self) -> None:
        _ = self.services.controller

    async def close(self) -> None:
        if self.services.is_built("context"):
            await self.services.tasks.close()
        if self.services.is_built("bookmarks"):
            self.services.bookmarks.close()
        self.is_closed = True


class ServicesOver(Services):
    """Services over a controller that is made when it is first asked for, and fakes of everything outside."""

    theme_folder = None
    lifetime: FakeLifetime
    reader: FakeReader
    covers: FakeCovers
    sync: FakeSync

    def __init__(self, first: FirstScreen, default: Transcript | None = None) -> None:
        self.first, self.terminal = first, None
        self.reader = FakeReader(default)
        self.transcripts, self.nudges = self.reader.transcripts, self.reader.nudges
        self.notes, self.chapters = self.reader.all_notes, self.reader.all_chapters
        self.covers = FakeCovers()
        self.sync = FakeSync(first.settings.sync)
        self.asked_feeds = FakeFeeds()
        self.asked_recognition = FakeRecognition()
        self.player_of_excerpts = FakeExcerpts()
        self.excerpts = self.player_of_excerpts.played
        self.lifetime = FakeLifetime(self, State({}, {}), None)

    @cached_property
    def usual(self) -> UsualSettings:
        return UsualSettings(self.context, Path("/nowhere/chosen.toml"), self.use_settings)

    @property
    def library(self) -> Library:
        return self.first.library

    def make_controller(self) -> PlaybackController:
        raise NotImplementedError

    @cached_property
    def controller(self) -> PlaybackController:
        controller = self.make_controller()
        self.reader.follow(controller)
        return controller

    @property
    def feeds(self) -> FakeFeeds:
        return self.asked_feeds

    @property
    def recognition(self) -> FakeRecognition:
        return self.asked_recognition

    @cached_property
    def passages(self) -> FakePassages:
        return FakePassages(self.controller)

    @cached_property
    def context(self) -> Context:
        return make_context(self.controller, self.frontend, self.first.settings)

    @property
    def tasks(self) -> BackgroundTasks:
        return self.context.tasks

    @cached_property
    def bookmarks(self) -> BookmarkService:
        return BookmarkService(self.context, self.reader)

    @cached_property
    def repeat(self) -> RepeatService:
        return RepeatService(self.context, self.reader)

    @cached_property
    def recall(self) -> RecallService:
        return RecallService(self.context, self.reader, self.player_of_excerpts, FakeVoice())

    @cached_property
    def recap(self) -> RecapService:
        return RecapService(self.context, self.reader, self.player_of_excerpts)

    @cached_property
    def triage(self) -> TriageService:
        excerpts, voice = self.player_of_excerpts, FakeVoice()
        return TriageService(self.context, self.reader, self.passages, FakeEpisodeSources(), excerpts, voice)

    @cached_property
    def search(self) -> SearchService:
        """A search that finds what is said in `transcripts`."""
        return indexed_search(self.context, self.reader, self.bookmarks, self.library, self.transcripts)

    async def compute_statistics(self) -> tuple[Statistics, list[Day]]:
        return compute_statistics([], self.library), []


class FakeServices(ServicesOver):
    """The services of an app on a library, with a fake player."""

    def __init__(
        self,
        library: Library,
        progress: Mapping[str, Progress] | None = None,
        queue: Queue | None = None,
        playback: Playback | None = None,
        query: ListQuery | None = None,
    ) -> None:
        index = ProgressIndex(library, progress or {})
        playback = with_last_played(playback or Playback(), library, index)
        super().__init__(FirstScreen(library, index, Orders(), queue or Queue(), playback, query or ListQuery()), WORDS)
        self.clock = FakeClock()
        self.player, self.sources, self.writer = FakePlayer(self.clock), FakeSources(), FakeWriter()

    def make_controller(self) -> PlaybackController:
        ports, first = Ports(self.player, self.sources, self.writer, self.frontend, self.clock, "run"), self.first
        for fake in (self.player, self.sources, self.writer):
            fake.emit = self.emit
        return PlaybackController(
            first.library,
            first.progress_index,
            ports,
            queue=first.queue,
            playback=first.playback,
            notebook=first.notebook,
        )

    def emit(self, event: Event) -> None:
        """Post an event, as the real adapters do."""
        self.frontend.emit(event)

    async def compute_statistics(self) -> tuple[Statistics, list[Day]]:
        self.controller.save()
        newest = {record.key: record for record in self.writer.records if isinstance(record, HeardRecord)}
        heard = sorted(newest.values(), key=lambda record: record.started)
        return compute_statistics(heard, self.library), heard_days(heard, self.controller.progress_index)


class AppDriver:
    """A running app, the hands on its keys, and what it shows."""

    def __init__(self, app: TuiPodApp, services: FakeServices, pilot: Pilot[None]) -> None:
        self.app = app
        self.services = services
        self.pilot = pilot
        self.library, self.progress_index = services.library, services.first.progress_index
        self.clock, self.player, self.sources, self.writer = (
            services.clock,
            services.player,
            services.sources,
            services.writer,
        )

    # -- hands -----------------------------------------------------------------------------------------

    async def press(self, *keys: str) -> None:
        """Press keys, and let the app do what they ask for."""
        with undrawn():
            for key in keys[:-1]:
                self._send(key)
                await self.settle()
        for key in keys[-1:]:
            self._send(key)
            await self.settle()

    async def press_at_once(self, *keys: str) -> None:
        """Press keys faster than the app can do what they ask for, as a slow line delivers them."""
        for key in keys:
            self._send(key)
        await self.settle()

    def _send(self, key: str) -> None:
        name, character = (_character_to_key(key), key) if len(key) == 1 else (key, key_to_character(key))
        driver = present(self.app._driver)
        driver.send_message(events.Key(name, character))

    async def write(self, text: str) -> None:
        """Type text."""
        await self.press(*text)

    async def settle(self) -> None:
        """Let the app handle all that is under way, without the wait for real time that `Pilot.pause` is."""
        for _ in range(4):  # a key's message, the player's answer, what the screen makes of it, its layout
            await asyncio.sleep(0)
            if not await self.pilot._wait_for_screen():
                return
            await self.app.animator.wait_until_complete()
        screen = self.app.screen
        screen._on_timer_update()
        for _ in range(4):
            if not screen._callbacks:  # of what waits for the screen to be drawn, such as a scroll
                break
            await self.pilot._wait_for_screen()
            screen._on_timer_update()

    async def until(self, is_so: Callable[[], object], what: str) -> None:
        """Let the app run until something is so, and handle all that is under way."""
        try:
            await until(is_so, what, self.settle)
            await self.settle()  # what came together with it is there as well
        except AssertionError as error:
            error.add_note(self.text)
            raise

    async def play(self, seconds: float) -> None:
        """Let so many seconds of the listener's time pass, a quarter at a time, to an episode's end at most."""
        self.player.play(seconds)
        await self.settle()

    async def resize(self, width: int, height: int) -> None:
        """Change the size of the terminal."""
        await self.pilot.resize_terminal(width, height)
        await self.settle()

    async def click(self, widget: Widget, x: int, y: int, times: int = 1, button: int = 1) -> None:
        """Click on a place of a widget, its border included; 3 is the right button."""
        await self.pilot.click(widget, offset=(x, y), times=times, button=button)
        await self.settle()

    # -- eyes ------------------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """What is on the screen."""
        update = self.app.screen._compositor.render_update(full=True, screen_stack=self.app._background_screens)
        assert isinstance(update, LayoutUpdate)
        return drawn_text(update.strips)

    @property
    def notices(self) -> list[str]:
        """The notices that are shown, the oldest first."""
        return [str(notice.message) for notice in self.app._notifications]

    @property
    def controller(self) -> PlaybackController:
        """What plays."""
        return self.app.controller

    @property
    def playback(self) -> Playback:
        """What the app shows as playing."""
        return self.app.main_screen.playback

    def status(self) -> PlayerStatus:
        """Return what the player does, as the app shows it; no property, since it changes between two looks."""
        return self.app.main_screen.playback.status

    def shows(self, kind: type[Screen[None]]) -> bool:
        """Return whether a screen of this kind is the topmost."""
        return isinstance(self.app.screen, kind)

    @property
    def shows_details(self) -> bool:
        """Whether all is told of an episode or a topic."""
        return self.main.has_class("-details")

    @property
    def main(self) -> MainScreen:
        """The library screen."""
        return self.app.main_screen

    @property
    def episodes(self) -> EpisodeList:
        """The list of episodes."""
        return self.main.episodes

    @property
    def tree(self) -> TopicTree:
        """The tree of topics."""
        return self.main.topic_tree

    @property
    def header(self) -> HeaderLine:
        """The header."""
        return self.main.query_one("#header", HeaderLine)

    @property
    def key_words(self) -> list[str]:
        """The words of the key line, also of those keys that have no room."""
        return [word for _, word, _ in self.main.query_one("#keys", KeyLine).hints]

    @property
    def bar(self) -> PlaybackBar:
        """The playback bar."""
        return self.main.query_one("#bar", PlaybackBar)

    @property
    def transcript(self) -> TranscriptView:
        """The transcript, which was opened."""
        return present(self.main.transcript.pane)

    @property
    def title(self) -> str:
        """What stands above the list."""
        title = self.episodes._border_title  # Textual's property gives it as markup, which cannot be read back
        return "" if title is None else title.plain

    @property
    def narrowing(self) -> str:
        """What stands below the list: the search, the filter and the selection."""
        subtitle = self.episodes._border_subtitle  # see `title`
        return "" if subtitle is None else subtitle.plain

    @property
    def shown(self) -> list[str]:
        """The ids of the episodes in the list, in order."""
        return [self.main.model.library.ids[index] for index in self.main.model.indexes]

    @property
    def current(self) -> str | None:
        """The id of the episode at the cursor."""
        index = self.main.model.index
        return None if index is None else self.main.model.library.ids[index]

    @property
    def listed(self) -> int:
        """The topic whose episodes are listed, or a `SmartList`."""
        return self.main.model.query.entry

    @property
    def focus(self) -> str:
        """The id of what has the focus; empty: nothing has."""
        focused = self.app.screen.focused
        return "" if focused is None else focused.id or type(focused).__name__

    def rows_of(self, widget: Widget) -> list[str]:
        """Return the rows of a widget as they are on the screen, without its border."""
        region = widget.content_region
        lines = self.text.split("\n")[region.y : region.bottom]
        return [cut_cells(line, region.x, region.right).rstrip() for line in lines]

    def row(self, place: int = 0) -> str:
        """Return the first line of an episode's row in the list, without the rail of the cursor."""
        line = self.episodes.top_of(place) - self.episodes.scroll_offset.y
        return self.rows_of(self.episodes)[line].lstrip("▎").strip()

    def tree_rows(self) -> list[tuple[str, int]]:
        """Return name and count of each row of the tree; a name may be cut."""
        found = (_TREE_ROW.match(row) for row in self.rows_of(self.tree))
        return [(match[1], int(match[2])) for match in found if match]


class WidgetHost(App[None]):
    """An app for a widget alone, with the colours of `look`: it starts faster than the whole app."""

    def get_css_variables(self) -> dict[str, str]:
        self.theme_variables = with_readable_text(super().get_css_variables(), self.current_theme, self.no_color)
        return self.theme_variables


_TREE_ROW = re.compile(r"▎?\s*(?:[▾▸]?[▾▸◐◉◈≡▶‖◌] )?(\S.*?)\s+(?:[▶‖◌!◈]\s+)*(?:[━╌]+\s+|✓\s+)?(\d+)\b")


_parse_rules = Stylesheet._parse_rules
_parsed: dict[object, list[RuleSet]] = {}


def _parse_rules_once(
    sheet: Stylesheet,
    css: str,
    read_from: CSSLocation,
    is_default_rules: bool = False,
    tie_breaker: int = 0,
    scope: str = "",
) -> list[RuleSet]:
    """Parse the same style sheet with the same variables once for all apps: Textual does so for one."""
    key = (css, read_from, is_default_rules, tie_breaker, scope, frozenset(sheet._variables.items()))
    if key not in _parsed:
        _parsed[key] = _parse_rules(sheet, css, read_from, is_default_rules, tie_breaker, scope)
    return _parsed[key]


Stylesheet._parse_rules = _parse_rules_once  # type: ignore[assignment, method-assign]

Notification.time_left = property(lambda _: 3600.0)  # type: ignore[assignment, method-assign]
"""Seconds that a notice stays: on a busy machine it would be gone before the test looks."""


@contextmanager
def undrawn() -> Iterator[None]:
    """Leave frames undrawn, which a headless app draws for nobody; what they would show stays due for the next one."""
    draw = Screen._compositor_refresh

    def skip(screen: Screen[object]) -> None:
        if screen is not screen.app.screen:
            draw(screen)  # hands on to the topmost what is to be drawn
        screen._dirty_widgets.clear()
        screen.app._update_mouse_over(screen)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Screen, "_compositor_refresh", skip)
        yield


@asynccontextmanager
async def run_app(
    library: Library,
    size: tuple[int, int] = (120, 40),
    progress: Mapping[str, Progress] | None = None,
    queue: Queue | None = None,
    playback: Playback | None = None,
    query: ListQuery | None = None,
    prepare: Callable[[FakeServices], None] | None = None,
    **first: Any,
) -> AsyncIterator[AppDriver]:
    """Run the app at a size of columns and rows.

    `first` is what else its first screen has, and `prepare` sets the services up before it starts.
    """
    services = FakeServices(library, progress, queue, playback, query)
    services.first = services.first._replace(**first)
    if prepare is not None:
        prepare(services)
    app = TuiPodApp(services.lifetime)
    services.frontend = app.frontend
    app.animation_level = "none"
    async with AsyncExitStack() as running:
        with undrawn():  # drawing the five frames of the start is half the time of a short test
            pilot = await running.enter_async_context(app.run_test(size=size, notifications=True))
            driver = AppDriver(app, services, pilot)
            await driver.settle()
        app.screen._compositor_refresh()
        yield driver
