"""Matches are ranked, grouped by episode, and shown in their sentences."""

from __future__ import annotations

import pytest

from tests.fakes import START
from tests.search.desk import VTT, Desk, only
from tui_pod.core.library.transcript import Cue
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.search import lookup
from tui_pod.search.lookup import Found, Hit, MatchKind, Results
from tui_pod.search.query import parse_query
from tui_pod.search.store import SearchError


def test_word_of_a_timed_transcript_is_found_in_its_sentence_with_its_second(desk: Desk) -> None:
    desk.add("one", "One", VTT)
    desk.fill()
    (hit,) = only(desk.ask("patterns")).hits
    assert (hit.kind, hit.start) == (MatchKind.WORDS, 1.0)
    assert hit.text == "Ada Lovelace: The engine weaves algebraic patterns."


def test_speaker_is_found(desk: Desk) -> None:
    desk.add("one", "One", VTT)
    desk.fill()
    assert only(desk.ask("charles numbers")).hits[0].start == 8.0


def test_title_comes_before_words_and_the_newest_first(desk: Desk) -> None:
    desk.add("newer", "Something", "The engine runs. So does that engine.")
    desk.add("older", "Something else", "The engine stands still.")
    desk.add("oldest", "The Engine")
    desk.fill()
    assert desk.ids("engine") == ["oldest", "newer", "older"]


def test_title_with_the_very_word_comes_before_one_that_goes_on(desk: Desk) -> None:
    desk.add("goes-on", "Transformers at work")
    desk.add("very-word", "The transform")
    desk.fill()
    assert desk.ids("transform") == ["very-word", "goes-on"]


def test_kind_says_where_it_was_found(desk: Desk) -> None:
    desk.add("one", "One", summary="About a lighthouse. And a ship.")
    desk.fill()
    (hit,) = only(desk.ask("light")).hits
    assert (hit.kind, hit.text, hit.start) == (MatchKind.SUMMARY, "About a lighthouse.", None)


def test_words_of_title_and_summary_together_are_found(desk: Desk) -> None:
    desk.add("one", "Lighthouses", summary="Of Brittany.")
    desk.fill()
    assert desk.ids("lighthouses brittany") == ["one"]


def test_episode_whose_title_has_what_is_left_out_is_left_out_whole(desk: Desk) -> None:
    desk.add("one", "Ships", "A harbour at night.")
    desk.add("two", "Trains", "A harbour by day.")
    desk.fill()
    assert desk.ids("harbour -ships") == ["two"]
    assert desk.ids("harbour -night") == ["two"]


def test_phrase_is_found_as_it_stands(desk: Desk) -> None:
    desk.add("one", "One", "The end of the line.")
    desk.add("two", "Two", "The line of the end.")
    desk.fill()
    assert desk.ids('"end of the line"') == ["one"]


def test_letters_without_blanks_are_found(desk: Desk) -> None:
    desk.add("one", "One", "これは機械学習です。")
    desk.fill()
    assert desk.ids("学習") == ["one"]


def test_long_transcript_shows_some_matches_and_counts_the_rest(desk: Desk) -> None:
    desk.add("one", "One", " ".join(f"The engine is number {number}, {'and on ' * 40}." for number in range(10)))
    desk.fill()
    found = only(desk.ask("engine"))
    assert [hit.text.split(",")[0] for hit in found.hits] == [f"The engine is number {number}" for number in range(3)]
    assert found.more == 7
    assert len(only(desk.ask("engine", most=None)).hits) == 10


def test_bookmark_beside_the_index_is_found_with_its_episode(desk: Desk) -> None:
    desk.add("one", "One", VTT)
    desk.add("two", "Engines")
    desk.fill()
    kept = Bookmark("one", 4.5, 8.0, START, START, note="My note on that engine.", title="One")
    gone = Bookmark("gone", 1.0, 2.0, START, START, "An engine.", title="Gone")
    found = desk.ask("engine", kept, gone, kept._replace(note="Nothing."), kept._replace(is_removed=True)).found
    assert [(one.id, one.title) for one in found] == [("one", "One"), ("gone", "Gone"), ("two", "Engines")]
    assert [(hit.kind, hit.start) for hit in found[0].hits] == [(MatchKind.BOOKMARK, 4.5), (MatchKind.WORDS, 1.0)]


def test_query_without_words_says_no_reason_for_nothing(desk: Desk) -> None:
    desk.add("one", "One")
    desk.fill()
    assert desk.ask("-").why_nothing is None


def test_nothing_found_tells_of_a_transcript_whose_end_is_not_read(desk: Desk) -> None:
    desk.add("one", "One", "Waves. " * 300_000 + "Lighthouse.")
    desk.fill()
    assert desk.ask("lighthouse").why_nothing == "Of 1 transcript only the first 2,000,000 characters are searched."
    assert desk.ask("waves").why_nothing is None
    desk.episodes.clear()
    desk.add("one", "One", "Waves.")
    desk.fill()
    assert desk.ask("lighthouse").why_nothing is None


@pytest.mark.parametrize("kind", ["title", "transcript"])
@pytest.mark.parametrize(("episodes", "is_cut"), [(4, False), (5, True)])
def test_search_that_reaches_a_limit_says_so(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, kind: str, episodes: int, is_cut: bool
) -> None:
    monkeypatch.setattr(lookup, "HEADS" if kind == "title" else "ROWS", 5)
    for number in range(episodes):
        title, words = ("Engine", None) if kind == "title" else ("One", "The engine.")
        desk.add(f"e{number}", title, words)
    desk.fill()
    assert desk.ask("engine").is_cut is is_cut
    assert desk.ask("engine", most=None).is_cut is False
    assert desk.ask("engine").total == episodes


def test_search_without_a_limit_finds_more_than_the_limit(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "HEADS", 2)
    monkeypatch.setattr(lookup, "ROWS", 2)
    for number in range(4):
        desk.add(f"e{number}", "Engine", "The engine.")
    desk.fill()
    assert len(desk.ask("engine").found) == 4  # by their titles, whose limit is another
    assert [len(found.hits) for found in desk.ask("engine", most=None).found] == [2, 2, 2, 2]


def test_shown_episodes_are_the_first_of_all_that_match(desk: Desk) -> None:
    for number in range(3):
        desk.add(f"e{number}", "Engine")
    desk.fill()
    results = desk.ask("engine", most=2)
    assert ([found.id for found in results.found], results.total) == (["e0", "e1"], 3)


def test_episode_that_left_the_library_is_neither_shown_nor_counted(desk: Desk) -> None:
    desk.add("one", "Engine")
    desk.add("two", "Engine")
    desk.fill()
    del desk.episodes[0]
    results = desk.ask("engine")
    assert ([found.id for found in results.found], results.total) == (["two"], 1)


def test_group_with_the_most_matches_comes_first(desk: Desk) -> None:
    desk.add("once", "One", "The engine runs.")
    desk.add("twice", "Two", " ".join(f"The engine is number {number}, {'and on ' * 40}." for number in range(2)))
    desk.fill()
    assert desk.ids("engine") == ["twice", "once"]


def test_moved_words_stay_after_the_start_and_other_matches_stay_put() -> None:
    hits = (Hit(MatchKind.WORDS, "a", 5.0), Hit(MatchKind.WORDS, "b"), Hit(MatchKind.BOOKMARK, "c", 5.0))
    results = Results((Found("one", "One", hits), Found("two", "Two", hits)))
    moved = results.moved({"one": -7.5})
    assert [hit.start for hit in moved.found[0].hits] == [0.0, None, 5.0]
    assert moved.found[1] == results.found[1]


def test_search_that_nobody_waits_for_is_stopped(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "STEPS", 1)
    desk.add("one", "Engine")
    desk.fill()
    with pytest.raises(SearchError, match="cannot be used now"), desk.index.reading() as db:
        lookup.look_up(db, parse_query("engine"), is_stopped=lambda: True)


def test_match_gets_the_time_of_its_sentence_once_that_is_known() -> None:
    hit = Hit(MatchKind.WORDS, "Ada: Hello.", 40.0, is_estimated=True)
    cues = [Cue("Hello.", 1.0), Cue("hello.", 8.0, speaker="Ada")]
    assert hit.timed(cues) == Hit(MatchKind.WORDS, "Ada: Hello.", 8.0)
    assert hit.timed(cues[:1]) == hit
    exact = hit._replace(is_estimated=False)
    assert exact.timed(cues) == exact
