"""Starts the program: loads what it shows, takes over the terminal, and ends everything in order."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from tui_pod.config.paths import Paths, catalog_paths, find_paths, is_dumb_terminal
from tui_pod.config.reader import read_config
from tui_pod.core.library.library import CatalogsError
from tui_pod.core.text.clean import visible
from tui_pod.core.text.escapes import CLEAR_LINE
from tui_pod.library.cache import load_cached, load_library
from tui_pod.runtime.files import make_folder, open_regular
from tui_pod.runtime.log import log_error, rotate
from tui_pod.services.lifetime import Lifetime
from tui_pod.services.services import Services
from tui_pod.state.store import StateFile

TYPE_CHECKING = False  # a start without arguments needs no argparse
if TYPE_CHECKING:
    from argparse import Namespace

READING = "Reading the library… Later starts take it from the cache."

RESTORE_LIMIT = 0.5
"""Seconds to wait for the terminal to accept what restores it."""


def run_app(options: Namespace) -> int:
    """Run the app and return its exit status."""
    paths = find_paths(options.state, options.config)
    config = read_config(paths.config, options.config is not None, paths.chosen)
    try:
        catalogs = catalog_paths(options.catalog, config.settings.catalogs)
        loaded = load_cached(catalogs, paths.cache, paths.data)
        if loaded is None:
            with _reading(is_shown=not (options.plain or options.has_saved_screen or _refusal())):
                loaded = load_library(catalogs, paths.cache, paths.data, keeps=False)
        budget = None
        if options.session is not None:
            from tui_pod.core.selection.session_planner import parse_budget  # only with --session

            budget = parse_budget(options.session, datetime.now(UTC))
    except CatalogsError as error:
        print(visible(str(error)), file=sys.stderr)
        return 1
    except ValueError as error:
        print(visible(f"tui-pod --session: {error}"), file=sys.stderr)
        return 2
    if not options.plain and (refusal := _refusal()):
        print(refusal, file=sys.stderr)
        return 1
    if options.notice:
        loaded = loaded._replace(notices=(options.notice, *loaded.notices))
    file = StateFile(paths.state)
    with _own_terminal(paths, options.plain):
        state = file.load()
        services = Services(paths, catalogs, config, loaded, file, state, options.ao)
        lifetime = Lifetime(services, state, budget, loaded.is_kept)
        if options.line is not None:
            from tui_pod.terminal.host import TerminalHost  # only behind a client
            from tui_pod.terminal.start import name_options

            stays, idle = config.settings.app.on_hangup == "detach", config.settings.app.idle_minutes * 60.0
            services.terminal = TerminalHost(options.line, paths.state, stays, idle, name_options(options))
        else:
            lifetime.restore_terminal = _terminal_restorer(is_screen=not options.plain)
        try:
            status = show(lifetime, options.plain)
            size = shutil.get_terminal_size((0, 0))
        finally:
            is_saved = lifetime.finish()
    if not is_saved:
        print(f"tui-pod: the last progress could not be saved in {file.path.parent}", file=sys.stderr)
        status = 1
    if services.terminal is not None:
        services.terminal.end(status)
        if status == 0 and size.columns:
            _save_first_screen(paths, options, size)
    return status


@contextlib.contextmanager
def _reading(is_shown: bool) -> Iterator[None]:
    """Say that the library is read, which takes seconds if it is large and not cached."""
    if is_shown:
        print(READING, end="", flush=True)
    try:
        yield
    finally:
        if is_shown:
            print(CLEAR_LINE, end="", flush=True)


def show(lifetime: Lifetime, is_plain: bool) -> int:
    """Run the program until the listener quits; return 0, or 1 if it failed and said why."""
    if is_plain:
        from tui_pod.plain.program import PlainProgram  # the screen does not need it

        lifetime.services.frontend = program = PlainProgram(lifetime)
        program.run()
        return 0
    from tui_pod.ui.app import TuiPodApp  # the costliest import, after all checks

    app = TuiPodApp(lifetime)
    lifetime.services.frontend = app.frontend
    app.run(mouse=lifetime.services.first.settings.ui.mouse)
    return 1 if app.return_code is None else app.return_code  # None: it panicked


def _save_first_screen(paths: Paths, options: Namespace, size: tuple[int, int]) -> None:
    """Save the screen that the next start will show on such a terminal, unless the saved one is still right."""
    from tui_pod.shelf.generation import BACKUP, DATABASE  # after the terminal was given back, like the rest
    from tui_pod.terminal.saved_screen import read_screen, stamp, write_screen
    from tui_pod.ui.first_screen import draw_first_screen

    if options.session is not None or read_screen(paths, options, size):
        return
    config = read_config(paths.config, options.config is not None, paths.chosen)
    catalogs = catalog_paths(options.catalog, config.settings.catalogs)
    file = StateFile(paths.state)
    files = [paths.config, paths.chosen, *catalogs, file.path, file.journal, paths.data / DATABASE, paths.data / BACKUP]
    stamps = [stamp(path) for path in files]  # before the files are read
    try:
        loaded = load_library(catalogs, paths.cache, paths.data)
    except CatalogsError:
        return
    state = file.load()
    services = Services(paths, catalogs, config, loaded, file, state, None)
    if not services.first.notices:  # they would cover it
        write_screen(paths, options, size, stamps, draw_first_screen(Lifetime(services, state, None), size))


def _terminal_restorer(is_screen: bool) -> Callable[[], None]:
    """Return a function that restores the terminal as it is now, for a process that ends without its event loop."""
    import termios  # not on every system

    try:
        attributes = termios.tcgetattr(0)
    except termios.error:  # standard input is no terminal
        return lambda: None

    def restore() -> None:
        from tui_pod.terminal.client import RESTORE  # only then

        with contextlib.suppress(OSError, termios.error):
            termios.tcsetattr(0, termios.TCSANOW, attributes)
            if is_screen:
                writing = threading.Thread(target=os.write, args=(1, RESTORE), daemon=True)  # it may be stalled
                writing.start()
                writing.join(RESTORE_LIMIT)

    return restore


def _refusal() -> str | None:
    """Return why the screen cannot be drawn here, and what to do instead; None if it can."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return "tui-pod needs a terminal. Without one: tui-pod --plain, or the commands; see: tui-pod --help"
    if is_dumb_terminal():
        return "This terminal cannot move its cursor (TERM=dumb). Start it in plain lines: tui-pod --plain"
    return None


@contextlib.contextmanager
def _own_terminal(paths: Paths, is_plain: bool) -> Iterator[None]:
    """Give Textual a private handle on the terminal and send file descriptor 2 to the log.

    C libraries (ALSA, PipeWire, libmpv) write to 2, and Textual draws on the same terminal. If 2 is not the terminal,
    as after `2>/dev/null`, Textual gets the terminal of standard output.
    """
    try:
        make_folder(paths.log.parent)
        rotate(paths.log)
        log = open_regular(paths.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    except OSError:
        log = os.open(os.devnull, os.O_WRONLY)
    terminal = os.dup(2 if is_plain or os.isatty(2) else 1)
    messages = terminal if os.isatty(2) else os.dup(2)  # the terminal at the end, which may be another one
    former = sys.__stderr__, sys.stderr
    sys.__stderr__ = sys.stderr = open(terminal, "w", encoding="utf-8", closefd=False)  # type: ignore[misc]  # noqa: SIM115
    os.dup2(log, 2)
    os.close(log)
    threading.excepthook = lambda failed: log_error(failed.exc_value or failed.exc_type(), "a thread failed")
    try:
        yield
    finally:
        threading.excepthook = threading.__excepthook__
        sys.__stderr__.flush()
        os.dup2(messages, 2)
        sys.__stderr__, sys.stderr = former  # type: ignore[misc]
        for descriptor in {terminal, messages}:
            os.close(descriptor)
