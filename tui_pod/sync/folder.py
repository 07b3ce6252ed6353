"""Sync through a folder that another program copies between machines.

Each machine writes a file of its own and reads all of them, so there are no conflicts, whatever copies the folder and
however late. A file contains everything its machine knows, in the format of `state.toml`, whose checksum reveals a
truncated file. Copies that a file syncer makes of a conflict are read like any other file.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import re
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from time import thread_time
from types import MappingProxyType
from typing import Any, NamedTuple

from tui_pod.core.errors import UserError
from tui_pod.core.library.list_entries import EntryMark, by_episode, merged_marks
from tui_pod.core.library.own_lists import OwnList
from tui_pod.core.library.parts import RecordingContent
from tui_pod.core.progress.cards import Notebook
from tui_pod.core.progress.progress import Progress, newest
from tui_pod.core.progress.records import SettingRecord, setting_records
from tui_pod.core.text.clean import clean, counted, enumerated, is_safe
from tui_pod.core.text.plain_toml import OVERLOAD
from tui_pod.core.wall_time import UNKNOWN, ago
from tui_pod.runtime import files
from tui_pod.state.fields import MARKS, PROGRESS
from tui_pod.state.format import (
    DamagedState,
    NewerState,
    believe,
    check_end,
    notebook_tables,
    parse_part,
    read_notebook,
    read_progress,
    snapshot_text,
)
from tui_pod.state.store import State
from tui_pod.sync.shared_podcasts import (
    NO_PODCASTS,
    ChosenSettings,
    PodcastState,
    SharedChoice,
    SharedChoices,
    SharedPodcasts,
    SharedSettings,
    choice_tables,
    merged_settings,
    newest_of_each,
    podcast_tables,
    read_choices,
    read_podcasts,
    read_settings,
    settings_tables,
)
from tui_pod.sync.shared_recordings import (
    Described,
    MissingRecordings,
    Recognition,
    described,
    read_recordings,
    recording_tables,
)

MAX_FILES = 500
"""Maximum number of files that are read from a folder: one per machine, and copies made of conflicts."""

MAX_FILE = 64 * 1024 * 1024
"""Largest file that is read, in bytes: twice a state with progress in 100,000 episodes."""

MAX_TOTAL = 4 * MAX_FILE
"""Bytes of all files together; those beyond, in the order of their names, are not read."""

MOST = {
    "episodes": 110_000,
    "played ranges": 200_000,
    "lists": 2_000,
    "episodes on lists": 100_000,
    "bookmarks": 50_000,
    "cards": 50_000,
    "subscriptions": 5_000,
    "podcasts": 50_000,
    "recordings": 150_000,
    "choices": 50_000,
}
"""Maximum number of entries of a kind that a machine may have, of which nothing is taken if it has more.

So many episodes and ranges take 100 MB.
"""

PIECE = 1024 * 1024
"""Bytes of a file that are parsed at once, unless a table is longer; what is taken of them is far smaller."""

MAX_ENTRY = 4 * 1024 * 1024
"""Largest entry of a file (bytes), since what is parsed at once may take 20 times as much memory."""

STARTS = b"\n[[", b"\n[episodes.", b"\n[recordings."
"""How an entry starts where a file may be cut: no table of the entry before it follows."""

PATIENCE = 60.0
"""Seconds of CPU time after which the rest of a file is not read; the longest valid one takes 4."""

MAX_NAME = 60
"""Longest name of a machine that is shown, in characters."""

MAX_ID = 300
"""Longest episode id that is accepted, in characters."""

HEARTBEAT = timedelta(days=1)
"""Age at which a machine's file is written again although nothing has changed: the others see that it still syncs."""

HEADER = "# The progress of one machine, written by it alone. Every tui-pod that shares this folder reads it.\n"


class Refused(Exception):
    """A file of the folder is not read; the message says why, as half a sentence."""


class Contents(NamedTuple):
    """The part of a state that machines share."""

    progress: Mapping[str, Progress]
    notebook: Notebook = Notebook()
    podcasts: SharedSettings = MappingProxyType({})
    subscriptions: SharedPodcasts = NO_PODCASTS
    device: str | None = None
    """Name of the machine; None if its file does not state it."""
    written: datetime | None = None
    """When its file was written."""
    queue: tuple[EntryMark, ...] = ()
    """What was put into the queue and taken out of it."""
    recordings: Described = MappingProxyType({})
    """What the recordings consist of that are on disk and not from a feed; see `shared_recordings`."""
    choices: SharedChoices = MappingProxyType({})

    def merged(self, other: Contents) -> Contents:
        """Return what wins of both, wherever it comes from; name, time and recordings are those of this one."""
        queue = merged_marks(by_episode(self.queue), by_episode(other.queue))
        return self._replace(
            progress={**self.progress, **incoming(self.progress, other.progress)},
            notebook=self.notebook.merged(other.notebook),
            podcasts=merged_settings(self.podcasts, other.podcasts),
            subscriptions=newest_of_each(self.subscriptions, other.subscriptions),
            queue=tuple(queue.values()),
            choices=newest_of_each(self.choices, other.choices),
        )

    @property
    def to_share(self) -> Contents:
        """All but what a file says of its machine, and what is compared by entry."""
        return self._replace(progress={}, notebook=Notebook(), device=None, written=None)


class SyncError(UserError):
    """A failed sync; the message says what to do."""

    def __init__(self, message: str, is_offline: bool = False) -> None:
        super().__init__(message)
        self.is_offline = is_offline
        """True if the network seems to be down."""


class Machine(NamedTuple):
    """A machine that shares the folder, as the last sync found it."""

    file: str
    """Name of its file, without suffix."""
    name: str
    is_this: bool
    seen: datetime | None = None
    """When it wrote its file; None if that could not be read, and then what it holds is not known."""
    episodes: int = 0
    bookmarks: int = 0
    lists: int = 0
    podcasts: int = 0

    def holding(self, contents: Contents) -> Machine:
        """Return the machine with what its file holds, unless a newer copy of that was read."""
        if contents.written is None or (self.seen is not None and self.seen > contents.written):
            return self
        return self._replace(
            name=contents.device or self.name,
            seen=contents.written,
            episodes=len(contents.progress),
            bookmarks=sum(not each.is_removed for each in contents.notebook.bookmarks),
            lists=sum(not each.is_removed for each in contents.notebook.lists),
            podcasts=sum(each.is_subscribed for each in contents.subscriptions.values()),
        )

    def to_row(self) -> dict[str, object]:
        """Return it as JSON, its time in ISO 8601."""
        return {**self._asdict(), "seen": self.seen and self.seen.isoformat()}

    def said(self, now: datetime) -> str:
        """Return when it was seen, and what it holds, as half a sentence."""
        counts = {"episode": self.episodes, "bookmark": self.bookmarks, "list": self.lists, "podcast": self.podcasts}
        held = enumerated([counted(count, thing) for thing, count in counts.items() if count]) or "nothing yet"
        return f"seen {ago(self.seen, now)}, has {held}" if self.seen else "its file cannot be read"


class Gathered(NamedTuple):
    """The merged contents of a folder's files."""

    all: Contents
    own: Contents | None
    """What this machine's own file holds; None if the file must be written again."""
    machines: Mapping[str, Machine]
    """All machines by the names of their files, also those that cannot be read; a copy of a file is no machine."""
    notices: tuple[str, ...]
    missing: MissingRecordings = MissingRecordings()

    @property
    def others(self) -> dict[str, str]:
        """The other machines' names, by those of their files."""
        return {file: each.name for file, each in self.machines.items() if not each.is_this}


def machine_name(state: State) -> tuple[str, list[SettingRecord]]:
    """Return the name of this machine's file, and the settings to save so that the name stays the same.

    The name is new if the state has none, or was copied from another machine.
    """
    name, host = state.setting("sync", "machine", ""), _host_mark()
    if re.fullmatch(r"[\w.-]{1,64}", name) and state.setting("sync", "host", "") == host:
        return name, []
    label = re.sub(r"[^A-Za-z0-9-]+", "-", platform.node().partition(".")[0])[:32].strip("-")
    name = f"{label or 'machine'}-{secrets.token_hex(4)}"
    return name, setting_records("sync", {"machine": name, "host": host})


def _host_mark() -> str:
    """Return a hash that identifies this machine; empty if it has no id."""
    with contextlib.suppress(OSError):
        return hashlib.sha256(b"tui-pod" + Path("/etc/machine-id").read_bytes()).hexdigest()[:16]
    return ""


class SyncFolder:
    """The shared folder, seen from one machine. Calls may block on the disk."""

    def __init__(self, folder: Path, machine: str, device: str | None = None, known: Iterable[str] = ()) -> None:
        """Read nothing yet; `known` are the names of the machines at the last sync."""
        self._folder, self._known = folder, [*known]
        self._device = device
        self._file, self._own = folder / f"{machine}.toml", machine_of(machine)

    def gather(self, now: datetime, here: Recognition | None = None) -> Gathered:
        """Merge all files, by the ids `here`; name those that cannot be read in the notices.

        A time that is not believed at the time `now` counts as unknown, since the files are read again with each sync.
        Raises SyncError if the folder does not exist, or cannot be read.
        """
        own: Contents | None = None
        notices, machines = list[str](), dict[str, Machine]()
        everything, left = list[tuple[Path, Contents]](), MAX_TOTAL
        for path in self._paths():
            file = machine_of(path.stem)
            machines.setdefault(file, Machine(file, label_of(file), file == self._own))
            try:
                left -= path.lstat().st_size
                if left < 0:
                    raise Refused(f"the files in the folder have more than {MAX_TOTAL // 1024**2} MB together")
                found = _read(path, now)
            except NewerState:
                notices.append(f"{clean(path.name, 80)} was written by a newer tui-pod; update this one to read it.")
                continue
            except Refused as error:
                notices.append(f"{clean(path.name, 80)} was not read: {error}.")
                continue
            except OSError as error:
                if not isinstance(error, FileNotFoundError):
                    notices.append(f"{clean(path.name, 80)} was not read: {files.reason(error)}.")
                continue
            except (DamagedState, ValueError) as error:
                if OVERLOAD in str(error):
                    notices.append(f"{clean(path.name, 80)} was not read: it is made to overload programs.")
                elif path.exists():
                    notices.append(f"{clean(path.name, 80)} is incomplete; it is read again at the next sync.")
                continue
            everything.append((path, found))
            machines[file] = machines[file].holding(found)
            if path == self._file:
                own = found
        recordings = described(found.recordings for _, found in everything)
        here, contents = here or Recognition({}, {}), Contents({}, recordings=recordings)
        for path, raw in everything:
            found = _by_own_ids(raw, here, {**recordings, **raw.recordings})
            if not (machine := machines[machine_of(path.stem)]).is_this:
                name, new = found.device or machine.name, incoming(contents.progress, found.progress)
                theirs = ((ident, found.progress[ident]) for ident in new)
                found = found._replace(progress={i: each._replace(origin=each.origin or name) for i, each in theirs})
            contents = contents.merged(found)
        return Gathered(contents, own, machines, tuple(notices), here.missing(contents.progress, recordings))

    def remove(self, name: str) -> set[str]:
        """Remove the files of another machine; return them without suffix. Raises SyncError if that fails."""
        others = [path for path in self._paths() if machine_of(path.stem) != self._own]
        found = [path for path in others if name in (path.stem, machine_of(path.stem), label_of(path.stem))]
        if not found:
            there = enumerated([*dict.fromkeys(machine_of(path.stem) for path in others)]) or "no other machine"
            raise SyncError(f"The folder {self._folder} has no file of {clean(name, 60)}; it has those of {there}.")
        try:
            for path in found:
                path.unlink()
        except OSError as error:
            raise SyncError(f"{path} cannot be removed: {files.reason(error)}.") from error
        return {machine_of(path.stem) for path in found}

    def write(self, contents: Contents, now: datetime) -> None:
        """Replace this machine's file in one step. Raises SyncError if that fails; the old file stays."""
        episodes = {ident: PROGRESS.to_table(value) for ident, value in contents.progress.items()}
        tables = {
            **notebook_tables(contents.notebook),
            "podcasts": settings_tables(contents.podcasts),
            "episodes": episodes,
        }
        tables["subscriptions"] = podcast_tables(contents.subscriptions)
        if contents.recordings:
            tables["recordings"] = recording_tables(contents.recordings)
        if contents.choices:
            tables["choices"] = choice_tables(contents.choices)
        if contents.queue:
            tables["queue"] = {"marks": MARKS.write(contents.queue)}
        if self._device:
            tables["machine"] = {"name": self._device}
        text = snapshot_text(tables, now, HEADER)
        try:
            files.replace(self._file, text)  # a lock keeps another sync out
        except OSError as error:
            raise SyncError(f"Cannot write {self._file}: {files.reason(error)}.") from error

    def _paths(self) -> list[Path]:
        try:
            names = sorted(os.listdir(self._folder))
        except FileNotFoundError:  # its disk may not be mounted: a new folder would sync with nobody
            before = f" The last sync was with {enumerated(self._known)}." if self._known else ""
            raise SyncError(f"There is no folder {self._folder}; create it, or mount its disk.{before}") from None
        except OSError as error:
            raise SyncError(f"The folder {self._folder} cannot be used: {files.reason(error)}.") from error
        return [self._folder / name for name in names if name.endswith(".toml") and name[0] != "."][:MAX_FILES]


def machine_of(file: str) -> str:
    """Return whose file this is, without suffix: `desk-1a2b3c4d` for that or a copy that a file syncer has made."""
    found = re.match(r".*?-[0-9a-f]{8}(?![0-9A-Za-z])", file)
    return found[0] if found else re.split(r"[. (]", file, maxsplit=1)[0]


def label_of(file: str) -> str:
    """Return the name of a machine to show, by its file: `desk` for `desk-1a2b3c4d` or a copy of it."""
    return clean(re.sub(r"-[0-9a-f]{8}$", "", machine_of(file)), MAX_NAME)


def incoming(mine: Mapping[str, Progress], theirs: Mapping[str, Progress]) -> dict[str, Progress]:
    """Return the progress that others change: the newest for each episode, with the played ranges of both."""
    merged = ((ident, newest(mine[ident], value) if ident in mine else value) for ident, value in theirs.items())
    return {ident: value for ident, value in merged if value != mine.get(ident)}


def _by_own_ids(contents: Contents, here: Recognition, recordings: Described) -> Contents:
    """Return the contents of a machine's file by the ids of this machine, as far as it has the recordings."""
    if not recordings:
        return contents
    return contents._replace(
        progress=here.progress(contents.progress, recordings),
        notebook=here.notebook(contents.notebook, recordings),
        podcasts=merged_settings(*({here.whole(ident, recordings): one} for ident, one in contents.podcasts.items())),
        queue=here.marks(contents.queue, recordings),
    )


def _read(path: Path, now: datetime) -> Contents:
    if path.is_symlink():
        raise Refused("it is a link")
    progress, notebooks, queue = dict[str, Progress](), list[Notebook](), list[EntryMark]()
    settings, subscriptions = dict[str, ChosenSettings](), dict[str, PodcastState]()
    recordings, choices, whole = dict[str, RecordingContent](), dict[str, SharedChoice](), dict[str, Any]()
    counts, limit = Counter[str](), thread_time() + PATIENCE
    for text in _pieces(path):
        data = parse_part(text)
        whole |= {name: data[name] for name in ("written", "machine", "end") if name in data}
        believe(data, now, UNKNOWN)
        found, notebook = read_progress(data), read_notebook(data)
        for kind in MOST:
            counts[kind] += _count(data.get(kind))
        table = data.get("queue")
        marks = MARKS.read(table.get("marks")) if isinstance(table, dict) else ()
        listed = (len(one.episodes) + len(one.marks) for one in notebook.lists)
        counts["episodes on lists"] += sum(listed, start=len(marks))
        counts["played ranges"] += sum(len(each.played_ranges) for each in found.values())
        for kind, most in MOST.items():
            if counts[kind] > most:
                raise Refused(f"it has more than {most:,} {kind}; {_to_forget(path)}")
        if thread_time() > limit:
            raise Refused(f"reading it takes too long; {_to_forget(path)}")
        progress |= {ident: value for ident, value in found.items() if _is_id(ident)}
        notebooks.append(notebook)
        queue += (mark for mark in marks if _is_id(mark.episode))
        settings |= read_settings(data.get("podcasts"), now)
        subscriptions |= read_podcasts(data.get("subscriptions"), now)
        recordings |= read_recordings(data.get("recordings"))
        choices |= read_choices(data.get("choices"), now)
    if "written" not in whole:
        raise DamagedState("it is not a file of a machine")
    check_end(whole)
    machine = whole.get("machine")
    name = machine.get("name") if isinstance(machine, dict) else None
    device = clean(name, MAX_NAME) if isinstance(name, str) else None
    all_kinds = (chain.from_iterable(things) for things in zip(*notebooks, strict=True))
    bookmarks, cards, lists = Notebook().merged(Notebook(*map(tuple, all_kinds)))
    kept = Notebook(
        tuple(each for each in bookmarks if _is_id(each.episode)),
        tuple(each for each in cards if _is_id(each.episode)),
        tuple(each for each in lists if is_safe(each.name) and all(map(_is_id, _ids_of(each)))),
    )
    stamp = whole["written"]
    written = stamp if isinstance(stamp, datetime) else None
    return Contents(progress, kept, settings, subscriptions, device, written, tuple(queue), recordings, choices)


def _pieces(path: Path) -> Iterator[str]:
    """Yield a file's text in pieces of whole entries, as `write` writes them. Raises Refused, OSError, ValueError."""
    with files.reading(path) as file:
        if os.fstat(file.fileno()).st_size > MAX_FILE:
            raise Refused(f"it is larger than {MAX_FILE // 1024**2} MB; {_to_forget(path)}")
        rest = b""
        while part := file.read(PIECE):
            rest += part
            end = max(map(rest.rfind, STARTS)) + 1
            if len(rest) - end > MAX_ENTRY:
                raise Refused(f"an entry in it is larger than {MAX_ENTRY // 1024**2} MB; {_to_forget(path)}")
            if end:
                yield rest[:end].decode()
                rest = rest[end:]
        yield rest.decode()


def _to_forget(path: Path) -> str:
    return f"to forget its machine: tui-pod sync --forget {clean(path.stem, 80)}"


def _count(value: object) -> int:
    return len(value) if isinstance(value, list | dict) else 0


def _ids_of(own_list: OwnList) -> Iterator[str]:
    yield from own_list.episodes
    yield from (mark.episode for mark in own_list.marks)


def _is_id(text: str) -> bool:
    return 0 < len(text) <= MAX_ID and is_safe(text)
