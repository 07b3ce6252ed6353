"""The topics of a folder's subfolders, each with its files in order."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tui_pod.core.library.episode import Topic
from tui_pod.core.library.topics import topic_key
from tui_pod.core.text.clean import clean_title

MAX_TOPICS = 8
"""Topics below one another; the files of deeper subfolders are in the last."""


class Subfolder(NamedTuple):
    """Where the files of a subfolder are in the tree."""

    names: tuple[str, ...]
    """The innermost first."""
    keys: tuple[str, ...]


Folders = Mapping[str, Subfolder]
"""By absolute path."""


def read_subfolders(
    db: sqlite3.Connection, number: int, root: str, bases: Sequence[str], topics: dict[Topic, None]
) -> Folders:
    """Return the subfolders of a folder, and put their topics, with their paths, behind those of the folder.

    Args:
        db: the database of feeds.
        number: the folder's, among the feeds.
        root: its path.
        bases: keys of its own topics.
        topics: of the library so far.
    """
    rows = db.execute("SELECT id, audio FROM episodes WHERE feed = ? AND place >= 0 ORDER BY place DESC", (number,))
    files: dict[str, list[str]] = {}
    for ident, audio in rows:
        files.setdefault(os.path.dirname(audio), []).append(ident)
    ids: dict[tuple[str, ...], list[str]] = {}
    folders: dict[str, Subfolder] = {}
    for path, inside in files.items():
        relative = os.path.relpath(path, root) if path.startswith(root.rstrip("/") + "/") else ""
        names = tuple(clean_title(name) for name in relative.split(os.sep)[:MAX_TOPICS]) if relative else ()
        for depth in range(len(names)):
            ids.setdefault(names[:depth], [])
        ids.setdefault(names, []).extend(inside)
        folders[path] = Subfolder(names[::-1], tuple(_key(base, names) for base in bases))
    for base in bases:
        parent = next((topic.parent for topic in topics if topic.name == base), None)
        topics.pop(Topic(base, parent), None)
        for names, inside in ids.items():
            above = _key(base, names[:-1]) if names else parent
            topics[Topic(_key(base, names), above, episodes=tuple(inside))] = None
    return folders


def _key(base: str, names: Sequence[str]) -> str:
    for name in names:
        base = topic_key(base, name)
    return base
