"""Take what was heard in another player: say what it comes to, ask, then mark."""

from __future__ import annotations

from argparse import Namespace

from tui_pod.cli.shared import ask_yes, is_someone_there, open_library, print_received, tell
from tui_pod.core.errors import UserError
from tui_pod.core.progress.progress import PlayedRule
from tui_pod.core.progress.records import ProgressRecord
from tui_pod.feeds.imports import Imported
from tui_pod.feeds.store.feed_store import FeedStore
from tui_pod.sync.taking import plan


def take_progress(imported: Imported, store: FeedStore, options: Namespace) -> bool:
    """Take the progress of an export; return whether its podcasts are to be taken too.

    Raises:
        UserError: the listener does not want it, or it cannot be saved.
    """
    opened = open_library(options)
    rule = PlayedRule(*opened.settings.played)
    library = opened.library
    taking = plan(
        imported, store.feeds(), store.enclosures(), opened.state.progress, rule,
        lambda ident: library.index(ident) is not None,
    )  # fmt: skip
    would = "would be" if options.dry_run else "will be"
    tell(f"{imported.program}: {taking.summary()} {would} taken.")
    if options.dry_run:
        for entry in taking.new:
            print(entry.address, entry.title, "new", sep="\t")
        print_received(library, taking.progress)
        return False
    if not opened.state.is_writable:
        raise UserError("nothing was taken.")
    if is_someone_there() and (taking.new or taking.progress) and not ask_yes("Go on?"):
        raise UserError("nothing was taken.")
    opened.file.save(ProgressRecord(ident, value) for ident, value in taking.progress.items())
    return True
