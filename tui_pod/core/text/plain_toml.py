"""Read TOML five times as fast as tomllib if it is written in the usual way: tables, and one key and value per line.

A statement in another form, such as a text of several lines, is given to tomllib alone. Where that is not enough,
tomllib reads the whole. The result is the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from typing import Any, NamedTuple

_CONTROL = r"\x00-\x08\x0a-\x1f\x7f"
_TEXT, _LITERAL = rf'[^"\\{_CONTROL}]*', rf"[^'{_CONTROL}]*"
_ITEM = rf"""(?:'{_LITERAL}'|"{_TEXT}")"""
_IN_A_LINE = re.compile(rf"\[{_ITEM}(?:, {_ITEM})*+\]")
_A_LINE_EACH = re.compile(rf"\[\n    {_ITEM}(?:,\n    {_ITEM})*+,\n\]")
_NAME = "[A-Za-z0-9_-]+"
_NUMBER = r"-?(?:0|[1-9]\d*)(?:\.\d+)?"
_TIME = r"\d{4}-\d\d-\d\d(?:[T ](?:[01]\d|2[0-3]):\d\d:\d\d(?:\.\d{1,6})?(?:Z|\+00:00))?"
_LINE = (
    rf"""(?:({_NAME}) = (?:'({_LITERAL})'|"({_TEXT})"|({_NUMBER})|({_TIME})|(true|false)|"""
    rf"""(\[(?:[^\n]*|\n(?s:.*?)\n)\])|"({_TEXT}(?:\\["\\]{_TEXT})*)")|"""
    rf"""\[\[({_NAME})\]\]|\[({_NAME})(?:\.({_NAME})|\."({_TEXT})")?\]|"""
    rf"""((?:{_NAME} = (?s:'{{3}}.*?'{{3}}|"{{3}}.*?"{{3}})|[ \t]*+[^\s\[#])[^\n]*)|"""
    rf"""[ \t]*+(?:#[^{_CONTROL}]*)?)(?:\n|\Z)"""
)
"""A statement or comment. Its kind is the number of the last group that matches; the first group is the key."""

_ARRAY, _TABLE, _OTHER = 9, 10, 13
"""Kinds: `[[name]]`, `[name]`, and a statement for tomllib. The two before the last are `[name.key]`."""

MAX_DEPTH = 100
"""Most parts of a dotted key, such as the three of `a.b.c`."""

_PART = r'(?:[A-Za-z0-9_-]++|"(?:[^"\\\n]|\\.)*+"|\'[^\'\n]*+\')'
_TOKEN = (
    r'"""(?s:(?:[^"\\]++|\\.|"{1,2}(?!"))*+)"{3,5}|'
    + rf"'{{3}}(?s:.*?)'{{3}}|#[^\n]*+|({_PART}(?:[ \t]*+\.[ \t]*+{_PART})*+)"
)
"""What a dot may be in, and a key, with its parts, or a value."""

MAX_WORD = 1_000
"""Most characters of a number, or of a key without quotes."""

MOST, EACH = 10_000, 36
"""How many lists, tables and parts of keys a text may have: so many, and one more in so many characters.

tomllib needs 700 bytes for each: so 20 times the text, and 7 MB.
"""

OVERLOAD = "It is made to overload programs that read it"
"""What an error says of a text with more than that, or with such a word."""

LARGE = 100_000
"""From so many characters on it is worth to compile a pattern for each shape of a table."""

_MOST_SHAPES = 8
"""Shapes of tables that are known at once."""


class _Shape(NamedTuple):
    """How many tables `[name.key]` or `[[name]]` look, such as those of a state: one match reads a whole one."""

    match: Callable[[str, int], re.Match[str] | None]
    keys: tuple[str, ...]
    readers: tuple[Callable[[str], object], ...]


def loads(text: str) -> dict[str, Any]:
    """Return what `tomllib.loads` returns.

    Raises ValueError, also for what is made to overload programs that read it: see `MAX_DEPTH`, `MAX_WORD` and `MOST`.
    Raises RecursionError if it is nested too deep.
    """
    if _lists(text) > MOST + len(text) // EACH:
        raise ValueError(f"{OVERLOAD} (at line 1, column 1)")
    with suppress(ValueError):
        return _loads(text.replace("\r\n", "\n"))
    return _loads_any(text)  # its error says what is wrong


def _loads(text: str) -> dict[str, Any]:
    data: dict[str, Any] = {}
    table, begun, end = data, set[tuple[str, bool]](), 0
    parts = 0  # in what tomllib reads
    shapes, form = dict[str, list[_Shape]](), dict[str, int]()  # `form`: the kind of each value in the last table
    match = re.compile(_LINE, re.ASCII).match  # each where the last one ends: searching would take quadratic time
    while end < len(text) and (line := match(text, end)) is not None:
        end, kind = line.end(), line.lastindex
        if kind is None:
            continue
        if kind < _ARRAY:
            key, value = line.group(1, kind)
            if key in table:
                raise ValueError(key)
            table[key] = value if kind <= 3 else _READERS[kind - 4](value)
            form[key] = kind
        elif kind == _OTHER:
            found = _loads_any(line[kind])
            parts += line[kind].count(".")
            if parts > MOST and parts > len(text) // EACH:
                raise ValueError(line[kind])
            if not table.keys().isdisjoint(found):
                raise ValueError(line[kind])
            table.update(found)
        else:
            is_array, name = kind == _ARRAY, line[_ARRAY] or line[_TABLE]
            if kind == _TABLE or (name, is_array) not in begun:
                if name in data:
                    raise ValueError(name)
                data[name] = [] if is_array else {}
                if kind != _TABLE:
                    begun.add((name, is_array))
            former, form = form, {}
            if kind != _TABLE and former and len(text) >= LARGE:
                head = rf"\[\[{name}]]()" if is_array else rf"""\[{name}\.({_NAME}|"{_TEXT}")]"""
                _learn(shapes.setdefault(name, []), head, table, former)
                if (alike := _read_alike(text, line.start(), data[name], shapes[name])) > line.start():
                    end = alike
                    continue
            table, around = {}, data[name]
            if is_array:
                around.append(table)
            elif kind == _TABLE:
                table = around
            elif (key := line[kind]) in around:
                raise ValueError(key)
            else:
                around[key] = table
    if end != len(text):
        raise ValueError(text[end : end + 80])
    return data


def _learn(shapes: list[_Shape], head: str, table: dict[str, Any], form: dict[str, int]) -> None:
    """Remember the shape of a table with such a head, given the kinds of its values, if it is new and simple."""
    if max(form.values()) >= _ARRAY - 2 or form.keys() != table.keys() or len(shapes) >= _MOST_SHAPES:
        return
    kinds = [_SIMPLE[form[key], type(value)] for key, value in table.items()]
    lines = "".join(f"{key} = {pattern}\n" for key, (pattern, _) in zip(table, kinds, strict=True))
    whole = rf"{head}\n{lines}\n*+(?=\[|\Z)"
    shape = _Shape(re.compile(whole, re.ASCII).match, tuple(table), tuple(read for _, read in kinds))
    if shape not in shapes:
        shapes.insert(0, shape)


def _read_alike(text: str, end: int, around: Any, shapes: list[_Shape]) -> int:
    """Read the tables from `end` on that have one of the shapes; return where they end."""
    while True:
        for shape in shapes:
            if (found := shape.match(text, end)) is not None:
                break
        else:
            return end
        if shape is not shapes[0]:  # neighbours are alike
            shapes.remove(shape)
            shapes.insert(0, shape)
        key, *values = found.groups()
        read = [reader(value) for reader, value in zip(shape.readers, values, strict=True)]
        table = dict(zip(shape.keys, read, strict=True))
        end, key = found.end(), key.strip('"')
        if isinstance(around, list):
            around.append(table)
        elif key in around:
            raise ValueError(key)
        else:
            around[key] = table


def _number(text: str) -> float:
    return float(text) if "." in text else int(text)


def _time(text: str) -> date:
    return datetime.fromisoformat(text) if ":" in text else date.fromisoformat(text)


def _list(text: str) -> Any:
    """Return a list of texts, if it is written on one line, or one text a line; leave any other to tomllib."""
    if text == "[]" or _IN_A_LINE.fullmatch(text) or _A_LINE_EACH.fullmatch(text):
        return [found[0][1:-1] for found in re.finditer(_ITEM, text)]
    (found,) = _loads_any(f"list = {text}").values()  # else more than the list was taken for it
    return found


def _unescaped(text: str) -> str:
    return re.sub(r'\\(["\\])', r"\1", text)


_READERS: tuple[Callable[[str], object], ...] = (_number, _time, "true".__eq__, _list, _unescaped)
"""Read a value by its kind, from 4."""

_SIMPLE: dict[tuple[int, type], tuple[str, Callable[[str], object]]] = {
    (2, str): (f"'({_LITERAL})'", str),
    (3, str): (f'"({_TEXT})"', str),
    (4, int): (r"(-?(?:0|[1-9]\d*))", int),
    (4, float): (r"(-?(?:0|[1-9]\d*)\.\d+)", float),
    (5, datetime): (f"((?=.{{10}}[T ]){_TIME})", datetime.fromisoformat),
    (5, date): (f"((?=.{{10}}\\n){_TIME})", date.fromisoformat),
    (6, bool): ("(true|false)", "true".__eq__),
}
"""The pattern and the reader of a value, by its kind and type."""


def _lists(text: str) -> int:
    """Return how many lists and tables a text may have."""
    return text.count("[") - text.count("\n[[") + text.count("{")


def _parts(word: str) -> int:
    """Return how many parts a word has if it is a key; 1 for what may be a number or a time with a fraction."""
    count = len(re.findall(_PART, word)) if "." in word else 1
    return 1 if count == 2 and (word[0].isdigit() or word[0] in "+-") else count


def _loads_any(text: str) -> dict[str, Any]:
    import tomllib  # the embedded catalogue needs none of it, and importing it takes as long as reading that

    _check(text)
    return tomllib.loads(text)


def _check(text: str) -> None:
    """Raise ValueError for what takes tomllib too much time or memory, such as 9 GB for a line of 100 kB."""
    if len(text) < MAX_DEPTH:
        return
    parts = _lists(text)
    for found in re.finditer(_TOKEN, text):
        if word := found[1]:
            count = _parts(word)
            parts += count - 1
            is_long = word[0] not in "\"'" and len(word) > MAX_WORD
            if is_long or count > MAX_DEPTH or parts > MOST + len(text) // EACH:
                line = text.count("\n", 0, found.start()) + 1
                said = f"{OVERLOAD}: a key has more than {MAX_DEPTH} parts" if count > MAX_DEPTH else OVERLOAD
                raise ValueError(f"{said} (at line {line}, column 1)")
