"""The nearest results are ranked by what matches, and where."""

import pytest

from tests.search.desk import Desk
from tui_pod.search import lookup
from tui_pod.search.lookup import Hit, MatchKind


def test_title_and_summary_count_for_more_than_words_in_the_nearest_results(desk: Desk) -> None:
    for number in range(20):
        desk.add(f"other-{number}", f"Other {number}", "Something else.")
    desk.add("words", "One", "A whale sings.")
    desk.add("summary", "Two", summary="About the whale.")
    assert desk.ids("why whale zebra") == ["summary", "words"]


def test_commonest_words_are_ignored_where_ranking_them_would_be_slow(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "NEAREST_ROWS", 5)
    for number in range(20):
        desk.add(f"common-{number}", "One", "A harbour.")
    desk.add("rare", "Two", "A whale.")
    assert desk.ids("harbour whale zebra") == ["rare"]


def test_nearest_passage_with_several_words_counts_more_than_several_with_one(desk: Desk) -> None:
    apart = " ".join(f"{word}, {'and on ' * 40}." for word in ("Whale", "Lighthouse"))
    desk.add("apart", "One", apart)
    desk.add("together", "Two", f"Whale and lighthouse, {'and on ' * 38}. Some, {'and on ' * 40}.")
    for number in range(5):
        desk.add(f"other-{number}", "Other", f"Something, {'and on ' * 40}. " * 2)
    assert desk.ids("whale lighthouse zebra") == ["together", "apart"]


@pytest.mark.parametrize(("limit", "ids"), [(6, {"common", "rare"}), (5, {"rare"})])
def test_words_are_ranked_as_long_as_their_rows_fit(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, limit: int, ids: set[str]
) -> None:
    for number in range(4):
        desk.add(f"common-{number}", "One", "A harbour.")
    for number in range(2):
        desk.add(f"rare-{number}", "Two", "A whale.")
    monkeypatch.setattr(lookup, "NEAREST_ROWS", limit)
    assert {ident.split("-")[0] for ident in desk.ids("harbour whale zebra")} == ids


def test_one_word_is_ranked_however_common_it_is(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "NEAREST_ROWS", 2)
    for number in range(4):
        desk.add(f"e{number}", "One", "A harbour.")
    assert desk.ids("harbour zebra") == ["e0", "e1"]


def test_phrase_finds_its_episode_and_is_not_shown(desk: Desk) -> None:
    for number in range(3):
        desk.add(f"other-{number}", "A model", "Why a model may make a thing.")
    desk.add("one", "Hallucination", summary="False, and smooth.", phrases="confabulates\nmakes things up")
    (found, *_) = desk.ask("why does a model make things up").found
    assert (found.id, found.hits) == ("one", (Hit(MatchKind.SUMMARY, "False, and smooth."),))
    assert desk.ids("confabulates") == ["one"]


def test_title_that_is_asked_for_counts_more_than_one_that_goes_on(desk: Desk) -> None:
    desk.add("longer", "Tokens and the price of tokens in every cloud")
    desk.add("asked", "What are tokens — pieces of words")
    assert desk.ids("what is a token") == ["asked", "longer"]
