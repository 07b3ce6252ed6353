"""Whatever the text, the quick reader says what tomllib says."""

import random
import tomllib
import tracemalloc
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.fakes import START
from tests.test_any_bytes import CATALOG, changed
from tui_pod.config.paths import embedded_catalog
from tui_pod.core.library.own_lists import OwnList
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.cards import OF_EPISODE, Card, Notebook
from tui_pod.core.progress.progress import Progress
from tui_pod.core.text import plain_toml
from tui_pod.core.text.plain_toml import LARGE, loads
from tui_pod.state.fields import PROGRESS
from tui_pod.state.format import notebook_tables, parse_snapshot, snapshot_text

PLAIN = b"""\
# a comment
version = 1
title = 'T'

[[topics]]
name = 'A'
episodes = [
    'one',
    "it's",
]

[[episodes]]
id = 'one'
summary = "it's"
duration = 94.5
published = 2026-02-21
tags = ['A', 'B']
sources = ["it's", "b"]
"""

ENTRY = "[episodes.{}]\nposition = 1.5\nplayed = false\nupdated = 2026-11-24T13:00:00Z\n\n"
"""An entry as it is written."""

ALIKE = "\n" + ENTRY.format("y") + ENTRY.format("z")
"""Entries whose shape is known when the next one comes."""

MARK = '[[bookmarks]]\nepisode = "b"\nstart = 3.0\nupdated = 2026-11-24T13:00:00Z\n\n'


TEXTS = (
    "",
    "a = ''\nb = ['']\nc = []",
    "a = '''one\n[[b]]\n'''\n[[b]]\nc = 1",
    "a = [\n] # ends here\n[b]\nc = 1",
    "a = [\n'b'\n'c'\n]",
    "a = [\n'b\nc'\n]",
    "a = [\n'b', # ', 'c'\n'd',\n]",
    "a = ['b', 'c' 'd']",
    "a = [']",
    "a = '",
    "a = 1\na = 2",
    "a.b = 1\na.c = 2",
    "a = []\n[[a]]\nb = 1",
    "a.b = 1\n[[a]]\nb = 1",
    " [[a]]\nb = 1",
    "[a]\nb = 1",
    "[[a]] # one\nb = 1",
    "[[a.b]]\nc = 1",
    "[[]]",
    "a = 'b\tc'\nd = 'e\x00f'",
    "a = 'b\N{NO-BREAK SPACE}c'",
    "a = 'b\rc'",
    "# b\x00\na = 1",
    "a = 0\nb = 0.5\nc = 1.\n",
    "a = 01",
    "a = 1_000\nb = 0x1f\nc = true\nd = nan",
    "a = 2026-02-30",
    "a = 2026-W07-1",
    "é = 1",
    "a-b = 1\n'c' = 2",
    "a = 'b' # c",
    'a = "b\\\\"\nc = "\\u00e9"',
    "version = 1\n",
    ENTRY.format("a"),
    "\n" + ENTRY.format("a") + ENTRY.format("b"),
    "\n" + ENTRY.format("a").rstrip("\n"),
    "\n" + ENTRY.format("a") * 2,
    "\n" + ENTRY.format("a") + ENTRY.format('"a"'),
    "\n" + ENTRY.format('""') + ENTRY.format('"a b"') + ENTRY.format(r'"\u0061"'),
    "\n" + ENTRY.format("a") + "[end]\nx = 1\n",
    "\n" + ENTRY.format("a") + "x = 1\n",
    "\n" + ENTRY.format("a") + "  x = 1\n",
    "\n" + ENTRY.format("a") + "[episodes.a.b]\nx = 1\n",
    "\n" + ENTRY.format("a") + "[episodes.b]\nposition = 1.0\nmine = 2\n" + ENTRY.format("c"),
    "[ui]\nx = 1\n" + ENTRY.format("a") + "[ui]\ny = 2\n",
    "[ui]\nx = 1\n" + ENTRY.format("a") + "[ui.z]\ny = 2\n",
    "[episodes]\n" + ENTRY.format("a"),
    "episodes.b.x = 1\n" + ENTRY.format("a"),
    "episodes = {}\n" + ENTRY.format("a"),
    'x = """\n' + ENTRY.format("a") + '"""\n',
    'x = """\n' + ENTRY.format("a") + 'y = """\n',
    "x = '''\n" + ENTRY.format("a") + "[end]\n'''\n",
    "x = [\n" + ENTRY.format("a") + "[1]]\n",
    "x = 1\r\n" + ENTRY.format("a").replace("\n", "\r\n"),
    "\n" + ENTRY.format("a").replace("-24T", "-99T"),
    "\n" + ENTRY.format("a").replace("13:00:00", "24:00:00"),
    "\n" + ENTRY.format("a").replace("13:00:00", "13:00:60"),
    "\n" + ENTRY.format("a").replace("00Z", "00.5Z"),
    "\n" + ENTRY.format("a").replace("00Z", "00.123456789Z"),
    "\n" + ENTRY.format("a").replace("00Z", "00+01:00"),
    "\n" + ENTRY.format("a").replace("1.5", "01.5"),
    "\n" + ENTRY.format("a").replace("1.5", "-0.0"),
    "\n" + ENTRY.format("a").replace("1.5", "1_0"),
    "\n" + ENTRY.format("a").replace("1.5", "9" * 5000),
    "\n" + ENTRY.format("a").replace("1.5", "1٥.٥"),
    "\n" + ENTRY.format('"a\x7f"'),
    "\n" + MARK + MARK.replace("3", "4"),
    "\n" + MARK + "[bookmarks.x]\ny = 1\n" + MARK,
    "\n" + MARK + "[ui]\nx = 1\n" + MARK,
    "\n" + MARK + "[ui]\nx = 1\n[[bookmarks]]\n",
    "bookmarks = []\n" + MARK,
    MARK + MARK,
    "\n" + MARK + ENTRY.format("a") + "\n" + MARK,
    "\n" + ENTRY.format("a") + MARK + "[[cards]]\ndue = 2026-11-24T13:00:00Z\n",
    "\n" + MARK.replace("b", r"\u0062"),
    "\n" + MARK.replace("b", r"\n"),
    "\n" + MARK.replace("b", "\\"),
    "\n" + MARK.replace('"b"', '"' + r"\\" * 50_000 + '"'),
    "\n" + MARK.replace('"b"', '"' + r"\\" * 50_000),
    "\n[[bookmarks]]\n\n" + MARK,
    "\n" + MARK.replace("episode", "x = 1\nepisode"),
    'x = """\n' + MARK + '"""\n',
    '[a."b\\"c"]\nd = 1\n[a."b"c"]',
    "   \n\t# ä\n[a] # b",
    "a = -0\nb = -0.5\nc = +1",
)


@pytest.fixture(autouse=True, params=[0, LARGE])
def _large(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read each text as a small one and as a large one."""
    monkeypatch.setattr(plain_toml, "LARGE", request.param)


def read_by(read: Any, text: str) -> object:
    """Return what a reader makes of a text, which tells 1 from 1.0; of what it refuses, that it does."""
    try:
        return repr(read(text))
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
        episodes[ident] = PROGRESS.to_table(progress)
    notebook = Notebook(
        tuple(some_bookmark(chance) for _ in range(count)),
        tuple(map(some_card, range(count))),
        tuple(some_list(chance, number) for number in range(count)),
    )
    kept = notebook_tables(notebook)
    data = {"ui": {"topic": "A"}, **kept, "queue": {"entries": ["a", "b"]}, "episodes": episodes}
    data |= {"mine": {"x": [1, {"y": 2}]}}
    return snapshot_text(data, START)


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that tomllib is given."""
    given, read = list[str](), tomllib.loads

    def noted(text: str) -> dict[str, Any]:
        given.append(text)
        return read(text)

    monkeypatch.setattr(tomllib, "loads", noted)
    return given


def test_snapshot_is_read_without_tomllib_but_for_what_is_not_plain(parts: list[str]) -> None:
    text = snapshot(500)
    whole = tomllib.loads(text)
    parts.clear()
    assert parse_snapshot(text) == whole
    assert len(whole["episodes"]) == 500
    assert not any("position" in part or "note" in part or "due" in part or "max_age" in part for part in parts)


def test_snapshot_changed_anywhere_is_read_as_tomllib_reads_it() -> None:
    for seed in range(100):
        text = changed_lines(seed)
        assert read_by(loads, text) == read_by(tomllib.loads, text), text


def changed_lines(seed: int) -> str:
    """Return a snapshot in which some lines were changed, moved or left out."""
    chance = random.Random(seed)
    lines = snapshot(9, seed).split("\n")
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
    return "\n".join(lines)


def test_text_is_read_as_tomllib_reads_it() -> None:
    for text in (PLAIN.decode(), PLAIN.decode().replace("\n", "\r\n"), *TEXTS, *(ALIKE + text for text in TEXTS)):
        assert read_by(loads, text) == read_by(tomllib.loads, text), text


def test_any_bytes_are_read_as_tomllib_reads_them() -> None:
    chance = random.Random(0)
    for content in (PLAIN, CATALOG):
        for _ in range(400):
            text = changed(content, chance).decode("utf-8", "replace")
            assert read_by(loads, text) == read_by(tomllib.loads, text), text


def test_embedded_catalogue_is_read_without_tomllib(parts: list[str]) -> None:
    loads(embedded_catalog().read_text("utf-8"))
    assert parts == []


def test_statement_of_another_form_is_all_that_tomllib_is_given(parts: list[str]) -> None:
    assert loads("[[a]]\nb = 1\n[[a]]\nb = 0x1f # c\n") == {"a": [{"b": 1}, {"b": 31}]}
    assert parts == ["b = 0x1f # c"]


def test_times_are_in_utc() -> None:
    assert loads(ENTRY.format("a"))["episodes"]["a"]["updated"] == datetime(2026, 11, 24, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    "form", ["{}{}a = 1", "[{}{}a]\nb = 1", "[[{}{}a]]", "x = {{ {}{}a = 1 }}", "x = [{{{}{}a = 1}}]"]
)
@pytest.mark.parametrize("part", ["a.", '"b" . ', "'c'."])
def test_key_of_too_many_parts_is_refused_before_it_takes_all_memory(form: str, part: str) -> None:
    assert loads(form.format(part, part * 90)) == tomllib.loads(form.format(part, part * 90))
    for count in (100, 200_000):
        with pytest.raises(ValueError, match=r"more than 100 parts \(at line 2,"):
            loads("\n" + form.format(part, part * count))


def test_dots_of_texts_and_comments_are_no_parts_of_a_key() -> None:
    dots = "a." * 300
    text = f'# {dots}\nx = """\n{dots}\n"""\ny = \'\'\'{dots}\'\'\'\nz = "{dots}" # {dots}\n"{dots}" = [1, "{dots}"]\n'
    assert loads(text) == tomllib.loads(text)


@pytest.mark.parametrize(
    "unit",
    [
        "k{} = 1\n", "k{}=1\n", "[t{}]\n", "[ t{} ]\n", "[[t{}]]\n", "[t{}.b.b]\n", "[a{}" + ".b" * 90 + "]\n",
        "a{}" + ".b" * 90 + "=1\n", "a{} = {{" + "b." * 20 + "b=1}}\n", "a{} = [[],[],[],[],[]]\n", "a{} = [1.5,1.5]\n",
    ],
)  # fmt: skip
def test_many_keys_take_little_memory_or_are_refused(unit: str) -> None:
    assert_memory("".join(map(unit.format, range(200_000 // len(unit)))))


@pytest.mark.parametrize(
    "unit", ["1", "1_", "x1", "1.", '""', "''", "\\\n ", "[", "{a=", "[],", "'',", "'a',", "'ab', "]
)
@pytest.mark.parametrize("start", ["a=", "a=0", 'a="""', "a='''", "a=["])
def test_repeated_text_takes_little_memory_or_is_refused(start: str, unit: str) -> None:
    for end in ("", start[2:]):
        assert_memory(f"{start}{unit * (100_000 // len(unit))}{end}")


def assert_memory(text: str) -> None:
    """Check that a text takes 20 times its size at most."""
    tracemalloc.start()
    try:
        read_by(lambda text: bool(loads(text)), text)
        assert tracemalloc.get_traced_memory()[1] < 20 * len(text) + 8_000_000, text[:80]
    finally:
        tracemalloc.stop()


def test_large_state_with_one_line_edited_by_hand_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_toml, "MOST", 100)  # as if it were much larger
    now = START.replace(microsecond=123_456)
    episodes = {f"e{n}": PROGRESS.to_table(Progress(now, 12.5, 100.25, listened=now)) for n in range(2_000)}
    text = snapshot_text({"episodes": episodes}, START)
    edited = text.replace("[episodes.e0]", "[ episodes.e0 ]")
    assert edited != text
    assert len(parse_snapshot(edited)["episodes"]) == 2_000
