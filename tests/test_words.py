"""One noun for one thing: transcript, bookmark, statistics, play, details, in every text that a listener can see."""

from __future__ import annotations

import re

import pytest

from tests.visible_strings import texts_below, texts_in_code, texts_in_markdown

CLEAN = (
    *(f"tui_pod/{room}" for room in ("app", "cli", "plain", "services", "ui", "core/actions.py")),
    "docs/manual/plain.md",
    "docs/manual/remote.md",
)
"""Where the words are checked."""

SYNONYMS = {
    r"read(s|ing)? along": "transcript",
    r"words?": "transcript",
    r"keeps?|kept|keeping": "bookmark",
    r"hears?|hearing": "play",
    r"listening|what you (have )?heard": "statistics",
}
"""What is said for a thing by mistake, and the noun for it."""

ALLOWED = (
    r"words (in title|in this transcript|to search for)|has all the words",  # of a search
    r"listening time|of listening|Listening sessions",
    r"-?\bword\b to exclude it|the start of a word|find WORD|^WORD$|`/words`",
)
"""Where such a word means something else."""

_WRONG = re.compile(rf"\b({'|'.join(SYNONYMS)})\b", re.IGNORECASE)
_ALLOWED = re.compile("|".join(ALLOWED), re.IGNORECASE)


def wrong_words(text: str) -> list[str]:
    """Return the synonyms in a text."""
    return [found[0] for found in _WRONG.finditer(_ALLOWED.sub("", text))]


def test_texts_use_one_noun_for_one_thing() -> None:
    assert [(place, wrong) for place, text in texts_below(CLEAN) if (wrong := wrong_words(text))] == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [("Keep it", ["Keep"]), ("Hear the words", ["Hear", "words"]), ("words in title", []), ("keyword", [])],
)
def test_synonyms_are_found(text: str, wrong: list[str]) -> None:
    assert wrong_words(text) == wrong


def test_texts_in_code_are_those_that_are_shown() -> None:
    source = '''
"""A docstring."""
LIMIT = 1
"""Another one."""
CSS = "A { b: c }"
def f(n, id):
    """A third one."""
    g({"a key": "A value"}, f"{n} episodes", "ident", id="An Id", text="Open")
    return n == "Same As"
'''
    assert sorted(text for _, text in texts_in_code(source)) == ["A value", "Open", "{} episodes"]


def test_texts_in_markdown_are_those_outside_code() -> None:
    assert list(texts_in_markdown("one\n```\ncode\n```\ntwo\n")) == [(1, "one"), (5, "two")]
