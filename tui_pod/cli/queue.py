"""The command `queue`: print the queue, and add or take episodes, in the running app or without one."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime

from tui_pod.cli.remote import request_app
from tui_pod.cli.shared import Opened, find_episodes, open_library, print_episodes, tell, warn
from tui_pod.core.errors import UsageError, UserError
from tui_pod.core.progress.records import Record, setting_records
from tui_pod.core.selection.queue import CHANGES, Queue
from tui_pod.core.selection.session_records import TABLE, SavedSession, from_settings
from tui_pod.core.selection.shared_queue import noted
from tui_pod.integrations.remote_socket import NobodyRuns, RemoteError


def run(options: Namespace) -> None:
    """Print what is upcoming in the queue, or change it.

    Raises:
        UserError: an episode is not in the library, or not in the queue; nothing was changed.
        UsageError: there are no ids for a change.
    """
    opened = open_library(options)
    if options.change is None:
        queue = read_queue(opened)
    elif not options.ids:
        raise UsageError("name the episodes by their ids. See: tui-pod list")
    else:
        queue = _change(opened, options.change, list(dict.fromkeys(options.ids)))
    if options.change is None or options.json:
        print_queue(opened, queue, options.json)


def print_queue(opened: Opened, queue: Queue, is_json: bool) -> None:
    """Print the upcoming episodes of a queue, without those that the library lacks."""
    found = [opened.library.index(ident) for ident in queue.upcoming]
    if missing := found.count(None):
        warn(f"{missing} of {len(found)} in the queue are not in the library")
    indexes = [index for index in found if index is not None]
    print_episodes(opened.library, opened.count_progress(), indexes, is_json)


def read_queue(opened: Opened) -> Queue:
    """Return the queue of the running app, or the saved one if no app runs."""
    try:
        return _of_answer(request_app(opened.file.path, {"command": "queue"}))
    except NobodyRuns:
        return _saved(opened)[0]


def _saved(opened: Opened) -> tuple[Queue, SavedSession | None]:
    """Return the saved queue as an app that starts now would show it, and the session under way."""
    state, now = opened.state, datetime.now(UTC)
    saved = from_settings(state.setting, opened.library.topics, now)
    queue = Queue(state.strings("queue", "entries"), state.setting("queue", "cursor", 0))
    queue = Queue(queue.upcoming).renamed(opened.library.aliases)
    if saved is not None and saved.ends <= now:
        return queue.remove(set(saved.session.episodes) - saved.session.queued), None
    return queue, saved


def _change(opened: Opened, change: str, ids: list[str]) -> Queue:
    if change != "take":
        find_episodes(opened.library, ids)
    try:
        answer = request_app(opened.file.path, {"command": "queue", "change": change, "episodes": ids})
    except NobodyRuns:
        return _change_saved(opened, change, ids)
    tell(str(answer.get("done", "")))
    return _of_answer(answer)


def _change_saved(opened: Opened, change: str, ids: list[str]) -> Queue:
    if not opened.state.is_writable:
        raise UserError("nothing was changed.")
    before, saved = _saved(opened)
    if change == "take":
        ids = [ident for ident in ids if ident in before.upcoming]
        if not ids:
            raise UserError("none of them is in the queue; nothing was changed")
    queue = CHANGES[change].apply(before, ids)
    now = datetime.now(UTC)
    times = noted(opened.state.strings("queue", "times"), before, queue, now)
    values = {"entries": list(queue.entries), "cursor": queue.cursor, "updated": now, "times": times}
    records: list[Record] = [*setting_records("queue", values)]
    if saved is not None and change == "take":  # otherwise the session would plan them again
        planned, dropped = saved.session.episodes, saved.session.dropped
        left = [ident for ident in planned if ident not in ids]
        records += setting_records(TABLE, {"episodes": left, "dropped": sorted({*dropped, *planned} - {*left})})
    opened.file.save(records)
    tell(f"{opened.library.named(ids)} {CHANGES[change].said}.")
    return queue


def _of_answer(answer: dict[str, object]) -> Queue:
    ids = answer.get("queue")
    if not isinstance(ids, list):
        raise RemoteError("The running tui-pod has another version; restart it.")
    return Queue(ident for ident in ids if isinstance(ident, str))
