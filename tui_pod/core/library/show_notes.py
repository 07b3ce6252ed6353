"""What is known of an episode beside what its library entry says."""

from __future__ import annotations

from typing import NamedTuple


class EpisodeNotes(NamedTuple):
    """Show notes and what belongs to them; all of it is safe to show."""

    text: str = ""
    """Lines, with the addresses of links; empty if there is only the summary."""
    podcast: str = ""
    """Name of the podcast; empty for none."""
    page: str = ""
    is_downloaded: bool = False
