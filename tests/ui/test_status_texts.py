"""What the bar, the header and the key line say, and what is left out where there is no room."""

from collections.abc import Sequence

import pytest

from tests.app_driver import ServicesOver, list_model
from tests.fakes import START
from tests.rooms import make_podcast, make_room
from tui_pod.core.library.episode import Episode, Topic
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.playback.controller import PlaybackController
from tui_pod.core.player.snapshot import Playback, PlayerStatus
from tui_pod.core.progress.progress import Progress
from tui_pod.core.selection.list_query import Filter, ListQuery, Orders, SmartList
from tui_pod.core.selection.queue import Queue
from tui_pod.core.selection.session_planner import Session, SessionRequest
from tui_pod.services.first_screen import FirstScreen
from tui_pod.services.frontend import Job
from tui_pod.ui.status_texts import (
    bar_facts,
    bar_hint,
    counts_text,
    filter_text,
    job_text,
    make_tabs,
    pane_hints,
    path_text,
    queue_times,
    start_facts,
    title_text,
)

pytestmark = pytest.mark.usefixtures("utc")


class Restored(ServicesOver):
    """Services after a restart with a session of `two` and `one`, of which `two` was begun, and `held` held."""

    def __init__(self, held: str | None) -> None:
        session = Session(SessionRequest(300.0, topic=2), ("two", "one"), START)
        queue, playback = Queue(("two", "one")), Playback(episode=held, title="Held", position=20.0, duration=200.0)
        progress = {"two": Progress(START, 20.0, 200.0, listened=START)}
        self.room = make_room(progress=progress, queue=queue, playback=playback, session=session)
        library, index = self.room.library, self.room.progress_index
        super().__init__(FirstScreen(library, index, Orders(), queue, playback, session=session))

    def make_controller(self) -> PlaybackController:
        return self.room.controller


@pytest.mark.parametrize(
    ("held", "session", "waiting"),
    [("two", (1, 2, "13:04"), ""), ("five", None, "session waits, 2 left"), (None, None, "session waits, 2 left")],
)
def test_restored_session_is_shown_at_the_first_paint_as_later(
    held: str | None, session: tuple[int, int, str] | None, waiting: str
) -> None:
    services = Restored(held)
    now = services.controller.now()
    at_first = start_facts(list_model(services), held, services.first, now)
    assert at_first.waiting.startswith(waiting)
    assert bool(at_first.waiting) == bool(waiting)
    assert at_first.session == session
    assert at_first == bar_facts(services)


def test_tabs_name_their_keys_and_count_what_waits() -> None:
    services = Restored("two")
    tabs = make_tabs(list_model(services), 3, services)
    assert [(tab.name, tab.size) for tab in tabs] == [("Library", 0), ("Queue", 2), ("Statistics", 0), ("Bookmarks", 3)]
    assert [tab.key for tab in tabs] == ["1", "2", "3", "4"]


@pytest.mark.parametrize(("held", "is_there"), [("two", True), (None, False)])
def test_keys_of_the_player_are_listed_once_an_episode_is_loaded(held: str | None, is_there: bool) -> None:
    services = Restored(held)
    playback = services.room.controller.playback
    hints = pane_hints("list", services, list_model(services), playback, {})
    assert ("Seek" in [word for _, word, _ in hints]) is is_there


class Listening(ServicesOver):
    """Services that list `query`, with these entries in the queue and this playback."""

    def __init__(
        self,
        query: ListQuery | None = None,
        queue: Sequence[str] = (),
        playback: Playback | None = None,
        progress: dict[str, Progress] | None = None,
        library: Library | None = None,
    ) -> None:
        entries, playback = Queue(tuple(queue)), playback or Playback()
        self.room = make_room(progress=progress, queue=entries, playback=playback, library=library)
        first = FirstScreen(self.room.library, self.room.progress_index, Orders(), entries, playback)
        super().__init__(first._replace(query=query or ListQuery()))

    def make_controller(self) -> PlaybackController:
        return self.room.controller


def words(services: Listening, focus: str = "list", is_selecting: bool = False) -> list[str]:
    """Return the words of the key line."""
    model = list_model(services)
    model.selected = {0} if is_selecting else set()
    return [word for _, word, _ in pane_hints(focus, services, model, services.first.playback, {})]


HELD = Playback(episode="one", title="One", position=20.0, duration=100.0)
PLAYING = HELD._replace(status=PlayerStatus.PLAYING)
BASICS, QUEUE, CONTINUE = ListQuery(entry=1), ListQuery(entry=SmartList.QUEUE), ListQuery(entry=SmartList.CONTINUE)
BEGUN = {"one": Progress(START, 20.0, 100.0, listened=START)}
EMPTY = build_library([], [])
PODCAST = make_podcast({})
REMOTE = build_library([Topic("Basics")], [Episode("one", "One", audio="https://x.example/1.mp3", tags=("Basics",))])

OF_A_ROW = {"Play", "Played", "Queue", "Transcript", "Details"}


@pytest.mark.parametrize(
    ("services", "focus", "there", "hidden"),
    [
        (Listening(BASICS), "list", OF_A_ROW | {"Search", "Session"}, {"Clear", "Move", "Remove", "Seek"}),
        (Listening(BASICS), "list", set(), {"Bookmark", "Settings", "Download", "Resume", "Pause", "Follow"}),
        (Listening(BASICS), "tree", {"Open", "All played", "Details"}, {"Remove", "Settings", "Download", "Move"}),
        (Listening(BASICS), "details", OF_A_ROW, {"Filter", "Clear", "Open", "Settings"}),
        (Listening(BASICS), "statistics", {"Open", "Session"}, {"Filter", "Seek", "Bookmark"}),
        (Listening(BASICS), "bookmarks", {"Remove", "Note", "Session"}, {"Filter", "Seek"}),
        (Listening(BASICS), "transcript", {"Close"}, {"Session", "Follow", "Transcript"}),
        (Listening(BASICS), "found", {"Play", "Queue", "Search"}, {"Filter", "Settings"}),
        (Listening(BASICS, playback=HELD), "list", {"Resume", "Seek", "Bookmark"}, {"Pause"}),
        (Listening(BASICS, playback=HELD), "transcript", {"Follow"}, {"Session"}),
        (Listening(BASICS._replace(query="one")), "list", {"Clear"}, {"Move", "Remove"}),
        (Listening(BASICS._replace(query="one")), "tree", {"Open"}, {"Clear"}),
        (Listening(BASICS._replace(query="nothing")), "list", {"Clear", "Search"}, OF_A_ROW),
        (Listening(QUEUE, ("one",)), "list", {"Move", "Remove", "Play"}, {"Queue", "Search", "Filter", "Clear"}),
        (Listening(QUEUE, ("one",)), "tree", {"Queue all", "Search"}, {"Remove", "Filter", "Move"}),
        (Listening(QUEUE, ("lost",)), "list", {"Remove"}, OF_A_ROW | {"Move"}),
        (Listening(QUEUE), "list", {"Session"}, OF_A_ROW | {"Move", "Remove", "End session"}),
        (Listening(CONTINUE, progress=BEGUN), "list", {"Remove"}, {"Move"}),
        (Listening(CONTINUE), "list", {"Search"}, OF_A_ROW | {"Remove"}),
        (Listening(BASICS, library=PODCAST), "list", {"Settings"}, {"Remove"}),
        (Listening(BASICS, library=PODCAST), "tree", {"Settings", "Unsubscribe"}, {"Remove"}),
        (Listening(BASICS, library=PODCAST), "details", OF_A_ROW, {"Settings", "Remove"}),
        (Listening(BASICS, library=REMOTE), "list", {"Download"}, set()),
        (Listening(BASICS, library=REMOTE), "tree", set(), {"Download"}),
        (Listening(library=EMPTY), "list", {"Add podcast"}, OF_A_ROW | {"Search", "Session", "Filter"}),
        (Listening(library=EMPTY), "tree", {"Add podcast"}, OF_A_ROW | {"Open", "Session", "Filter"}),
        (Listening(library=EMPTY), "statistics", {"Open"}, {"Session"}),
    ],
)
def test_key_line_has_the_keys_that_do_something(
    services: Listening, focus: str, there: set[str], hidden: set[str]
) -> None:
    shown = set(words(services, focus))
    assert (there - shown, hidden & shown) == (set(), set())


def test_selection_hides_the_keys_of_a_single_episode() -> None:
    shown = set(words(Listening(BASICS, playback=HELD), is_selecting=True))
    assert {"Played", "Queue", "Clear"} <= shown
    assert shown.isdisjoint({"Seek", "Play", "Search", "Session", "Bookmark", "Transcript"})
    queued = set(words(Listening(QUEUE, ("one", "two")), is_selecting=True))
    assert {"Remove", "Queue"} <= queued
    assert "Move" not in queued
    assert "Play" in words(Listening(BASICS), "details", is_selecting=True)


def test_end_of_the_session_is_offered_beside_the_queue() -> None:
    services = Restored("two")
    for query, is_there in ((QUEUE, True), (BASICS, False)):
        services.first = services.first._replace(query=query)
        hints = pane_hints("list", services, list_model(services), services.first.playback, {})
        assert ("End session" in [word for _, word, _ in hints]) is is_there


@pytest.mark.parametrize(
    ("playback", "word"),
    [
        (HELD, "Resume"),
        (PLAYING, "Pause"),
        (PLAYING._replace(status=PlayerStatus.LOADING, announcement=PlayerStatus.PAUSED), "Resume"),
        (HELD._replace(problem="The server does not answer."), "Try again"),
    ],
)
def test_space_is_named_after_what_it_does(playback: Playback, word: str) -> None:
    shown = words(Listening(BASICS, playback=playback))
    assert {"Resume", "Pause", "Try again"}.intersection(shown) == {word}


@pytest.mark.parametrize(
    ("services", "focus", "is_spare"),
    [
        (Listening(BASICS), "list", False),
        (Listening(BASICS), "tree", False),
        (Listening(BASICS, playback=HELD), "list", False),
        (Listening(BASICS, playback=PLAYING), "list", True),
        (Listening(QUEUE, ("one",)), "list", True),
        (Listening(BASICS, library=PODCAST), "list", True),
    ],
)
def test_adding_a_podcast_yields_to_other_keys_once_it_is_known_or_something_plays(
    services: Listening, focus: str, is_spare: bool
) -> None:
    shown = words(services, focus)
    general = next(word for word in shown if word in ("Transcript", "Details"))
    assert (shown.index("Add podcast") > shown.index(general)) is is_spare


def test_fields_of_searches_have_keys_of_their_own() -> None:
    assert words(Listening(), "search") == ["Results", "Clear", "Everywhere"]
    assert words(Listening(), "everywhere") == ["Results", "Close"]


def test_own_word_replaces_that_of_the_table_and_an_empty_one_hides_the_key() -> None:
    services = Listening(BASICS)
    hints = pane_hints("list", services, list_model(services), Playback(), {"episode.play": "Hear", "view.details": ""})
    shown = [word for _, word, _ in hints]
    assert "Hear" in shown
    assert not {"Play", "Details"}.intersection(shown)


@pytest.mark.parametrize(
    ("share", "has_bar", "shown"),
    [
        (None, True, "importing"),
        (0.5, False, "importing"),
        (0.0, True, "importing ╌╌╌╌╌╌"),
        (0.5, True, "importing ━━━╌╌╌"),
        (0.99, True, "importing ━━━━━╌"),
        (1.0, True, "importing ━━━━━━"),
    ],
)
def test_work_in_progress_has_a_bar_where_there_is_room(share: float | None, has_bar: bool, shown: str) -> None:
    assert job_text(Job("importing", share), has_bar) == shown


def test_bar_of_a_new_listener_names_the_key_for_the_first_thing_to_do() -> None:
    with_keys = Listening().first.with_keys
    assert with_keys(bar_hint(EMPTY)) == "Press a to add a podcast, ? for all keys"
    assert with_keys(bar_hint(PODCAST)) == "Press enter to play, ? for all keys"


def test_what_narrows_the_list_is_said_below_it() -> None:
    model = list_model(Listening(BASICS._replace(query=" the ", filter=Filter.UNPLAYED)))
    assert filter_text(model) == "/ the  3 of 5 · unplayed"
    model.selected = {0, 2}
    assert filter_text(model) == "/ the  3 of 5 · unplayed · 2 selected"
    assert filter_text(list_model(Listening())) == ""
    assert filter_text(list_model(Listening(CONTINUE._replace(filter=Filter.UNPLAYED)))) == ""
    assert filter_text(list_model(Listening(ListQuery(filter=Filter.STARTED)))) == "started"


@pytest.mark.parametrize(
    ("left_out", "said"),
    [
        (("two",), "1 episode only just begun is not listed"),
        (("two", "three"), "2 episodes only just begun are not listed"),
    ],
)
def test_continue_names_what_it_leaves_out(left_out: Sequence[str], said: str) -> None:
    brief = {each: Progress(START, 5.0, is_brief=True) for each in left_out}
    assert filter_text(list_model(Listening(CONTINUE, progress={"one": Progress(START, 30.0), **brief}))) == said
    empty = list_model(Listening(CONTINUE, progress=brief))
    assert (filter_text(empty), empty.why_empty.partition(". ")[0]) == ("", said)


def test_totals_are_how_many_are_played_and_what_is_left() -> None:
    played = {"two": Progress(START, played=True)}
    library = build_library([], [Episode("one", "One", "", 3600.0), Episode("two", "Two", "", 60.0)])
    model = list_model(Listening(progress=played, library=library))
    assert counts_text(model) == "1/2 played · 1 h left"
    assert counts_text(list_model(Listening(library=EMPTY))) == ""


def test_path_has_all_topics_above_and_a_smart_list_none() -> None:
    assert path_text(list_model(Listening(ListQuery(entry=2)))) == "All Topics › Basics › Numbers"
    assert path_text(list_model(Listening(QUEUE))) == "Queue"
    assert path_text(list_model(Listening(ListQuery()))) == "All Topics"


LONG_NAME = build_library([Topic("A topic of many words")], [Episode("one", "One", tags=("A topic of many words",))])


@pytest.mark.parametrize(
    ("services", "parts", "titles"),
    [
        (  # what has no room is left out: the time before the order
            Listening(BASICS), [],
            {
                0: "Basics · 5 episodes · 10 m · newest first", 41: "Basics · 5 episodes · 10 m · newest first",
                40: "Basics · 5 episodes · 10 m · newest", 35: "Basics · 5 episodes · 10 m · newest",
                34: "Basics · 5 episodes · newest", 28: "Basics · 5 episodes · newest",
                27: "Basics · 5 episodes", 3: "Basics · 5 episodes",
            },
        ),
        (
            Listening(BASICS, library=LONG_NAME), [],
            {
                33: "A topic of many words · 1 episode", 32: "A topic of many wor… · 1 episode",
                3: "A topic… · 1 episode",
            },
        ),
        (Listening(BASICS._replace(query="second")), [], {99: "Basics · 1 episode · 3 m · newest first"}),
        (
            Listening(library=build_library([], [Episode("one", "One")])), [],
            {99: "All Topics · 1 episode · newest first"},
        ),
        (Listening(CONTINUE, progress=BEGUN), [], {99: "Continue · 1 episode · 1 m left"}),
        (Listening(CONTINUE), [], {99: "Continue · 0 episodes"}),
        (
            Listening(QUEUE), ["count", "length", "end"],
            {99: "Queue · count · length · end", 27: "Queue · count · length", 3: "Queue · count"},
        ),
    ],
)  # fmt: skip
def test_title_says_what_is_listed_as_far_as_there_is_room(
    services: Listening, parts: list[str], titles: dict[int, str]
) -> None:
    model = list_model(services)
    assert {room: title_text(model, parts, room) for room in titles} == titles


def test_queue_tells_when_each_entry_ends_without_the_one_that_plays() -> None:
    services = Listening(QUEUE, ("one", "two", "lost", "three"), HELD)
    parts, ends = queue_times(list_model(services), services.controller)
    assert parts == ["4 episodes", "8 m", "plays until 13:10"]
    assert ends == {1: "until 13:05", 2: "until 13:10"}
    idle = Listening(QUEUE, ("two",))
    assert queue_times(list_model(idle), idle.controller)[0] == ["1 episode", "3 m", "plays until 13:03"]
    empty = Listening(QUEUE)
    assert queue_times(list_model(empty), empty.controller) == (["0 episodes"], {})


def test_queue_names_the_day_of_an_end_that_is_a_day_away() -> None:
    library = build_library([], [Episode(ident, ident, duration=12 * 3600.0) for ident in ("one", "two")])
    services = Listening(QUEUE, ("one", "two"), library=library)
    parts, ends = queue_times(list_model(services), services.controller)
    assert parts[-1] == "plays until Wed 13:00"
    assert list(ends.values()) == ["until 01:00", "until Wed 13:00"]


@pytest.mark.parametrize(
    ("held", "parts", "ends"),
    [
        ("two", ["2 episodes", "2 m", "plays until 13:04", "session until 13:04"], {0: "▰ until 13:04"}),
        (
            "five",
            ["2 episodes", "5 m", "plays until 13:04", "session waits, 5 m left"],
            {1: "▰ until 13:03", 0: "▰ until 13:04"},
        ),
    ],
)
def test_queue_marks_the_entries_of_the_session(held: str, parts: list[str], ends: dict[int, str]) -> None:
    services = Restored(held)
    services.first = services.first._replace(query=QUEUE)
    assert queue_times(list_model(services), services.controller) == (parts, ends)


def test_bar_of_an_episode_has_its_first_topic_what_was_heard_and_what_follows() -> None:
    heard = {"two": Progress(START, 20.0, 200.0, played_ranges=((0.0, 20.0),))}
    services = Listening(queue=("two", "three"), playback=HELD._replace(episode="two"), progress=heard)
    facts = bar_facts(services)
    assert (facts.topic, facts.heard, facts.session, facts.waiting) == ("Numbers", ((0.0, 20.0),), None, "")
    assert bar_facts(Listening(playback=HELD._replace(episode="lost"))).topic == ""
