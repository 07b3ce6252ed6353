"""The command `passages`: print what was heard before in an episode; or look for that in recordings."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from tui_pod.cli.shared import Column, Opened, find_episodes, open_library, print_json, print_table, show_progress, warn
from tui_pod.core.errors import UsageError
from tui_pod.core.library.episode import Episode
from tui_pod.core.progress.passages import RETURNED, Passage, can_recur, load_returned, mark_passages
from tui_pod.core.text.clean import clock
from tui_pod.passages.finder import FindRequest, find_passages
from tui_pod.passages.store import PassageError, PassageStore
from tui_pod.services.podcasts.opening import open_podcasts
from tui_pod.services.recordings import find_recording
from tui_pod.sources.opened import Podcasts

NOTHING_NAMED = (
    "name an episode by its id, as in: tui-pod passages one-id; or look for passages: tui-pod passages --find"
)

COLUMNS = Column("start", is_right=True), Column("end", is_right=True), Column("heard", is_right=True), Column("")


def run(options: Namespace) -> int:
    """Print the passages of an episode, or look for those of recordings; return the exit status.

    Raises:
        UsageError: it is not one episode that is named.
        UserError: an id is unknown, or the recording is not here or was not compared.
    """
    if not options.find and len(options.ids) != 1:
        raise UsageError(NOTHING_NAMED)
    opened = open_library(options)
    named = [opened.library.episode(index) for index in find_episodes(opened.library, options.ids)]
    podcasts, store = open_podcasts(opened.paths, opened.settings), PassageStore(opened.paths.cache)
    if options.find:
        return asyncio.run(_find(named or _not_compared(opened, podcasts, store), opened, podcasts, store))
    passages = _passages(named[0], opened, podcasts, store)
    if options.json:
        print_json([{"start": round(one.start, 2), "end": round(one.end, 2), "heard": one.heard,
                     "skipped": one.is_skipped} for one in passages])  # fmt: skip
    else:
        print_table(COLUMNS, [(clock(one.start), clock(one.end), str(one.heard), "skipped" if one.is_skipped else "")
                              for one in passages])  # fmt: skip
    return 0


def _passages(episode: Episode, opened: Opened, podcasts: Podcasts, store: PassageStore) -> Sequence[Passage]:
    repeats = store.repeats(episode.id, _recording(episode, podcasts))
    if repeats is None:
        raise PassageError(f"“{episode.title}” was not compared with others. Run: tui-pod passages --find {episode.id}")
    progress = opened.state.progress
    duration = progress[episode.id].duration if episode.id in progress else None
    chapters = [chapter.start for chapter in podcasts.documents.chapters(episode)[0]]
    heard = {ident: value.played_ranges for ident, value in progress.items()}
    settings = opened.library.podcast_settings(opened.library.index(episode.id) or 0)
    return mark_passages(
        repeats,
        lambda ident: heard.get(ident, ()),
        settings.skip_recurring or None if settings is not None else None,
        duration or episode.duration,
        chapters,
        load_returned(opened.state.tables.get(RETURNED, {})),
        episode.id,
    )


def _not_compared(opened: Opened, podcasts: Podcasts, store: PassageStore) -> list[Episode]:
    """Return the episodes whose recordings are on this machine and were not compared, the oldest first."""
    indexes = reversed(range(opened.library.first_of_podcasts, len(opened.library)))
    return [
        episode
        for episode in filter(can_recur, map(opened.library.episode, indexes))
        if (path := find_recording(episode, podcasts)) is not None and store.repeats(episode.id, path) is None
    ]


async def _find(episodes: Sequence[Episode], opened: Opened, podcasts: Podcasts, store: PassageStore) -> int:
    failures = 0
    if not episodes:
        warn("every recording on this machine was compared")
    for number, episode in enumerate(episodes, 1):
        said, done = f"{number}/{len(episodes)} {episode.id}", 0.0
        try:
            podcast = opened.library.feed_of(opened.library.index(episode.id) or 0)
            if podcast is None or not can_recur(episode):
                raise PassageError("Only episodes of podcasts are compared, not books and narrations.")
            recording = _recording(episode, podcasts)
            request = FindRequest(str(opened.paths.cache), podcast, episode.id, str(recording))
            async for done in find_passages(request):
                share = min(1.0, done / episode.duration) if episode.duration else None
                show_progress(said, share, f"{clock(done)} compared")
        except PassageError as error:
            failures += 1
            warn(f"{episode.id}: {error}")
            continue
        show_progress("")
        others = {one.other for one in store.repeats(episode.id, recording) or ()}
        print(episode.id, clock(done), f"{len(others)} others have parts of it", sep="\t", flush=True)
    return 1 if failures else 0


def _recording(episode: Episode, podcasts: Podcasts) -> Path:
    recording = find_recording(episode, podcasts)
    if recording is None or not recording.is_file():
        raise PassageError(f"The recording of “{episode.title}” is not on this machine.")
    return recording
