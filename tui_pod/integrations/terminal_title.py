"""Show the current episode in the terminal's title, so that one sees which of several tabs is playing.

Writes control sequences through a function that it is given; knows no terminal.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from tui_pod.core.player.snapshot import Playback, PlayerStatus
from tui_pod.core.text.clean import clean
from tui_pod.core.text.escapes import KEEP_TITLE, TITLE_BACK, set_title
from tui_pod.integrations.broadcast import Follower

LIMIT = 100
"""Longest title, in characters: more than any tab shows."""

_UNTITLED = ("dumb", "unknown", "linux", "cons", "vt", "sun", "wsvt")
"""Prefixes of TERM for terminals without a title: consoles and old terminals."""


def has_title(environ: Mapping[str, str] = os.environ) -> bool:
    """Return True if the terminal has a title that can be set."""
    name = environ.get("TERM", "")
    return bool(name) and not name.startswith(_UNTITLED)


class TerminalTitle(Follower):
    """Shows the current episode in the title, and restores the title at the end."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._shown: str | None = None
        self._playback = Playback()

    def playback_changed(self, playback: Playback) -> None:
        """Show this playback."""
        self._playback = playback
        title = make_title(playback)
        if title == self._shown or (self._shown is None and not playback.is_active):
            return
        keep = KEEP_TITLE if self._shown is None else ""
        self._shown = title
        self._write(f"{keep}{set_title(title)}")

    def show_again(self) -> None:
        """Show the title on another terminal, if that has one."""
        self._shown = None
        if has_title():
            self.playback_changed(self._playback)

    async def close(self) -> None:
        """Restore the former title; a terminal that could not save it shows its default."""
        if self._shown is not None:
            self._shown = None
            self._write(f"{set_title('')}{TITLE_BACK}")


def make_title(playback: Playback) -> str:
    """Return the title for a playback."""
    if not playback.is_active:
        return "tui-pod"
    title = clean(playback.title, LIMIT)
    return f"{title} (paused) - tui-pod" if playback.status is PlayerStatus.PAUSED else f"{title} - tui-pod"
