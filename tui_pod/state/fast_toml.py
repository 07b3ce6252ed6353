"""Read a state's TOML, and what the program itself wrote in it in a ninth of the time that tomllib takes.

A start waits for the state, and that of 10,000 episodes would hold it up by half a second. The entries of episodes
have few forms, and are read here as long as each has one of them. Anything else, such as what a person wrote in
another way, makes tomllib read it all: the result is the same.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from datetime import datetime
from typing import Any

_NUMBER = r"(-?(?:0|[1-9]\d*)(?:\.\d+)?)"
_TEXT = r'"([^"\\\x00-\x08\x0a-\x1f\x7f]*)"'
_TIME = r"(\d{4}-\d\d-\d\d[T ](?:[01]\d|2[0-3]):\d\d:\d\d(?:\.\d{1,6})?(?:Z|\+00:00))"
_TRUTH = r"(true|false)"

_READ: dict[str, Callable[[str], object]] = {
    _NUMBER: lambda text: float(text) if "." in text else int(text),
    _TEXT: str,
    _TIME: datetime.fromisoformat,
    _TRUTH: lambda text: text == "true",
}

_FORMS = {
    "position": _NUMBER, "duration": _NUMBER, "played": _TRUTH, "updated": _TIME, "plays": _NUMBER,
    "listened": _TIME, "heard": _TEXT, "dismissed": _TRUTH, "check": _TEXT,
}  # fmt: skip
"""The keys of an entry in the order in which they are written; each may be missing."""

_VALUES = [(key, _READ[form]) for key, form in _FORMS.items()]

_LINES = "".join(rf"(?:{key} = {form}\n)?" for key, form in _FORMS.items())
_ENTRY = re.compile(rf"\[episodes\.(?:{_TEXT}|([A-Za-z0-9_-]+))\]\n{_LINES}\n*", re.ASCII)
_FIRST = "\n[episodes."


def loads(text: str) -> dict[str, Any]:
    """Return the tables in a state's text, as `tomllib.loads` does.

    Raises:
        ValueError: it is not TOML.
        RecursionError: it is nested too deep.
    """
    start = text.find(_FIRST) + 1
    if start:
        try:
            episodes, end = _entries(text, start)
            before, after = tomllib.loads(text[:start]), tomllib.loads(text[end:])
        except ValueError:
            return tomllib.loads(text)  # which tells what is wrong
        is_whole = end == len(text) or text[end] == "["
        if is_whole and not before.keys() & after.keys() and "episodes" not in before.keys() | after.keys():
            return {**before, "episodes": episodes, **after}
    return tomllib.loads(text)


def _entries(text: str, start: int) -> tuple[dict[str, dict[str, Any]], int]:
    """Return the entries from `start` on as far as they have a known form, and where that ends.

    Raises:
        ValueError: two are of one episode, or a time or number is none.
    """
    found: dict[str, dict[str, Any]] = {}
    end = start
    while entry := _ENTRY.match(text, end):
        quoted, bare, *values = entry.groups()
        ident = bare if quoted is None else quoted
        if ident in found:
            raise ValueError(ident)
        known = zip(_VALUES, values, strict=True)
        found[ident] = {key: read(value) for (key, read), value in known if value is not None}
        end = entry.end()
    return found, end
