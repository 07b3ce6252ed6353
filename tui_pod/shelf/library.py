"""Read the feeds' episodes and topics for the library."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sqlite3
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from contextlib import closing
from datetime import UTC, date, datetime
from math import inf
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from tui_pod.core.library.episode import ROOT_TOPIC, Episode, Topic, numbering
from tui_pod.core.library.parts import Move, unpack_parts
from tui_pod.core.library.topics import UNLISTED, topic_key
from tui_pod.core.text.clean import clean_title, fold
from tui_pod.core.wall_time import is_believed_seconds
from tui_pod.net.file_address import path_of
from tui_pod.shelf import settings_table
from tui_pod.shelf.database import SCHEMA, FeedDatabase, FeedStoreError, changed_since, to_folders
from tui_pod.shelf.episodes import ordered_ids, serial_numbers
from tui_pod.shelf.layouts import read_copies, read_moves
from tui_pod.shelf.opml import Folder
from tui_pod.shelf.subscription import read_subscriptions

MAX_TOPICS = 8
"""Nested topics at most; files in deeper subfolders belong to the last one."""

FEW = 5_000
"""Fewer episodes than this are put into a library one by one."""

_VOLUME = re.compile(r"(?<![\s,#:.-])[\s,#:.-]*+(\d{1,6}(?:\.\d{1,3})?)\Z")
"""The number of a volume at the end of the name of its series."""


class FeedLibrary(NamedTuple):
    """The feeds' part of a library."""

    generation: tuple[int, int] | None = None
    """The generation that was read; None if reading failed."""
    topics: tuple[Topic, ...] = ()
    episodes: tuple[Episode, ...] = ()
    """By date, newest first; ties in the order of the feeds, then as listed by their feed."""
    keys: tuple[tuple[str, ...], ...] = ()
    """The topics of each episode, as keys."""
    days: tuple[int, ...] = ()
    """The day by which each episode is sorted, as `date.toordinal`: see `Library.days`."""
    aliases: Mapping[str, str] = MappingProxyType({})
    """The ids of episodes by other ids that feeds have listed them under."""
    moves: Sequence[Move] = ()
    """Where stretches of books are now, and of files that are or were a book."""
    notices: tuple[str, ...] = ()
    podcasts: Mapping[str, Mapping[str, str]] = MappingProxyType({})
    """The settings of feeds that have any, as texts, by the feed's first address."""
    hides_course: bool = False
    """True if the embedded catalogue is hidden."""
    changed: Set[str] = frozenset()
    """The feeds that were read, by their first addresses, if only those that changed were."""
    places: Sequence[int] = ()
    """Then, the place of each episode among those of the other feeds: how many are before it."""
    order: Sequence[str] = ()
    """Then, the keys of the topics of all feeds and of the folders above, in their order."""


class _FeedTopics(NamedTuple):
    """The topics of the episodes of a feed, or of a subfolder."""

    tags: tuple[str, ...]
    """Names, innermost first."""
    keys: tuple[str, ...]
    shows_categories: bool


_COLUMNS = (
    "id", "feed", "sort", "seen", "title", "summary", "duration", "published", "audio", "transcript", "keywords",
    "season", "number", "folder", "author", "narrator", "series", "year", "parts",
)  # fmt: skip
"""What is read of an episode; the folder, like all that follow, is None if it is no recording of a folder or server."""

_Subfolders = Mapping[str, _FeedTopics]
"""By absolute path, or by the id of a server's book or podcast."""


Others = Callable[[Set[str]], Sequence[str]]
"""Returns the ids of the episodes that are of other feeds than these, in their order."""


def read_feeds(folder: Path, since: int | None = None, others: Others = lambda _: ()) -> FeedLibrary:
    """Return the feeds' part of the library. Never raises: errors are in the notices.

    With `since`, only the feeds that changed since that generation; none if it is not known which others did not.
    """
    database = FeedDatabase(folder)
    if database.is_empty:
        return FeedLibrary()
    try:
        try:
            found = _read(database, since, others)
        except FeedStoreError:
            if not database.notices:
                raise
            found = _read(database, since, others)  # the damaged database was renamed; this creates a new one
        return found._replace(notices=tuple(database.notices))
    except FeedStoreError as error:
        return FeedLibrary(notices=(*database.notices, str(error)))
    finally:
        database.close()


def read_notes(folder: Path, ids: Sequence[str]) -> dict[str, str]:
    """Return the notes of these episodes (at most 500), if any: HTML as in `Details`. Never raises."""
    database = FeedDatabase(folder)
    asked = f"SELECT id, html FROM notes WHERE id IN ({', '.join('?' * len(ids))})"
    try:
        with database.read() as db:
            return dict(db.execute(asked, ids))
    except FeedStoreError:
        return {}
    finally:
        database.close()


def read_changed(folder: Path, generation: int) -> list[str] | None:
    """Return the ids of all episodes of the feeds that changed since a generation; None if that is not known.

    Raises FeedStoreError.
    """
    with closing(FeedDatabase(folder)) as database, database.read() as db:
        feeds = changed_since(db, generation)
        asked = "SELECT id FROM episodes WHERE feed IN (SELECT value FROM json_each(?))"
        return None if feeds is None else [ident for (ident,) in db.execute(asked, (json.dumps(feeds),))]


def read_removed_names(folder: Path) -> dict[str, str]:
    """Return the name of the podcast of each episode whose podcast was removed. Never raises."""
    database = FeedDatabase(folder)
    try:
        if database.is_empty:
            return {}
        with database.read() as db:
            names = {feed.number: feed.name for feed in read_subscriptions(db, with_removed=True) if feed.removed}
            return {ident: names[number] for ident, number in db.execute("SELECT id, feed FROM episodes")
                    if number in names}  # fmt: skip
    except FeedStoreError:
        return {}
    finally:
        database.close()


def _read(database: FeedDatabase, since: int | None, others: Others) -> FeedLibrary:
    with database.read() as db:
        only = None if since is None else changed_since(db, since)
        if since is not None and (only is None or not _are_few(db, only)):
            return FeedLibrary()
        generation = db.execute("PRAGMA user_version").fetchone()[0]
        topics: dict[Topic, None] = {}
        every: dict[Topic, None] = {}
        by_feed = {}
        by_folder: dict[int, _Subfolders] = {}
        numbers, copies = serial_numbers(db), read_copies(db)
        podcasts = settings_table.stored_texts(db)
        hidden = {feed_id for feed_id, texts in podcasts.items() if texts.get("hidden") == "yes"}
        for number, feed_id, title, address, folders, categories, shows, is_serial, is_arranged in db.execute(
            "SELECT number, first, title, address, folders, categories, shows_categories, is_serial,"
            " EXISTS (SELECT 1 FROM files WHERE feed = number) FROM feeds WHERE removed IS NULL ORDER BY number"
        ):
            if feed_id in hidden:
                continue
            where = to_folders(folders) or ((),)
            if only is not None:
                _feed_topics(feed_id, title or address, where, (), False, every, ())
            if only is not None and number not in only:
                continue
            by_feed[number] = _feed_topics(
                feed_id, title or address, where, to_folders(categories), bool(shows), topics,
                tuple(reversed(ordered_ids(db, feed_id, numbers))) if is_serial else (),
            )  # fmt: skip
            if (root := path_of(address)) is not None:
                by_folder[number] = _read_subfolders(db, number, root, by_feed[number], topics, copies)
            elif is_arranged:
                by_folder[number] = _read_shelves(db, number, by_feed[number], topics)
        previewed = {
            ident: _FeedTopics((title,), UNLISTED, shows_categories=False)
            for ident, title in db.execute(
                "SELECT visits.id, coalesce(nullif(feeds.title, ''), first)"
                " FROM visits JOIN episodes USING (id) JOIN feeds ON feed = feeds.number WHERE removed IS NOT NULL"
            )
        }
        episodes, keys, days = _episodes(db, by_feed, previewed, by_folder, only, copies)
        changed, places = frozenset[str](), list[int]()
        if only is not None:
            first = "SELECT first FROM feeds WHERE number IN (SELECT value FROM json_each(?))"
            changed = frozenset(row[0] for row in db.execute(first, (json.dumps(only),)))
            place = "SELECT -sort, feed, -place FROM episodes WHERE id = ?"
            around = others(changed)
            places = [
                bisect_left(around, row, key=lambda ident: db.execute(place, (ident,)).fetchone() or (-inf,))
                for row in (db.execute(place, (episode.id,)).fetchone() for episode in episodes)
            ]
        asked = "SELECT id, episode FROM aliases WHERE id NOT IN (SELECT id FROM episodes) AND instr(episode, ':') = 0"
        aliases = dict(db.execute(asked))  # with a colon: the address of a feed for which a recording waits
        moves = [
            move if move.episode == move.former else move._replace(episode=copies.get(move.episode, move.episode))
            for move in read_moves(db)
        ]
        aliases.update((move.former, move.episode) for move in moves if move.end == inf)
        aliases.update(copies)
        hides_course = settings_table.read_course(db).hidden
    shown = {feed_id: texts for feed_id, texts in podcasts.items() if feed_id not in hidden}
    return FeedLibrary((generation, SCHEMA), tuple(topics), episodes, keys, days, aliases,
                       moves, podcasts=shown, hides_course=hides_course, changed=changed, places=places,
                       order=tuple(topic.name for topic in every))  # fmt: skip


def _are_few(db: sqlite3.Connection, feeds: Sequence[int]) -> bool:
    """Return whether reading only these feeds is less work; a change that is of no feed counts as one of all."""
    asked = "SELECT (SELECT count(*) FROM feeds), count(*) FROM episodes WHERE feed IN (SELECT value FROM json_each(?))"
    known, episodes = db.execute(asked, (json.dumps(feeds),)).fetchone()
    return bool(len(feeds) < known and episodes < FEW)


def _feed_topics(
    feed_id: str, name: str, folders: Iterable[Folder], categories: Iterable[Folder], shows_categories: bool,
    topics: dict[Topic, None], course: tuple[str, ...],
) -> _FeedTopics:  # fmt: skip
    """Return a feed's topics, adding missing ones to `topics`."""
    tags: list[str] = [name]
    keys: list[str] = []
    for folder in folders:
        parent = _under(folder, topics)
        key = topic_key(parent, name, feed=feed_id)
        topics[Topic(key, parent or None, episodes=course)] = None
        keys.append(key)
        tags += reversed(folder)
    for category in categories if shows_categories else ():
        keys.append(_under(category, topics))
        tags += reversed(category)
    return _FeedTopics(tuple(dict.fromkeys(tags)), tuple(key for key in dict.fromkeys(keys) if key), shows_categories)


def _read_subfolders(
    db: sqlite3.Connection,
    number: int,
    root: str,
    base: _FeedTopics,
    topics: dict[Topic, None],
    copies: Mapping[str, str],
) -> _Subfolders:
    """Return the subfolders of a folder, and insert their topics with their episodes after those of the folder."""
    rows = db.execute(
        "SELECT episodes.id, audio, folder, author, series"
        " FROM episodes LEFT JOIN recordings ON recordings.id = episodes.id"
        " WHERE feed = ? AND place >= 0 ORDER BY place DESC",
        (number,),
    )
    files: dict[str, list[str]] = {}
    volumes: dict[str, tuple[str, float]] = {}  # the series of each, and its number in it
    for row, audio, folder, author, series in rows:
        ident = copies.get(row, row)
        files.setdefault(folder or os.path.dirname(audio or ""), []).append(ident)
        if found := _VOLUME.search(series or ""):
            volumes[ident] = fold(f"{author}  {(series or '')[: found.start()]}"), float(found[1])
    ids: dict[tuple[str, ...], list[str]] = {}
    folders: dict[str, _FeedTopics] = {}
    for path, inside in files.items():
        relative = os.path.relpath(path, root) if path.startswith(root.rstrip("/") + "/") else ""
        names = tuple(clean_title(name) for name in relative.split(os.sep)[:MAX_TOPICS]) if relative else ()
        for depth in range(len(names)):
            ids.setdefault(names[:depth], [])
        ids.setdefault(names, []).extend(inside)
        keys = tuple(_key(key, names) for key in base.keys)
        folders[path] = _FeedTopics((*reversed(names), *base.tags), keys, base.shows_categories)
    for key in base.keys:
        parent = next((topic.parent for topic in topics if topic.name == key), None)
        topics.pop(Topic(key, parent), None)
        for names, inside in ids.items():
            above = _key(key, names[:-1]) if names else parent
            topics[Topic(_key(key, names), above, episodes=_by_volume(list(dict.fromkeys(inside)), volumes))] = None
    return folders


def _by_volume(ids: Sequence[str], volumes: Mapping[str, tuple[str, float]]) -> tuple[str, ...]:
    """Return ids with the volumes of each series by their numbers, in the places that they have together."""
    found: dict[str, list[str]] = {}
    for ident in sorted((ident for ident in ids if ident in volumes), key=lambda ident: volumes[ident][1]):
        found.setdefault(volumes[ident][0], []).append(ident)
    turns = {series: iter(inside) for series, inside in found.items()}
    return tuple(next(turns[volumes[ident][0]]) if ident in volumes else ident for ident in ids)


def _read_shelves(
    db: sqlite3.Connection, number: int, base: _FeedTopics, topics: dict[Topic, None]
) -> dict[str, _FeedTopics]:
    """Return the topics of a server's books and podcasts, by their ids, and add those topics to `topics`."""
    from tui_pod.shelf.shelves import read_arranged  # only with servers

    ids = {guid: ident for ident, guid in db.execute("SELECT id, guid FROM episodes WHERE feed = ?", (number,))}
    found: dict[str, _FeedTopics] = {}
    for names, items, is_ordered in read_arranged(db, number):
        keys = tuple(_key(key, names) for key in base.keys)
        course = tuple(ids[item] for item in items if item in ids) if is_ordered else ()
        for key in base.keys:
            topics.setdefault(Topic(_key(key, names), _key(key, names[:-1]), episodes=course))
        for item in items:
            former = found.get(item, _FeedTopics(base.tags, (), base.shows_categories))
            tags = tuple(dict.fromkeys((*reversed(names), *former.tags)))
            found[item] = former._replace(tags=tags, keys=(*former.keys, *keys))
    return found


def _key(base: str, names: Sequence[str]) -> str:
    for name in names:
        base = topic_key(base, name)
    return base


def _under(folder: Folder, topics: dict[Topic, None]) -> str:
    """Return the key of a folder, adding it and its parents to the topics."""
    key = ""
    for name in folder:
        if not key and name == ROOT_TOPIC:
            continue
        parent, key = key, topic_key(key, name)
        topics[Topic(key, parent or None)] = None
    return key


def _episodes(
    db: sqlite3.Connection,
    by_feed: Mapping[int, _FeedTopics],
    previewed: Mapping[str, _FeedTopics],
    by_folder: Mapping[int, _Subfolders],
    only: Sequence[int] | None,
    copies: Mapping[str, str],
) -> tuple[tuple[Episode, ...], tuple[tuple[str, ...], ...], tuple[int, ...]]:
    """Return the episodes, their topics as keys, and the days by which they are sorted.

    Those in `previewed` are of feeds not subscribed to. If `only` is given, the episodes of these feeds.
    """
    episodes: list[Episode] = []
    keys: list[tuple[str, ...]] = []
    days: list[int] = []
    also: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}  # tags and topics of the copies of each
    rows = db.execute(
        f"SELECT {', '.join(_COLUMNS)} FROM episodes LEFT JOIN numbering USING (id) LEFT JOIN recordings USING (id)"
        f" WHERE place >= 0{' AND feed IN (SELECT value FROM json_each(?))' * (only is not None)}"
        " ORDER BY sort DESC, feed, place DESC",
        () if only is None else (json.dumps(only),),
    )
    for (
        ident, number, sort, seen, title, summary, duration, published, audio, transcript, keywords,
        season, count, folder, author, narrator, series, year, parts,
    ) in rows:  # fmt: skip
        feed = by_feed.get(number) or previewed.get(ident)
        if feed is None:  # its feed was removed
            continue
        if number in by_folder:
            feed = by_folder[number].get(folder or os.path.dirname(audio or ""), feed)
        tags, topics = feed.tags, feed.keys
        if feed.shows_categories and keywords:
            words = tuple(word for word in keywords.split("\n") if word != ROOT_TOPIC)
            tags, topics = tuple(dict.fromkeys((*tags, *words))), tuple(dict.fromkeys((*topics, *words)))
        if (main := copies.get(ident)) is not None:
            also.setdefault(main, []).append((tags, topics))
            continue
        is_dated = published is not None and is_believed_seconds(published, seen)
        episode = Episode(
            ident, title, summary, duration, _day(published) if is_dated else None, tags, audio, transcript,
            numbering=numbering(season, count, title),
        )  # fmt: skip
        if folder is not None:
            episode = episode._replace(
                author=author, narrator=narrator, series=series, year=year, parts=unpack_parts(parts)
            )
        episodes.append(episode)
        keys.append(topics)
        sorted_by = _day(sort)
        days.append(sorted_by.toordinal() if sorted_by else 0)
    for at, episode in enumerate(episodes) if also else ():
        for tags, topics in also.get(episode.id, ()):
            episodes[at] = episodes[at]._replace(tags=tuple(dict.fromkeys((*episodes[at].tags, *tags))))
            keys[at] = tuple(dict.fromkeys((*keys[at], *topics)))
    return tuple(episodes), tuple(keys), tuple(days)


def _day(time: float) -> date | None:
    """Return the day of a time in seconds since 1970; None if there is no such day."""
    with contextlib.suppress(OverflowError, ValueError, OSError):
        return datetime.fromtimestamp(time, UTC).date()
    return None
