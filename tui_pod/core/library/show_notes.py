"""What is known of an episode beside what its library entry says."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class EpisodeNotes(NamedTuple):
    """Show notes and what belongs to them; all of it is safe to show."""

    text: str = ""
    """Lines, with the addresses of links; empty if there is only the summary."""
    podcast: str = ""
    """Name of the podcast; empty for none."""
    page: str = ""
    is_downloaded: bool = False


class PodcastFacts(NamedTuple):
    """What is kept of a podcast beside its episodes."""

    address: str
    summary: str = ""
    page: str = ""
    refreshed: datetime | None = None
    """When it last answered (local time); None: never."""
    error: str = ""
    """Why the last refresh failed; empty when it did not."""
