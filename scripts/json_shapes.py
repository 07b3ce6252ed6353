"""What each command prints with `--json`: for the manual, and for the tests, which compare all that commands print.

A shape is a word of `KINDS`; a list with the shape of its items; a dict with a shape for each key; or a tuple of
shapes, one of which the value has. A key that ends in `?` may be missing, `*` stands for any keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tui_pod.core.library.podcast_settings import BOOK_ROWS, ROWS
from tui_pod.state.fields import PROGRESS

KINDS: dict[str, Any] = {
    "text": str,
    "seconds": (int, float),
    "number": (int, float),
    "count": int,
    "true or false": bool,
    "true": bool,
    "null": type(None),
    "time": r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d",
    "local time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d",
    "date": r"\d{4}-\d\d-\d\d",
    "any": object,
}
"""What each word means: a type, or a pattern of a text."""

EPISODE = {
    "id": "text", "title": "text", "summary": "text", "duration": ("seconds", "null"), "position": "seconds",
    "status": "text", "updated": ("time", "null"), "from": ("text", "null"), "topics": ["text"],
    "published": ("date", "null"), "year": ("text", "null"), "audio": ("text", "null"),
}  # fmt: skip

PLAYS = {
    "id": ("text", "null"), "title": ("text", "null"), "position": "seconds", "duration": ("seconds", "null"),
    "paused": "true or false", "speed": "number", "volume": "count", "muted?": "true", "waiting?": "text",
}  # fmt: skip
"""What plays."""

STATUS = {
    "id": ("text", "null"), "title": ("text", "null"), "podcast": ("text", "null"), "topic": ("text", "null"),
    "chapter": ("text", "null"), "position": ("seconds", "null"), "duration": ("seconds", "null"),
    "left": ("seconds", "null"), "speed": ("number", "null"), "volume": ("count", "null"),
    "paused": ("true or false", "null"), "sleep": ("seconds", "null"), "session": ("seconds", "null"),
    "queue": ("count", "null"), "synced": ("time", "null"), "muted": ("true or false", "null"),
    "waiting": ("text", "null"),
}  # fmt: skip
"""What status bars show; all null while no app runs."""

_PROGRESS = {
    "position": "seconds", "duration": "seconds", "played": "true or false", "updated": "time", "plays": "count",
    "listened": "time", "heard": "text", "dismissed": "true", "brief": "true",
}  # fmt: skip
_OPTIONAL = {field.key for field in PROGRESS.fields} - {"position", "played", "updated"}

SHAPES: dict[str, Any] = {
    "list": [EPISODE],
    "lists": [{"name": "text", "rule": ({"*": "text"}, "null"), "episodes": "count", "played": "count",
               "left": "seconds"}],
    "lists LIST": [EPISODE],
    "queue": [EPISODE],
    "status": {"resume": (EPISODE, "null"), "episodes": "count", "played": "count", "started": "count",
               "left": "seconds"},
    "plan": {"episodes": [EPISODE], "total": "seconds", "ends": "time"},
    "search": [{"id": "text", "title": "text", "kind": "text", "start": ("seconds", "null"), "text": "text",
                "recognised?": "true", "estimated?": "true", "nearest?": "true"}],
    "stats": {
        "heard": "seconds", "wall": "seconds", "saved": "seconds", "days": {"*": "seconds"}, "weeks": {"*": "seconds"},
        "months": {"*": "seconds"}, "gone": "seconds", "removed": {"*": "seconds"},
        "topics": [{"name": "text", "heard": "seconds", "episodes": "count", "played": "count", "started": "count",
                    "left": "seconds"}],
        "sessions": [{"started": "local time", "ended": "local time", "heard": "seconds", "episodes": ["text"]}],
    },
    "history": [{"day": "date", "heard": "seconds", "episodes": [
        {"id": "text", "title": "text", "started": "local time", "ended": "local time", "heard": "seconds",
         "from": ("text", "null")}]}],
    "bookmarks": [{"id": "text", "title": "text", "start": "seconds", "text": "text", "note": "text",
                   "created": "time", "recognised?": "true"}],
    "recap": {
        "id": "text", "title": "text",
        "met": [{"name": "text", "sentence": "text", "start": "seconds", "end": "seconds", "times": "count"}],
        "lead": [{"text": "text", "start": "seconds", "end": "seconds"}],
    },
    "recall": [{"id": "text", "start": ("seconds", "null"), "source": "text", "question": "text", "answer": "text",
                "due": "time"}],
    "passages": [{"start": "seconds", "end": "seconds", "heard": "count", "skipped": "true or false"}],
    "models list": [{"name": "text", "for": "text", "languages": "text", "size": "count", "licence": "text",
                     "address": "text", "folder": ("text", "null")}],
    "sync": {
        "received": [{"id": "text"}
                     | {f"{name}?" if name in _OPTIONAL else name: kind for name, kind in _PROGRESS.items()}
                     | {"status": "text", "from": ("text", "null"), "former_position": ("seconds", "null"),
                        "former_status": ("text", "null")}],
        "machine": ("text", "null"), "sent": "count", "summary": "text", "lacking_length": ["text"],
        "missing": ["text"], "missing_of": "count",
        "waiting": ["text"], "bookmarks?": [{"*": "any"}], "cards?": [{"*": "any"}], "lists?": [{"*": "any"}],
        "configured": ["text"], "subscribed": ["text"], "unsubscribed": ["text"], "error": ("text", "null"),
        "first": ["text"], "offline": "true or false", "dry_run": "true or false",
    },
    "sync --machines": [{
        "file": "text", "name": "text", "is_this": "true or false", "seen": ("time", "null"), "episodes": "count",
        "bookmarks": "count", "lists": "count", "podcasts": "count",
    }],
    "feeds list": [{
        "address": "text", "first": "text", "title": "text", "folders": ["text"], "categories": ["text"],
        "shows_topics": "true or false", "keep": ("count", "null"), "settings": {"*": "text"}, "episodes": "count",
        "refreshed": ("time", "null"), "error": ("text", "null"), "has_ended": "true or false",
    }],
    "feeds set": {f"{name}?": "any" for name in dict.fromkeys((*ROWS, *BOOK_ROWS))},
    "find": [{"address": "text", "title": "text", "publisher": "text", "episodes": ("count", "null"),
              "newest": ("date", "null"), "language": ("text", "null"), "cover": ("text", "null"), "summary": "text",
              "directories": ["text"], "episode?": "text"}],
    "server list": [{"address": "text", "user": ("text", "null"), "episodes": "count", "refreshed": ("time", "null"),
                     "error": ("text", "null")}],
    "devices": [{"name": "text", "description": "text"}],
    "keys": [{"id": "text", "keys": ["text"], "does": "text", "where": "text"}],
    "now --follow": STATUS,
    **dict.fromkeys(("toggle", "play", "pause", "next", "previous", "seek", "speed", "volume", "sleep", "now", "do"),
                    PLAYS),
}  # fmt: skip
"""By the words of each command."""


def fault(value: object, shape: Any, place: str = "") -> str | None:
    """Return where a value does not have a shape, or None."""
    if isinstance(shape, tuple):
        faults = [fault(value, one, place) for one in shape]
        return None if None in faults else faults[0]
    if isinstance(shape, list):
        if not isinstance(value, list):
            return f"{place} is no list"
        return next(filter(None, (fault(item, shape[0], f"{place}[]") for item in value)), None)
    if isinstance(shape, dict):
        return f"{place} is no object" if not isinstance(value, dict) else _fault_of_object(value, shape, place)
    kind = KINDS[shape]
    if isinstance(kind, str):
        fits = isinstance(value, str) and re.fullmatch(kind, value) is not None
    else:
        fits = isinstance(value, kind) and (not isinstance(value, bool) or kind in (bool, object))
    return None if fits else f"{place} is no {shape}: {value!r}"


def _fault_of_object(value: dict[str, object], shape: dict[str, Any], place: str) -> str | None:
    if "*" in shape:
        return next(filter(None, (fault(each, shape["*"], f"{place}.*") for each in value.values())), None)
    known = {name.rstrip("?"): one for name, one in shape.items()}
    if unknown := value.keys() - known.keys():
        return f"{place} has {', '.join(sorted(unknown))}"
    if missing := {name for name in shape if not name.endswith("?")} - value.keys():
        return f"{place} lacks {', '.join(sorted(missing))}"
    return next(filter(None, (fault(each, known[name], f"{place}.{name}") for name, each in value.items())), None)


def drawn(shape: Any, indent: str = "") -> str:
    """Return a shape as the manual shows it."""
    if isinstance(shape, tuple):
        return " or ".join(drawn(one, indent) for one in shape)
    if isinstance(shape, list):
        return f"[{drawn(shape[0], indent)}, …]"
    if isinstance(shape, dict):
        rows = (
            f'{indent}  "{name.rstrip("?")}": {drawn(one, indent + "  ")}{_note(name)}' for name, one in shape.items()
        )
        return "{\n" + ",\n".join(rows).replace('"*"', "…") + f"\n{indent}}}"
    return str(shape)


def _note(name: str) -> str:
    return " (may be missing)" if name.endswith("?") else ""


def documents() -> str:
    """Return all shapes in Markdown; commands with the same one share it."""
    return "\n\n".join(_sections()).rstrip()


def _sections() -> Iterator[str]:
    names: dict[str, list[str]] = {}
    for name, shape in SHAPES.items():
        names.setdefault(drawn(shape), []).append(f"`tui-pod {name} --json`")
    for text, commands in names.items():
        yield f"{', '.join(commands)}:\n\n```\n{text}\n```"
