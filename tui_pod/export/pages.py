"""What is exported for an episode: its bookmarks and their source; and all of it as CSV for Readwise."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple
from urllib.parse import quote

from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import Library
from tui_pod.core.library.show_notes import EpisodeNotes
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.selection.bookmark_groups import Grouping, group_bookmarks
from tui_pod.core.text.clean import clock, fold

COLUMNS = ("Highlight", "Title", "Author", "URL", "Note", "Location", "Date")
"""The columns that Readwise reads."""

_FORMULA = re.compile(r"(^\s*|;)(?=[=+\-@＝＋－＠])")
"""Where a formula may begin, which no spreadsheet is to run: in a cell, or after a semicolon, which may begin one."""


class ExportPage(NamedTuple):
    """An episode with its bookmarks, ordered by position."""

    id: str
    title: str
    bookmarks: tuple[Bookmark, ...]
    podcast: str = ""
    url: str = ""
    """The episode's web page, not its recording, whose address may contain a login."""
    date: date | None = None
    tags: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """A file name that is safe on every system and ends in `mark`."""
        slug = re.sub(r"[^a-z0-9]+", "-", fold(self.title))[:60].strip("-") or "episode"
        return f"{slug}-{self.mark}"

    @property
    def mark(self) -> str:
        """Identifies the episode in a file name, even if its title changes."""
        return hashlib.sha256(self.id.encode("utf-8", "replace")).hexdigest()[:8]

    def link(self, start: float) -> str:
        """Return the web page's address with a position in seconds; empty if there is no web page."""
        address = quote(self.url, safe="/:?&=#%~+,;@!'*$.-_")
        return f"{address}#t={int(start)}" if address and "#" not in address else address


def make_pages(
    library: Library, bookmarks: Iterable[Bookmark], read_notes: Callable[[Episode], EpisodeNotes]
) -> list[ExportPage]:
    """Return a page for each episode with bookmarks, including episodes that have left the library."""
    pages = []
    for title, members in group_bookmarks(library, bookmarks, Grouping.EPISODE):
        ident = members[0].episode
        index = library.index(ident)
        if index is None:
            pages.append(ExportPage(ident, title, members))
            continue
        episode = library.episode(index)
        notes = read_notes(episode)
        pages.append(ExportPage(ident, title, members, notes.podcast, notes.page, episode.published, episode.tags))
    return pages


def to_csv(pages: Iterable[ExportPage]) -> str:
    """Return a table of all bookmarks; Location is the second where a bookmark starts."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    table.writerow(COLUMNS)
    for page in pages:
        for each in page.bookmarks:
            date = f"{each.created:%Y-%m-%d %H:%M:%S}"
            highlight, start = each.text or each.note or clock(each.start), int(each.start)
            texts = (highlight, page.title, page.podcast, page.link(each.start), each.remark)
            table.writerow((*(_FORMULA.sub(r"\1'", text) for text in texts), start, date))
    return out.getvalue()
