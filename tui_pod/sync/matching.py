"""Recognise podcasts and episodes by what other programs call them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from tui_pod.feeds.store.feed_store import Enclosure
from tui_pod.feeds.store.match import media_core
from tui_pod.sync.actions import Action


class EpisodeFinder:
    """Finds the episode that an action means: by its podcast's guid, then by its address."""

    def __init__(self, episodes: Iterable[Enclosure], podcasts: Mapping[str, str]) -> None:
        self._feeds = {
            address_key(name): feed_id for feed_id, address in podcasts.items() for name in (feed_id, address) if name
        }
        self._by_guid: dict[tuple[str, str], str] = {}
        self._by_address: dict[tuple[str, str], str] = {}
        self._by_media: dict[tuple[str, str], str | None] = {}
        self._by_recording: dict[str, str | None] = {}
        for episode in episodes:
            self._by_guid[episode.feed, episode.guid] = episode.id
            self._by_address[episode.feed, episode.audio] = episode.id
            media = episode.feed, _media(episode.audio)
            self._by_media[media] = episode.id if media not in self._by_media else None  # one of several: neither
            recording = _media(episode.audio)
            self._by_recording[recording] = episode.id if recording not in self._by_recording else None

    def find(self, action: Action) -> str | None:
        """Return the id of an action's episode; None when it is not here."""
        feed = self._feeds.get(address_key(action.podcast))
        if feed is None:
            return None
        return (
            self._by_guid.get((feed, action.guid))
            or self._by_address.get((feed, action.episode))
            or self._by_media.get((feed, _media(action.episode)))
        )

    def find_recording(self, address: str) -> str | None:
        """Return the id of the episode with this recording, of whatever podcast; None for none or several."""
        return self._by_recording.get(_media(address)) if address else None


def address_key(address: str) -> str:
    """Return what is the same of an address however programs write it."""
    return unquote(address).partition("://")[2].rstrip("/").lower()


def _media(address: str) -> str:
    return media_core(unquote(address))
