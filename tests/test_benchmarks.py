"""The figures of `make bench` are put beside the right ones, and into the results without touching the rest."""

from pathlib import Path

import pytest

from benchmarks.recognition import distance
from benchmarks.results import put_section
from benchmarks.rows import Row, Table, amount, as_markdown, paired_ratio, percentile, summary
from benchmarks.run import slower_rows


def lines_of(*rows: Row) -> list[list[str]]:
    """Return the cells of a table, its heads first."""
    lines = as_markdown(Table("Part", "About it.", rows)).splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]


def test_slower_is_what_took_longer_in_each_pair() -> None:
    pairs = {"once": [(1.2, 1.0), (1.0, 1.0)], "always": [(1.05, 1.0), (2.2, 2.0)], "new": [(1.0, 0.0)]}
    assert list(slower_rows(pairs)) == ["always: 1.08 × (1.05 to 1.10)"]


@pytest.mark.parametrize(
    ("percent", "expected"),
    [(50, 10.0), (95, 19.0), (99, 20.0), (100, 20.0), (0, 1.0)],
)
def test_percentile_of_twenty_values_is_one_of_them(percent: float, expected: float) -> None:
    values = [float(value) for value in range(20, 0, -1)]
    assert percentile(values, percent) == expected


def test_paired_ratio_of_a_machine_that_slows_down_is_that_of_the_pairs() -> None:
    assert paired_ratio([1.2, 2.4, 12.0], [1.0, 2.0, 10.0]) == pytest.approx(1.2)


def test_paired_ratio_of_unequal_counts_fails() -> None:
    with pytest.raises(ValueError, match="shorter"):
        paired_ratio([1.0, 2.0], [1.0])


@pytest.mark.parametrize(
    ("real", "found", "errors"),
    [("a b c", "a b c", 0), ("a b c", "a x c", 1), ("a b c", "a c", 1), ("a b c", "a b b c", 1), ("", "a", 1)],
)
def test_word_errors_are_the_fewest_changes(real: str, found: str, errors: int) -> None:
    assert distance(real.split(), found.split()) == errors


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (1.2004, "×", "1.200 ×"),
        (0.204, "ms", "0.20 ms"),
        (21.26, "ms", "21.3 ms"),
        (1552.4, "ms", "1,552 ms"),
        (0.2, "%", "0.20%"),
        (None, "ms", "not measured"),
    ],
)
def test_amount_has_the_digits_that_say_something(value: float | None, unit: str, expected: str) -> None:
    assert amount(value, unit) == expected


@pytest.mark.parametrize(
    ("value", "limit", "expected"),
    [(5.0, 5.0, "yes"), (5.001, 5.0, "no"), (5.0, None, "–"), (None, 5.0, "–")],
)
def test_row_holds_up_to_its_target(value: float | None, limit: float | None, expected: str) -> None:
    assert lines_of(Row("a key", value, "kB", limit))[2][3] == expected


def test_table_has_a_column_for_each_other_that_any_row_has() -> None:
    heads, _, first, second = lines_of(
        Row("a key", 4.0, "ms", others={"castero": 40.0, "newsboat": None}), Row("a save", 1.0, "ms")
    )
    assert heads == ["what", "tui-pod", "target", "holds", "newsboat", "castero"]
    assert first[4:] == ["not installed", "40.0 ms (10×)"]
    assert second[4:] == ["", ""]


def test_table_of_ratios_gives_others_without_a_ratio_to_ours() -> None:
    assert lines_of(Row("start", 1.1, "×", others={"castero": 2.2}))[2][4] == "2.200 ×"


def test_table_tells_notes_below_it() -> None:
    text = as_markdown(Table("Part", "About it.", [Row("a key", None, "ms", 8.0, note="nothing to press")]))
    assert text.endswith("\n\n- a key: nothing to press.")


def test_summary_counts_and_names_what_does_not_hold() -> None:
    rows = [Row("a", 1.0, "kB", 2.0), Row("b", 3.0, "kB", 2.0), Row("c", None, "s", 2.0), Row("d", 9.0, "s")]
    expected = "1 of 2 targets hold. Missed: Part: b, 3.00 kB. Not measured: Part: c."
    assert summary([Table("Part", "About it.", rows)]) == expected


@pytest.mark.parametrize(("value", "holds"), [(5.0, "yes"), (6.0, "yes"), (6.3, "no")])
def test_row_with_a_floor_is_held_against_it(value: float, holds: str) -> None:
    heads, _, cells = lines_of(Row("a key", value, "ms", 2.0, floor=3.0))
    assert heads == ["what", "tui-pod", "floor", "ratio", "target", "holds"]
    assert cells[2:] == ["3.00 ms", f"{value / 3:.2f} ×", "≤ 2 ×", holds]


def test_row_without_a_floor_has_empty_cells_beside_one_that_has() -> None:
    assert lines_of(Row("a key", 4.0, "ms", floor=2.0), Row("read", 5.0, "kB", 9.0))[3][2:5] == ["", "", "≤ 9 kB"]


@pytest.mark.parametrize("unit", ["s", "ms"])
def test_target_for_a_time_needs_a_floor(unit: str) -> None:
    with pytest.raises(ValueError, match="needs a floor"):
        Row("a key", 4.0, unit, 8.0)


def test_summary_names_the_ratio_of_what_is_missed() -> None:
    missed = Table("Part", "About it.", [Row("a", 9.0, "s", 2.0, floor=3.0)])
    assert summary([missed]) == "0 of 1 targets hold. Missed: Part: a, 3.00 × its floor."


@pytest.mark.parametrize("replaced", ["Speed", "Durability"])
def test_put_section_replaces_its_own_and_keeps_the_others(tmp_path: Path, replaced: str) -> None:
    path = tmp_path / "RESULTS.md"
    for name in ("Speed", "Durability"):
        put_section(f"## {name}\n\nold {name}\n\n### Speed\n", path)
    put_section(f"## {replaced}\n\nnew\n", path)
    parts = {name: f"## {name}\n\nold {name}\n\n### Speed\n" for name in ("Speed", "Durability")}
    parts[replaced] = f"## {replaced}\n\nnew\n"
    assert path.read_text("utf-8") == "\n".join(["# Results\n", *parts.values()])
