"""What an export of another player holds."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from tui_pod.core.errors import UserError
from tui_pod.feeds.formats.opml import Entry


class ImportFault(UserError):
    """A file that is no export, or cannot be read; the message says what to do."""


class HeardEpisode(NamedTuple):
    """What another player knows of an episode that was heard or marked there."""

    podcast: str
    """Address of its feed, as that player has it; empty where it keeps none: the recording alone tells."""
    guid: str
    """Empty where it keeps none."""
    audio: str
    """Address of its recording; empty where it keeps none."""
    position: float = 0.0
    """Seconds; 0 when played."""
    duration: float | None = None
    is_played: bool = False
    when: datetime | None = None
    """When it was last heard (UTC); None: not known."""


class Imported(NamedTuple):
    """An export."""

    program: str
    """The name of the other player; empty for a list of podcasts."""
    entries: tuple[Entry, ...]
    episodes: tuple[HeardEpisode, ...] = ()
    faults: tuple[str, ...] = ()
    """What could not be used."""
