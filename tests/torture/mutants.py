"""What a program that does less for its listener's progress would look like: each must fail the checks.

A mutant changes the driven process from within, before it begins; the code of the program stays as it is.
"""

import os
import time
from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from pathlib import Path
from typing import Any

import tomli_w

from tui_pod.core.playback import progress_editor
from tui_pod.core.player import progress_tracker as tracker
from tui_pod.core.player.events import RecordsSaved
from tui_pod.core.progress.progress import Progress, stamp_after
from tui_pod.core.progress.records import ProgressRecord, Record
from tui_pod.runtime import files as durable
from tui_pod.state import format as state_format
from tui_pod.state import store
from tui_pod.state.fields import PROGRESS
from tui_pod.state.format import snapshot_text
from tui_pod.state.store import StateError, StateFile
from tui_pod.state.writer import StateWriter
from tui_pod.sync import folder as sync_folder
from tui_pod.sync import run as sync

to_table = PROGRESS.to_table


def _change(owner: Any, name: str, value: Any) -> None:
    getattr(owner, name)  # a mutant of what is no longer there would live for ever
    setattr(owner, name, value)


def write_in_place() -> None:
    """Keep all in memory, and write the whole file over itself."""

    def append(self: StateFile, records: Iterable[Record]) -> bool:
        entries = self.__dict__.setdefault("entries", {ident: to_table(v) for ident, v in self.load().progress.items()})
        for record in records:
            if isinstance(record, ProgressRecord):
                entries[record.episode] = to_table(record.progress)
        filler = {f"other-{number}": {"position": float(number)} for number in range(200)}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("wb") as file:
            tomli_w.dump({"version": 1, "episodes": {**filler, **entries}}, file)
        return False

    _change(StateFile, "append", append)
    _change(StateFile, "compact", lambda self: None)


def no_fsync() -> None:
    """Write, and leave it to the system when."""
    _change(durable, "sync_data", lambda descriptor: None)
    _change(durable, "sync_folder", lambda folder: None)
    _change(durable, "os", _without(os, "fsync"))


def no_folder_fsync() -> None:
    """Have the content of files kept, but not their names."""
    _change(durable, "sync_folder", lambda folder: None)


class _without:
    """A module with one function that does nothing."""

    def __init__(self, module: Any, name: str) -> None:
        self._module, self._name = module, name

    def __getattr__(self, name: str) -> Any:
        return (lambda *_: None) if name == self._name else getattr(self._module, name)


def no_merge() -> None:
    """Write what this program knows, whatever else is on the disk by now."""
    former = StateFile.append

    def append(self: StateFile, records: Iterable[Record]) -> bool:
        records = list(records)
        own = self.__dict__.setdefault("own", {"episodes": {i: to_table(v) for i, v in self.load().progress.items()}})
        own["episodes"] |= {r.episode: to_table(r.progress) for r in records if isinstance(r, ProgressRecord)}
        return former(self, records)

    def merged(self: StateFile, **options: Any) -> tuple[dict[str, Any], list[str]]:
        own = self.__dict__.get("own")
        return read(self, **options) if own is None else (own, [])

    read = StateFile._merged
    _change(StateFile, "append", append)
    _change(StateFile, "_merged", merged)


def no_lock() -> None:
    """Write while others do."""
    import contextlib

    _change(
        StateFile, "_locked", lambda self: contextlib.nullcontext(self.path.parent.mkdir(parents=True, exist_ok=True))
    )


def say_saved_first() -> None:
    """Report a save before it is made."""
    former = StateWriter._write

    def write(self: StateWriter, batch: Any, wants_compaction: bool) -> bool:
        self._report(RecordsSaved(self._ticket))
        return former(self, batch, wants_compaction)

    _change(StateWriter, "_write", write)


def save_late() -> None:
    """Write three seconds after it was asked for."""
    former = StateWriter._write

    def write(self: StateWriter, batch: Any, wants_compaction: bool) -> bool:
        time.sleep(3.0)
        return former(self, batch, wants_compaction)

    _change(StateWriter, "_write", write)


def forget_failed() -> None:
    """Go on after a failed save as if it had been made."""

    def append(self: StateFile, records: Iterable[Record]) -> bool:
        try:
            return former(self, records)
        except StateError:
            return False

    former = StateFile.append
    _change(StateFile, "append", append)
    _change(StateWriter, "_compact", lambda self, is_long: None)


def save_seldom() -> None:
    """Save every minute only."""
    _change(tracker, "SAVE_EVERY", 60.0)


def snapshot_in_place() -> None:
    """Write the snapshot over the old one."""

    def write(self: StateFile, data: Any) -> None:
        from datetime import UTC, datetime

        self.path.write_text(snapshot_text(data, datetime.now(UTC)), "utf-8")

    _change(StateFile, "_write_snapshot", write)


def forget_damaged() -> None:
    """Let the next save write over a damaged file."""
    _change(StateFile, "_put_aside", lambda self, path: path)


def use_no_backup() -> None:
    """Begin anew when the snapshot is damaged."""
    former = StateFile.__init__

    def init(self: StateFile, path: Path, **options: Any) -> None:
        former(self, path, **options)
        self.backup = self.path.with_name("none")

    _change(StateFile, "__init__", init)


def read_journal_whole() -> None:
    """Read a journal as one file: all of it, or nothing."""
    former = state_format.parse_journal

    def parse(text: str) -> dict[str, Any]:
        import tomllib

        try:
            tomllib.loads(text)
        except ValueError:
            return {}
        return former(text)

    _change(store, "parse_journal", parse)


def trust_clock() -> None:
    """Take the clock's word for what is newer."""
    for module in (tracker, progress_editor):
        _change(module, "stamp_after", lambda former, now: now)


def believe_any_time() -> None:
    """Believe every clock."""
    from tui_pod.core import wall_time
    from tui_pod.state import fields

    for module in (wall_time, store, fields):
        _change(module, "is_believed", lambda time, now: True)


def watch_no_loop() -> None:
    """Leave a loop that stands still to itself."""
    from tui_pod.runtime.watchdog import Watchdog

    _change(Watchdog, "run", lambda self: None)


def have_no_last_word() -> None:
    """Leave a stuck interpreter to itself."""
    from tui_pod.runtime.guard import Guard

    _change(Guard, "look", lambda self: False)


def leave_workers() -> None:
    """Tell the guard of no process that was started."""
    from tui_pod.runtime import subprocesses

    _change(subprocesses, "tell_guard", lambda *_: None)


def save_before_silence() -> None:
    """Let the sound go on until everything is saved."""
    from tui_pod.core.player.episode_player import EpisodePlayer

    _change(EpisodePlayer, "end", EpisodePlayer.save)


def die_of_signals() -> None:
    """Let signals do what they do to a program that knows nothing of them."""
    import asyncio

    _change(asyncio.SelectorEventLoop, "add_signal_handler", lambda *_: None)


def play_into_silence() -> None:
    """Play on when there is no sound device."""
    from tui_pod.audio import mpv_options

    mpv_options.OPTIONS["audio-fallback-to-null"] = "yes"


def take_any_end() -> None:
    """Take whatever ends a file for the end of the episode."""
    from tui_pod.core.player.episode_player import EpisodePlayer
    from tui_pod.core.progress.progress import Progress
    from tui_pod.core.progress.records import ProgressRecord

    def fail(self: Any, load: Any, event: Any) -> None:
        ident, index = load.episode.id, self._state.progress_index
        index.put(ident, (index.get(ident) or Progress(self._clock())).finished(self._clock()))
        self._writer.save(ProgressRecord(ident, index.get(ident)))
        self.fail(event.reason)

    _change(EpisodePlayer, "_on_failed", fail)


def wait_for_player() -> None:
    """Let each mark wait for the player to answer, which it may do late."""
    from tui_pod.core.playback.progress_editor import ProgressEditor

    former = ProgressEditor.toggle_played

    def toggle(self: Any, episodes: Any) -> None:
        time.sleep(0.7)
        former(self, episodes)

    _change(ProgressEditor, "toggle_played", toggle)


def give_narrator_up() -> None:
    """Start the narrator once only."""
    from tui_pod.speech.narrator import Narrator

    former = Narrator._ready_worker

    async def ready(self: Any, is_urgent: bool, has_command: bool) -> Any:
        if self.__dict__.setdefault("begun", False):
            raise OSError("it ended")
        self.begun = True
        return await former(self, is_urgent, has_command)

    _change(Narrator, "_ready_worker", ready)


def leak() -> None:
    """Keep something of every save."""
    import threading

    kept: list[Any] = []
    former = StateWriter._write

    def write(self: StateWriter, batch: Any, wants_compaction: bool) -> bool:
        kept.append((bytearray(100_000), os.open(os.devnull, os.O_RDONLY)))
        if len(kept) % 100 == 0:
            threading.Thread(target=time.sleep, args=(1e6,), daemon=True).start()
        return former(self, batch, wants_compaction)

    _change(StateWriter, "_write", write)


def read_newer() -> None:
    """Take a newer format for one's own."""
    _change(state_format, "VERSION", 99)


def believe_last_file() -> None:
    """Take what another machine wrote, whatever is newer, as if it had just happened."""

    def taken(mine: Mapping[str, Progress], theirs: Mapping[str, Progress]) -> dict[str, Progress]:
        changed = {ident: value for ident, value in theirs.items() if value != mine.get(ident)}
        return {
            ident: value._replace(updated=stamp_after(mine.get(ident), value.updated))
            for ident, value in changed.items()
        }

    _change(sync, "incoming", taken)
    _change(sync_folder, "newest", lambda first, second: second)


def forget_heard_elsewhere() -> None:
    """Take the newest value as it is."""
    by_time = attrgetter("updated")
    _change(sync_folder, "newest", lambda first, second: max(first, second, key=by_time))


def draw_anything() -> None:
    """Write content to the terminal as it is."""
    from tui_pod.ui import output_gate

    _change(output_gate, "guard_output", lambda: None)


def read_texts_itself() -> None:
    """Read texts of others in this process."""
    import json

    from tui_pod.runtime import limited_processes, limited_worker

    def call(self: limited_processes.LimitedProcesses, function: str, *arguments: Any, **_: Any) -> Any:
        return limited_processes._result(function, json.loads(limited_worker._answer(function, [*arguments], 0.0)))

    _change(limited_processes.LimitedProcesses, "call", call)


def let_faults_through() -> None:
    """Let what is wrong with a text be wrong with what reads it."""
    from tui_pod.search import sources
    from tui_pod.sources import foreign_texts

    class Nothing(Exception):
        pass

    for module in (foreign_texts, sources):
        _change(module, "ContentFault", Nothing)


def read_faulty_texts_again() -> None:
    """Forget which texts cannot be read."""
    from tui_pod.sources.foreign_texts import ForeignTexts

    _change(ForeignTexts, "_known_fault", lambda *_: None)


def keep_damaged_cache() -> None:
    """Take every error of a cache for one that passes, and every file for the one that was written."""
    from tui_pod.search import store as search_store

    _change(search_store, "is_passing", lambda error: True)
    _change(search_store.IndexFile, "is_as_written", lambda index: True)


def repair_no_rows() -> None:
    """Begin anew with the backup of the subscriptions alone."""
    from tui_pod.shelf import database
    from tui_pod.shelf.database import Recovered

    _change(database, "copy_readable", lambda damaged, db: Recovered())


MUTANTS: dict[str, Callable[[], None]] = {
    "draws what content says": draw_anything,
    "reads texts itself": read_texts_itself,
    "lets faults of texts through": let_faults_through,
    "reads faulty texts again": read_faulty_texts_again,
    "keeps a damaged cache": keep_damaged_cache,
    "repairs no rows": repair_no_rows,
    "no fsync": no_fsync,
    "no folder fsync": no_folder_fsync,
    "trusts the clock": trust_clock,
    "dies of signals": die_of_signals,
    "believes any time": believe_any_time,
    "watches no loop": watch_no_loop,
    "has no last word": have_no_last_word,
    "leaves its workers": leave_workers,
    "saves before silence": save_before_silence,
    "plays into silence": play_into_silence,
    "takes an end for the end": take_any_end,
    "gives a dead narrator up": give_narrator_up,
    "waits for the player": wait_for_player,
    "leaks": leak,
    "reads newer formats": read_newer,
    "forgets what failed": forget_failed,
    "forgets damaged files": forget_damaged,
    "uses no backup": use_no_backup,
    "reads a journal whole": read_journal_whole,
    "naive write": write_in_place,
    "snapshot in place": snapshot_in_place,
    "no merge": no_merge,
    "no lock": no_lock,
    "says saved first": say_saved_first,
    "saves late": save_late,
    "saves seldom": save_seldom,
    "believes the last file": believe_last_file,
    "forgets what was heard elsewhere": forget_heard_elsewhere,
}


def apply(name: str) -> None:
    """Change this process; an empty name changes nothing."""
    if name:
        MUTANTS[name]()
