import random
from typing import Any

import pytest

from tests.rooms import EPISODES
from tui_pod.core.library.episode import Episode, Topic
from tui_pod.core.library.library import Library, build_library, search_text
from tui_pod.core.library.parts import Part
from tui_pod.core.library.topics import has_member
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
