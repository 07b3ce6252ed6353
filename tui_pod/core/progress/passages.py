"""The rules for sound that recurs in the episodes of a podcast: what is marked, what is skipped, where a skip ends.

Pure. What recurs is found in `tui_pod/passages`. Times are seconds of the file, as chapters and positions are.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from tui_pod.core.library.episode import Episode, is_book
from tui_pod.core.progress.ranges import Ranges, join
from tui_pod.core.text.clean import clock

SHORTEST, LONGEST = 5.0, 180.0
"""Seconds of a passage that is skipped; a longer one is a rerun, which is only marked."""

MOST = 0.25
"""Largest share of an episode that is skipped."""

LEAST_HEARINGS = 2
"""How often a passage must have been heard before it may be skipped by itself."""

GAP = 1.0
"""Seconds between two passages that are one."""

SNAP = 2.0
"""Seconds up to which a passage is moved to the start of a chapter, which is exact."""

SAFE = 0.3
"""Seconds before the end of a passage where a skip ends: ends are found within half a second."""

FORGIVEN = 2
"""How often a listener must go back into a skipped passage for it never to be skipped again."""

RETURNED = "returned"
"""The table of the state with the places to which the listener went back: see `load_returned`.

A folder shares it: where advertisements differ between two machines, a place may be beside its passage, and then at
worst one that could be skipped is played. It is not in the cache, which can be deleted at any time.
"""

SEVERAL = 3
"""Episodes in which intro or outro must sit at the same place for a suggestion."""


class Repeat(NamedTuple):
    """A stretch of an episode that another one has too."""

    start: float
    end: float
    other: str
    """The other episode."""
    other_start: float
    other_end: float

    def here(self, place: float) -> float:
        """Return where in this episode a place of the other one is."""
        speed = (self.end - self.start) / (self.other_end - self.other_start)
        return self.start + (place - self.other_start) * speed


class Passage(NamedTuple):
    """A stretch of an episode that was heard before, in others."""

    start: float
    end: float
    heard: int
    """In how many other episodes."""
    is_skipped: bool = False
    """Whether it is skipped without being asked for."""


class Returned(NamedTuple):
    """A place inside a skipped passage to which the listener went back."""

    episode: str
    place: float


def load_returned(table: Mapping[str, object]) -> list[Returned]:
    """Return the places in a table of the state, which has a text of seconds for each episode."""
    return [
        Returned(episode, float(place))
        for episode, places in table.items()
        for place in str(places).split()
        if place.replace(".", "", 1).isdecimal() and len(place) < 12
    ]


def times(number: int) -> str:
    """Return how often something was heard: `once`, `4 times`."""
    return "once" if number == 1 else f"{number} times"


def list_passages(passages: Iterable[Passage]) -> str:
    """Return how long each passage is and how often it was heard: `0:32 heard 4 times at 12:05`."""
    return "; ".join(f"{clock(round(_length(one)))} heard {times(one.heard)} at {clock(one.start)}" for one in passages)


def can_recur(episode: Episode) -> bool:
    """Return whether passages are looked for: not in narrations, texts and books."""
    return episode.audio is not None and not is_book(episode)


def mark_passages(
    repeats: Iterable[Repeat],
    played: Callable[[str], Ranges],
    skip_from: int | None = None,
    duration: float | None = None,
    chapters: Sequence[float] = (),
    returned: Sequence[Returned] = (),
    episode: str = "",
) -> tuple[Passage, ...]:
    """Return the passages of an episode, in order.

    Args:
        repeats: what the episode has in common with others.
        played: returns what was played of another episode: what nobody heard is no passage.
        skip_from: how often a passage must have been heard before to be skipped; None: nothing is skipped.
        duration: seconds; None: unknown, and nothing is skipped.
        chapters: where chapters start. A passage near one is moved there, and none goes on across one.
        returned: where the listener went back to. A passage that contains such a place is played in that episode,
            and if there are `FORGIVEN` of them, in all others.
        episode: the id of the episode.
    """
    known = [repeat for repeat in repeats if repeat.start < repeat.end and repeat.other_start < repeat.other_end]
    heard: dict[str, Ranges] = {}
    for repeat in known:
        parts = tuple(
            (repeat.here(max(start, repeat.other_start)), repeat.here(min(end, repeat.other_end)))
            for start, end in played(repeat.other)
            if start < repeat.other_end and end > repeat.other_start
        )
        heard[repeat.other] = (*heard.get(repeat.other, ()), *parts)
    pieces, length = count_pieces(heard.values()), duration or 0.0
    least = max(skip_from, LEAST_HEARINGS) if skip_from is not None else len(heard) + 1
    often = join_pieces(piece for piece in pieces if piece.heard >= least)
    once = join_pieces(
        piece for piece in pieces if not any(one.start <= piece.start and piece.end <= one.end for one in often)
    )
    marks, candidates = list[Passage](), list[Passage]()
    for run in sorted((*often, *once)):
        can_skip = run in often and _length(run) <= LONGEST
        for number, (start, end) in enumerate(pairwise(_cut(run, chapters))):
            if end - start < SHORTEST:
                continue
            marks.append(run._replace(start=start, end=end))
            # beyond the first start of a chapter only whole ones are skipped: none loses its start
            is_whole = number == 0 or end in chapters or end + SNAP >= length
            if can_skip and is_whole and not _is_wanted(marks[-1], known, returned, episode):
                candidates.append(marks[-1])
    left, skipped = MOST * length, set[Passage]()
    for mark in sorted(candidates, key=lambda mark: (-mark.heard, mark.start)):
        if _length(mark) <= left:
            left -= _length(mark)
            skipped.add(mark)
    return tuple(mark._replace(is_skipped=mark in skipped) for mark in marks)


def count_pieces(heard: Iterable[Ranges]) -> list[Passage]:
    """Return the pieces in which the number of sets of ranges that cover them stays the same, and is not 0."""
    joined = [join((), ranges) for ranges in heard]
    edges = sorted(edge for ranges in joined for start, end in ranges for edge in ((start, 1), (end, -1)))
    pieces, count = list[Passage](), 0
    for (start, change), (end, _) in pairwise(edges):
        count += change
        if count and start < end:
            pieces.append(Passage(start, end, count))
    return pieces


def join_pieces(pieces: Iterable[Passage]) -> list[Passage]:
    """Return the passages that pieces make up: those at most `GAP` seconds apart are one, and none is too short."""
    groups: list[list[Passage]] = []
    for piece in pieces:
        if groups and piece.start <= groups[-1][-1].end + GAP:
            groups[-1].append(piece)
        else:
            groups.append([piece])
    joined = [Passage(group[0].start, group[-1].end, max(group, key=_length).heard) for group in groups]
    return [one for one in joined if _length(one) >= SHORTEST]


def _length(passage: Passage) -> float:
    return passage.end - passage.start


def _cut(run: Passage, chapters: Sequence[float]) -> list[float]:
    """Return the edges of the parts of a passage, which begin and end with chapters if they are near."""

    def snap(place: float) -> float:
        near = min(chapters, key=lambda chapter: abs(chapter - place), default=place)
        return near if abs(near - place) <= SNAP else place

    start, end = snap(run.start), snap(run.end)
    return [start, *(chapter for chapter in sorted(set(chapters)) if start < chapter < end), end]


def _is_wanted(mark: Passage, repeats: Iterable[Repeat], returned: Sequence[Returned], episode: str) -> bool:
    """Return whether a listener wants to play a passage: they went back into it here, or often in all episodes."""
    here = {one for one in returned if one.episode == episode and mark.start <= one.place < mark.end}
    there = {
        one
        for one in returned
        for repeat in repeats
        if one.episode == repeat.other
        and repeat.other_start <= one.place < repeat.other_end
        and mark.start <= repeat.here(one.place) < mark.end
    }
    return bool(here) or len(there) >= FORGIVEN


def find_passage(passages: Iterable[Passage], position: float) -> Passage | None:
    """Return the passage that plays at a position; None if there is none, or nothing of it is left to skip."""
    return next((one for one in passages if one.start <= position < target_of(one)), None)


def target_of(passage: Passage) -> float:
    """Return where a skip of a passage ends."""
    return passage.end - SAFE


def suggest_trims(episodes: Sequence[tuple[float, Sequence[Passage]]]) -> tuple[int, int]:
    """Return how many seconds to skip at the start and at the end of all episodes, as settings; 0 for nothing.

    Args:
        episodes: the length and the passages of a podcast's latest episodes. All but at most one in five must have an
            intro, or an outro, of the same length within `SNAP`, right at the start or the end.
    """
    intros = [one.end for _, passages in episodes for one in passages[:1] if one.start <= SNAP]
    outros = [length - one.start for length, passages in episodes for one in passages[-1:] if one.end >= length - SNAP]
    return _same(intros, len(episodes)), _same(outros, len(episodes))


def _same(lengths: Sequence[float], count: int) -> int:
    is_usual = len(lengths) >= max(SEVERAL, 0.8 * count)
    return int(min(lengths)) if is_usual and max(lengths) - min(lengths) <= SNAP else 0
