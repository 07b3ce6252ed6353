"""Keep whole recordings on the disk, under names for people, and decide which to download and delete.

A folder beside them has a note for each, by its episode's hash: it names the file. Unfinished
downloads are in the `RecordingStore`. Every call of `Downloads` may wait for disk or network: run it in a thread (see
`download_queue`).

The app and `tui-pod feeds refresh` use the rules below it, which are pure. An episode that the listener downloaded is
deleted only after it was played, and only if the settings say so; an automatic download also if it is no longer among
the next episodes. It comes back once it is among these again; what the listener removed never does.
"""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple, TypeGuard

from tui_pod.core.library.episode import Episode
from tui_pod.core.library.podcast_settings import KEPT, PodcastSettings, is_wanted
from tui_pod.core.progress.progress import Progress, Status
from tui_pod.core.text.file_names import PATTERN, distinct, folded
from tui_pod.net.fetch import FetchError
from tui_pod.recordings.recording_store import (
    DownloadError,
    DownloadRequest,
    RecordingStore,
    ending_of,
    file_hash,
    is_part,
)
from tui_pod.recordings.remote_recording import RemoteRecording, Report
from tui_pod.recordings.sparse_file import read_note, text_of
from tui_pod.runtime import files
from tui_pod.runtime.threads import CancelToken

LIMIT = 500 * 1000 * 1000
"""Maximum number of bytes of a download."""

LEAVE_FREE = 200 * 1000 * 1000
"""Bytes of the disk that stay free."""

KEPT_ASIDE = 86_400.0
"""Seconds for which a removed download can at least be restored, while the app runs."""

NOTES, LOCK = ".tui-pod", "lock"
"""Folder of the notes, and the file in it that is locked while a name is chosen."""

_NAME = re.compile(r"[a-z0-9-]{1,48}-([0-9a-f]{16})\.(?!json)[a-z0-9]{2,5}")
"""The files of earlier versions."""

_REMOVED = ".removed"


class NoRoom(FetchError):
    """There is no room for a download."""


@dataclass(frozen=True, slots=True)
class Download:
    """A whole recording on the disk."""

    episode: str | None
    """None if its note is lost."""
    path: Path
    size: int
    is_automatic: bool


class Downloads:
    """The downloads in one folder; safe to use from several threads."""

    def __init__(self, folder: Path, quota: int, store: RecordingStore, pattern: str = PATTERN) -> None:
        """Set the folder, the bytes of it to keep, where downloads grow, and their names, without opening anything."""
        self.folder = folder
        self._notes = folder / NOTES
        self._quota = quota
        self._store = store
        self._pattern = pattern
        self._lock = threading.Lock()
        self._names: frozenset[str] | None = None

    @property
    def version(self) -> tuple[int, ...]:
        """A value that changes when any program adds or removes a recording; empty while there is no folder."""
        return files.stamp(self.folder) + files.stamp(self._notes)

    def look_again(self) -> None:
        """Read the folder again at the next call: another program may have changed it."""
        with self._lock:
            self._names = None

    def find(self, episode: str) -> Path | None:
        """Return the download of an episode; None if there is none."""
        return self._look(file_hash(episode))[0]

    def all(self) -> list[Download]:
        """Return all downloads."""
        return [found for name in self._index() if (found := self._describe(name)) is not None]

    def of(self, episodes: Iterable[str]) -> dict[str, Download]:
        """Return the downloads of these episodes, by episode; fast, however many others there are."""
        return {ident: found for ident in episodes if (found := self._describe(file_hash(ident)))}

    def _look(self, name: str) -> tuple[Path | None, dict[str, Any]]:
        """Return the file and the note that are kept under a name; None if the file is gone."""
        note = read_note(self._note(name)) if name in self._index() else {}
        path = self._path(note)
        return (path if path is not None and os.path.isfile(path) and not path.is_symlink() else None), note

    def _note(self, name: str) -> Path:
        return self._notes / f"{name}.json"

    def _path(self, note: Mapping[str, Any]) -> Path | None:
        """Return where the file is that a note names; None if that is not in the folder."""
        file = PurePosixPath(text_of(note, "file") or "..")
        return None if file.is_absolute() or ".." in file.parts else self.folder / file

    def _describe(self, name: str) -> Download | None:
        path, note = self._look(name)
        episode = text_of(note, "episode")
        if path is None or (episode is not None and is_part(episode)):
            return None
        size = sum(files.size(each) for part in _all(name, note) if (each := self._look(part)[0]))
        return Download(episode, path, size, note.get("automatic") is True)

    def fetch(
        self, request: DownloadRequest, report: Report = lambda _done, _size: None, cancel: CancelToken | None = None,
        expendable: Sequence[str] = (),
    ) -> Path:  # fmt: skip
        """Download what is missing of a recording, and return its path; of a book of several files, the first one last.

        Args:
            report: called from this thread, a few times a second.
            cancel: ends the download; what has arrived is kept for the next time.
            expendable: episodes whose downloads may be deleted to make room, in this order.

        Raises:
            DownloadError: it cannot be fetched, or there is no room.
        """
        found = self.find(request.episode)
        if found is not None:
            return found
        done = 0

        def tell(now: int, size: int | None) -> None:
            report(done + now, request.size if request.others else size)

        for part in request.parts:
            done += self.fetch(part, tell, cancel, expendable).stat().st_size
        try:
            files.make_folder(self.folder)
            recording = self._store.open(
                request.episode, request.address, lambda: request.policy, request.renew, is_download=True
            )
            try:
                self.look_again()
                found = self.find(request.episode)  # another program may have finished it
                if found is not None:
                    return found
                make_room = partial(self._make_room, expendable=expendable)
                rest = request.size - done if request.size else None
                recording.fetch_all(LIMIT, tell, cancel or CancelToken(), make_room, rest)
                return self._finish(request, recording)
            finally:
                recording.close_if_unread()
        except FetchError as error:
            is_general = error.is_offline or isinstance(error, NoRoom)
            raise DownloadError(f"“{request.title}” was not downloaded. {error}", is_general) from error
        except OSError as error:
            said = f"“{request.title}” cannot be saved in {self.folder}: {files.reason(error)}."
            raise DownloadError(said, is_general=True) from error

    def remove(self, episode: str) -> bool:
        """Set a download aside until `purge`; `restore` brings it back. Return whether there was one.

        It deletes what was set aside more than a day before: an app may run for weeks.
        """
        self.purge(time.time() - KEPT_ASIDE)
        path, note = self._look(file_hash(episode))
        if path is None:
            return False
        for name in _all(file_hash(episode), note):
            if (each := self._look(name)[0]) is not None:
                os.replace(each, _aside(each))
                os.replace(self._note(name), _aside(self._note(name)))
        self.look_again()
        return True

    def delete(self, episode: str) -> bool:
        """Delete a download for good; return whether there was one."""
        path, note = self._look(file_hash(episode))
        if path is None:
            return False
        for name in _all(file_hash(episode), note):
            self._drop(self._look(name)[0])
            self._note(name).unlink(missing_ok=True)
        self.look_again()
        return True

    def restore(self, episode: str) -> bool:
        """Bring back a download that was set aside; return whether it was still there."""
        name = file_hash(episode)
        found = read_note(_aside(self._note(name)))
        for each in _all(name, found) if found and not self._note(name).exists() else ():
            note = read_note(_aside(self._note(each)))
            path = self._path(note)
            if path is None or not _aside(path).is_file():
                return False
            with files.locked(self._notes / LOCK):
                target = self._free(str(path.relative_to(self.folder).with_suffix("")), path.suffix)
                os.rename(_aside(path), target)
                self._write(each, {**note, "file": target.relative_to(self.folder).as_posix()})
            _aside(self._note(each)).unlink(missing_ok=True)
        self.look_again()
        return bool(found)

    def names_of(self, request: DownloadRequest) -> dict[str, str]:
        """Return the names that a download gets now, without the ending, by what its files are kept under."""
        return {file_hash(each.episode): each.file_name(self._pattern) for each in (*request.parts, request)}

    def rename(self, names: Mapping[str, str]) -> dict[str, str]:
        """Give files these names, as `names_of` returns them; return the former names of those that had others."""
        renamed = {}
        for kept_as, wanted in names.items():
            path, note = self._look(kept_as)
            if path is None:
                continue
            former = path.relative_to(self.folder).as_posix().removesuffix(path.suffix)
            number = folded(former).removeprefix(folded(wanted))  # the whole name if it is another
            if re.fullmatch(r"(?: \d+)?", number):
                continue
            with files.locked(self._notes / LOCK):
                target = self._free(wanted, path.suffix)
                files.make_folder(target.parent)
                os.rename(path, target)
                try:
                    self._write(kept_as, {**note, "file": target.relative_to(self.folder).as_posix()})
                except OSError:
                    os.rename(target, path)  # where the note says that it is
                    raise
            self._drop(path)
            renamed[kept_as] = former
        return renamed

    def purge(self, before: float = math.inf) -> None:
        """Delete for good what was set aside before a time (seconds since 1970), and unfinished old downloads."""
        for note in self._notes.glob(f"*{_REMOVED}"):
            if note.lstat().st_ctime < before:
                if path := self._path(read_note(note)):
                    self._drop(_aside(path))
                note.unlink(missing_ok=True)
        for old in (*self.folder.glob(f"*-*{_REMOVED}"), *self.folder.glob("*.part*")):  # of earlier versions
            if old.lstat().st_ctime < before and (".part" in old.name or _NAME.fullmatch(old.stem)):
                old.unlink(missing_ok=True)

    def _index(self) -> frozenset[str]:
        """Return the names under which downloads are kept; none while the folder cannot be read."""
        with self._lock:
            if self._names is None:
                try:
                    with os.scandir(self.folder) as entries:
                        matches = [found for entry in entries if (found := _NAME.fullmatch(entry.name))]
                    noted = {path.stem for path in self._notes.glob("*.json")}
                    for found in matches:
                        if found[1] not in noted or not self._is_noted(found[1]):
                            self._adopt(found[0], found[1])
                    self._names = frozenset(noted | {found[1] for found in matches})
                except OSError:
                    return frozenset()
            return self._names

    def _is_noted(self, name: str) -> bool:
        path = self._path(read_note(self._note(name)))
        return path is not None and path.is_file()

    def _adopt(self, file: str, name: str) -> None:
        """Note a download of an earlier version, whose name ends in what it is kept under, and which stays as it is."""
        former = read_note(self.folder / f"{file}.json")
        parts = [match[1] for each in former.get("parts") or () if (match := _NAME.fullmatch(str(each)))]
        self._write(name, {**former, "file": file, "parts": parts})

    def _write(self, name: str, note: Mapping[str, Any]) -> None:
        files.make_folder(self._notes)
        files.replace(self._note(name), json.dumps(note))

    def _drop(self, path: Path | None) -> None:
        """Delete a file, what an earlier version noted of it, and its folder if that is empty now."""
        if path is None:
            return
        path.unlink(missing_ok=True)
        if _NAME.fullmatch(path.name):
            path.with_name(f"{path.name}.json").unlink(missing_ok=True)
        with suppress(OSError):
            for folder in path.parents[: len(path.relative_to(self.folder).parts) - 1]:
                folder.rmdir()

    def _free(self, wanted: str, ending: str) -> Path:
        """Return the path of a new file, unlike all that are there; folders are spelled as those that are there."""
        folder, parts = self.folder, PurePosixPath(wanted).parts
        for part in parts[:-1]:
            folder /= next((name for name in _names_in(folder) if folded(name) == folded(part)), part)
        return folder / distinct(parts[-1], ending, {*map(folded, _names_in(folder))})

    def _finish(self, request: DownloadRequest, recording: RemoteRecording) -> Path:
        """Move a whole recording into the folder. Whoever sees its name sees all of it."""
        note: dict[str, object] = {"episode": request.episode, "automatic": request.is_automatic}
        if request.others:
            note["parts"] = [file_hash(part.episode) for part in request.parts]
        with files.locked(self._notes / LOCK):  # else another program may take the same name
            path = self._free(request.file_name(self._pattern), ending_of(request.address, recording.file.content.kind))
            files.make_folder(path.parent)
            self._write(file_hash(request.episode), {**note, "file": path.relative_to(self.folder).as_posix()})
            recording.file.move_to(path)
        files.sync_folder(path.parent)
        self.look_again()
        return path

    def _make_room(self, size: int, missing: int, expendable: Sequence[str]) -> None:
        """Delete expendable downloads until the quota has room for a download, and the disk for what is missing of it.

        Raises NoRoom if there is still none.
        """
        used = sum(files.size(path) for name in self._index() if (path := self._look(name)[0]))  # incomplete books too
        for episode in expendable:
            if used + size <= self._quota and shutil.disk_usage(self.folder).free - missing >= LEAVE_FREE:
                break
            if (download := self._describe(file_hash(episode))) is not None:
                self.delete(episode)
                used -= download.size
        if used + size > self._quota:
            said = f"Downloads may take {self._quota // 1000**2:,} MB, and no played one is left to delete."
            raise NoRoom(said, is_final=True)
        if shutil.disk_usage(self.folder).free - missing < LEAVE_FREE:
            raise NoRoom("The disk is full.", is_final=True)


def _aside(path: Path) -> Path:
    """Return the name of a file that is set aside."""
    return path.with_name(f"{path.name}{_REMOVED}")


def _all(name: str, note: Mapping[str, Any]) -> list[str]:
    """Return what the files of a download are kept under: the further ones of a book, then the first one."""
    parts = note.get("parts")
    valid = (part for part in (parts if isinstance(parts, list) else ()) if re.fullmatch("[0-9a-f]{16}", str(part)))
    return [*valid, name]


def _names_in(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        return []


class Usual(NamedTuple):
    """The settings of podcasts that have none of their own."""

    keep: int = 0
    delete_played: int = KEPT
    queued: bool = False
    """Whether what is queued is downloaded, and deleted again if taken out."""

    def of(self, settings: PodcastSettings) -> Usual:
        """Return the settings that apply to a podcast."""
        keep = self.keep if settings.keep is None else settings.keep
        days = self.delete_played if settings.delete_played is None else settings.delete_played
        return Usual(keep, days, self.queued)


class DownloadChanges(NamedTuple):
    """What to download and delete for one podcast."""

    fetch: list[Episode]
    """In the order in which to download them."""
    delete: list[str]
    """Episodes whose downloads to delete."""


def has_rule(settings: PodcastSettings, usual: Usual) -> bool:
    """Return whether a podcast has automatic downloads or deletions."""
    return not settings.hidden and usual.of(settings) != Usual()


def plan_downloads(
    newest_first: Sequence[Episode],
    settings: PodcastSettings,
    is_serial: bool,
    usual: Usual,
    progress: Callable[[str], Progress | None],
    downloads: Mapping[str, Download],
    in_use: Collection[str],
    now: datetime,
) -> DownloadChanges:
    """Return the changes that bring a podcast's downloads in line with its settings.

    Args:
        newest_first: all episodes that can be downloaded.
        is_serial: whether it is played from its first episode on, if the settings do not say.
        usual: for what the settings leave open.
        in_use: episodes that play or are queued; their downloads stay, and missing ones come first if any are kept
            or the queue is downloaded.
    """
    is_oldest_first = settings.order == "oldest" or (is_serial and settings.order != "newest")
    order = list(reversed(newest_first)) if is_oldest_first else list(newest_first)
    keep, days, follows_queue = usual.of(settings)
    keep = 0 if settings.hidden else keep
    is_ahead = bool(keep) or (follows_queue and not settings.hidden)
    queued = [one for one in order if is_ahead and one.id in in_use and not _is_played(progress(one.id))]
    wanted: list[Episode] = []
    last_heard = None if is_oldest_first else _last_heard(order, progress)
    is_older = False
    for episode in order:
        if len(wanted) >= keep:
            break
        is_older = is_older or episode.id == last_heard
        if is_older and episode.id not in downloads:  # do not go back behind what was played
            continue
        is_allowed = is_wanted(settings, episode.title, episode.summary, episode.duration)
        if is_allowed and not _is_played(progress(episode.id)):
            wanted.append(episode)
    kept = {episode.id for episode in wanted}
    gone = []
    for episode in order:
        download, played = downloads.get(episode.id), progress(episode.id)
        if download is None or episode.id in in_use:
            continue
        if _is_played(played):
            is_over = days != KEPT and now - (played.listened or played.updated) >= timedelta(days=days)
        else:
            is_over = is_ahead and download.is_automatic and episode.id not in kept and played is None
        gone += [episode.id] if is_over else []
    fetch = dict.fromkeys(episode for episode in (*queued, *wanted) if episode.id not in downloads)
    return DownloadChanges(list(fetch), gone)


def _last_heard(episodes: Iterable[Episode], progress: Callable[[str], Progress | None]) -> str | None:
    """Return the episode that was played last; None if none was. Marks do not count."""
    found = ((played.listened, one.id) for one in episodes if (played := progress(one.id)) is not None)
    return max(((listened, ident) for listened, ident in found if listened), default=(None, None))[1]


def oldest_played(progress: Callable[[str], Progress | None], episodes: Iterable[str]) -> list[str]:
    """Return the played ones of these episodes, the one played longest ago first."""
    found = ((episode, progress(episode)) for episode in episodes)
    heard = [(played.listened or played.updated, episode) for episode, played in found if _is_played(played)]
    return [episode for _, episode in sorted(heard)]


def _is_played(progress: Progress | None) -> TypeGuard[Progress]:
    return progress is not None and progress.status is Status.PLAYED
