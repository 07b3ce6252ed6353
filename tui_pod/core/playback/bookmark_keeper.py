"""The listener's bookmarks: kept, edited, removed and found, each change saved and undoable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from tui_pod.core.actions import key_of
from tui_pod.core.playback.undo import Change, UndoHistory
from tui_pod.core.player.state import PlaybackState
from tui_pod.core.progress.bookmarks import Bookmark, BookmarkKey, Stretch, find_same, newest_bookmark
from tui_pod.core.progress.records import BookmarkRecord
from tui_pod.core.text.clean import clock, counted

Values = Mapping[BookmarkKey, Bookmark | None]


class BookmarkKeeper:
    """All bookmarks, those removed too: their places may be kept again."""

    def __init__(self, state: PlaybackState, undo: UndoHistory, bookmarks: Iterable[Bookmark]) -> None:
        self._state = state
        self._undo = undo
        self._all = {bookmark.key: bookmark for bookmark in bookmarks}

    def __iter__(self) -> Iterator[Bookmark]:
        return (bookmark for bookmark in self._all.values() if not bookmark.is_removed)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def get(self, key: BookmarkKey) -> Bookmark | None:
        """Return a bookmark; None when there is none, or no longer."""
        found = self._all.get(key)
        return None if found is None or found.is_removed else found

    def of(self, episode: str | None) -> list[Bookmark]:
        """Return an episode's bookmarks in the order of its time."""
        return sorted((each for each in self if each.episode == episode), key=lambda each: each.start)

    def keep(self, episode: str, title: str, stretch: Stretch, note: str = "") -> tuple[Bookmark, bool]:
        """Keep a stretch of an episode, which can be undone; return its bookmark, and whether that is new."""
        if (same := find_same(self.of(episode), stretch)) is not None:
            return same, False
        key = BookmarkKey(episode, stretch.start)
        now = self._stamp(key)
        bookmark = Bookmark(episode, stretch.start, stretch.end, now, now, stretch.text, note, title)
        self._change(f"bookmark at {clock(stretch.start)}", {key: bookmark})
        return bookmark, True

    def edit(self, key: BookmarkKey, text: str, note: str) -> None:
        """Change what a bookmark says, which can be undone; one that was removed meanwhile is kept again."""
        former = self._all[key]
        bookmark = former._replace(text=text, note=note, is_removed=False, updated=self._stamp(key))
        if former.is_removed or (text, note) != (former.text, former.note):
            self._change(f"edit of the bookmark at {clock(key.start)}", {key: bookmark})

    def remove(self, keys: Sequence[BookmarkKey]) -> str:
        """Remove bookmarks, which can be undone; return what was done, such as `2 bookmarks removed`."""
        label = f"{counted(len(keys), 'bookmark')} removed"
        self._change(label, {key: self._all[key].removed(self._stamp(key)) for key in keys if key in self._all})
        return label

    def receive(self, bookmarks: Iterable[Bookmark], label: str) -> bool:
        """Take in bookmarks that others made and saved, which can be undone; return whether that changed anything."""
        after = {each.key: each for each in bookmarks if newest_bookmark(self._all.get(each.key), each) is each}
        after = {key: each for key, each in after.items() if each != self._all.get(key)}
        if not after:
            return False
        self._note(label, after)
        self._all |= after
        self._state.ports.listener.bookmarks_changed(frozenset(key.episode for key in after))
        self._state.ports.listener.tell(f"{label}. Press {key_of('undo')} to undo.")
        return True

    def save(self) -> None:
        """Save all of them again, after the files were lost."""
        self._state.ports.writer.save(*map(BookmarkRecord, self._all.values()))

    def _change(self, label: str, after: Mapping[BookmarkKey, Bookmark]) -> None:
        self._note(label, after)
        self._put(after)

    def _note(self, label: str, after: Values) -> None:
        before = {key: self._all.get(key) for key in after}
        self._undo.add(Change(label, partial(self._put, before), partial(self._put, after)))

    def _put(self, values: Values) -> None:
        """Set and save bookmarks, None as if never kept."""
        writer = self._state.ports.writer
        for key, value in values.items():
            stamp = self._stamp(key)
            made = value or self._all[key].removed(stamp)
            self._all[key] = bookmark = made._replace(updated=max(stamp, made.updated))
            writer.save(BookmarkRecord(bookmark))
        writer.compact()
        self._state.ports.listener.bookmarks_changed(frozenset(key.episode for key in values))

    def _stamp(self, key: BookmarkKey) -> datetime:
        """Return a time for a new value, later than that of the former even when a clock was set back."""
        now, former = self._state.ports.clock().astimezone(UTC), self._all.get(key)
        return now if former is None else max(now, former.updated + timedelta(milliseconds=1))
