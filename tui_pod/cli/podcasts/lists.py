"""The command `lists`: print, make and change the listener's own lists, and exchange them as M3U."""

from __future__ import annotations

import sys
from argparse import Namespace

from tui_pod.cli.shared import (
    Column,
    Opened,
    episode_json,
    open_library,
    print_json,
    print_table,
)
from tui_pod.cli.wishes import grant, plain
from tui_pod.core.errors import UsageError, UserError
from tui_pod.core.library.own_lists import MAX_NAME
from tui_pod.core.library.topics import list_key
from tui_pod.core.selection.list_query import Orders, list_episodes
from tui_pod.core.selection.list_settings import describe, to_texts
from tui_pod.core.selection.playlist import to_m3u
from tui_pod.core.selection.queue import Queue
from tui_pod.core.text.clean import clean, span

_CHANGES = ("add", "take", "set", "import_file", "remove")


def run(options: Namespace) -> None:
    """Print all lists, or one as M3U, or change one.

    Raises:
        UserError: a list, an episode or a file does not exist, or a value is wrong; nothing was changed.
        UsageError: no list is named to be changed or exported, or it is to be removed and changed.
    """
    asked = [name for name in (*_CHANGES, "export") if getattr(options, name)]
    if options.name is None and asked:
        raise UsageError("name the list")
    if len(asked) > 1 and (options.remove or options.export):
        raise UsageError("--remove and --export cannot be combined with other options")
    if options.name is None:
        _print_all(open_library(options), options.json)
    elif not asked or options.export:
        _export(open_library(options), clean(options.name, MAX_NAME), options.json and not options.export)
    else:
        grant(options, "list.change", {name: plain(getattr(options, name)) for name in ("name", *_CHANGES)})


def _print_all(opened: Opened, is_json: bool) -> None:
    library, stats = opened.library, opened.count_progress().topic_stats
    rows = [(each, len(library.topics.members[topic]), stats[topic]) for topic, each in library.lists.items()]
    if is_json:
        print_json([
            {"name": each.name, "rule": to_texts(each) if each.is_rule else None, "episodes": count,
             "played": stat.played, "left": max(0.0, round(stat.left, 1))}
            for each, count, stat in rows
        ])  # fmt: skip
        return
    columns = (Column("name", 16), Column("episodes", is_right=True), Column("played", is_right=True),
               Column("left", is_right=True), Column("rule", 16))  # fmt: skip
    print_table(columns, [(each.name, str(count), str(stat.played), span(stat.left), describe(each))
                          for each, count, stat in rows])  # fmt: skip


def _export(opened: Opened, name: str, is_json: bool) -> None:
    library = opened.library
    topic = library.topics.with_key(list_key(name))
    if topic is None:
        raise UserError(f"no list “{name}”. See: tui-pod lists")
    view = Orders(opened.state.strings("ui", "sorts")).view(library, topic)
    progress_index = opened.count_progress()
    indexes = list_episodes(library, progress_index, Queue(), view)
    if is_json:
        print_json([episode_json(library, progress_index, index) for index in indexes])
        return
    sys.stdout.write(to_m3u(name, map(library.episode, indexes)))
