"""Records from clocks that are wrong by years: whatever was there before, the listener's next mark stays."""

import os
import random
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from tests.fakes import START
from tui_pod.core.progress.bookmarks import Bookmark, BookmarkKey
from tui_pod.core.progress.cards import newest_of
from tui_pod.core.progress.progress import Progress, stamp_after
from tui_pod.core.progress.records import ProgressRecord
from tui_pod.core.wall_time import FUTURE, believed, believed_seconds, is_believed, stamp_later
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.state import store
from tui_pod.state.format import record_text, snapshot_text
from tui_pod.state.store import StateError, StateFile
from tui_pod.sync.run import sync_with_folder

NOW = START
EPISODE = "e"
DAY = timedelta(days=1)

TIMES: tuple[datetime, ...] = (
    datetime.max.replace(tzinfo=UTC),
    datetime.max.replace(tzinfo=timezone(timedelta(hours=-23, minutes=-59))),
    datetime.max,  # noqa: DTZ901 - TOML has times without a zone
    datetime(9998, 12, 31, 23, 59, 59, 999999, UTC),
    datetime(9999, 1, 1, tzinfo=timezone(timedelta(hours=14))),
    datetime.min.replace(tzinfo=UTC),
    datetime.min.replace(tzinfo=timezone(timedelta(hours=23, minutes=59))),
    datetime.min,  # noqa: DTZ901
    datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    NOW - DAY,
    NOW + DAY,
    NOW + 2 * DAY,
    NOW + 3 * DAY,
    NOW,
)
CLOCKS = (NOW, NOW, datetime(1970, 1, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC), NOW - 30 * DAY)

HOSTILE_FILE_TIMES = (
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2001, 1, 1, tzinfo=UTC),
    datetime(2400, 1, 1, tzinfo=UTC),
)


def entry(chance: random.Random) -> dict[str, object]:
    """Return an entry of an episode with times of hostile clocks."""
    return {
        "position": float(chance.randrange(1, 90)), "played": False, "updated": chance.choice(TIMES),
        "listened": chance.choice(TIMES),
    }  # fmt: skip


def bookmark_entry(chance: random.Random) -> dict[str, object]:
    return {
        "episode": EPISODE, "start": 1.0, "end": 2.0, "note": "Hostile.", "created": chance.choice(TIMES),
        "updated": chance.choice(TIMES),
    }  # fmt: skip


def write_anything(file: StateFile, chance: random.Random) -> None:
    """Change the files as a program with a wrong clock would, or a person."""
    match chance.randrange(5):
        case 0:
            data = {"episodes": {EPISODE: entry(chance)}, "bookmarks": [bookmark_entry(chance)]}
            file.path.write_text(snapshot_text(data, NOW), "utf-8")
        case 1:
            with file.journal.open("a", encoding="utf-8") as journal:
                journal.write(record_text("progress", {"id": EPISODE, **entry(chance)}))
                journal.write(record_text("bookmark", bookmark_entry(chance)))
        case 2:
            file.compact()
        case 3:
            mark(file, chance.choice(CLOCKS), is_played=False)
        case _:
            when = chance.choice(HOSTILE_FILE_TIMES).timestamp()
            for path in (file.path, file.journal):
                if path.exists():
                    os.utime(path, (when, when))


def mark(file: StateFile, now: datetime, is_played: bool = True) -> None:
    """Mark the episode, and edit a bookmark, as a run of the program at this time does."""
    state = file.load()
    former = state.progress.get(EPISODE)
    progress = (former or Progress(now)).marked(is_played, stamp_after(former, now))
    known = {each.key: each for each in state.notebook.bookmarks}.get(BookmarkKey(EPISODE, 1.0))
    stamp = now if known is None else stamp_later(known.updated, now)
    file.save([ProgressRecord(EPISODE, progress), Bookmark(EPISODE, 1.0, 2.0, stamp, stamp, note="Mine.")])


def is_mine(file: StateFile) -> bool:
    """Return whether mark and bookmark are there."""
    state = file.load()
    return state.progress[EPISODE].played and [each.note for each in state.notebook.bookmarks] == ["Mine."]


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(60))
def test_mark_after_records_of_hostile_clocks_is_there_after_a_restart(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    path = tmp_path / "state.toml"
    known, read, system = set(HOSTILE_FILE_TIMES), store.modified, [NOW]

    def modified(path: Path) -> datetime:  # the system has the same wrong clock as the program
        time = read(path)
        return time if time in known else system[0]

    monkeypatch.setattr(store, "modified", modified)
    for _ in range(chance.randrange(1, 9)):
        system[0] = chance.choice(CLOCKS)
        write_anything(StateFile(path, lambda: system[0]), chance)
    system[0] = chance.choice(CLOCKS)
    mark(StateFile(path, lambda: system[0]), system[0])
    for clock in chance.sample(CLOCKS, 3):
        system[0] = clock
        file = StateFile(path, lambda: system[0])
        assert is_mine(file)
        if chance.random() < 0.5:
            file.compact()


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(40))
def test_mark_survives_a_shared_folder_with_records_of_hostile_clocks(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    folder = tmp_path / "shared"
    folder.mkdir()
    states = [StateFile(tmp_path / name / "state.toml", lambda: NOW) for name in "ab"]
    stores = [FeedStore(tmp_path / name) for name in "ab"]

    def sync(which: int, now: datetime) -> None:
        sync_with_folder(states[which], states[which].load(), stores[which], folder, now)

    def be_hostile() -> None:
        data = {
            "episodes": {EPISODE: {**entry(chance), "updated": chance.choice(TIMES[:5])}},
            "bookmarks": [{**bookmark_entry(chance), "updated": chance.choice(TIMES[:5])}],
            "podcasts": {"https://example.org/": {"updated": TIMES[3], "speed": "2"}},
        }
        (folder / "hostile.toml").write_text(snapshot_text(data, NOW), "utf-8")

    be_hostile()
    for which in (0, 1):
        sync(which, NOW)
        assert states[which].load().progress[EPISODE].updated <= NOW + FUTURE
    at = NOW + timedelta(minutes=1)
    mark(StateFile(states[0].path, lambda: at), at)
    for minutes, which in enumerate((0, 1, 0, 1), 2):
        be_hostile()
        sync(which, NOW + timedelta(minutes=minutes))
    assert all(map(is_mine, states))
    own = [path.read_text("utf-8") for path in folder.iterdir() if path.name != "hostile.toml"]
    assert not any(f"= {year}-" in text for text in own for year in (9998, 9999))


def test_time_far_ahead_counts_as_now() -> None:
    assert believed(NOW + FUTURE, NOW) == NOW + FUTURE
    assert believed(NOW + FUTURE + timedelta(microseconds=1), NOW) == NOW
    assert believed_seconds(1e18, 100.0) == 100.0
    assert not is_believed(TIMES[1], NOW)


def test_clock_that_was_set_back_to_1970_changes_no_times_and_loses_no_mark(tmp_path: Path) -> None:
    right, wrong = (StateFile(tmp_path / "state.toml", lambda now=now: now) for now in (NOW, CLOCKS[2]))  # type: ignore[misc]
    right.save([ProgressRecord("other", Progress(NOW, 10.0)), ProgressRecord(EPISODE, Progress(NOW, 10.0))])
    mark(wrong, CLOCKS[2])
    for file in (wrong, right):
        assert file.load().progress["other"].updated == NOW
        assert is_mine(file)


def test_record_of_a_wrong_clock_wins_over_what_was_there_when_it_was_made(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "state.toml", lambda: NOW)
    file.append([ProgressRecord(EPISODE, Progress(NOW, 10.0))])
    file.append([ProgressRecord(EPISODE, Progress(NOW + 300 * DAY, 20.0))])
    found = file.load().progress[EPISODE]
    assert found.position == 20.0
    assert found.updated < NOW + 300 * DAY


def test_save_that_would_not_be_read_back_raises(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "state.toml", lambda: NOW)
    file.save([ProgressRecord(EPISODE, Progress(NOW + DAY, 10.0))])
    with pytest.raises(StateError, match="older"):
        file.save([ProgressRecord(EPISODE, Progress(NOW, 20.0))])
    file.save([ProgressRecord("other", Progress(NOW, 20.0))])


def test_save_that_another_program_has_overtaken_does_not_raise(tmp_path: Path) -> None:
    first, second = (StateFile(tmp_path / "state.toml", lambda: NOW) for _ in range(2))
    first.append([ProgressRecord(EPISODE, Progress(NOW, 10.0))])
    second.append([ProgressRecord(EPISODE, Progress(NOW + DAY, 20.0))])
    first.compact()
    assert first.load().progress[EPISODE].position == 20.0


def test_bookmark_that_is_newer_wins_whichever_comes_first() -> None:
    old, new = (Bookmark(EPISODE, 1.0, 2.0, NOW, NOW + by) for by in (timedelta(), DAY))
    assert newest_of(old, new) == newest_of(new, old) == new
