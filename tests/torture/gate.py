"""Content that nobody cleaned, drawn by a widget: a terminal must not obey it."""

import json

from tests.torture.shelf import app_command, make_home
from tests.torture.terminal import Terminal
from tests.torture.trials import Check, Result, Trial

OBEYED = (
    "\x1b]52;c;cm0=\x07", "\x1b]0;mine\x1b\\", "\x1b[31;7777m", "\x1b[7777;1H", "\x1bP+q7777\x1b\\", "\x1b_G7777\x1b\\",
    "\x9b7777m", "\x9d0;mine\x9c", "\x90+q7777\x9c", "\u202e", "\u2066", "\x0e", "\x7f", "\x00", "\x05", "\x08",
)  # fmt: skip
"""Sequences and characters that terminals obey, and that the app itself never sends."""

MARKER = "drawn"
"""What shows that the content was drawn."""


def shout(trial: Trial) -> Result:
    """Let the bar of an app draw such content while its listener uses it."""
    chances = trial.chances()
    home = make_home(trial.folder / "home", (300.0, 600.0), parts=6)
    texts = [MARKER + "".join(chances.choices((*OBEYED, "x", " "), k=20)) for _ in range(20)]
    file = trial.folder / "texts.json"
    file.write_text(json.dumps(texts), "ascii")
    with Terminal(app_command(home, trial.mutant, [f"--shout={file}"]), home.variables, home.folder) as app:
        app.until(lambda: app.shows("Part 6"), "the list")
        for key in ("j", "m", "?", "\x1b", "/Part", "\r", "k", "\r", " "):
            app.press(key)
            app.look(0.3)
        raw = app.raw
        app.kill()
    found = [f"{text!r} reached the terminal" for text in OBEYED if text.encode() in raw]
    return Result(tuple(found) if MARKER.encode() in raw else ("the trial broke: nothing was drawn",))


CHECKS = (Check("f", "content that a terminal would obey", shout, 20, {"draws what content says": 1}),)
