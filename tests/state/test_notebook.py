import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import START
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.cards import OF_EPISODE
from tui_pod.core.progress.records import SettingRecord
from tui_pod.state.fields import BOOKMARK, entry_check
from tui_pod.state.format import (
    DamagedState,
    apply_journal,
    parse_journal,
    parse_snapshot,
    read_notebook,
    record_text,
    to_bookmark,
)
from tui_pod.state.store import StateFile

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
