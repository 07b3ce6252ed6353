"""Everyday questions find the episodes that answer them."""

import tomllib
from pathlib import Path

from tests.app_driver import embedded_library
from tui_pod.search.fill import fill
from tui_pod.search.lookup import look_up
from tui_pod.search.query import folded_words, parse_query
from tui_pod.search.sources import WordSources
from tui_pod.search.store import IndexFile

QUESTIONS = tomllib.loads((Path(__file__).parent / "questions.toml").read_text("utf-8"))

FIRST, FLOOR = 3, {"asked": 51, "tuning": 55}
"""How many of the questions find their episode among the first three."""


def test_everyday_questions_on_the_course_find_their_episode_among_the_first(tmp_path: Path) -> None:
    index, library = IndexFile(tmp_path / "search.sqlite"), embedded_library()
    fill(index, library, WordSources(tmp_path / "data", tmp_path / "cache"), "")
    for part, floor in FLOOR.items():
        with index.reading() as db:
            found = {asked: look_up(db, parse_query(asked)).found[:FIRST] for asked in QUESTIONS[part]}
        missed = [asked for asked, right in QUESTIONS[part].items() if not {one.id for one in found[asked]} & {*right}]
        assert len(found) - len(missed) >= floor, missed


def test_no_phrase_of_the_course_is_a_question_of_the_test() -> None:
    library = embedded_library()
    phrases = {
        frozenset(folded_words(phrase))
        for index in range(len(library))
        for phrase in library.episode(index).phrases.split("\n")
    }
    asked = [frozenset(folded_words(question)) for question in QUESTIONS["asked"]]
    assert not [words for words in phrases if len(words) > 3 and any(words <= other for other in asked)]
