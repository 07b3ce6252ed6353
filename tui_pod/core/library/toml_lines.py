"""Find the line of a table or key in TOML text, which `tomllib` does not report.

Only used once a fault is known, so it may read the text again. It does not validate.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import count

_ERROR_LINE = re.compile(r"\(at (?:line (\d+), column \d+|end of document)\)$")
_PART = r"(?:[A-Za-z0-9_-]+|\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*')"
_PATH = re.compile(rf"\s*+(\[*+)\s*+({_PART}(?:\s*+\.\s*+{_PART})*+)\s*+[]=]")  # possessive: linear time
_PATH_PART = re.compile(_PART)
_LONG_NUMBER = re.compile(r"(?<![0-9_])[0-9][0-9_]{4000}")
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
    return line, message[: found.start()].rstrip()


def key_lines(text: str) -> dict[str, int]:
    """Return the first line of each table and key, by its path: `keys.playback.toggle`, quoted parts or not.

    The entries of `[[name]]` are `name.0`, `name.1` and so on. Keys inside an inline table are not found; the table's
    own key is, and so is the first part of a dotted key.
    """
    lines: dict[str, int] = {}
    entries: defaultdict[str, Iterator[int]] = defaultdict(count)
    prefix, closing, depth = "", "", 0
    for number, line in enumerate(text.split("\n"), 1):
        if not closing and not depth and (found := _PATH.match(line)):
            parts = [part.strip("\"'") for part in _PATH_PART.findall(found[2])]
            start = "" if found[1] else prefix
            path = start + ".".join(parts)
            lines.setdefault(start + parts[0], number)
            lines.setdefault(path, number)
            if found[1] == "[":
                prefix = f"{path}."
            elif found[1]:
                prefix = f"{path}.{next(entries[path])}."
                lines[prefix[:-1]] = number
        closing, depth = _open_value(line, closing, depth)
    return lines


def line_finder(text: str) -> Callable[[str], int]:
    """Return a function that finds the line of a path of `key_lines`, or of its table; 1 if it has neither."""
    lines = key_lines(text)

    def find(path: str) -> int:
        while path not in lines and "." in path:
            path = path.rpartition(".")[0]
        return lines.get(path, 1)

    return find


def _open_value(line: str, closing: str, depth: int) -> tuple[str, int]:
    """Return the quotes of the open multi-line string, and how many brackets are open, after `line`."""
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
