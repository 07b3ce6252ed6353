"""The command `lists`: print, make and change the listener's own lists, and exchange them as M3U."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

from tui_pod.cli.shared import (
    Column,
    Opened,
    episode_json,
    find_episodes,
    open_library,
    print_json,
    print_table,
    tell,
    warn,
)
from tui_pod.core.errors import UsageError, UserError
from tui_pod.core.library.own_lists import MAX_NAME, OwnList, checked_name
from tui_pod.core.library.podcast_settings import split_pairs
from tui_pod.core.library.topics import list_key
from tui_pod.core.selection.list_query import Orders, list_episodes
from tui_pod.core.selection.list_settings import changed, to_texts
from tui_pod.core.selection.playlist import read_m3u, to_m3u
from tui_pod.core.selection.queue import Queue
from tui_pod.core.text.clean import clean, counted, span
from tui_pod.core.wall_time import UNKNOWN, stamp_later
from tui_pod.runtime.files import read_text

_CHANGES = ("add", "take", "set", "import_file", "remove")


def run(options: Namespace) -> None:
    """Print all lists, or one as M3U, or change one.

    Raises:
        UserError: a list, an episode or a file does not exist, or a value is wrong; nothing was changed.
        UsageError: no list is named to be changed or exported, or it is to be removed and changed.
    """
    opened = open_library(options)
    asked = [name for name in (*_CHANGES, "export") if getattr(options, name)]
    if options.name is None and asked:
        raise UsageError("name the list")
    if len(asked) > 1 and (options.remove or options.export):
        raise UsageError("--remove and --export cannot be combined with other options")
    if options.name is None:
        _print_all(opened, options.json)
    elif not asked or options.export:
        _export(opened, clean(options.name, MAX_NAME), options.json and not options.export)
    else:
        _change(opened, options)


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
    print_table(columns, [(each.name, str(count), str(stat.played), span(stat.left), _rule(each))
                          for each, count, stat in rows])  # fmt: skip


def _rule(own_list: OwnList) -> str:
    texts = to_texts(own_list) if own_list.is_rule else {}
    return ", ".join(f"{name}={text}" for name, text in texts.items() if text and name != "name")


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


def _change(opened: Opened, options: Namespace) -> None:
    library, name = opened.library, clean(options.name, MAX_NAME)
    known = {each.name: each for each in opened.state.notebook.lists}
    former = known.get(name)
    now, texts = datetime.now(UTC), split_pairs(options.set or ())
    is_rule = bool(texts.keys() - {"name"})
    made = former if former is not None and not former.is_removed else OwnList(name, now, is_rule=is_rule)
    if options.remove:
        if made is not former:
            raise UserError(f"no list “{name}”. See: tui-pod lists")
        _save(opened, [made.removed(now)], known)
        tell(f"list “{name}” removed")
        return
    if not opened.state.is_writable:
        raise UserError("nothing was changed.")
    if made.is_rule and (options.add or options.take or options.import_file):
        raise UserError(f"“{name}” is a smart list: its rule decides what is on it")
    wanted = changed(made, texts)
    if made is not former or wanted.name != name:
        checked_name(
            wanted.name, {each.name for each in known.values() if not each.is_removed}, library.base_topics.names
        )
    added = [library.ids[index] for index in find_episodes(library, options.add or ())]
    missing = 0
    if options.import_file:
        found, missing = _import(opened, options.import_file)
        added += found
    gone = set(options.take or ())
    episodes = dict.fromkeys((*wanted.episodes, *added))
    wanted = wanted._replace(episodes=tuple(ident for ident in episodes if ident not in gone))
    _save(opened, [wanted, *([made.removed(now)] if wanted.name != name and made is former else [])], known)
    if missing:
        warn(f"{counted(missing, 'entry') if missing == 1 else f'{missing} entries'} not in the library left out")
    rule = f": {_rule(wanted)}" if wanted.is_rule else f": {counted(len(wanted.episodes))}"
    tell(f"list “{wanted.name}”{rule}")


def _import(opened: Opened, file: str) -> tuple[list[str], int]:
    path = Path(os.path.abspath(file))
    try:
        text = read_text(path, "replace")
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from None
    if text is None:
        raise UserError(f"{path} does not exist")
    return read_m3u(text.removeprefix("\ufeff"), str(path.parent), opened.library)


def _save(opened: Opened, lists: list[OwnList], known: dict[str, OwnList]) -> None:
    now = datetime.now(UTC)
    before = {each.name: known.get(each.name) or OwnList(each.name, UNKNOWN) for each in lists}
    opened.file.save(before[each.name].followed_by(each, stamp_later(before[each.name].updated, now)) for each in lists)
