"""What the first screen lists: the course at the first start, later what was open last.

What the first screen shows if nothing else is said, and the episode that it holds. The hints of both front ends say
why there is nothing, and what helps.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from tests.app_driver import embedded_library
from tests.core.library.test_catalog import library as library
from tests.fakes import START
from tests.rooms import EPISODES, TOPICS, Room, make_podcast, make_room
from tui_pod.config.paths import Paths
from tui_pod.config.settings import Config, InterfaceSettings, Settings, StartSettings
from tui_pod.core.actions import key_of
from tui_pod.core.library.episode import Episode, Topic
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.library.own_lists import OwnList
from tui_pod.core.library.parts import Part, arrange
from tui_pod.core.library.topics import topic_key
from tui_pod.core.player.snapshot import Playback
from tui_pod.core.progress.cards import Notebook
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.list_query import Filter, ListQuery, Orders, SmartList, Sort
from tui_pod.library.cache import Loaded
from tui_pod.services.engine import QuestionOffer
from tui_pod.services.episode_list import EpisodeListModel
from tui_pod.services.first_screen import AppFiles, FirstScreen, make_first_screen, with_last_played
from tui_pod.services.hints import why_empty, why_no_transcript
from tui_pod.state.store import State, StateFile


def start(library: Library, view: str = "last", **ui: Any) -> FirstScreen:
    settings = Settings(start=StartSettings(view=view))
    return make_first_screen(Config(settings), Loaded(library), State({}, {"ui": ui}))


def listed(first: FirstScreen) -> tuple[str, Sort]:
    return first.library.topics.names[first.query.entry], first.query.sort


def test_first_start_lists_the_course_in_its_order_with_the_cursor_on_its_first_piece() -> None:
    first = start(embedded_library())
    assert listed(first) == ("The course", Sort.COURSE)

    model = EpisodeListModel(first, Mock())
    assert (model.cursor, model.episode) == (0, "what-is-generative-ai")


def test_later_start_lists_the_last_topic_in_the_order_chosen_for_it(library: Library) -> None:
    assert listed(start(library, topic="Tags", sorts=["title Tags"])) == ("Tags", Sort.TITLE)
    assert listed(start(library, topic="Tags", sorts=["title Subject"])) == ("Tags", Sort.NEWEST)
    assert listed(start(library, topic="2. Second")) == ("2. Second", Sort.COURSE)


@pytest.mark.parametrize(("view", "entry"), [("continue", SmartList.CONTINUE), ("queue", SmartList.QUEUE)])
def test_start_in_a_smart_list_lists_it(library: Library, view: str, entry: SmartList) -> None:
    assert start(library, view).query.entry == entry


def test_start_at_the_top_lists_the_first_topic_of_a_catalogue_newest_first(library: Library) -> None:
    assert listed(start(library, "top", topic="Tags")) == ("Subject", Sort.NEWEST)


def test_first_start_without_a_course_lists_the_top_topic() -> None:
    assert listed(start(make_podcast({}))) == ("Cast", Sort.NEWEST)
    assert listed(start(build_library([], []))) == ("All Topics", Sort.NEWEST)
    key = topic_key("", "Cast", feed="f")
    episodes = [Episode("talk", "Talk", tags=("Talks",)), Episode("cast", "Cast")]
    both = build_library([Topic("Talks"), Topic(key)], episodes, [("Talks",), (key,)])
    assert both.topics.names == ("All Topics", "Cast", "Talks")
    assert listed(start(both)) == ("Talks", Sort.NEWEST)


@pytest.mark.parametrize(("hours", "is_over", "upcoming"), [(1, False, ("a", "b", "c")), (-1, True, ("b", "c"))])
def test_session_goes_on_until_its_end_time_and_then_leaves_only_what_the_listener_queued(
    library: Library, hours: int, is_over: bool, upcoming: tuple[str, ...]
) -> None:
    ends = datetime.now(UTC) + timedelta(hours=hours)
    session = {"episodes": ["a", "b"], "queued": ["b"], "budget": 600.0, "ends": ends}
    queue = {"entries": ["done", "a", "b", "c"], "cursor": 1}
    first = make_first_screen(Config(Settings()), Loaded(library), State({}, {"session": session, "queue": queue}))
    assert (first.is_session_over, first.session is None, first.queue.upcoming) == (is_over, is_over, upcoming)
    assert len(first.notices) == is_over


def test_sound_is_that_of_the_last_run_or_of_the_settings(library: Library) -> None:
    usual = start(library).playback
    assert (usual.speed, usual.volume, usual.is_muted) == (1.0, 80, False)
    saved = State({}, {"player": {"speed": 1.5, "volume": 35, "muted": True}})
    former = make_first_screen(Config(Settings()), Loaded(library), saved).playback
    assert (former.speed, former.volume, former.is_muted) == (1.5, 35, True)


@pytest.mark.parametrize(("faults", "more"), [(5, None), (6, 1), (9, 4)])
def test_first_faults_of_the_settings_are_shown_and_the_others_counted(
    library: Library, faults: int, more: int | None
) -> None:
    config = Config(Settings(), tuple(f"Fault {number}" for number in range(faults)))
    notices = make_first_screen(config, Loaded(library), State({}, {}, notices=("Saved.",))).notices
    rest = (f"{more} more faults in the settings: run tui-pod config to see them.",) if more else ()
    assert notices == ("Saved.", *(f"Fault {number}" for number in range(5)), *rest)


def test_screen_is_as_it_was_left(library: Library) -> None:
    first = start(library, theme="nord", light=True, preview=False, commands=["Quit"], filter="started")
    assert (first.theme, first.is_light, first.has_preview, first.recent_commands) == ("nord", True, False, ("Quit",))
    assert (first.query.filter, first.is_ascii, first.saved_list) == (Filter.STARTED, False, {})
    assert start(library, filter="odd").query.filter is Filter.ALL
    usual = start(library)
    assert (usual.is_light, usual.has_preview, usual.query.filter) == (False, True, Filter.ALL)


def test_theme_of_the_settings_comes_before_the_chosen_one(library: Library) -> None:
    config = Config(Settings(ui=InterfaceSettings(theme="dracula", ascii=True)))
    first = make_first_screen(config, Loaded(library), State({}, {"ui": {"theme": "nord"}, "list": {"x": 1}}))
    assert (first.theme, first.is_ascii, first.saved_list) == ("dracula", True, {"x": 1})
    assert make_first_screen(config, Loaded(library), State({}, {"list": {}})).saved_list == {}


@pytest.mark.parametrize(
    ("term", "encoding", "named", "is_ascii"),
    [
        ("linux", "UTF-8", "C.UTF-8", True),
        ("xterm", "UTF-8", "C", False),
        ("xterm", "utf8", "", False),
        ("xterm", "ISO-8859-1", "de_DE", True),
        ("xterm", "ANSI_X3.4-1968", "de_AT.UTF-8", False),
    ],
)
def test_screen_of_the_linux_console_and_of_old_locales_is_ascii(
    term: str, encoding: str, named: str, is_ascii: bool, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", term)
    monkeypatch.setenv("LC_ALL", named)
    monkeypatch.delenv("LC_CTYPE", raising=False)
    monkeypatch.delenv("LANG", raising=False)
    monkeypatch.setattr("locale.getencoding", lambda: encoding)
    assert start(library).is_ascii is is_ascii


def test_audio_chosen_in_the_app_comes_before_the_settings(library: Library) -> None:
    saved = State({}, {"player": {"level": True, "device": "pulse/headset"}})
    audio = make_first_screen(Config(Settings()), Loaded(library), saved).settings.audio
    assert (audio.level, audio.device, audio.skip_silence) == (True, "pulse/headset", False)


def test_lists_of_the_listener_are_topics(library: Library) -> None:
    notebook = Notebook(lists=(OwnList("Mine", datetime(2026, 1, 1, tzinfo=UTC), episodes=("a",)),))
    first = make_first_screen(Config(Settings()), Loaded(library), State({}, {}, notebook=notebook))
    assert "Mine" in first.library.topics.names
    assert first.notebook is notebook


@pytest.mark.parametrize("name", ["feeds.sqlite", "feeds.opml", "downloads"])
def test_files_of_podcasts_show_that_there_are_some(tmp_path: Path, name: str) -> None:
    paths = Paths(tmp_path / "c.toml", tmp_path / "s.toml", tmp_path / "data", tmp_path, tmp_path / "log")
    files = AppFiles(paths, [tmp_path / "a.toml"], StateFile(tmp_path / "s.toml"), is_writable=True)
    assert not files.has_podcasts
    (tmp_path / "data" / name).mkdir(parents=True)
    assert files.has_podcasts
    state, config, catalogue = (str(tmp_path / name) for name in ("s.toml", "c.toml", "a.toml"))
    assert files.options == ("--state", state, "--config", config, "--catalog", catalogue)


LIBRARY = build_library(TOPICS, EPISODES)


def test_screen_without_choices_is_usual() -> None:
    first = FirstScreen(LIBRARY, ProgressIndex(LIBRARY, {}), Orders())
    assert (first.is_light, first.is_ascii, first.has_preview, first.is_session_over) == (False, False, True, False)
    assert (first.usual_speed, first.session, first.theme, first.notices) == (1.0, None, "", ())


def test_keys_in_a_text_are_the_listeners() -> None:
    first = FirstScreen(LIBRARY, ProgressIndex(LIBRARY, {}), Orders(), settings=Settings(keymap={"undo": "U"}))
    assert first.with_keys(f"Press {key_of('undo')} or {key_of('app.help')}.") == "Press U or ?."


def test_episode_played_last_is_held_at_its_position_length_and_speed() -> None:
    index = ProgressIndex(LIBRARY, {
        "one": Progress(START, 40.0, 90.0, listened=START),
        "two": Progress(START, 40.0, listened=START - timedelta(hours=1)),
    })  # fmt: skip
    held = with_last_played(Playback(volume=35), LIBRARY, index, {"Numbers": 1.5})
    assert (held.episode, held.title, held.position, held.duration) == ("one", "One", 40.0, 90.0)
    assert (held.speed, held.volume, held.marks) == (1.5, 35, ())
    assert with_last_played(Playback(speed=1.25), LIBRARY, index).speed == 1.25


def test_nothing_is_held_if_nothing_is_unfinished_or_something_is_held_already() -> None:
    usual = Playback(speed=1.25)
    assert with_last_played(usual, LIBRARY, ProgressIndex(LIBRARY, {})) is usual
    started = ProgressIndex(LIBRARY, {"one": Progress(START, 40.0, listened=START)})
    held = Playback(episode="two")
    assert with_last_played(held, LIBRARY, started) is held


def test_book_is_held_with_its_parts_as_chapters() -> None:
    parts = arrange([Part("/1.mp3", 60.0, "One"), Part("/2.mp3", 60.0, "Two")])
    library = build_library([], [Episode("book", "Book", duration=120.0, audio="/1.mp3", parts=parts)])
    index = ProgressIndex(library, {"book": Progress(START, 70.0, listened=START)})
    assert [mark.start for mark in with_last_played(Playback(), library, index).marks] == [0.0, 60.0]


@pytest.mark.parametrize(
    ("view", "is_library_empty", "said"),
    [
        (ListQuery(entry=0, query="x"), False, "Nothing matches."),
        (ListQuery(entry=1, query="x"), True, "Nothing here matches."),
        (ListQuery(entry=0, query=" "), True, f"Press {key_of('feed.add')} to add a podcast"),
        (ListQuery(entry=SmartList.CONTINUE), True, "There is nothing to play yet."),
        (ListQuery(entry=SmartList.CONTINUE), False, "Nothing is unfinished."),
        (ListQuery(entry=SmartList.NEW), False, f"Press {key_of('feed.refresh_all')} to refresh"),
        (ListQuery(entry=SmartList.QUEUE), False, f"The queue is empty. Press {key_of('queue.add_last')}"),
        (ListQuery(entry=0, filter=Filter.STARTED), False, "No started episodes here."),
        (ListQuery(entry=0), False, "No episodes here."),
    ],
)
def test_empty_list_says_why_and_what_helps(view: ListQuery, is_library_empty: bool, said: str) -> None:
    assert said in why_empty(view, is_library_empty)


def test_missing_transcript_says_why_and_names_no_login(tmp_path: Path) -> None:
    (tmp_path / "empty.vtt").touch()
    for where, fault, said in (
        (None, "damaged", "This episode has no transcript."),
        ("/a.vtt", "damaged", "Its transcript cannot be read: damaged."),
        ("https://ann:secret@a.example/1.vtt", None, "Its transcript is empty: a.example."),
        (str(tmp_path / "empty.vtt"), None, f"Its transcript is empty: {tmp_path}/empty.vtt."),
        (str(tmp_path / "gone.vtt"), None, f"Its transcript is missing: {tmp_path}/gone.vtt."),
    ):
        assert why_no_transcript(Episode("one", "One", transcript=where), fault) == said


class Rig:
    """Playback with a follower that keeps what would be offered."""

    def __init__(self) -> None:
        self.room: Room = make_room()
        self.offered: list[str] = []
        self.room.broadcast.add(QuestionOffer(self.room.controller, self.offered.append))


@pytest.fixture
def rig() -> Rig:
    return Rig()


async def test_episode_heard_to_its_end_is_offered_once(rig: Rig) -> None:
    rig.room.play("one", 150.0)
    rig.room.player.play(20.0)
    await asyncio.sleep(0)
    assert (rig.room.playing, rig.offered) == ("two", ["one"])


async def test_last_episode_heard_to_its_end_is_offered(rig: Rig) -> None:
    rig.room.play("five", 20.0, following=())
    await asyncio.sleep(0)
    assert rig.offered == ["five"]


async def test_episode_left_or_marked_is_not_offered(rig: Rig) -> None:
    rig.room.play("one", 50.0)
    rig.room.controller.editor.mark(["one"], played=True)
    rig.room.play("two", 5.0)
    rig.room.controller.stop()
    await asyncio.sleep(0)
    assert rig.offered == []
