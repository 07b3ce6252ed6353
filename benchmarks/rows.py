"""What was measured, beside its target and the same of others: rows, and how they read. Measures nothing."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

OTHERS = ("bare", "mpv", "newsboat", "castero")
"""What the program is held against, in the order of the columns."""

TITLES = {"bare": "bare Textual app", "mpv": "mpv itself"}
"""What the columns are called; the others by their names."""

TIMES = ("s", "ms")
"""Units that depend on the machine's speed: a target in them is a ratio to a floor."""


@dataclass(frozen=True, slots=True)
class Row:
    """One number."""

    what: str
    value: float | None
    """None: it could not be measured; `note` says why."""
    unit: str
    """`×` is a ratio; the table says to what."""
    limit: float | None = None
    """The target, an upper bound: of the ratio to `floor` if there is one, else of the value; None: no target."""
    others: Mapping[str, float | None] = field(default_factory=dict)
    """The same of others, by their names in `OTHERS`; None: not installed."""
    note: str = ""
    """What a reader must know of it."""
    floor: float | None = None
    """What the least program takes for the same work, in the same unit and run; None: the value has no floor."""

    def __post_init__(self) -> None:
        """Check the target.

        Raises:
            ValueError: it is a time, which another machine misses without a fault.
        """
        if self.limit is not None and self.unit in TIMES and self.value is not None and self.floor is None:
            raise ValueError(f"{self.what}: a target for a time needs a floor")

    @property
    def ratio(self) -> float | None:
        """The value as a multiple of the floor; None without one."""
        return self.value / self.floor if self.value is not None and self.floor else None

    @property
    def is_missed(self) -> bool:
        """True if it is above its target."""
        compared = self.value if self.floor is None else self.ratio
        return compared is not None and self.limit is not None and compared > self.limit


def median_row(what: str, values: Sequence[float], unit: str, limit: float, floor: float | None = None) -> Row:
    """Return a row of the median of what was measured several times, which tells the least and the most too."""
    spread = f"from {amount(min(values), unit)} to {amount(max(values), unit)}"
    return Row(what, statistics.median(values), unit, limit, note=spread, floor=floor)


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one part, and what they are."""

    title: str
    about: str
    """How it was measured, in a sentence or two."""
    rows: Sequence[Row]


def amount(value: float | None, unit: str) -> str:
    """Return a number with its unit, in as many digits as say something."""
    if value is None:
        return "not measured"
    if unit == "×":
        return f"{value:.3f} ×"
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}{'' if unit == '%' else ' '}{unit}"


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest of the values that so many percent of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def paired_ratio(values: Sequence[float], floors: Sequence[float]) -> float:
    """Return the median of the ratios of values to what was measured right beside each: a busy machine slows both."""
    return statistics.median(value / floor for value, floor in zip(values, floors, strict=True))


def as_markdown(table: Table) -> str:
    """Return a table in Markdown, under its title; a reference has a column where any row has it."""
    names = [name for name in OTHERS if any(name in row.others for row in table.rows)]
    floors = ["floor", "ratio"] if any(row.floor is not None for row in table.rows) else []
    heads = ["what", "tui-pod", *floors, "target", "holds", *(TITLES.get(name, name) for name in names)]
    lines = [_line(heads), _line(["---", *["---:"] * (2 + len(floors)), ":---:", *["---:"] * len(names)])]
    lines += [_line(_cells(row, names, bool(floors))) for row in table.rows]
    notes = [f"{row.what}: {row.note}." for row in table.rows if row.note]
    return "\n".join([f"### {table.title}", "", table.about, "", *lines, *([""] if notes else []), *_listed(notes)])


def _cells(row: Row, names: Iterable[str], has_floors: bool) -> list[str]:
    unit = row.unit if row.floor is None else "×"
    target = "–" if row.limit is None else f"≤ {row.limit:g}{'' if unit == '%' else ' '}{unit}"
    holds = "–" if row.limit is None or row.value is None else "no" if row.is_missed else "yes"
    floor = "" if row.floor is None else amount(row.floor, row.unit)
    ratio = "" if row.ratio is None else f"{row.ratio:.2f} ×"
    compared = [floor, ratio] if has_floors else []
    return [row.what, amount(row.value, row.unit), *compared, target, holds, *(_other(row, name) for name in names)]


def _other(row: Row, name: str) -> str:
    """Return what another needs, and how many times tui-pod's that is."""
    if name not in row.others:
        return ""
    value = row.others[name]
    if value is None:
        return "not installed"
    if row.unit == "×" or not row.value:
        return amount(value, row.unit)
    times = value / row.value
    return f"{amount(value, row.unit)} ({times:,.{0 if times >= 10 else 1 if times >= 1 else 2}f}×)"


def _compared(row: Row) -> str:
    """Return what is held against the target."""
    return amount(row.value, row.unit) if row.ratio is None else f"{row.ratio:.2f} × its floor"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _listed(notes: Iterable[str]) -> list[str]:
    return [f"- {note}" for note in notes]


def summary(tables: Iterable[Table]) -> str:
    """Return how many targets hold, and which do not."""
    rows = [(table.title, row) for table in tables for row in table.rows if row.limit is not None]
    missed = [f"{title}: {row.what}, {_compared(row)}" for title, row in rows if row.is_missed]
    open_ones = [f"{title}: {row.what}" for title, row in rows if row.value is None]
    measured = len(rows) - len(open_ones)
    text = f"{measured - len(missed)} of {measured} targets hold."
    for head, names in (("Missed", missed), ("Not measured", open_ones)):
        text += f" {head}: {'; '.join(names)}." if names else ""
    return text
