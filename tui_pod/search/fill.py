"""Update the index: titles first, so that they are found at once, then the words, newest last.

The first time takes seconds of CPU for 100,000 episodes: run it in its own process.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import Library
from tui_pod.search.sources import RECOGNISED_STAMP, UnreadWords, WordSources, folders_stamp
from tui_pod.search.store import Head, IndexFile, IndexMissing, IndexWriter, Known

BATCH, HEADS = 500, 5_000
"""Episodes per commit, for words and for titles with notes: results grow while the listener waits."""


def is_current(index: IndexFile, stamp: str) -> bool:
    """Return True if an index is up to date with the library of this stamp and with the words on disk."""
    if not index.is_as_written():
        return False
    with suppress(IndexMissing), index.reading() as db:
        about = dict(db.execute("SELECT name, value FROM about"))
        with suppress(ValueError):
            return bool(about.get("stamp") == stamp + folders_stamp(json.loads(about.get("folders", ""))))
    return False


def fill(
    index: IndexFile,
    library: Library,
    sources: WordSources,
    stamp: str,
    tell: Callable[[int], None] = lambda _: None,
    left_out: Callable[[str], None] = lambda _: None,
    changed_since: Callable[[str], Sequence[str] | None] = lambda _: None,
) -> None:
    """Update an index.

    Args:
        index: created if missing or damaged.
        stamp: identifies this version of the library.
        changed_since: Returns the episodes that may differ from those of the library of a stamp; None for all.
        tell: Called with the number of episodes whose words have yet to be read.
        left_out: Called with a sentence about each text that cannot be read.

    Raises:
        SearchError: it cannot be written; what was written so far can be searched.
    """
    try:
        _fill(index, library, sources, stamp, tell, left_out, changed_since)
    except IndexMissing:  # it was damaged and has been deleted
        _fill(index, library, sources, stamp, tell, left_out, changed_since)
    finally:
        sources.texts.close()


def _fill(
    index: IndexFile,
    library: Library,
    sources: WordSources,
    stamp: str,
    tell: Callable[[int], None],
    left_out: Callable[[str], None],
    changed_since: Callable[[str], Sequence[str] | None],
) -> None:
    with index.writing() as db:
        writer, changed = IndexWriter(db), None
        about = dict(db.execute("SELECT name, value FROM about WHERE name IN ('library', 'stamp', 'folders')"))
        former, before = about.get("library"), json.loads(about.get("folders", "[]"))
        if former and about["stamp"] == former + folders_stamp(before):
            changed = changed_since(former)
        if changed is not None:
            sources.folders |= dict.fromkeys(map(Path, before))
        known, unread = _update_heads(writer, library, sources, changed)
        if changed is not None and writer.count() != len(library):  # what a feed no longer has is not in `changed`
            known, unread = _update_heads(writer, library, sources, None)
        for place, (ident, words) in enumerate(unread):
            if place % BATCH == 0:
                left = len(unread) - place
                writer.note("left", str(left))
                writer.commit()
                tell(left)
            read = words.read(sources.texts)
            if read.fault is not None:
                left_out(f"{ident} is not searched: its transcript cannot be read: {read.fault}.")
            if read.fault is None or read.fault.is_lasting:  # else it is read the next time
                writer.put_words(known[ident], words.stamp, read.cues, read.is_cut, read.fault is not None)
        folders = sorted(map(str, sources.folders))
        writer.note("left", "0")
        writer.note("folders", json.dumps(folders))
        writer.note("library", stamp)
        writer.note("stamp", stamp + folders_stamp(folders))
        writer.close()


def _update_heads(
    writer: IndexWriter, library: Library, sources: WordSources, changed: Sequence[str] | None
) -> tuple[dict[str, Known], list[tuple[str, UnreadWords]]]:
    """Bring the heads of the `changed` episodes, or of all, up to date.

    Return what is known of them, and the episodes whose words are not indexed.
    """
    places: Sequence[int] = range(len(library))
    if changed is not None:
        few = sorted({index for ident in changed if (index := library.index(ident)) is not None})
        if library.authors and any(map(library.authors.__getitem__, few)):
            changed = None  # titles of other books may depend on them
        else:
            places = few
    known = writer.known(changed)
    for ident in [*known]:
        if (index := library.index(ident)) is None or library.ids[index] != ident:
            writer.remove(known.pop(ident))
    return known, _put_heads(writer, library, sources, known, places)


def _put_heads(
    writer: IndexWriter, library: Library, sources: WordSources, known: dict[str, Known], places: Sequence[int]
) -> list[tuple[str, UnreadWords]]:
    """Index new and changed heads of the episodes at `places`; return those whose words are not indexed."""
    unread = []
    for first in reversed(range(0, len(places), BATCH)):
        numbers = places[first : first + BATCH]
        notes = sources.notes([library.ids[number] for number in numbers])
        episodes = [library.episode(number) for number in reversed(numbers)]  # the newest get the highest numbers
        heads = [_head(episode, notes.get(episode.id, ""), known) for episode in episodes]  # and are searched first
        changed = [head for head in heads if head is not None]
        texts = sources.texts.plain_texts([html for *_, html in changed])
        writer.put_heads(map(_with_notes, changed, texts), known)
        for episode in episodes:
            words, former = sources.words(episode), known[episode.id]
            if words is not None and former.words != words.stamp:
                unread.append((episode.id, words))
            elif words is None and (former.words or "").startswith(RECOGNISED_STAMP):
                writer.put_words(former, "", [])  # they were deleted
        if first % HEADS == 0:
            writer.note("left", str(first))
            writer.commit()
    return unread


def _head(episode: Episode, html: str, known: Mapping[str, Known]) -> tuple[str, int, Head, str] | None:
    """Return an episode's head for the index, and its notes in HTML; None if it is already there.

    That of a book names who made it, and that of a file its folders.
    """
    is_made = episode.author or episode.narrator or episode.series or episode.parts
    is_known = is_made or (episode.audio or "").startswith("/")
    made_by = dict.fromkeys((episode.author, episode.narrator, episode.series, *episode.tags)) if is_known else {}
    names = " · ".join(text for text in made_by if text and text not in episode.summary)
    between = " " if episode.summary.endswith((".", "!", "?", "…")) else " · "  # a match is shown with its sentence
    episode = episode._replace(summary=between.join(filter(None, (episode.summary, names))))
    texts = (episode.title, episode.summary, html or episode.sources, episode.phrases)
    stamp = zlib.crc32("\0".join(texts).encode("utf-8", "replace"))
    former = known.get(episode.id)
    if former is not None and former.stamp == stamp:
        return None
    return episode.id, stamp, Head(*texts[:2], "" if html else episode.sources, episode.phrases), html


def _with_notes(head: tuple[str, int, Head, str], text: str) -> tuple[str, int, Head]:
    """Return a head with the text of its notes."""
    ident, stamp, about, html = head
    if html:
        about = about._replace(summary="" if _begins(text, about.summary) else about.summary, notes=text)
    return ident, stamp, about


def _begins(text: str, summary: str) -> bool:
    """Return True if a summary is only the beginning of the notes."""
    start = " ".join(text[: 2 * len(summary) + 100].split())
    return bool(summary) and start.startswith(summary.rstrip("… ")[:-1] or summary)
