"""The process of a source of another package: loads it, asks it once, and fetches through the program that asks.

It reads and writes lines of JSON: see `installed`. Whatever the package does ends only this process.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
import traceback
from base64 import b64decode, b64encode
from collections.abc import Mapping
from functools import partial
from pkgutil import resolve_name
from typing import Any, BinaryIO

from tui_pod import plugin
from tui_pod.plugin import (
    Answer,
    Credentials,
    FeedError,
    FetchFailed,
    NeedsLogin,
    Published,
    PublishedItem,
    SourceRequest,
)
from tui_pod.runtime.cell import GB, enter_cell

MEMORY = 2 * GB
"""Most private memory that a source may take (bytes)."""


def main() -> None:
    """Answer one question, within its time."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is meant for the program
    line = socket.socket(fileno=os.dup(0))
    os.close(0)  # a source finds nothing there
    with line.makefile("rb") as questions, line.makefile("wb") as answers:
        asked = json.loads(questions.readline())
        signal.alarm(int(asked["seconds"]) + 1)
        sys.path[:] = asked["path"]
        enter_cell(MEMORY)
        lock = threading.Lock()  # a source may fetch in several threads

        def send(address: str, data: bytes | None, headers: Mapping[str, str], limit: int) -> Answer:
            sent = {"fetch": address, "headers": dict(headers), "limit": limit}
            sent["data"] = None if data is None else b64encode(data).decode()
            with lock:
                _write(answers, sent)
                got = json.loads(questions.readline())
            if got.get("is_login"):
                raise NeedsLogin(got["address"])
            if "error" in got:
                raise FetchFailed(got["error"], got["status"])
            return Answer(b64decode(got["body"]), got["address"], got["status"], got["headers"])

        _write(answers, _answer(asked, partial(SourceRequest, asked.get("place", ""), send=send)))
    os._exit(0)  # threads of the source may go on


def _write(stream: BinaryIO, value: Mapping[str, Any]) -> None:
    text = json.dumps(value, default=lambda other: dict(other) if isinstance(other, Mapping) else [repr(other)])
    stream.write(text.encode() + b"\n")
    stream.flush()


def _answer(asked: dict[str, Any], make_request: Any) -> dict[str, Any]:
    """Return what the source says and what it declares, or why it does not answer."""
    said: dict[str, Any] = {}
    try:
        found = resolve_name(asked["value"])
        source = found() if isinstance(found, type) else found
        contract, declared = getattr(source, "contract", 1), getattr(source, "options", ())
        if contract > plugin.CONTRACT:
            raise FeedError(f"It needs a newer tui-pod, with the contract {contract} for sources.")
        said |= {"is_online": bool(getattr(source, "is_online", True)), "options": [[*option] for option in declared]}
        said["can"] = bool(source.takes and source.read)
        if "typed" in asked:
            said["found"] = source.takes(asked["typed"])
        elif "place" in asked:
            options = {option.name: asked["options"].get(option.name) or option.default for option in declared}
            request: SourceRequest = make_request(options, Credentials(*asked["login"]) if asked["login"] else None)
            is_first = contract == 1  # read(place, fetch), whose fetch returns bytes
            arguments = (request.place, lambda url: request.fetch(url).body) if is_first else (request,)
            podcast = source.read(*arguments)
            if not isinstance(podcast, Published):
                raise TypeError(f"{type(podcast).__name__} instead of Published")
            said["found"] = podcast._asdict() | {"items": [*map(_fields, podcast.items)]}
    except NeedsLogin as error:
        said |= {"refused": str(error), "login": error.address}
    except FeedError as error:
        said["refused"] = str(error)
    except BaseException as error:  # whatever it is, it is the fault of the source
        *_, last = traceback.extract_tb(error.__traceback__)
        said["failed"] = f"{type(error).__name__}: {error} ({os.path.basename(last.filename)}, line {last.lineno})"
        said["cause"] = "".join(traceback.format_exception(error))
    return said


def _fields(item: object) -> dict[str, Any] | None:
    """Return what an item says, as a table; None if it is no item."""
    if not isinstance(item, PublishedItem):
        return None
    said = {name: value for name, value in item._asdict().items() if value != PublishedItem._field_defaults[name]}
    return said | ({"recording": item.recording._asdict()} if item.recording is not None else {})


if __name__ == "__main__":
    main()
