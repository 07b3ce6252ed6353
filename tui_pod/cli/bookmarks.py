"""The command `bookmarks`: print bookmarks, or write them for other programs."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from tui_pod.cli.shared import Column, Opened, make_folder, open_library, print_json, print_table, tell, warn
from tui_pod.core.errors import UsageError, UserError
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import Library
from tui_pod.core.library.show_notes import EpisodeNotes
from tui_pod.core.player.snapshot import Source, recording_at
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.selection.bookmark_groups import title_of
from tui_pod.core.text.clean import clock, counted
from tui_pod.export.markdown import ExportPage, Written, make_pages, to_csv, write_page
from tui_pod.services.podcasts.opening import open_podcasts

if TYPE_CHECKING:
    from tui_pod.services.episode_sources import EpisodeSources
    from tui_pod.sources.opened import Podcasts

OTHER_VERSION = "it is of another version of the recording; its sound is not found in what is here"


def run(options: Namespace) -> int:
    """Print or write the bookmarks, oldest first; return the exit status.

    Raises:
        UsageError: --json and --csv are both given.
        UserError: a folder or a file cannot be written.
    """
    if options.json and options.csv:
        raise UsageError("--json or --csv, not both")
    opened = open_library(options)
    bookmarks = sorted(
        (each for each in opened.state.notebook.bookmarks if not each.is_removed), key=lambda each: each.created
    )
    library = opened.library
    if options.json:
        print_json([_json(library, bookmark) for bookmark in bookmarks])
    if options.csv or options.out or options.clips:
        return _export(options, opened, bookmarks)
    if not options.json:
        columns = Column("id"), Column("at", is_right=True), Column("words", 24), Column("note", 8), Column("title", 8)
        rows = (
            (each.episode, clock(each.start), each.text, each.remark, title_of(library, each)) for each in bookmarks
        )
        print_table(columns, rows)
    return 0


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
    library = opened.library
    has_podcasts = library.first_of_podcasts < len(library)
    with ExitStack() as held:

        @cache
        def podcasts() -> Podcasts:  # loads OpenSSL: only for audio from the network
            found = open_podcasts(opened.paths, opened.settings)
            held.callback(found.streams.close)  # keeps what was fetched
            return found

        pages = make_pages(
            library, bookmarks, lambda episode: podcasts().documents.notes(episode) if has_podcasts else EpisodeNotes()
        )
        if options.csv:
            sys.stdout.write(to_csv(pages))
        if options.out:
            make_folder(options.out)
            for page in pages:
                path, written = write_page(options.out, page)
                if written is not Written.SAME:
                    tell(f"{path}: {written}")
            tell(f"{counted(len(bookmarks), 'bookmark')} of {counted(len(pages))} in {options.out}")
        return _cut(options.clips, opened, pages, podcasts) if options.clips else 0


def _cut(folder: Path, opened: Opened, pages: Sequence[ExportPage], podcasts: Callable[[], Podcasts]) -> int:
    """Cut all missing clips; warn of each episode that fails, and return 1 if one did."""
    import asyncio  # takes 60 ms, which the list does not need

    from tui_pod.export.clips import write_clip
    from tui_pod.services.episode_sources import EpisodeSources
    from tui_pod.services.narration import EpisodeVoice, make_narrator, spoken_name
    from tui_pod.services.podcasts.shared import SharedPodcasts
    from tui_pod.services.transcripts import EpisodeTranscripts
    from tui_pod.services.versions import find_moves

    make_folder(folder)
    narration = opened.settings.narration
    narrator, name_of = make_narrator(opened.paths, narration), partial(spoken_name, narration, opened.library)
    shared = SharedPodcasts(podcasts)
    voice = EpisodeVoice(narrator, EpisodeTranscripts(shared), shared, name_of, None, narration.voices)
    sources = EpisodeSources(shared, voice, lambda _: None)
    failures = cut = 0
    with asyncio.Runner() as runner:
        for page in pages:
            try:
                if (episode := opened.library.find(page.id)) is None:
                    raise UserError("it is no longer in the library")
                moves = runner.run(find_moves(shared, episode, [each.version for each in page.bookmarks]))
                for bookmark in page.bookmarks:
                    if (moved := moves.get(bookmark.version)) is None:
                        failures += 1
                        warn(f"no clip of “{page.title}” at {clock(bookmark.start)}: {OTHER_VERSION}")
                        continue
                    stretch = bookmark.start + moved, bookmark.end + moved
                    audio, offset = runner.run(_find_audio(sources, episode, *stretch))
                    # outside the event loop, where Ctrl+C would only cancel a task that does not await
                    cut += write_clip(folder, page, bookmark, audio, offset - moved)
            except (UserError, OSError) as error:
                failures += 1
                warn(f"no clip of “{page.title}”: {error}")
    tell(f"{counted(cut, 'clip')} cut in {folder}")
    return 1 if failures else 0


async def _find_audio(sources: EpisodeSources, episode: Episode, position: float, end: float) -> tuple[Source, float]:
    """Return the recording between two positions of an episode (seconds), here or elsewhere, and where it starts.

    Raises:
        UserError: there is none.
    """
    episode, offset = recording_at(episode, position)
    try:
        source = await sources.find(episode, position, end)
    except UserError as error:
        raise UserError(f"it is not on this machine: {error}") from None
    if source is not None:
        return source, offset if source.part is None else source.part.start
    if episode.audio is None:
        raise UserError(f"it is not narrated yet; run: tui-pod narrate {episode.id}")
    raise UserError(f"{episode.audio} is not there")
