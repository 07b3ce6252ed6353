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

from tui_pod.cli.options import without_arguments
from tui_pod.core.errors import UserError

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
            from tui_pod.app.launch import run_app  # imports Textual

            return run_app(options)
        from tui_pod.runtime.output import printable_output  # the app has a gate of its own

        with printable_output():
            return _run_command(options)
    except KeyboardInterrupt:
        return 130
    except ModuleNotFoundError as error:
        from tui_pod.cli.missing import tell_missing  # only in an incomplete installation

        print(tell_missing(error), file=sys.stdout if "doctor" in (arguments or sys.argv) else sys.stderr)
        return 1
    except SystemExit:  # argparse has printed help, or what is wrong
        try:
            sys.stdout.flush()
        except OSError as error:
            return _break_off(error)
        raise


def _parse(arguments: Sequence[str]) -> Any:
    """Return the options; help and wrong usage end the program."""
    if not arguments:
        return without_arguments()
    from tui_pod.cli.parser import parse  # with argparse and the table of commands, a tenth of the client's start

    return parse(arguments)


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
    from tui_pod.runtime import changes  # the app starts without the commands

    module, _, function = options.run.rpartition(".")
    run: Callable[[Any], int | None] = getattr(import_module(f"tui_pod.cli.{module}"), function)
    changed: list[None] = []
    changes.listeners.append(note := lambda: changed.append(None))
    try:
        status = run(options) or 0
        sys.stdout.flush()
    except UserError as error:
        from tui_pod.core.errors import UsageError  # a command has loaded it
        from tui_pod.core.library.library import CatalogsError  # seldom needed

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
        from tui_pod.runtime.files import reason  # few commands break off

        said = "standard output is closed" if error.errno == errno.EBADF else reason(error)
        print("tui-pod", *filter(None, (error.filename,)), said, sep=": ", file=sys.stderr)
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # flushing would fail again at exit
    return 1


if __name__ == "__main__":
    sys.exit(main())
