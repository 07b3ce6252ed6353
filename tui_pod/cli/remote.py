"""The commands that control the running app, ask what it plays, or bring it to this terminal."""

from __future__ import annotations

import contextlib
import json
import re
import select
import socket
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from string import Formatter

from tui_pod.config.paths import find_paths
from tui_pod.core.errors import UsageError
from tui_pod.core.text.clean import clean, clean_title, clock, spoken_time
from tui_pod.integrations.remote_socket import LINE_LIMIT, OTHER_VERSION, NobodyRuns, RemoteError, connect

PATIENCE = 8.0
"""How long to wait for the app's answer (seconds); the app waits up to four for its player."""

WAIT = 1.0
"""Seconds between two attempts to reach an app, when none was running."""

FIELDS = (
    "id", "title", "podcast", "topic", "chapter", "position", "duration", "left", "speed", "volume", "paused", "sleep",
    "session", "queue", "synced", "muted", "waiting",
)  # fmt: skip
"""What `now --follow` prints."""

_AMOUNTS = {
    "seek": "a position such as 1:05, or seconds forward or back such as +30 or -10",
    "speed": "a speed such as 1.5, or a change such as +0.1 or -0.1",
    "volume": "a volume such as 80, or a change such as +5 or -5",
}
"""What each of these commands accepts."""

_SIGNED = re.compile(r"[+-]?(\d{1,6}(?:\.\d{0,6})?|\.\d{1,6})")
_CLOCK = re.compile(r"([+-]?)(?:(\d{1,3}):)?(\d{1,3}):([0-5]\d)")


def run(options: Namespace) -> None:
    """Ask the running app, and print what was done, or what plays afterwards."""
    now, done = ask(find_paths(options.state, options.config).state, make_request(options))
    if options.json:
        from tui_pod.cli.shared import print_json  # imports state and library, 30 ms that desktop keys need not wait

        print_json(now)
    else:
        print(done or describe(now))


def run_now(options: Namespace) -> None:
    """Print what plays, once or at each change.

    Raises:
        UsageError: the format has an unknown field, or braces that do not match.
        RemoteError: no app is running, and it was to be printed once.
    """
    state, line = find_paths(options.state, options.config).state, _writer(options)
    if not options.follow:
        if options.json and options.format is None:
            run(options)
        else:
            now, done = ask(state, {"command": "status"})
            print(done or describe(now) if options.format is None else line(now))
        return
    last = None
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        for now in follow(state):
            if (text := line(now)) != last:
                last = text
                sys.stdout.write(f"{text}\n")  # print() would write the line's end on its own if Python is unbuffered
                sys.stdout.flush()


def run_attach(options: Namespace) -> None:
    """Hand this terminal to the app; the client, this process's parent, holds it from then on."""
    from tui_pod.terminal.client import why_not  # desktop keys do without
    from tui_pod.terminal.protocol import IF_LEFT, TAKE
    from tui_pod.terminal.start import hand_over

    if options.line is None:
        raise RemoteError(why_not() or "There is no terminal, or tui-pod is not in its foreground.")
    state = find_paths(options.state, options.config).state
    if not (hand_over(state, IF_LEFT, options.line) or hand_over(state, TAKE, options.line)):
        raise NobodyRuns


def wait_for_input(descriptor: int | None, seconds: float | None) -> bool:
    """Wait until there is something to read, or for `seconds`; return False if nobody reads our output any more."""
    output, poll = sys.stdout.fileno(), select.poll()
    poll.register(output, 0)  # only its end is of interest
    if descriptor is not None:
        poll.register(descriptor, select.POLLIN)
    return output not in dict(poll.poll(None if seconds is None else seconds * 1000))


def follow(
    state: Path, wait: Callable[[int | None, float | None], bool] = wait_for_input
) -> Iterator[dict[str, object]]:
    """Yield what plays at each change; all fields are None while no app is running.

    `wait` waits for input on a descriptor, or for so many seconds, and returns False to end this.
    """
    while True:
        with contextlib.suppress(OSError, RemoteError, ValueError), connect(state, PATIENCE) as connection:
            connection.sendall(b'{"command": "follow"}\n')
            rest = b""
            while len(rest) < LINE_LIMIT:
                if not wait(connection.fileno(), None):
                    return
                if not (part := connection.recv(LINE_LIMIT)):
                    break
                *lines, rest = (rest + part).split(b"\n")
                yield from map(_status, lines)
        yield dict.fromkeys(FIELDS)  # it has ended, or is about to start
        if not wait(None, WAIT):
            return


def _status(line: bytes) -> dict[str, object]:
    now = json.loads(line)["now"]
    if not isinstance(now, dict):
        raise ValueError
    return {name: now.get(name) for name in FIELDS}


def _writer(options: Namespace) -> Callable[[dict[str, object]], str]:
    """Return what turns an answer into the line to print."""
    if options.format is not None:
        try:
            fields = list(Formatter().parse(options.format))
        except ValueError as error:
            raise UsageError(f"--format: {error}") from None
        unknown = [name for _, name, spec, how in fields if name is not None and (name not in FIELDS or spec or how)]
        if unknown:
            raise UsageError(f"there is no field {clean(unknown[0], 40)}. The fields are: {', '.join(FIELDS)}")
        return lambda now: "" if now.get("id") is None else options.format.format_map(_texts(now))
    if options.json:
        return partial(json.dumps, ensure_ascii=sys.stdout.encoding.lower() != "utf-8")
    return lambda now: "" if now.get("id") is None else describe(now)


def _texts(now: dict[str, object]) -> dict[str, str]:
    """Return the fields as a format shows them: times as `1:05`, and nothing for what there is not."""
    texts = {name: "" if value is None else clean(str(value), 300) for name, value in now.items()}
    for name in ("position", "duration", "left", "sleep", "session"):
        texts[name] = clock(_seconds(now, name)) if now.get(name) is not None else ""
    return texts | {"paused": "‖" if now.get("paused") else "▶", "muted": "muted" if now.get("muted") else ""}


def make_request(options: Namespace) -> dict[str, object]:
    """Return what to ask the app. Raises UsageError if the position or number is not valid."""
    request: dict[str, object] = {"command": options.command}
    if options.command == "play" and options.id is not None:
        request["episode"] = options.id
    elif options.command == "sleep":
        request["when"] = options.when
    elif options.command == "do":
        request["action"] = options.action_id
        if options.ids:
            request["episodes"] = options.ids
        if options.values:
            request["values"] = options.values
    elif options.command in _AMOUNTS:
        request |= _amount(options.amount, _AMOUNTS[options.command])
    return request


def _amount(text: str, wanted: str) -> dict[str, object]:
    """Return a number as `to`, or as `by` when it begins with a sign."""
    if found := _CLOCK.fullmatch(text):
        value = int(found[2] or 0) * 3600.0 + int(found[3]) * 60.0 + int(found[4])
    elif found := _SIGNED.fullmatch(text):
        value = float(found[1])
    else:
        raise UsageError(f"“{clean(text, 60)}” is not {wanted}")
    if text.startswith("-"):
        value = -value
    return {"by" if text.startswith(("+", "-")) else "to": value}


def ask(state: Path, request: dict[str, object]) -> tuple[dict[str, object], str]:
    """Send a request to the app that runs on a state file; return what plays afterwards, and what it says it did.

    Raises the errors of `request_app`.
    """
    answer = request_app(state, request)
    now = answer["now"]
    assert isinstance(now, dict)
    return now, clean(str(answer.get("done", "")), 500)


def request_app(state: Path, request: dict[str, object]) -> dict[str, object]:
    """Send a request to the app that runs on a state file; return its answer, which says at least what plays.

    Raises:
        NobodyRuns: no app is running.
        RemoteError: it does not answer, or it answers with an error.
        UsageError: a value is not possible.
    """
    try:
        with connect(state, PATIENCE) as connection:
            with contextlib.suppress(BrokenPipeError):  # it may have hung up already
                connection.sendall(json.dumps(request).encode() + b"\n")
            answer = json.loads(_read_line(connection))
    except ConnectionError:
        raise RemoteError("The running tui-pod hung up; try again.") from None
    except TimeoutError:
        raise RemoteError("The running tui-pod does not answer.") from None
    except OSError as error:
        raise RemoteError(f"The running tui-pod cannot be reached: {error.strerror or error}") from None
    except (ValueError, RecursionError):
        answer = None
    if isinstance(answer, dict) and isinstance(answer.get("error"), str):
        raise (UsageError if answer.get("usage") is True else RemoteError)(clean(answer["error"], 500))
    if not isinstance(answer, dict) or not isinstance(answer.get("now"), dict):
        raise RemoteError(OTHER_VERSION)
    return answer


def _read_line(connection: socket.socket) -> bytes:
    """Return a line, in however many pieces it arrives. Raises TimeoutError after `PATIENCE`."""
    limit, line = time.monotonic() + PATIENCE, b""
    while not line.endswith(b"\n"):
        left = limit - time.monotonic()
        if left <= 0 or len(line) > LINE_LIMIT:
            raise TimeoutError
        connection.settimeout(left)
        part = connection.recv(4096)
        if not part:
            raise ConnectionResetError
        line += part
    return line


def describe(now: dict[str, object]) -> str:
    """Return what plays as a line that can be read aloud."""
    if now.get("id") is None:
        return "Nothing is playing."
    word = "Paused" if now.get("paused") else "Preparing" if now.get("waiting") else "Playing"
    said = f"{word}: {clean_title(str(now.get('title')))}"
    if podcast := now.get("podcast"):
        said += f", {clean_title(str(podcast))}"
    said += f", {spoken_time(_seconds(now, 'position'))}"
    if duration := _seconds(now, "duration"):
        said += f" of {spoken_time(round(duration))}"
    if (speed := now.get("speed")) != 1.0:
        said += f", speed {clean(str(speed), 10)}"
    if waiting := now.get("waiting"):
        said += f", {clean(str(waiting), 100)}"
    volume = f"volume {clean(str(now.get('volume')), 10)}"
    return f"{said}, {'muted' if now.get('muted') else volume}."


def _seconds(now: dict[str, object], key: str) -> float:
    value = now.get(key)
    return float(value) if isinstance(value, int | float) and abs(value) < 1e9 else 0.0
