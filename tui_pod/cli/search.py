"""The command `search`: search titles, summaries, show notes, transcripts and bookmarks."""

from __future__ import annotations

import asyncio
import sys
from argparse import Namespace
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tui_pod.cli.shared import Column, Opened, open_library, print_json, print_table, show_progress, tell, warn
from tui_pod.config.paths import catalog_paths
from tui_pod.core.errors import UsageError
from tui_pod.core.progress.bookmarks import BY_MACHINE
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.bookmark_groups import titled
from tui_pod.core.text.clean import clock, counted
from tui_pod.library.cache import cache_file, changed_since
from tui_pod.search.fill import fill, is_current
from tui_pod.search.lookup import NEAREST, Hit, Results, look_up
from tui_pod.search.query import NOTHING, Query, excerpt, parse_query
from tui_pod.search.sources import WordSources
from tui_pod.search.store import IndexFile, NoFullTextSearch, SearchError

ON_SCREEN = 100
"""How many episodes are printed on a terminal; other programs get all."""

LONG = 200
"""From this many unread episodes on, a bar is shown while they are read."""

EXCERPT = 100
"""Characters of a match printed on a terminal."""


def run(options: Namespace) -> None:
    """Print what matches, or update the index.

    Raises:
        UsageError: there are no words.
        SearchError: the index cannot be updated.
    """
    if options.update:
        _update(options, open_library(options), is_reported=False)
        return
    if not options.words:
        raise UsageError("no words to search for. See: tui-pod search --help")
    query = parse_query(" ".join(options.words))
    is_shown = sys.stdout.isatty() and not options.json
    opened = open_library(options)
    results = results_of(options, opened, query, ON_SCREEN if is_shown else None)
    if results.is_nearest:
        query = query.nearest()
        warn(f"{NEAREST[0].lower()}{NEAREST[1:]}.")
    hits = [(found, hit) for found in results.found for hit in found.hits]
    if options.json:
        near = {True: {"nearest": True}, False: {}}
        print_json([{"id": one.id, "title": one.title, **_json(hit), **near[one.is_near]} for one, hit in hits])
    elif is_shown:
        columns = (Column("title", 16), Column("id"), Column("at", is_right=True), Column("match", 30))
        print_table(columns, [(one.title, one.id, _at(hit), _shown(query, hit)) for one, hit in hits])
    else:
        print_table((), [(one.id, one.title, hit.kind, _at(hit), hit.text) for one, hit in hits])
    _tell_rest(query, results)


def results_of(options: Namespace, opened: Opened, query: Query, most: int | None) -> Results:
    """Return what matches. If the index cannot be written to the cache, a temporary one is made."""
    library, kept = opened.library, titled(opened.library, opened.state.notebook.bookmarks)
    with ExitStack() as held:
        try:
            index = _update(options, opened, is_reported=True)
        except NoFullTextSearch:
            raise
        except SearchError as error:
            warn(f"{error} This search reads all texts anew.")
            index = IndexFile(Path(held.enter_context(TemporaryDirectory())) / "search.sqlite")
            fill(index, library, WordSources(opened.paths.data, opened.paths.cache), "", left_out=warn)
        with index.reading() as db:
            found = look_up(
                db,
                query,
                most,
                kept,
                lambda ident: library.index(ident) is not None,
                narrated_length=ProgressIndex(library, opened.state.progress).narrated_length,
            )
    return asyncio.run(_with_exact_times(opened, found)).moved(opened.state.numbers("nudges"))


async def _with_exact_times(opened: Opened, results: Results) -> Results:
    """Replace the estimated times of texts that are narrated."""
    from tui_pod.services.narration import make_episode_script, make_narrator, spoken_name  # only if needed
    from tui_pod.services.transcripts import open_transcripts

    narrator, found = make_narrator(opened.paths, opened.settings.narration), []
    transcripts = open_transcripts(opened.paths, opened.settings)
    for each in results.found:
        episode = opened.library.find(each.id)
        if episode is not None and any(hit.is_estimated for hit in each.hits):
            words = await transcripts.published(episode)
            name = spoken_name(opened.settings.narration, opened.library, episode)
            narration = narrator.find(make_episode_script(episode, words, name))
            cues = narration.cues if narration is not None else ()
            found.append(each._replace(hits=tuple(hit.timed(cues) for hit in each.hits)))
        else:
            found.append(each)
    transcripts.close()
    return results._replace(found=tuple(found))


def _update(options: Namespace, opened: Opened, is_reported: bool) -> IndexFile:
    """Return the updated index. Raises SearchError."""
    paths, catalogs = opened.paths, catalog_paths(options.catalog, opened.settings.catalogs)
    index = IndexFile(cache_file(paths.cache, "search", catalogs))
    if not is_current(index, opened.stamp):
        sources = WordSources(paths.data, paths.cache)
        total = 0

        def show(left: int) -> None:
            nonlocal total
            total = max(total, left)
            if is_reported and total > LONG:
                show_progress("reading the texts", 1 - left / total, f"of {counted(total)}")

        since = partial(changed_since, stamp=opened.stamp, data=paths.data)
        fill(index, opened.library, sources, opened.stamp, show, warn, since)
        show_progress("")
    return index


def _json(hit: Hit) -> dict[str, object]:
    about: dict[str, object] = {"kind": str(hit.kind), "start": hit.start, "text": hit.text}
    flags = {"recognised": hit.is_recognised, "estimated": hit.is_estimated}
    return about | {name: True for name, is_set in flags.items() if is_set}


def _shown(query: Query, hit: Hit) -> str:
    return excerpt(query, hit.text, EXCERPT) + (f" ({BY_MACHINE})" if hit.is_recognised else "")


def _at(hit: Hit) -> str:
    return hit.kind if hit.start is None else f"{'≈' * hit.is_estimated}{clock(hit.start)}"


def _tell_rest(query: Query, results: Results) -> None:
    if query.notice or not query.wanted:
        warn(query.notice or NOTHING)
    elif not results.found:
        warn(f"nothing matches. {results.why_nothing or ''}".rstrip())
    elif (more := results.total - len(results.found)) > 0:
        tell(f"{counted(more)} more; --json prints all.")
