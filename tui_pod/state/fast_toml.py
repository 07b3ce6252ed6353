"""Read a state's TOML, nine times as fast as tomllib where the program itself wrote it.

A start waits for the state, and that of 10,000 episodes would hold it up by half a second. The entries of episodes,
bookmarks and cards have few forms, and are read here as long as each has one of them. With anything else, such as an
entry that a person wrote in another way, tomllib reads it all: the result is the same.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

_NUMBER = r"(-?(?:0|[1-9]\d*)(?:\.\d+)?)"
_PLAIN = r'[^"\\\x00-\x08\x0a-\x1f\x7f]*'
_TEXT = rf'"({_PLAIN}(?:\\["\\]{_PLAIN})*)"'
_TIME = r"(\d{4}-\d\d-\d\d[T ](?:[01]\d|2[0-3]):\d\d:\d\d(?:\.\d{1,6})?(?:Z|\+00:00))"
_TRUTH = r"(true|false)"


def _text(written: str) -> str:
    return re.sub(r'\\(["\\])', r"\1", written) if "\\" in written else written


_READ: dict[str, Callable[[str], object]] = {
    _NUMBER: lambda text: float(text) if "." in text else int(text),
    _TEXT: _text,
    _TIME: datetime.fromisoformat,
    _TRUTH: lambda text: text == "true",
}

_FORMS: dict[str, tuple[str, dict[str, str]]] = {
    "episodes": (rf"\[episodes\.(?:{_TEXT}|([A-Za-z0-9_-]+))\]\n", {
        "position": _NUMBER, "duration": _NUMBER, "played": _TRUTH, "updated": _TIME, "plays": _NUMBER,
        "listened": _TIME, "heard": _TEXT, "dismissed": _TRUTH, "check": _TEXT,
    }),
    "bookmarks": (r"\[\[bookmarks\]\]()()\n", {
        "episode": _TEXT, "start": _NUMBER, "end": _NUMBER, "removed": _TRUTH, "text": _TEXT, "note": _TEXT,
        "title": _TEXT, "recognised": _TRUTH, "created": _TIME, "updated": _TIME, "check": _TEXT,
    }),
    "cards": (r"\[\[cards\]\]()()\n", {
        "episode": _TEXT, "start": _NUMBER, "removed": _TRUTH, "due": _TIME, "stability": _NUMBER,
        "difficulty": _NUMBER, "reviewed": _TIME, "updated": _TIME, "check": _TEXT,
    }),
}  # fmt: skip
"""The head of an entry of each section, and its keys in the order in which they are written; each may be missing."""

_FIRST = {"\n[episodes.": "episodes", "\n[[bookmarks]]\n": "bookmarks", "\n[[cards]]\n": "cards"}


def loads(text: str) -> dict[str, Any]:
    """Return the tables in a state's text, as `tomllib.loads` does.

    Raises:
        ValueError: it is not TOML.
        RecursionError: it is nested too deep.
    """
    found: dict[str, Any] = {}
    try:
        for part in _parts(text):
            if found.keys() & part.keys():
                return tomllib.loads(text)
            found |= part
    except ValueError:
        return tomllib.loads(text)  # which tells what is wrong
    return found


def _parts(text: str) -> Iterator[dict[str, Any]]:
    """Yield the tables of each part of a text: what is read here, and what is between.

    Raises:
        ValueError: a part is not TOML, or has not one of the known forms.
    """
    end = 0
    for start, section in sorted((start + 1, name) for mark, name in _FIRST.items() if (start := text.find(mark)) >= 0):
        if start < end:
            raise ValueError(section)
        yield tomllib.loads(text[end:start])
        entries, end = _entries(text, start, section)
        if not entries or (end < len(text) and text[end] != "["):
            raise ValueError(section)
        yield {section: entries}
    yield tomllib.loads(text[end:])


def _entries(text: str, start: int, section: str) -> tuple[dict[str, Any] | list[dict[str, Any]], int]:
    """Return the entries from `start` on as far as they have the known form, and where that ends.

    Raises:
        ValueError: two are of one episode, or a time or number is none.
    """
    head, forms = _FORMS[section]
    entry = re.compile(head + "".join(rf"(?:{key} = {form}\n)?" for key, form in forms.items()) + r"\n*", re.ASCII)
    values = [(key, _READ[form]) for key, form in forms.items()]
    tables: list[dict[str, Any]] = []
    found: dict[str, dict[str, Any]] = {}
    end = start
    while match := entry.match(text, end):
        quoted, bare, *written = match.groups()
        pairs = zip(values, written, strict=True)
        tables.append({key: read(value) for (key, read), value in pairs if value is not None})
        if section == "episodes":
            ident = bare if quoted is None else _text(quoted)
            if ident in found:
                raise ValueError(ident)
            found[ident] = tables[-1]
        end = match.end()
    return found or tables, end
