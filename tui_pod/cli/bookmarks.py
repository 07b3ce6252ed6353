"""The command `bookmarks`: print what was kept, or write it for other programs."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tui_pod.cli.parser import UsageError
from tui_pod.cli.shared import (
    Opened,
    make_folder,
    open_library,
    open_podcasts,
    print_json,
    print_table,
    tell,
    warn,
)
from tui_pod.cli.tables import Column
from tui_pod.core.errors import UserError
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import Library
from tui_pod.core.library.show_notes import EpisodeNotes
from tui_pod.core.player.snapshot import Source
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.selection.bookmark_groups import title_of
from tui_pod.core.text.clean import clock, counted

if TYPE_CHECKING:
    from tui_pod.export.pages import Page
    from tui_pod.feeds.podcasts import Podcasts


def run(options: Namespace) -> int:
    """Print or write the bookmarks, oldest first; return the exit status.

    Raises:
        UsageError: both kinds of table at once.
        UserError: a folder or a file cannot be written.
    """
    if options.json and options.csv:
        raise UsageError("--json or --csv, not both")
    opened = open_library(options)
    bookmarks = sorted(
        (each for each in opened.state.kept.bookmarks if not each.is_removed), key=lambda each: each.created
    )
    library = opened.library
    if options.json:
        print_json([_json(library, bookmark) for bookmark in bookmarks])
    if options.csv or options.out or options.clips:
        return _export(options, opened, bookmarks)
    if not options.json:
        columns = Column("id"), Column("at", is_right=True), Column("words", 24), Column("note", 8), Column("title", 8)
        print_table(columns, (_row(library, bookmark) for bookmark in bookmarks))
    return 0


def _row(library: Library, bookmark: Bookmark) -> tuple[str, ...]:
    return bookmark.episode, clock(bookmark.start), bookmark.text, bookmark.remark, title_of(library, bookmark)


def _json(library: Library, bookmark: Bookmark) -> dict[str, object]:
    return {
        "id": bookmark.episode,
        "title": title_of(library, bookmark),
        "start": bookmark.start,
        "text": bookmark.text,
        "note": bookmark.note,
        "created": bookmark.created.isoformat(timespec="seconds"),
    } | ({"recognised": True} if bookmark.is_recognised else {})


def _export(options: Namespace, opened: Opened, bookmarks: Sequence[Bookmark]) -> int:
    from tui_pod.export.pages import make_pages  # the list above does without

    files = _Files(opened)
    pages = make_pages(opened.library, bookmarks, files.notes)
    if options.csv:
        from tui_pod.export.readwise import to_csv

        sys.stdout.write(to_csv(pages))
    if options.out:
        from tui_pod.export.markdown import Written, write_page

        for page in pages:
            path, written = write_page(options.out, page)
            if written is not Written.SAME:
                tell(f"{path}: {written}")
        tell(f"{counted(len(bookmarks), 'bookmark')} of {counted(len(pages))} in {options.out}")
    if not options.clips:
        return 0
    with closing(files):
        return _cut(options.clips, opened.library, pages, files.audio)


def _cut(folder: Path, library: Library, pages: Sequence[Page], find: Callable[[Episode], Path | Source | str]) -> int:
    """Cut all clips that are not there yet; what cannot be cut is said, and the rest goes on."""
    from tui_pod.audio.opus import EncodeError
    from tui_pod.export.clips import write_clip

    make_folder(folder)
    failures = cut = 0
    for page in pages:
        index = library.index(page.id)
        audio = "it is no longer in the library" if index is None else find(library.episode(index))
        try:
            if isinstance(audio, str):
                raise EncodeError(audio)
            cut += sum(write_clip(folder, page, bookmark, audio) is not None for bookmark in page.bookmarks)
        except (EncodeError, OSError) as error:
            failures += 1
            warn(f"no clip of “{page.title}”: {error}")
    tell(f"{counted(cut, 'clip')} cut in {folder}")
    return 1 if failures else 0


class _Files:
    """Where things of an episode are on this machine."""

    def __init__(self, opened: Opened) -> None:
        self._opened, self._paths = opened, opened.paths

    @cached_property
    def _podcasts(self) -> Podcasts:
        return open_podcasts(self._opened)

    def notes(self, episode: Episode) -> EpisodeNotes:
        """Return what is kept of an episode."""
        return self._podcasts.notes(episode) if (self._paths.data / "feeds.sqlite").exists() else EpisodeNotes()

    def close(self) -> None:
        """Keep what was fetched of streams."""
        if "_podcasts" in vars(self):
            self._podcasts.streams.close()

    def audio(self, episode: Episode) -> Path | Source | str:
        """Return an episode's audio, here or on the network, else why there is none."""
        if episode.audio is None:
            return self._narration(episode) or f"it is not narrated yet; run: tui-pod narrate {episode.id}"
        if "://" not in episode.audio:
            path = Path(episode.audio)
            return path if path.is_file() else f"{path} is not there"
        try:
            return self._podcasts.source(episode)
        except UserError as error:
            return f"it is not on this machine: {error}"

    def _narration(self, episode: Episode) -> Path | None:
        from tui_pod.services.media import make_episode_script, read_transcript
        from tui_pod.speech.narrator import Narrator

        narrator = Narrator(self._paths.cache / "narrations", 0)
        found = narrator.find(make_episode_script(episode, read_transcript(episode)))
        return None if found is None else found.audio
