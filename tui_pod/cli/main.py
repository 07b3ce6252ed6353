"""The command line: what can be asked of tui-pod from a shell.

Only the parser and the choice of the command are here. Nothing at the top imports Textual, mpv or the
voice: a command pays for what it uses.
"""

from __future__ import annotations

import errno
import gc
import io
import os
import re
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from tui_pod import __version__

if TYPE_CHECKING:
    import argparse

APP_OPTIONS: dict[str, Callable[[str], Any]] = {
    "catalog": Path,
    "state": Path,
    "config": Path,
    "ao": str,
    "session": str,
}
"""The options with a value of a start of the app."""

COMMANDS = {
    "list": ("library", "run_list"),
    "mark": ("library", "run_mark"),
    "status": ("library", "run_status"),
    "check": ("library", "run_check"),
    "plan": ("sessions", "run_plan"),
    "stats": ("sessions", "run_stats"),
    "feeds": ("feeds", "run_feeds"),
    "import": ("feeds", "run_import"),
    "export": ("feeds", "run_export"),
    "keys": ("shell", "run_keys"),
    "config": ("shell", "run_config"),
    "completions": ("shell", "run_completions"),
    "narrate": ("narrate", "run"),
    "doctor": ("doctor", "run"),
    **dict.fromkeys(
        ("toggle", "play", "pause", "next", "previous", "seek", "speed", "volume", "now"),
        ("remote", "run"),
    ),
}
"""The module in `tui_pod.cli` of each word, and the function there, which returns None or an exit status."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit status: 0 done, 1 failed, 2 wrong usage."""
    closed = _hold_streams()
    try:
        options = _parse(list(sys.argv[1:] if arguments is None else arguments))
        if options.command is None:
            if closed:
                print(f"tui-pod: standard {closed[0]} is closed, which the app needs", file=sys.stderr)
                return 1
            gc.disable()  # a twentieth of the start; the app turns it on again once it has painted
            _import_asyncio()
            from tui_pod.app.launch import run_app  # imports Textual

            return run_app(options)
        return _run_command(options)
    except KeyboardInterrupt:
        return 130
    except SystemExit:  # argparse has printed help, or what is wrong
        try:
            sys.stdout.flush()
        except OSError as error:
            return _break_off(error)
        raise


def _hold_streams() -> list[str]:
    """Give standard streams that are closed a meaning; return which of input and output were.

    Files of ours would get their numbers, and be written to by whoever prints. What is printed to a closed output
    fails when it is written, as on a full disk; messages to a closed error output go nowhere, not to the data.
    """
    closed = [name for name in ("stdin", "stdout", "stderr") if getattr(sys, name) is None]
    for name in closed:
        mode = os.O_RDONLY if name == "stdout" else os.O_WRONLY  # input and output of the wrong way round fail
        descriptor = os.open(os.devnull, mode)  # the lowest number that is free, which is the closed one's
        os.set_inheritable(descriptor, True)
        if name != "stdin":
            setattr(sys, name, open(descriptor, "w", encoding="utf-8", closefd=False))  # noqa: SIM115
    return [word for name, word in (("stdin", "input"), ("stdout", "output")) if name in closed]


def _run_command(options: Any) -> int:
    from tui_pod.cli.shared import CommandError
    from tui_pod.core.text.clean import visible

    module, function = COMMANDS[options.command]
    run: Callable[[Any], int | None] = getattr(import_module(f"tui_pod.cli.{module}"), function)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a title or path that the terminal's encoding has not is no failure
            stream.reconfigure(errors="backslashreplace")
    try:
        status = run(options) or 0
        sys.stdout.flush()
    except CommandError as error:
        print(visible(str(error)), file=sys.stderr)
        return 1
    except OSError as error:
        return _break_off(error)
    return status


def _break_off(error: OSError) -> int:
    """Tell what went wrong, mostly with printing, and return the exit status."""
    if not isinstance(error, BrokenPipeError):  # as of `tui-pod list | head`
        said = "standard output is closed" if error.errno == errno.EBADF else error
        print(f"tui-pod: {said}", file=sys.stderr)
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left would fail again at exit
    return 1


def _import_asyncio() -> None:
    """Import asyncio, which the app needs, without ssl, which it does not: 3 % of the start.

    asyncio then makes no TLS connections of its own; what is fetched goes through http.client in threads,
    which imports ssl when it is first used.
    """
    if "ssl" not in sys.modules:
        sys.modules["ssl"] = None  # type: ignore[assignment]  # makes its import fail, which asyncio allows for
        import asyncio  # noqa: F401

        del sys.modules["ssl"]


def _parse(arguments: list[str]) -> argparse.Namespace | SimpleNamespace:
    options = _app_options(arguments)
    if options is not None:
        return options
    shared, rest = _shared_options().parse_known_args(arguments)
    return make_parser().parse_args(rest, shared)


def _app_options(arguments: list[str]) -> SimpleNamespace | None:
    """Return what argparse would for a start of the app, which its import and its parsers would slow by 4 %.

    None when there is anything else among the arguments: a command, a call for help, a mistake.
    """
    options = SimpleNamespace(command=None, plain=False, **(dict.fromkeys(APP_OPTIONS) | {"catalog": []}))
    rest = iter(arguments)
    for argument in rest:
        name, equals, value = argument.removeprefix("--").partition("=")
        if argument == "--plain":
            options.plain = True
            continue
        value = value if equals else next(rest, "")
        if not argument.startswith("--") or name not in APP_OPTIONS or not value or value.startswith("-"):
            return None
        wanted = APP_OPTIONS[name](value)
        if name == "catalog":
            options.catalog.append(wanted)
        else:
            setattr(options, name, wanted)
    return options


def _shared_options() -> argparse.ArgumentParser:
    """Return the four options that work with every command, before or after its word."""
    import argparse

    from tui_pod.cli.command_tree import SHARED

    parser = argparse.ArgumentParser("tui-pod", add_help=False, allow_abbrev=False)
    group = parser.add_argument_group(SHARED)
    group.add_argument("--catalog", metavar="FILE", type=Path, action="append", default=[],
                       help="use this catalogue instead of the embedded one; may be given several times")  # fmt: skip
    group.add_argument("--state", metavar="FILE", type=Path, help="keep progress in this file")
    group.add_argument("--config", metavar="FILE", type=Path, help="read settings from this file")
    group.add_argument("--ao", metavar="NAME", help="mpv's audio output, such as pulse; null for none")
    return parser


def make_parser() -> argparse.ArgumentParser:
    """Return the parser; manual and completions are made from it too."""
    import argparse

    from tui_pod.cli.feed_parser import add_feed_commands

    parser = argparse.ArgumentParser(
        "tui-pod", description="Listening sessions in the terminal. Without a command: the app.",
        parents=[_shared_options()], allow_abbrev=False,
    )  # fmt: skip
    parser.add_argument("--session", metavar="TIME", help="start in a session of this time, such as 15m or 18:42")
    parser.add_argument("--plain", action="store_true",
                        help="the app in plain lines, for screen readers and dumb terminals")  # fmt: skip
    parser.add_argument("--version", action="version", version=f"tui-pod {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")

    def add(name: str, text: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".", allow_abbrev=False)

    command = add("list", "print the episodes: id, title, duration, position, status, topics")
    command.add_argument("--topic", metavar="NAME", help="only those of this topic")
    command.add_argument("--status", choices=("unplayed", "started", "played"), help="only those")
    command.add_argument("--json", action="store_true", help="print JSON")
    command = add("mark", "mark episodes as played or unplayed")
    command.add_argument("mark", choices=("played", "unplayed"))
    command.add_argument("ids", metavar="ID", nargs="+")
    command = add("status", "print what would be resumed, and what is played and left")
    command.add_argument("--json", action="store_true", help="print JSON")
    command = add("check", "validate a catalogue and print every fault as FILE:LINE: message")
    command.add_argument("file", metavar="FILE", type=Path, nargs="?", help="default: the catalogues in use")
    command = add("plan", "print the episodes that fit into a time: 15, 15m, 1h30m, or until 18:42")
    command.add_argument("time", metavar="TIME")
    command.add_argument("--topic", metavar="NAME", help="only from this topic")
    command.add_argument("--order", choices=("course", "newest", "shortest"), default="course")
    command.add_argument("--json", action="store_true", help="print JSON")
    command = add("stats", "print what was heard")
    command.add_argument("--json", action="store_true", help="print JSON")
    command = add("narrate", "render narrations ahead of time")
    command.add_argument("ids", metavar="ID", nargs="*")
    command.add_argument("--all", action="store_true", help="every episode without a recording")
    command.add_argument("--out", metavar="DIR", type=Path, help="also write DIR/<id>.opus and DIR/<id>.vtt")
    add("doctor", "tell what works on this machine, and the command that mends what does not")
    add_feed_commands(add)
    _add_remote_commands(add)
    _add_shell_commands(add)
    return parser


def _add_shell_commands(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """Add the commands about the program itself."""
    command = add("keys", "print every key as it is now, and what it does")
    command.add_argument("--json", action="store_true", help="print JSON")
    command = add("config", "print where the settings are, and what is wrong with them")
    command.add_argument("--default", action="store_true", help="print the default settings instead, with comments")
    command = add("completions", "print what a shell needs to complete these commands")
    command.add_argument("shell", metavar="SHELL", choices=("bash", "zsh", "fish"), nargs="?", default="bash",
                         help="bash, zsh or fish")  # fmt: skip
    command.add_argument("--words", choices=("ids", "topics", "feeds"), help="==SUPPRESS==")  # asked by the scripts
    command.set_defaults(make_parser=make_parser)


def _add_remote_commands(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """Add the commands that reach the running app; what they print is what plays afterwards."""
    for name, text in (
        ("toggle", "pause the running app, or let it go on"),
        ("play", "let the running app go on, or play an episode"),
        ("pause", "pause the running app"),
        ("next", "play what comes next"),
        ("previous", "play what came before"),
        ("seek", "go to another place"),
        ("speed", "play faster or slower"),
        ("volume", "play louder or softer"),
        ("now", "print what is playing"),
    ):
        command = add(name, text)
        if name == "play":
            command.add_argument("id", metavar="ID", nargs="?", help="this one instead")
        elif name == "seek":
            command.add_argument("place", metavar="PLACE", help="+30 or -10 seconds from here, or a place such as 1:05")
        elif name == "speed":
            command.add_argument("speed", metavar="SPEED", help="such as 1.5, +0.1 or -0.1")
        elif name == "volume":
            command.add_argument("percent", metavar="PERCENT", help="such as 80, +5 or -5")
        command.add_argument("--json", action="store_true", help="print JSON")
        command._negative_number_matcher = re.compile(r"-[\d.]")  # argparse's own takes -1:05 for an option


if __name__ == "__main__":
    sys.exit(main())
