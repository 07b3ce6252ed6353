import math
import tomllib
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from tests.fakes import START
from tests.present import present
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.ranges import MAX_RANGES
from tui_pod.core.progress.records import HeardRecord
from tui_pod.state.fields import MAX_DEPTH, PROGRESS, entry_check
from tui_pod.state.format import (
    DamagedState,
    NewerState,
    apply_journal,
    is_newer,
    newest,
    parse_journal,
    parse_snapshot,
    record_text,
    snapshot_text,
    to_heard,
    to_progress,
)

to_table = PROGRESS.to_table

FULL = Progress(
    updated=START,
    position=42.3,
    duration=105.0,
    plays=2,
    listened=START - timedelta(minutes=1),
    played_ranges=((0.0, 42.3), (50.25, 61.0)),
    is_dismissed=True,
    is_brief=True,
)

HOUR = timedelta(hours=1)
NOW = START + 24 * HOUR


def entry(position: float = 5.0, updated: datetime = START, **more: object) -> dict[str, Any]:
    return {"position": position, "played": False, "updated": updated, **more}


def kept(data: dict[str, Any], now: datetime = START) -> dict[str, Any]:
    """Return what a snapshot of `data` holds when it is read again."""
    return parse_snapshot(snapshot_text(data, now))


@pytest.mark.parametrize("progress", [FULL, Progress(START), Progress(START, played=True)])
def test_table_of_a_progress_is_the_same_progress_again(progress: Progress) -> None:
    assert to_progress(tomllib.loads(record_text("p", to_table(progress)))["p"][0]) == progress


def test_table_has_the_keys_of_the_contract_in_its_order() -> None:
    table = to_table(Progress(START.astimezone(timezone(HOUR)), 42.345, 105.0))
    assert list(table)[:4] == ["position", "duration", "played", "updated"]
    assert (table["position"], table["duration"], table["played"], table["updated"]) == (42.34, 105.0, False, START)
    assert table["updated"].utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("table", "position", "played"),
    [({"position": 42}, 42.0, False), ({"position": 42.0, "played": True}, 0.0, True)],
    ids=["mended by hand", "played"],
)
def test_to_progress_needs_no_more_than_a_position(table: dict[str, Any], position: float, played: bool) -> None:
    progress = present(to_progress(table))
    assert (progress.position, progress.played) == (position, played)
    progress = present(to_progress({**table, "updated": START.replace(tzinfo=None)}))
    assert progress.updated == START


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("# only a comment", id="comment"),
        pytest.param('[episodes."a"]\nposition = 1.0', id="no version"),
        pytest.param("version = 0", id="version 0"),
        pytest.param("version = -1", id="version below 0"),
        pytest.param('version = "1"', id="version in quotes"),
        pytest.param("version = 1.0", id="version 1.0"),
        pytest.param("version = true", id="version true"),
        pytest.param("version = 1\nepisodes = 3", id="episodes of a number"),
        pytest.param("version = 1\nversion = 1", id="twice a key"),
        pytest.param("version = 1\n\x00\x00", id="NULs"),
        pytest.param("\ufeffversion = 1", id="byte order mark"),
        pytest.param("version = 1\n[episodes.a", id="cut"),
        pytest.param("version = 1\nwritten = 2026-11-24T13:00:00Z\n[episodes]", id="cut at a line"),
        pytest.param("version = 1\nwritten = 2026-11-24T13:00:00Z\n[end]", id="cut in the end"),
        pytest.param("version = 1\nwritten = 1\n[end]\nwritten = 2", id="another end"),
        pytest.param("version = 1\nx = " + "[" * 20_000, id="20,000 lists"),
        pytest.param("version = 1\nx = " + "[" * 100 + "]" * 100, id="100 lists"),
        pytest.param("version = 1\n[" + ".".join("a" * 500) + "]\nb = 1", id="500 tables"),
        pytest.param(f"version = 1\nx = {'9' * 5000}", id="5,000 digits"),
        pytest.param(f"version = 1\nx = 0x{'f' * 5000}", id="5,000 hex digits"),
        pytest.param(f"version = 1\n[episodes.a]\nx = [0x{'f' * 5000}]", id="5,000 hex digits in an entry"),
    ],
)
def test_parse_snapshot_damaged_says_so(text: str) -> None:
    with pytest.raises(DamagedState):
        parse_snapshot(text)


def test_parse_snapshot_every_cut_of_a_whole_one_is_damaged() -> None:
    """A cut TOML file is valid TOML at every line break."""
    text = snapshot_text({"ui": {"sort": "course"}, "episodes": {"a": to_table(FULL), "b": to_table(FULL)}}, START)
    for end in range(len(text) - 1):
        with pytest.raises(DamagedState):
            parse_snapshot(text[:end])


@pytest.mark.parametrize("version", ["2", "99", "0x" + "f" * 5000])
def test_parse_snapshot_newer_version_says_so(version: str) -> None:
    with pytest.raises(NewerState):
        parse_snapshot(f"version = {version}\nepisodes = 3")


def test_parse_snapshot_with_more_at_its_end_is_whole() -> None:
    """Who adds a line at the bottom of the file adds it to its last table."""
    text = snapshot_text({"episodes": {"a": entry()}}, START) + 'note = "mine"\n[episodes.b]\nposition = 1.0\n'
    data = parse_snapshot(text)
    assert set(data["episodes"]) == {"a", "b"}
    assert kept(data)["end"]["note"] == "mine"


@pytest.mark.parametrize(
    ("head", "newer"),
    [
        ("# a comment\nversion = 2\n", True),
        ("version = 99", True),
        ("version=2", True),
        ("version = 1\n", False),
        ("", False),
        ("[episodes.x]\nversions = 2", False),
    ],
)
def test_is_newer_goes_by_the_version_at_the_beginning(head: str, newer: bool) -> None:
    assert is_newer(head) is newer


def test_snapshot_text_begins_with_its_version_and_holds_plain_tables() -> None:
    text = snapshot_text({"episodes": {"llm-layers": to_table(FULL)}}, START)
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert lines[0] == "version = 1"
    assert "[episodes.llm-layers]" in lines
    assert "position = 42.3" in lines


def test_snapshot_unknown_keys_of_every_type_survive_as_they_are() -> None:
    text = """\
version = 1
colour = "red"
list = [1, [2.5, "x"], { a = 1 }]
local = 2026-11-24T13:00:00
offset = 2026-11-24T13:00:00.123456+02:00
day = 2026-11-24
hour = 13:00:00
big = 9223372036854775807
limits = [inf, -inf]
empty = ""
"odd key.\u00e9" = 1
[other]
deep = { a = { b = [ { c = 1 } ] } }
[[table]]
x = 1
[[table]]
x = 2
[episodes]
note = "not an episode"
[episodes."a.b"]
position = 5.0
mood = "bright"
seen = 2026-11-24T13:00:00
"""
    data = parse_snapshot(text)
    before = tomllib.loads(text)
    again = kept(data)
    again["episodes"]["a.b"].pop("check")
    for added in ("written", "end"):
        again.pop(added)
    assert again == before
    assert repr(again["local"]) == repr(before["local"])
    assert repr(again["offset"]) == repr(before["offset"])


@pytest.mark.parametrize(
    "ident", ["a.b", 'q"uote', "back\\slash", "[x]", "line\nbreak", "", " ", "注意", "=", "#", "\x00\x1b"]
)
def test_snapshot_any_id_is_a_key(ident: str) -> None:
    data = {"episodes": {ident: to_table(FULL), "a\ud800": entry(title="b\udfff")}, "ui": {"topic": ["\ud83d"]}}
    again = kept(data)
    assert again["episodes"][ident]["position"] == 42.3
    assert (again["episodes"]["a\ufffd"]["title"], again["ui"]) == ("b\ufffd", {"topic": ["\ufffd"]})


@pytest.mark.parametrize("change", [{"position": 42.31}, {"played": True}, {"new": 1}])
def test_entry_check_any_change_by_hand_breaks_it(change: dict[str, Any]) -> None:
    local = datetime(2026, 1, 1)  # noqa: DTZ001
    data = kept({"episodes": {"a": {**to_table(FULL), "local": local, "x": [1.0, {"y": "z"}]}}})
    assert data["episodes"]["a"]["check"] == entry_check(data["episodes"]["a"])
    changed = data["episodes"]["a"] | change
    assert changed["check"] != entry_check(changed)


def test_parse_journal_torn_at_any_byte_loses_only_the_torn_record() -> None:
    records = [record_text("progress", {"id": f"é{n}", **to_table(FULL)}) for n in range(3)]
    content = "".join(records).encode()
    whole = [len("".join(records[:count]).encode()) for count in range(4)]
    for end in range(len(content) + 1):
        expected = max(count for count in range(4) if whole[count] <= end + 2)  # its last two line breaks may go
        found = parse_journal(content[:end].decode("utf-8", "replace")).get("progress", [])
        assert len(found) == expected, end


def test_parse_journal_after_a_torn_record_goes_on() -> None:
    torn, good = record_text("progress", {"id": "a"}), record_text("progress", {"id": "b"})
    for end in range(len(torn) - 2):
        found = parse_journal(f"{torn[:end]}\n{good}")["progress"]
        assert [record["id"] for record in found] == ["b"], end


def checked(body: str) -> str:
    """Return a record of any content with the checksum that belongs to it."""
    import zlib

    return f"{body}crc = {zlib.crc32(body.encode())}\n"


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param("\x00" * 5000 + "\n", id="NULs"),
        pytest.param("[[progress]]\nid = \n", id="no TOML"),
        pytest.param(f"[[progress]]\nid = 1\ncrc = {'9' * 5000}\n", id="endless checksum"),
        pytest.param(checked("[[progress]]\nid = \n"), id="no TOML, checked"),
        pytest.param(checked("[[progress]]\nx = " + "[" * 20_000 + "\n"), id="nested, checked"),
        pytest.param(checked("[[progress]]\n[progress.x]\n[setting]\n"), id="table of another kind, checked"),
        pytest.param("hello [[ world\n", id="text"),
        pytest.param(record_text("progress", {"id": "x", "position": 123.4}).replace("123.4", "12.4"), id="changed"),
    ],
)
def test_parse_journal_bad_record_does_no_harm_to_the_others(bad: str) -> None:
    good = [record_text("progress", {"id": name}) for name in "ab"]
    text = good[0] + bad + good[1] + record_text("setting", {"key": "x"})
    journal = parse_journal(text)
    assert [record["id"] for record in journal["progress"] if record.keys() == {"id"}] == ["a", "b"]
    assert [record["key"] for record in journal["setting"] if "key" in record] == ["x"]


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param("[[progress]]\nid = 'x'\n" + ".".join("a" * 3000) + " = 1\n", id="deep progress"),
        pytest.param("[[progress]]\nid = 'x'\n" + ".".join("a" * 63) + " = 1\n", id="as deep as a snapshot"),
        pytest.param(
            "[[setting]]\ntable = 'ui'\nkey = 'x'\nvalue." + ".".join("a" * 3000) + " = 1\n", id="deep setting"
        ),
        pytest.param("[[progress]]\nid = 'x'\nz = 0x" + "f" * 20_000 + "\n", id="endless number"),
        pytest.param("[[setting]]\ntable = 'ui'\nkey = 'x'\nvalue = 0x" + "f" * 20_000 + "\n", id="endless setting"),
        pytest.param("[[heard]]\nkey = 'x'\nz = [[[0x" + "f" * 20_000 + "]]]\n", id="endless number within"),
    ],
)
def test_parse_journal_record_that_could_not_be_written_back_is_left_out(bad: str) -> None:
    text = record_text("progress", {"id": "a"}) + checked(bad) + record_text("progress", {"id": "b"})
    assert [record["id"] for record in parse_journal(text)["progress"]] == ["a", "b"]
    assert list(parse_journal(text)) == ["progress"]


def test_parse_journal_record_as_deep_as_can_be_kept_is_read_back_from_the_snapshot() -> None:
    journal = parse_journal(checked("[[progress]]\nid = 'x'\n" + ".".join("a" * (MAX_DEPTH - 2)) + " = 1\n"))
    data: dict[str, Any] = {"version": 1, "episodes": {}}
    apply_journal(data, journal, START, now=NOW)
    assert parse_snapshot(snapshot_text(data, START))["episodes"].keys() == {"x"}


@pytest.mark.parametrize(
    "change",
    [
        {"key": [1]},
        {"started": START.replace(tzinfo=None)},
        {"started": datetime(9999, 12, 31, 23, tzinfo=timezone(-timedelta(hours=14)))},
        {"started": datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))},
        {"offset": 10_000_000_000},
        {"seconds": math.inf},
        {"more": 1},
    ],
    ids=str,
)
def test_to_heard_that_makes_no_sense_is_none(change: dict[str, Any]) -> None:
    good = HeardRecord("k", "a", START, 60, 4.0, 2.0)
    assert to_heard(good._asdict()) == good
    assert to_heard({**good._asdict(), **change}) is None


@pytest.mark.parametrize(
    ("first", "second", "position"),
    [
        (entry(1, START), entry(2, START + HOUR), 2),
        (entry(2, START + HOUR), entry(1, START), 2),
        (entry(1), entry(2), 2),
        ({"position": 9.0}, entry(1), 1),
        (entry(1), {"position": 9.0}, 1),
    ],
    ids=["by time", "whatever the order", "of one time the later written", "no time", "no time, the second"],
)
def test_newest_is_by_time_and_keeps_what_was_heard_in_either(
    first: dict[str, Any], second: dict[str, Any], position: float
) -> None:
    merged = newest({**first, "heard": "0-10", "plays": 3}, {**second, "heard": "20-30", "plays": 1}, NOW)
    assert (merged["position"], merged["heard"], merged["plays"]) == (position, "0-10 20-30", 3)


@pytest.mark.parametrize("text", [" ".join(f"{n}-{n + 1}" for n in range(0, 60_000, 3)), "9" * 200_000, "1-" * 200_000])
def test_newest_with_heard_without_end_is_done_at_once(text: str) -> None:
    merged = newest(entry(heard=text), entry(heard="5-6", updated=START + HOUR), NOW)
    progress = present(to_progress(merged))
    assert len(progress.played_ranges) <= MAX_RANGES


def test_newest_keeps_unknown_keys_of_both_and_no_old_own_ones() -> None:
    merged = newest(
        entry(1, START, mood="old", a=1, dismissed=True, duration=9.0, check="x"),
        entry(2, START + HOUR, mood="new", b=2),
        NOW,
    )
    assert merged == entry(2, START + HOUR, mood="new", a=1, b=2)


def test_apply_journal_merges_and_adds() -> None:
    data = kept({"episodes": {"a": entry(1), "c": 3}})
    records: list[dict[str, Any]] = [
        {"id": "a", **entry(2, START + HOUR)}, {"id": "b", **entry(3)}, {"id": 5}, {}, {"id": "c", **entry(4)},
    ]  # fmt: skip
    apply_journal(data, {"progress": records}, START, now=NOW)
    assert {i: e["position"] for i, e in data["episodes"].items()} == {"a": 2, "b": 3, "c": 4}


@pytest.mark.parametrize(
    ("text", "minutes", "expected"),
    [
        ("position = 77.0", 1, 77),
        ("position = 77.0", 120, 2),
        ("", 1, 2),  # a copy or a restored backup has a new time, and so has every snapshot
        ("added", 0, 77),
    ],
    ids=["after the records", "before the record", "none", "added"],
)
def test_apply_journal_edit_by_hand_wins_over_older_records(text: str, minutes: float, expected: float) -> None:
    data = kept({"episodes": {"a": entry(1)}})
    if text == "added":
        data = parse_snapshot('version = 1\n[episodes."a"]\nposition = 77.0\n')
    elif text:
        data["episodes"]["a"]["position"] = 77.0
    records = [{"id": "a", **entry(2, START + timedelta(minutes=minutes))}]
    apply_journal(data, {"progress": records}, edited=START + HOUR, now=NOW)
    assert data["episodes"]["a"]["position"] == expected


def test_apply_journal_settings_go_to_their_tables_and_keep_the_others() -> None:
    data = parse_snapshot('version = 1\n[ui]\nsort = "title"\nmine = 1\n')
    records: list[dict[str, Any]] = [
        {"table": "ui", "key": "sort", "value": "course"},
        {"table": "player", "key": "speed", "value": 1.5},
        {"table": "episodes", "key": "a", "value": 1},
        {"table": "version", "key": "a", "value": 1},
        {"table": 3, "key": "a", "value": 1},
        {},
    ]
    apply_journal(data, {"setting": records}, START, now=NOW)
    assert data == {"version": 1, "ui": {"sort": "course", "mine": 1}, "player": {"speed": 1.5}, "episodes": {}}
