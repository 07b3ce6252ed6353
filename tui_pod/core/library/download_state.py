"""The state of a download, as a value to show."""

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
