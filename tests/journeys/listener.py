"""A listener at a terminal, who starts the installed program, presses keys and reads the screen and the saved state."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.sources.server import Site
from tests.torture.shelf import Home, program
from tests.torture.terminal import Terminal
from tui_pod.core.layouts import at_its_place
from tui_pod.core.progress.progress import Progress
from tui_pod.state.store import State, StateFile

TERMINAL = {"TERM": os.environ.get("WORLD_TERMINAL", "xterm-256color"),
            "COLORTERM": os.environ.get("WORLD_COLORS", "truecolor").replace("none", "")}  # fmt: skip
KEYBOARD = os.environ.get("WORLD_KEYBOARD", "us")
"""Those of the run's world: see `tests/world.py`."""

_RUSSIAN = {at_its_place(each): each for each in map(chr, range(0x410, 0x450))}


def typed(keys: str, keyboard: str) -> str:
    """Return what a keyboard sends; on a Russian one, a letter alone is a command, and words are typed in Latin."""
    if keyboard == "kitty" and "\x1b" not in keys:
        return "".join(_sequence(key) if key.isprintable() else key for key in keys)
    is_command = keyboard == "ru" and len(keys) == 1 and keys.isalpha()
    return _RUSSIAN.get(keys, keys) if is_command else keys


def _sequence(key: str) -> str:
    """Return a key in the form of kitty's protocol."""
    if key.isupper():
        return f"\x1b[{ord(key.lower())}:{ord(key)};2;{ord(key)}u"
    return f"\x1b[{ord(key)};1;{ord(key)}u"


_AT_CURSOR = re.compile(r"[│▌]▎[ ▶‖◌○◐◉✓!] (.+?)  ")


class Sitting(Terminal):
    """The program on a terminal, from its start to its end."""

    def press(self, keys: str | bytes) -> None:
        """Type keys on the keyboard of the run's world; kitty sends codes only to a program that asks for them."""
        keyboard = "us" if KEYBOARD == "kitty" and not self.wants_codes else KEYBOARD
        super().press(typed(keys, keyboard) if isinstance(keys, str) else keys)

    def see(self, *words: str) -> None:
        """Wait until the screen shows all these words."""
        self.until(lambda: self.shows(*words), " and ".join(words))

    def lose(self, *words: str) -> None:
        """Wait until none of these words is on the screen."""
        self.until(lambda: not any(map(self.shows, words)), f"no {' and no '.join(words)}")

    def do(self, keys: str, *words: str) -> None:
        """Press keys and wait until the screen shows all these words; what it shows already tells nothing."""
        assert not self.shows(*words), f"{words} were there before {keys!r}\n{self.text}"
        self.press(keys)
        self.see(*words)

    def escape(self, *words: str) -> None:
        """Press esc and wait until these words are gone: a key that follows at once would be alt and that key."""
        self.press("\x1b")
        self.lose(*words)

    def hear(self, title: str, seconds: int = 0) -> None:
        """Wait until an episode plays, at this position or beyond."""
        self.until(lambda: (bar := self.bar()) and bar.mark == "▶" and bar.title.startswith(title), f"▶ {title}")
        self.play_to(seconds)

    @property
    def line_at_cursor(self) -> str:
        """The title in the list's row at the cursor; empty if the list is hidden."""
        rows = (line[line.find("│", 1) :] for line in self.lines)  # the tree has a cursor of its own
        return next((match[1].strip() for row in rows if (match := _AT_CURSOR.search(row))), "")

    def quit(self) -> None:
        """Press q; the program must end well."""
        self.press("q")
        assert self.wait() is not None
        assert self.status == 0


@dataclass
class Listener:
    """Has a home of their own, and comes back to it."""

    folder: Path
    size: tuple[int, int] = (120, 40)
    sound: str = "null"
    """The audio output that mpv is asked for."""
    day: int = 0
    """Days from today on which the program runs, by libfaketime."""
    variables: dict[str, str] = field(default_factory=dict)
    """Environment variables besides those of `Home`."""
    changes: tuple[str, ...] = ()
    """Other changes to the program, as arguments of `driven`."""

    def __post_init__(self) -> None:
        self.folder.mkdir()

    def configure(self, settings: str, site: Site | None = None) -> None:
        """Add to the settings, and let podcasts be fetched from `site`, a server on this machine."""
        path = self.folder / "config" / "tui-pod" / "config.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        hosts = f'[network]\nprivate_hosts = ["127.0.0.1:{site.server_port}"]\n' if site is not None else ""
        with path.open("a") as file:
            file.write(f"{settings}{hosts}")

    @contextmanager
    def sits_down(self, *arguments: str, waits: bool = True) -> Iterator[Sitting]:
        """Start the app, and wait for its list unless told otherwise; it is killed if the journey fails."""
        with Sitting(self.command(*arguments), self.surroundings, self.folder, self.size) as sitting:
            if waits:
                sitting.see("? Help")
            yield sitting

    def run(self, *arguments: str) -> str:
        """Run a command, which must succeed; return what it prints."""
        done = self._end(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def is_heard(self) -> bool:
        """Return whether commands reach the app; it can be seen some time before."""
        return self._end("now").returncode == 0

    def _end(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=self.surroundings,
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def surroundings(self) -> dict[str, str]:
        """The environment of the program: nothing of whoever runs the test."""
        home = Home(self.folder, self.folder / "catalog.toml", self.state_path)
        # libfaketime's fix for old C libraries wakes waiting threads too early: starting a thread then costs 0.1 s
        clock = {"FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_FORCE_MONOTONIC_FIX": "0"} if self.day else {}
        return {**home.variables, **TERMINAL, "TZ": os.environ.get("TZ", "UTC"), **clock, **self.variables}

    @property
    def state_path(self) -> Path:
        """The state file."""
        return self.folder / "state" / "tui-pod" / "state.toml"

    @property
    def state(self) -> State:
        """What is saved now, in snapshot and journal."""
        return StateFile(self.state_path).load()

    def progress(self, episode: str) -> Progress:
        """Return the saved progress of an episode; one never touched has none, which fails the journey."""
        return self.state.progress[episode]

    def command(self, *arguments: str) -> list[str]:
        """Return how the program is started."""
        clock = ["faketime", "-f", f"+{self.day}d"] if self.day else []
        return [*clock, *program("", self.changes), "--ao", self.sound, *arguments]
