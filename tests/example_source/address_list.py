"""A source for tui-pod: a text file of addresses is a podcast. `docs/sources.md` explains it.

Each line of a file that ends in `.addresses` is the address or the path of a recording, a blank, and a title.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tui_pod.shelf.published import FeedError, Published, PublishedItem

is_online = False


def takes(typed: str) -> str | None:
    """Return the path of a list of addresses; None for any other text."""
    path = Path(typed).expanduser()
    return str(path.absolute()) if path.suffix == ".addresses" else None


def read(place: str, fetch: Callable[[str], bytes]) -> Published:
    """Return the podcast that a list makes; `fetch` is not needed, since the list is a file."""
    try:
        lines = Path(place).read_text("utf-8").splitlines()
    except OSError as error:
        raise FeedError(f"{place} cannot be read: {error.strerror}.") from None
    named = (line.partition(" ") for line in lines if line.strip())
    items = (PublishedItem(guid=audio, title=title or audio, audio=audio) for audio, _, title in named)
    return Published(Path(place).stem, tuple(items))
