"""The podcasts of a listener, opened: the shelf, the downloads, and the audio and documents of episodes.

A recording is a download, or a stream from its server; its transcript, chapters, notes and cover are read here too.
Calls block on disk and network: run them in a thread. With a cancel token they may raise `Cancelled`.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tui_pod.core.library.episode import Episode
from tui_pod.core.library.podcast_settings import archived_before
from tui_pod.core.library.show_notes import EpisodeNotes, PodcastFacts
from tui_pod.core.library.transcript import Transcript
from tui_pod.core.player.snapshot import Chapter, ChapterOrigin, Source, part_chapters
from tui_pod.core.progress.progress import Progress, Status
from tui_pod.core.text.clean import clean
from tui_pod.core.text.file_names import PATTERN
from tui_pod.core.wall_time import local_time
from tui_pod.net.access import PUBLIC, NetworkPolicy
from tui_pod.net.fetch import FetchError, Limits, LoginWanted, fetch
from tui_pod.recordings.documents import read_document
from tui_pod.recordings.downloads import Downloads, Usual, plan_downloads
from tui_pod.recordings.heads import (
    ENDLESS_TAG,
    HEAD,
    MAX_ENTRIES,
    MAX_TAG,
    SYNC,
    fault_of,
    has_endless_tag,
    length_frame,
    read_head,
    tag_size,
)
from tui_pod.recordings.recording_store import DownloadRequest, RecordingStore, name_of_part
from tui_pod.recordings.remote_recording import RemoteRecording
from tui_pod.runtime.limited_processes import ContentFault
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.database import FeedStoreError
from tui_pod.shelf.feed_store import Details, FeedStore
from tui_pod.shelf.layouts import read_health, read_places
from tui_pod.shelf.marks import candidates
from tui_pod.shelf.subscription import Subscription
from tui_pod.sources.foreign_texts import ForeignTexts
from tui_pod.sources.podcasts.chapters import notes_chapters
from tui_pod.sources.refresh import refresh_feed
from tui_pod.sources.table import source_of


class EpisodeAccess:
    """Looks up the stored details of episodes, and the network access that their podcasts have."""

    def __init__(self, store: FeedStore, policy: NetworkPolicy) -> None:
        """Open nothing; `policy` is the network access that the settings allow."""
        self.store = store
        self.policy = policy

    def details(self, ident: str) -> Details | None:
        """Return the stored details of an episode; None if there are none or they cannot be read."""
        try:
            return self.store.details(ident)
        except FeedStoreError:
            return None

    def places(self, ident: str) -> list[Sequence[str]]:
        """Return where an episode with copies lies, as `read_places` does; empty if that cannot be read."""
        try:
            with self.store.db.read() as db:
                return read_places(db, ident)
        except FeedStoreError:
            return []

    def health(self, book: Episode) -> str:
        """Return what is wrong with the files of a book; empty if nothing is, or it cannot be read."""
        try:
            with self.store.db.read() as db:
                return read_health(db, book.id, book.parts) if book.parts else ""
        except FeedStoreError:
            return ""

    def policy_for(self, details: Details | None) -> NetworkPolicy:
        """Return the network access of an episode. Raises FetchError if its logins cannot be read."""
        if details is None:
            return self.policy
        return self.policy.widened(details.allowed, source_of(details.feed).logins(self.store, details.feed))


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
        marks = details.item.marks if details else ()
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
        size = details.item.size if details else None
        policy = self._access.policy_for(details)
        others = tuple(part.audio for part in episode.parts[1:])
        renew = partial(self._renewed, episode.id)
        podcast = details.feed_title if details else ""
        return DownloadRequest(
            episode.id, episode.title, episode.audio, policy, is_automatic, size, others, renew, podcast,
            episode.published,
        )  # fmt: skip

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
        return details.item.audio if details else None


def _name(episode: Episode, details: Details | None) -> str:
    """Return the id under which a recording is kept: the episode's, or one of its own for a later part of a book."""
    is_part = details is not None and source_of(details.feed).has_parts and episode.audio != details.item.audio
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


@dataclass(eq=False, repr=False)
class Upkeep:
    """Plans downloads and hides old episodes, for the app and for `tui-pod feeds refresh`."""

    _store: FeedStore
    _audio: EpisodeAudio
    _downloads: Downloads

    def plan_downloads(
        self,
        feed: Subscription,
        usual: Usual,
        progress: Callable[[str], Progress | None],
        in_use: Collection[str],
        now: datetime,
    ) -> tuple[list[DownloadRequest], list[str]]:
        """Return a feed's automatic downloads, and the episodes whose downloads are to be deleted."""
        found = candidates(self._store.db, feed.feed_id)
        downloads = self._downloads.of(one.id for one in found)
        plan = plan_downloads(found, feed.settings, feed.is_serial, usual, progress, downloads, in_use, now)
        requests = (self._audio.download_request(episode, is_automatic=True) for episode in plan.fetch)
        return [request for request in requests if request is not None], plan.delete

    def archive(
        self,
        feeds: Iterable[Subscription],
        progress: Callable[[str], Progress | None],
        in_use: Collection[str],
        now: datetime,
    ) -> None:
        """Hide the old episodes of podcasts whose settings say so; their progress is kept.

        Episodes that were started, play or are queued stay listed.
        """

        def is_used(ident: str) -> bool:
            found = progress(ident)
            is_started = found is not None and found.status is Status.STARTED
            return is_started or ident in in_use or self._downloads.find(ident) is not None

        for feed in feeds:
            if not source_of(feed.address).hides_missing:
                self._store.archive(feed, archived_before(feed.settings, now.timestamp()), is_used)


PICTURE_LIMITS = Limits(size=10 * 1024 * 1024, seconds=20.0, idle=10.0)


class EpisodeChapters(NamedTuple):
    """The chapters of an episode."""

    marks: tuple[Chapter, ...]
    origin: ChapterOrigin = ChapterOrigin.NOTES
    fault: str = ""
    """Why the file with its chapters cannot be read; empty if it can, or if there is none."""


@dataclass(eq=False, repr=False)
class EpisodeDocuments:
    """Reads the documents of episodes, from the shelf or the network."""

    _access: EpisodeAccess
    _documents: Path
    """Folder that caches documents from the network."""
    _texts: ForeignTexts

    def chapters(self, episode: Episode, cancel: CancelToken | None = None) -> EpisodeChapters:
        """Return an episode's chapters: those of its chapters file or of the feed, or the time codes in its notes."""
        details, fault = self._access.details(episode.id), ""
        if details is None:
            return EpisodeChapters(())
        if details.item.chapters:
            try:
                text = read_document(self._documents, details.item.chapters, self._access.policy_for(details), cancel)
                if marks := self._texts.chapters(text, cancel):
                    return EpisodeChapters(marks, ChapterOrigin.FEED)
            except ContentFault as error:
                fault = str(error)
            except FetchError:
                pass
        if details.item.marks:
            return EpisodeChapters(details.item.marks, ChapterOrigin.FEED, fault)
        if episode.parts:
            return EpisodeChapters(part_chapters(episode.parts), fault=fault)
        try:
            notes = self._texts.notes(details.item.notes, cancel)
        except ContentFault:  # `notes` says so
            notes = ""
        return EpisodeChapters(notes_chapters(notes, episode.duration), fault=fault)

    def transcript(self, episode: Episode, cancel: CancelToken | None = None) -> Transcript:
        """Return an episode's transcript from the network; with `fault` set if fetching fails."""
        assert episode.transcript is not None
        try:
            policy = self._access.policy_for(self._access.details(episode.id))
            text = read_document(self._documents, episode.transcript, policy, cancel)
            return self._texts.transcript(text, episode.duration, cancel)
        except FetchError as error:
            return Transcript(fault=str(error).rstrip("."))

    def fetch_picture(self, address: str, episode: Episode | None, cancel: CancelToken) -> bytes:
        """Return the image at a cover's address; `episode` is None for an unknown podcast. Raises FetchError."""
        access = self._access
        policy = access.policy if episode is None else access.policy_for(access.details(episode.id))
        return fetch(policy.request(address), PICTURE_LIMITS, cancel)[1]

    def notes(self, episode: Episode) -> EpisodeNotes:
        """Return an episode's notes, safe to show."""
        details = self._access.details(episode.id)
        if details is None:
            return EpisodeNotes()
        try:
            notes = self._texts.notes(details.item.notes)
        except ContentFault as fault:
            notes = f"The notes cannot be read: {fault}."
        numbering = _numbering(details)
        text = "\n\n".join(filter(None, (numbering, notes or (numbering and episode.summary))))
        if source_of(details.feed).is_online:
            at = details.replaced
            replaced = None if at is None else local_time(datetime.fromtimestamp(at, UTC)).date()
            return EpisodeNotes(text, details.feed_title, details.item.link or "", replaced=replaced)
        copies = tuple(clean(os.path.commonpath(each)) for each in self._access.places(episode.id)[1:])
        health = self._access.health(episode)
        return EpisodeNotes(text, page=details.item.link or "", copies=copies, health=health)

    def language(self, episode: Episode) -> str:
        """Return the language of an episode's feed, such as `de-at`; empty if it is not stated."""
        details = self._access.details(episode.id)
        return (details.language if details else None) or ""


def _numbering(details: Details) -> str:
    """Return a line such as `Season 2 · Episode 5 · Bonus · Explicit`."""
    season = f"Season {details.item.season}" if details.item.season else ""
    number = f"Episode {details.item.number}" if details.item.number else ""
    explicit = "Explicit" if details.item.is_explicit else ""
    return " · ".join(filter(None, (season, number, (details.item.type or "").capitalize(), explicit)))


def describe(store: FeedStore, feed_id: str) -> PodcastFacts | None:
    """Return facts about a podcast; None if it is not subscribed."""
    feed = store.find(feed_id)
    if feed is None:
        return None
    when = None if feed.fetched is None else local_time(datetime.fromtimestamp(feed.fetched, UTC))
    shown = source_of(feed.address).shown(feed.address)
    return PodcastFacts(shown, store.description(feed_id), feed.page, when, feed.trouble)


STREAM_QUOTA = 500_000_000
"""Bytes of streams to keep unless the settings say otherwise."""


class Podcasts:
    """Builds the objects that work on podcasts, each for one subject."""

    def __init__(
        self,
        data: Path,
        cache: Path,
        quota: int,
        policy: NetworkPolicy = PUBLIC,
        stream_quota: int = STREAM_QUOTA,
        texts: ForeignTexts | None = None,
        store: FeedStore | None = None,
        names: str = PATTERN,
    ) -> None:
        """Set the folders without opening anything; the quotas are the bytes of downloads and streams to keep."""
        self.store = store or FeedStore(data)
        self.access = EpisodeAccess(self.store, policy)
        self.streams = RecordingStore(cache / "streams", stream_quota)
        self.downloads = Downloads(data / "downloads", quota, self.streams, names)
        self.audio = EpisodeAudio(self.access, self.downloads, self.streams)
        self.fetched = cache / "remote"
        """Folder of cached documents from the network."""
        self.documents = EpisodeDocuments(self.access, self.fetched, texts or ForeignTexts(cache))
        self.upkeep = Upkeep(self.store, self.audio, self.downloads)
