"""How far the download of an episode is, as one value that is shown."""

from __future__ import annotations

from typing import NamedTuple


class DownloadState(NamedTuple):
    """A recording that is on the disk, or on its way there."""

    is_whole: bool = False
    text: str = ""
    """How much of it is there, in a few cells, such as `45 %`."""
    share: float | None = None
    """The same from 0 to 1; None when the server does not say how much there is."""
    is_automatic: bool = False
    """Whether it was not asked for by itself."""


WHOLE = DownloadState(is_whole=True)
