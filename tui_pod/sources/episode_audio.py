"""Open the audio of episodes: a download, or a stream from its server.

Calls block on disk and network: run them in a thread. With a cancel token they may raise `Cancelled`.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tui_pod.core.library.episode import Episode
from tui_pod.core.player.snapshot import Source
from tui_pod.net.fetch import FetchError, LoginWanted
from tui_pod.recordings.download_request import DownloadRequest, name_of_part
from tui_pod.recordings.downloads import Downloads
from tui_pod.recordings.mp3_head import (
    ENDLESS_TAG,
    HEAD,
    MAX_ENTRIES,
    MAX_TAG,
    SYNC,
    has_endless_tag,
    length_frame,
    read_head,
    tag_size,
)
from tui_pod.recordings.mp4_claims import fault_of
from tui_pod.recordings.recording_store import RecordingStore
from tui_pod.recordings.remote_recording import RemoteRecording
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.feed_store import Details
from tui_pod.sources.episode_access import EpisodeAccess
from tui_pod.sources.refresh import refresh_feed
from tui_pod.sources.table import source_of

ENTRY = 10
"""Fewest bytes of an entry of a tag."""

OFF = 0.05
"""Share by which a size may differ from the one computed from the first frames and the stated length."""

LEAST, MOST = 1_000, 40_000
"""Bytes a second of an mp3 at 8 and at 320 kbit/s. A stated length that implies fewer or more is wrong."""

PATIENCE = 5.0
"""Seconds to wait for the head of a recording, which tells how to seek in it."""


@dataclass(eq=False, repr=False)
class EpisodeAudio:
    """Finds the recordings of episodes on this machine, or on their servers."""

    _access: EpisodeAccess
    _downloads: Downloads
    _streams: RecordingStore

    def source(self, episode: Episode, cancel: CancelToken | None = None) -> Source:
        """Return the download of an episode with an address, or its stream. Raises FetchError, also LoginWanted."""
        assert episode.audio is not None
        details = self._access.details(episode.id)
        marks = details.marks if details else ()
        path = self.local_file(episode, is_used=True)
        if path is not None:
            if fault := fault_of(path):
                raise FetchError(fault, is_final=True)
            return Source(str(path), marks=marks)
        stream = self._stream(episode, episode.audio, details)
        cancel = cancel or CancelToken()
        try:
            stream.wait_for_answer(cancel)
        except LoginWanted:
            self._access.store.logins.ask_again()
            raise
        source = Source(episode.audio, is_stream=True, marks=marks, remote=stream)
        return find_places(source, stream, episode.duration, cancel)

    def local_file(self, episode: Episode, is_used: bool = False) -> Path | None:
        """Return the complete recording of an episode on this machine, if any; see `RecordingStore.find`."""
        if episode.audio is None or episode.parts:
            return None
        name = _name(episode, self._access.details(episode.id))
        return self._downloads.find(name) or self._streams.find(name, episode.audio, is_used)

    def place_of(self, episode: Episode, path: str) -> str:
        """Return the path of a file of an episode, or that of a copy if the file is gone; `path` if none is there."""
        if os.path.exists(path):
            return path
        own, *others = self._access.places(episode.id) or [[]]
        return next(filter(os.path.exists, (other[own.index(path)] for other in others if path in own)), path)

    def prepare(self, episode: Episode, cancel: CancelToken | None = None) -> None:
        """Start a stream ahead of `source`, which retries if this fails."""
        if episode.audio is None or self.local_file(episode, is_used=True) is not None:
            return
        with contextlib.suppress(FetchError):
            stream = self._stream(episode, episode.audio, self._access.details(episode.id))
            stream.wait_for_answer(cancel or CancelToken())

    def download_request(self, episode: Episode, is_automatic: bool = False) -> DownloadRequest | None:
        """Return a request to download an episode; None if it has no address."""
        if episode.audio is None or "://" not in episode.audio:
            return None
        details = self._access.details(episode.id)
        size = details.size if details else None
        policy = self._access.policy_for(details)
        others = tuple(part.audio for part in episode.parts[1:])
        renew = partial(self._renewed, episode.id)
        return DownloadRequest(episode.id, episode.title, episode.audio, policy, is_automatic, size, others, renew)

    def _stream(self, episode: Episode, address: str, details: Details | None) -> RemoteRecording:
        access, name = partial(self._access.policy_for, details), _name(episode, details)
        renew = partial(self._renewed, episode.id) if name == episode.id else lambda: None
        return self._streams.open(name, address, access, renew)

    def _renewed(self, ident: str) -> str | None:
        """Return an episode's current address after a refresh of its feed: some hosts sign addresses for a day."""
        details = self._access.details(ident)
        feed = self._access.store.find(details.feed) if details is not None else None
        if feed is None or refresh_feed(self._access.store, feed, CancelToken(), self._access.policy).error:
            return None
        details = self._access.details(ident)
        return details.audio if details else None


def _name(episode: Episode, details: Details | None) -> str:
    """Return the id under which a recording is kept: the episode's, or one of its own for a later part of a book."""
    is_part = details is not None and source_of(details.feed).has_parts and episode.audio != details.audio
    return name_of_part(episode.id, episode.audio or "") if is_part else episode.id


def find_places(source: Source, stream: RemoteRecording, stated: float | None, cancel: CancelToken) -> Source:
    """Return the source of a stream with how to seek in it; unchanged if its head does not arrive in time.

    An mp3 of variable rate without a length gets a frame with the length `stated` in the feed (seconds). Players would
    guess the length from the first seconds, and compute positions from that.

    Raises FetchError if no player would open it in reasonable time.
    """
    stream.inserted = 0, b""
    tag = tag_size(stream.peek(0, 10, PATIENCE, cancel))
    source = source._replace(tag=tag)
    if tag > ENTRY * MAX_ENTRIES and has_endless_tag(stream.peek(0, min(tag, MAX_TAG), PATIENCE, cancel)):
        raise FetchError(ENDLESS_TAG, is_final=True)
    start = stream.peek(tag, HEAD, PATIENCE, cancel) if tag <= MAX_TAG else b""
    head = read_head(start)
    if head is None:
        return source
    size, first = stream.file.content.size, tag + head.first
    if head.is_constant_rate and head.kilobits and stated and size and stream.progress().is_seekable:
        expected = head.kilobits * 125 * stated
        if abs(size - first - expected) > OFF * expected:  # silence at the start looks so too
            middle = read_head(stream.peek((first + size) // 2, SYNC * 2, PATIENCE, cancel))
            is_same = middle is None or (middle.is_constant_rate and middle.kilobits == head.kilobits)
            head = head._replace(is_constant_rate=is_same)
    is_guessed = not (head.is_constant_rate or head.has_length)
    if is_guessed and stated and size and LEAST * stated <= size <= MOST * stated:
        stream.inserted = first, length_frame(start[head.first :], stated, size - first)
        head = head._replace(has_length=True)
    return source._replace(is_constant_rate=head.is_constant_rate, has_length=head.has_length)
