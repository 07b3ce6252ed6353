"""What an argparse parser knows, as plain values: manual page and completions are made from them."""

from __future__ import annotations

import argparse
from typing import NamedTuple

SHARED = "options of every command"
"""Title of the parser's group of options that work before and after any command's word."""


class Value(NamedTuple):
    """What stands after a flag, or in a place of its own."""

    name: str
    """As the help shows it, such as FILE."""
    text: str
    kind: str = ""
    """`files`, `folders`, `ids`, `topics` or `feeds`; empty: anything, or one of `words`."""
    words: tuple[str, ...] = ()
    is_required: bool = True
    is_repeated: bool = False


class Flag(NamedTuple):
    """An option."""

    names: tuple[str, ...]
    text: str
    value: Value | None = None
    is_repeated: bool = False
    is_shared: bool = False
    """Whether it works with every command."""


class Command(NamedTuple):
    """The program, one of its commands, or a command of a command."""

    name: str
    """All its words; empty for the program itself."""
    text: str
    flags: tuple[Flag, ...]
    values: tuple[Value, ...]
    commands: tuple[Command, ...]

    def all(self) -> list[Command]:
        """Return this command and all below it."""
        return [self, *(below for command in self.commands for below in command.all())]


_KINDS = {"FILE": "files", "DIR": "folders", "ID": "ids", "FEED": "feeds"}


def describe(parser: argparse.ArgumentParser, name: str = "", text: str = "") -> Command:
    """Return a parser's flags, values and commands, without those whose help is suppressed."""
    flags: list[Flag] = []
    values: list[Value] = []
    commands: list[Command] = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            texts = {choice.dest: choice.help or "" for choice in action._choices_actions}
            commands += (describe(below, f"{name} {word}".strip(), texts[word])
                         for word, below in action.choices.items() if word in texts)  # fmt: skip
        elif action.help == argparse.SUPPRESS:
            continue
        elif action.option_strings:
            flags.append(_flag(action))
        else:
            values.append(_value(action))
    return Command(name, text or parser.description or "", tuple(flags), tuple(values), tuple(commands))


def _flag(action: argparse.Action) -> Flag:
    is_shared = action.dest == "help" or getattr(getattr(action, "container", None), "title", "") == SHARED
    return Flag(
        tuple(action.option_strings),
        action.help or "",
        None if action.nargs == 0 else _value(action),
        is_repeated=isinstance(action, argparse._AppendAction),
        is_shared=is_shared,
    )


def _value(action: argparse.Action) -> Value:
    name = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    kind = "topics" if action.dest == "topic" else _KINDS.get(name.partition(".")[0], "")
    words = tuple(map(str, action.choices)) if action.choices is not None else ()
    return Value(
        name,
        action.help or "",
        kind,
        words,
        is_required=action.nargs not in ("?", "*"),
        is_repeated=action.nargs in ("*", "+"),
    )
