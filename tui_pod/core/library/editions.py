"""Editions of one book, of which nobody hears two: same author and title, another narrator, or abridged."""

from __future__ import annotations

from collections.abc import Iterator

from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import Library, split_author_key


def series_of(book: Episode) -> str:
    """Return the series of a book without its number in it; empty if it is of none."""
    return book.series.rstrip("0123456789.,").rstrip(" ,#").casefold()


def other_editions(library: Library, index: int) -> Iterator[int]:
    """Yield the other editions of a book. What has the same title and narrator is another volume."""
    inside = library.works.get(index, ())
    book = library.episode(index) if inside else None
    for other in inside:
        found = library.episode(other)
        if book is None or other == index or (book.series and found.series and book.series != found.series):
            continue
        titles = {split_author_key(library.authors[one])[2] for one in (index, other)}  # as they are without additions
        if found.narrator != book.narrator or len(titles) > 1:
            yield other
