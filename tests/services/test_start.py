"""What the first screen lists: the course at the first start, later what was open last."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from tests.app_driver import embedded_library
from tests.core.library.test_course import library as library
from tests.rooms import make_podcast
from tui_pod.config.paths import Paths
from tui_pod.config.settings import Config, InterfaceSettings, Settings, StartSettings
from tui_pod.core.library.episode import Episode, Topic
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.library.own_lists import OwnList
from tui_pod.core.library.topics import topic_key
from tui_pod.core.progress.cards import Notebook
from tui_pod.core.selection.list_query import Filter, SmartList, Sort
from tui_pod.library.cache import Loaded
from tui_pod.services.episode_list import EpisodeListModel
from tui_pod.services.first_screen import AppFiles, FirstScreen, make_first_screen
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
