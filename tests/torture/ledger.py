"""What a driven process handed over for saving, and what was acknowledged; held against what a load finds.

Lost is what the writer had acknowledged, so that its fsync had returned, and the disk does not have. How long that
takes depends on the disk: it is reported, beside a bare fsync on the same disk.

The process writes a line for each before it does anything else, so that the ledger has them whenever it is killed.
"""

import json
import os
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tui_pod.core.library.own_lists import OwnList
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.cards import Card
from tui_pod.core.progress.records import HeardRecord, ProgressRecord, Record, SettingRecord
from tui_pod.core.wall_time import FUTURE
from tui_pod.state.store import State, StateFile

MOST_LOST = 5.0
"""Seconds of playing that may be lost."""

Saved = tuple[Any, ...]


class Ledger:
    """The writing side."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(self, kind: str, content: object) -> None:
        """Write a line."""
        os.write(self._file, f"{json.dumps([kind, time.monotonic(), content])}\n".encode())

    def asked(self, ticket: int, records: tuple[Record, ...], played: Mapping[str, float]) -> None:
        """Note that records are about to be handed over, and how long each episode had played in this run."""
        walls = [played.get(getattr(record, "episode", ""), 0.0) for record in records]
        self.write("asked", [ticket, [(*as_saved(record), wall) for record, wall in zip(records, walls, strict=True)]])

    def saved(self, ticket: int) -> None:
        """Note that all records up to a ticket are said to be safe."""
        self.write("saved", ticket)

    def played(self, episode: str, seconds: float) -> None:
        """Note for how many seconds of the listener's time an episode has played in this run."""
        self.write("played", [episode, seconds])


def as_saved(record: Record) -> Saved:
    """Return a record as it can be compared with what a load finds: its place, its age, its value."""
    match record:
        case ProgressRecord(episode, progress):
            return ("progress", episode), progress.updated.isoformat(), [round(progress.position, 2), progress.played]
        case Bookmark() as bookmark:
            value = [bookmark.text, bookmark.note, bookmark.is_removed]
            return ("bookmark", *bookmark.key), bookmark.updated.isoformat(), value
        case Card() as card:
            return ("card", *card.key), card.updated.isoformat(), [card.stability, card.is_removed]
        case OwnList() as each:
            return ("list", *each.key), each.updated.isoformat(), [list(each.episodes), each.is_removed]
        case SettingRecord(table, key, value):
            return ("setting", table, key), "", value.isoformat() if isinstance(value, datetime) else value
        case HeardRecord():
            return ("heard", record.key), "", record.seconds


class Oracle:
    """Knows what must be found on the disk, over several runs of the driven process on one state."""

    def __init__(self, has_settings: bool = True) -> None:
        self._has_settings = has_settings
        self._sent: dict[Saved, list[Saved]] = {}
        """Every age and value ever handed over, by place, in order."""
        self._least: dict[Saved, int] = {}
        """Which of them must be there, or a later one."""
        self._why: dict[Saved, str] = {}
        """Why it must."""
        self._walls: dict[tuple[Saved, int], float] = {}
        """For how long the episode had played in the present run when each was handed over."""
        self.worst: dict[str, float] = {}

    def judge(self, ledger: Path, killed: float, file: StateFile) -> list[str]:
        """Return what a load does not find that it must, and note the worst of what it may."""
        self._walls.clear()
        played = self._read(ledger, killed)
        state = file.load()
        losses = [f"the load says: {notice}" for notice in state.notices]
        found = _found(state, file)
        places: dict[Saved, int] = {}
        for place, values in self._sent.items():
            if place[0] == "setting" and not self._has_settings:
                continue
            at = places[place] = self._index(found.get(place), values)
            if at < 0 and place in found:
                losses.append(f"{place} is {found[place]}, which was never saved")
            elif at < self._least.get(place, -1):
                losses.append(
                    f"{place} is {found.get(place)}, not {values[self._least[place]]}, which {self._why[place]}"
                )
            self._require([(place, at)], "an earlier load found")
        for episode, seconds in played.items():
            place = ("progress", episode)
            lost = seconds - self._walls.get((place, places.get(place, -1)), 0.0)
            self.note("s of playing lost", lost)
            if lost > MOST_LOST:
                losses.append(f"{lost:.1f} s of playing {episode} were lost")
        return losses

    def note(self, name: str, value: float) -> None:
        """Note something measured."""
        self.worst[name] = max(value, self.worst.get(name, value))

    def _read(self, ledger: Path, killed: float) -> dict[str, float]:
        """Take in a ledger; return for how long each episode had played."""
        asked: list[tuple[int, float, list[tuple[Saved, int]]]] = []
        played: dict[str, float] = {}
        for line in ledger.read_text("utf-8").splitlines():
            kind, when, content = json.loads(line)
            if kind == "asked":
                asked.append((content[0], when, [self._add(record) for record in content[1]]))
            elif kind == "saved" and when <= killed:  # a call that a cut of the power breaks may say anything
                for entry in [entry for entry in asked if entry[0] <= content]:
                    self._require(entry[2], "was said to be safe")
                    self.note("s until safe", when - entry[1])
                    asked.remove(entry)
            elif kind == "played":
                played[content[0]] = content[1]
        return played

    def _add(self, record: Any) -> tuple[Saved, int]:
        place, age, value, wall = tuple(record[0]), record[1], record[2], record[3]
        values = self._sent.setdefault(place, [])
        values.append((age, value))
        self._walls[(place, len(values) - 1)] = wall
        return place, len(values) - 1

    def _require(self, places: list[tuple[Saved, int]], why: str) -> None:
        for place, at in places:
            if at > self._least.get(place, -1):
                self._least[place], self._why[place] = at, why

    def _index(self, found: Saved | None, values: list[Saved]) -> int:
        """Return the last place at which what was found was handed over; -1: nowhere.

        A time too far ahead to be believed is found as another one.
        """
        if found is None:
            return -1
        return max((at for at, value in enumerate(values) if value == found or _is_ahead(value, found)), default=-1)


def _is_ahead(sent: Saved, found: Saved) -> bool:
    if sent[1:] != found[1:] or not sent[0]:
        return False
    return datetime.fromisoformat(sent[0]) > datetime.now(UTC) + FUTURE > datetime.fromisoformat(found[0])


def bare_fsync(folder: Path) -> float:
    """Return the seconds that appending to a file and syncing it takes without the program, the worst of 20."""
    worst = 0.0
    descriptor = os.open(folder / "fsync", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        for _ in range(20):
            began = time.monotonic()
            os.write(descriptor, b"x" * 200)
            os.fsync(descriptor)
            worst = max(worst, time.monotonic() - began)
    finally:
        os.close(descriptor)
        (folder / "fsync").unlink()
    return worst


def _found(state: State, file: StateFile) -> Mapping[Saved, Saved]:
    found: dict[Saved, Saved] = {}
    for episode, progress in state.progress.items():
        place, age, value = as_saved(ProgressRecord(episode, progress))
        found[place] = (age, value)
    for bookmark in state.notebook.bookmarks:
        place, age, value = as_saved(bookmark)
        found[place] = (age, value)
    for card in state.notebook.cards:
        place, age, value = as_saved(card)
        found[place] = (age, value)
    for table, values in state.tables.items():
        for key, setting in values.items():
            place, age, value = as_saved(SettingRecord(table, key, setting))
            found[place] = (age, value)
    for record in file.heard_records():
        found[("heard", record.key)] = ("", record.seconds)
    return found
