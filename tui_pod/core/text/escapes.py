"""Every escape sequence that the program itself writes; Textual writes all others.

Only constants and short functions: the client, which stays in memory, imports this.
"""

from __future__ import annotations

ENTER, LEAVE = "\x1b[?1049h", "\x1b[?1049l"
"""Switch to the terminal's alternate screen, and back."""

SCREEN_MODES = "\x1b[?25l\x1b[?7l"
"""Hide the cursor, and do not wrap after the last column: drawing the last cell would scroll the screen."""

ASK_SCHEME, FORGET_SCHEME = "\x1b[?2031h\x1b[?996n", "\x1b[?2031l"
"""Ask whether the terminal is dark or light, now and at each change (contour's VT extensions); and stop asking."""

SCHEME_ANSWER = "\x1b[?997;"
"""How the answer begins; `1n` follows if it is dark, `2n` if it is light."""

RESTORE = (
    "\x1b[?2031l\x1b[?2026l\x1b[0m\x1b[?2004l\x1b[?7h\x1b[?2048l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"
    "\x1b[<u\x1b[?1004l" + LEAVE + "\x1b[?25h"
)
"""Resets every terminal mode that Textual or we set."""

PASTE_MARKED, PASTE_PLAIN = "\x1b[?2004h", "\x1b[?2004l"
"""Have the terminal mark what is pasted, and no longer (xterm's bracketed paste); Textual does so by itself."""

PASTE_BEGINS, PASTE_ENDS = "\x1b[200~", "\x1b[201~"
"""How it marks that."""

KEEP_TITLE, TITLE_BACK = "\x1b[22;2t", "\x1b[23;2t"
"""Save and restore the terminal's title (xterm's ctlseqs)."""

ESC = "\x1b"
"""What the escape key sends, and every sequence begins with."""

ST = "\x1b\\"
"""Ends a sequence that holds text."""

PLACEHOLDER = "\U0010eeee"
"""Stands for a piece of a picture in kitty's graphics protocol; its combining marks and its colour say which."""

ASKED = 0x747569
"""The id of the picture with which a terminal is asked whether it draws pictures in cells."""

PICTURES_ANSWER = f"\x1b_Gi={ASKED};"
"""How its answer begins."""

KEYS_ASKED, KEYS_WANTED = "\x1b[>25u", "\x1b[>29u"
"""What Textual asks of kitty's keyboard protocol, and the same with the place of each key on a US keyboard."""

QUESTIONS = ("\x1b[?2026$p", "\x1b[?2048$p", ASK_SCHEME, f"i={ASKED}")
"""What a terminal is asked, by Textual and by us."""

ASK_KIND = "\x1b[c"
"""Asks what every terminal answers (DA1)."""

SHOW_CURSOR = "\x1b[?25h"
"""Shows the terminal's cursor, which Textual hides."""

CSI = "\x1b["
"""Begins a sequence that moves the cursor or chooses a style."""

RESET = "\x1b[0m"
"""The usual style."""

HOME = "\x1b[H\x1b[0m"
"""Moves the cursor to the top left, and resets the style."""

CLEAR_LINE = "\r\x1b[K"
"""Clears the line of the cursor."""


def set_title(title: str) -> str:
    """Return what sets the terminal's title to a cleaned text."""
    return f"\x1b]2;{title}\x1b\\"


def graphics(keys: str, payload: str = "") -> str:
    """Return a command of kitty's graphics protocol, with a payload in base64."""
    return f"\x1b_G{keys};{payload}\x1b\\"


def through_tmux(sequence: str) -> str:
    """Return what makes tmux pass a sequence on, if its option `allow-passthrough` is set."""
    return f"\x1bPtmux;{sequence.replace(ESC, ESC + ESC)}\x1b\\"
