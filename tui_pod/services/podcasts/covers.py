"""Small pictures of covers: found at an address, in a recording or beside it; made once, and cached.

The folder can be deleted at any time.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tui_pod.audio.cover import LIMITS, PICTURE_BYTES
from tui_pod.core.library.episode import Episode
from tui_pod.net.fetch import FetchError
from tui_pod.runtime.files import make_folder, read_bytes
from tui_pod.runtime.limited_processes import ContentFault, LimitedProcesses
from tui_pod.runtime.log import log
from tui_pod.runtime.threads import CancelToken, in_thread
from tui_pod.shelf.database import FeedStoreError
from tui_pod.shelf.episodes import picture_of

if TYPE_CHECKING:
    from tui_pod.sources.opened import Podcasts

MOST = 200
"""Most pictures in the cache, 77 kB each."""

BESIDE = tuple(f"{name}.{suffix}" for name in ("cover", "folder") for suffix in ("jpg", "png", "jpeg", "webp"))
"""Names of pictures in a recording's folder."""


class Covers:
    """Pictures as `audio.cover` makes them."""

    def __init__(self, folder: Path, podcasts: Callable[[], Awaitable[Podcasts]]) -> None:
        self._folder = folder
        self._podcasts = podcasts
        self._failed: set[str] = set()
        self._turn = asyncio.Lock()

    async def picture(self, subject: Episode | str) -> bytes | None:
        """Return the cover of an episode, or the picture at an address; None if there is none, or it cannot be read."""
        podcasts = await self._podcasts()
        async with self._turn:  # one process at a time
            return await in_thread(lambda cancel: self._find(podcasts, subject, cancel))

    def _find(self, podcasts: Podcasts, subject: Episode | str, cancel: CancelToken) -> bytes | None:
        for origin, content in _origins(podcasts, subject, cancel):
            cached = self._folder / f"{hashlib.sha256(origin.encode('utf-8', 'surrogateescape')).hexdigest()[:32]}.rgb"
            with contextlib.suppress(OSError):
                picture = read_bytes(cached)
                os.utime(cached)
                if len(picture) == PICTURE_BYTES:
                    return picture
                if not picture:
                    continue  # the cache says that there is none
                log(f"{cached} was damaged and is made again: {len(picture)} bytes")
            if origin not in self._failed and (made := self._make(cached, origin, content, cancel)) is not None:
                return made
        return None

    def _make(
        self, cached: Path, origin: str, content: Callable[[], Path | bytes], cancel: CancelToken
    ) -> bytes | None:
        """Make and cache a picture, or that there is none; other failures are remembered until the app ends."""
        decoder = LimitedProcesses(LIMITS)  # not used again: an image may have taken it over
        try:
            make_folder(self._folder)
            with tempfile.TemporaryDirectory(dir=self._folder) as folder:
                source, target = content(), Path(folder, "picture")
                if isinstance(source, bytes):
                    image = Path(folder, "image")
                    image.write_bytes(source)
                    source = image
                cancel.check()
                try:
                    is_made = decoder.call("tui_pod.audio.cover:make_picture", str(source), str(target), cancel=cancel)
                except ContentFault as fault:
                    if not fault.is_lasting:
                        raise
                    is_made = False
                if not is_made:
                    target.unlink(missing_ok=True)
                    target.touch()
                target.replace(cached)
            for picture in sorted(self._folder.glob("*.rgb"), key=os.path.getmtime)[:-MOST]:
                picture.unlink(missing_ok=True)
            return read_bytes(cached) or None
        except (OSError, FetchError, ContentFault):
            self._failed.add(origin)
            return None
        finally:
            decoder.close()


def _origins(
    podcasts: Podcasts, subject: Episode | str, cancel: CancelToken
) -> Iterator[tuple[str, Callable[[], Path | bytes]]]:
    """Yield where a picture may come from: a key that changes with the picture, and a function that returns it."""
    if isinstance(subject, str):
        yield subject, lambda: podcasts.documents.fetch_picture(subject, None, cancel)
        return
    episode = subject
    audio = episode.audio or ""
    path = podcasts.downloads.find(episode.id) if "://" in audio else Path(audio) if audio else None
    with contextlib.suppress(FeedStoreError):
        if (address := picture_of(podcasts.store.db, episode.id)) is not None:
            fetch_picture = podcasts.documents.fetch_picture
            yield (
                address,
                lambda: fetch_picture(address, episode, cancel) if "://" in address else Path(address),
            )
    if path is not None:
        parts = [os.path.dirname(part.audio) for part in episode.parts if "://" not in part.audio]
        folders = dict.fromkeys((path.parent, Path(os.path.commonpath([path.parent, *parts]))))  # that of all discs
        for file in (path, *(folder / name for folder in folders for name in BESIDE)):
            with contextlib.suppress(OSError, ValueError):
                yield f"{file} {file.stat().st_mtime_ns}", lambda file=file: file  # type: ignore[misc]
