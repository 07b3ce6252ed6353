"""Whatever the text, the quick reader says what tomllib says."""

from __future__ import annotations

import random
import tomllib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.fakes import START
from tui_pod.core.library.own_lists import OwnList
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.cards import OF_EPISODE, Card, Notebook
from tui_pod.core.progress.progress import Progress
from tui_pod.state import fast_toml as fast_toml
from tui_pod.state.format import LONG, parse_snapshot, snapshot_text, to_table
from tui_pod.state.notebook import notebook_tables

PLAIN = "[episodes.{}]\nposition = 1.5\nplayed = false\nupdated = 2026-11-24T13:00:00Z\n\n"
"""An entry as it is written."""

MARK = '[[bookmarks]]\nepisode = "b"\nstart = 3.0\nupdated = 2026-11-24T13:00:00Z\n\n'


def read_by(loads: Any, text: str) -> object:
    """Return what a reader makes of a text, and the types of it; of what it refuses, that it does."""
    try:
        return repr(loads(text))
    except (ValueError, RecursionError) as error:
        return type(error)


def some_bookmark(chance: random.Random) -> Bookmark:
    words = chance.choice(("", "Said.", 'Said "so".', "\\", '\\"', "ä “x” 日本", "[[bookmarks]]", "[episodes.x]"))
    bookmark = Bookmark(f"id-{chance.randrange(9)}", chance.randrange(99) / 4, 30.0, START, START, words, words, words)
    return bookmark.removed(START) if chance.random() < 0.2 else bookmark


def some_card(number: int) -> Card:
    start = OF_EPISODE if number % 3 == 0 else number / 4
    card = Card(f"id-{number}", start, START, START, is_removed=number % 5 == 0)
    return card._replace(stability=2.5, difficulty=4.0, reviewed=START) if number % 2 else card


def some_list(chance: random.Random, number: int) -> OwnList:
    ids = tuple(chance.choice(("a", 'so "x"', "\\", "ä “x” 日本", "]")) for _ in range(chance.randrange(3)))
    made = OwnList(f"List {number}", START, chance.random() < 0.5, ids, status=chance.choice(("", "played")))
    return made.removed(START) if number % 4 == 3 else made._replace(min_length=60.0, max_age=3)


def snapshot(count: int, seed: int = 0) -> str:
    """Return a snapshot of so many episodes, with tables before and after them as there are in use."""
    chance = random.Random(seed)
    episodes = {}
    for number in range(count):
        updated = START + timedelta(seconds=chance.randrange(10**6), microseconds=chance.choice((0, 1, 123_000)))
        played = chance.random() < 0.5
        progress = Progress(
            updated=updated,
            position=0.0 if played else round(chance.uniform(0, 4000), 2),
            duration=chance.choice((None, 3000.0, 12.25)),
            played=played,
            plays=chance.randrange(4),
            listened=chance.choice((None, updated)),
            played_ranges=chance.choice(((), ((0.0, 42.3), (50.25, 61.0)))),
            is_dismissed=chance.random() < 0.1,
        )
        ident = chance.choice((f"id-{number}", f"feed:{number}/ä “x”", f"{number} 日本"))
        episodes[ident] = to_table(progress)
    notebook = Notebook(
        tuple(some_bookmark(chance) for _ in range(count)),
        tuple(map(some_card, range(count))),
        tuple(some_list(chance, number) for number in range(count)),
    )
    kept = notebook_tables(notebook)
    data = {"ui": {"topic": "A"}, **kept, "queue": {"entries": ["a", "b"]}, "episodes": episodes}
    data |= {"mine": {"x": [1, {"y": 2}]}}
    return snapshot_text(data, START)


def test_snapshot_of_many_is_read_without_tomllib_looking_at_its_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    text, looked_at = snapshot(500), list[str]()
    whole = tomllib.loads(text)
    assert len(text) > LONG

    def loads(part: str) -> dict[str, Any]:
        looked_at.append(part)
        return _loads(part)

    _loads = tomllib.loads
    monkeypatch.setattr(tomllib, "loads", loads)
    assert parse_snapshot(text) == whole
    assert len(whole["episodes"]) == 500
    assert not any("position" in part or "note" in part or "due" in part or "max_age" in part for part in looked_at)


@pytest.mark.parametrize("seed", range(300))
def test_snapshot_changed_anywhere_is_read_as_tomllib_reads_it(seed: int) -> None:
    chance = random.Random(seed)
    lines = snapshot(6, seed).split("\n")
    for _ in range(chance.randrange(4)):
        place = chance.randrange(len(lines))
        match chance.randrange(6):
            case 0:
                del lines[place]
            case 1:
                lines.insert(place, lines[chance.randrange(len(lines))])
            case 2:
                lines[place] += chance.choice((" ", "  # mine", "\r", '"', "\\", "0", ".5", "'''", '"""'))
            case 3:
                lines.insert(
                    place, chance.choice(("", "# mine", "[episodes]", "[[x]]", 'y = """', "z = '''", "a.b = 1"))
                )
            case 4 if lines[place]:
                at = chance.randrange(len(lines[place]))
                lines[place] = lines[place][:at] + chance.choice('"\\\x00\x7f\t\u2028[]=.TZ9-') + lines[place][at + 1 :]
            case _:
                other = chance.randrange(len(lines))
                lines[place], lines[other] = lines[other], lines[place]
    text = "\n".join(lines)
    assert read_by(fast_toml.loads, text) == read_by(tomllib.loads, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "version = 1\n",
        PLAIN.format("a"),
        "\n" + PLAIN.format("a") + PLAIN.format("b"),
        "\n" + PLAIN.format("a").rstrip("\n"),
        "\n" + PLAIN.format("a") * 2,
        "\n" + PLAIN.format("a") + PLAIN.format('"a"'),
        "\n" + PLAIN.format('""') + PLAIN.format('"a b"') + PLAIN.format(r'"\u0061"'),
        "\n" + PLAIN.format("a") + "[end]\nx = 1\n",
        "\n" + PLAIN.format("a") + "x = 1\n",
        "\n" + PLAIN.format("a") + "  x = 1\n",
        "\n" + PLAIN.format("a") + "[episodes.a.b]\nx = 1\n",
        "\n" + PLAIN.format("a") + "[episodes.b]\nposition = 1.0\nmine = 2\n" + PLAIN.format("c"),
        "[ui]\nx = 1\n" + PLAIN.format("a") + "[ui]\ny = 2\n",
        "[ui]\nx = 1\n" + PLAIN.format("a") + "[ui.z]\ny = 2\n",
        "[episodes]\n" + PLAIN.format("a"),
        "episodes.b.x = 1\n" + PLAIN.format("a"),
        "episodes = {}\n" + PLAIN.format("a"),
        'x = """\n' + PLAIN.format("a") + '"""\n',
        'x = """\n' + PLAIN.format("a") + 'y = """\n',
        "x = '''\n" + PLAIN.format("a") + "[end]\n'''\n",
        "x = [\n" + PLAIN.format("a") + "[1]]\n",
        "x = 1\r\n" + PLAIN.format("a").replace("\n", "\r\n"),
        "\n" + PLAIN.format("a").replace("-24T", "-99T"),
        "\n" + PLAIN.format("a").replace("13:00:00", "24:00:00"),
        "\n" + PLAIN.format("a").replace("13:00:00", "13:00:60"),
        "\n" + PLAIN.format("a").replace("00Z", "00.5Z"),
        "\n" + PLAIN.format("a").replace("00Z", "00.123456789Z"),
        "\n" + PLAIN.format("a").replace("00Z", "00+01:00"),
        "\n" + PLAIN.format("a").replace("1.5", "01.5"),
        "\n" + PLAIN.format("a").replace("1.5", "-0.0"),
        "\n" + PLAIN.format("a").replace("1.5", "1_0"),
        "\n" + PLAIN.format("a").replace("1.5", "9" * 5000),
        "\n" + PLAIN.format("a").replace("1.5", "1٥.٥"),
        "\n" + PLAIN.format('"a\x7f"'),
        "\n" + MARK + MARK.replace("3", "4"),
        "\n" + MARK + "[bookmarks.x]\ny = 1\n" + MARK,
        "\n" + MARK + "[ui]\nx = 1\n" + MARK,
        "\n" + MARK + "[ui]\nx = 1\n[[bookmarks]]\n",
        "bookmarks = []\n" + MARK,
        MARK + MARK,
        "\n" + MARK + PLAIN.format("a") + "\n" + MARK,
        "\n" + PLAIN.format("a") + MARK + "[[cards]]\ndue = 2026-11-24T13:00:00Z\n",
        "\n" + MARK.replace("b", r"\u0062"),
        "\n" + MARK.replace("b", r"\n"),
        "\n" + MARK.replace("b", "\\"),
        "\n" + MARK.replace('"b"', '"' + r"\\" * 50_000 + '"'),
        "\n" + MARK.replace('"b"', '"' + r"\\" * 50_000),
        "\n[[bookmarks]]\n\n" + MARK,
        "\n" + MARK.replace("episode", "x = 1\nepisode"),
        'x = """\n' + MARK + '"""\n',
    ],
)
def test_text_made_to_mislead_is_read_as_tomllib_reads_it(text: str) -> None:
    assert read_by(fast_toml.loads, text) == read_by(tomllib.loads, text)


def test_times_are_in_utc() -> None:
    read = fast_toml.loads("\n" + PLAIN.format("a"))
    assert read["episodes"]["a"]["updated"] == datetime(2026, 11, 24, 13, tzinfo=UTC)
