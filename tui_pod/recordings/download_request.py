"""What to download, under which file name, and how a download fails. A feed chooses no part of a name."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tui_pod.core.errors import UserError
from tui_pod.core.library.values import AUDIO_ENDINGS
from tui_pod.core.text.clean import fold
from tui_pod.net.access import PUBLIC, NetworkPolicy
from tui_pod.net.fetch import LoginWanted

_ENDINGS = {
    "audio/mpeg": ".mp3", "audio/mp3": ".mp3", "audio/x-m4a": ".m4a", "audio/mp4": ".m4a", "audio/m4a": ".m4a",
    "audio/aac": ".aac", "audio/aacp": ".aac", "audio/ogg": ".ogg", "application/ogg": ".ogg", "audio/opus": ".opus",
    "audio/flac": ".flac", "audio/x-flac": ".flac", "audio/wav": ".wav", "audio/x-wav": ".wav",
    "audio/vnd.wave": ".wav",
    "audio/webm": ".webm", "video/webm": ".webm", "video/mp4": ".mp4", "video/x-m4v": ".mp4",
    "audio/x-matroska": ".mka",
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


def name_of_part(episode: str, address: str) -> str:
    """Return the id under which a further file of an episode is kept."""
    return f"{episode} part {address}"


def is_part(ident: str) -> bool:
    """Return True for an id of `name_of_part`."""
    return " part http" in ident


def file_hash(episode: str) -> str:
    """Return the 16 hex digits that end an episode's file name: the id itself if it has this form."""
    if re.fullmatch(r"[0-9a-f]{16}", episode):
        return episode
    return hashlib.sha256(episode.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def file_name(request: DownloadRequest, kind: str | None) -> str:
    """Return a file name that is safe on every system: letters and digits of the title, then the hash.

    The ending follows from `kind`, the media type that the server stated, if any.
    """
    slug = re.sub(r"[^a-z0-9]+", "-", fold(request.title))[:48].strip("-") or "episode"
    path = request.address.partition("?")[0].partition("#")[0].lower()
    ending = _ENDINGS.get(kind or "") or next((end for end in AUDIO_ENDINGS if path.endswith(end)), ".audio")
    return f"{slug}-{file_hash(request.episode)}{ending}"
