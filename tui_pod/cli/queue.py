"""The command `queue`: print the queue, and add or take episodes, in the running app or without one."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from datetime import UTC, datetime

from tui_pod.cli.remote import request_app
from tui_pod.cli.shared import Opened, episode_json, open_library, print_episodes, print_json, warn
from tui_pod.cli.wishes import grant
from tui_pod.core.selection.queue import Queue
from tui_pod.core.selection.session_records import from_settings
from tui_pod.integrations.remote_socket import NobodyRuns, RemoteError

WISHES = {"add": "queue.add_last", "next": "queue.add_next", "take": "queue.take", "spread": "queue.spread",
          "shortest": "queue.least_left"}  # fmt: skip
"""What each change asks for."""


def run(options: Namespace) -> None:
    """Print what is upcoming in the queue, or change it.

    Raises:
        UserError: an episode is not in the library, or not in the queue; nothing was changed.
        UsageError: there are no ids for a change.
    """
    if options.change is not None:
        grant(options, WISHES[options.change], {"ids": options.ids})
    if options.change is None or options.json:
        opened = open_library(options)
        print_queue(opened, read_queue(opened), options.json, opened.state.strings("queue", "arrived"))


def print_queue(opened: Opened, queue: Queue, is_json: bool, arrived: Sequence[str] = ()) -> None:
    """Print the upcoming episodes of a queue, without those that the library lacks; `arrived` joined by themselves."""
    found = [opened.library.index(ident) for ident in queue.upcoming]
    if missing := found.count(None):
        warn(f"{missing} of {len(found)} in the queue are not in the library")
    indexes = [index for index in found if index is not None]
    progress_index, library = opened.count_progress(), opened.library
    if is_json:
        came = ({"by_itself": True} if library.ids[index] in arrived else {} for index in indexes)
        rows = (episode_json(library, progress_index, index) for index in indexes)
        print_json([row | by for row, by in zip(rows, came, strict=True)])
    else:
        print_episodes(library, progress_index, indexes, is_json)


def read_queue(opened: Opened) -> Queue:
    """Return the queue of the running app, or the saved one if no app runs."""
    try:
        ids = request_app(opened.file.path, {"command": "queue"}).get("queue")
        if not isinstance(ids, list):
            raise RemoteError("The running tui-pod has another version; restart it.")
        return Queue(ident for ident in ids if isinstance(ident, str))
    except NobodyRuns:
        return _saved(opened)


def _saved(opened: Opened) -> Queue:
    """Return the saved queue as an app that starts now would show it."""
    state, now = opened.state, datetime.now(UTC)
    saved = from_settings(state.setting, opened.library.topics, now)
    queue = Queue(state.strings("queue", "entries"), state.setting("queue", "cursor", 0))
    queue = Queue(queue.upcoming).renamed(opened.library.aliases)
    is_over = saved is not None and saved.ends <= now
    return queue.remove(set(saved.session.episodes) - saved.session.queued) if saved is not None and is_over else queue
