"""The command `bookmarks`: print what was kept."""

from __future__ import annotations

from argparse import Namespace

from tui_pod.cli.shared import open_library, print_json, print_table
from tui_pod.cli.tables import Column
from tui_pod.core.library.library import Library
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.selection.bookmark_groups import title_of
from tui_pod.core.text.clean import clock


def run(options: Namespace) -> None:
    """Print the bookmarks, oldest first."""
    library, state, *_ = open_library(options)
    bookmarks = sorted((each for each in state.bookmarks if not each.is_removed), key=lambda each: each.created)
    if options.json:
        print_json([_json(library, bookmark) for bookmark in bookmarks])
        return
    columns = Column("id"), Column("at", is_right=True), Column("words", 24), Column("note", 8), Column("title", 8)
    print_table(columns, (_row(library, bookmark) for bookmark in bookmarks))


def _row(library: Library, bookmark: Bookmark) -> tuple[str, ...]:
    return bookmark.episode, clock(bookmark.start), bookmark.text, bookmark.note, title_of(library, bookmark)


def _json(library: Library, bookmark: Bookmark) -> dict[str, object]:
    return {
        "id": bookmark.episode,
        "title": title_of(library, bookmark),
        "start": bookmark.start,
        "text": bookmark.text,
        "note": bookmark.note,
        "created": bookmark.created.isoformat(timespec="seconds"),
    }
