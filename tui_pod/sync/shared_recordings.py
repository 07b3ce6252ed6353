"""Find the recordings of other machines here by what they consist of, whatever their ids and wherever they lie.

The ids of files and books depend on the path of their folder. They stay as they are, and a machine's file says beside
them what each consists of. What was noted under another machine's id is put under the id here while it is read, so
nothing that is saved here has to change, and an older version that reads the file finds what it expects. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Set
from datetime import UTC, datetime, timedelta
from math import ceil, inf, isfinite
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from tui_pod.core.library.list_entries import EntryMark, renamed_marks
from tui_pod.core.library.own_lists import OwnList
from tui_pod.core.library.parts import RecordingContent, Stretches
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.cards import OF_EPISODE, Card, Notebook
from tui_pod.core.progress.progress import Progress, Status, newest
from tui_pod.core.progress.ranges import Ranges, add_range
from tui_pod.core.text.clean import clean, counted, enumerated
from tui_pod.core.wall_time import UNKNOWN
from tui_pod.sync.shared_podcasts import ChosenSettings

Described = Mapping[str, RecordingContent]
"""What recordings consist of, by episode."""

MAX_NAMED = 5
"""Maximum number of missing recordings that are named."""

GRAIN = 10
"""Seconds that a microsecond stands for in a time that says by which parts something is noted."""

LITTLE = timedelta(seconds=GRAIN)
"""How much older a position counts where it can only be put near: the place itself always wins."""

LATEST = 1e11
"""Seconds since 1970, in the year 5138: a time in a file that is later is damaged."""

_KEY = re.compile("[0-9a-f]{32}")

Thing = TypeVar("Thing", Bookmark, Card)


def recording_tables(recordings: Described) -> dict[str, Any]:
    """Return what recordings consist of as TOML: each part as its key, start and end."""
    return {
        ident: {
            "title": each.title,
            "here": each.is_here,
            "parts": [
                " ".join([f"{until:.10g}", *(f"{key} {start:.10g} {end:.10g}" for key, (start, end) in parts.items())])
                for until, parts in each.layouts
            ],
        }
        for ident, each in recordings.items()
    }


def read_recordings(tables: Any) -> dict[str, RecordingContent]:
    """Return the valid descriptions in a file's tables."""
    found = {}
    for ident, table in tables.items() if isinstance(tables, dict) else ():
        texts = table.get("parts") if isinstance(table, dict) else None
        layouts = [*map(_read_layout, texts)] if isinstance(texts, list) else []
        untils = [layout[0] for layout in layouts if layout is not None]
        if layouts and len(untils) == len(layouts) and untils[-1] == inf and untils == sorted(set(untils)):
            title, valid = table.get("title"), tuple(layout for layout in layouts if layout is not None)
            found[ident] = RecordingContent(
                clean(title) if isinstance(title, str) else "", valid, table.get("here") is True
            )
    return found


def _read_layout(text: object) -> tuple[float, Stretches] | None:
    words = text.split(" ") if isinstance(text, str) else []
    if len(words) < 4 or len(words) % 3 != 1 or not all(map(_KEY.fullmatch, words[1::3])):
        return None
    try:
        until, *times = map(float, [words[0], *words[2::3], *words[3::3]])
    except ValueError:
        return None
    half = len(times) // 2
    parts = dict(zip(words[1::3], zip(times[:half], times[half:], strict=True), strict=True))
    are_times = all(isfinite(start) and 0 <= start <= end for start, end in parts.values())
    return (until, parts) if (0 < until < LATEST or until == inf) and are_times and len(parts) == half else None


def described(contents: Iterable[Described]) -> dict[str, RecordingContent]:
    """Return all descriptions, each from a machine that has the recording if one does; their order does not matter."""
    found: dict[str, RecordingContent] = {}
    for recordings in contents:
        for ident, each in recordings.items():
            former = found.setdefault(ident, each)
            if former != each:
                found[ident] = max(former, each, key=lambda one: (one.is_here, repr(one)))
    return found


def to_describe(
    progress: Mapping[str, Progress],
    notebook: Notebook,
    queue: Iterable[EntryMark],
    settings: Mapping[str, ChosenSettings],
    here: Described,
    there: Described,
) -> dict[str, RecordingContent]:
    """Return the descriptions to share: of what was noted, with the former parts that any of it refers to."""
    if not (here or there):
        return {}
    oldest: dict[str, datetime] = {}
    times = [(ident, value.updated) for ident, value in progress.items()]
    times += [(bookmark.episode, bookmark.updated) for bookmark in notebook.bookmarks]
    times += [(card.episode, card.updated) for card in notebook.cards]
    times += [(ident, chosen.updated) for ident, chosen in settings.items()]
    times += [(mark.episode, mark.time) for own in notebook.lists for mark in own.marks]
    times += [(ident, own.updated) for own in notebook.lists for ident in own.episodes]
    for ident, time in (*times, *((mark.episode, mark.time) for mark in queue)):
        oldest[ident] = min(oldest.get(ident, time), time)
    found = {}
    for ident, time in oldest.items():
        each = here.get(ident) or there.get(ident)
        if each is not None:
            layouts = tuple(layout for layout in each.layouts if time.timestamp() < layout[0] + 1)
            found[ident] = RecordingContent(each.title, layouts, each.is_here and ident in here)
    return found


class MissingRecordings(NamedTuple):
    """The recordings that were started on other machines and are not in this library."""

    titles: tuple[str, ...] = ()
    out_of: int = 0
    """How many were started on any machine; of one that was finished, nothing is missed."""

    def __str__(self) -> str:
        names = [f"“{title}”" for title in self.titles[:MAX_NAMED]]
        names += [f"{len(self.titles) - MAX_NAMED} more"] * (len(self.titles) > MAX_NAMED)
        verb = "is" if len(self.titles) == 1 else "are"
        those = f"{len(self.titles)} of {counted(self.out_of, 'started recording')}"
        return f"{those} {verb} not in this library: {enumerated(names)}." if names else ""


class Recognition:
    """The recordings of one machine, in which those of other machines are found."""

    def __init__(
        self,
        here: Described,
        progress: Mapping[str, Progress],
        used: Container[str] = (),
        copies: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Prepare to look among the recordings `here`; `progress` is what was noted of them.

        Of several alike, those `used` in lists and bookmarks get what comes for them; all of them get progress. The
        ids that `read_copies` returns stand for those that they are copies of.
        """
        self._here, self._progress, self._used, self._copies = here, progress, used, copies
        self._by_key: dict[str, list[str]] = {}
        for ident, each in here.items():
            for key in each.present if each.is_here else ():
                self._by_key.setdefault(key, []).append(ident)
        self._found: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = {}

    def find(self, ident: str, content: RecordingContent) -> tuple[str, ...]:
        """Return the episodes that are a recording: itself if it is here, then its copies; none if there are none."""
        key = ident, tuple(content.present)
        if key not in self._found:
            alike = sorted(self._alike(content.present), key=lambda own: own not in self._used)
            found = ([ident] if ident in self._here else []) + alike
            self._found[key] = tuple(dict.fromkeys(self._copies.get(own, own) for own in found))
        return self._found[key]

    def _alike(self, parts: Stretches) -> list[str]:
        holders = dict.fromkeys(ident for key in parts for ident in self._by_key.get(key, ()))
        files = [ident for ident in holders if len(self._here[ident].present) == 1]
        books = {ident: self._here[ident].present for ident in holders if len(self._here[ident].present) > 1}
        if len(parts) == 1:  # books may share an introduction
            return files or (list(books) if len(set(map(tuple, books.values()))) == 1 else [])
        shares = {ident: _share(parts, book) for ident, book in books.items()}
        best = max(shares.values(), default=0.0)
        return [ident for ident, share in shares.items() if best and share == best] or files

    def missing(self, progress: Mapping[str, Progress], recordings: Described) -> MissingRecordings:
        """Return which of the recordings that were started on any machine are not here."""
        started = [ident for ident, value in progress.items() if value.status is Status.STARTED]
        each = ((ident, self._here.get(ident) or recordings.get(ident)) for ident in started)
        those = {tuple(content.present): (ident, content) for ident, content in each if content is not None}
        titles = sorted(content.title for ident, content in those.values() if not self.find(ident, content))
        return MissingRecordings(tuple(titles), len(those))

    def progress(self, theirs: Mapping[str, Progress], recordings: Described) -> dict[str, Progress]:
        """Return progress by the ids here; that of recordings which are not here keeps its ids."""
        found: dict[str, Progress] = {}
        for ident, value in theirs.items():
            taken = {ident: value}
            if (content := recordings.get(ident)) is not None and (there := self.find(ident, content)):
                put = ((own, self._put(value, content, own)) for own in there)
                taken = {own: carried for own, carried in put if carried is not None} or taken
            for own, carried in taken.items():
                found[own] = newest(found[own], carried) if own in found else carried
        return found

    def _put(self, value: Progress, content: RecordingContent, own: str) -> Progress | None:
        mine, old, here = self._progress.get(own), content.at(value.updated), self._here[own]
        time = true_time(value.updated, content)
        if mine is not None and true_time(mine.updated, here) > time:  # its ranges are joined with those here
            return put_progress(value._replace(updated=time), old, here.at(mine.updated))
        since = mine.updated if mine is not None and true_time(mine.updated, here) != mine.updated else time
        needed = old.keys() & here.present.keys() if value.played else {_key_at(value.position, old)}
        came, new = _parts_with(needed, here, since)
        put = put_progress(value._replace(updated=time), old, new)
        return put and put._replace(updated=_noted(put.updated, came))

    def notebook(self, theirs: Notebook, recordings: Described) -> Notebook:
        """Return bookmarks, cards and lists by the ids here; what has no place here keeps its ids."""
        bookmarks = tuple(self._put_thing(each, recordings) for each in theirs.bookmarks)
        cards = tuple(self._put_thing(each, recordings) for each in theirs.cards)
        moved = Notebook(bookmarks, cards, tuple(self._put_list(each, recordings) for each in theirs.lists))
        return Notebook().merged(moved)

    def _put_thing(self, thing: Thing, recordings: Described) -> Thing:
        content = recordings.get(thing.episode)
        own = next(iter(self.find(thing.episode, content)), None) if content is not None else None
        if content is None or own is None:
            return thing
        if thing.start == OF_EPISODE:
            return thing._replace(episode=self.whole(thing.episode, recordings))
        old, time = content.at(thing.updated), true_time(thing.updated, content)
        came, new = _parts_with({_key_at(thing.start, old)}, self._here[own], time)
        start, is_exact = _place(thing.start, old, new)
        if not is_exact:
            return thing
        if isinstance(thing, Card):
            return thing._replace(episode=own, start=start, updated=_noted(time, came))
        end, is_exact = _place(thing.end, old, new, within=_key_at(thing.start, old))
        time = _noted(time if is_exact and end >= start else time - LITTLE, came)
        return thing._replace(episode=own, start=start, end=max(start, end), updated=time)

    def whole(self, ident: str, recordings: Described) -> str:
        """Return the id here of another machine's recording; its own if it is not here, or only a part of something."""
        if (content := recordings.get(ident)) is None:
            return ident
        is_one = len(content.present) == 1
        found = (own for own in self.find(ident, content) if (len(self._here[own].present) == 1) is is_one)
        return next(found, ident)

    def marks(self, theirs: Iterable[EntryMark], recordings: Described) -> tuple[EntryMark, ...]:
        """Return the entries of a list or queue by the ids here."""
        theirs = tuple(theirs)
        return renamed_marks(theirs, {mark.episode: self.whole(mark.episode, recordings) for mark in theirs})

    def _put_list(self, own: OwnList, recordings: Described) -> OwnList:
        ids = dict.fromkeys((*own.episodes, *(mark.episode for mark in own.marks)))
        return own.renamed({ident: self.whole(ident, recordings) for ident in ids})


def put_progress(value: Progress, old: Stretches, new: Stretches) -> Progress | None:
    """Return the progress of a recording of other parts, such as one of the files of a book; None if it says nothing.

    What can only be put near where it was counts as a little older.
    """
    if old == new or old.keys().isdisjoint(new):
        return value
    is_part = len(old) != len(new) and 1 in (len(old), len(new))
    ranges = _put_ranges(value, old, new)
    moved = value._replace(duration=None, played_ranges=ranges)
    if value.status is Status.UNPLAYED:
        return None if is_part else moved
    if value.played:
        last = max(place for place, key in enumerate(new) if key in old)
        rest = [*new.values()][last + 1 :]
        return moved if not rest else _near(moved._replace(position=rest[0][0], played=False, plays=0))
    key = _key_at(value.position, old)
    if len(new) == 1 and (key not in new or value.position <= old[key][0]):
        return None  # another file of the book, or the start of this one
    position, is_exact = _place(value.position, old, new)
    moved = moved._replace(position=position)
    return moved if is_exact else _near(moved)


def _near(value: Progress) -> Progress:
    return value if value.updated == UNKNOWN else value._replace(updated=value.updated - LITTLE)


def _put_ranges(value: Progress, old: Stretches, new: Stretches) -> Ranges:
    found: Ranges = ()
    for start, end in value.played_ranges:
        for key, (low, high) in old.items():
            if key in new and start < high and end > low:
                shift = round(new[key][0], 2) - round(low, 2)
                first, last = (round(time + shift, 2) for time in (max(start, low), min(end, high)))
                found = add_range(found, first, min(last, new[key][1]))
    return found


def _key_at(position: float, parts: Stretches) -> str:
    """Return the key of the part at a position: the last one if several begin there, or if it is behind all of them."""
    before = [key for key, (start, _) in parts.items() if start <= position]
    return before[-1] if before else next(iter(parts))


def _place(position: float, old: Stretches, new: Stretches, within: str = "") -> tuple[float, bool]:
    """Return a position in other parts, and whether the same sound is there.

    If that part is missing, it is the start of the next one that is not, or the end of the last; there must be one.
    `within` is the part whose end the position may be.
    """
    key = within if within and position <= old[within][1] else _key_at(position, old)
    if key in new:
        start, end = new[key]
        place = round(round(start, 2) + position - round(old[key][0], 2), 2)
        return min(place, end), place <= end
    keys = [*old]
    at = keys.index(key)
    following = next((new[each][0] for each in keys[at:] if each in new), None)
    if following is None:
        following = next((new[each][1] for each in reversed(keys[:at]) if each in new), 0.0)
    return following, False


def _parts_with(needed: Set[str], here: RecordingContent, time: datetime) -> tuple[float, Stretches]:
    """Return the parts that a recording had at a time, or the first since then with all that are needed, and from when.

    The time is in seconds since 1970.
    """
    begun = [0.0, *(until for until, _ in here.layouts)]
    parts = [(came, each) for came, (until, each) in zip(begun, here.layouts, strict=False) if time.timestamp() < until]
    return next((each for each in parts if needed <= each[1].keys()), parts[0])


def _noted(time: datetime, came: float) -> datetime:
    """Return the time with which to save what was noted at a time, by parts that came later or earlier.

    If they came later, it is in the second after that, and `true_time` returns the one before.
    """
    if came <= time.timestamp():
        return time
    early = min(ceil((came - time.timestamp()) / GRAIN), 999_999)
    return datetime.fromtimestamp(came + 1, UTC) - timedelta(microseconds=early)


def true_time(time: datetime, content: RecordingContent) -> datetime:
    """Return when something was noted, in steps of `GRAIN`, if its time only says by which parts it is noted."""
    for until, _ in content.layouts[:-1]:
        early = datetime.fromtimestamp(until + 1, UTC) - time
        if timedelta(0) < early < timedelta(seconds=1):
            return datetime.fromtimestamp(until, UTC) - early * GRAIN * 1_000_000
    return time


def _share(parts: Stretches, book: Stretches) -> float:
    """Return how much of two books is in both, from 0 to 1; 0 if it is less than half of the shorter one."""
    both = sum(end - start for key, (start, end) in parts.items() if key in book)
    ours, theirs = (sum(end - start for start, end in each.values()) for each in (parts, book))
    return both / (ours + theirs - both) if both > 0 and 2 * both >= min(ours, theirs) else 0.0
