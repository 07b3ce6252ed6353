"""Take what was heard in another player: say what it comes to, ask, then mark."""

from __future__ import annotations

import sys
from argparse import Namespace

from tui_pod.cli.podcasts.logins import ask_yes, is_terminal
from tui_pod.cli.shared import CommandError, open_library
from tui_pod.core.library.library import Library
from tui_pod.core.progress.progress import PlayedRule
from tui_pod.core.progress.records import ProgressRecord
from tui_pod.core.text.clean import clock
from tui_pod.feeds.imports.model import Imported
from tui_pod.feeds.store.feed_store import FeedStore
from tui_pod.state.store import StateError
from tui_pod.sync.taking import Taking, plan


def take_progress(imported: Imported, store: FeedStore, options: Namespace) -> bool:
    """Take the progress of an export; return whether its podcasts are to be taken too.

    Raises:
        CommandError: the listener does not want it, or it cannot be saved.
    """
    opened = open_library(options)
    rule = PlayedRule(*opened.settings.played)
    library = opened.library
    taking = plan(
        imported, store.feeds(), store.enclosures(), opened.state.progress, rule,
        lambda ident: library.index(ident) is not None,
    )  # fmt: skip
    would = "would be" if options.dry_run else "will be"
    print(f"{imported.program}: {taking.summary()} {would} taken.", file=sys.stderr)
    if options.dry_run:
        _print(taking, library)
        return False
    if not opened.state.is_writable:
        raise CommandError("tui-pod: nothing was taken.")
    if is_terminal() and (taking.new or taking.progress) and not ask_yes("Go on?"):
        raise CommandError("tui-pod: nothing was taken.")
    try:
        opened.file.append([ProgressRecord(ident, value) for ident, value in taking.progress.items()])
        opened.file.compact()
    except StateError as error:
        raise CommandError(f"tui-pod: {error}") from None
    return True


def _print(taking: Taking, library: Library) -> None:
    for entry in taking.new:
        print(entry.address, entry.title, "new", sep="\t")
    for ident, value in taking.progress.items():
        index = library.index(ident)
        title = library.titles[index] if index is not None else ""
        print(ident, title, "played" if value.played else clock(value.position), sep="\t")
