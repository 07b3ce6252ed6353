"""The command line: start the app, or run the command that the first word names.

Nothing at the top imports Textual, mpv or the voice: a command pays for what it uses.
"""

from __future__ import annotations

import errno
import gc
import io
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from itertools import zip_longest
from types import SimpleNamespace

TYPE_CHECKING = False  # not from typing, which would stay in the client's memory
if TYPE_CHECKING:
    from typing import Any


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit status: 0 done, 1 failed, 2 wrong usage."""
    closed = _hold_streams()
    try:
        options = _parse(sys.argv[1:] if arguments is None else arguments)
        if options.command == "attach" or (options.command is None and not options.plain):
            from tui_pod.terminal.client import hold  # other commands need no terminal

            held = hold()
            if isinstance(held, int):  # this process was the client
                return held
            options.line = held
            _make_paths(options)
        if options.command is None:
            if closed:
                print(f"tui-pod: standard {closed[0]} is closed, which the app needs", file=sys.stderr)
                return 1
            gc.disable()  # 5 % of the start; the app enables it after the first paint
            if options.line is not None:
                from tui_pod.terminal.start import begin  # only behind a client

                if begin(options, options.line):
                    return 0
            if options.line is None:
                from tui_pod.runtime.guard import fork_guard  # without a client; while this process is small

                fork_guard(is_screen=not options.plain)
            _import_asyncio()
            from tui_pod.app.launch import run_app  # imports Textual

            return run_app(options)
        from tui_pod.runtime.output import printable_output  # the app has a gate of its own

        with printable_output():
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
    """Open closed standard streams on the null device; return which of input and output were closed.

    Otherwise files of ours would get their numbers, and be written to by print. Printing to a closed output fails as
    on a full disk; messages to a closed error output are dropped.
    """
    closed = [name for name in ("stdin", "stdout", "stderr") if getattr(sys, name) is None]
    for name in closed:
        mode = os.O_RDONLY if name == "stdout" else os.O_WRONLY  # input and output of the wrong way round fail
        descriptor = os.open(os.devnull, mode)  # the lowest number that is free, which is the closed one's
        os.set_inheritable(descriptor, True)
        if name == "stdin":
            sys.stdin = io.TextIOWrapper(io.BytesIO())  # a question gets no answer
        else:
            setattr(sys, name, open(descriptor, "w", encoding="utf-8", closefd=False))  # noqa: SIM115
    return [word for name, word in (("stdin", "input"), ("stdout", "output")) if name in closed]


def _run_command(options: Any) -> int:
    from tui_pod.core.errors import UserError  # the app starts without the commands
    from tui_pod.runtime import changes

    module, _, function = options.run.rpartition(".")
    run: Callable[[Any], int | None] = getattr(import_module(f"tui_pod.cli.{module}"), function)
    changed: list[None] = []
    changes.listeners.append(note := lambda: changed.append(None))
    try:
        status = run(options) or 0
        sys.stdout.flush()
    except UserError as error:
        from tui_pod.cli.parser import UsageError  # attach does without argparse
        from tui_pod.core.library.library import CatalogsError

        is_usage = isinstance(error, UsageError)
        program = f"tui-pod {options.command}: " if is_usage else "tui-pod: "
        print("" if isinstance(error, CatalogsError) else program, error, sep="", file=sys.stderr)
        return 2 if is_usage else 1
    except OSError as error:
        return _break_off(error)
    finally:
        changes.listeners.remove(note)
        if changed and options.command != "sync":
            from tui_pod.sync.sending import send_soon  # few commands change anything

            send_soon(options)
    return status


def _break_off(error: OSError) -> int:
    """Report an error, mostly of printing, and return the exit status."""
    if not isinstance(error, BrokenPipeError):  # as with `tui-pod list | head`
        said = "standard output is closed" if error.errno == errno.EBADF else error.strerror or error
        print("tui-pod", *filter(None, (error.filename,)), said, sep=": ", file=sys.stderr)
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # flushing would fail again at exit
    return 1


def _import_asyncio() -> None:
    """Import asyncio without ssl, which the app does not need to start.

    This takes 0.025 off the benchmark's row "119 episodes: instructions", which is 1.186 with a limit of 1.2, and saves
    1.5 MiB. asyncio then makes no TLS connections; http.client imports ssl in a thread when it needs it.
    """
    if "ssl" not in sys.modules:
        sys.modules["ssl"] = None  # type: ignore[assignment]  # its import fails, which asyncio allows for
        import asyncio  # noqa: F401  # at the top it would import ssl

        del sys.modules["ssl"]


def _parse(arguments: Sequence[str]) -> Any:
    """Return the options."""
    command = "attach" if arguments[:1] == ["attach"] else None
    words = arguments[command is not None :]
    run = "attach.run" if command else None
    options = SimpleNamespace(
        command=command,
        run=run,
        catalog=[],
        state=None,
        config=None,
        ao=None,
        session=None,
        plain=False,
        line=None,
        notice=None,
        has_saved_screen=False,
    )
    for name, value in zip_longest(words[::2], words[1::2], fillvalue="-"):
        if name not in ("--catalog", "--state", "--config", "--ao") or value.startswith("-"):
            from tui_pod.cli.parser import parse  # brings argparse, up to 8 % of the start of an app
            from tui_pod.runtime.output import printable_output

            with printable_output():
                return parse(arguments)
        if name == "--catalog":
            options.catalog.append(value)
        else:
            setattr(options, name[2:], value)
    return options


def _make_paths(options: Any) -> None:
    """Turn texts that name files into paths; not in the client, where pathlib would take half a megabyte."""
    if options.catalog or options.state is not None or options.config is not None:
        from pathlib import Path  # not for a start without options

        options.catalog = [Path(text) for text in options.catalog]
        options.state, options.config = (None if t is None else Path(t) for t in (options.state, options.config))


if __name__ == "__main__":
    sys.exit(main())
