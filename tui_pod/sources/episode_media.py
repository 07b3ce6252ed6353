"""Find the audio, transcript, chapters and notes of podcast episodes.

Calls block on disk and network: run them in a thread. With a cancel token they may raise `Cancelled`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tui_pod.core.library.aging import archived_before
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.show_notes import EpisodeNotes, PodcastFacts
from tui_pod.core.library.transcript import Transcript
from tui_pod.core.player.part_chapters import part_chapters
from tui_pod.core.player.snapshot import Chapter, ChapterOrigin, Source
from tui_pod.core.progress.progress import Progress, Status
from tui_pod.core.wall_time import local_time
from tui_pod.net.access import PUBLIC, NetworkPolicy
from tui_pod.net.fetch import FetchError, Limits, LoginWanted, fetch
from tui_pod.recordings.documents import read_document
from tui_pod.recordings.download_request import DownloadRequest, name_of_part
from tui_pod.recordings.downloads import Downloads
from tui_pod.recordings.keeping import Usual, plan_downloads
from tui_pod.recordings.mp4_claims import fault_of
from tui_pod.recordings.playable import find_places
from tui_pod.recordings.recording_store import RecordingStore
from tui_pod.recordings.remote_recording import RemoteRecording
from tui_pod.runtime.limited_processes import ContentFault
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.database import FeedStoreError
from tui_pod.shelf.feed_store import Details, FeedStore
from tui_pod.shelf.marks import candidates, set_marked
from tui_pod.shelf.subscription import Subscription
from tui_pod.sources.foreign_texts import ForeignTexts
from tui_pod.sources.podcasts.chapters import notes_chapters
from tui_pod.sources.refresh import refresh_feed
from tui_pod.sources.table import source_of

STREAM_QUOTA = 500_000_000
"""Bytes of streams to keep unless the settings say otherwise."""

PICTURE_LIMITS = Limits(size=10 * 1024 * 1024, seconds=20.0, idle=10.0)


class EpisodeChapters(NamedTuple):
    """The chapters of an episode."""

    marks: tuple[Chapter, ...]
    origin: ChapterOrigin = ChapterOrigin.NOTES
    fault: str = ""
    """Why the file with its chapters cannot be read; empty if it can, or if there is none."""


class Podcasts:
    """The subscriptions, the downloads, and the documents that episodes refer to."""

    def __init__(
        self,
        data: Path,
        cache: Path,
        quota: int,
        policy: NetworkPolicy = PUBLIC,
        stream_quota: int = STREAM_QUOTA,
        texts: ForeignTexts | None = None,
    ) -> None:
        """Set the folders without opening anything; the quotas are the bytes of downloads and streams to keep."""
        self.policy = policy
        self.store = FeedStore(data)
        self.streams = RecordingStore(cache / "streams", stream_quota)
        self.downloads = Downloads(data / "downloads", quota, self.streams)
        self._documents = cache / "remote"
        self._texts = texts or ForeignTexts(cache)

    def source(self, episode: Episode, cancel: CancelToken | None = None) -> Source:
        """Return the download of an episode with an address, else its stream.

        Raises:
            LoginWanted: a server requires a login.
            FetchError: it could not be fetched.
        """
        assert episode.audio is not None
        details = self.details(episode.id)
        marks = details.marks if details else ()
        path = self.local_file(episode)
        if path is not None:
            if fault := fault_of(path):
                raise FetchError(fault, is_final=True)
            return Source(str(path), marks=marks)
        stream = self._stream(episode, episode.audio, details)
        cancel = cancel or CancelToken()
        try:
            stream.wait_for_answer(cancel)
        except LoginWanted:
            self.store.logins.ask_again()
            raise
        source = Source(episode.audio, is_stream=True, marks=marks, remote=stream)
        return find_places(source, stream, episode.duration, cancel)

    def local_file(self, episode: Episode) -> Path | None:
        """Return the complete recording of an episode on this machine, if any."""
        if episode.audio is None or episode.parts:
            return None
        name = _name(episode, self.details(episode.id))
        return self.downloads.find(name) or self.streams.find(name, episode.audio)

    def prepare(self, episode: Episode, cancel: CancelToken | None = None) -> None:
        """Start a stream ahead of `source`, which retries if this fails."""
        if episode.audio is None or self.local_file(episode) is not None:
            return
        with contextlib.suppress(FetchError):
            self._stream(episode, episode.audio, self.details(episode.id)).wait_for_answer(cancel or CancelToken())

    def _stream(self, episode: Episode, address: str, details: Details | None) -> RemoteRecording:
        access, name = partial(self._policy, details), _name(episode, details)
        renew = partial(self._renewed, episode.id) if name == episode.id else lambda: None
        return self.streams.open(name, address, access, renew)

    def _renewed(self, ident: str) -> str | None:
        """Return an episode's current address after a refresh of its feed: some hosts sign addresses for a day."""
        details = self.details(ident)
        feed = self.store.find(details.feed) if details is not None else None
        if feed is None or refresh_feed(self.store, feed, CancelToken(), self.policy).error:
            return None
        details = self.details(ident)
        return details.audio if details else None

    def chapters(self, episode: Episode, cancel: CancelToken | None = None) -> EpisodeChapters:
        """Return an episode's chapters: those of its chapters file, of the feed, else time codes in its notes."""
        details, fault = self.details(episode.id), ""
        if details is None:
            return EpisodeChapters(())
        if details.chapters:
            try:
                text = read_document(self._documents, details.chapters, self._policy(details), cancel)
                if marks := self._texts.chapters(text, cancel):
                    return EpisodeChapters(marks, ChapterOrigin.FEED)
            except ContentFault as error:
                fault = str(error)
            except FetchError:
                pass
        if details.marks:
            return EpisodeChapters(details.marks, ChapterOrigin.FEED, fault)
        if episode.parts:
            return EpisodeChapters(part_chapters(episode.parts), fault=fault)
        try:
            notes = self._texts.notes(details.notes, cancel)
        except ContentFault:  # `notes` says so
            notes = ""
        return EpisodeChapters(notes_chapters(notes, episode.duration), fault=fault)

    def transcript(self, episode: Episode, cancel: CancelToken | None = None) -> Transcript:
        """Return the transcript at an episode's address; empty if there is none, with `fault` set if fetching fails."""
        if episode.transcript is None:
            return Transcript()
        try:
            policy = self._policy(self.details(episode.id))
            text = read_document(self._documents, episode.transcript, policy, cancel)
            return self._texts.transcript(text, episode.duration, cancel)
        except FetchError as error:
            return Transcript(fault=str(error).rstrip("."))

    def fetch_picture(self, address: str, episode: Episode | None, cancel: CancelToken) -> bytes:
        """Return the image at a cover's address; `episode` is None for a podcast that is not subscribed.

        Raises:
            FetchError: it could not be fetched.
        """
        policy = self._policy(self.details(episode.id)) if episode is not None else self.policy
        return fetch(policy.request(address), PICTURE_LIMITS, cancel)[1]

    def details(self, ident: str) -> Details | None:
        """Return the stored details of an episode; None if there are none or they cannot be read."""
        try:
            return self.store.details(ident)
        except FeedStoreError:
            return None

    def notes(self, episode: Episode) -> EpisodeNotes:
        """Return an episode's notes, safe to show."""
        is_downloaded = self.downloads.find(episode.id) is not None
        details = self.details(episode.id)
        if details is None:
            return EpisodeNotes(is_downloaded=is_downloaded)
        try:
            notes = self._texts.notes(details.notes)
        except ContentFault as fault:
            notes = f"The notes cannot be read: {fault}."
        text = "\n\n".join(filter(None, (_numbering(details), notes)))
        return EpisodeNotes(text, details.feed_title, details.link or "", is_downloaded)

    def describe(self, feed_id: str) -> PodcastFacts | None:
        """Return facts about a podcast; None if it is not subscribed."""
        feed = self.store.find(feed_id)
        if feed is None:
            return None
        when = None if feed.fetched is None else local_time(datetime.fromtimestamp(feed.fetched, UTC))
        shown = source_of(feed.address).shown(feed.address)
        return PodcastFacts(shown, self.store.description(feed_id), feed.page, when, feed.trouble)

    def foreign_language(self, episode: Episode) -> str | None:
        """Return the language of an episode's feed, such as `de-at`; None if it is English or not stated."""
        details = self.details(episode.id)
        language = details.language if details else None
        return None if language is None or language.startswith("en") else language

    def download_request(self, episode: Episode, is_automatic: bool = False) -> DownloadRequest | None:
        """Return a request to download an episode; None if it has no address."""
        if episode.audio is None or "://" not in episode.audio:
            return None
        details = self.details(episode.id)
        size = details.size if details else None
        policy = self._policy(details)
        others = tuple(part.audio for part in episode.parts[1:])
        renew = partial(self._renewed, episode.id)
        return DownloadRequest(episode.id, episode.title, episode.audio, policy, is_automatic, size, others, renew)

    def plan_downloads(
        self,
        feed: Subscription,
        usual: Usual,
        progress: Callable[[str], Progress | None],
        in_use: Collection[str],
        now: datetime,
    ) -> tuple[list[DownloadRequest], list[str]]:
        """Return a feed's automatic downloads, and the episodes whose downloads are to be deleted: see `keeping`.

        It records which of these must not be downloaded again automatically.
        """
        found = candidates(self.store.db, feed.feed_id)
        downloads = self.downloads.of(one.id for one in found)
        plan = plan_downloads(found, feed.settings, feed.is_serial, usual, progress, downloads, in_use, now)
        if plan.dropped:
            set_marked(self.store.db, "unwanted", plan.dropped, True)
        requests = (self.download_request(episode, is_automatic=True) for episode in plan.fetch)
        return [request for request in requests if request is not None], plan.delete

    def archive(
        self,
        feeds: Iterable[Subscription],
        progress: Callable[[str], Progress | None],
        in_use: Collection[str],
        now: datetime,
    ) -> None:
        """Hide the old episodes of podcasts whose settings say so; their progress is kept.

        Args:
            feeds: the podcasts.
            progress: returns the progress of an episode; a started one stays listed.
            in_use: episodes that stay listed because they play or are queued.
            now: the current time.
        """

        def is_used(ident: str) -> bool:
            found = progress(ident)
            is_started = found is not None and found.status is Status.STARTED
            return is_started or ident in in_use or self.downloads.find(ident) is not None

        for feed in feeds:
            if not source_of(feed.address).hides_missing:
                self.store.archive(feed, archived_before(feed.settings, now.timestamp()), is_used)

    def _policy(self, details: Details | None) -> NetworkPolicy:
        """Return the network access of an episode. Raises FetchError if its logins cannot be read."""
        if details is None:
            return self.policy
        return self.policy.widened(details.allowed, source_of(details.feed).logins(self.store, details.feed))


def _name(episode: Episode, details: Details | None) -> str:
    """Return the id under which a recording is kept: the episode's, or one of its own for a later part of a book."""
    is_part = details is not None and source_of(details.feed).has_parts and episode.audio != details.audio
    return name_of_part(episode.id, episode.audio or "") if is_part else episode.id


def _numbering(details: Details) -> str:
    """Return a line such as `Season 2 · Episode 5 · Bonus · Explicit`."""
    season = f"Season {details.season}" if details.season else ""
    number = f"Episode {details.number}" if details.number else ""
    explicit = "Explicit" if details.is_explicit else ""
    return " · ".join(filter(None, (season, number, (details.type or "").capitalize(), explicit)))
