"""Reads the command line by the table of commands. Imports nothing of the commands: each starts with reading this."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn

from tui_pod import __version__
from tui_pod.cli.commands import COMMANDS, DIRECTORY, FILE, OF_THE_APP, SHARED, Argument, Command
from tui_pod.cli.options import without_arguments

if TYPE_CHECKING:
    from pathlib import Path


class Parser(argparse.ArgumentParser):
    """Names the word or option that a mistyped one is close to."""

    def _check_value(self, action: argparse.Action, value: str) -> None:
        if action.choices is not None and value not in action.choices:
            raise argparse.ArgumentError(action, _no_such(value, action.choices))

    def _print_message(self, message: str, file: Any = None) -> None:
        from tui_pod.runtime.output import PrintableOutput  # a start of the app prints nothing

        super()._print_message(message, PrintableOutput(file))

    def refuse(self, words: Sequence[str]) -> NoReturn:
        """End the program because of words that the command does not take."""
        word, known = words[0].partition("=")[0], self._option_string_actions
        if word in known:
            self.error(f"{word} goes after the command")
        self.error(_no_such(word, known) if word.startswith("-") else f"“{word}” is one too many")


def _no_such(typed: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches  # only for wrong usage

    close = get_close_matches(typed, known, 1)
    return f"there is no “{typed}”; " + (f"did you mean {close[0]}?" if close else f"there are: {', '.join(known)}")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options; help and wrong usage end the program."""
    options = argparse.Namespace(**vars(without_arguments()))
    shared, rest = _shared_options().parse_known_args(arguments, options)
    if not rest:  # the app: making the parser of all commands would take as long as 5 % of its start
        return shared
    options, unknown = make_parser(rest[0]).parse_known_args(rest, shared)
    used: Parser = vars(options).pop("parser")
    if unknown:
        used.refuse(unknown)
    return options


def make_parser(command: str = "") -> argparse.ArgumentParser:
    """Return the parser of one command, or of the whole command line if there is no such command."""
    parser = Parser(
        "tui-pod", description="Listening sessions in the terminal. Without a command: the app.",
        parents=[_shared_options()], allow_abbrev=False,
    )  # fmt: skip
    for argument in OF_THE_APP:
        parser.add_argument(argument.name, **_described(argument))
    parser.add_argument("--version", action="version", version=f"tui-pod {__version__}")
    parser.set_defaults(parser=parser)
    _add_commands(parser, "command", [found for found in COMMANDS if found.name == command] or COMMANDS)
    return parser


@cache
def _shared_options() -> argparse.ArgumentParser:
    """Return the options that work with every command, before or after its word; the files stay texts."""
    parser = Parser("tui-pod", add_help=False, allow_abbrev=False)
    group = parser.add_argument_group("options of every command")
    for argument in SHARED:
        group.add_argument(argument.name, **_described(argument) | {"default": argparse.SUPPRESS, "type": str})
    return parser


def _add_commands(parser: argparse.ArgumentParser, dest: str, commands: Sequence[Command]) -> None:
    words = parser.add_subparsers(dest=dest, metavar="COMMAND", title="commands", required=dest == "action")
    for command in commands:
        text = f"{command.text[0].upper()}{command.text[1:]}."
        parent = _shared_options()
        below = words.add_parser(
            command.name, help=command.text, description=text, parents=[parent], allow_abbrev=False
        )
        if command.has_json:
            below.add_argument("--json", action="store_true", help="print JSON")
        for argument in command.arguments:
            below.add_argument(argument.name, **_described(argument))
        if command.negative:
            below._negative_number_matcher = re.compile(command.negative)
        below.set_defaults(parser=below)
        if command.run:
            below.set_defaults(run=command.run, wish=command.wish)
        else:
            _add_commands(below, "action", command.commands)


def _described(argument: Argument) -> dict[str, Any]:
    """Return an argument as argparse wants it."""
    options: dict[str, Any] = {"help": argparse.SUPPRESS if argument.is_hidden else argument.text or None}
    if not argument.metavar and not argument.choices:
        return options | {"action": "store_true"}
    if argument.metavar:
        options["metavar"] = argument.metavar
    if argument.choices:
        options["choices"] = argument.choices
    if argument.metavar in (FILE, DIRECTORY):
        options["type"] = _path
    if argument.is_repeatable:
        return options | {"action": "append", "default": []}
    if argument.nargs:
        options["nargs"] = argument.nargs
    if argument.default is not None:
        options["default"] = argument.default
    return options


def _path(text: str) -> Path:
    from pathlib import Path  # not in the client, where it would take half a megabyte as long as the app runs

    return Path(text)
