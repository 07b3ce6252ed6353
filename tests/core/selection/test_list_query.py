from datetime import date, timedelta
from itertools import pairwise

import pytest

from tests.fakes import START
from tests.rooms import make_room
from tui_pod.core.library.episode import Episode, Topic
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.bookmark_groups import Grouping, group_bookmarks, quote, title_of
from tui_pod.core.selection.list_query import (
    SORT_NAMES,
    Filter,
    ListQuery,
    SmartList,
    Sort,
    first_row,
    list_episodes,
    missing,
    new_seed,
)
from tui_pod.core.selection.queue import Queue

BASICS = ListQuery(entry=1)
PLAYED = Progress(START, played=True)


def started(minutes: float = 0.0) -> Progress:
    when = START + timedelta(minutes=minutes)
    return Progress(when, position=5.0, listened=when)


@pytest.fixture
def progress_index(library: Library) -> ProgressIndex:
    return ProgressIndex(library, {"two": PLAYED, "three": started(1), "five": started(2)})


def shown(library: Library, progress_index: ProgressIndex, view: ListQuery, queue: Queue | None = None) -> list[str]:
    found = list_episodes(library, progress_index, queue or Queue(), view)
    return [library.ids[index] if index >= 0 else "gone" for index in found]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Filter.ALL, ["one", "two", "three", "four", "five"]),
        (Filter.UNPLAYED, ["one", "four"]),
        (Filter.STARTED, ["three", "five"]),
        (Filter.PLAYED, ["two"]),
    ],
)
def test_list_filter_shows_its_episodes(
    library: Library, progress_index: ProgressIndex, kind: Filter, expected: list[str]
) -> None:
    assert shown(library, progress_index, BASICS._replace(filter=kind)) == expected


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (Sort.NEWEST, ["one", "two", "three", "four", "five"]),
        (Sort.COURSE, ["five", "four", "three", "two", "one"]),
        (Sort.SHORTEST, ["five", "one", "two", "three", "four"]),
        (Sort.LONGEST, ["three", "two", "one", "five", "four"]),
        (Sort.TITLE, ["five", "four", "one", "three", "two"]),
        (Sort.HEARD, ["five", "three", "one", "two", "four"]),
    ],
)
def test_list_sort_orders_them(
    library: Library, progress_index: ProgressIndex, sort: Sort, expected: list[str]
) -> None:
    assert shown(library, progress_index, BASICS._replace(sort=sort)) == expected
    started = [ident for ident in expected if ident in ("three", "five")]
    view = BASICS._replace(filter=Filter.STARTED, sort=sort, query="e")
    assert shown(library, progress_index, view) == started
    assert {*SORT_NAMES} == {*Sort}


def test_shuffled_list_keeps_its_order_when_episodes_come_and_go_and_has_another_with_another_seed() -> None:
    many = [Episode(f"id-{number}", "T") for number in range(200)]
    whole, fewer = build_library([], many), build_library([], [Episode("new", "T"), *many[50:]])

    def order(library: Library, seed: int) -> list[str]:
        return shown(library, ProgressIndex(library, {}), ListQuery(sort=Sort.SHUFFLE, seed=seed))

    first = order(whole, 5)
    assert sorted(first) == sorted(whole.ids)
    assert [ident for ident in order(fewer, 5) if ident != "new"] == [ident for ident in first if ident in fewer.ids]
    others = [order(whole, seed) for seed in (6, 12345, 2**31, new_seed())]
    neighbours = {frozenset(pair) for pair in pairwise(first)}
    for other in others:
        assert len(neighbours & {frozenset(pair) for pair in pairwise(other)}) < 20


def test_list_course_is_the_path_of_the_topic_then_the_catalogue_reversed() -> None:
    topics = [Topic("Path", episodes=("c", "a")), Topic("Other")]
    library = build_library(topics, [Episode(ident, ident, tags=("Other",)) for ident in "abcd"])
    progress_index = ProgressIndex(library, {"c": PLAYED})
    view = ListQuery(sort=Sort.COURSE)
    assert shown(library, progress_index, view._replace(entry=1)) == ["c", "a"]
    assert shown(library, progress_index, view._replace(entry=1, filter=Filter.UNPLAYED)) == ["a"]
    assert shown(library, progress_index, view._replace(entry=2)) == ["d", "c", "b", "a"]
    assert shown(library, progress_index, view) == ["c", "a", "d", "b"]


def test_list_newest_is_by_date_over_all_catalogues_and_within_a_day_in_their_order() -> None:
    days = [date(2026, 2, 3), date(2026, 2, 1), None, date(2026, 2, 2), date(2026, 2, 1)]
    library = build_library([], [Episode(str(n), str(n), published=day) for n, day in enumerate(days)])
    assert shown(library, ProgressIndex(library, {}), ListQuery()) == ["0", "3", "1", "4", "2"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("first", ["one"], id="a word of the summary"),
        pytest.param("FIVE", ["one", "two", "three", "five"], id="any case, summary and title"),
        pytest.param("five second", ["two"], id="all words"),
        pytest.param("numbers", ["one", "two"], id="a topic"),
        pytest.param("hird", ["three"], id="part of a word"),
        pytest.param("fírst", ["one"], id="accents"),
        pytest.param("  ", ["one", "two", "three", "four", "five"], id="blanks"),
        pytest.param("first nothing", [], id="no match"),
        pytest.param(".", ["one", "two", "three", "four", "five"], id="no pattern"),
        pytest.param("[", [], id="no pattern either"),
        pytest.param("[@click=app.quit]", [], id="markup"),
    ],
)
def test_list_query_narrows_to_all_its_words(
    library: Library, progress_index: ProgressIndex, query: str, expected: list[str]
) -> None:
    assert shown(library, progress_index, BASICS._replace(query=query)) == expected


def test_list_continue_is_unfinished_newest_first_whatever_the_sort(
    library: Library, progress_index: ProgressIndex
) -> None:
    assert shown(library, progress_index, ListQuery(SmartList.CONTINUE, Filter.PLAYED, Sort.TITLE)) == ["five", "three"]


def test_list_queue_is_in_its_order_with_what_is_gone(library: Library, progress_index: ProgressIndex) -> None:
    queue = Queue(("three", "vanished", "one"))
    assert shown(library, progress_index, ListQuery(SmartList.QUEUE, sort=Sort.TITLE), queue) == [
        "three",
        "gone",
        "one",
    ]
    assert list_episodes(library, progress_index, queue, ListQuery(SmartList.QUEUE))[1] == missing(1)
    assert shown(library, progress_index, ListQuery(SmartList.QUEUE, query="five"), queue) == ["three", "one"]


@pytest.mark.parametrize(
    ("progress", "sort", "expected"),
    [
        ({"two": started(5), "three": started(7), "one": PLAYED}, Sort.NEWEST, "three"),
        ({"hostile-nul": started(9), "one": PLAYED}, Sort.NEWEST, "two"),
        ({"five": PLAYED}, Sort.COURSE, "four"),
        (dict.fromkeys(("one", "two", "three", "four", "five"), PLAYED), Sort.NEWEST, "one"),
    ],
    ids=["the last heard", "not of another topic", "the first unplayed as sorted", "the first"],
)
def test_first_place_is_where_listening_goes_on(
    library: Library, progress: dict[str, Progress], sort: Sort, expected: str
) -> None:
    progress_index = ProgressIndex(library, progress)
    found = list_episodes(library, progress_index, Queue(), BASICS._replace(sort=sort))
    assert library.ids[found[first_row(progress_index, found)]] == expected
    assert first_row(ProgressIndex(library, {}), []) == 0


def test_list_by_author_has_series_in_their_numbers_and_others_last() -> None:
    made = [
        ("Two", "Ann", "Sea 10"), ("Loose", "", ""), ("One", "Ann", "Sea 2"), ("Other", "Ábel", ""),
        ("Alone", "Ann", ""),
    ]  # fmt: skip
    books = [Episode(title, title, author=author, series=series) for title, author, series in made]
    library = build_library([], books)
    view = ListQuery(sort=Sort.AUTHOR)
    assert shown(library, ProgressIndex(library, {}), view) == ["Other", "One", "Two", "Alone", "Loose"]


LIBRARY = make_room().library


def kept(episode: str, start: float, hours: float, title: str = "") -> Bookmark:
    time = START + timedelta(hours=hours)
    return Bookmark(episode, start, start + 5.0, time, time, title=title)


SOME = (kept("one", 50.0, 0), kept("two", 5.0, 1), kept("one", 10.0, 30), kept("gone", 1.0, 2, "Old title"))


@pytest.mark.usefixtures("utc")
@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (Grouping.EPISODE, {"One": [10.0, 50.0], "Old title": [1.0], "Two": [5.0]}),
        (Grouping.DATE, {"Wednesday 25 November 2026": [10.0], "Tuesday 24 November 2026": [1.0, 5.0, 50.0]}),
        (Grouping.TOPIC, {"Numbers": [10.0, 50.0, 5.0], "No longer in the library": [1.0]}),
    ],
)
def test_groups_begin_with_the_last_kept(by: Grouping, expected: dict[str, list[float]]) -> None:
    groups = group_bookmarks(LIBRARY, SOME, by)
    assert {group.head: [each.start for each in group.bookmarks] for group in groups} == expected
    assert [group.head for group in groups] == list(expected)


def test_episodes_of_one_title_are_groups_of_their_own() -> None:
    both = [kept("gone", 1.0, 0, "Same"), kept("gone too", 2.0, 1, "Same")]
    assert len(group_bookmarks(LIBRARY, both, Grouping.EPISODE)) == 2


def test_groupings_follow_each_other_round_and_round() -> None:
    assert Grouping.EPISODE.following.following.following is Grouping.EPISODE


def test_title_of_an_episode_gone_is_what_was_kept_of_it_else_its_id() -> None:
    assert [title_of(LIBRARY, each) for each in (kept("gone", 1.0, 0, "Kept"), kept("gone", 1.0, 0))] == [
        "Kept",
        "gone",
    ]


def test_quote_has_words_note_and_source() -> None:
    bookmark = kept("one", 70.0, 0)._replace(text="Said.", note="Mine.")
    assert quote(LIBRARY, bookmark, "Podcast") == "“Said.”\nMine.\n— One, Podcast, 1:10"
    assert quote(LIBRARY, bookmark._replace(text="", note="")) == "— One, 1:10"
