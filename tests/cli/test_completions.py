"""What bash, zsh and fish complete, asked of the shells themselves where they are installed."""

from __future__ import annotations

import os
import pty
import re
import select
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui_pod.cli.command_tree import describe
from tui_pod.cli.completions import SHELLS
from tui_pod.cli.main import make_parser
from tui_pod.feeds.formats.opml import Entry
from tui_pod.feeds.store.feed_store import FeedStore

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
COMMANDS = {command.name for command in describe(make_parser()).all() if command.name and " " not in command.name}

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
    ("doctor x", set()),
]
"""What is typed, and what is offered."""


def needs(shell: str) -> pytest.MarkDecorator:
    """Skip where a shell is not installed."""
    return pytest.mark.skipif(shutil.which(shell) is None, reason=f"{shell} is not installed")


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """A folder with a catalogue and a program that reads it, in a home of its own."""
    (tmp_path / "catalog.toml").write_text(CATALOG)
    program = tmp_path / "bin" / "tui-pod"
    program.parent.mkdir()
    call = shlex.join([sys.executable, "-m", "tui_pod", "--catalog", str(tmp_path / "catalog.toml")])
    program.write_text(f'#!/bin/sh\nexport PYTHONPATH={shlex.quote(str(ROOT))}\nexec {call} "$@"\n')
    program.chmod(0o755)
    subscriptions = [Entry("https://example.org/s", "Slow Science"), Entry("https://example.org/t", "Tea Time")]
    FeedStore(tmp_path / "data" / "tui-pod").subscribe(subscriptions)
    for shell, make in SHELLS.items():
        (tmp_path / f"complete.{shell}").write_text(make(make_parser()))
    return tmp_path


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


@pytest.mark.parametrize("shell", [pytest.param(shell, marks=needs(shell)) for shell in SHELLS])
def test_script_of_each_shell_is_its_language(shell: str, room: Path) -> None:
    assert run(room, shell, "-n", f"complete.{shell}") == ""


@pytest.mark.parametrize("shell", SHELLS)
def test_script_of_each_shell_knows_every_command_and_flag(shell: str) -> None:
    script = SHELLS[shell](make_parser())
    for command in describe(make_parser()).all():
        assert command.name.rpartition(" ")[2] in script
        for flag in command.flags:
            for name in flag.names:
                if name.startswith("--"):
                    assert (f"-l {name[2:]}" if shell == "fish" else name) in script
    assert "@" not in re.sub(r"@f?[)\]}]|\[@\]|\(@\)|\$@", "", script)


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
@pytest.mark.parametrize(("typed", "offered"), [*CASES, ("", COMMANDS)])
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
@pytest.mark.parametrize(("typed", "offered"), [*CASES, ("", COMMANDS)])
def test_fish_offers_what_fits(typed: str, offered: set[str], room: Path) -> None:
    script = f"source complete.fish; complete -C {shlex.quote(f'tui-pod {typed}')}"
    found = {line.partition("\t")[0] for line in run(room, "fish", "--no-config", "-c", script).splitlines()}
    front = "--status=" if "=" in typed else ""
    assert {word.removeprefix(front) for word in found} - {""} == offered


def type_in_zsh(room: Path, typed: str) -> Iterator[str]:
    """Yield what zsh shows after a tab is typed, until it has been silent for a while."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(room)
        os.execvpe("zsh", ["zsh", "-f", "-i"], surroundings(room))
    try:
        start = "PS1='ready> '; unsetopt zle_bracketed_paste; autoload -U compinit; compinit -u -D; "
        start += "setopt no_always_last_prompt; zstyle ':completion:*' list-prompt ''; source complete.zsh\n"
        os.write(terminal, start.encode())
        seen = ""
        while seen.count("ready> ") < 2:
            seen += read_from(terminal, 20)
        os.write(terminal, f"tui-pod {typed}\t\t".encode())
        while text := read_from(terminal, 3):
            yield text
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        os.close(terminal)


def read_from(terminal: int, seconds: float) -> str:
    """Return what a terminal shows next, nothing when that takes longer."""
    ready, _, _ = select.select([terminal], [], [], seconds)
    return os.read(terminal, 65536).decode("utf-8", "replace") if ready else ""


@needs("zsh")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [(typed, words) for typed, words in CASES if words] + [("n", {"narrate", "next", "now"})],
)
def test_zsh_offers_what_fits(typed: str, offered: set[str], room: Path) -> None:
    shown = ""
    for text in type_in_zsh(room, typed):
        shown += text
        plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown).replace("\\ ", " ").replace("\\'", "'")
        if all(word in plain for word in offered):
            return
    pytest.fail(shown)
