"""Progress, bookmarks, cards and lists as TOML, and what a program sees of the state that another one saves."""

import math
import os
import tomllib
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import START
from tests.present import present
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.cards import OF_EPISODE
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.ranges import MAX_RANGES
from tui_pod.core.progress.records import HeardRecord, ProgressRecord, SettingRecord
from tui_pod.state import store
from tui_pod.state.fields import BOOKMARK, MAX_DEPTH, PROGRESS, entry_check
from tui_pod.state.format import (
    DamagedState,
    NewerState,
    apply_journal,
    is_newer,
    newest,
    parse_journal,
    parse_snapshot,
    read_notebook,
    record_text,
    snapshot_text,
    to_bookmark,
    to_heard,
    to_progress,
)
from tui_pod.state.store import StateFile

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


@pytest.mark.parametrize("version", ["2", "99", "0x" + "f" * 900])
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


def record(episode: str, position: float) -> ProgressRecord:
    return ProgressRecord(episode, Progress(START + timedelta(minutes=position), position))


@pytest.fixture
def mine(tmp_path: Path) -> StateFile:
    file = StateFile(tmp_path / "state.toml")
    file.load()
    return file


@pytest.fixture
def theirs(tmp_path: Path, mine: StateFile) -> StateFile:
    return StateFile(tmp_path / "state.toml")


def test_own_saves_are_no_change_elsewhere(mine: StateFile) -> None:
    mine.append([record("a", 1)])
    mine.compact()
    assert not mine.is_changed_elsewhere


@pytest.mark.parametrize("is_compacted", [True, False])
def test_save_of_another_program_is_seen_and_read_once(mine: StateFile, theirs: StateFile, is_compacted: bool) -> None:
    theirs.append([record("a", 1)])
    if is_compacted:
        theirs.compact()
    assert mine.is_changed_elsewhere
    assert mine.read_elsewhere().progress["a"].position == 1
    assert not mine.is_changed_elsewhere


def test_save_of_another_program_is_seen_behind_an_own_one(mine: StateFile, theirs: StateFile) -> None:
    theirs.append([record("a", 1)])
    mine.append([record("b", 2)])
    mine.compact()
    assert mine.is_changed_elsewhere
    assert mine.read_elsewhere().progress.keys() == {"a", "b"}


def test_of_a_large_state_only_the_journal_is_read_until_another_program_has_compacted(
    mine: StateFile, theirs: StateFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs.append([record("a", 1)])
    theirs.compact()
    mine.load()
    theirs.append([record("b", 2)])
    monkeypatch.setattr(store, "SMALL_STATE", 10)
    assert mine.read_elsewhere().progress.keys() == {"b"}
    theirs.append([record("c", 3)])
    theirs.compact()
    assert mine.read_elsewhere().progress.keys() == {"a", "b", "c"}


@pytest.mark.parametrize("content", ["", "version = 1\n[episo", "version = 99\n"])
def test_files_that_another_program_spoils_are_left_as_they_are(mine: StateFile, content: str) -> None:
    mine.path.write_text(content)
    assert mine.is_changed_elsewhere
    assert mine.read_elsewhere().progress == {}
    assert mine.path.read_text() == content


MARK = Bookmark("one", 10.25, 15.0, START, START, 'Say “so” or "so" \\ ä.', "Mine.", "One")

LATER = START + timedelta(hours=1)


@pytest.fixture
def file(tmp_path: Path) -> StateFile:
    return StateFile(tmp_path / "state.toml")


def merged(entries: list[dict[str, Any]], *records: Bookmark) -> list[Any]:
    """Return the bookmarks of a snapshot after a journal with these records, the file being edited last at START."""
    data = {"episodes": {}, "bookmarks": entries}
    text = "".join(record_text("bookmark", BOOKMARK.to_table(record)) for record in records)
    apply_journal(data, parse_journal(text), START, now=START)
    return list(data["bookmarks"])


@pytest.mark.parametrize(
    "bookmark",
    [
        MARK,
        MARK._replace(is_recognised=True),
        MARK.removed(LATER)._replace(title=""),
        Bookmark("ä b", 0, 0, START, START),
    ],
)
def test_bookmark_survives_journal_and_snapshot(file: StateFile, bookmark: Bookmark) -> None:
    file.append([bookmark])
    assert file.load().notebook.bookmarks == (bookmark,)
    file.compact()
    assert file.load().notebook.bookmarks == (bookmark,)
    assert not file.load().notices


def test_entry_has_the_keys_of_the_contract(file: StateFile) -> None:
    file.append([MARK])
    file.compact()
    text = file.path.read_text("utf-8")
    (entry,) = parse_snapshot(text)["bookmarks"]
    assert "[[bookmarks]]" in text
    assert list(entry)[:5] == ["episode", "start", "end", "text", "note"]
    assert {"created", "updated"} <= entry.keys()
    assert len(entry["check"]) == 8


def test_bookmarks_go_with_progress_and_settings_of_a_long_state(file: StateFile) -> None:
    many = [MARK._replace(start=float(number), end=number + 5.0) for number in range(400)]
    file.append([SettingRecord("ui", "sort", "title"), *many])
    file.compact()
    state = file.load()
    assert set(state.notebook.bookmarks) == set(many)
    assert state.setting("ui", "sort", "") == "title"


def test_newest_of_keeping_and_removing_by_two_wins(file: StateFile) -> None:
    first, second = StateFile(file.path), StateFile(file.path)
    first.append([MARK])
    second.append([MARK.removed(LATER)])
    first.append([MARK._replace(note="Late in coming.")])
    assert [each.is_removed for each in file.load().notebook.bookmarks] == [True]
    first.append([MARK._replace(updated=LATER + timedelta(seconds=1))])
    second.compact()
    assert [each.is_removed for each in file.load().notebook.bookmarks] == [False]


@pytest.mark.parametrize(("is_edited", "note"), [(True, "By hand."), (False, "Later.")])
def test_edit_by_hand_counts_as_made_when_the_file_was_saved(is_edited: bool, note: str) -> None:
    entry = {**BOOKMARK.to_table(MARK._replace(updated=START - timedelta(hours=2))), "note": "By hand."}
    entry["check"] = "00000000" if is_edited else entry_check(entry)
    (kept,) = merged([entry], MARK._replace(updated=START - timedelta(hours=1), note="Later."))
    assert kept["note"] == note


def test_edit_by_hand_wins_in_the_file(file: StateFile) -> None:
    file.append([MARK])
    file.compact()
    file.path.write_text(file.path.read_text("utf-8").replace("Mine.", "By hand."), "utf-8")
    file.append([SettingRecord("ui", "sort", "title")])
    file.compact()
    assert [each.note for each in file.load().notebook.bookmarks] == ["By hand."]


def test_keys_from_elsewhere_and_odd_entries_survive() -> None:
    odd: list[Any] = [{"episode": 3}, {"start": 5.0}, {**BOOKMARK.to_table(MARK), "mine": "x"}]
    first, second, kept = merged(odd, MARK._replace(note="New.", updated=LATER))
    assert (first, second) == ({"episode": 3}, {"start": 5.0})
    assert (kept["mine"], kept["note"]) == ("x", "New.")


def after_journal(section: str, kind: str, entries: list[Any], records: list[dict[str, Any]]) -> list[Any]:
    """Return an array of a snapshot after a journal with these records of a kind."""
    data: dict[str, Any] = {"episodes": {}, section: entries}
    apply_journal(data, parse_journal("".join(record_text(kind, record) for record in records)), START, now=START)
    return list(data[section])


def test_card_without_a_start_is_the_one_of_the_episode() -> None:
    former: list[Any] = [{"episode": "a", "stability": 1.0, "updated": START}, {"episode": "b", "updated": START}]
    (card, other) = after_journal("cards", "card", former, [{"episode": "a", "stability": 2.0, "updated": LATER}])
    assert (card["stability"], other["episode"]) == (2.0, "b")
    assert [found.start for found in read_notebook({"cards": [card]}).cards] == [OF_EPISODE]


def test_list_is_known_by_its_name_and_one_without_changes_nothing() -> None:
    former: list[Any] = [{"name": "Mine", "episodes": ["a"], "updated": START}, "odd", {"name": ""}]
    newer = {"name": "Mine", "episodes": ["b"], "updated": LATER}
    kept, *rest = after_journal("lists", "list", former, [newer, {"name": ""}, {"name": 5}, {"episodes": ["c"]}])
    assert kept["episodes"] == ["b"]
    assert rest == ["odd", {"name": ""}]
    assert [found.name for found in read_notebook({"lists": [kept, *rest]}).lists] == ["Mine"]


def test_entry_with_odd_values_is_a_bookmark_of_the_rest() -> None:
    table = {"episode": "a", "start": 9, "end": 3, "text": 5, "note": "a\x1b]0;x\ab\nc", "created": "x", "removed": 1}
    bookmark = to_bookmark(table)
    assert bookmark is not None
    assert (bookmark.start, bookmark.end, bookmark.text, bookmark.note) == (9.0, 9.0, "", "a]0;xb c")
    assert not bookmark.is_removed


def test_snapshot_with_one_table_in_place_of_an_array_is_read() -> None:
    data = parse_snapshot('version = 1\n[bookmarks]\nepisode = "a"\nstart = 3.0\n')
    assert [bookmark.key for bookmark in read_notebook(data).bookmarks] == [("a", 3.0)]


def test_snapshot_whose_bookmarks_are_no_tables_is_damaged() -> None:
    with pytest.raises(DamagedState):
        parse_snapshot("version = 1\nbookmarks = 3\n")


def test_setting_cannot_take_the_place_of_bookmarks(file: StateFile) -> None:
    file.append([MARK, SettingRecord("bookmarks", "x", 1)])
    file.compact()
    assert file.load().notebook.bookmarks == (MARK,)


def test_bookmarks_of_a_snapshot_that_was_cut_come_from_backup_and_journal(file: StateFile) -> None:
    for number in range(3):
        file.append([MARK._replace(start=float(number))])
        if number < 2:
            file.compact()
    size = os.path.getsize(file.path)
    os.truncate(file.path, size // 2)
    assert {each.start for each in file.load().notebook.bookmarks} == {0.0, 2.0}
    file.append([MARK._replace(start=3.0)])
    file.compact()
    assert {each.start for each in file.load().notebook.bookmarks} == {0.0, 2.0, 3.0}
