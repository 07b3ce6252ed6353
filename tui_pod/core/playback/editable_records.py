"""Change bookmarks, cards or lists; each change is saved and can be undone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Generic

from tui_pod.core.actions import key_of
from tui_pod.core.playback.undo import Change, UndoHistory
from tui_pod.core.player.changes import BookmarksChanged
from tui_pod.core.player.state import PlaybackState
from tui_pod.core.progress.bookmarks import BookmarkKey
from tui_pod.core.progress.cards import Thing, ThingKey, newest_of
from tui_pod.core.wall_time import stamp_later


class EditableRecords(Generic[Thing]):
    """All records of one kind. Removed ones stay, since other machines must learn of them and they may come back."""

    def __init__(self, state: PlaybackState, undo: UndoHistory, things: Iterable[Thing]) -> None:
        """Begin with the saved records."""
        self._state = state
        self._undo = undo
        self._all: dict[ThingKey, Thing] = {thing.key: thing for thing in things}

    def __iter__(self) -> Iterator[Thing]:
        return (thing for thing in self._all.values() if not thing.is_removed)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def get(self, key: ThingKey) -> Thing | None:
        """Return the record with this key; None if there is none or it was removed."""
        found = self._all.get(key)
        return None if found is None or found.is_removed else found

    def is_known(self, key: ThingKey) -> bool:
        """Return whether there is a record with this key, or was before it was removed."""
        return key in self._all

    @property
    def all(self) -> tuple[Thing, ...]:
        """All records, removed ones included."""
        return tuple(self._all.values())

    def replace(self, things: Iterable[Thing]) -> None:
        """Replace all records, because of the library; nothing is saved."""
        former, self._all = self._all, {thing.key: thing for thing in things}
        if changed := former.keys() ^ self._all.keys():
            self._tell_changed(changed)

    def change(self, label: str, after: Mapping[ThingKey, Thing]) -> None:
        """Set and save values; can be undone."""
        self._note(label, after)
        self._put(after, {})

    def remove_all(self, keys: Iterable[ThingKey], label: str) -> None:
        """Remove the records with these keys; can be undone."""
        self.change(label, {key: self._all[key].removed(self.stamp(key)) for key in keys if key in self._all})

    def receive(self, things: Iterable[Thing], label: Callable[[int], str] | None = None) -> bool:
        """Accept records from other machines; return whether any is new.

        With a label, which says how many are new, announce them as undoable.
        """
        after: dict[ThingKey, Thing] = {}
        for thing in things:
            known = self._all.get(thing.key)
            if (newest := newest_of(known, thing)) != known:
                after[thing.key] = newest
        if not after:
            return False
        if label:
            said = label(len(after))
            self._note(said, after)
            self._state.ports.listener.tell(f"{said}. Press {key_of('undo')} to undo.")
        self._all |= after
        self._tell_changed(after)
        return True

    def save(self) -> None:
        """Save all records again, after the files were lost."""
        self._state.ports.writer.save(*self._all.values())

    def stamp(self, key: ThingKey) -> datetime:
        """Return a time for a new value, later than the former value's even if the clock was set back."""
        now, former = self._state.ports.clock(), self._all.get(key)
        return now if former is None else stamp_later(former.updated, now)

    def _note(self, label: str, after: Mapping[ThingKey, Thing]) -> None:
        before = {key: self._all.get(key) for key in after}
        self._undo.add(Change(label, partial(self._put, before, after), partial(self._put, after, before)))

    def _put(self, values: Mapping[ThingKey, Thing | None], former: Mapping[ThingKey, Thing | None]) -> None:
        """Set and save values in place of the former ones; None restores that there was none."""
        writer = self._state.ports.writer
        moved = {move.former for move in self._state.library.moves}  # what is saved at former places may be replaced
        moved &= {key.episode for key in values if isinstance(key, BookmarkKey)}
        if beside := [one for key, one in self._all.items() if isinstance(key, BookmarkKey) and key.episode in moved]:
            writer.save(*beside)
        for key, value in values.items():
            stamp = self.stamp(key)
            made = value or self._all[key].removed(stamp)
            thing = made._replace(updated=max(stamp, made.updated))
            self._all[key] = thing = self._following(thing, former.get(key))
            writer.save(thing)
        writer.compact()
        self._tell_changed(values)

    def _following(self, thing: Thing, former: Thing | None) -> Thing:  # noqa: ARG002 - for lists
        """Return the value to set for one that replaces `former`, which other machines may have changed since."""
        return thing

    def _tell_changed(self, keys: Iterable[ThingKey]) -> None:
        """Report that the records with these keys have changed."""
        episodes = frozenset(key.episode for key in keys if isinstance(key, BookmarkKey))
        self._state.ports.listener.show(BookmarksChanged(episodes))
