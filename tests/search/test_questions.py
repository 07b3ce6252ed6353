"""Everyday questions find the episodes that answer them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app_driver import embedded_library
from tests.search.desk import Desk
from tui_pod.search import lookup
from tui_pod.search.fill import fill
from tui_pod.search.lookup import look_up
from tui_pod.search.query import Query, parse_query
from tui_pod.search.sources import WordSources
from tui_pod.search.store import IndexFile

COURSE = {
    "why do chatbots sometimes invent facts that are wrong": {"hallucination", "why-hallucinations-happen",
                                                              "hallucination-types", "hallucination-mitigation"},
    "can i train a big model on my gaming graphics card": {"qlora", "lora", "peft-methods"},
    "how much text can it remember at once": {"context-window"},
    "how are pictures made from noise": {"diffusion-process", "noise-schedules", "latent-diffusion"},
    "how do you stop a model from saying harmful things": {"what-is-alignment", "overrefusal", "constitutional-ai",
                                                           "rlhf"},
    "why does it refuse harmless questions": {"overrefusal"},
    "how do i get valid json back": {"structured-decoding", "structured-output-prompting"},
    "does a model forget what it knew when it learns something new": {"catastrophic-forgetting"},
    "how does it know the order of words": {"positional-encoding"},
    "does thinking step by step give better answers": {"chain-of-thought"},
    "what happens when two networks compete against each other": {"gans"},
    "how can several graphics cards train one model together": {"data-parallelism", "why-distributed-training",
                                                                "tensor-parallelism", "pipeline-parallelism"},
    "how are models tested on programming": {"coding-benchmarks"},
    "what is the difference between chatgpt and claude": {"claude", "gpt-family"},
}  # fmt: skip
"""Questions on the course, and the episodes that answer them."""


def test_everyday_questions_on_the_course_are_answered(tmp_path: Path) -> None:
    index, library = IndexFile(tmp_path / "search.sqlite"), embedded_library()
    fill(index, library, WordSources(tmp_path / "data", tmp_path / "cache"), "")
    with index.reading() as db:
        first = {asked: {one.id for one in look_up(db, parse_query(asked)).found[:5]} for asked in COURSE}
    missed = [asked for asked, right in COURSE.items() if not right & first[asked]]
    assert len(COURSE) - len(missed) >= 12, missed


def test_nearest_results_come_only_if_nothing_has_all_words(desk: Desk) -> None:
    desk.add("both", "One", "The harbour has a lighthouse.")
    desk.add("harbour", "Two", "A harbour.")
    desk.fill()
    assert not desk.ask("harbour lighthouse").is_nearest
    assert desk.ids("harbour lighthouse") == ["both"]
    results = desk.ask("harbour lighthouse whale")
    assert results.is_nearest
    assert [found.id for found in results.found] == ["both", "harbour"]
    assert not desk.ask("zebra").is_nearest


@pytest.mark.parametrize("place", range(0, 30, 5))
def test_nearest_results_show_the_sentence_wherever_it_is(desk: Desk, place: int) -> None:
    others = [f"Nothing but sand and more sand is on beach number {number}." for number in range(30)]
    desk.add("one", "One", " ".join((*others[:place], "A harbour.", *others[place:])))
    desk.fill()
    (found,) = desk.ask("harbour whale").found
    assert [hit.text for hit in found.hits] == ["A harbour."]


def test_nearest_results_ignore_stop_words_and_inflection(desk: Desk) -> None:
    desk.add("stop", "What is it and how does it do that", "Why would you.")
    desk.add("whale", "One", "A whale sings below.")
    desk.fill()
    assert desk.ids("why do whales do that in the deep") == ["whale"]


def test_title_and_summary_count_for_more_than_words_in_the_nearest_results(desk: Desk) -> None:
    for number in range(20):
        desk.add(f"other-{number}", f"Other {number}", "Something else.")
    desk.add("words", "One", "A whale sings.")
    desk.add("summary", "Two", summary="About the whale.")
    desk.fill()
    assert desk.ids("why whale zebra") == ["summary", "words"]


def test_nearest_results_leave_out_what_is_excluded_and_what_is_gone(desk: Desk) -> None:
    desk.add("one", "Ships", "A whale sings.")
    desk.add("two", "Trains", "A whale sings.")
    desk.fill()
    assert desk.ids("whale zebra -ships") == ["two"]
    del desk.episodes[1]
    assert desk.ids("whale zebra") == ["one"]


def test_commonest_words_are_ignored_where_ranking_them_would_be_slow(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "NEAREST_ROWS", 5)
    for number in range(20):
        desk.add(f"common-{number}", "One", "A harbour.")
    desk.add("rare", "Two", "A whale.")
    desk.fill()
    assert desk.ids("harbour whale zebra") == ["rare"]


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("why do whales sing", ["whal*", "sing*"]),
        ("what is it", ["what*", "is", "it"]),
        ("warum singen die Wale", ["sing*", "wal*"]),
        ("Où sont les baleines", ["balein*"]),
        ("I can't sleep", ["sleep*"]),
        ('"the whales" sing', ["the whales", "sing*"]),
    ],
)
def test_stop_words_of_the_guessed_language_are_dropped(typed: str, left: list[str]) -> None:
    wanted = parse_query(typed).nearest().wanted
    assert [" ".join(phrase.words) + "*" * phrase.is_start for phrase in wanted] == left


def test_nearest_query_matches_any_phrase() -> None:
    assert Query().nearest().wanted == ()
    query = parse_query("whale zebra -ship").nearest()
    assert query.matches("A whale.")
    assert not query.matches("A whale and a ship.")
    assert not query.matches("A lion.")
