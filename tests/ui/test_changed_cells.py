"""What is sent of an update, and what a terminal shows after it."""

import io
import random
import re
from collections.abc import Mapping

import pyte
import pytest
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from tui_pod.ui.changed_cells import ChangedCells

WIDTH, HEIGHT = 40, 6

CONSOLE = Console(file=io.StringIO(), color_system="truecolor", force_terminal=True)

STYLES = [
    None, Style.parse("red"), Style.parse("bold red on #101010"), Style.parse("bold #00ff00 on #101010"),
    Style.parse("on blue"), Style.parse("#00ff00 on #202020 underline"), Style.parse("color(200) on color(7)"),
    Style.parse("bright_white on bright_black"), Style.parse("italic"), Style.parse("red reverse"),
]  # fmt: skip

WORDS = ["plain text ", "x", "日本語", "━━━━", "é", "▐●╌", "   ", "🚢 ok"]


class Glass:
    """A terminal: what it shows, and how much it was sent."""

    def __init__(self) -> None:
        self.screen = pyte.Screen(WIDTH, HEIGHT)
        self._stream = pyte.Stream(self.screen)
        self.count = 0

    def take(self, update: CompositorUpdate) -> None:
        sequence = update.render_segments(CONSOLE)
        self.count = len(sequence)
        self._stream.feed(sequence)

    @property
    def cells(self) -> list[list[object]]:
        return [[self.screen.buffer[y][x] for x in range(WIDTH)] for y in range(HEIGHT)]


def make_line(chance: random.Random, width: int) -> Strip:
    segments: list[Segment] = []
    while sum(segment.cell_length for segment in segments) < width:
        segments.append(Segment(chance.choice(WORDS), chance.choice(STYLES)))
    return Strip(segments).crop(0, width)


def whole(lines: list[list[Strip]]) -> LayoutUpdate:
    """Return an update of the whole screen, of these strips in each row."""
    return LayoutUpdate(list(lines), Region(0, 0, WIDTH, HEIGHT))


def rows(*texts: str, style: str = "red on black") -> list[list[Strip]]:
    return [[Strip([Segment(text.ljust(WIDTH), Style.parse(style))])] for text in texts]


def test_terminal_shows_the_same_as_if_everything_was_sent() -> None:
    for seed in range(8):
        chance, cells, sparing = random.Random(seed), ChangedCells(), Glass()
        lines = [[make_line(chance, WIDTH)] for _ in range(HEIGHT)]
        for _ in range(6):
            complete = Glass()
            changed = [y for y in range(HEIGHT) if chance.random() < 0.6]
            for y in changed:
                cut = chance.choice([0, 7, 20, WIDTH - 1])
                kept = Strip.join(lines[y])
                tail = chance.choice([make_line(chance, WIDTH - cut), kept.crop(cut, WIDTH)])
                lines[y] = [kept.crop(0, cut), tail] if cut else [tail]
            if chance.random() < 0.5 or not changed:
                update: CompositorUpdate = whole(lines)
            else:
                chops = [dict(zip(_starts(line), line, strict=True)) for line in lines]
                ends = [[*_starts(line)[1:], WIDTH] for line in lines]
                update = ChopsUpdate(chops, [(y, 0, WIDTH) for y in changed], ends)
                if not sparing.count:
                    update = whole(lines)
            sparing.take(cells.only(update))
            complete.take(whole(lines))
            assert sparing.cells == complete.cells, seed


def _starts(line: list[Strip]) -> list[int]:
    return [sum(strip.cell_length for strip in line[:number]) for number in range(len(line))]


def test_update_sends_nothing_of_what_was_drawn_already_and_still_stands() -> None:
    glass, cells = Glass(), ChangedCells()
    glass.take(cells.only(whole(rows(*"abcdef"))))
    assert glass.count > HEIGHT * WIDTH
    glass.take(cells.only(whole(rows(*"abcdef"))))
    assert glass.count == 0
    cells.forget()  # the terminal shows something else
    glass.screen.reset()
    glass.take(cells.only(whole(rows(*"abcdef"))))
    assert [line.strip() for line in glass.screen.display] == list("abcdef")
    cells.only(whole(rows(*"ABCDEF")))  # not drawn, as while no terminal is attached
    glass.take(cells.only(whole(rows(*"ABCDEF"))))
    assert [line.strip() for line in glass.screen.display] == list("ABCDEF")


def test_digit_that_changed_is_all_that_is_sent() -> None:
    glass, cells = Glass(), ChangedCells()
    glass.take(cells.only(whole(rows("time 1:00", *"bcdef"))))
    glass.take(cells.only(whole(rows("time 1:01", *"bcdef"))))
    assert glass.screen.display[0].startswith("time 1:01")
    assert glass.count < 30


def test_color_that_changed_is_sent_in_the_order_of_reading() -> None:
    glass, cells = Glass(), ChangedCells()
    glass.take(cells.only(whole(rows("one row", "two", *"cdef"))))
    update = cells.only(
        whole([*rows("one row", style="blue on black"), *rows("two", style="black on red"), *rows(*"cdef")])
    )
    sequence = update.render_segments(CONSOLE)
    assert sequence.index("one row") < sequence.index("two")


def parts(*texts: tuple[str, str]) -> list[Strip]:
    """Return a row of a strip of these texts, each in a style; the rest is blank."""
    segments = [Segment(text, Style.parse(style)) for text, style in texts]
    return [Strip(segments).adjust_cell_length(WIDTH)]


def sent(former: list[list[Strip]], later: list[list[Strip]]) -> str:
    """Return what is sent of a change from some rows to others."""
    cells, blank = ChangedCells(), rows(*" " * (HEIGHT - len(former)))
    cells.only(whole([*former, *blank])).render_segments(CONSOLE)
    return cells.only(whole([*later, *blank])).render_segments(CONSOLE)


@pytest.mark.parametrize(
    ("span", "shown"),
    [((0, 3, 6), "aaaBBBccc"), ((0, 4, 8), "aaaBBBCCc"), ((0, 0, 3), "AAAbbbccc"), ((0, 5, 7), "aaaBBBCcc")],
)
def test_part_of_a_row_is_drawn_to_its_end_by_the_strips_in_it(span: tuple[int, int, int], shown: str) -> None:
    glass, cells = Glass(), ChangedCells()
    glass.take(cells.only(whole(rows("aaabbbccc", *"bcdef"))))
    chops: list[Mapping[int, Strip | None]] = [{3 * n: Strip([Segment(text * 3)]) for n, text in enumerate("ABC")}]
    glass.take(cells.only(ChopsUpdate(chops, [span], [[3, 6, 9]])))
    assert glass.screen.display[0].rstrip() == shown


@pytest.mark.parametrize(("between", "moves"), [(5, 1), (6, 2)])
def test_few_unchanged_cells_between_two_changes_are_sent_too(between: int, moves: int) -> None:
    same = "-" * between
    assert len(re.findall(r"\x1b\[\d+;\d+H", sent(rows(f"a{same}a"), rows(f"b{same}b")))) == moves


@pytest.mark.parametrize(("first", "is_later"), [("xx", True), ("xxx", False)])
def test_change_of_two_cells_comes_after_longer_ones(first: str, is_later: bool) -> None:
    sequence = sent(rows("aaaaaa", "aaaaaa"), [parts((first, "green")), parts(("yyyy", "blue"))])
    assert (sequence.index(first) > sequence.index("yyyy")) is is_later


def test_changes_beside_each_other_need_one_move_of_the_cursor_and_end_plain() -> None:
    sequence = sent([parts(("aaaabbbb", "red"))], [parts(("cccc", "green"), ("dddd", "blue"))])
    assert sequence == "\x1b[1;1H\x1b[0;32mcccc\x1b[0;34mdddd\x1b[0m"


def test_plain_change_names_no_colour() -> None:
    assert sent([parts(("one", ""))], [parts(("two", ""))]) == "\x1b[1;1Htwo"


def test_row_with_wide_letters_is_sent_whole_and_all_behind_it_again() -> None:
    wide = [Strip([Segment("日本")]), Strip([Segment("rest")])]
    former = [Strip([Segment("abcd")]), Strip([Segment("rest")])]
    assert sent([former], [wide]).endswith("\x1b[1;1H日本\x1b[1;5Hrest")


def test_what_follows_blanks_behind_letters_of_doubtful_width_is_placed_by_its_own_cell() -> None:
    changed = sent(rows("a"), [parts(("कहानि य", "red"), ("  1:23", "red"), ("·", "blue"))])
    assert changed.endswith("\x1b[1;1H\x1b[31mकहानि य\x1b[0m\x1b[1;8H\x1b[31m1:23\x1b[0m\x1b[34m·\x1b[0m")
