"""What is known about an episode or a podcast beyond what the library holds."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class EpisodeNotes(NamedTuple):
    """Show notes and related facts; all of it is safe to show."""

    text: str = ""
    """Lines, including the addresses of links; empty if there is only the summary."""
    podcast: str = ""
    """Name of the podcast; empty for none."""
    page: str = ""
    is_downloaded: bool = False


class PodcastFacts(NamedTuple):
    """What is stored about a podcast besides its episodes."""

    address: str
    summary: str = ""
    page: str | None = None
    refreshed: datetime | None = None
    """When it last answered (local time); None if never."""
    error: str | None = None
    """Why the last refresh failed; None if it did not."""
