"""What the first screen lists: the course at the first start, later what was open last."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.app_driver import embedded_library
from tests.core.library.test_course import library as library
from tests.rooms import make_podcast
from tui_pod.config.settings import Config, Settings, StartSettings
from tui_pod.core.library.episode import Episode, Topic
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.library.topics import topic_key
from tui_pod.core.selection.list_query import SmartList, Sort
from tui_pod.library.cache import Loaded
from tui_pod.services.assembly.start import make_first_screen
from tui_pod.services.episode_list import EpisodeListModel
from tui_pod.services.first_screen import FirstScreen
from tui_pod.state.store import State


def start(library: Library, view: str = "last", **ui: Any) -> FirstScreen:
    settings = Settings(start=StartSettings(view=view))
    return make_first_screen(Config(settings), Loaded(library), State({}, {"ui": ui}))


def listed(first: FirstScreen) -> tuple[str, Sort]:
    return first.library.topics.names[first.query.entry], first.query.sort


def test_first_start_lists_the_course_in_its_order_with_the_cursor_on_its_first_piece() -> None:
    first = start(embedded_library())
    assert listed(first) == ("The course", Sort.COURSE)

    class Listed:
        def __init__(self) -> None:
            self.first = first

    model = EpisodeListModel(Listed())  # type: ignore[arg-type]  # it asks for nothing else
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
