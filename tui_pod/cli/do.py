"""The command `do`: run an action in the running app or, if it can be done without one, here."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Sequence
from importlib import import_module

from tui_pod.cli import remote
from tui_pod.cli.parser import parse
from tui_pod.core.actions import ABOUT_EPISODES, BY_ID
from tui_pod.core.errors import UsageError, UserError
from tui_pod.integrations.remote_socket import NobodyRuns

ALONE = {
    "transcript.recognise": ("transcribe",),
    "feed.refresh_all": ("feeds", "refresh"),
    "sync.now": ("sync",),
}
"""Commands that take a while and, without an app, do what these actions begin in it."""

SAME = {
    "feed.add": ("feeds", "add", "{address}"),
    "feed.settings": ("feeds", "set", "{podcast}", "{set}"),
    "list.collect": ("lists", "{list}", "--add"),
}
"""The command that does what an action does: its values fill the braces, and its episodes follow."""

_VALUE = re.compile(r"([a-z_]+)=(.*)", re.DOTALL)


def run(options: Namespace) -> int | None:
    """Run an action on the episodes that are named, or on what plays.

    Raises UserError if no episode is found or the app says why not, NobodyRuns if the action needs an app.
    """
    given = [(word, _VALUE.fullmatch(word)) for word in options.ids]
    options.values = {found[1]: found[2] for _, found in given if found}
    options.ids = [word for word, found in given if not found]
    options.ids = _find(options) if options.ids else []
    action = options.action_id
    if action in SAME:
        if action == "list.collect" and not options.ids:
            raise UsageError("name the episodes by their ids. See: tui-pod list")
        try:
            return _run_command(options, [part.format_map(options.values) for part in SAME[action]])
        except KeyError as missing:
            raise UsageError(f"{action} needs {missing.args[0]}=") from None
    if action in ("sync.set_up", "sync.machines"):
        return _grant(options)
    try:
        remote.run(options)
    except NobodyRuns:
        return _run_alone(options)
    return None


def _find(options: Namespace) -> list[str]:
    """Return these ids if one of them is known; otherwise the id of the best match for the words."""
    from tui_pod.cli.search import results_of  # keys of the desktop do without the library
    from tui_pod.cli.shared import find_episodes, open_library
    from tui_pod.search.query import parse_query

    opened, words = open_library(options), list(dict.fromkeys(options.ids))
    if any(opened.library.index(word) is not None for word in words):
        find_episodes(opened.library, words)
        return words
    results = results_of(options, opened, parse_query(" ".join(options.ids)), 1)
    if not results.found or results.is_nearest:
        raise UserError(f"no episode has the id or matches “{' '.join(options.ids)}”; nothing was done")
    return [results.found[0].id]


def _run_alone(options: Namespace) -> int | None:
    """Do what an action does, without an app. Raises NobodyRuns if that is not possible."""
    action, ids = options.action_id, options.ids
    if action not in BY_ID:
        raise UsageError("there is no such action. See: tui-pod keys")
    from tui_pod.wishes.asks import ASKS  # keys of the desktop do without this and the next
    from tui_pod.wishes.grant import find_wish

    if options.json or (options.values and action not in ASKS) or bool(ids) is not (action in ABOUT_EPISODES):
        raise NobodyRuns
    if action in ALONE:
        return _run_command(options, ALONE[action])
    if find_wish(action) is None:
        raise NobodyRuns
    return _grant(options)


def _grant(options: Namespace) -> int:
    from tui_pod.cli.wishes import grant  # keys of the desktop do without

    return grant(options, options.action_id, {"ids": options.ids, **options.values})


def _run_command(options: Namespace, words: Sequence[str]) -> int | None:
    """Run a command on the episodes that are named."""
    command = parse([*words, *options.ids])
    for name in ("catalog", "state", "config"):
        setattr(command, name, getattr(options, name))
    module, _, function = command.run.rpartition(".")
    status: int | None = getattr(import_module(f"tui_pod.cli.{module}"), function)(command)
    return status
