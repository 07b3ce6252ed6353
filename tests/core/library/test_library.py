from __future__ import annotations

from tests.rooms import EPISODES
from tui_pod.core.library.episode import Episode, Topic
from tui_pod.core.library.library import Library, build_library, search_text
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
