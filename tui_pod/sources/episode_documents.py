"""Read what belongs to an episode besides its audio: transcript, chapters, notes and cover.

Calls block on disk and network: run them in a thread. With a cancel token they may raise `Cancelled`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from tui_pod.core.library.episode import Episode
from tui_pod.core.library.show_notes import EpisodeNotes, PodcastFacts
from tui_pod.core.library.transcript import Transcript
from tui_pod.core.player.snapshot import Chapter, ChapterOrigin, part_chapters
from tui_pod.core.text.clean import clean
from tui_pod.core.wall_time import local_time
from tui_pod.net.fetch import FetchError, Limits, fetch
from tui_pod.recordings.documents import read_document
from tui_pod.runtime.limited_processes import ContentFault
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.feed_store import Details, FeedStore
from tui_pod.sources.episode_access import EpisodeAccess
from tui_pod.sources.foreign_texts import ForeignTexts
from tui_pod.sources.podcasts.chapters import notes_chapters
from tui_pod.sources.table import source_of

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
        if details.chapters:
            try:
                text = read_document(self._documents, details.chapters, self._access.policy_for(details), cancel)
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
            notes = self._texts.notes(details.notes)
        except ContentFault as fault:
            notes = f"The notes cannot be read: {fault}."
        numbering = _numbering(details)
        text = "\n\n".join(filter(None, (numbering, notes or (numbering and episode.summary))))
        if source_of(details.feed).is_online:
            return EpisodeNotes(text, details.feed_title, details.link or "")
        copies = tuple(clean(os.path.commonpath(each)) for each in self._access.places(episode.id)[1:])
        return EpisodeNotes(text, page=details.link or "", copies=copies)

    def language(self, episode: Episode) -> str:
        """Return the language of an episode's feed, such as `de-at`; empty if it is not stated."""
        details = self._access.details(episode.id)
        return (details.language if details else None) or ""


def _numbering(details: Details) -> str:
    """Return a line such as `Season 2 · Episode 5 · Bonus · Explicit`."""
    season = f"Season {details.season}" if details.season else ""
    number = f"Episode {details.number}" if details.number else ""
    explicit = "Explicit" if details.is_explicit else ""
    return " · ".join(filter(None, (season, number, (details.type or "").capitalize(), explicit)))


def describe(store: FeedStore, feed_id: str) -> PodcastFacts | None:
    """Return facts about a podcast; None if it is not subscribed."""
    feed = store.find(feed_id)
    if feed is None:
        return None
    when = None if feed.fetched is None else local_time(datetime.fromtimestamp(feed.fetched, UTC))
    shown = source_of(feed.address).shown(feed.address)
    return PodcastFacts(shown, store.description(feed_id), feed.page, when, feed.trouble)
