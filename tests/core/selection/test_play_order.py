import pytest

from tests.core.library.test_course import library as library
from tests.rooms import make_podcast, make_room
from tui_pod.core.library.course import home_topic
from tui_pod.core.library.episode import Episode, Topic
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.library.topics import topic_key
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.list_query import Filter, ListQuery, Orders, Sort, list_episodes, usual_order
from tui_pod.core.selection.play_order import home_view, playing_list
from tui_pod.core.selection.queue import Queue


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
