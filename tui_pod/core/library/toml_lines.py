"""Find the line of a table or key in TOML text, which `tomllib` does not tell.

Only used once a fault is known, so it may read the text again; it does not judge it.
"""

from __future__ import annotations

import re
from functools import cached_property

_ERROR_LINE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")
_PART = r"(?:[A-Za-z0-9_-]+|\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*')"
_PATH = re.compile(rf"\s*+(\[*+)\s*+({_PART}(?:\s*+\.\s*+{_PART})*+)\s*+[]=]")  # gives nothing back: time must not soar
_PATH_PART = re.compile(_PART)
_LONG_NUMBER = re.compile(r"(?<![0-9_])[0-9][0-9_]{4000}")
_HEADER = re.compile(r"\s*\[\[\s*[\"']?([A-Za-z0-9_-]+)[\"']?\s*\]\]")
_TABLE = re.compile(r"\s*\[+\s*[\"']?([A-Za-z0-9_-]+)")
_KEY = re.compile(r"\s*[\"']?([A-Za-z0-9_-]+)[\"']?\s*[.=]")
_PIECE = re.compile(r'"""|\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*|[\[\]{}]')
_CLOSING = {'"""': re.compile(r'(?:\\.|[^\\])*?"""'), "'''": re.compile(r".*?'''")}


def error_line(error: ValueError, text: str) -> tuple[int, str]:
    """Return the line that a parser's error names, and its message without the position."""
    message = str(error)
    found = _ERROR_LINE.search(message)
    if found is None:  # a number of more digits than Python turns into an int
        number = _LONG_NUMBER.search(text)
        return text.count("\n", 0, number.start() if number else 0) + 1, message.split(";")[0]
    line = int(found[1]) if found[1] else text.count("\n") + 1
    return line, message[: found.start()]


def key_lines(text: str) -> dict[str, int]:
    """Return the first line of each table and key, by its path: `keys.playback.toggle`, quoted parts or not.

    What stands inside an inline table is not found; its own key is.
    """
    lines: dict[str, int] = {}
    prefix, closing, depth = "", "", 0
    for number, line in enumerate(text.split("\n"), 1):
        if not closing and not depth and (found := _PATH.match(line)):
            path = ".".join(part.strip("\"'") for part in _PATH_PART.findall(found[2]))
            if found[1]:
                prefix = f"{path}."
            else:
                path = prefix + path
            lines.setdefault(path, number)
        closing, depth = _open_value(line, closing, depth)
    return lines


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
        keys, closing, depth = root, "", 0
        for number, line in enumerate(self._text.split("\n"), 1):
            if not closing and not depth:
                if header := _HEADER.match(line):
                    keys = {}
                    tables.setdefault(header[1], []).append((number, keys))
                elif table := _TABLE.match(line):
                    root.setdefault(table[1], number)
                    keys = {}
                elif key := _KEY.match(line):
                    keys.setdefault(key[1], number)
            closing, depth = _open_value(line, closing, depth)
        return root, tables


def _open_value(line: str, closing: str, depth: int) -> tuple[str, int]:
    """Return the quotes of the multi-line string and the count of the brackets that are open after `line`."""
    position = 0
    while True:
        if closing:
            end = _CLOSING[closing].match(line, position)
            if end is None:
                return closing, depth
            position, closing = end.end(), ""
        found = _PIECE.search(line, position)
        if found is None:
            return "", depth
        position = found.end()
        if found[0] in _CLOSING:
            closing = found[0]
        elif found[0] in "[{":
            depth += 1
        elif found[0] in "]}":
            depth -= 1
