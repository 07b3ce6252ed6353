"""What bash, zsh and fish complete, asked of the shells themselves where they are installed."""

import os
import pty
import re
import select
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import pytest

from tests.tools import needs
from tui_pod.cli.commands import COMMANDS, SHELLS
from tui_pod.config.paths import COMPLETIONS, shipped
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.opml import Entry

ROOT = Path(__file__).parents[2]
CATALOG = """
version = 1
[[episodes]]
id = "one"
title = "The first: an episode's title"
tags = ["AI Safety", "It's new"]
[[episodes]]
id = "two"
title = "The second"
tags = ["AI Art"]
"""

HOSTILE = (
    "Aa $(touch pwned)",
    "Bb `touch pwned`",
    'Cc"; touch pwned #',
    "Dd'; touch pwned #",
    "Ee & touch pwned",
    "Ff $(touch pwned)'\"",
    'Gg\\"; touch pwned #',
    "Hh\\'; touch pwned #",
    "Ii ${PATH:$(touch pwned)}",
    "Jj<(touch pwned)",
    "Kk*; touch pwned #",
    "Ll é'; touch pwned #",
    "Mm`./pwn`",
)
"""Titles of podcasts that are commands where a shell reads them as anything but one word."""

CASES = [
    ("sta", {"stats", "status"}),
    ("--catalog x.toml plan --ord", {"--order"}),
    ("list --sta", {"--status", "--state"}),
    ("list --status ", {"unplayed", "started", "played"}),
    ("list --status=p", {"played"}),
    ("list --topic I", {"It's new"}),
    ("mark ", {"played", "unplayed"}),
    ("mark played t", {"two"}),
    ("--ao null mark played one t", {"two"}),
    ("play ", {"one", "two"}),
    ("completions z", {"zsh"}),
    ("check cat", {"catalog.toml"}),
    ("--config cat", {"catalog.toml"}),
    ("feeds remove S", {"Slow Science"}),
    ("feeds refresh ", {"Slow Science", "Tea Time"}),
    ("feeds set S sp", {"speed="}),
    ("doctor x", set()),
    ("do playback.mu", {"playback.mute"}),
    ("do list.", {"list.catch_up", "list.filter", "list.go_to_playing", "list.mark_played", "list.save", "list.sort"}),
    ("do queue.add_last t", {"two"}),
]
"""What is typed, and what is offered."""


in_each_shell = pytest.mark.parametrize("shell", [pytest.param(shell, marks=needs(shell)) for shell in SHELLS])


def furnish(room: Path) -> Path:
    """Put a catalogue and a program that reads it into a folder, with a home of its own."""
    (room / "catalog.toml").write_text(CATALOG)
    program = room / "bin" / "tui-pod"
    program.parent.mkdir()
    call = shlex.join([sys.executable, "-m", "tui_pod", "--catalog", str(room / "catalog.toml")])
    program.write_text(f'#!/bin/sh\nexport PYTHONPATH={shlex.quote(str(ROOT))}\nexec {call} "$@"\n')
    program.chmod(0o755)
    subscriptions = [Entry("https://example.org/s", "Slow Science"), Entry("https://example.org/t", "Tea Time")]
    FeedStore(room / "data" / "tui-pod").subscribe(subscriptions)
    for shell in SHELLS:
        (room / f"complete.{shell}").write_text(shipped(COMPLETIONS[shell]).read_text("utf-8"))
    return room


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which nothing is changed."""
    return furnish(tmp_path_factory.mktemp("room"))


@pytest.fixture
def own_room(tmp_path: Path) -> Path:
    """A folder of the test's own."""
    return furnish(tmp_path)


def surroundings(room: Path) -> dict[str, str]:
    """Return the environment of a shell in that folder."""
    folders = {f"XDG_{name}_HOME": str(room / name.lower()) for name in ("CACHE", "CONFIG", "DATA", "STATE")}
    path = f"{room / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, **folders, "HOME": str(room), "PATH": path, "LC_ALL": "C.UTF-8", "TERM": "xterm"}


def run(room: Path, *command: str) -> str:
    """Return what a shell prints."""
    done = subprocess.run(
        command, cwd=room, env=surroundings(room), capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


@in_each_shell
def test_script_of_each_shell_is_its_language(shell: str, room: Path) -> None:
    assert run(room, shell, "-n", f"complete.{shell}") == ""


def complete_in_bash(room: Path, typed: str, word: str | None = None) -> set[str]:
    words = ["tui-pod", *re.findall(r"=|[^\s=]+", typed)] + ([""] if typed.endswith(" ") else [])
    if word is not None:
        words[-1] = word
    listed = " ".join(map(shlex.quote, words))
    script = (
        "compopt() { :; }; source complete.bash; "
        f'COMP_WORDS=({listed}); COMP_CWORD={len(words) - 1}; _tui_pod; printf "%s\\n" "${{COMPREPLY[@]}}"'
    )
    return set(run(room, "bash", "--norc", "-c", script).splitlines()) - {""}


@needs("bash")
@pytest.mark.parametrize(("typed", "offered"), [*CASES, ("", {command.name for command in COMMANDS})])
def test_bash_offers_what_fits(typed: str, offered: set[str], room: Path) -> None:
    escaped = {word.replace("'", "\\'").replace(" ", "\\ ") for word in offered}
    assert complete_in_bash(room, typed or " ") == escaped


@needs("bash")
@pytest.mark.parametrize(
    ("word", "offered"),
    [("AI\\ ", {"AI\\ Safety", "AI\\ Art"}), ('"AI S', {"AI Safety"}), ("'AI ", {"AI Safety", "AI Art"})],
)
def test_bash_in_a_topic_with_blanks_goes_on_as_it_was_begun(word: str, offered: set[str], room: Path) -> None:
    assert complete_in_bash(room, "list --topic x", word) == offered


@needs("fish")
@pytest.mark.parametrize(("typed", "offered"), [*CASES, ("", {command.name for command in COMMANDS})])
def test_fish_offers_what_fits(typed: str, offered: set[str], room: Path) -> None:
    script = f"source complete.fish; complete -C {shlex.quote(f'tui-pod {typed}')}"
    found = {line.partition("\t")[0] for line in run(room, "fish", "--no-config", "-c", script).splitlines()}
    front = "--status=" if "=" in typed else ""
    assert {word.removeprefix(front) for word in found} - {""} == offered


class Terminal:
    """A shell that reads what is typed into a terminal."""

    STARTS: ClassVar = {
        "bash": (["bash", "--norc", "--noprofile", "-i"],
                 "PS1='rea''dy> '; PS2='mo''re> '; bind 'set enable-bracketed-paste off'; source complete.bash"),
        "zsh": (["zsh", "-f", "-i"],
                "PS1='rea''dy> '; PS2='mo''re> '; unsetopt zle_bracketed_paste; autoload -U compinit; compinit -u -D;"
                " setopt no_always_last_prompt; zstyle ':completion:*' list-prompt ''; eval \"$(<complete.zsh)\""),
        "fish": (["fish", "--no-config", "-i"],
                 "function fish_prompt; echo 'rea''dy> '; end; source complete.fish; "
                 # an Enter in an open quote only adds a line
                 "function enter; if commandline --is-valid; commandline -f execute; else; commandline -r '';"
                 " echo 'rea''dy> '; commandline -f repaint; end; end; bind \\r enter"),
    }  # fmt: skip

    def __init__(self, shell: str, descriptor: int) -> None:
        self.shell = shell
        self._descriptor = descriptor
        self._seen = ""

    def type(self, text: str) -> None:
        """Type a text."""
        os.write(self._descriptor, text.encode())

    def wait(self, pattern: str) -> str:
        """Return what matches in what is shown, once something does; what comes after it is kept."""
        while not (found := re.search(pattern, self._plain())):
            ready, _, _ = select.select([self._descriptor], [], [], 60)
            assert ready, self._seen
            data = os.read(self._descriptor, 65536)
            if b"\x1b[c" in data:  # fish asks what terminal it is
                self.type("\x1b[?1;2c")
            self._seen += data.decode("utf-8", "replace")
        self._seen = found.string[found.end() :]
        return found[0]

    def _plain(self) -> str:
        return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", self._seen).replace("\\ ", " ").replace("\\'", "'")


@contextmanager
def terminal(shell: str, room: Path) -> Iterator[Terminal]:
    """A terminal of a shell that has the completions and waits at its prompt."""
    command, start = Terminal.STARTS[shell]
    pid, descriptor = pty.fork()
    if pid == 0:
        os.chdir(room)
        os.execvpe(command[0], command, surroundings(room))
    try:
        opened = Terminal(shell, descriptor)
        opened.type(f"{start}\r")
        opened.wait("ready> ")
        yield opened
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        os.close(descriptor)


@needs("zsh")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [(typed, words) for typed, words in CASES if words and "=" not in typed] + [("n", {"narrate", "next", "now"})],
)
def test_zsh_offers_what_fits(typed: str, offered: set[str], room: Path) -> None:
    with terminal("zsh", room) as zsh:
        zsh.type(f"tui-pod {typed}\t\t")
        every = "".join(f"(?=.*{re.escape(word)})" for word in offered)
        zsh.wait(f"(?s){every}")


def record_calls(room: Path) -> Path:
    """Replace the program by one that offers the podcasts of now and writes down how it is called, in this file."""
    (room / "words").write_text(run(room, "tui-pod", "completions", "--words", "feeds"))
    program = room / "bin" / "tui-pod"
    program.write_text(f'#!/bin/sh\n[ "$1" = completions ] && exec cat {room}/words\necho "$@" >>{room}/calls\n')
    return room / "calls"


def complete_and_run(opened: Terminal, before: str, begun: str, after: str) -> None:
    """Complete the name of a podcast and press Enter; where something is open, close it once, then give up."""
    opened.type(f"tui-pod feeds remove {before}{begun}\t\r")
    for closing in (f"{after}\r", "\x03"):
        if "ready" in opened.wait("(ready|more)> "):
            return
        opened.type(closing)
    opened.wait("ready> ")


@in_each_shell
@pytest.mark.parametrize("front", ["", '"', "'"])
def test_title_is_completed_within_the_quotes_it_was_begun_with(shell: str, front: str, own_room: Path) -> None:
    calls = record_calls(own_room)
    with terminal(shell, own_room) as opened:
        complete_and_run(opened, front, "Slo", front)
    assert calls.read_text().strip() == "feeds remove Slow Science"


@in_each_shell
def test_completed_title_runs_no_command(shell: str, own_room: Path) -> None:
    entries = [Entry(f"https://example.org/{index}", title) for index, title in enumerate(HOSTILE)]
    FeedStore(own_room / "data" / "tui-pod").subscribe(entries)
    pwn = own_room / "pwn"
    pwn.write_text("#!/bin/sh\ntouch pwned\n")
    pwn.chmod(0o755)
    record_calls(own_room)
    again = "tui-pod feeds remove "
    openings = {"": "", '"': '"', "'": "'", '""': "", "\\": "", "$'": "'", f'"$({again}': ')"', f"`{again}": "`"}
    with terminal(shell, own_room) as opened:
        for title in HOSTILE:
            for before, after in openings.items():
                complete_and_run(opened, before, title[:2], after)
                assert not (own_room / "pwned").exists(), (title, before)
