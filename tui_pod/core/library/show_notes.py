"""What is known about an episode or a podcast beyond what the library holds."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

RECOMMENDS = "Recommends: "
"""How a line starts that names a podcast which another one recommends, and its address in parentheses."""


class EpisodeNotes(NamedTuple):
    """Show notes and related facts; all of it is safe to show."""

    text: str = ""
    """Lines, including the addresses of links; empty if there is only the summary."""
    podcast: str = ""
    """Name of the podcast; empty for none."""
    page: str = ""
    is_downloaded: bool = False
    copies: tuple[str, ...] = ()
    """Paths of the other files or folders that it lies in, too."""
    health: str = ""
    """What is wrong with the files of a book, or uncertain: `part 3 of 40 missing`; empty if nothing is."""
    replaced: date | None = None
    """When its podcast gave it another recording; None if it never did."""


class PodcastFacts(NamedTuple):
    """What is stored about a podcast besides its episodes."""

    address: str
    summary: str = ""
    page: str | None = None
    refreshed: datetime | None = None
    """When it last answered (local time); None if never."""
    error: str | None = None
    """Why the last refresh failed; None if it did not."""

    @property
    def recommended(self) -> dict[str, str]:
        """The titles of the podcasts that it recommends, by address."""
        lines = [line.removeprefix(RECOMMENDS) for line in self.summary.split("\n") if line.startswith(RECOMMENDS)]
        named = [(address.removesuffix(")"), title) for title, _, address in (line.rpartition(" (") for line in lines)]
        return {address: title or address for address, title in named if address.startswith(("http://", "https://"))}
