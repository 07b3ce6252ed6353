"""What a row of the list says, and how it looks: one episode in parts of lines. Pure; the list only frames them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui_pod.core.library.episode import Episode
from tui_pod.core.named_tuple import NamedTuple
from tui_pod.core.player.snapshot import Playback
from tui_pod.core.progress.progress import Progress
from tui_pod.core.text.clean import clock, length
from tui_pod.ui.look.cells import MARKS, find_words, meter, split_title, wrap
from tui_pod.ui.look.parts import ACCENT, FAULT, HEAD, MATCH, NOW, PLAIN, PLAYED, QUIET, STARTED, Part

if TYPE_CHECKING:
    from tui_pod.core.library.download_state import DownloadState
    from tui_pod.core.library.words_state import WordsState

INDENT = "   "
"""Before what is below a title, under its first letter."""

METER_WIDTH = 6
"""Cells of a download's progress line."""

ROOM_FOR_METER = 60
"""Least cells of a row that shows it."""

ROOM_FOR_DATE = 44
"""Least cells of a row that shows a date."""

_MARK_LOOKS = {
    "playing": NOW, "paused": NOW, "loading": NOW, "started": STARTED, "played": PLAYED, "fault": FAULT,
    "new": ACCENT,
}  # fmt: skip

Line = tuple[list[Part], list[Part]]
"""What stands at the left and at the right of a line."""


class RowFacts(NamedTuple):
    """All that a row is made of."""

    episode: Episode
    name: str
    """Name of its mark."""
    time: str
    topics: tuple[str, ...] = ()
    """Those that what is listed does not imply."""
    is_dated: bool = False
    """Whether its date is shown where the cursor is not."""
    queued: int | None = None
    """Its place among what comes next, from 1."""
    download: DownloadState | None = None
    recognised: WordsState | None = None
    words: Sequence[str] = ()
    """Folded words to light."""


def _time(position: float, duration: float | None) -> str:
    """Return what is left of an episode that is begun."""
    return f"−{clock(round(duration) - int(position))}" if duration else f"{clock(position)} / ?"


def mark_and_time(playback: Playback, ident: str, progress: Progress | None, duration: float | None) -> tuple[str, str]:
    """Return the name of an episode's mark, and what its row says of its time."""
    if playback.episode == ident and playback.is_loaded:
        return playback.status, _time(playback.position, playback.duration or duration)
    if playback.last is not None and playback.last.episode == ident and playback.last.problem:
        return "fault", _time(playback.last.position, duration)
    if progress and progress.position > 0:
        return "started", _time(progress.position, duration)
    return ("played" if progress and progress.played else "unplayed"), length(duration)


def row_lines(facts: RowFacts, width: int, height: int) -> list[Line]:
    """Return the lines of a row of so many cells; more than two lines: the cursor is on it."""
    episode, name = facts.episode, facts.name
    is_live = name in ("playing", "paused", "loading")
    head, tail = split_title(episode.title)
    head_look = NOW if is_live else QUIET if name == "played" else HEAD
    title = [(f"{MARKS[name]} ", _MARK_LOOKS.get(name, QUIET)), *_lit(head, facts.words, head_look)]
    if tail:
        title += [("  ", PLAIN), *_lit(tail, facts.words, QUIET)]
    right = [*_marks(facts, width), (facts.time, NOW if is_live else STARTED if name == "started" else QUIET)]
    date = f"{episode.published:%-d %b %Y}" if episode.published else ""
    if height <= 2:
        shown = date if facts.is_dated and width >= ROOM_FOR_DATE else ""
        return [(title, right), (_below(episode.summary, facts.words), [(shown, QUIET)] if shown else [])]
    about = " · ".join(filter(None, (*facts.topics, date))) if height > 3 else ""
    texts = height - 1 - bool(about)
    wrapped = wrap(episode.summary, width - len(INDENT))
    wrapped[texts - 1 :] = [" ".join(wrapped[texts - 1 :])] if len(wrapped) >= texts else []
    below = [_below(text, facts.words, PLAIN) for text in wrapped]
    if about:
        below.append(_below(about, facts.words))
    return [(title, right), *((left, []) for left in below)]


def _below(text: str, words: Sequence[str], name: str = QUIET) -> list[Part]:
    return [(INDENT[:-1], PLAIN), *_lit(text, words, name)]


def _lit(text: str, words: Sequence[str], name: str) -> list[Part]:
    if not words:
        return [(text, name)]
    return [(piece, MATCH if is_lit else name) for piece, is_lit in find_words(text, words)]


def _marks(facts: RowFacts, width: int) -> list[Part]:
    """Return the marks before the time: a download, words, and a place in the queue."""
    parts: list[Part] = []
    download = facts.download
    if download is not None and download.error:
        parts.append((f"{MARKS['download']}{MARKS['fault']}  ", FAULT))
    elif download is not None:
        parts.append((MARKS["download"], PLAYED if download.is_whole else ACCENT))
        if not download.is_whole and download.share is not None and width >= ROOM_FOR_METER:
            full, rest = meter(download.share, METER_WIDTH)
            parts += [(f" {full}", ACCENT), (rest, QUIET)]
        parts.append((f"{' ' * bool(download.text)}{download.text}  ", QUIET))
    if facts.recognised is not None:
        parts.append((f"{MARKS['words']} {facts.recognised.text}  ", QUIET))
    if facts.queued is not None:
        parts.append((f"{MARKS['queued']}{facts.queued}  ", ACCENT))
    return parts
