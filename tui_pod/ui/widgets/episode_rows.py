"""The parts of an episode's row: texts, marks and looks. Pure; the list puts them together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui_pod.core.player.snapshot import Playback
from tui_pod.core.progress.progress import Progress
from tui_pod.core.text.clean import clock, length
from tui_pod.ui.look.cells import MARKS, find_words, meter, split_title, wrap
from tui_pod.ui.look.parts import ACCENT, FAULT, HEAD, NOW, PLAIN, PLAYED, QUIET, STARTED, Part, lit_parts

if TYPE_CHECKING:
    from tui_pod.core.library.row_states import DownloadState, RecognitionState

INDENT = "   "
"""The indent of the lines below a title."""

METER_WIDTH = 6
"""Width of a download's progress line, in cells."""

ROOM_FOR_METER = 60
"""From this width on, a row shows the progress line (cells)."""

_LIVE = {"playing": NOW, "paused": NOW, "loading": NOW}
_TIME_LOOKS = _LIVE | {"started": STARTED}
_MARK_LOOKS = _TIME_LOOKS | {"played": PLAYED, "fault": FAULT, "new": ACCENT}
_TITLE_LOOKS = _LIVE | {"played": QUIET}


def mark_and_time(playback: Playback, ident: str, progress: Progress | None, duration: float | None) -> tuple[str, str]:
    """Return the name of an episode's mark, and the time shown in its row."""
    if playback.episode == ident and playback.is_active:
        return playback.shown_status, _time_left(playback.position, playback.duration or duration)
    if playback.episode == ident and playback.problem:
        return "fault", _time_left(playback.position, duration)
    if progress and progress.position > 0:
        return "started", _time_left(progress.position, duration)
    return ("played" if progress and progress.played else "unplayed"), length(duration)


def _time_left(position: float, duration: float | None) -> str:
    return f"−{clock(round(duration) - int(position))}" if duration else f"{clock(position)} / ?"


def title_parts(title: str, name: str, words: Sequence[str], numbering: str = "") -> list[Part]:
    """Return the mark called `name`, season and number, and a title, with the folded words highlighted."""
    head, tail = split_title(title)
    mark = (f"{MARKS[name]} ", _MARK_LOOKS.get(name, QUIET))
    number = [(f"{numbering}  ", QUIET)] if numbering else []
    parts = [mark, *number, *_lit(head, words, _TITLE_LOOKS.get(name, HEAD))]
    return [*parts, ("  ", PLAIN), *_lit(tail, words, QUIET)] if tail else parts


def time_part(time: str, name: str) -> Part:
    """Return the time at the right of a title whose mark is called `name`."""
    return time, _TIME_LOOKS.get(name, QUIET)


def below_title(text: str, words: Sequence[str], name: str = QUIET) -> list[Part]:
    """Return a line below a title, with the folded words highlighted."""
    return [(INDENT[:-1], PLAIN), *_lit(text, words, name)]


def wrap_summary(summary: str, words: Sequence[str], width: int, count: int) -> list[str]:
    """Return a summary in at most `count` lines for a row of `width` cells; the last line holds the rest.

    The first match of the folded words is in one of them.
    """
    texts = wrap(summary, width - len(INDENT))
    first = next((number for number, text in enumerate(texts) if find_words(text, words)), 0) - count + 1
    if first > 0:
        texts = [f"…{texts[first]}", *texts[first + 1 :]]
    return texts if len(texts) < count else [*texts[: count - 1], " ".join(texts[count - 1 :])]


def state_marks(
    download: DownloadState | None, recognised: RecognitionState | None, queued: int | None, width: int
) -> list[Part]:
    """Return the marks before the time: download, recognition, and the number in the queue."""
    parts: list[Part] = []
    if download is not None and download.error:
        parts.append((f"{MARKS['download']}{MARKS['fault']}  ", FAULT))
    elif download is not None:
        parts.append((MARKS["download"], PLAYED if download.is_whole else ACCENT))
        if not download.is_whole and download.share is not None and width >= ROOM_FOR_METER:
            full, rest = meter(download.share, METER_WIDTH)
            parts += [(f" {full}", ACCENT), (rest, QUIET)]
        parts.append((f"{' ' * bool(download.text)}{download.text}  ", QUIET))
    if recognised is not None:
        parts.append((f"{MARKS['words']} {recognised.text}  ", QUIET))
    if queued is not None:
        parts.append((f"{MARKS['queued']}{queued}  ", ACCENT))
    return parts


def _lit(text: str, words: Sequence[str], name: str) -> list[Part]:
    """Return a text whose matches stand out: the rest is dimmed, unless it plays."""
    return lit_parts(text, find_words(text, words), name if name == NOW else QUIET) if words else [(text, name)]
