"""Find the line of a table or key in TOML text, which `tomllib` does not tell.

Only used once a fault is known, so it may read the text again; it does not judge it.
"""

from __future__ import annotations

import re
from functools import cached_property

_ERROR_PLACE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")
_HEADER = re.compile(r"\s*\[\[\s*[\"']?([A-Za-z0-9_-]+)[\"']?\s*\]\]")
_TABLE = re.compile(r"\s*\[")
_KEY = re.compile(r"\s*[\"']?([A-Za-z0-9_-]+)[\"']?\s*=")
_STRING = re.compile(r'"""|\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*')


def error_line(error: ValueError, text: str) -> tuple[int, str]:
    """Return the line that a parser's error names, and its message without the place."""
    message = str(error)
    place = _ERROR_PLACE.search(message)
    if place is None:
        return 1, message.split(";")[0]
    line = int(place[1]) if place[1] else text.count("\n") + 1
    return line, message[: place.start()]


class TableLines:
    """The lines of `[[name]]` tables and of their keys in one text."""

    def __init__(self, text: str) -> None:
        self._text = text

    def find(self, table: str = "", index: int | None = None, key: str = "") -> int:
        """Return the line of `key` in the table's entry `index`, else of the entry, else 1.

        An empty `table` means the keys before the first table.
        """
        start, keys = 1, self._root
        if table:
            entries = self._tables.get(table, [])
            if index is None or index >= len(entries):
                return self._root.get(table, 1)
            start, keys = entries[index]
        return keys.get(key, start)

    @property
    def _root(self) -> dict[str, int]:
        return self._scan[0]

    @property
    def _tables(self) -> dict[str, list[tuple[int, dict[str, int]]]]:
        return self._scan[1]

    @cached_property
    def _scan(self) -> tuple[dict[str, int], dict[str, list[tuple[int, dict[str, int]]]]]:
        root: dict[str, int] = {}
        tables: dict[str, list[tuple[int, dict[str, int]]]] = {}
        keys, closing = root, ""
        for number, line in enumerate(self._text.split("\n"), 1):
            if not closing:
                if header := _HEADER.match(line):
                    keys = {}
                    tables.setdefault(header[1], []).append((number, keys))
                elif _TABLE.match(line):
                    keys = {}
                elif key := _KEY.match(line):
                    keys.setdefault(key[1], number)
            closing = _open_string(line, closing)
        return root, tables


def _open_string(line: str, closing: str) -> str:
    """Return the quotes of the multi-line string that is open after `line`, or nothing."""
    place = 0
    while True:
        if closing:
            end = line.find(closing, place)
            if end < 0:
                return closing
            place, closing = end + 3, ""
        found = _STRING.search(line, place)
        if found is None:
            return ""
        place = found.end()
        if found[0] in ('"""', "'''"):
            closing = found[0]
