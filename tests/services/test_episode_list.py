"""The list of episodes as both front ends have it: the order of a podcast.

Transcripts, notes and chapters of episodes, and transcripts that the listener moves.
"""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from tests.app_driver import ServicesOver, list_model
from tests.fakes import START
from tests.present import present
from tests.rooms import EPISODES, TOPICS, Room, make_podcast, make_room
from tui_pod.core.library.episode import Episode, Topic
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.library.own_lists import OwnList
from tui_pod.core.library.show_notes import EpisodeNotes
from tui_pod.core.library.topics import list_key, topic_key
from tui_pod.core.library.transcript import Cue, Transcript
from tui_pod.core.playback.controller import PlaybackController
from tui_pod.core.player.snapshot import Chapter
from tui_pod.core.progress.progress import Progress
from tui_pod.core.selection.list_query import Filter, ListQuery, Orders, SmartList, Sort
from tui_pod.core.selection.list_topics import with_lists
from tui_pod.core.selection.queue import Queue
from tui_pod.core.selection.session_planner import plan_session
from tui_pod.services.episode_list import EpisodeListModel
from tui_pod.services.episode_reader import MAX_NUDGE, EpisodeReader
from tui_pod.services.first_screen import FirstScreen
from tui_pod.sources.opened import EpisodeChapters


class Listed(ServicesOver):
    """Services around a room, for the list alone."""

    def __init__(self, library: Library) -> None:
        self.room = make_room(library=library)
        super().__init__(FirstScreen(library, self.room.progress_index, Orders()))

    def make_controller(self) -> PlaybackController:
        return self.room.controller


def make_model(library: Library) -> EpisodeListModel:
    return list_model(Listed(library))


def first(model: EpisodeListModel) -> str:
    return model.library.ids[model.indexes[0]]


def serial(order: str = "") -> Library:
    """Return a library of a show whose episodes are numbered."""
    key = topic_key("", "Cast", feed="f")
    topics = [Topic(key, episodes=tuple(episode.id for episode in reversed(EPISODES)))]
    return build_library(topics, EPISODES, [(key,)] * len(EPISODES), {"f": {"order": order}})


def test_podcast_with_an_order_of_its_own_is_listed_so_and_the_others_as_before() -> None:
    model = make_model(make_podcast({"order": "oldest"}))
    assert (model.query.sort, first(model)) == (Sort.NEWEST, "one")
    model.change(model.query._replace(entry=1))
    assert (model.query.sort, first(model)) == (Sort.COURSE, EPISODES[-1].id)
    assert model.episodes_of(0)[0] == "one"
    model.change(model.query._replace(entry=0))
    assert (model.query.sort, first(model)) == (Sort.NEWEST, "one")


def test_order_chosen_is_remembered_for_that_topic_alone() -> None:
    services = Listed(make_podcast({"order": "oldest"}))
    model = list_model(services)
    model.change(model.query._replace(entry=1))
    model.change(model.query._replace(sort=Sort.TITLE))
    model.change(model.query._replace(entry=0))
    model.change(model.query._replace(entry=1))
    assert model.query.sort is Sort.TITLE
    remembered = services.room.writer.setting("sorts")
    assert isinstance(remembered, list)
    orders = Orders(remembered)
    assert [orders.view(model.library, entry).sort for entry in (0, 1)] == [Sort.NEWEST, Sort.TITLE]
    model.change(model.query._replace(sort=Sort.COURSE))  # its usual order
    assert services.room.writer.setting("sorts") == []


def test_shuffled_list_is_the_same_after_a_restart_and_in_a_session_and_another_each_time_it_is_chosen() -> None:
    services = Listed(build_library([], EPISODES))
    model = list_model(services)
    model.change(model.query._replace(sort=Sort.HEARD))
    model.change(model.next_sort())
    listed = [model.ident(index) for index in model.indexes]
    request = model.request(3600.0, model.topic)
    plan = plan_session(model.library, model.progress_index, request, lambda _: 1.0)
    remembered = services.room.writer.setting("sorts")
    assert isinstance(remembered, list)
    view = Orders(remembered).view(model.library, model.query.entry)
    assert (view.sort, view.seed) == (Sort.SHUFFLE, model.query.seed) == (request.order, request.seed)
    planned = [model.library.ids[index] for index in plan.indexes]
    assert planned == [each for each in listed if each in planned]
    model.change(model.query._replace(sort=Sort.HEARD))
    model.change(model.next_sort())
    assert model.query.seed != view.seed


def test_order_by_author_is_offered_only_if_there_are_authors() -> None:
    for author, expected in (("", Sort.HEARD), ("Jane Austen", Sort.AUTHOR)):
        model = list_model(Listed(build_library([], [Episode("one", "One", author=author)])))
        model.change(model.query._replace(sort=Sort.TITLE))
        assert model.next_sort().sort is expected


def test_topic_that_vanishes_does_not_leave_its_order_to_the_one_above() -> None:
    model = make_model(make_podcast({}))
    model.change(model.query._replace(entry=1))
    model.change(model.query._replace(sort=Sort.SHORTEST))
    library = build_library([], EPISODES)
    model.adopt(library, model.progress_index.moved_to(library))
    assert (model.query.entry, model.query.sort) == (0, Sort.NEWEST)


def test_serial_show_is_listed_from_its_first_episode_unless_the_listener_wants_otherwise() -> None:
    model = make_model(serial())
    model.change(model.query._replace(entry=1))
    assert first(model) == EPISODES[-1].id
    library = serial("newest")
    model.adopt(library, model.progress_index.moved_to(library))
    assert (model.query.sort, first(model)) == (Sort.NEWEST, "one")


@pytest.mark.parametrize("is_restart", [False, True])
@pytest.mark.parametrize(
    ("view", "started", "expected"),
    [
        (ListQuery(SmartList.CONTINUE), "three", "four"),
        (ListQuery(SmartList.NEW), "two", "three"),
        (ListQuery(0, query="three"), "three", "four"),
        (ListQuery(0, sort=Sort.TITLE), "three", "two"),
    ],
)
def test_only_a_whole_list_is_what_playing_goes_on_in(
    view: ListQuery, started: str, expected: str, is_restart: bool
) -> None:
    library = make_podcast({}, EPISODES[:5])
    services = Listed(library)
    services.room.progress_index.put("three", Progress(START, 90.0, 300.0, listened=START))
    services.room.progress_index.set_new(["two", "five"])
    services.room.play("one", 5.0, following=(0, 4))
    model = list_model(services)
    model.change(view)
    model.change(view)  # with its order, too
    model.cursor = [model.ident(index) for index in model.indexes].index(started)
    model.play(started, is_restart)
    assert (services.room.playing, services.controller.sessions.status().next) == (started, expected)


def test_next_filter_and_order_are_those_that_follow() -> None:
    model = make_model(make_podcast({}))
    assert model.next_filter() == model.query._replace(filter=model.query.filter.following)
    model.change(model.query._replace(sort=Sort.NEWEST))
    assert (model.next_sort().sort, model.next_sort().seed) == (Sort.NEWEST.following, 0)


def test_cursor_goes_to_an_episode_in_the_list_or_in_that_of_all() -> None:
    model = make_model(serial())
    model.change(model.query._replace(query="short"))
    shown = model.query
    index = present(model.library.index("five"))
    assert model.go_to(index)
    assert (model.query, model.episode) == (shown, "five")
    other = present(model.library.index("two"))
    assert model.go_to(other)
    assert (model.query, model.episode, model.pointed_at) == (ListQuery(), "two", None)


def with_own_lists() -> Library:
    """Return a library with a list made by hand and a smart list, as its last topics."""
    lists = (OwnList("Hand", START, episodes=("three", "one")), OwnList("Rule", START, is_rule=True, words="three"))
    return with_lists(build_library([], EPISODES[:5]), lists, START.date())


@pytest.mark.parametrize(
    ("name", "is_by_hand", "order"),
    [("", False, "newest first"), ("Hand", True, "your order"), ("Rule", False, "newest first")],
)
def test_only_a_list_by_hand_is_in_the_listeners_order(name: str, is_by_hand: bool, order: str) -> None:
    model = make_model(with_own_lists())
    model.change(ListQuery(model.library.topics.with_key(list_key(name)) or 0))
    assert (model.is_by_hand, model.order_name) == (is_by_hand, order)
    assert (model.own_list is not None) == bool(name)


def test_session_is_in_the_order_chosen_for_the_list_else_in_that_of_the_course() -> None:
    model = make_model(with_own_lists())
    for sort, expected in ((Sort.SHORTEST, Sort.SHORTEST), (Sort.TITLE, Sort.COURSE)):
        for topic in (model.library.topics.with_key(list_key("Hand")) or 0, 0):
            model.change(ListQuery(topic))
            model.change(model.query._replace(sort=sort))
            request = model.request(60.0, topic)
            assert (request.order, request.topic, request.budget) == (expected, topic, 60.0)


def test_selection_is_what_was_chosen_and_the_open_range_in_the_order_of_the_list() -> None:
    model = make_model(build_library([], EPISODES[:5]))
    assert (model.chosen, model.has_selection) == (["one"], False)
    model.selected, model.cursor = {0}, 4
    model.select_range()
    assert model.has_selection
    model.cursor = 3
    assert (model.chosen, model.has_selection) == (["one", "four", "five"], True)
    assert [model.is_selected(row) for row in range(5)] == [True, False, False, True, True]
    model.select_range()
    model.cursor = 1
    assert (model.chosen, model.range_start, model.has_selection) == (["one", "four", "five"], None, True)
    model.selected.clear()
    model.select_range()
    assert (model.chosen, model.has_selection) == (["two"], True)
    model.clear_selection()
    assert (model.chosen, model.has_selection) == (["two"], False)


def test_cursor_and_selection_stay_on_their_episodes_when_the_order_changes() -> None:
    model = make_model(build_library([], EPISODES[:5]))
    model.cursor, model.selected, model.range_start = 1, {0, 4}, 2
    model.change(model.query._replace(sort=Sort.SHORTEST), keeps_cursor=True)
    assert model.episode == "two"
    assert [model.ident(model.indexes[row]) for row in sorted(model.selected)] == ["five", "one"]
    assert model.range_start is not None
    assert model.ident(model.indexes[model.range_start]) == "three"


def test_cursor_stays_in_the_list_when_its_episode_leaves() -> None:
    model = make_model(build_library([], EPISODES[:5]))
    model.cursor, model.selected = 4, {4}
    model.change(model.query._replace(query="one"), keeps_cursor=True)
    assert (model.episode, model.selected) == ("one", set())


@pytest.mark.parametrize(("cursor", "selected", "is_downloadable"), [
    (0, set(), True), (1, set(), False), (2, set(), False), (1, {0, 1}, True), (0, {1, 2}, False),
])  # fmt: skip
def test_download_is_offered_if_what_is_chosen_is_on_a_server(
    cursor: int, selected: set[int], is_downloadable: bool
) -> None:
    one, two, three, *_ = EPISODES
    library = build_library([], (one._replace(audio="https://a.example/1.mp3"), two._replace(audio="/2.mp3"), three))
    model = make_model(library)
    model.cursor, model.selected = cursor, selected
    assert model.is_downloadable is is_downloadable


def test_search_narrows_while_it_grows_and_widens_again() -> None:
    model = make_model(build_library([], EPISODES[:5]))
    for words, found in (("f", 5), ("five", 4), ("five four", 0), ("second", 1), ("", 5)):
        model.cursor, model.selected = 1, {0}
        model.search(words)
        assert (len(model.indexes), model.cursor, model.selected) == (found, 0, set())
        assert len(model.unsearched) == 5


def test_entry_of_the_queue_that_left_the_library_has_no_index_but_its_id() -> None:
    model = make_model(build_library([], EPISODES[:5]))
    model.change(ListQuery(SmartList.QUEUE))
    assert (model.episode, model.index, model.is_queue) == (None, None, True)
    assert model.take_queue(Queue(("gone", "two")))
    assert (model.episode, model.index, model.previewed) == ("gone", None, None)
    assert [model.number_in_queue(ident) for ident in ("gone", "two", "one")] == [1, 2, None]
    model.change(ListQuery())
    assert not model.take_queue(Queue(("one",)))
    assert model.number_in_queue("one") == 1
    model.cursor = 9
    assert (model.index, model.previewed, model.episode) == (None, None, None)


def test_cursor_follows_from_an_episode_that_was_played_to_the_next() -> None:
    model = make_model(build_library([], EPISODES[:5]))
    model.cursor = 0
    model.move_on("one", "three")
    assert model.episode == "one"
    model.progress_index.put("one", Progress(START, 0.0, 100.0, played=True))
    model.move_on("one", "gone")
    assert model.episode == "one"
    model.move_on("two", "three")
    assert model.episode == "one"
    model.move_on("one", "three")
    assert model.episode == "three"


def test_list_becomes_a_rule_with_its_words_topic_filter_and_order() -> None:
    model = make_model(make_podcast({}, EPISODES[:5]))
    assert model.as_rule() == OwnList("", START, is_rule=True)
    model.change(ListQuery(1, query=" three "))
    model.change(model.query._replace(filter=Filter.STARTED, sort=Sort.TITLE))
    made = model.as_rule()
    assert (made.words, made.status, made.sort) == ("three", "started", "title")
    assert made.topics == (model.feed(1),) == (model.podcast(1),)
    assert (model.feed(0), model.podcast(0)) == (None, None)
    model = make_model(with_own_lists())
    model.change(ListQuery(model.library.topics.with_key(list_key("Rule")) or 0))
    assert model.as_rule() == OwnList("", START, is_rule=True, words="three")
    model = make_model(build_library(TOPICS, EPISODES[:5]))
    entry = present(model.library.topics.find("Numbers"))
    model.change(ListQuery(entry))
    assert model.as_rule().topics == ("Basics/Numbers",)


def test_transcript_shown_is_that_of_what_plays_unless_the_cursor_was_moved_on_purpose() -> None:
    services = Listed(build_library([], EPISODES[:5]))
    model = list_model(services)
    assert model.to_read() == "one"
    services.room.play("two", 5.0)
    assert model.to_read() == "two"
    model.pointed_at = "three"
    assert model.to_read() == "two"
    model.cursor = 2
    assert model.to_read() == "three"
    model.play("one")
    assert model.pointed_at is None


@pytest.mark.parametrize(
    ("query", "shows"),
    [(ListQuery(), False), (ListQuery(filter=Filter.PLAYED), True), (ListQuery(SmartList.CONTINUE), False)],
)
def test_list_shows_a_status_if_it_is_filtered(query: ListQuery, shows: bool) -> None:
    model = make_model(build_library([], EPISODES[:5]))
    model.change(query)
    assert model.shows_a_status is shows


def test_names_are_those_of_topics_and_of_lists() -> None:
    model = make_model(build_library(TOPICS, EPISODES[:5]))
    assert (model.name(SmartList.CONTINUE), model.name(0), model.name(1)) == ("Continue", "All Topics", "Basics")


def test_rows_and_the_queue_are_updated_with_the_cursor_on_its_episode() -> None:
    model = make_model(build_library([], EPISODES[:5]))
    assert not model.update()
    assert model.update(Queue(("one",)))
    model.change(ListQuery(filter=Filter.UNPLAYED))
    model.cursor = 2
    model.progress_index.put("one", Progress(START, played=True))
    assert model.update()
    assert (model.episode, model.cursor) == ("three", 1)


def test_cursor_stays_at_its_row_when_its_episode_leaves_and_at_the_last_one_at_most() -> None:
    model = make_model(build_library([], EPISODES[:3]))
    model.change(ListQuery(filter=Filter.UNPLAYED))
    for cursor, expected in ((1, "three"), (1, "one")):
        model.cursor = cursor
        assert model.episode is not None
        model.progress_index.put(model.episode, Progress(START, played=True))
        model.update()
        assert model.episode == expected
    model.progress_index.put("one", Progress(START, played=True))
    model.update()
    assert (model.episode, model.cursor, model.chosen) == (None, 0, [])


def test_other_list_starts_at_the_first_unfinished_episode_without_a_selection() -> None:
    model = make_model(build_library(TOPICS, EPISODES[:5]))
    model.progress_index.put("one", Progress(START, played=True))
    model.selected, model.range_start, model.pointed_at = {1}, 2, "three"
    model.change(ListQuery(1))
    assert (model.episode, model.has_selection) == ("two", False)
    assert not model.pointed_at


def test_remembered_is_what_is_listed_but_not_what_is_being_typed() -> None:
    services = Listed(build_library([], EPISODES[:5]))
    model = list_model(services)
    model.search("five")
    written = len(services.room.writer.records)
    assert written == 0
    model.change(model.query)
    assert len(services.room.writer.records) > written


@pytest.mark.parametrize(
    ("selected", "is_downloadable"), [(range(50), False), (range(51), False), (range(49, 51), True)]
)
def test_only_the_first_selected_episodes_are_looked_at_for_a_recording(selected: range, is_downloadable: bool) -> None:
    episodes = [Episode(f"e{number}", "E") for number in range(60)]
    episodes[50] = episodes[50]._replace(audio="https://a.example/1.mp3")
    model = make_model(build_library([], episodes))
    model.selected = set(selected)
    assert model.is_downloadable is is_downloadable


def test_queue_is_played_in_its_own_context() -> None:
    services = Listed(build_library([], EPISODES[:5]))
    services.room.play("one", 5.0, following=(0, 4))
    services.room.controller.queue_last(["three"])
    model = list_model(services)
    model.queue = services.room.controller.queue
    model.change(ListQuery(SmartList.QUEUE))
    model.play("three")
    assert services.controller.sessions.status().next == "five"


def test_topic_listed_last_is_kept_through_smart_lists_and_may_be_the_top() -> None:
    services = Listed(build_library(TOPICS, EPISODES[:5]))
    model = list_model(services)
    listed = []
    for entry in (1, SmartList.QUEUE, 0, SmartList.CONTINUE):
        model.change(ListQuery(entry))
        listed.append(model.topic)
    assert listed == [1, 1, 0, 0]


def test_order_of_the_top_is_remembered_and_one_of_a_smart_list_is_not() -> None:
    services = Listed(build_library(TOPICS, EPISODES[:5]))
    model = list_model(services)
    for entry, is_remembered in ((0, True), (SmartList.QUEUE, False)):
        model.change(ListQuery(entry))
        services.room.writer.records.clear()
        model.change(model.query._replace(sort=Sort.TITLE))
        assert (services.room.writer.setting("sorts") is not None) is is_remembered


ONE = EPISODES[0]
NOTES, CHAPTERS = EpisodeNotes("Notes."), (Chapter(0.0, "One."),)


class Sources:
    """Sources with a transcript, notes and chapters."""

    async def transcript(self, episode: Episode) -> Transcript:
        return Transcript((Cue(episode.title, 10.0, 12.0),))

    async def ask(self, work: Callable[[Any, Any], Any]) -> Any:
        chapters = EpisodeChapters(CHAPTERS, fault="it is broken")
        documents = SimpleNamespace(notes=lambda _: NOTES, chapters=lambda *_: chapters)
        downloads = SimpleNamespace(find=lambda _: "/one.mp3")
        return work(SimpleNamespace(documents=documents, downloads=downloads), None)


def make(
    room: Room, has_podcasts: bool = True, tell: Callable[[str], None] = lambda _: None, **nudges: float
) -> EpisodeReader:
    return EpisodeReader(room.controller, Sources(), Sources(), lambda: has_podcasts, nudges, tell)  # type: ignore[arg-type]


async def test_transcript_is_moved_by_what_the_listener_chose(room: Room) -> None:
    assert (await make(room).transcript(ONE)).cues[0].start == 10.0
    assert (await make(room, one=2.5).transcript(ONE)).cues[0].start == 12.5


async def test_notes_and_chapters_are_asked_for_only_if_there_are_podcasts(room: Room) -> None:
    told: list[str] = []
    reader, without = make(room, tell=told.append), make(room, has_podcasts=False)
    assert await reader.notes(ONE) == NOTES._replace(is_downloaded=True)
    assert await reader.chapters(ONE) == CHAPTERS
    assert told == [f"The chapters of “{ONE.title}” cannot be read: it is broken."]
    assert (await without.notes(ONE), await without.chapters(ONE)) == (EpisodeNotes(), ())


@pytest.mark.parametrize(
    ("former", "by", "moved", "said"),
    [
        (0.0, 0.5, 0.5, "Transcript: 0.5 s later."),
        (0.5, -1.5, -1.0, "Transcript: 1 s earlier."),
        (0.5, -0.5, 0.0, "Transcript: back in step."),
        (MAX_NUDGE, 0.5, MAX_NUDGE, "Transcript: 3600 s later."),
        (-MAX_NUDGE, -0.5, -MAX_NUDGE, "Transcript: 3600 s earlier."),
        (0.1, 0.24, 0.3, "Transcript: 0.3 s later."),
    ],
)
def test_transcript_is_moved_within_an_hour_and_for_good(
    room: Room, former: float, by: float, moved: float, said: str
) -> None:
    reader = make(room, one=former)
    assert reader.nudge("one", by) == said
    assert (reader.nudges["one"], room.writer.table("nudges")) == (moved, {"one": moved})
