"""Passes a wish of a command on to whoever does it: the app that runs on the state file, else this process.

A command whose row in the table names a wish has no other code: its options are the answers to the wish's questions.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from tui_pod.cli.options import without_arguments
from tui_pod.cli.shared import (
    ask,
    ask_password,
    ask_yes,
    is_someone_there,
    print_json,
    report,
    show_progress,
    tell,
    warn,
)
from tui_pod.config.paths import find_paths
from tui_pod.core.actions import render_keys
from tui_pod.core.errors import UsageError, UserError
from tui_pod.core.outcome import Outcome
from tui_pod.core.text.clean import clean
from tui_pod.integrations.remote_socket import (
    OTHER_VERSION,
    NobodyRuns,
    RemoteError,
    connect,
)
from tui_pod.net.file_address import SCHEME, typed_path

PLACES = ("urls", "feed", "feeds", "targets")
"""Answers that may be addresses or paths."""

PATIENCE = 8.0
"""Seconds after which an app that sends nothing is given up; it sends a line every two."""

ENDED = "The running tui-pod ended before it answered. See what was done, and run the command again if needed."
STUCK = "The running tui-pod does not answer. What was asked for may still be done."

MAX_TYPED_IN = 64 * 1024 * 1024
"""Most bytes that are read from standard input: more than any list of podcasts has."""

LONGEST = 4_000
"""Longest line that is printed for the app, in characters."""

NOT_VALUES = frozenset((*vars(without_arguments()), "action", "wish", "json"))
"""Options that are no answers."""


class Terminal:
    """The `Caller` of a command: rows go to standard output, words to standard error, and questions are asked there."""

    def __init__(self, wants_json: bool) -> None:
        self.is_there, self.wants_json = is_someone_there(), wants_json

    def say(self, text: str) -> None:
        """Print a message."""
        show_progress("")
        tell(text)

    def note(self, text: str) -> None:
        """Print a message if a terminal shows it."""
        show_progress("")
        report(text)

    def warn(self, text: str) -> None:
        """Print a fault."""
        show_progress("")
        warn(text)

    def show(self, *cells: str) -> None:
        """Print a row, separated by tabs."""
        print(*cells, sep="\t")

    def show_json(self, value: object) -> None:
        """Print a document."""
        print_json(value)

    def progress(self, said: str, share: float | None = None) -> None:
        """Show what is under way, if a terminal shows it."""
        show_progress(said, share)

    async def ask(self, text: str, kind: str = "text") -> str | None:
        """Ask, and return the answer."""
        return self.answer(text, kind)

    def answer(self, text: str, kind: str) -> str | None:
        """Ask, and return the answer; None if nobody is there."""
        show_progress("")
        if kind == "secret":  # which another program may type in
            return ask_password(f"{text} ")
        if not self.is_there:
            return None
        if kind == "yes":
            return "yes" if ask_yes(text) else "no"
        return ask(f"{text} ")


def run(options: Namespace) -> int:
    """Have the wish of a command granted; return the exit status."""
    values = {name: plain(value) for name, value in vars(options).items() if name not in NOT_VALUES}
    values |= {name: place(values[name], name == "urls") for name in PLACES if values.get(name)}
    if Path("-") not in values.values() and values.get("urls") != ["-"]:
        return grant(options, options.wish, values)
    with NamedTemporaryFile(prefix="tui-pod-") as file:  # for the app, which cannot read what is typed in here
        file.write(sys.stdin.buffer.read(MAX_TYPED_IN + 1))
        file.flush()
        names = {name: file.name for name, value in values.items() if value == Path("-")}
        typed_in = file.name if "urls" in values else "standard input"
        return grant(options, options.wish, values | names | {"typed_in": typed_in})


def grant(options: Namespace, wish: str, values: Mapping[str, Any]) -> int:
    """Have a wish granted, by the app if one runs, and print what was done; return the exit status."""
    caller = Terminal(getattr(options, "json", False))
    try:
        outcome = _by_the_app(options, wish, values, caller)
    except NobodyRuns:
        from tui_pod.cli.alone import grant_alone  # imports the services, which an app has already

        outcome = grant_alone(options, wish, values, caller)
    show_progress("")
    if not outcome.is_done:
        raise UserError(render_keys(outcome.text))
    if outcome.text and not caller.wants_json:
        tell(render_keys(outcome.sentence))
    return outcome.status


def plain(value: object) -> object:
    """Return a value as JSON has it; a path is absolute, since the app runs in another folder."""
    return os.path.abspath(value) if isinstance(value, Path) and value != Path("-") else value


def place(typed: Any, is_shell: bool = False) -> Any:
    """Return what was typed, a path as an absolute one: the app runs in another folder.

    With `is_shell`, the bare name of a file is a path too.
    """
    if isinstance(typed, str):
        return typed if typed.startswith(SCHEME) else typed_path(typed, is_shell) or typed
    return [place(one, is_shell) for one in typed]


def _by_the_app(options: Namespace, wish: str, values: Mapping[str, Any], caller: Terminal) -> Outcome:
    """Send a wish to the app, and print and answer what it sends until it is done.

    Raises:
        NobodyRuns: no app runs on the state.
        UserError: the app says why not, has another version, does not answer, or ended.
    """
    state = find_paths(options.state, options.config).state
    request = {"wish": wish, "values": values, "is_there": caller.is_there, "json": caller.wants_json}
    with connect(state, PATIENCE) as connection:
        try:
            connection.sendall(json.dumps(request, default=str).encode() + b"\n")
            for line in _lines(connection):
                match line:
                    case {"error": str(error)}:
                        if "usage" not in line:  # as a version answers that knows no wishes
                            raise RemoteError(OTHER_VERSION)
                        raise (UsageError if line.get("usage") else UserError)(clean(error, LONGEST))
                    case {"done": str(text)}:
                        return Outcome(clean(text, LONGEST), line.get("is_done") is True, status=int(line["status"]))
                    case {"ask": str(text)}:
                        answer = caller.answer(clean(text, LONGEST), str(line.get("kind")))
                        connection.sendall(json.dumps({"answer": answer}).encode() + b"\n")
                    case {"show": list(cells)}:
                        caller.show(*(clean(str(cell), LONGEST) for cell in cells))
                    case {"document": document}:
                        caller.show_json(document)
                    case {"say": str(text)}:
                        caller.say(clean(text, LONGEST))
                    case {"note": str(text)}:
                        caller.note(clean(text, LONGEST))
                    case {"warn": str(text)}:
                        caller.warn(clean(text, LONGEST))
                    case {"progress": str(text), "share": share}:
                        caller.progress(clean(text, LONGEST), share)
        except TimeoutError:
            raise RemoteError(STUCK) from None
        except OSError:
            raise RemoteError(ENDED) from None
        except (ValueError, KeyError):
            raise RemoteError(OTHER_VERSION) from None
    raise RemoteError(ENDED)


def _lines(connection: socket.socket) -> Iterator[dict[str, Any]]:
    """Yield each line of JSON until the app hangs up. Raises TimeoutError if none comes for `PATIENCE`."""
    rest = b""
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65_536):
            *lines, rest = (rest + part).split(b"\n")
            yield from map(json.loads, lines)
