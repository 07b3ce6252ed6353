import random
from typing import Any

import pytest

from tests.rooms import EPISODES
from tui_pod.core.library.episode import Episode, Topic
from tui_pod.core.library.library import Library, build_library, search_text
from tui_pod.core.library.parts import Part
from tui_pod.core.library.topics import ROOT, TopicTable, arrange, has_member, topic_key
from tui_pod.core.text.clean import fold


def test_library_keeps_the_episodes_in_the_order_of_the_catalogue(library: Library) -> None:
    assert library.ids[:5] == ["one", "two", "three", "four", "five"]
    assert library.titles[:2] == ["One", "Two"]
    assert len(library) == len(library.ids) == len(library.titles) == len(library.durations) == len(EPISODES)
    assert (library.index("three"), library.index("nothing")) == (2, None)
    assert (library.duration(0), library.duration(3)) == (100.0, None)
    assert library.episode(1) == EPISODES[1]


def test_search_text_has_title_summary_and_topics_folded_on_one_line() -> None:
    episode = Episode("x", "RoPE — Été", "What it Is", tags=("AI Basics", "Ünter"))
    assert search_text(episode) == fold("RoPE — Été What it Is AI Basics Ünter")
    assert "\n" not in search_text(episode)


def test_folded_search_texts_are_in_the_order_of_the_episodes() -> None:
    library = build_library([Topic("T")], [Episode("a", "First"), Episode("b", "Second", tags=("T",))])
    assert [text.split()[0] for text in library.folded] == ["first", "second"]


def test_books_that_are_called_alike_are_told_apart_by_volume_author_narrator_or_folder() -> None:
    def book(ident: str, folder: str, **facts: str) -> Episode:
        part = Part(f"/{folder}/1.mp3", 9.0)
        return Episode(ident, "Emma — 1", tags=(folder, "Shelf"), parts=(part,), audio=part.audio, **facts)  # type: ignore[arg-type]

    facts: list[tuple[dict[str, str], dict[str, str]]] = [
        ({"narrator": "Ann"}, {"narrator": "Bo"}), ({"series": "S 1"}, {"series": "S 2"}),
        ({"author": "Ann"}, {}), ({}, {}),
    ]  # fmt: skip
    for first, second in facts:
        pair = book("a", "One", **first), book("b", "Two", **second)
        library = build_library([], [*pair, Episode("c", "Emma — 1")])
        values = [next(iter(each.values()), "") for each in (first, second)] if first else ["One", "Two"]
        wanted = [f"Emma ({value}) — 1" if value else "Emma — 1" for value in values]
        assert library.titles == [*wanted, "Emma — 1"] == [library.episode(index).title for index in range(3)]
    assert build_library([], [book("a", "One"), book("b", "One")]).titles == ["Emma — 1"] * 2


def test_topics_of_an_episode_are_found_without_looking_at_those_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = list[int]()

    def look(members: Any, index: int) -> bool:
        looks.append(index)
        return has_member(members, index)

    monkeypatch.setattr("tui_pod.core.library.library.has_member", look)
    chances = random.Random(53)
    for most in (1, 3, 9):
        tags = [tuple(chances.sample([f"T{topic}" for topic in range(300)], k=most)) for _ in range(400)]
        library = build_library([], [Episode(f"{place}", "E", tags=each) for place, each in enumerate(tags)])
        found = [sorted(library.topics_of(index)) for index in range(len(library))]
        members = library.topics.members
        assert found == [[topic for topic in range(len(members)) if index in members[topic]] for index in range(400)]
        if most == 1:
            assert len(looks) == len(library)  # at All Topics, which no layer has


def table(*topics: Topic, tags: list[tuple[str, ...]], durations: list[float] | None = None) -> TopicTable:
    return arrange(topics, tags, durations or [10.0] * len(tags))


def members(found: TopicTable, name: str) -> list[int]:
    topic = found.find(name)
    assert topic is not None
    return list(found.members[topic])


def test_arrange_tree_order_is_parents_before_children_in_catalogue_order() -> None:
    found = table(Topic("B1", "B"), Topic("A"), Topic("B"), Topic("B2", "B"), Topic("B11", "B1"), tags=[("C",)])
    assert found.names == ("All Topics", "A", "B", "B1", "B11", "B2", "C")
    assert found.parents == (-1, ROOT, ROOT, 2, 3, 2, ROOT)


def test_arrange_episode_counts_once_for_its_topic_and_all_above() -> None:
    found = table(Topic("Top"), Topic("Middle", "Top"), Topic("Low", "Middle"), tags=[("Low", "Top"), ("Middle",), ()])
    assert members(found, "Low") == [0]
    assert members(found, "Middle") == members(found, "Top") == [0, 1]
    assert members(found, "All Topics") == [0, 1, 2]
    assert [found.names[topic] for topic in found.path(2)] == ["All Topics", "Top", "Middle"]


def test_arrange_first_entry_for_a_name_counts_and_unknown_parents_are_the_root() -> None:
    """Two catalogues are arranged together, and each was checked alone."""
    found = table(Topic("A"), Topic("B", "Gone"), Topic("B", "A"), tags=[("New",)])
    assert (found.names, found.parents) == (("All Topics", "A", "B", "New"), (-1, ROOT, ROOT, ROOT))


def test_arrange_seconds_are_the_sum_of_distinct_episodes() -> None:
    found = table(Topic("A"), tags=[("A",), ("A", "B"), ("B",)], durations=[10.0, 20.0, 0.0])
    assert found.seconds == (30.0, 30.0, 20.0)


def test_arrange_chain_of_fifty_thousand_topics_needs_no_recursion() -> None:
    chain = [Topic("0"), *(Topic(str(n), str(n - 1)) for n in range(1, 50_000))]
    found = table(*chain, tags=[("49999",)])
    assert list(found.members[-1]) == list(found.members[ROOT]) == [0]


def test_arrange_path_makes_its_episodes_members_in_their_own_order() -> None:
    course, act = Topic("Course"), Topic("Act", "Course", "You can do it.", ("c", "a", "gone"))
    found = arrange([course, act, Topic("B")], [("B",), (), ("B",)], [1.0, 2.0, 4.0], {"a": 0, "b": 1, "c": 2})
    assert members(found, "Act") == members(found, "Course") == [0, 2]
    assert found.paths == {0: (2, 0), 1: (2, 0), 2: (2, 0)}
    assert found.summaries == {2: "You can do it."}


def test_arrange_path_above_others_is_its_own_then_theirs() -> None:
    topics = [
        Topic("Course", episodes=("b",)),
        Topic("Two", "Course", "", ("c", "b")),
        Topic("One", "Course", "", ("a",)),
    ]
    found = arrange(topics, [(), (), ()], [0.0] * 3, {"a": 0, "b": 1, "c": 2})
    assert found.paths[1] == (1, 2, 0)


def test_find_exact_name_goes_before_another_case() -> None:
    found = table(Topic("llms"), Topic("LLMs"), tags=[])
    assert [found.find(name) for name in ("LLMs", "LLMS", "all topics", "none", "")] == [2, 1, ROOT, None, None]


def test_found_in_another_table_is_the_same_topic_else_the_nearest_above_it() -> None:
    former = arrange([Topic("A"), Topic("B", "A"), Topic("C", "B")], [], [])
    other = arrange([Topic("Z"), Topic("A"), Topic("C", "A")], [], [])
    found = [other.names[former.found_in(other, topic)] for topic in range(len(former.names))]
    assert found == ["All Topics", "A", "A", "C"]


def test_podcast_and_its_subfolders_are_found_under_another_name_or_topic() -> None:
    def talks(name: str, above: str) -> TopicTable:
        key = topic_key(above, name, feed="file:///talks")
        other = topic_key("", "Other", feed="file:///other")
        return arrange([Topic(key, above or None), Topic(topic_key(key, "Part"), key), Topic(other)], [], [])

    former, now = talks("Talks", ""), talks("Speeches", "Sea")
    found = [now.names[former.found_in(now, topic)] for topic in range(len(former.names))]
    assert former.names == ("All Topics", "Talks", "Part", "Other")
    assert found == ["All Topics", "Speeches", "Part", "Other"]
