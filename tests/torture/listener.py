"""A listener who cannot keep still: real listening and the real store, over stand-ins for sound and time.

Runs in a process that is killed. While a save is under way no time passes for the listener, so that what is lost
of the playing is what the program did not ask to have saved, however fast the listener is and slow the disk.
"""

import os
import queue
import random
import time
from datetime import timedelta
from pathlib import Path

from tests.fakes import FakeClock, FakeListener, FakePlayer, FakeSources
from tests.torture.ledger import Ledger
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.playback.controller import PlaybackController
from tui_pod.core.playback.up_next import PlayContext
from tui_pod.core.player.events import RecordsSaved
from tui_pod.core.player.ports import Ports
from tui_pod.core.player.snapshot import PlayerStatus
from tui_pod.core.progress.bookmarks import Stretch
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.progress.records import Record
from tui_pod.core.selection.queue import Queue
from tui_pod.state import store as store_module
from tui_pod.state import writer as writer_module
from tui_pod.state.store import StateFile
from tui_pod.state.writer import Report, SaveFailed, StateWriter

EPISODES = 8


class WatchedSaver(StateWriter):
    """A saver that keeps a ledger of what it is given and of what it says is safe."""

    def __init__(self, file: StateFile, ledger: Ledger) -> None:
        self._ledger = ledger
        self._sent = 0
        self.played: dict[str, float] = {}
        """For how long each episode has played, in seconds of the listener's time."""
        self.reports: queue.SimpleQueue[int] = queue.SimpleQueue()
        super().__init__(file, self._note)

    def save(self, *records: Record) -> int:
        """Note the records, then save them."""
        self._sent += 1
        self._ledger.asked(self._sent, records, self.played)
        return super().save(*records)

    def _note(self, report: Report) -> None:
        if isinstance(report, RecordsSaved):
            self._ledger.saved(report.ticket)
            self.reports.put(report.ticket)
        elif isinstance(report, SaveFailed):
            self._ledger.write("failed", report.reason)


class RestlessListener:
    """Plays, pauses, seeks, marks and queues by chance."""

    def __init__(
        self, path: Path, ledger: Path, chances: random.Random, run: str, days: int, changes_clock: bool = False
    ) -> None:
        self._chances = chances
        self._ledger = Ledger(ledger)
        file = StateFile(path)
        state = file.load()
        library = make_library(run.partition("-")[0])
        self._player, sources, self._clock = FakePlayer(), FakeSources(), FakeClock()
        self._clock.now += timedelta(days=days)
        self._player.clock = self._clock
        self._writer = WatchedSaver(file, self._ledger)
        ports = Ports(self._player, sources, self._writer, FakeListener(), self._clock, run)
        self._controller = PlaybackController(
            library,
            ProgressIndex(library, state.progress),
            ports,
            queue=Queue(tuple(state.strings("queue", "entries"))),
            notebook=state.notebook,
        )
        self._player.emit = sources.emit = self._controller.handle
        self._changes_clock = changes_clock
        self._writer.compact()

    def listen(self, until: float = float("inf")) -> None:
        """Do one thing after the other, until a time of the monotonic clock."""
        actions = (self._play, self._go_on, self._go_on, self._pause, self._seek, self._mark, self._mark_many,
                   self._queue, self._undo, self._compact, self._change_speed, self._bookmark)  # fmt: skip
        parent = os.getppid()
        while time.monotonic() < until and os.getppid() == parent:
            self._chances.choice(actions)()
            if self._changes_clock and self._chances.random() < 0.2:
                self._clock.go(86400.0 * self._chances.choice((-1, 1, -365, 365)))
            self._settle()

    def close(self) -> None:
        """Quit as the app does."""
        self._controller.save()
        self._writer.close(10.0)

    def _settle(self) -> None:
        """Let what was asked for be saved, and note how long has been listened."""
        self._writer.flush(10.0)
        while not self._writer.reports.empty():
            self._controller.handle(RecordsSaved(self._writer.reports.get()))
        episode = self._controller.playback.episode
        if episode is not None:
            self._ledger.played(episode, self._writer.played.get(episode, 0.0))

    def _some(self, most: int = 1) -> list[str]:
        return self._chances.sample(self._controller.library.ids, self._chances.randint(1, most))

    def _play(self) -> None:
        self._controller.play(self._some()[0], PlayContext(range(EPISODES)))

    def _go_on(self) -> None:
        if self._controller.playback.status is PlayerStatus.PAUSED:
            self._clock.go(self._chances.choice((1.0, 100.0, 10_000.0)))
            self._controller.toggle_pause()
        for _ in range(self._chances.randint(1, 40)):
            playback = self._controller.playback
            if playback.episode is not None and playback.status is PlayerStatus.PLAYING:
                self._writer.played[playback.episode] = self._writer.played.get(playback.episode, 0.0) + 0.25
            self._player.play(0.25)
            self._settle()

    def _pause(self) -> None:
        self._controller.toggle_pause()

    def _seek(self) -> None:
        self._controller.seek_by(self._chances.choice((-10.0, 30.0, -5.0, 5.0)))

    def _mark(self) -> None:
        self._controller.editor.toggle_played(self._some())

    def _mark_many(self) -> None:
        self._controller.editor.mark(self._some(EPISODES), played=self._chances.random() < 0.5)

    def _queue(self) -> None:
        self._controller.queue_last(self._some(3))

    def _bookmark(self) -> None:
        """Keep, edit or remove one of one's own."""
        bookmarks, library = self._controller.bookmarks, self._controller.library
        kept = [each for each in bookmarks if library.index(each.episode) is not None]
        chance = self._chances.random()
        if chance < 0.5 or not kept:
            start = float(self._chances.randrange(0, 300, 10))
            words = f'"Words" of “{start}” \\ ä'
            bookmarks.add(self._chances.choice(library.ids), "", Stretch(start, start + 5.0, words))
        elif chance < 0.8:
            bookmark = self._chances.choice(kept)
            bookmarks.edit(bookmark.key, bookmark.text, f"note {self._chances.random()}")
        else:
            bookmarks.remove([self._chances.choice(kept).key])

    def _undo(self) -> None:
        self._chances.choice((self._controller.undo, self._controller.redo))()

    def _compact(self) -> None:
        self._writer.compact()

    def _change_speed(self) -> None:
        self._controller.mixer.set_speed(self._chances.choice((1.0, 1.5, 3.0)))


def make_library(name: str) -> Library:
    """Return a library of one's own: two listeners on one state do not touch the same episodes."""
    return build_library((), [Episode(f"{name}-{n}", f"Part {n}", duration=60.0 + 90 * n) for n in range(EPISODES)])


def compact_apart() -> None:
    """Have every compaction done by a process of its own, as with a large state."""
    for owner, name, value in ((writer_module, "SMALL_STATE", 0), (store_module, "COMPACT_AT", 4096)):
        setattr(owner, name, value)
