"""Start the app: load what it shows, take the terminal, and end everything in order.

The first screen comes first: whatever it does not need is put off until it is painted.
"""

from __future__ import annotations

import contextlib
import gc
import os
import secrets
import sys
from argparse import Namespace
from collections.abc import Iterator
from datetime import UTC, datetime

from tui_pod.core.book import ProgressBook
from tui_pod.core.browsing import Filter, Sort, View
from tui_pod.core.history import History
from tui_pod.core.library import Library
from tui_pod.core.queue import Queue
from tui_pod.core.session import parse_budget
from tui_pod.library_cache import CatalogsError, Loaded, load_library
from tui_pod.saver import NoSaver, Saved, SaveFailed, Saver
from tui_pod.settings import Paths, find_paths, is_dumb_terminal
from tui_pod.store import State, StateFile

CACHE_BYTES = 200 * 1000 * 1000
"""Bytes of narrations that are kept."""

SAVE_LIMIT = 0.8
"""Seconds that quitting waits for the last save."""


def run_app(options: Namespace) -> int:
    """Run the app and return its exit status."""
    gc.disable()  # a twentieth of the start; the app turns it on again once it has painted
    from tui_pod.commands import catalog_paths

    paths = find_paths(options.state, options.config)
    try:
        loaded = load_library(catalog_paths(options), paths.cache)
    except CatalogsError as error:
        print(error, file=sys.stderr)
        return 1
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print("tui-pod needs a terminal. In scripts use its commands; see: tui-pod --help", file=sys.stderr)
        return 1
    if is_dumb_terminal():
        print(
            "This terminal cannot move its cursor (TERM=dumb). Use the commands; see: tui-pod --help", file=sys.stderr
        )
        return 1
    try:
        budget = parse_budget(options.session, datetime.now(UTC).astimezone()) if options.session else None
    except ValueError as error:
        print(f"tui-pod --session: {error}", file=sys.stderr)
        return 2
    file = StateFile(paths.state)
    with _own_terminal(paths):
        is_saved = _run(options, paths, loaded, file, file.load(), budget)
    if not is_saved:
        print(f"tui-pod: the last progress could not be saved in {file.path.parent}", file=sys.stderr)
    return 0 if is_saved else 1


def _run(options: Namespace, paths: Paths, loaded: Loaded, file: StateFile, state: State, budget: float | None) -> bool:
    """Run the app on what was loaded; return whether all was saved in the end."""
    import asyncio  # with Textual, not before

    from tui_pod.audio.mpv_player import MpvPlayer
    from tui_pod.audio.narrator import Narrator
    from tui_pod.core.listening import Listening
    from tui_pod.core.playback import Playback, RecordsSaved
    from tui_pod.core.transport import Surroundings
    from tui_pod.sources import EpisodeSources
    from tui_pod.ui.app import Start, TuiPodApp
    from tui_pod.ui.messages import SavingChanged

    library = loaded.library
    book = ProgressBook(library, state.progress)

    def report(result: Saved | SaveFailed) -> None:
        if isinstance(result, Saved):
            app.emit(RecordsSaved(result.ticket))
        else:
            app.post_message(SavingChanged(result.reason))

    def make_listening(app: TuiPodApp) -> Listening:
        around = Surroundings(player, sources, saver, app, lambda: datetime.now(UTC), secrets.token_hex(4))
        queue = Queue(tuple(state.strings("queue", "entries")), state.setting("queue", "cursor", 0))
        playback = Playback(
            speed=state.setting("player", "speed", 1.0),
            volume=state.setting("player", "volume", 80),
            is_muted=state.setting("player", "muted", False),
        )
        return Listening(library, book, around, queue=queue, playback=playback)

    async def look_back() -> History:
        app.listening.save()
        return await asyncio.to_thread(_look_back, file, library, saver)

    saver = Saver(file, report) if state.is_writable else NoSaver(report)
    player = MpvPlayer(lambda event: app.emit(event), options.ao)
    sources = EpisodeSources(Narrator(paths.cache / "narrations", CACHE_BYTES), lambda event: app.emit(event))

    def begin_session() -> None:
        if budget is not None:
            app.start_session(budget)

    after_paint = [player.open, saver.compact, begin_session]
    if loaded.save is not None:
        after_paint.append(loaded.save)
    app = TuiPodApp(
        Start(
            make_listening,
            _view(library, state),
            sources.transcript,
            look_back,
            notices=state.notices,
            after_paint=tuple(after_paint),
            closers=[sources.close],
            theme=state.setting("ui", "theme", ""),
        )
    )
    app.run()
    player.close()
    return saver.close(SAVE_LIMIT)


def _look_back(file: StateFile, library: Library, saver: Saver | NoSaver) -> History:
    """Return the statistics of what was heard until now; waits for the disk."""
    from tui_pod.core.history import look_back  # only for those who ask

    saver.flush(SAVE_LIMIT)
    return look_back(file.heard_records(), library)


def _view(library: Library, state: State) -> View:
    """Return what was looked at last; at the first start, the catalogue's top topic."""
    topic = library.topics.find(state.setting("ui", "topic", ""))
    sort, kind = state.setting("ui", "sort", ""), state.setting("ui", "filter", "")
    return View(
        place=topic if topic is not None else min(1, len(library.topics.names) - 1),
        sort=Sort(sort) if sort in list(Sort) else Sort.NEWEST,
        filter=Filter(kind) if kind in list(Filter) else Filter.ALL,
    )


@contextlib.contextmanager
def _own_terminal(paths: Paths) -> Iterator[None]:
    """Give Textual a private handle on the terminal and send file descriptor 2 to the log.

    C libraries (ALSA, PipeWire, libmpv) write to 2, and Textual draws on the same terminal.
    """
    try:
        paths.log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        log = os.open(paths.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    except OSError:
        log = os.open(os.devnull, os.O_WRONLY)
    terminal = os.dup(2)
    former = sys.__stderr__, sys.stderr
    sys.__stderr__ = sys.stderr = open(terminal, "w", encoding="utf-8", closefd=False)  # type: ignore[misc]  # noqa: SIM115
    os.dup2(log, 2)
    os.close(log)
    try:
        yield
    finally:
        sys.__stderr__.flush()
        os.dup2(terminal, 2)
        sys.__stderr__, sys.stderr = former  # type: ignore[misc]
        os.close(terminal)
