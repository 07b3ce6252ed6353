import contextlib
import errno
import itertools
import json
import os
import shutil
import stat
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import START
from tests.patience import PATIENCE
from tests.state.test_format import checked
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.records import HeardRecord, ProgressRecord, Record, SettingRecord
from tui_pod.core.wall_time import UNKNOWN
from tui_pod.runtime import files as durable
from tui_pod.state import store
from tui_pod.state.fields import PROGRESS
from tui_pod.state.format import parse_snapshot, snapshot_text
from tui_pod.state.store import COMPACT_AT, State, StateError, StateFile

ROOT = Path(__file__).parents[2]


def at(position: float, minutes: float = 0.0) -> Progress:
    when = START + timedelta(minutes=minutes)
    return Progress(when, float(position), 100.0, listened=when)


def record(episode: str, position: float, minutes: float = 0.0) -> ProgressRecord:
    return ProgressRecord(episode, at(position, minutes))


def positions(state: State) -> dict[str, float]:
    return {ident: progress.position for ident, progress in state.progress.items()}


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file but the lock, which holds nothing."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".lock"}


@pytest.fixture
def file(tmp_path: Path) -> StateFile:
    return StateFile(tmp_path / "state" / "state.toml")


@pytest.fixture
def kept(file: StateFile) -> StateFile:
    """State with a in the backup too, b in the snapshot and c in the journal only."""
    file.append([record("a", 1)])
    file.compact()
    file.append([record("b", 2)])
    file.compact()
    file.append([record("c", 3)])
    return file


def test_time_far_ahead_is_read_as_now_and_from_elsewhere_as_unknown(file: StateFile) -> None:
    file = StateFile(file.path, lambda: START)
    far = datetime(8000, 1, 1, tzinfo=UTC)
    file.append([ProgressRecord("a", Progress(far, 5.0))])
    assert START <= file.load().progress["a"].updated < far
    assert file.read_elsewhere().progress["a"].updated == UNKNOWN


# -- loading and saving --------------------------------------------------------------------------------


def test_load_merges_snapshot_and_journal_which_appending_alone_changes(kept: StateFile, tmp_path: Path) -> None:
    state = kept.load()
    assert positions(state) == {"a": 1, "b": 2, "c": 3}
    assert state.progress["c"] == at(3)
    assert (state.notices, state.is_writable) == ((), True)
    assert (state.setting("a", "x", 80), state.numbers("a")) == (80, {})
    before = kept.path.read_bytes()
    kept.append([record("a", 9, minutes=5), record("c", 99, minutes=-60)])  # clocks differ, and are set back
    assert kept.path.read_bytes() == before
    assert positions(kept.load()) == {"a": 9, "b": 2, "c": 3}
    new = StateFile(tmp_path / "a" / "b" / "c" / "state.toml")
    assert not new.append([])
    assert not new.path.parent.exists()
    assert (new.load(), new.path.exists()) == (State({}, {}), False)
    new.append([record("a", 1)])
    assert positions(new.load()) == {"a": 1}


def test_news_in_a_large_state_is_read_though_this_program_compacted_it_first(
    kept: StateFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "SMALL_STATE", 10)
    app, other = StateFile(kept.path), StateFile(kept.path)
    app.load()
    other.append([ProgressRecord("news", Progress(START, 9.0))])
    app.append([ProgressRecord("own", Progress(START, 5.0))])
    app.compact()
    assert app.is_changed_elsewhere
    assert app.read_elsewhere().progress["news"].position == 9.0
    assert not app.is_changed_elsewhere


def test_save_reads_a_large_state_again_only_if_something_in_it_may_be_newer(
    kept: StateFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    later, reads = START + timedelta(days=5000), list[str]()

    def read(text: str) -> dict[str, Any]:
        reads.append(text)
        return parse_snapshot(text)

    monkeypatch.setattr(store, "SMALL_STATE", 10)
    monkeypatch.setattr(store, "parse_snapshot", read)
    file = StateFile(kept.path, lambda: later)
    file.load()
    file.save([])
    file.save([ProgressRecord("a", Progress(later, 9.0))])
    assert len(reads) == 1
    for twice in ([], [ProgressRecord("a", Progress(later, 8.0))]):
        with pytest.raises(StateError, match="older than what"):
            file.save([*twice, ProgressRecord("a", Progress(later - timedelta(days=1), 7.0))])
    assert (len(reads), file.load().progress["a"].position) == (3, 8.0)
    file.append([ProgressRecord("b", Progress(later + timedelta(seconds=9), 5.0))])
    file.load()
    with pytest.raises(StateError, match="older than what"):
        file.save([ProgressRecord("b", Progress(later, 7.0))])


def test_append_says_when_it_is_time_to_compact(file: StateFile) -> None:
    one = [record(f"episode-{n}", n) for n in range(200)]
    assert not file.append(one)
    size = file.journal.stat().st_size
    assert any(file.append(one) for _ in range(COMPACT_AT // size + 1))
    assert file.journal.stat().st_size >= COMPACT_AT


def test_append_settings_are_remembered_the_last_one_of_each(file: StateFile) -> None:
    file.append([SettingRecord("player", "speed", 1.5), SettingRecord("queue", "entries", ["a", "b"])])
    file.append([SettingRecord("player", "speed", 1.25)])
    for _ in range(2):
        state = file.load()
        assert state.setting("player", "speed", 1.0) == 1.25
        assert state.strings("queue", "entries") == ["a", "b"]
        file.compact()


def test_append_lone_surrogates_are_replaced(file: StateFile) -> None:
    file.append([record("a\ud800", 1), SettingRecord("ui", "topic", "half \ud83d")])
    file.compact()
    state = file.load()
    assert positions(state) == {"a\ufffd": 1}
    assert state.setting("ui", "topic", "") == "half \ufffd"


@pytest.mark.parametrize(
    ("value", "default", "expected"),
    [
        (1.5, 1.0, 1.5),
        (2, 1.0, 2.0),
        (True, 1.0, 1.0),
        (1.5, 80, 80),
        (True, 80, 80),
        ("x", 80, 80),
        (1, False, False),
        ([1], "", ""),
        ({"a": 1}, [], []),
    ],
)
def test_setting_of_another_type_is_the_default(value: object, default: object, expected: object) -> None:
    assert State({}, {"player": {"x": value}}).setting("player", "x", default) == expected
    assert State({}, {"queue": {"entries": ["a", 3, None, "b"]}}).strings("queue", "entries") == ["a", "b"]


# -- compacting ----------------------------------------------------------------------------------------


def test_compact_puts_everything_into_the_snapshot_and_empties_the_journal(kept: StateFile) -> None:
    former = kept.path.read_bytes()
    kept.compact()
    assert (kept.journal.read_bytes(), kept.backup.read_bytes()) == (b"", former)
    entry = tomllib.loads(kept.path.read_text("utf-8"))["episodes"]["c"]
    assert (entry["position"], entry["duration"], entry["played"], entry["updated"]) == (3, 100, False, START)
    assert positions(kept.load()) == {"a": 1, "b": 2, "c": 3}
    before, inode = contents(kept.path.parent), kept.path.stat().st_ino
    assert before.keys() == {"state.toml", "state.toml.bak", "state.journal.toml"}
    kept.compact()
    assert (contents(kept.path.parent), kept.path.stat().st_ino) == (before, inode)


def test_compact_where_the_backup_is_the_snapshot_leaves_no_file_behind(kept: StateFile) -> None:
    """A kill between the two renames leaves both names on one file."""
    kept.backup.unlink()
    os.link(kept.path, kept.backup)
    kept.compact()
    assert not list(kept.path.parent.glob(".*"))
    assert positions(kept.load()) == {"a": 1, "b": 2, "c": 3}


def test_compact_without_hard_links_copies(kept: StateFile, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    before = kept.path.read_bytes()
    kept.compact()
    assert kept.backup.read_bytes() == before


def test_compact_after_a_kill_before_the_journal_was_emptied_changes_nothing(kept: StateFile) -> None:
    journal = kept.journal.read_bytes()
    kept.compact()
    kept.journal.write_bytes(journal)
    kept.compact()
    assert positions(kept.load()) == {"a": 1, "b": 2, "c": 3}


def test_compact_moves_what_was_heard_to_the_history_once(file: StateFile) -> None:
    stretches = [HeardRecord("run-1", "a", START, 60, seconds, seconds) for seconds in (4.0, 8.0)]
    other = HeardRecord("run-2", "b", START - timedelta(hours=1), 60, 5.0, 2.5)
    for one in (*stretches, other):
        file.append([one])
    assert file.heard_records() == [other, stretches[1]]
    file.compact()
    assert file.heard_records() == [other, stretches[1]]
    assert file.history.read_text("utf-8").count("[[heard]]") == 2
    file.append([stretches[1]._replace(seconds=9.0)])
    file.compact()
    assert [one.seconds for one in file.heard_records()] == [5.0, 9.0]
    odd = [HeardRecord(str(year), "a", START.replace(year=year), 60, 4.0, 4.0) for year in (2, 8999, 1901)]
    file.append(odd)  # of clocks that were far off
    assert [one.started.year for one in file.heard_records()][:2] == [2, 1901]
    assert file.heard_records()[-1].started.year < 8999  # it counts as now
    file.history.unlink()
    file.history.mkdir()
    assert len(file.heard_records()) == 3


def test_heard_records_are_all_there_while_another_program_compacts(
    file: StateFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = HeardRecord("run-1", "a", START, 60, 4.0, 4.0)
    file.append([good])
    compaction = threading.Thread(target=StateFile(file.path).compact)
    read_text = durable.read_text

    def read_slowly(path: Path, errors: str = "strict") -> str | None:
        text = read_text(path, errors)
        if path == file.history and not compaction.ident:
            compaction.start()
            compaction.join(0.3)
        return text

    monkeypatch.setattr(durable, "read_text", read_slowly)
    assert file.heard_records() == [good]
    compaction.join()


HEARD = "[[heard]]\nkey = {}\nepisode = 'a'\nstarted = {}\noffset = 1400\nseconds = {}\nwall = 1.0\n"

NONSENSE = {
    "unhashable key": HEARD.format("[1]", "2026-11-01T00:00:00Z", "1.0"),
    "endless times": HEARD.format("'k'", "9999-12-31T23:59:59Z", "inf"),
    "deep progress": "[[progress]]\nid = 'a'\nposition = 5.0\n" + ".".join("a" * 3000) + " = 1\n",
    "odd setting": "[[setting]]\ntable = {a = 1}\nkey = [1]\nvalue = nan\n",
}
"""Records that no tui-pod writes."""


@pytest.mark.parametrize("nonsense", NONSENSE.values(), ids=NONSENSE)
def test_record_of_nonsense_with_its_checksum_keeps_nothing_else_from_being_saved(
    kept: StateFile, nonsense: str
) -> None:
    heard = HeardRecord("run-1", "a", START, 60, 4.0, 4.0)
    with kept.journal.open("a", encoding="utf-8") as journal:
        journal.write(checked(nonsense))
    kept.append([record("d", 4), heard])
    for _ in range(2):
        assert kept.heard_records() == [heard]
        state = StateFile(kept.path).load()
        assert (positions(state), state.notices) == ({"a": 1, "b": 2, "c": 3, "d": 4}, ())
        kept.compact()
    assert kept.journal.read_bytes() == b""


# -- what a person did ---------------------------------------------------------------------------------


def edit(file: StateFile, old: str, new: str, minutes: float) -> None:
    """Change the state file as an editor would, so many minutes after the start."""
    text = file.path.read_text("utf-8")
    assert old in text
    file.path.write_text(text.replace(old, new), "utf-8")
    when = (START + timedelta(minutes=minutes)).timestamp()
    os.utime(file.path, (when, when))


@pytest.mark.parametrize(
    ("edited", "saved", "expected"),
    [(2, 1, 77), (1, 2, 5), (1, None, 77)],
    ids=["since the last record", "before the last record", "with an empty journal"],
)
def test_edit_by_hand_of_one_entry_counts_from_when_it_was_made(
    kept: StateFile, edited: int, saved: int | None, expected: int
) -> None:
    if saved is None:
        kept.compact()
    else:
        kept.append([record("a", 5, minutes=saved), record("b", 6, minutes=saved)])
    edit(kept, "position = 1.0", "position = 77", minutes=edited)
    for _ in range(2):
        assert positions(kept.load()) == {"a": expected, "b": 2 if saved is None else 6, "c": 3}
        kept.compact()
    edit(kept, "position = 3.0", 'position = "soon"', minutes=9)
    assert "c" not in positions(kept.load())
    kept.compact()
    assert 'position = "soon"' in kept.path.read_text("utf-8")


def test_unknown_keys_survive_appends_marks_and_compactions(kept: StateFile) -> None:
    edit(kept, "version = 1\n", 'version = 1\nowner = "me"\n', minutes=1)
    edit(kept, "[episodes.a]\n", '[mine]\nlist = [1, { x = 2026-11-24T10:00:00 }]\n[episodes.a]\nmood = "bright"\n', 1)
    mine = tomllib.loads(kept.path.read_text("utf-8"))["mine"]
    kept.append([ProgressRecord("a", at(0, 5).marked(True, START + timedelta(minutes=5)))])
    for _ in range(3):
        kept.compact()
        kept.append([record("b", 8, minutes=6)])
    data = tomllib.loads(kept.path.read_text("utf-8"))
    assert (data["owner"], data["mine"]) == ("me", mine)
    assert (data["episodes"]["a"]["mood"], data["episodes"]["a"]["played"]) == ("bright", True)


# -- damage --------------------------------------------------------------------------------------------

WHOLE = snapshot_text({"episodes": {"a": PROGRESS.to_table(at(1)), "b": PROGRESS.to_table(at(2))}}, START).encode()

DAMAGE = {
    "empty": b"",
    "cut in a line": WHOLE[: len(WHOLE) // 2],
    "NULs": b"\0" * len(WHOLE),
    "UTF-16": WHOLE.decode().encode("utf-16"),
    "Latin-1": WHOLE + b'note = "caf\xe9"\n',
}


@pytest.mark.parametrize("content", DAMAGE.values(), ids=DAMAGE)
@pytest.mark.parametrize("act", ["load", "compact"])
def test_damaged_is_put_aside_byte_for_byte_and_the_user_told(kept: StateFile, content: bytes, act: str) -> None:
    kept.path.write_bytes(content)
    notices = kept.load().notices if act == "load" else kept.compact()
    [aside] = kept.path.parent.glob("state.toml.corrupt-*")
    assert aside.read_bytes() == content
    assert kept.path.exists() is (act == "compact")
    assert kept.load().is_writable
    assert aside.name in notices[0]
    assert "backup" in notices[0]
    assert positions(kept.load()) == {"a": 1, "c": 3}


@pytest.mark.parametrize("content", [b"", None], ids=["damaged", "missing"])
def test_load_damaged_uses_the_backup_and_the_journal(kept: StateFile, content: bytes | None) -> None:
    backup = kept.backup.read_bytes()
    if content is None:
        kept.path.unlink()
    else:
        kept.path.write_bytes(content)
    state = kept.load()
    assert positions(state) == {"a": 1, "c": 3}
    assert ("missing" if content is None else "damaged") in state.notices[0]
    kept.append([record("d", 4)])
    kept.compact()
    assert kept.backup.read_bytes() == backup
    state = kept.load()
    assert (positions(state), state.notices) == ({"a": 1, "c": 3, "d": 4}, ())


def test_load_damaged_with_a_damaged_backup_keeps_what_the_journal_has(kept: StateFile) -> None:
    kept.backup.write_bytes(b"\xff")
    for content in (b"one", b"two", b"three"):  # in one second
        kept.path.write_bytes(content)
        state = kept.load()
        assert positions(state) == {"c": 3}
        assert "no good backup" in state.notices[0]
    assert {path.read_bytes() for path in kept.path.parent.glob("*.corrupt-*")} == {b"one", b"two", b"three"}
    assert kept.backup.read_bytes() == b"\xff"


def grow(path: Path) -> None:
    """Make a file of gigabytes of which the disk holds next to nothing."""
    with path.open("ab") as content:
        content.truncate(3 * 1024**3)


def test_load_endless_snapshot_is_put_aside_and_the_backup_used(kept: StateFile) -> None:
    grow(kept.path)
    state = kept.load()
    assert (positions(state), state.is_writable) == ({"a": 1, "c": 3}, True)
    assert "larger than 512 MB" in state.notices[0]
    [aside] = kept.path.parent.glob("state.toml.corrupt-*")
    assert aside.stat().st_size == 3 * 1024**3
    kept.compact()
    assert (positions(kept.load()), kept.load().notices) == ({"a": 1, "c": 3}, ())


@pytest.mark.parametrize("name", ["load", "compact"])
def test_endless_journal_is_put_aside_and_told(kept: StateFile, name: str) -> None:
    before = kept.journal.read_bytes()
    grow(kept.journal)
    notices = kept.load().notices if name == "load" else kept.compact()
    [aside] = kept.path.parent.glob("state.journal.toml.corrupt-*")
    assert notices == (f"state.journal.toml is larger than 512 MB; it was not read and is kept as {aside.name}.",)
    with aside.open("rb") as content:
        assert content.read(len(before)) == before
    kept.append([record("d", 4)])
    assert positions(kept.load()) == {"a": 1, "b": 2, "d": 4}


def test_endless_history_costs_the_statistics_only(kept: StateFile) -> None:
    grow(kept.history)
    assert kept.heard_records() == []
    assert kept.load().notices == ()


@pytest.mark.parametrize("kind", ["path", "journal"])
def test_pipe_in_the_place_of_a_file_meanwhile_is_told_and_nothing_waits(kept: StateFile, kind: str) -> None:
    path: Path = getattr(kept, kind)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(StateError, match=f"{path.name} is not a regular file"):
        kept.append([record("d", 4)])


def test_append_after_a_torn_journal_saves_and_goes_on(kept: StateFile) -> None:
    kept.append([record("d", 4)])
    content = kept.journal.read_bytes()
    for end in range(0, len(content), 7):
        kept.journal.write_bytes(content[:end])
        kept.append([record("e", 5)])
        state = kept.load()
        assert (state.progress["e"].position, state.notices) == (5, ())


# -- a newer version -----------------------------------------------------------------------------------


@pytest.fixture
def newer(kept: StateFile) -> StateFile:
    kept.path.write_bytes(WHOLE.replace(b"version = 1\n", b"version = 2\n"))
    return kept


def test_load_newer_version_is_not_writable_and_says_so(newer: StateFile) -> None:
    state = newer.load()
    assert (state.progress, state.is_writable) == ({}, False)
    assert "newer" in state.notices[0]
    assert "Nothing will be saved" in state.notices[0]


@pytest.mark.parametrize("act", [StateFile.compact, lambda file: file.append([record("a", 9, minutes=9)])])
@pytest.mark.parametrize("is_backup", [False, True])
def test_newer_version_leaves_snapshot_journal_and_backup_byte_for_byte(
    newer: StateFile, act: Callable[[StateFile], object], is_backup: bool
) -> None:
    """It may come while this program runs."""
    if is_backup:
        newer.path.replace(newer.backup)
    before = contents(newer.path.parent)
    assert not newer.load().is_writable
    if not is_backup:
        with pytest.raises(StateError, match="newer"):
            act(newer)
    assert contents(newer.path.parent) == before


# -- the folder and its files --------------------------------------------------------------------------


def test_files_are_for_their_owner_only(kept: StateFile) -> None:
    kept.append([HeardRecord("k", "a", START, 0, 1.0, 1.0)])
    kept.compact()
    folder = kept.path.parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in folder.iterdir()} == {
        path.name: "0o600" for path in folder.iterdir()
    }


def test_link_stays_a_link_and_its_target_is_written(tmp_path: Path) -> None:
    target, link = tmp_path / "synced" / "mine.toml", tmp_path / "state.toml"
    target.parent.mkdir()
    link.symlink_to(target)
    file = StateFile(link)
    file.append([record("a", 1)])
    file.compact()
    assert link.is_symlink()
    assert positions(StateFile(target).load()) == {"a": 1}
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("state")] == ["state.toml"]


def hostile_path(kind: str, folder: Path) -> Path:
    path = folder / "state.toml"
    match kind:
        case "folder":
            path.mkdir(parents=True)
        case "pipe":
            folder.mkdir()
            os.mkfifo(path)
        case "loop":
            folder.mkdir()
            path.symlink_to(path)
        case "folder for the lock":
            (folder / "state.toml.lock").mkdir(parents=True)
        case "link for the lock":
            folder.mkdir()
            (folder / "state.toml.lock").symlink_to(folder / "elsewhere")
        case "pipe for the journal":
            folder.mkdir()
            os.mkfifo(folder / "state.journal.toml")
        case "folder for the journal":
            (folder / "state.journal.toml").mkdir(parents=True)
        case "file for the folder":
            folder.write_text("here")
        case "device":
            return Path(os.devnull) / "state.toml"
    return path


@pytest.mark.parametrize(
    "kind",
    ["folder", "pipe", "loop", "folder for the lock", "link for the lock", "pipe for the journal",
     "folder for the journal", "file for the folder", "device"],
)  # fmt: skip
def test_path_that_can_hold_no_state_is_told_and_never_acknowledged(tmp_path: Path, kind: str) -> None:
    file = StateFile(hostile_path(kind, tmp_path / "state"))
    state = file.load()
    assert state.notices
    assert not state.is_writable
    if kind not in ("folder", "pipe"):  # their journal could be written: that the app does not is `is_writable`
        with pytest.raises(StateError):
            file.append([record("a", 1)])


def test_name_with_brackets_is_only_a_name(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "state[1]*.toml")
    stale = tmp_path / f".{file.path.name}.1-1.tmp"
    stale.write_text("left behind")
    os.utime(stale, (0, 0))
    file.append([record("a", 1)])
    file.load()
    assert not stale.exists()
    assert positions(file.load()) == {"a": 1}


def test_load_removes_what_a_killed_program_left_and_only_when_old(kept: StateFile) -> None:
    folder = kept.path.parent
    old, young, other = (folder / name for name in (".state.toml.1-a.tmp", ".state.toml.2-b.tmp", ".state.toml.old"))
    for path in (old, young, other):
        path.write_text("half")
    for path in (old, other):
        os.utime(path, (time.time() - 3600,) * 2)
    kept.load()
    assert (old.exists(), young.exists(), other.exists()) == (False, True, True)


def run_without_rights(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python as someone for whom file modes count, which they do not for root."""
    command = [sys.executable, "-c", code, *arguments]
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("root, and no setpriv")
        command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", *command]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE)


READ_ONLY = """
import json, sys
from pathlib import Path
from tui_pod.state.store import StateError, StateFile
from tests.state.test_store import positions, record
file = StateFile(Path(sys.argv[1]))
state = file.load()
try:
    file.append([record("z", 1)])
    said = ""
except StateError as error:
    said = str(error)
print(json.dumps([positions(state), state.is_writable, state.notices, said]))
"""


@pytest.mark.parametrize("is_damaged", [False, True])
def test_read_only_folder_is_read_told_and_not_written(kept: StateFile, is_damaged: bool) -> None:
    kept.compact()
    if is_damaged:
        kept.path.write_bytes(b"damaged")
    folder = kept.path.parent
    (folder / "state.toml.lock").unlink()
    kept.journal.unlink()
    before = contents(folder)
    folder.chmod(0o500)
    try:
        run = run_without_rights(READ_ONLY, str(kept.path))
    finally:
        folder.chmod(0o700)
    found, is_writable, notices, said = json.loads(run.stdout)
    assert found == ({"a": 1, "b": 2} if is_damaged else {"a": 1, "b": 2, "c": 3})
    assert not is_writable
    assert any("damaged" in notice for notice in notices) is is_damaged
    assert is_damaged or ("cannot be saved" in notices[0] and "Permission denied" in notices[0])
    assert "Permission denied" in said
    assert contents(folder) == before


# -- several programs ----------------------------------------------------------------------------------


def test_two_instances_never_lose_each_others_progress(file: StateFile) -> None:
    other = StateFile(file.path)
    file.load()
    other.load()
    for step in range(6):
        file.append([record("a", step, minutes=step)])
        other.append([record("b", step, minutes=step)])
        (file if step % 2 else other).compact()
    assert positions(file.load()) == positions(other.load()) == {"a": 5, "b": 5}


WRITER = """
import sys
from pathlib import Path
from tui_pod.state.store import StateFile
from tests.state.test_store import record
file, name = StateFile(Path(sys.argv[1])), sys.argv[2]
for step in range(40):
    file.append([record(f"{name}-{step % 8}", step + 1, minutes=step)])
    if step % 5 == 0:
        file.compact()
"""


def test_three_programs_at_once_lose_nothing(file: StateFile) -> None:
    names = ("x", "y", "z")
    command = [sys.executable, "-c", WRITER, str(file.path)]
    running = [subprocess.Popen([*command, name], cwd=ROOT) for name in names]
    assert [one.wait(timeout=60) for one in running] == [0, 0, 0]
    expected = {f"{name}-{step % 8}": step + 1 for name in names for step in range(32, 40)}
    assert positions(file.load()) == expected


def test_lock_held_by_another_program_is_told(kept: StateFile, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    monkeypatch.setattr(store, "LOCK_WAIT", 0.0)
    with (kept.path.parent / "state.toml.lock").open("r+b") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(StateError, match="busy"):
            kept.append([record("d", 4)])
        state = kept.load()
    assert (positions(state), state.is_writable) == ({"a": 1, "b": 2, "c": 3}, True)
    assert "busy" in state.notices[0]


# -- full and failing disks ----------------------------------------------------------------------------


class FailingDisk:
    """Stands for `os` in the store and lets the calls that write fail from the Nth on, or the Nth only."""

    CALLS = ("open", "write", "fsync", "fdatasync", "rename", "link", "ftruncate")

    def __init__(self, at: int, code: int, is_lasting: bool) -> None:
        self._at, self._code, self._is_lasting = at, code, is_lasting
        self.count = 0

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        if name not in self.CALLS:
            return real

        def call(*arguments: Any) -> Any:
            if name != "open" or arguments[1] & (os.O_WRONLY | os.O_RDWR):
                self.strike()
            return real(*arguments)

        return call

    def open_file(self, *arguments: Any, **options: Any) -> Any:
        """Open a file of Python's own, whose writing fails too."""
        if "w" in arguments[1]:
            self.strike()
        return open(*arguments, **options)

    def strike(self) -> None:
        self.count += 1
        if self.count == self._at or (self._is_lasting and self.count > self._at):
            raise OSError(self._code, os.strerror(self._code))


def use_os(system: object, patch: pytest.MonkeyPatch) -> None:
    """Have the state's files go through another module than `os`."""
    for module in (store, durable):
        patch.setattr(module, "os", system)


def failing(at: int, code: int, is_lasting: bool, patch: pytest.MonkeyPatch) -> FailingDisk:
    disk = FailingDisk(at, code, is_lasting)
    use_os(disk, patch)
    patch.setattr(durable, "open", disk.open_file, raising=False)
    return disk


@pytest.mark.parametrize("is_lasting", [False, True], ids=["once", "lasting"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EACCES], ids=["full", "broken", "denied"])
def test_any_call_that_fails_loses_nothing_acknowledged_and_the_next_save_works(
    tmp_path: Path, code: int, is_lasting: bool
) -> None:
    for number in itertools.count(1):
        file = StateFile(tmp_path / str(number) / "state.toml")
        file.append([record("a", 1)])
        file.compact()
        acknowledged = 1
        with pytest.MonkeyPatch.context() as patch:
            disk = failing(number, code, is_lasting, patch)
            for step, act in enumerate("append compact append compact".split(), 2):
                with contextlib.suppress(StateError):
                    if act == "compact":
                        file.compact()
                    else:
                        file.append([record("a", step, step)])
                        acknowledged = step
            has_failed = disk.count >= number
        found = positions(file.load())["a"]
        assert found >= acknowledged, number
        file.append([record("b", 1)])
        file.compact()
        assert positions(file.load()) == {"a": found, "b": 1}
        assert not [path for path in file.path.parent.iterdir() if path.suffix == ".tmp"], number
        if not has_failed:
            break
    assert number > 15  # it went through every call


def test_append_to_a_full_disk_leaves_the_journal_as_it_was(kept: StateFile, monkeypatch: pytest.MonkeyPatch) -> None:
    before = kept.journal.read_bytes()
    write = os.write

    def short(descriptor: int, content: bytes) -> int:
        return write(descriptor, content[:10])

    monkeypatch.setattr(os, "write", short)
    with pytest.raises(StateError, match=r"^No space left"):  # first: a notice is cut off at its end
        kept.append([record("d", 4)])
    assert kept.journal.read_bytes() == before


FULL = """
import json, os, subprocess, sys
from pathlib import Path
from tui_pod.state.store import StateError, StateFile
from tests.state.test_store import positions, record
folder = Path(sys.argv[1])
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "none", folder], check=True)
file, acknowledged, failures = StateFile(folder / "state.toml"), {}, set()
for step in range(600):
    name = f"episode-{step}"
    try:
        file.append([record(name, step + 1)])
        acknowledged[name] = step + 1
        if step % 50 == 0:
            file.compact()
    except StateError as error:
        failures.add(str(error))
left = positions(StateFile(folder / "state.toml").load())
lost = [name for name, position in acknowledged.items() if left.get(name) != position]
print(json.dumps([len(acknowledged), lost, sorted(failures), [p.name for p in folder.glob("*.tmp")]]))
"""


def test_disk_that_runs_full_loses_nothing_acknowledged(tmp_path: Path) -> None:
    command = ["unshare", "-m", sys.executable, "-c", FULL, str(tmp_path)]
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        pytest.skip("only root may mount a small disk")
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    if "mount" in run.stderr or run.stderr.startswith("unshare:"):
        pytest.skip("mounting is not allowed here")
    saved, lost, failures, leftovers = json.loads(run.stdout)
    assert saved > 50
    assert any("No space left" in failure for failure in failures)
    assert (lost, leftovers) == ([], [])


def test_load_on_a_full_disk_reads_and_stays_writable(kept: StateFile, monkeypatch: pytest.MonkeyPatch) -> None:
    """Space may be made while the app runs."""
    failing(1, errno.ENOSPC, is_lasting=True, patch=monkeypatch)
    state = kept.load()
    assert (positions(state), state.is_writable) == ({"a": 1, "b": 2, "c": 3}, True)
    assert "No space left" in state.notices[0]


# -- power cuts ----------------------------------------------------------------------------------------


class Log:
    """Stands for `os` in the store and notes in order what is written, synced and renamed."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        if name not in ("write", "fsync", "fdatasync", "rename", "ftruncate"):
            return real

        def call(target: Any, *rest: Any) -> Any:
            path = Path(os.readlink(f"/proc/self/fd/{target}") if isinstance(target, int) else target)
            self.calls.append(f"{name} {'temp' if path.suffix == '.tmp' else path.suffix or 'folder'}")
            return real(target, *rest)

        return call


linux_only = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc to name open files")


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Log:
    """What is done to the disk from now on: a test names it last, behind the files that it begins with."""
    log = Log()
    use_os(log, monkeypatch)
    return log


@linux_only
def test_append_is_on_the_disk_before_it_returns(file: StateFile, log: Log) -> None:
    """A new file is there after a power cut only when its folder was synced too."""
    file.append_at_once([record("a", 1)])
    assert log.calls == ["write .toml"]
    log.calls.clear()
    file.append([record("a", 2)])
    assert log.calls == ["write .toml", "fsync .toml", "fsync folder"]
    log.calls.clear()
    file.append([record("a", 3)])
    assert log.calls == ["write .toml", "fdatasync .toml"]
    log.calls.clear()  # a program that was killed may have made the journal without coming to sync the folder
    StateFile(file.path).append([record("a", 4)])
    assert log.calls == ["write .toml", "fsync .toml", "fsync folder"]


@linux_only
def test_compact_is_on_the_disk_before_the_journal_is_emptied(kept: StateFile, log: Log) -> None:
    """Else a power cut between the two finds neither the snapshot nor the journal."""
    kept.compact()
    assert log.calls == [
        "fsync temp", "rename .bak", "rename temp", "fsync folder", "ftruncate .toml", "fsync .toml",
    ]  # fmt: skip
    log.calls.clear()
    kept.path.write_bytes(b"")
    kept.load()
    assert log.calls == ["rename .toml", "fsync folder"]  # put aside for good


# -- many ----------------------------------------------------------------------------------------------


@pytest.fixture
def many() -> list[Record]:
    return [record(f"episode-{number}", number + 1) for number in range(3000)]


def test_three_thousand_episodes_are_kept(file: StateFile, many: list[Record]) -> None:
    file.append(many)
    file.compact()
    assert len(file.load().progress) == 3000
    file.append([record("one", 1)])
    assert file.journal.stat().st_size < 500


def test_module_run_as_a_program_compacts(kept: StateFile) -> None:
    subprocess.run(
        [sys.executable, "-m", "tui_pod.state.store", str(kept.path)], cwd=ROOT, check=True, timeout=PATIENCE
    )
    assert kept.journal.read_bytes() == b""
    assert positions(kept.load()) == {"a": 1, "b": 2, "c": 3}
