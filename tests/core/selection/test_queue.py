"""Lists written as M3U are read back by id, and lists of other players by recording.

New episodes that join the queue by themselves.
"""

from collections.abc import Callable

import pytest

from tests.core.library.test_catalog import library as library
from tests.rooms import make_podcast, make_room
from tui_pod.core.library.course import home_topic
from tui_pod.core.library.episode import Episode, Topic
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.library.topics import topic_key
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.arrivals import Arrival, joined
from tui_pod.core.selection.list_query import Filter, ListQuery, Orders, Sort, list_episodes, usual_order
from tui_pod.core.selection.play_order import home_view, playing_list
from tui_pod.core.selection.playlist import read_m3u, to_m3u
from tui_pod.core.selection.queue import Queue, spread

HEARD_TWO = Queue(("a", "b", "c", "d"), 2)
"""a and b have had their turn, c and d are upcoming."""


def test_queue_made_with_doubles_and_a_wild_cursor_is_put_in_order() -> None:
    """A state file may say anything."""
    assert Queue(("a", "b", "a"), 99) == Queue(("a", "b"), 2)
    assert Queue(("a",), -5) == Queue(("a",), 0)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({}, HEARD_TWO),
        ({"c": "x", "other": "a"}, Queue(("a", "b", "x", "d"), 2)),
        ({"b": "a"}, Queue(("a", "c", "d"), 1)),
        ({"c": "a"}, Queue(("a", "b", "d"), 2)),
    ],
)
def test_renamed_entries_keep_their_places_and_doubles_become_one(names: dict[str, str], expected: Queue) -> None:
    assert HEARD_TWO.renamed(names) == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (HEARD_TWO.add_last(["x", "y", "x"]), Queue(("a", "b", "c", "d", "x", "y"), 2)),
        (HEARD_TWO.add_last(["c"]), HEARD_TWO),
        (HEARD_TWO.add_last(["a"]), Queue(("b", "c", "d", "a"), 1)),
        (HEARD_TWO.add_next(["x", "y"]), Queue(("a", "b", "x", "y", "c", "d"), 2)),
        (HEARD_TWO.add_next(["d"]), Queue(("a", "b", "d", "c"), 2)),
        (HEARD_TWO.add_next(["a"]), Queue(("b", "a", "c", "d"), 1)),
        (HEARD_TWO.remove(["a", "d", "nothing"]), Queue(("b", "c"), 1)),
        (HEARD_TWO.move("a", 1), HEARD_TWO),
        (HEARD_TWO.move("nothing", 1), HEARD_TWO),
        (HEARD_TWO.started("c"), HEARD_TWO),
        (HEARD_TWO.started("d"), Queue(("a", "b", "d", "c"), 2)),
        (HEARD_TWO.started("a"), Queue(("a", "b", "c", "d"), 0)),
        (HEARD_TWO.started("nothing"), HEARD_TWO),
        (HEARD_TWO.finished("c"), Queue(("a", "b", "c", "d"), 3)),
        (HEARD_TWO.finished("d"), Queue(("a", "b", "d", "c"), 3)),
        (HEARD_TWO.finished("a"), HEARD_TWO),
        (HEARD_TWO.finished("nothing"), HEARD_TWO),
    ],
)
def test_change_keeps_what_was_heard_and_the_order_of_the_others(changed: Queue, expected: Queue) -> None:
    assert changed == expected


@pytest.mark.parametrize(("by", "upcoming"), [(1, ("d", "c")), (9, ("d", "c")), (-1, ("c", "d")), (-9, ("c", "d"))])
def test_move_stays_within_what_is_upcoming(by: int, upcoming: tuple[str, ...]) -> None:
    moved = HEARD_TWO.move("c", by)
    assert (moved.upcoming, moved.entries[:2]) == (upcoming, ("a", "b"))


CHANGES: list[Callable[[Queue], Queue]] = [
    lambda queue: queue.add_last(["x", "c"]),
    lambda queue: queue.add_next(["x", "d"]),
    lambda queue: queue.add_last(["a"]),
    lambda queue: queue.add_next(["b"]),
    lambda queue: queue.remove(["a", "c"]),
    lambda queue: queue.move("c", 2),
    lambda queue: queue.move("e", -2),
]


@pytest.mark.parametrize("change", CHANGES)
def test_change_undone_at_once_gives_the_former_queue(change: Callable[[Queue], Queue]) -> None:
    before = Queue(("a", "b", "c", "d", "e"), 2)
    after = change(before)
    assert after.changed_as(after, before) == before
    assert before.changed_as(before, after) == after


@pytest.mark.parametrize("change", CHANGES)
def test_change_undone_later_leaves_what_came_and_went_since(change: Callable[[Queue], Queue]) -> None:
    before = Queue(("a", "b", "c", "d", "e"), 2)
    after = change(before)
    present = after.add_last(["y"]).finished(after.upcoming[0])
    undone = present.changed_as(after, before)
    expected = [ident for ident in before.upcoming if ident != after.upcoming[0]]
    assert undone.upcoming == (*expected, "y")
    assert after.upcoming[0] in undone.entries[: undone.cursor]
    again = undone.changed_as(before, after)
    assert {*again.upcoming, after.upcoming[0]} == {*after.upcoming, "y"}


def test_move_undone_moves_only_what_it_moved() -> None:
    before = Queue(("a", "b", "c"), 0)
    after = before.move("c", -2)
    present = after.add_next(["x"]).add_last(["y"])
    assert present.changed_as(after, before).upcoming == ("x", "a", "b", "c", "y")


def test_change_of_a_queue_of_a_hundred_thousand_undone_later_takes_no_time_to_speak_of() -> None:
    ids = [f"e{number}" for number in range(100_000)]
    before = Queue(tuple(ids[:50_000]))
    after = before.add_last(ids).remove(ids[:10_000])
    undone = after.finished(ids[10_000]).changed_as(after, before)
    assert undone.upcoming == (*ids[:10_000], *ids[10_001:50_000])
    assert undone.changed_as(before, after).upcoming == after.upcoming[1:]


def test_groups_are_spread_evenly_and_each_keeps_its_order() -> None:
    groups = dict.fromkeys(("a1", "a2", "a3", "a4"), "a") | dict.fromkeys(("b1", "b2"), "b") | {"c1": "c"}
    queue = Queue(["done", *groups], 1).ordered(spread(groups).__getitem__)
    assert (" ".join(queue.upcoming), queue.cursor) == ("a1 b1 a2 c1 a3 b2 a4", 1)


EPISODES = (
    Episode("one", "One", duration=60.4, audio="/music/one two.mp3"),
    Episode("two", "Two", audio="https://a.example/2.mp3"),
    Episode("told", "Told"),
)
LIBRARY = build_library((), EPISODES)


def test_list_that_is_written_is_read_back_in_its_order() -> None:
    text = to_m3u("Mine", reversed(EPISODES))
    assert text.splitlines()[:2] == ["#EXTM3U", "#PLAYLIST:Mine"]
    assert "#EXTINF:60,One" in text
    assert "#EXTINF:-1,Two" in text
    assert read_m3u(text, "/", LIBRARY) == (["told", "two", "one"], 0)


def test_list_of_another_player_is_read_by_recording_and_the_rest_is_counted() -> None:
    text = "one two.mp3\nfile:///music/one%20two.mp3\n\nhttps://a.example/2.mp3\n#TUI-POD:gone\ngone.mp3\n"
    assert read_m3u(text, "/music", LIBRARY) == (["one", "two"], 1)


def test_episode_whose_recording_moved_is_found_by_id() -> None:
    assert read_m3u("#TUI-POD:two\nhttps://b.example/2.mp3\n", "/", LIBRARY) == (["two"], 0)


def topic(library: Library, name: str) -> int:
    found = library.topics.find(name)
    assert found is not None
    return found


def order_of(library: Library, view: ListQuery) -> str:
    """Return the ids that play one after the other if an episode is started from a list."""
    progress_index = ProgressIndex(library, {})
    listed = list_episodes(library, progress_index, Queue(), view)
    return "".join(library.ids[index] for index in playing_list(library, progress_index, view, listed)[1])


@pytest.mark.parametrize(
    ("name", "sort"),
    [
        ("All Topics", Sort.NEWEST),
        ("Subject", Sort.NEWEST),
        ("The course", Sort.COURSE),
        ("2. Second", Sort.COURSE),
        ("Tags", Sort.NEWEST),
        ("Cast", Sort.COURSE),  # a serial podcast
    ],
)
def test_usual_order_of_courses_and_serial_podcasts_is_theirs(library: Library, name: str, sort: Sort) -> None:
    assert usual_order(library, topic(library, name)) is sort


def test_part_of_a_course_plays_on_into_the_next_part(library: Library) -> None:
    view = ListQuery(topic(library, "1. First"), sort=Sort.COURSE)
    assert order_of(library, view) == "edcba"
    assert order_of(library, view._replace(filter=Filter.UNPLAYED)) == "edcba"


def test_part_in_another_order_plays_only_what_is_listed(library: Library) -> None:
    view = ListQuery(topic(library, "1. First"), sort=Sort.NEWEST)
    progress_index = ProgressIndex(library, {})
    listed = list_episodes(library, progress_index, Queue(), view)
    assert playing_list(library, progress_index, view, listed) == (view, listed)


def test_home_of_an_episode_is_its_course_else_its_podcast_else_everything(library: Library) -> None:
    def home(ident: str) -> str:
        return library.topics.names[home_topic(library.topics, library.index(ident) or 0)]

    assert [home(ident) for ident in "dfg"] == ["The course", "Walks", "Cast"]
    flat = make_room().library
    assert home_topic(flat.topics, 0) == 0


def test_home_of_an_episode_has_the_order_that_the_listener_chose() -> None:
    podcast = make_podcast({})
    orders = Orders()
    orders.choose(podcast, ListQuery(1, sort=Sort.TITLE))
    assert home_view(podcast, orders, 0) == ListQuery(1, sort=Sort.TITLE)
    assert Orders(orders.texts).view(podcast, 1).sort is Sort.TITLE


def test_orders_ignores_what_is_no_order_and_forgets_the_usual_one(library: Library) -> None:
    orders = Orders(["loudest Tags", "title Tags", ""])
    assert orders.texts == ["title Tags"]
    orders.choose(library, ListQuery(topic(library, "Tags"), sort=Sort.NEWEST))
    assert orders.texts == []


def test_episode_played_at_home_is_followed_by_the_next_of_its_course(library: Library) -> None:
    room = make_room()
    controller = room.controller
    controller.adopt(library, room.progress_index.moved_to(library))
    controller.play("d")
    assert controller.sessions.status().next == "c"


@pytest.mark.parametrize("first", ["CD1", "disc 01", "Teil_1", "1", "(Part 1)"])
def test_numbered_subfolder_plays_on_into_the_next_one(first: str) -> None:
    shelf = make_shelf(first)
    cd1 = topic(shelf, first)
    view = ListQuery(cd1, sort=usual_order(shelf, cd1))
    listed = list_episodes(shelf, ProgressIndex(shelf, {}), Queue(), view)
    assert [shelf.ids[index] for index in listed] == ["a1", "a2"]
    assert order_of(shelf, view) == "a1a2b1"
    assert shelf.topics.names[home_topic(shelf.topics, shelf.index("a2") or 0)] == "Book"


def test_folders_that_are_not_numbered_parts_play_alone() -> None:
    shelf = make_shelf("Another book 1")
    assert order_of(shelf, ListQuery(topic(shelf, "Another book 1"), sort=Sort.COURSE)) == "a1a2"
    assert home_topic(shelf.topics, shelf.index("a1") or 0) == topic(shelf, "Another book 1")
    assert home_topic(shelf.topics, shelf.index("x") or 0) == topic(shelf, "Shelf")


def make_shelf(first: str) -> Library:
    """Return a library of a folder with a file and with a book in two parts; the first part has this name."""
    root = topic_key("", "Shelf", feed="file:///shelf")
    book = topic_key(root, "Book")
    parts = topic_key(book, first), topic_key(book, "CD2")
    files = {root: ("x",), book: (), parts[0]: ("a1", "a2"), parts[1]: ("b1",)}
    above = {root: None, book: root, parts[0]: book, parts[1]: book}
    topics = [Topic(key, above[key], episodes=inside) for key, inside in files.items()]
    where = {ident: (key,) for key, inside in files.items() for ident in inside}
    episodes = [Episode(ident, ident, duration=10.0) for ident in sorted(where, reverse=True)]
    return build_library(topics, episodes, [where[episode.id] for episode in episodes])


@pytest.mark.parametrize(
    ("arrivals", "limit", "entries"),
    [
        ("a:last b:last", 9, "x y a b"),
        ("a:next b:next", 9, "a b x y"),
        ("a:last b:next", 9, "b x y a"),
        ("a:newest b:newest", 9, "x b"),
        ("a:last b:last", 3, "x y a"),
        ("a:next", 2, "x y"),
        ("a:next", 1, "x y"),
        ("a:newest", 2, "x a"),
    ],
)  # fmt: skip
def test_new_episodes_join_where_their_podcast_says_while_there_is_room(
    arrivals: str, limit: int, entries: str
) -> None:
    came = [Arrival(ident, "podcast", place) for ident, _, place in (text.partition(":") for text in arrivals.split())]
    queue = joined(Queue(["done", "x", "y"], 1), came, lambda _: ["y"], limit)
    assert (" ".join(queue.upcoming), queue.cursor) == (entries, 1)
