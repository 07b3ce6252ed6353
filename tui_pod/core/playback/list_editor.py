"""Change the listener's own lists, which the library shows as topics."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from tui_pod.core.errors import UserError
from tui_pod.core.library.own_lists import MAX_NAME, ListKey, OwnList, checked_name
from tui_pod.core.playback.editable_records import EditableRecords
from tui_pod.core.playback.undo import UndoHistory
from tui_pod.core.player.state import PlaybackState
from tui_pod.core.progress.cards import ThingKey
from tui_pod.core.selection.queue import Queue
from tui_pod.core.text.clean import clean, collation_key, enumerated
from tui_pod.core.wall_time import UNKNOWN


class ListEditor(EditableRecords[OwnList]):
    """All lists. Each change is shown at once, is saved and can be undone."""

    def __init__(
        self,
        state: PlaybackState,
        undo: UndoHistory,
        lists: Iterable[OwnList],
        show: Callable[[], None],
    ) -> None:
        """Begin with the saved lists; `show` shows the library again with the current lists."""
        super().__init__(state, undo, lists)
        self._show = show

    @property
    def by_hand(self) -> list[OwnList]:
        """The lists that episodes can be put on, by name."""
        return sorted((each for each in self if not each.is_rule), key=lambda each: collation_key(each.name))

    def named(self, name: str) -> OwnList | None:
        """Return the list of this name; None if there is none."""
        return self.get(ListKey(clean(name, MAX_NAME)))

    def put_on(self, name: str, episodes: Sequence[str]) -> str:
        """Put episodes at the end of a list made by hand, creating it if needed; return what was done.

        Raises UserError if the name is empty, or that of a smart list.
        """
        former = self.named(name)
        if former is not None and former.is_rule:
            raise UserError(f"“{former.name}” is a smart list: its rule decides what is on it")
        known = former.episodes if former is not None else ()
        added = [ident for ident in dict.fromkeys(episodes) if ident not in known]
        label = f"{self._state.library.named(added)} put on “{clean(name, MAX_NAME)}”"
        if added or former is None:
            new = former or OwnList(name, self._state.ports.clock())
            self.set(new._replace(episodes=(*known, *added)), label, former and new.name)
        self.renew(name, set(known).intersection(episodes))
        return label if added or former is None else f"{self._state.library.named(episodes)} already on “{former.name}”"

    def renew(self, name: str, episodes: Collection[str]) -> None:
        """Save again that episodes are on a list, or are not: another machine may have changed that meanwhile."""
        if episodes and (former := self.named(name)) is not None:
            self._all[former.key] = own = former.renewed(episodes, self.stamp(former.key))
            self._state.ports.writer.save(own)

    def take_off(self, name: str, episodes: Iterable[str]) -> str:
        """Take episodes off a list made by hand; return what was done."""
        former, gone = self.named(name), set(episodes)
        if former is None:
            return ""
        kept = tuple(ident for ident in former.episodes if ident not in gone)
        taken = [ident for ident in former.episodes if ident in gone]
        label = f"{self._state.library.named(taken)} taken off “{former.name}”"
        self.set(former._replace(episodes=kept), label, former.name)
        return label

    def move(self, name: str, episode: str, by: int) -> None:
        """Move an episode within a list made by hand, down if `by` is positive, past those not in the library."""
        former = self.named(name)
        if former is None or episode not in former.episodes:
            return
        order, library = list(former.episodes), self._state.library
        place = order.index(episode)
        step = 1 if by > 0 else -1
        others = [row for row in range(place + step, len(order) if by > 0 else -1, step)
                  if library.index(order[row]) is not None]  # fmt: skip
        if others:
            order.insert(others[min(abs(by), len(others)) - 1], order.pop(place))
            self.set(former._replace(episodes=tuple(order)), f"a move in “{former.name}”", former.name)

    def set(self, wanted: OwnList, label: str | None = None, former: str | None = None) -> str:
        """Save a list, replacing the list called `former`, if any. Return what was done.

        Raises UserError if it has no name, or the name of a topic or of another list.
        """
        name = wanted.name
        if name != former:
            name = checked_name(name, {each.name for each in self}, self._state.library.base_topics.names)
        wanted = wanted._replace(name=name, is_removed=False)
        after: dict[ThingKey, OwnList] = {wanted.key: wanted._replace(updated=self.stamp(wanted.key))}
        if former and former != name and (old := self.named(former)) is not None:
            gone = OwnList(old.name, self.stamp(old.key), is_removed=True, renamed_to=name)
            after[old.key] = old.followed_by(gone, gone.updated)
            after[wanted.key] = after[wanted.key].with_entries_of(after[old.key])
        label = label or f"List “{name}” {'changed' if former else 'made'}"
        self.change(label, after)
        return label

    def remove(self, name: str) -> str:
        """Remove a list; its episodes stay in the library. Return what was done."""
        label = f"List “{clean(name, MAX_NAME)}” removed"
        self.remove_all([ListKey(clean(name, MAX_NAME))], label)
        return label

    def turn_day(self) -> None:
        """Remove what has become too old from the lists with an age limit."""
        if any(each.max_age is not None for each in self):
            self._show()

    def receive(self, things: Iterable[OwnList], label: Callable[[int], str] | None = None) -> bool:
        """Accept lists from other machines; the notice names the smart lists that they replace."""
        things = list(things)
        replaced = [f"“{each.name}”" for each in things if each.is_rule and self.get(each.key) not in (None, each)]
        said = f"; {enumerated(replaced)} as a whole, since the change there was the newer one" if replaced else ""
        return super().receive(things, label and (lambda number: f"{label(number)}{said}"))

    def _following(self, thing: OwnList, former: OwnList | None) -> OwnList:
        """Keep what was put on and taken off since; undo takes back its own change alone."""
        known = self._all.get(thing.key) or thing._replace(updated=UNKNOWN, is_removed=False)
        if former is not None and not (thing.is_removed or thing.is_rule or known.is_removed):
            episodes = Queue(known.episodes).changed_as(Queue(former.episodes), Queue(thing.episodes)).entries
            thing = thing._replace(episodes=episodes)
        return known.followed_by(thing, thing.updated)

    def _tell_changed(self, keys: Iterable[ThingKey]) -> None:  # noqa: ARG002 - all are made anew
        self._show()
