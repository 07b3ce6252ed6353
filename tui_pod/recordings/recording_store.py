"""Keep partial recordings, streamed or downloaded: one file for each episode, and a note of the bytes in it.

All of it may be deleted at any time; the oldest streams are when there are too many. Waits for the disk: run it in a
thread. A feed chooses no part of a file's name here.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from tui_pod.core.errors import UserError
from tui_pod.core.library.values import AUDIO_ENDINGS
from tui_pod.core.text.file_names import file_name
from tui_pod.net.access import PUBLIC, NetworkPolicy
from tui_pod.net.fetch import FetchError, LoginWanted
from tui_pod.recordings.recording_fetcher import Access, RecordingFetcher
from tui_pod.recordings.remote_recording import RemoteRecording
from tui_pod.recordings.sparse_file import SparseFile, is_same, read_content, read_note
from tui_pod.runtime.files import make_folder, open_regular

_ENDINGS = {
    "audio/mpeg": ".mp3", "audio/mp3": ".mp3", "audio/x-m4a": ".m4a", "audio/mp4": ".m4a", "audio/m4a": ".m4a",
    "audio/aac": ".aac", "audio/aacp": ".aac", "audio/ogg": ".ogg", "application/ogg": ".ogg", "audio/opus": ".opus",
    "audio/flac": ".flac", "audio/x-flac": ".flac", "audio/wav": ".wav", "audio/x-wav": ".wav",
    "audio/vnd.wave": ".wav",
    "audio/webm": ".webm", "video/webm": ".webm", "video/mp4": ".mp4", "video/x-m4v": ".mp4",
    "audio/x-matroska": ".mka", "video/mp2t": ".ts",
}  # fmt: skip


class DownloadError(UserError):
    """A download failed; the message is for the listener."""

    def __init__(self, message: str, is_general: bool = False) -> None:
        super().__init__(message)
        self.is_general = is_general
        """Whether any other download would fail now too: the disk is full, or the network is down."""

    @property
    def wanted(self) -> LoginWanted | None:
        """The login that was missing; None if it failed for another reason."""
        return self.__cause__ if isinstance(self.__cause__, LoginWanted) else None


@dataclass(frozen=True, slots=True)
class DownloadRequest:
    """A recording to download."""

    episode: str
    title: str
    address: str
    policy: NetworkPolicy = PUBLIC
    is_automatic: bool = False
    """Whether the podcast's settings ask for it, not the listener."""
    size: int | None = None
    """Bytes that the feed states; None if it states none."""
    others: tuple[str, ...] = ()
    """Addresses of the further files of a book of several."""
    renew: Callable[[], str | None] = field(default=lambda: None, compare=False)
    """Returns a new address if this one has expired; None if there is none. May wait."""
    podcast: str = ""
    published: date | None = None

    @property
    def parts(self) -> list[DownloadRequest]:
        """The requests for the further files of a book."""
        return [
            replace(self, episode=name_of_part(self.episode, address), title=f"{self.title} {number:02}",
                    address=address, size=None, others=(), renew=lambda: None)
            for number, address in enumerate(self.others, 2)
        ]  # fmt: skip

    def file_name(self, pattern: str) -> str:
        """Return the path of its file in the folder of downloads, without the ending."""
        return file_name(pattern, self.podcast, self.published, f"{self.title} 01" if self.others else self.title)


def name_of_part(episode: str, address: str) -> str:
    """Return the id under which a further file of an episode is kept."""
    return f"{episode} part {address}"


def is_part(ident: str) -> bool:
    """Return True for an id of `name_of_part`."""
    return " part http" in ident


def file_hash(episode: str) -> str:
    """Return the 16 hex digits under which an episode is kept: the id itself if it has this form."""
    if re.fullmatch(r"[0-9a-f]{16}", episode):
        return episode
    return hashlib.sha256(episode.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def ending_of(address: str, kind: str | None) -> str:
    """Return the ending of a recording's file: that of the media type that its server stated, or of its address."""
    path = address.partition("?")[0].partition("#")[0].lower()
    return _ENDINGS.get(kind or "") or next((end for end in AUDIO_ENDINGS if path.endswith(end)), ".audio")


DOWNLOADS_STAY = 30 * 86_400.0
"""Seconds for which an unfinished download is kept, however much was streamed since."""


class RecordingStore:
    """The folder of partial recordings; safe to use from several threads."""

    def __init__(self, folder: Path, quota: int | None) -> None:
        """Set the folder, and the bytes of it to keep (None for all), without opening anything."""
        self.folder = folder
        self._quota = quota
        self._lock = threading.Lock()
        self._live: dict[str, RemoteRecording] = {}

    def open(
        self,
        episode: str,
        address: str,
        access: Access = lambda: PUBLIC,
        renew: Callable[[], str | None] = lambda: None,
        is_audio: bool = True,
        is_download: bool = False,
    ) -> RemoteRecording:
        """Return the recording of an episode, with the bytes that are here; see `RecordingFetcher`.

        Raises FetchError if a download is wanted, and another program has begun one.
        """
        name = file_hash(episode)
        former = self._live.get(name)
        if former is not None and not former.is_usable:
            former.join(2.0)  # it has the file until it ends
        with self._lock:
            found = self._live.get(name)
            if found is not None and is_same(found.file.content.address, address) and found.is_usable:
                return found
            self._trim()
            descriptor, path = self._opened(name, is_download)
            note = _note(path) if path is not None else {}
            content, have = read_content(note, address, os.fstat(descriptor).st_size)
            if not have.total():
                os.ftruncate(descriptor, 0)
            file = SparseFile(descriptor, path, content, have, note.get("download") is True)
            fetcher = RecordingFetcher(file, access, renew, partial(self._release, name, file), is_audio)
            recording = self._live[name] = RemoteRecording(fetcher)
            return recording

    def find(self, episode: str, address: str, is_used: bool = False) -> Path | None:
        """Return the recording of an episode if all of it is here; one that is used now is kept longer."""
        with contextlib.suppress(OSError):
            path = self.folder / f"{file_hash(episode)}.bytes"
            content, have = read_content(_note(path), address, path.stat().st_size)
            if content.size and have.end_from(0) == content.size:
                if is_used:
                    os.utime(path)
                return path
        return None

    def begun(self, episodes: Iterable[str]) -> list[str]:
        """Return those of these episodes of which something is here; fast, however many there are."""
        with contextlib.suppress(OSError):
            names = {path.stem for path in self.folder.glob("*.bytes")}
            return [ident for ident in episodes if file_hash(ident) in names] if names else []
        return []

    def close(self) -> None:
        """Save what is here, and fetch no more."""
        with self._lock:
            live = list(self._live.values())
        for recording in live:
            recording.close()
        for recording in live:
            recording.join(0.5)

    def _opened(self, name: str, is_download: bool) -> tuple[int, Path | None]:
        """Return the descriptor and the path of a file; None for an unnamed one, if another program uses the file."""
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
        path = self.folder / f"{name}.bytes"
        with contextlib.suppress(OSError):
            make_folder(self.folder)
            descriptor = open_regular(path, flags)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.utime(descriptor)
                return descriptor, path
            except OSError:
                os.close(descriptor)
        if is_download and _note(path).get("download") is True:
            raise FetchError("Another program is fetching it.", is_final=True)
        with contextlib.suppress(OSError), tempfile.TemporaryFile(dir=self.folder) as file:
            return os.dup(file.fileno()), None
        with tempfile.TemporaryFile() as file:
            return os.dup(file.fileno()), None

    def _release(self, name: str, file: SparseFile) -> None:
        with self._lock:
            if name in self._live and self._live[name].file is file:  # else it was opened again
                del self._live[name]
            if not file.have.total():
                file.delete()
            self._trim()

    def _trim(self) -> None:
        """Delete the oldest streams until the rest is within the quota; those in use stay."""
        if self._quota is None:
            return
        with contextlib.suppress(OSError):
            found = []
            for path in self.folder.glob("*.bytes"):
                state = path.stat()
                is_recent = time.time() - state.st_mtime < DOWNLOADS_STAY
                if not (is_recent and _note(path).get("download") is True):
                    found.append((state.st_mtime, state.st_blocks * 512, path))
            used = sum(size for _, size, _ in found)
            for _, size, path in sorted(found):
                if used <= self._quota:
                    return
                if path.stem not in self._live:
                    path.with_suffix(".json").unlink(missing_ok=True)
                    path.unlink(missing_ok=True)
                    used -= size


def _note(path: Path) -> dict[str, Any]:
    return read_note(path.with_suffix(".json"))
