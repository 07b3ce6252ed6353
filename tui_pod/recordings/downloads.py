"""Keep whole recordings on the disk, under names that no feed can choose, and decide which to download and delete.

The folder is the index: a file's name ends in its episode's hash, and the note beside it has the rest. Unfinished
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
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeGuard

from tui_pod.core.library.episode import Episode
from tui_pod.core.library.podcast_settings import KEPT, PodcastSettings, is_wanted
from tui_pod.core.progress.progress import Progress, Status
from tui_pod.net.fetch import FetchError
from tui_pod.recordings.recording_store import (
    DownloadError,
    DownloadRequest,
    RecordingStore,
    file_hash,
    file_name,
    is_part,
    name_of_part,
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

_NAME = re.compile(r"[a-z0-9-]{1,48}-([0-9a-f]{16})\.[a-z0-9]{2,5}")
_REMOVED = ".removed"


class NoRoom(FetchError):
    """There is no room for a download."""


@dataclass(frozen=True, slots=True)
class Download:
    """A whole recording on the disk."""

    episode: str | None
    """None if the note beside it is lost."""
    path: Path
    size: int
    is_automatic: bool


class Downloads:
    """The downloads in one folder; safe to use from several threads."""

    def __init__(self, folder: Path, quota: int, store: RecordingStore) -> None:
        """Set the folder, the bytes of it to keep, and where downloads grow, without opening anything."""
        self.folder = folder
        self._quota = quota
        self._store = store
        self._lock = threading.Lock()
        self._names: dict[str, str] | None = None

    @property
    def version(self) -> tuple[int, ...]:
        """A value that changes when any program adds or removes a recording; empty while there is no folder."""
        return files.stamp(self.folder)

    def look_again(self) -> None:
        """Read the folder again at the next call: another program may have changed it."""
        with self._lock:
            self._names = None

    def find(self, episode: str) -> Path | None:
        """Return the download of an episode; None if there is none."""
        name = self._index().get(file_hash(episode))
        path = self.folder / name if name is not None else None
        return path if path is not None and os.path.isfile(path) and not path.is_symlink() else None

    def all(self) -> list[Download]:
        """Return all downloads."""
        return [found for name in list(self._index().values()) if (found := self._describe(name)) is not None]

    def of(self, episodes: Iterable[str]) -> dict[str, Download]:
        """Return the downloads of these episodes, by episode; fast, however many others there are."""
        index = self._index()
        names = ((ident, index.get(file_hash(ident))) for ident in episodes)
        return {ident: found for ident, name in names if name is not None and (found := self._describe(name))}

    def _describe(self, name: str) -> Download | None:
        path = self.folder / name
        note = read_note(_note_of(path))
        episode = text_of(note, "episode")
        if episode is not None and is_part(episode):
            return None
        try:
            size = sum(each.stat().st_size for each in _files(path, note))
        except OSError:
            return None
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
        others, done = list[Path](), 0

        def tell(now: int, size: int | None) -> None:
            report(done + now, request.size if request.others else size)

        for address in request.others:
            name = name_of_part(request.episode, address)
            part = replace(request, episode=name, address=address, size=None, others=(), renew=lambda: None)
            others.append(self.fetch(part, tell, cancel, expendable))
            done += others[-1].stat().st_size
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
                return self._finish(request, recording, others)
            finally:
                recording.close_if_unread()
        except FetchError as error:
            is_general = error.is_offline or isinstance(error, NoRoom)
            raise DownloadError(f"“{request.title}” was not downloaded. {error}", is_general) from error
        except OSError as error:
            said = f"“{request.title}” cannot be saved in {self.folder}: {error.strerror or error}."
            raise DownloadError(said, is_general=True) from error

    def remove(self, episode: str) -> bool:
        """Set a download aside until `purge`; `restore` brings it back. Return whether there was one.

        It deletes what was set aside more than a day before: an app may run for weeks.
        """
        self.purge(time.time() - KEPT_ASIDE)
        path = self.find(episode)
        if path is None:
            return False
        for each in _files(path):
            os.rename(each, each.with_name(each.name + _REMOVED))
        self.look_again()
        return True

    def delete(self, episode: str) -> bool:
        """Delete a download for good; return whether there was one."""
        path = self.find(episode)
        if path is not None:
            self._delete(path)
        return path is not None

    def restore(self, episode: str) -> bool:
        """Bring back a download that was set aside; return whether it was still there."""
        for path in self.folder.glob(f"*-{file_hash(episode)}.*{_REMOVED}"):
            for each in _files(_former(path), ending=_REMOVED):
                os.rename(each, _former(each))
            self.look_again()
            return True
        return False

    def purge(self, before: float = math.inf) -> None:
        """Delete for good what was set aside before a time (seconds since 1970), and unfinished old downloads."""
        for path in self.folder.glob(f"*{_REMOVED}"):
            if path.lstat().st_ctime >= before:
                continue
            if not _former(path).exists():  # else it was downloaded again
                self._delete(_former(path))
            path.unlink(missing_ok=True)
        for path in self.folder.glob("*.part*"):
            path.unlink(missing_ok=True)

    def _index(self) -> dict[str, str]:
        """Return the file names by hash; none while the folder cannot be read."""
        with self._lock:
            if self._names is None:
                try:
                    with os.scandir(self.folder) as entries:
                        matches = [_NAME.fullmatch(entry.name) for entry in entries if not entry.name.endswith(".json")]
                    self._names = {match[1]: match[0] for match in matches if match}
                except OSError:
                    return {}
            return self._names

    def _delete(self, path: Path) -> None:
        for each in _files(path):
            each.unlink(missing_ok=True)
            _note_of(each).unlink(missing_ok=True)
        self.look_again()

    def _finish(self, request: DownloadRequest, recording: RemoteRecording, others: Sequence[Path]) -> Path:
        """Move a whole recording into the folder. Whoever sees its name sees all of it."""
        path = self.folder / file_name(request, recording.file.content.kind)
        note: dict[str, object] = {"episode": request.episode, "automatic": request.is_automatic}
        if others:
            note["parts"] = [other.name for other in others]
        files.replace(_note_of(path), json.dumps(note))
        recording.file.move_to(path)
        files.sync_folder(self.folder)
        self.look_again()
        return path

    def _make_room(self, size: int, missing: int, expendable: Sequence[str]) -> None:
        """Delete expendable downloads until the quota has room for a download, and the disk for what is missing of it.

        Raises NoRoom if there is still none.
        """
        kept = {download.episode: download for download in self.all()}
        used = sum(files.size(self.folder / name) for name in self._index().values())  # incomplete books too
        for episode in expendable:
            if used + size <= self._quota and shutil.disk_usage(self.folder).free - missing >= LEAVE_FREE:
                break
            download = kept.pop(episode, None)
            if download is not None:
                self._delete(download.path)
                used -= download.size
        if used + size > self._quota:
            said = f"Downloads may take {self._quota // 1000**2:,} MB, and no played one is left to delete."
            raise NoRoom(said, is_final=True)
        if shutil.disk_usage(self.folder).free - missing < LEAVE_FREE:
            raise NoRoom("The disk is full.", is_final=True)


def _note_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _former(path: Path) -> Path:
    """Return the name that a file had before it was set aside."""
    return path.with_name(path.name.removesuffix(_REMOVED))


def _files(path: Path, note: Mapping[str, Any] | None = None, ending: str = "") -> list[Path]:
    """Return the files of a download: the further ones of a book, as the note names them, then the first one."""
    names = (read_note(_note_of(path)) if note is None else note).get("parts")
    valid = (name for name in (names if isinstance(names, list) else ()) if _NAME.fullmatch(str(name)))
    others = [other for name in valid if (other := path.with_name(f"{name}{ending}")).exists()]
    return [*others, path.with_name(f"{path.name}{ending}")]


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
