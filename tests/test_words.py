"""One noun for one thing: transcript, bookmark, statistics, play, details, in every text that a listener can see."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

_CODE_NAMES = {"id", "name", "ident", "group", "classes", "exclusive", "encoding", "category", "variant"}
"""Keyword arguments whose strings name something in the code."""


def texts_in_code(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and text of each string literal that may be shown; `{}` stands for a value in it.

    Docstrings, comments, keys of dictionaries, CSS, and strings without a blank or a capital (ids, names of files and
    of settings) are not shown.
    """
    tree = ast.parse(source)
    hidden = set(_hidden_nodes(tree))
    for node in ast.walk(tree):
        if node in hidden:
            hidden.update(ast.iter_child_nodes(node))
        elif isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
            text = "".join(map(str, parts))
            hidden.update(part for part in node.values if isinstance(part, ast.Constant))
            yield from [(node.lineno, text)] if _is_prose(text) else []
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_prose(node.value):
            yield node.lineno, node.value


def texts_in_markdown(text: str) -> Iterator[tuple[int, str]]:
    """Yield the line and text of each line outside code blocks."""
    is_code = False
    for number, line in enumerate(text.splitlines(), 1):
        is_fence = line.lstrip().startswith("```")
        is_code ^= is_fence
        if line and not is_code and not is_fence:
            yield number, line


def texts_below(paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield where each text stands, as `path:line`, and the text; the paths are files or folders of the repository."""
    for path in paths:
        found = ROOT / path
        for file in sorted(found.rglob("*.py")) if found.is_dir() else [found]:
            collect = texts_in_code if file.suffix == ".py" else texts_in_markdown
            for line, text in collect(file.read_text("utf-8")):
                yield f"{file.relative_to(ROOT)}:{line}", text


def _is_prose(text: str) -> bool:
    return " " in text.strip() or text[:1].isupper()


def _hidden_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes whose strings are not shown."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
        elif isinstance(node, ast.Dict):
            yield from filter(None, node.keys)
        elif isinstance(node, ast.keyword):
            yield from [node.value] if node.arg in _CODE_NAMES else []
        elif isinstance(node, ast.Assign):
            yield from [node.value] if "CSS" in ast.unparse(node.targets[0]) else []
        elif isinstance(node, ast.Compare):
            yield from (node.left, *node.comparators)
        elif isinstance(node, ast.Subscript):
            yield node.slice


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
