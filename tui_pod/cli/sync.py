"""The command `sync`: take and send progress, with the folder that the settings name."""

from __future__ import annotations

import sys
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

from tui_pod.cli.shared import CommandError, Opened, open_library, print_json
from tui_pod.core.errors import UserError
from tui_pod.core.progress.progress import Progress
from tui_pod.core.text.clean import clock, counted, visible
from tui_pod.sync.run import Outcome, only_sync, sync_with_folder

NOT_SET = "tui-pod: nothing to sync with. Set folder under [sync] in {path}; tui-pod config --default shows how."


def run(options: Namespace) -> int:
    """Sync, print what came in, and return the exit status.

    Raises:
        CommandError: nothing to sync with, or it cannot be done.
    """
    opened = open_library(options)
    settings = opened.settings.sync
    if not settings.folder:
        raise CommandError(NOT_SET.format(path=opened.paths.config))
    if not opened.state.is_writable:
        raise CommandError("tui-pod: nothing was synced.")
    try:
        with only_sync(opened.file.path):
            outcome = sync_with_folder(
                opened.file, opened.state, Path(settings.folder), datetime.now(UTC), options.dry_run
            )
    except UserError as error:
        raise CommandError(f"tui-pod: {error}") from None
    _print(outcome, opened, options)
    return 0


def _print(outcome: Outcome, opened: Opened, options: Namespace) -> None:
    for notice in outcome.notices:
        print(f"tui-pod: {visible(notice)}", file=sys.stderr)
    if options.json:
        received = [_json(ident, progress) for ident, progress in outcome.received.items()]
        print_json({"received": received, "sent": outcome.sent, "dry_run": options.dry_run})
        return
    for ident, progress in outcome.received.items():
        index = opened.library.index(ident)
        title = opened.library.titles[index] if index is not None else ""
        print(visible(ident), title, "played" if progress.played else clock(progress.position), sep="\t")
    would = "would be " if options.dry_run else ""
    print(f"{counted(len(outcome.received), 'episode')} {would}received, {outcome.sent} {would}sent", file=sys.stderr)


def _json(ident: str, progress: Progress) -> dict[str, object]:
    return {
        "id": ident,
        "position": progress.position,
        "status": str(progress.status),
        "updated": progress.updated.isoformat(),
    }
