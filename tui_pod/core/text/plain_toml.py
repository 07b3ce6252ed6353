"""Read TOML that is written plainly: tables of one kind, a key and its value a line. Three times as fast as `tomllib`.

Any other line, or text of several lines, is given to `tomllib` alone. If that does not understand it, `tomllib` must
read the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from operator import length_hint
from typing import Any

TOLD = 2_000
"""Tables after which the caller is told how much is read."""


def load_plain(text: str, tell: Callable[[float], None] | None = None) -> dict[str, Any] | None:
    """Return what `tomllib.loads` returns; None: the text is not plain, or not TOML.

    Args:
        text: the content of a file.
        tell: told how much is read, from 0 to 1.
    """
    try:
        return _load(text.replace("\r\n", "\n").split("\n"), tell)
    except ValueError:
        return None


def _load(lines: list[str], tell: Callable[[float], None] | None) -> dict[str, Any]:
    data: dict[str, Any] = {}
    arrays: dict[str, list[dict[str, Any]]] = {}
    table, unread, count = data, iter(lines), 0
    for line in unread:
        if not line or (line[0] == "#" and line.isprintable()):
            continue
        if line.lstrip()[:1] == "[":
            name = line[2:-2]
            is_new = name not in arrays
            if line != f"[[{name}]]" or not (name.isascii() and name.isidentifier()) or (is_new and name in data):
                raise ValueError(line)
            if is_new:
                data[name] = arrays[name] = []
            table = {}
            arrays[name].append(table)
            count += 1
            if tell is not None and count % TOLD == 0:
                tell(1.0 - length_hint(unread) / len(lines))
            continue
        key, _, value = line.partition(" = ")
        if value == "[":
            found = _long_list(key, unread)
        elif value[:3] in ("'''", '"""') and value.count(value[:3]) == 1:
            found = _any("\n".join((line, *_until(value[:3], unread))))
        elif _is_plain(key, line) and (plain := _plain(value)) is not None:
            found = {key: plain}
        else:
            found = _any(line)
        if not table.keys().isdisjoint(found):
            raise ValueError(line)
        table.update(found)
    return data


def _plain(value: str) -> object | None:
    """Return a text, a list of texts, a number or a date in its usual form; None: it is something else."""
    first, last, inner = value[:1], value[-1:], value[1:-1]
    if first == last and first in ("'", '"') and len(value) > 1:
        return inner if first not in inner and (first == "'" or "\\" not in inner) else None
    if first == "[":
        quote = inner[:1]
        texts = value[2:-2].split(f"{quote}, {quote}") if quote in ("'", '"') else []
        is_plain = value == f"[{quote}{value[2:-2]}{quote}]" and value.count(quote) == 2 * len(texts)
        return texts if is_plain and (quote == "'" or "\\" not in value) else None
    if not value.isascii() or first in ("", "0", "."):
        return None
    if value.isdecimal():
        return int(value)
    if last != "." and value.replace(".", "", 1).isdecimal():
        return float(value)
    if len(value) == 10 and value[4] == value[7] == "-" and value.replace("-", "", 2).isdecimal():
        return date.fromisoformat(value)
    return None


def _is_plain(key: str, text: str) -> bool:
    return key.isascii() and key.isidentifier() and text.isprintable()


def _long_list(key: str, unread: Iterator[str]) -> dict[str, Any]:
    """Return the list that a key begins, which ends with a line that is a bracket."""
    *parts, last = lines = _until("]", unread)
    texts = [_plain(part.strip().removesuffix(",")) for part in parts]
    is_separated = last == "]" and all(part.endswith(",") for part in parts[:-1])
    if is_separated and _is_plain(key, "".join(parts)) and all(isinstance(text, str) for text in texts):
        return {key: texts}
    return _any("\n".join((f"{key} = [", *lines)))


def _until(end: str, unread: Iterator[str]) -> list[str]:
    """Return the lines up to one that ends with `end`, which ends a value."""
    parts = list[str]()
    for part in unread:
        parts.append(part)
        if part.endswith(end):
            return parts
    raise ValueError("not ended")


def _any(text: str) -> dict[str, Any]:
    """Return the key and value of a statement in any form; a comment has none."""
    import tomllib  # the embedded catalogue is plain, and importing this takes as long as reading it

    found = tomllib.loads(text)
    if len(found) > 1:  # more than one statement: the next one may begin a table
        raise ValueError(text)
    return found
