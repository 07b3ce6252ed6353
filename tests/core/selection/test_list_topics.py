"""Lists of the listener's own as topics: what is on them, in which order, and how progress changes them."""

from datetime import date, timedelta

import pytest

from tests.fakes import START
from tests.present import present
from tests.rooms import CAST, EPISODES, make_podcast
from tui_pod.core.library.episode import Episode, Topic
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.library.own_lists import OwnList
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.list_query import Orders, list_episodes
from tui_pod.core.selection.list_topics import with_lists
from tui_pod.core.selection.queue import Queue

TODAY = date(2026, 2, 5)
PLAYED = Progress(START, played=True, duration=200.0)
STARTED = Progress(START, position=5.0)


def rule(**fields: object) -> OwnList:
    return OwnList("Mine", START, is_rule=True)._replace(**fields)  # type: ignore[arg-type]


def found(library: Library, wanted: OwnList, **progress: Progress) -> list[str]:
    listed = with_lists(library, [wanted], TODAY)
    view = Orders().view(listed, present(listed.topics.find("Mine")))
    shown = list_episodes(listed, ProgressIndex(listed, progress), Queue(), view)
    return [listed.ids[index] for index in shown]


def test_list_by_hand_has_its_own_order_and_only_what_the_library_has(library: Library) -> None:
    assert found(library, OwnList("Mine", START, episodes=("three", "gone", "one", "three"))) == ["three", "one"]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (rule(words="OF five"), ["one", "two", "three"]),
        (rule(topics=("Numbers",)), ["one", "two"]),
        (rule(topics=("Basics/Numbers", "Series")), ["one", "two", "five"]),
        (rule(topics=("No such topic",)), []),
        (rule(topics=("Basics",), max_length=100.0), ["one", "five"]),
        (rule(topics=("Basics",), min_length=100.0), ["one", "two", "three"]),
        (rule(max_age=1), ["one", "two"]),
        (rule(topics=("Basics",), max_age=2, min_length=150.0, words="five"), ["two", "three"]),
        (rule(topics=("Basics",), sort="shortest"), ["five", "one", "two", "three", "four"]),
        (rule(topics=("Basics",), status="unplayed"), ["one", "four", "five"]),
        (rule(topics=("Basics",), status="started"), ["three"]),
        (rule(status="played"), ["two"]),
    ],
)
def test_rule_finds_what_has_all_that_it_says(library: Library, wanted: OwnList, expected: list[str]) -> None:
    assert found(library, wanted, two=PLAYED, three=STARTED) == expected


def test_rule_finds_a_podcast_by_its_address_whatever_it_is_called() -> None:
    assert len(found(make_podcast({}), rule(topics=(CAST,)))) == len(EPISODES)
    assert found(make_podcast({}), rule(topics=("https://other.example.org/",))) == []


def test_rule_in_course_order_has_that_of_its_topic() -> None:
    topics = [Topic("Path", episodes=("c", "a", "b"))]
    library = build_library(topics, [Episode(ident, ident, duration=60.0) for ident in "abc"])
    assert found(library, rule(topics=("Path",), sort="course", status="unplayed"), c=PLAYED) == ["a", "b"]


def test_age_is_known_of_a_library_that_is_not_by_date() -> None:
    episodes = [Episode(ident, ident, published=TODAY - timedelta(days=days)) for ident, days in
                (("a", 5), ("b", 1), ("c", 9), ("d", 0))]  # fmt: skip
    library = build_library([], [*episodes, Episode("undated", "u")])
    assert found(library, rule(max_age=5)) == ["d", "b", "a"]


def test_other_topics_stay_where_they_are_and_lists_replace_the_former_ones(library: Library) -> None:
    many = with_lists(library, [OwnList("b", START), OwnList("A", START), OwnList("c", START, is_removed=True)], TODAY)
    assert many.topics.names == (*library.topics.names, "A", "b")
    assert library.lists == {}
    fewer = with_lists(many, [OwnList("b", START)], TODAY)
    assert fewer.topics.names == (*library.topics.names, "b")
    assert with_lists(fewer, [], TODAY).topics.names == library.topics.names
    assert many.topics.found_in(fewer.topics, len(many.topics.names) - 1) == len(fewer.topics.names) - 1
    assert many.topics.found_in(fewer.topics, len(many.topics.names) - 2) == 0


def test_rules_follow_the_progress_and_are_counted_as_if_they_were_made_now(library: Library) -> None:
    lists = [rule(name=status, topics=("Basics",), status=status) for status in ("unplayed", "started", "played")]
    listed = with_lists(library, [*lists, rule(name="any", topics=("Basics",))], TODAY)
    progress_index = ProgressIndex(listed, {"two": STARTED})
    later = Progress(START, position=50.0, duration=100.0)
    changes = (("one", STARTED), ("one", later), ("one", PLAYED), ("two", PLAYED), ("one", Progress(START)),
               ("five", STARTED), ("two", STARTED), ("hostile-0", PLAYED))  # fmt: skip
    for ident, progress in changes:
        progress_index.put(ident, progress)
        anew = with_lists(library, listed.lists.values(), TODAY)
        counted = ProgressIndex(anew, dict(progress_index))
        for topic in listed.lists:
            assert list(listed.topics.members[topic]) == list(anew.topics.members[topic])
            assert listed.topics.seconds[topic] == pytest.approx(anew.topics.seconds[topic])
            mine, other = progress_index.topic_stats[topic], counted.topic_stats[topic]
            assert (mine.played, mine.started) == (other.played, other.started)
            assert mine.left == pytest.approx(other.left)
