"""What the row of an episode shows of its download and of its recognition."""

from __future__ import annotations

from typing import NamedTuple


class DownloadState(NamedTuple):
    """A recording that is downloaded or being downloaded."""

    is_whole: bool = False
    text: str = ""
    """How much has been downloaded, in a few cells, such as `45 %`."""
    share: float | None = None
    """The same from 0 to 1; None if the server does not give the size."""
    is_automatic: bool = False
    """Whether it was started automatically."""
    error: str | None = None
    """Why it failed; None if it did not."""


WHOLE = DownloadState(is_whole=True)


class RecognitionState(NamedTuple):
    """A recording that is being recognised, or waits for it."""

    text: str
    """How much is done, in a few cells, such as `45 %`; `…` while it waits."""
    until: float = 0.0
    """Position in seconds up to which there is a transcript."""
