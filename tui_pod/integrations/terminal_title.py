"""The terminal's title: what plays, so that a row of tabs tells which one is speaking.

It follows the playing and writes control sequences through a door that it is given; it knows no terminal.
Sources: xterm's ctlseqs (OSC 2 sets the title; CSI 22 and 23 ; 2 t keep and bring back the former one).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from tui_pod.core.playback.snapshot import Playback, PlayerStatus
from tui_pod.core.text.clean import clean

LIMIT = 100
"""Characters of a title: more than any tab shows."""

_UNTITLED = ("dumb", "unknown", "linux", "cons", "vt", "sun", "wsvt")
"""How the names of terminals begin that have no title: consoles, and those of before."""

_KEEP, _BRING_BACK = "\x1b[22;2t", "\x1b[23;2t"


def has_title(environ: Mapping[str, str] = os.environ) -> bool:
    """Return whether the terminal has a title that can be set."""
    name = environ.get("TERM", "")
    return bool(name) and not name.startswith(_UNTITLED)


class TerminalTitle:
    """Shows in the title what plays, and leaves it as it was."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._shown: str | None = None

    def playback_changed(self, playback: Playback) -> None:
        """Show this playback."""
        title = make_title(playback)
        if title == self._shown or (self._shown is None and not playback.is_loaded):
            return
        keep = _KEEP if self._shown is None else ""
        self._shown = title
        self._write(f"{keep}{_osc(title)}")

    def queue_changed(self) -> None:
        """Nothing of the queue is in the title."""

    def told(self, text: str, is_error: bool) -> None:
        """Nothing of what the listener is told is in the title."""

    async def close(self) -> None:
        """Bring the former title back; a terminal that did not keep it shows its own."""
        if self._shown is not None:
            self._shown = None
            self._write(f"{_osc('')}{_BRING_BACK}")


def make_title(playback: Playback) -> str:
    """Return the title for a playback."""
    if not playback.is_loaded:
        return "tui-pod"
    title = clean(playback.title, LIMIT)
    return f"{title} (paused) - tui-pod" if playback.status is PlayerStatus.PAUSED else f"{title} - tui-pod"


def _osc(title: str) -> str:
    return f"\x1b]2;{title}\x1b\\"
