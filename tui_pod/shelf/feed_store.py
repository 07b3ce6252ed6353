"""Store subscriptions and all their episodes, including those that a feed no longer lists.

Calls block on the disk: run them in threads. Fetches nothing and knows nothing of progress.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tui_pod.core.library.parts import RecordingContent
from tui_pod.core.library.podcast_settings import COURSE, PodcastSettings, to_texts
from tui_pod.core.text.clean import fold
from tui_pod.net.address import Origin, origin, typed_addresses
from tui_pod.net.file_address import to_address, typed_path
from tui_pod.net.login import Login, split_login
from tui_pod.shelf import episodes, marks, settings_table
from tui_pod.shelf.database import FeedDatabase, bump, insert_entries, number_of, read_entries, to_folders
from tui_pod.shelf.generation import generation
from tui_pod.shelf.layouts import read_contents, read_copies, settle_copies
from tui_pod.shelf.logins import Logins
from tui_pod.shelf.opml import Entry
from tui_pod.shelf.published import Published, PublishedItem
from tui_pod.shelf.subscription import Subscription, read_subscriptions, to_origins

PURGE_AFTER = 30 * 86_400.0
"""How long a removed feed can be restored (seconds)."""


@dataclass(frozen=True, slots=True)
class Details:
    """An episode as it was published, with facts of its feed."""

    item: PublishedItem
    """Its notes are HTML: pass them through `html_text.to_notes` before showing them."""
    feed: str
    """Its `feed_id`."""
    feed_title: str
    allowed: frozenset[Origin]
    language: str | None
    """Of the feed, such as `en-gb`; None if not stated."""
    replaced: float | None = None
    """When it got another recording, in seconds since 1970; None if it never did."""


class EpisodeIdentity(NamedTuple):
    """Identifies an episode to other programs."""

    id: str
    feed: str
    """Its `feed_id`."""
    guid: str
    audio: str
    duration: float | None


@dataclass(frozen=True, slots=True)
class Stored:
    """The result of storing a feed."""

    new: int = 0
    has_changed: bool = False
    """True if the library is out of date."""


class FeedStore:
    """Subscriptions and episodes in one folder. Calls raise `FeedStoreError` when the disk fails."""

    def __init__(self, folder: Path) -> None:
        self.db = FeedDatabase(folder)
        self.has_progress: Callable[[str], bool] = lambda _: False
        """Returns True for episodes that must be kept; called from any thread."""
        self.logins = Logins(folder)

    @property
    def is_empty(self) -> bool:
        """True if no feed was ever added. Opens nothing."""
        return self.db.is_empty

    @property
    def generation(self) -> tuple[int, int] | None:
        """A value that changes with every change of the stored library, by any program; None without a database."""
        return generation(self.db.file)

    def take_notices(self) -> list[str]:
        """Return the notices and clear them."""
        notices, self.db.notices[:] = list(self.db.notices), []
        return notices

    def feeds(self, with_removed: bool = False) -> list[Subscription]:
        """Return the subscriptions in order, each with its number of episodes."""
        with self.db.read() as db:
            return read_subscriptions(db, with_removed)

    def find(self, text: str, with_removed: bool = False) -> Subscription | None:
        """Return the feed with this address, now or first, or this title; None if none or several match."""
        text = split_login(text).text
        path = typed_path(text)
        addresses = {text, *typed_addresses(text), *([to_address(path)] if path else [])}
        tests: tuple[Callable[[str, str, str], bool], ...] = (
            lambda feed_id, _, __: feed_id in addresses,
            lambda _, address, __: address in addresses,
            lambda _, __, title: fold(title) == fold(text.strip()),
        )
        with self.db.read() as db:
            asked = "SELECT first, address, title, number FROM feeds WHERE removed IS NULL OR ?"
            names = db.execute(asked, (with_removed,)).fetchall()
            for test in tests:
                if found := [number for *texts, number in names if test(*texts)]:
                    return read_subscriptions(db, with_removed, found[0])[0] if len(found) == 1 else None
        return None

    def subscribe(self, entries: Iterable[Entry], is_asked: bool = True) -> tuple[int, int]:
        """Add feeds; restore removed ones, add folders to known ones. Return how many were new and how many were known.

        If the listener asked for it here, it counts from now, even for what is known.
        A login of an entry is stored unless there is one already; it is sent over http only after the listener agrees.
        """
        entries = list(entries)
        logins = {}
        with self.db.write(changes_list=True) as db:
            known, touched = 0, list[int]()
            firsts = dict(db.execute("SELECT address, first FROM feeds ORDER BY number DESC").fetchall())
            firsts |= {row[0]: row[0] for row in db.execute("SELECT first FROM feeds")}
            for entry in entries:
                feed_id = entry.feed_id or entry.address
                first = firsts.get(feed_id) or firsts.get(entry.address) or feed_id
                if entry.user:
                    logins[first] = Login(origin(entry.address), entry.user, entry.password)
                row = db.execute("SELECT folders, removed, number FROM feeds WHERE first = ?", (first,)).fetchone()
                if row is None:
                    insert_entries(db, [entry])
                    firsts |= {entry.address: first, first: first}
                    touched.append(number_of(db, first))
                    continue
                touched.append(row[2])
                known += row[1] is None
                if is_asked:
                    settings_table.write(db, first, {}, {settings_table.ASKED: time.time()})
                folders = json.dumps(tuple(dict.fromkeys((*to_folders(row[0]), *entry.folders))))
                db.execute("UPDATE feeds SET removed = NULL, folders = ? WHERE first = ?", (folders, first))
                db.execute("DELETE FROM visits WHERE id IN (SELECT id FROM episodes WHERE feed = ?)", (row[2],))
            if touched:
                settle_copies(db, time.time())
                bump(db, *touched)
        self.logins.add_missing(logins)
        return len(entries) - known, known

    def store_preview(self, address: str, feed: Published, item: PublishedItem) -> str:
        """Store one episode of a feed, to be played without subscribing, and return its id.

        The feed counts as removed unless it is subscribed to: only its previewed episodes are in the library.
        """
        known, now = self.find(address, with_removed=True), time.time()
        feed_id = known.feed_id if known is not None else address
        with self.db.write(changes_library=True) as db:
            if known is None and insert_entries(db, [Entry(address, feed.title, page=feed.link)]):
                db.execute(
                    "UPDATE feeds SET removed = ?, language = ? WHERE first = ?", (now, feed.language or "", feed_id)
                )
                episodes.store_facts(db, "pictures", ("address",), [(feed_id, feed.picture)])
            asked = "SELECT number, removed FROM feeds WHERE first = ?"
            number, removed = db.execute(asked, (feed_id,)).fetchone()
            episodes.store_episodes(db, number, feed_id, feed._replace(items=(item,)), now)
            ident = _id_of(db, number, item)
            assert ident is not None  # it was stored just now
            if removed is not None:
                db.execute("INSERT OR IGNORE INTO visits VALUES (?)", (ident,))
        return ident

    def id_of(self, feed_id: str, item: PublishedItem) -> str | None:
        """Return the id of an item of a feed; None if it was not stored, for example as another one's double."""
        with self.db.read() as db:
            return _id_of(db, number_of(db, feed_id), item)

    def await_recordings(self, ids: Mapping[str, str]) -> None:
        """Let imported episodes without guids wait for their feeds: ids as of `recording_id`, each with its feed's."""
        if ids:
            with self.db.write() as db:
                db.executemany("INSERT OR IGNORE INTO aliases VALUES (?, ?)", ids.items())

    def remove(self, feed_id: str) -> None:
        """Remove a feed and its episodes from the library; `restore` undoes it until the feed is purged."""
        self._set(feed_id, "removed = ?", time.time(), changes_list=True)

    def restore(self, feed_id: str) -> None:
        """Restore a removed feed."""
        self._set(feed_id, "removed = NULL", changes_list=True)

    def move(self, feed_id: str, address: str) -> None:
        """Change the address that a feed is fetched from; its episodes keep their ids."""
        with self.db.write() as db:  # the files of a folder have new paths
            db.execute("DELETE FROM files WHERE feed = (SELECT number FROM feeds WHERE first = ?)", (feed_id,))
        self._set(feed_id, "address = ?, etag = '', modified = ''", address, changes_list=True)

    def configure(
        self, feed_id: str, changes: Mapping[str, str], updated: float | Mapping[str, float] | None = None
    ) -> None:
        """Change the settings of a feed, a book or the `COURSE`, as `podcast_settings.checked` returns them.

        `updated` is as in `settings_table.write`.
        """
        with self.db.write(changes_library=True, changes_list=True) as db:
            is_book = db.execute("SELECT 1 FROM recordings WHERE id = ?", (feed_id,)).fetchone() is not None
            if feed_id != COURSE and not is_book:
                number_of(db, feed_id)
            settings_table.write(db, feed_id, changes, updated)
            if not {"article", "code"}.isdisjoint(changes):  # its items are to be read anew
                db.execute("UPDATE feeds SET etag = '', modified = '' WHERE first = ?", (feed_id,))

    def source_texts(self, feed_id: str) -> dict[str, str]:
        """Return the settings of a feed that its source declares, and what it notes."""
        with self.db.read() as db:
            return settings_table.texts_of_source(db, feed_id)

    def course_settings(self) -> PodcastSettings:
        """Return the settings of the embedded catalogue."""
        with self.db.read() as db:
            return settings_table.read_course(db)

    def changed_settings(self) -> dict[str, dict[str, tuple[float, str]]]:
        """Return the settings that were ever changed, of feeds, books and the `COURSE`: when, and the text of each."""
        with self.db.read() as db:
            times = settings_table.change_times(db)
            feeds = read_subscriptions(db, with_removed=False) if times else ()
            texts = {feed.feed_id: to_texts(feed.settings) for feed in feeds if feed.feed_id in times}
            texts |= settings_table.texts_of_books(db)
        texts[COURSE] = {"hidden": to_texts(self.course_settings())["hidden"]}
        found = dict[str, dict[str, tuple[float, str]]]()
        for feed_id in times.keys() & texts.keys():
            updated, known = times[feed_id]
            known.pop(settings_table.ASKED, None)
            if not known:
                continue
            oldest = min((updated, *known.values()))  # the list of podcasts may have set name and topics
            for name, text in texts[feed_id].items():
                if text or name in known:
                    found.setdefault(feed_id, {})[name] = known.get(name, oldest), text
        return found

    def asked(self) -> dict[str, float]:
        """Return when the listener removed podcasts, or wanted them though they had been here (seconds since 1970)."""
        with self.db.read() as db:
            times = settings_table.change_times(db)
            removed = db.execute("SELECT first, removed FROM feeds WHERE removed IS NOT NULL").fetchall()
        return {feed_id: known.get(settings_table.ASKED, 0.0) for feed_id, (_, known) in times.items()} | dict(removed)

    def recordings_among(self, ids: Iterable[str]) -> list[str]:
        """Return those ids that are of recordings, as books are, and may have settings."""
        with self.db.read() as db:
            return [ident for ident in ids if db.execute("SELECT 1 FROM recordings WHERE id = ?", (ident,)).fetchone()]

    def set_shows_categories(self, feed_id: str, shows: bool) -> None:
        """Set whether a feed's categories and its items' keywords are shown as topics."""
        self._set(feed_id, "shows_categories = ?", int(shows))

    def set_private_origin(self, feed_id: str, private: Origin | None) -> None:
        """Set the private origin that the listener allowed by subscribing; None takes it away."""
        text = json.dumps(private) if private else ""
        self._set(feed_id, "origin = ?", text, changes_library=False, changes_list=True)

    def fail(self, feed_id: str, reason: str | None) -> None:
        """Set why the last refresh failed; None if it did not."""
        self._set(feed_id, "error = ?", reason or "", changes_library=False)

    def touch(self, feed_id: str) -> None:
        """Record a refresh that found nothing new."""
        self._set(feed_id, "error = '', fetched = ?", time.time(), changes_library=False)

    def purge(self, before: float, kept: Set[str] = frozenset(), heard: Set[str] = frozenset()) -> list[str]:
        """Delete feeds removed before this time (seconds since 1970); return their episodes.

        A feed with one of the episodes in `kept` stays, so that it is known where they came from, and so does one with
        a previewed episode that has progress. Of one with episodes in `heard`, only these stay: statistics name it.
        """
        purged: list[str] = []
        with self.db.write() as db:
            gone = db.execute("SELECT number, first FROM feeds WHERE removed < ?", (before,)).fetchall()
            copies = read_copies(db) if gone else {}
            for number, feed_id in gone:
                ids = [row[0] for row in db.execute("SELECT id FROM episodes WHERE feed = ?", (number,))]
                previewed = db.execute("SELECT id FROM visits JOIN episodes USING (id) WHERE feed = ?", (number,))
                if not kept.isdisjoint(ids) or any(self.has_progress(ident) for (ident,) in previewed.fetchall()):
                    continue
                purged += ids
                lasting = heard & set(ids)
                others = ((ident, copies[ident]) for ident in ids if ident in copies)
                db.executemany("INSERT OR REPLACE INTO aliases VALUES (?, ?)", others)
                episodes.delete_episodes(
                    db, [*(ident for ident in ids if ident not in lasting), feed_id]
                )  # its picture
                if lasting:
                    db.execute("UPDATE feeds SET etag = '', modified = '' WHERE number = ?", (number,))
                    continue
                for table in ("descriptions", "files", "schedule", "kinds"):
                    db.execute(f"DELETE FROM {table} WHERE feed = ?", (number,))
                db.execute("DELETE FROM settings WHERE feed = ?", (feed_id,))
                db.execute("DELETE FROM feeds WHERE number = ?", (number,))
        return purged

    def store(
        self,
        feed_id: str,
        feed: Published,
        etag: str | None = None,
        modified: str | None = None,
        now: float | None = None,
    ) -> Stored:
        """Store a feed as read; episodes that it no longer lists are kept.

        `etag` and `modified` are for the next conditional request. Without `now` (seconds since 1970) it is now.
        """
        now = time.time() if now is None else now
        with self.db.write() as db:
            number = number_of(db, feed_id)
            titles = "SELECT title, own_title FROM feeds WHERE number = ?"
            former_title, own_title = db.execute(titles, (number,)).fetchone()
            title = feed.title if feed.title and former_title in ("", own_title) else former_title
            before = db.execute("SELECT count(*) FROM episodes WHERE feed = ?", (number,)).fetchone()[0]
            changes = episodes.store_episodes(db, number, feed_id, feed, now)
            unwanted = marks.note_new(db, number, now)
            dropped = episodes.drop_oldest(db, number, feed, self.has_progress)
            if dropped:
                said = f"{dropped:,} old episodes that it no longer lists were deleted"
                self.db.notices.append(f"{title or feed_id}: {said}; {episodes.MAX_EPISODES:,} are kept per podcast.")
            values = (
                title, feed.link or "", feed.guid or "", feed.is_serial, json.dumps(feed.categories),
                feed.language or "",
            )  # fmt: skip
            described = db.execute(
                "UPDATE feeds SET title = ?, page = ?, guid = ?, is_serial = ?, categories = ?, language = ?"
                " WHERE number = ? AND (title, page, guid, is_serial, categories, language) IS NOT (?, ?, ?, ?, ?, ?)",
                (*values, number, *values),
            ).rowcount
            db.execute(
                "UPDATE feeds SET own_title = ?, etag = ?, modified = ?, fetched = ?, error = '' WHERE number = ?",
                (feed.title or own_title, etag or "", modified or "", now, number),
            )
            db.execute("INSERT OR REPLACE INTO descriptions VALUES (?, ?)", (number, feed.summary))
            episodes.store_facts(db, "pictures", ("address",), [(feed_id, feed.picture)])
            after = db.execute("SELECT count(*) FROM episodes WHERE feed = ?", (number,)).fetchone()[0]
            if has_changed := bool(changes or described):
                bump(db, number)
        if title != former_title:
            self.db.write_backup()
        return Stored(max(0, after + dropped - before - unwanted), has_changed)

    def archive(self, feed: Subscription, before: float | None, is_used: Callable[[str], bool]) -> None:
        """Hide a feed's episodes from before this time (seconds since 1970) unless they are in use; show the others."""
        asked = "SELECT id, place, sort FROM episodes WHERE feed = ? AND (place < 0 OR sort < ?)"
        with self.db.read() as db:
            found = db.execute(asked, (feed.number, before or 0.0)).fetchall()
        changed = [
            (ident,)
            for ident, place, sort in found
            if (place < 0) is not (before is not None and sort < before and not is_used(ident))
        ]
        if changed:
            with self.db.write() as db:
                db.executemany("UPDATE episodes SET place = -1 - place WHERE id = ?", changed)
                bump(db, feed.number)

    def entries(self) -> list[Entry]:
        """Return the subscriptions for export."""
        with self.db.read() as db:
            return read_entries(db)

    def description(self, feed_id: str) -> str:
        """Return a feed's description of itself; empty if there is none."""
        asked = "SELECT summary FROM descriptions JOIN feeds ON feed = number WHERE first = ?"
        with self.db.read() as db:
            row = db.execute(asked, (feed_id,)).fetchone()
        return row[0] if row else ""

    def guids(self, feed_id: str) -> set[str]:
        """Return the guids of a feed's episodes."""
        asked = "SELECT episodes.guid FROM episodes JOIN feeds ON feed = number WHERE first = ?"
        with self.db.read() as db:
            return {row[0] for row in db.execute(asked, (feed_id,))}

    def identities(self) -> list[EpisodeIdentity]:
        """Return the identity of each episode with an http(s) recording, except those of removed feeds."""
        with self.db.read() as db:
            rows = db.execute(
                "SELECT id, first, episodes.guid, audio, duration FROM episodes JOIN feeds ON feed = number"
                " WHERE removed IS NULL AND audio LIKE 'http%'"
            )
            return [EpisodeIdentity(*row) for row in rows]

    def contents(self) -> dict[str, RecordingContent]:
        """Return what the recordings and texts on this machine consist of: see `read_contents`."""
        if self.is_empty:
            return {}
        with self.db.read() as db:
            return read_contents(db)

    def copies(self) -> dict[str, str]:
        """Return the ids of copies in folders: see `read_copies`."""
        if self.is_empty:
            return {}
        with self.db.read() as db:
            return read_copies(db)

    def details(self, ident: str) -> Details | None:
        """Return an episode's details; None if it belongs to no feed."""
        with self.db.read() as db:
            replaced = "(SELECT at FROM replaced WHERE id = episodes.id)"
            found = episodes.read_item(db, ident, f"first, feeds.title, origin, language, {replaced}")
        if found is None:
            return None
        item, (feed, title, private, language, at) = found
        return Details(item, feed, title, to_origins(private), language or None, at)

    def episode_ids(self, feed_id: str) -> list[str]:
        """Return the ids of a feed's episodes, newest first; the numbered episodes of a serial by number."""
        with self.db.read() as db:
            return episodes.ordered_ids(db, feed_id, episodes.serial_numbers(db))

    def _set(
        self, feed_id: str, change: str, *values: object, changes_library: bool = True, changes_list: bool = False
    ) -> None:
        with self.db.write(changes_list=changes_list) as db:
            number = number_of(db, feed_id)
            db.execute(f"UPDATE feeds SET {change} WHERE number = ?", (*values, number))
            if changes_library:
                settle_copies(db, time.time())
                bump(db, number)


def _id_of(db: sqlite3.Connection, number: int, item: PublishedItem) -> str | None:
    asked = "SELECT id FROM episodes WHERE feed = ? AND title = ? AND audio IS ? ORDER BY seen DESC"
    row = db.execute(asked, (number, item.title, item.audio)).fetchone()
    return row[0] if row is not None else None
