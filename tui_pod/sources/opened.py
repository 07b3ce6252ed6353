"""The podcasts of a listener, opened: the shelf, the downloads, and what they know of episodes."""

from __future__ import annotations

from pathlib import Path

from tui_pod.net.access import PUBLIC, NetworkPolicy
from tui_pod.recordings.downloads import Downloads
from tui_pod.recordings.recording_store import RecordingStore
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.sources.episode_access import EpisodeAccess
from tui_pod.sources.episode_audio import EpisodeAudio
from tui_pod.sources.episode_documents import EpisodeDocuments
from tui_pod.sources.foreign_texts import ForeignTexts
from tui_pod.sources.upkeep import Upkeep

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
    ) -> None:
        """Set the folders without opening anything; the quotas are the bytes of downloads and streams to keep."""
        self.store = store or FeedStore(data)
        self.access = EpisodeAccess(self.store, policy)
        self.streams = RecordingStore(cache / "streams", stream_quota)
        self.downloads = Downloads(data / "downloads", quota, self.streams)
        self.audio = EpisodeAudio(self.access, self.downloads, self.streams)
        self.fetched = cache / "remote"
        """Folder of cached documents from the network."""
        self.documents = EpisodeDocuments(self.access, self.fetched, texts or ForeignTexts(cache))
        self.upkeep = Upkeep(self.store, self.audio, self.downloads)
