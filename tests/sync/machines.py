"""Machines that share a folder through a carrier that is late, copies conflicts and tears files."""

import os
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_type_hints

from tui_pod.core.progress.bookmarks import Bookmark, BookmarkKey
from tui_pod.core.progress.cards import newest_of
from tui_pod.core.progress.progress import Progress, newest, stamp_after
from tui_pod.core.progress.ranges import Ranges
from tui_pod.core.progress.records import ProgressRecord
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.state.store import StateFile
from tui_pod.sync.run import SyncResult, sync_with_folder

START = datetime(2026, 1, 1, 8, tzinfo=UTC)
LENGTH = 1000.0

VALUES = {bool: True, int: 2, str: "slow", float: 1.5, float | None: 9.25, datetime: START,
          datetime | None: START - timedelta(days=1), Ranges: ((1.0, 2.5),)}  # fmt: skip
"""A value other than the default for a field of each type."""


def whole_progress() -> Progress:
    """Return progress in which no field but the mark, which would take its position back, has its default."""
    made: dict[str, Any] = {name: VALUES[hint] for name, hint in get_type_hints(Progress).items()}
    return Progress(**made)._replace(played=False, version="5000 130.00 50.000 AAAAAA==")


@dataclass(frozen=True, slots=True)
class Change:
    """Something that a listener did on one machine."""

    episode: str
    value: Progress
    heard: tuple[float, float]
    seen: datetime | None
    """Of the value that was there before."""


@dataclass(slots=True)
class Machine:
    """A state of its own, a copy of the folder, and a clock that may be wrong."""

    name: str
    home: Path
    skew: timedelta = timedelta()
    made: list[Change] = field(default_factory=list)
    kept: list[Bookmark] = field(default_factory=list)
    """Every value of a bookmark that was made here."""

    @property
    def folder(self) -> Path:
        """Its copy of the shared folder."""
        return self.home / "shared"

    @property
    def file(self) -> StateFile:
        """Its state."""
        return StateFile(self.home / "state.toml")

    @property
    def store(self) -> FeedStore:
        """Its podcasts."""
        return FeedStore(self.home)

    def progress(self) -> dict[str, Progress]:
        """Return what its state holds."""
        return self.file.load().progress

    def listen(self, episodes: list[str], now: datetime, chances: random.Random) -> None:
        """Listen to some of each episode, and mark some of them."""
        known, records = self.progress(), []
        for episode in episodes:
            stamp, start = stamp_after(known.get(episode), now + self.skew), float(chances.randrange(900))
            value = known.get(episode) or Progress(stamp)
            end = start + chances.randrange(1, 90)
            value = value.with_played(start, end, stamp).at(end, LENGTH, stamp)
            if chances.random() < 0.3:
                value = value.finished(stamp)
            former = known.get(episode)
            self.made.append(Change(episode, value, (start, end), former.updated if former else None))
            known[episode] = value
            records.append(ProgressRecord(episode, value))
        self.file.append(records)

    def keep(self, episode: str, now: datetime, chances: random.Random) -> None:
        """Keep, edit or remove one of an episode's few bookmarks."""
        stamp, start = now + self.skew, float(chances.randrange(3))
        former = self.bookmarks().get(BookmarkKey(episode, start))
        if former is not None:
            stamp = max(stamp, former.updated + timedelta(milliseconds=1))
        bookmark = Bookmark(episode, start, start + 5.0, stamp, stamp, note=f"{self.name} {len(self.kept)}")
        if chances.random() < 0.3:
            bookmark = bookmark.removed(stamp)
        self.kept.append(bookmark)
        self.file.append([bookmark])

    def bookmarks(self) -> dict[BookmarkKey, Bookmark]:
        """Return the bookmarks that its state holds, those removed too."""
        return {bookmark.key: bookmark for bookmark in self.file.load().notebook.bookmarks}

    def sync(self, now: datetime) -> SyncResult:
        """Sync with its copy of the folder."""
        return sync_with_folder(self.file, self.file.load(), self.store, self.folder, now + self.skew)


class World:
    """Some machines, and what carries files between them."""

    def __init__(self, folder: Path, count: int, chances: random.Random) -> None:
        self.now = START
        self._chances = chances
        skews = [timedelta(), timedelta(days=1), timedelta(days=-1), timedelta(), timedelta(minutes=-3)]
        self.machines = [Machine(f"m{n}", folder / f"m{n}", skews[n % 5]) for n in range(count)]
        for machine in self.machines:
            machine.folder.mkdir(parents=True)

    def carry(self, source: Machine, target: Machine) -> None:
        """Bring what is newer in one machine's folder to another's, with the accidents that happen to syncers."""
        for path in sorted(source.folder.glob("*.toml")):
            there, accident = target.folder / path.name, self._chances.random()
            if there.exists() and there.stat().st_mtime_ns >= path.stat().st_mtime_ns:
                continue
            if accident < 0.08:  # the connection broke: half a file, until it is carried again
                content = path.read_bytes()
                there.write_bytes(content[: self._chances.randrange(len(content))])
                os.utime(there, ns=(0, 0))
            else:
                if accident < 0.16 and there.exists():
                    stem = f"{path.stem}.sync-conflict-2026-{self._chances.randrange(10**6)}"
                    shutil.copy2(there, there.with_name(f"{stem}.toml"))
                shutil.copy2(path, there)

    def live(self, changes: int, episodes: int) -> None:
        """Let so many changes be made, here and there, with now and then a sync. The last one is away for a year."""
        names = [f"episode-{number}" for number in range(episodes)]
        away, present = self.machines[-1], self.machines[:-1]
        while changes > 0:
            machine = away if self._chances.random() < 0.1 else self._chances.choice(present)
            count = min(self._chances.randint(1, 12), changes)
            machine.listen(self._chances.choices(names, k=count), self.now, self._chances)
            machine.keep(self._chances.choice(names[:5]), self.now, self._chances)
            changes -= count
            self.now += timedelta(seconds=self._chances.randint(30, 4 * 3600))
            if self._chances.random() < 0.5:
                machine.sync(self.now)
            if len(present) > 1 and self._chances.random() < 0.6:
                self.carry(*self._chances.sample(present, 2))
        self.now += timedelta(days=365)

    def settle(self) -> None:
        """Have everything carried everywhere, and synced, until nothing changes."""
        for _ in range(3):
            for source in self.machines:
                source.sync(self.now)
                self.now += timedelta(minutes=1)
                for target in self.machines:
                    if target is not source:
                        for path in source.folder.glob("*.toml"):
                            own = target.folder / path.name
                            if not own.exists() or own.stat().st_mtime_ns < path.stat().st_mtime_ns:
                                shutil.copy2(path, own)

    def losses(self) -> Iterator[str]:
        """Yield what any machine does not have, or has otherwise than it was made."""
        changes = [change for machine in self.machines for change in machine.made]
        last: dict[str, Progress] = {}
        for change in changes:  # two that saw the same value of a third may write at the same moment
            last[change.episode] = newest(last.get(change.episode, change.value), change.value)
            if change.seen is not None and change.value.updated <= change.seen:
                yield f"{change.episode}: a later change looks older"
        bookmarks: dict[BookmarkKey, Bookmark] = {}
        for bookmark in (bookmark for machine in self.machines for bookmark in machine.kept):
            bookmarks[bookmark.key] = newest_of(bookmarks.get(bookmark.key), bookmark)
        for machine in self.machines:
            if (found_there := machine.bookmarks()) != bookmarks:
                yield f"{machine.name}: bookmarks are {found_there}, not {bookmarks}"
            progress = machine.progress()
            for episode, wanted in last.items():
                found = progress.get(episode)
                if found is None or _place(found) != _place(wanted):
                    yield f"{machine.name}: {episode} is {found}, not {wanted}"
            for change in changes:
                found = progress.get(change.episode, change.value._replace(played_ranges=()))
                start, end = change.heard
                if not any(low <= start and end <= high for low, high in found.played_ranges):
                    yield f"{machine.name}: {change.episode} was heard from {start} to {end}"


def _place(progress: Progress) -> tuple[datetime, float, bool]:
    return progress.updated, progress.position, progress.played
