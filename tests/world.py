"""Run a command in another world: with the time zone, locale, umask, account and terminal that a commit draws.

    tests/world.py [TZ=ZONE] [LOCALE=NAME] [UMASK=OCTAL] [ACCOUNT=same|other]
                   [TERMINAL=TERM] [COLORS=truecolor|none] [KEYBOARD=us|ru|kitty] COMMAND...

Terminal, colours (COLORTERM) and keyboard are those of the journeys.

Tests that always run in one time zone miss what fails in the others. The draw depends on the commit and on the version
of Python, so that it can be repeated. A value that is given replaces the one drawn. The world is printed first.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

ZONES = {
    "UTC": "UTC0",
    "Europe/Berlin": "CET-1CEST,M3.5.0,M10.5.0/3",
    "America/New_York": "EST5EDT,M3.2.0,M11.1.0",
    "Asia/Kathmandu": "<+0545>-5:45",
    "Pacific/Kiritimati": "<+14>-14",
}
"""Zones, and their rules for machines without a table of zones."""

LOCALES = ("C", "C.UTF-8", "de_DE.UTF-8", "tr_TR.UTF-8", "ja_JP.UTF-8")
UMASKS = ("022", "002", "077", "027")
ACCOUNTS = ("same", "other")
"""The account that runs the command, or one that is not root; they differ only for root."""

TERMINALS = ("xterm-256color", "xterm-kitty", "foot", "alacritty", "tmux-256color")
COLORS = ("truecolor", "none")
KEYBOARDS = ("us", "ru", "kitty")
"""A Russian one types its own letters for commands; with kitty's protocol, each key says its code."""

OTHER = 1
"""The other account's number: that of `daemon`, which every system has."""


class World(NamedTuple):
    """What differs between machines, as it was drawn or given."""

    tz: str
    locale: str
    umask: str
    account: str
    terminal: str
    colors: str
    keyboard: str

    def __str__(self) -> str:
        return " ".join(f"{name.upper()}={value}" for name, value in self._asdict().items())


def draw(seed: str, given: Mapping[str, str]) -> World:
    """Return the world that a seed draws, with the given values in place of its own."""
    digits = hashlib.sha256(seed.encode()).digest()
    choices = {"TZ": (*ZONES,), "LOCALE": LOCALES, "UMASK": UMASKS, "ACCOUNT": ACCOUNTS,
               "TERMINAL": TERMINALS, "COLORS": COLORS, "KEYBOARD": KEYBOARDS}  # fmt: skip
    drawn = {name: many[digits[place] % len(many)] for place, (name, many) in enumerate(choices.items())}
    if unknown := given.keys() - drawn.keys():
        raise SystemExit(f"world: there is no {', '.join(unknown)}; there are {', '.join(drawn)}")
    return World(*{**drawn, **given}.values())


def commit() -> str:
    """Return the hash of the commit that is checked out; empty without git."""
    with suppress(OSError):
        return subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False).stdout.strip()
    return ""


def has_locale(name: str) -> bool:
    """Return whether this machine has a locale, after trying to make one that is missing."""
    base, _, charset = name.partition(".")
    if name in ("C", "POSIX") or _is_made(name):
        return True
    with suppress(OSError):  # there is no such program, or only root may write where it does
        subprocess.run(["localedef", "-i", base, "-f", charset or "UTF-8", name], capture_output=True, check=False)
    return _is_made(name)


def _is_made(name: str) -> bool:
    code = "import locale; locale.setlocale(locale.LC_ALL, '')"
    environ = {**os.environ, "LC_ALL": name}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, env=environ).returncode == 0


def as_other(command: Sequence[str]) -> list[str] | None:
    """Return a command that runs another one without root's rights; None if this machine does not allow it.

    In a user namespace the account has another number and no rights beyond those of an owner, and still owns the files
    of root: a tree, a Python and a home that only root may enter need no copy.
    """
    if shutil.which("unshare") is None:
        return None
    prefix = ["unshare", "--user", f"--map-user={OTHER}", f"--map-group={OTHER}", "--"]
    is_allowed = subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0
    return [*prefix, *command] if is_allowed else None


def main(words: Sequence[str]) -> int:
    """Run a command in the world of the commit, and return its exit status."""
    count = next((place for place, word in enumerate(words) if "=" not in word), len(words))
    given, command = dict(word.split("=", 1) for word in words[:count]), list(words[count:])
    world, said = draw(f"{commit()} {sys.version_info[:2]}", given), list[str]()
    if not has_locale(world.locale):
        said.append(f"no locale {world.locale} here")
        world = world._replace(locale="C.UTF-8")
    if world.account == "other" and os.geteuid() == 0:
        inside = as_other(command)
        if inside is None:
            said.append("no other account here")
            world = world._replace(account="same")
        command = inside or command
    zone = world.tz if Path("/usr/share/zoneinfo", world.tz).exists() else ZONES.get(world.tz, world.tz)
    variables = {name: value for name, value in os.environ.items() if name != "LANGUAGE" and not name.startswith("LC_")}
    os.umask(int(world.umask, 8))
    sys.stdout.write(f"world: {world}{''.join(f' ({reason})' for reason in said)}\n")
    sys.stdout.flush()
    variables |= {"LANG": world.locale, "LC_ALL": world.locale, "TZ": zone}
    variables |= {f"WORLD_{name}": getattr(world, name.lower()) for name in ("TERMINAL", "COLORS", "KEYBOARD")}
    os.execvpe(command[0], command, variables)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
