"""Name downloads, and keep partial ones so that they can be resumed. A feed chooses no part of a name."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tui_pod.core.errors import UserError
from tui_pod.core.text.clean import fold
from tui_pod.feeds.formats.values import AUDIO_ENDINGS
from tui_pod.feeds.media.range_answer import USELESS, RangeAnswer, read_range_answer
from tui_pod.feeds.net.access import PUBLIC, NetworkPolicy
from tui_pod.feeds.net.fetch import FetchError, LoginWanted, Response
from tui_pod.runtime import files

_ENDINGS = {
    "audio/mpeg": ".mp3", "audio/mp3": ".mp3", "audio/x-m4a": ".m4a", "audio/mp4": ".m4a", "audio/m4a": ".m4a",
    "audio/aac": ".aac", "audio/aacp": ".aac", "audio/ogg": ".ogg", "application/ogg": ".ogg", "audio/opus": ".opus",
    "audio/flac": ".flac", "audio/x-flac": ".flac", "audio/wav": ".wav", "audio/x-wav": ".wav",
    "audio/vnd.wave": ".wav",
    "audio/webm": ".webm", "video/webm": ".webm", "video/mp4": ".mp4", "video/x-m4v": ".mp4",
    "audio/x-matroska": ".mka",
}  # fmt: skip


class DownloadError(UserError):
    """A download that failed; the message is for the listener."""

    def __init__(self, message: str, is_general: bool = False) -> None:
        super().__init__(message)
        self.is_general = is_general
        """Whether any other would fail likewise now: there is no room, or no network."""

    @property
    def wanted(self) -> LoginWanted | None:
        """The login that was missing; None when it failed for another reason."""
        return self.__cause__ if isinstance(self.__cause__, LoginWanted) else None


@dataclass(frozen=True, slots=True)
class DownloadRequest:
    """A recording to be kept."""

    episode: str
    title: str
    address: str
    policy: NetworkPolicy = PUBLIC
    is_automatic: bool = False
    """Whether it is one of the next of its feed, and nobody asked for it."""
    size: int | None = None
    """Bytes that the feed states; None when it states none."""


class PartialDownload:
    """A partial download, and what is known of it."""

    def __init__(self, folder: Path, request: DownloadRequest) -> None:
        self._address = request.address
        self.path = folder / f"{file_hash(request.episode)}.part"
        self.about = folder / f"{file_hash(request.episode)}.part.json"

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other programs and threads from the same download.

        Raises:
            DownloadError: one of them is downloading it.
        """
        with files.locked(self.path, DownloadError("It is being downloaded already.")):
            try:
                yield
            finally:
                if not self.size():  # nothing to resume
                    self.path.unlink(missing_ok=True)
                    self.about.unlink(missing_ok=True)

    def size(self) -> int:
        """Return the bytes that are there."""
        return files.size(self.path)

    def kind(self) -> str:
        """Return the media type that the server said."""
        return text_of(read_json(self.about), "kind")

    def headers(self) -> dict[str, str]:
        """Return the headers that ask for the rest if the file is still the same; none when that cannot be told."""
        about = read_json(self.about)
        mark = text_of(about, "mark")
        if not mark or not self.size() or about.get("address") != self._address:
            return {}
        return {"Range": f"bytes={self.size()}-", "If-Range": mark}

    def begin(self, response: Response) -> RangeAnswer | None:
        """Get ready for what the server sends to a request with `headers`; None: all is there already.

        Raises:
            FetchError: the answer is of no use.
        """
        start = self.size() if self.headers() else 0
        if response.status == 416 and start:
            if response.headers.get("content-range", "") == f"bytes */{start}":
                return None
            self.clear()
            raise FetchError("The recording has changed on the server.")
        answer = read_range_answer(response, start)
        if not (answer.is_part and answer.start):
            self.clear()
            if answer.is_useless:
                raise FetchError(USELESS)
            self.note(answer.mark, answer.kind)
        return answer

    def note(self, mark: str, kind: str) -> None:
        """Note which version of the recording it is of, and the media type."""
        write_json(self.about, {"address": self._address, "mark": mark, "kind": kind})

    def clear(self) -> None:
        """Begin anew."""
        os.truncate(self.path, 0)
        self.about.unlink(missing_ok=True)


def file_hash(episode: str) -> str:
    """Return the 16 hex digits that end an episode's file name: a feed episode's id is them already."""
    if re.fullmatch(r"[0-9a-f]{16}", episode):
        return episode
    return hashlib.sha256(episode.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def file_name(request: DownloadRequest, kind: str) -> str:
    """Return a name that is safe on every system: of the title only letters and digits, the rest is ours."""
    slug = re.sub(r"[^a-z0-9]+", "-", fold(request.title))[:48].strip("-") or "episode"
    path = request.address.partition("?")[0].partition("#")[0].lower()
    ending = _ENDINGS.get(kind) or next((end for end in AUDIO_ENDINGS if path.endswith(end)), ".audio")
    return f"{slug}-{file_hash(request.episode)}{ending}"


def read_json(path: Path) -> Mapping[str, Any]:
    """Return the table in a small JSON file; empty when it is missing or torn."""
    try:
        data = json.loads(path.read_text("utf-8")[:100_000])
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def write_json(path: Path, data: Mapping[str, Any]) -> None:
    """Write a small JSON file in one step."""
    temp = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        temp.write_text(json.dumps(data), "utf-8")
        os.replace(temp, path)
    finally:
        temp.unlink(missing_ok=True)


def text_of(data: Mapping[str, Any], key: str) -> str:
    """Return a value if it is text, else nothing."""
    value = data.get(key)
    return value if isinstance(value, str) else ""
