"""Keep recordings on the disk: resumed where they broke off, checked, and named by nothing a feed can choose.

The folder is the index: a file's name ends in its episode's hash, and beside it lies a small JSON file with the
rest. Every call may wait for disk or network and belongs in a thread (see `download_queue`).
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tui_pod.feeds.media.fetching import Fetching, Report
from tui_pod.feeds.media.partial import (
    DownloadError,
    DownloadRequest,
    PartialDownload,
    file_hash,
    file_name,
    read_json,
    text_of,
    write_json,
)
from tui_pod.feeds.media.stream_cache import StreamCache
from tui_pod.feeds.net.fetch import FetchError, Limits
from tui_pod.runtime.files import sync_folder
from tui_pod.runtime.threads import CancelToken

LIMITS = Limits(size=500 * 1000 * 1000, seconds=2 * 3600.0, idle=20.0)
LEAVE_FREE = 200 * 1000 * 1000
"""Bytes of the disk that stay free."""

_NAME = re.compile(r"[a-z0-9-]{1,48}-([0-9a-f]{16})\.[a-z0-9]{2,5}")
_REMOVED = ".removed"


class NoRoom(FetchError):
    """There is no room for a recording."""

    def __init__(self, message: str) -> None:
        super().__init__(message, is_final=True)


@dataclass(frozen=True, slots=True)
class Download:
    """A recording that is on the disk."""

    episode: str
    """Empty when the file beside it that tells it is lost."""
    path: Path
    size: int
    is_automatic: bool = False


class Downloads:
    """The recordings in one folder; safe to use from several threads."""

    def __init__(self, folder: Path, quota: int, limits: Limits = LIMITS, streams: StreamCache | None = None) -> None:
        """Name the folder, and the bytes of downloads that are kept in it; nothing is opened yet.

        What was streamed is not downloaded again.
        """
        self._streams = streams
        self.folder = folder
        self._quota = quota
        self._limits = limits
        self._lock = threading.Lock()
        self._names: dict[str, str] | None = None

    @property
    def version(self) -> int:
        """Changes when any program adds or removes a recording; 0 while there is no folder."""
        try:
            return self.folder.stat().st_mtime_ns
        except OSError:
            return 0

    def look_again(self) -> None:
        """Forget which recordings are there: another program may have changed them."""
        with self._lock:
            self._names = None

    def find(self, episode: str) -> Path | None:
        """Return the whole recording of an episode; None when it is not here."""
        name = self._index().get(file_hash(episode))
        path = self.folder / name if name is not None else None
        return path if path is not None and os.path.isfile(path) and not path.is_symlink() else None

    def all(self) -> list[Download]:
        """Return all whole recordings."""
        return [found for name in list(self._index().values()) if (found := self._describe(name)) is not None]

    def of(self, episodes: Iterable[str]) -> dict[str, Download]:
        """Return the whole recordings of these episodes; cheap, however many others there are."""
        index = self._index()
        names = ((ident, index.get(file_hash(ident))) for ident in episodes)
        found = ((ident, self._describe(name)) for ident, name in names if name is not None)
        return {ident: download for ident, download in found if download is not None}

    def _describe(self, name: str) -> Download | None:
        path = self.folder / name
        try:
            about = read_json(path.with_name(f"{name}.json"))
            size = path.stat().st_size
        except OSError:
            return None
        return Download(text_of(about, "episode"), path, size, about.get("automatic") is True)

    def fetch(
        self, request: DownloadRequest, report: Report = lambda _done, _total: None, cancel: CancelToken | None = None,
        expendable: Sequence[str] = (),
    ) -> Path:  # fmt: skip
        """Download a recording and return its path; at once when it is here. A partial one is resumed.

        Args:
            request: what.
            report: called from this thread, a few times a second.
            cancel: ends the download; what has arrived is kept for the next time.
            expendable: episodes whose downloads may be deleted to make room, in this order.

        Raises:
            DownloadError: it cannot be had, or there is no room.
        """
        cancel = cancel or CancelToken()
        found = self.find(request.episode)
        if found is not None:
            return found
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            part = PartialDownload(self.folder, request)
            with part.locked():
                self.look_again()
                found = self.find(request.episode)  # another program may just have got it
                if found is not None:
                    return found
                make_room = partial(self._make_room, expendable=expendable)
                if self._streams and self._streams.hand_over(request, part):
                    make_room(part.size())
                    kind = part.kind()
                else:
                    kind = Fetching(request, part, self._limits, report, cancel, make_room).run()
                return self._finish(request, part, kind)
        except FetchError as error:
            is_general = error.is_offline or isinstance(error, NoRoom)
            raise DownloadError(f"“{request.title}” was not downloaded. {error}", is_general) from error
        except OSError as error:
            said = f"“{request.title}” cannot be saved in {self.folder}: {error.strerror}."
            raise DownloadError(said, is_general=True) from error

    def remove(self, episode: str) -> bool:
        """Take away a download; `restore` brings it back until `purge`. Return whether there was one."""
        path = self.find(episode)
        if path is None:
            return False
        os.rename(path, path.with_name(path.name + _REMOVED))
        self.look_again()
        return True

    def delete(self, episode: str) -> bool:
        """Delete a download for good; return whether there was one."""
        path = self.find(episode)
        if path is not None:
            self._delete(path)
        return path is not None

    def restore(self, episode: str) -> bool:
        """Bring back a download that was taken away; return whether it was still there."""
        for path in self.folder.glob(f"*-{file_hash(episode)}.*{_REMOVED}"):
            os.rename(path, path.with_name(path.name.removesuffix(_REMOVED)))
            self.look_again()
            return True
        return False

    def purge(self) -> None:
        """Delete for good what was taken away, and partial downloads that nobody resumed for a month."""
        for path in self.folder.glob(f"*{_REMOVED}"):
            former = path.with_name(path.name.removesuffix(_REMOVED))
            if not former.exists():  # else it was downloaded again
                self._delete(former)
            path.unlink(missing_ok=True)
        for path in self.folder.glob("*.part*"):
            with contextlib.suppress(OSError):
                if time.time() - path.stat().st_mtime > 30 * 86_400:
                    path.unlink()

    def _index(self) -> dict[str, str]:
        """Return the file names by their hashes; none while there is no folder that can be read."""
        with self._lock:
            if self._names is None:
                try:
                    self._names = _names_in(self.folder)
                except OSError:
                    return {}
            return self._names

    def _delete(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        path.with_name(f"{path.name}.json").unlink(missing_ok=True)
        self.look_again()

    def _finish(self, request: DownloadRequest, part: PartialDownload, kind: str) -> Path:
        """Give the whole file its name. Whoever sees the name sees all of it."""
        path = self.folder / file_name(request, kind)
        about = {"episode": request.episode, "automatic": request.is_automatic}
        write_json(path.with_name(f"{path.name}.json"), about)
        os.rename(part.path, path)
        part.about.unlink(missing_ok=True)
        sync_folder(self.folder)
        self.look_again()
        return path

    def _make_room(self, needed: int, expendable: Sequence[str]) -> None:
        """Delete expendable downloads until the quota and the disk have room for so many bytes."""
        kept = {download.episode: download for download in self.all()}
        used = sum(download.size for download in kept.values())
        for episode in expendable:
            if used + needed <= self._quota and self._free() - needed >= LEAVE_FREE:
                break
            download = kept.pop(episode, None)
            if download is not None:
                self._delete(download.path)
                used -= download.size
        if used + needed > self._quota:
            raise NoRoom(f"Downloads may take {self._quota // 1000**2:,} MB, and nothing that was played is left.")
        if self._free() - needed < LEAVE_FREE:
            raise NoRoom("The disk is full.")

    def _free(self) -> int:
        return shutil.disk_usage(self.folder).free


def _names_in(folder: Path) -> dict[str, str]:
    with os.scandir(folder) as entries:
        matches = [_NAME.fullmatch(entry.name) for entry in entries if not entry.name.endswith(".json")]
    return {match[1]: match[0] for match in matches if match}
