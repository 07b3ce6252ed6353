from __future__ import annotations

from datetime import date

from tests.hostile import HOSTILE_TITLES
from tui_pod.core.library.episode import Episode, Topic
from tui_pod.core.library.library import Library, build_library, search_text
from tui_pod.core.text.clean import fold


def test_library_episodes_keep_the_order_of_the_catalogue(library: Library) -> None:
    assert library.ids[:5] == ["one", "two", "three", "four", "five"]
    assert library.titles[:2] == ["One", "Two"]
    assert len(library) == len(library.ids) == len(library.titles) == len(library.durations)


def test_library_holds_every_hostile_title(library: Library) -> None:
    assert sum(ident.startswith("hostile-") for ident in library.ids) == len(HOSTILE_TITLES)


def test_index_known_and_unknown_id(library: Library) -> None:
    assert (library.index("three"), library.index("nothing")) == (2, None)


def test_duration_unknown_is_none(library: Library) -> None:
    assert (library.duration(0), library.duration(3)) == (100.0, None)


def test_episode_returns_the_whole_episode(library: Library) -> None:
    expected = Episode("two", "Two", "The second of five.", 200.0, date(2026, 2, 4), ("Numbers", "Basics"))
    assert library.episode(1) == expected


def test_search_text_has_title_summary_and_topics_folded_on_one_line() -> None:
    episode = Episode("x", "RoPE — Été", "What it Is", tags=("AI Basics", "Ünter"))
    assert search_text(episode) == fold("RoPE — Été What it Is AI Basics Ünter")
    assert "\n" not in search_text(episode)


def test_folded_search_texts_are_in_the_order_of_the_episodes() -> None:
    library = build_library([Topic("T")], [Episode("a", "First"), Episode("b", "Second", tags=("T",))])
    assert [text.split()[0] for text in library.folded] == ["first", "second"]
