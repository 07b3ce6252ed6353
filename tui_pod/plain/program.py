"""The plain program: keys in, lines out, over the same listening as the screen. It never imports Textual.

One event is one line. The cursor is never moved and nothing is drawn, so a screen reader reads it in order and
it works over any terminal, or none.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, TextIO

from tui_pod.config.settings import bound_actions
from tui_pod.core.actions import key_of
from tui_pod.core.playback.snapshot import Playback, PlayerStatus
from tui_pod.core.selection.session_planner import SessionRequest, plan_session
from tui_pod.core.text.clean import clean, counted, spoken_time
from tui_pod.plain.actions import Actions
from tui_pod.plain.browser import Browser
from tui_pod.plain.keyboard import Keyboard
from tui_pod.plain.spoken import say_change, say_download, say_history, say_key, say_summary, sentence

if TYPE_CHECKING:
    from tui_pod.core.library.download_state import DownloadState
    from tui_pod.core.library.library import Library
    from tui_pod.core.library.show_notes import EpisodeNotes
    from tui_pod.core.library.transcript import Transcript
    from tui_pod.core.playback.controller import PlaybackController
    from tui_pod.core.playback.events import Event
    from tui_pod.core.playback.snapshot import Chapter
    from tui_pod.core.progress.progress_index import ProgressIndex
    from tui_pod.core.selection.session_planner import Summary
    from tui_pod.services.services import Feeds, Services

TICK = 0.25
"""Seconds between two looks at a load that waits."""

LONG_LOAD = 1.0
"""Seconds of silence after which it is said that something is being prepared."""

LINE_LIMIT = 4_000
"""Characters of a line: a summary at most."""


class PlainProgram:
    """Shows listening in lines; a `Frontend`, and the audience of listening."""

    def __init__(self, start: Services, descriptor: int = 0, output: TextIO | None = None) -> None:
        self._start = start
        start.app = self
        self._output = output or sys.stdout
        self._keyboard = Keyboard(descriptor, self._press, self.quit)
        self._playback = start.playback
        self._loading_since: float | None = None
        self._failed_save: str | None = None
        self._work = ""
        self._tasks: set[asyncio.Task[None]] = set()
        self._browser: Browser
        self._actions: Actions
        self._loop: asyncio.AbstractEventLoop
        self._ended: asyncio.Event

    def run(self) -> None:
        """Run until the listener quits, the input ends, or a signal ends it."""
        gc.enable()
        with contextlib.suppress(AttributeError, ValueError):
            self._output.reconfigure(errors="replace")  # type: ignore[union-attr]
        asyncio.run(self._run())

    async def _run(self) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        handlers = dict.fromkeys((signal.SIGTERM, signal.SIGHUP, signal.SIGINT), self.quit)
        for number, handler in {**handlers, signal.SIGCONT: self._keyboard.resume}.items():
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                self._loop.add_signal_handler(number, handler)
        start, controller = self._start, self.controller
        self._browser = Browser(start.library, start.progress_index, lambda: controller.queue, start.view)
        self._actions = Actions(self, controller, self._browser, bound_actions(start.settings))
        self._greet()
        await self._start.after_paint()
        self._keyboard.start()
        ticking = self._loop.create_task(self._tick())
        try:
            await self._ended.wait()
        finally:
            ticking.cancel()
            self._keyboard.close()
            for task in self._tasks:
                task.cancel()
            await self._start.close()

    def _greet(self) -> None:
        progress_index, library = self._start.progress_index, self._start.library
        self.say(
            f"tui-pod. {counted(len(library))}, {progress_index.topic_stats[0].played} played."
            f" Press {key_of('app.help')} for help."
        )
        for notice in self._start.notices:
            self.say(notice)
        self.say(self._browser.say_list())
        self.say(self._browser.say_here())

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            if self._playback.status is PlayerStatus.LOADING:
                self.controller.tick()
            if self._loading_since is not None and self._loop.time() - self._loading_since > LONG_LOAD:
                self._loading_since = None
                self.say(f"Preparing: {self._playback.title}")

    @property
    def controller(self) -> PlaybackController:
        """What is listened to."""
        return self._start.controller

    def _press(self, key: str) -> None:
        self._actions.press(key)

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # -- what keys need (`Host`) -----------------------------------------------------------------------

    @property
    def feeds(self) -> Feeds:
        """What can be done with podcasts."""
        return self._start.feeds

    def say(self, text: str) -> None:
        """Say a line; when nobody is there to read it any more, end."""
        try:
            said = self._start.with_keys(text, say_key)
            self._output.write(f"{clean(said, LINE_LIMIT)}\n")
            self._output.flush()
        except (OSError, ValueError):  # the terminal or the pipe is gone
            with contextlib.suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), self._output.fileno())  # what is left goes nowhere
            self.quit()

    def ask(self, question: str, asker: Callable[[str], None]) -> None:
        """Say a question, and hand the line that answers it to `asker`."""
        self._keyboard.ask(asker)  # first, so that whoever is quick can edit the line
        self.say(question)

    def read_transcript(self, index: int, asker: Callable[[Transcript], None]) -> None:
        """Find the words of an episode and hand them over."""

        async def read() -> None:
            asker(await self._start.read_transcript(self._start.library.episode(index)))

        self._do(read())

    def read_notes(self, index: int, asker: Callable[[EpisodeNotes, tuple[Chapter, ...]], None]) -> None:
        """Find what else is kept of an episode, and its chapters, and hand them over."""

        async def read() -> None:
            episode = self.controller.library.episode(index)
            asker(await self._start.read_notes(episode), await self._start.read_chapters(episode))

        self._do(read())

    def quit(self) -> None:
        """Save and end."""
        if not self._ended.is_set():
            self._ended.set()
            self.controller.save()

    # -- the stage -------------------------------------------------------------------------------------

    def emit(self, event: Event) -> None:
        """See `Frontend.emit`."""
        self._call(self.controller.handle, event)

    def library_changed(self, library: Library, progress_index: ProgressIndex) -> None:
        """See `Frontend.library_changed`."""
        self._browser.adopt(library, progress_index)

    def downloads_changed(self, downloads: Mapping[str, DownloadState | None]) -> None:
        """See `Frontend.downloads_changed`: when one begins and ends is said, if it was asked for."""
        for ident, download in downloads.items():
            former = self._browser.downloads.pop(ident, None)
            if download is not None:
                self._browser.downloads[ident] = download
            index = self.controller.library.index(ident)
            said = say_download(former, download)
            if said and index is not None:
                self.say(f"{said}: {sentence(self.controller.library.titles[index])}")

    def work_changed(self, text: str) -> None:
        """See `Frontend.work_changed`: that something begins is said; what comes of it is told."""
        if text and not self._work:
            self.say(sentence(f"{text[0].upper()}{text[1:]}"))
        self._work = text

    def saving_changed(self, reason: str | None) -> None:
        """See `Frontend.saving_changed`."""
        self._call(self._tell_saving, reason)

    def _call(self, function: Callable[..., None], *arguments: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended, and the program with it
            self._loop.call_soon_threadsafe(function, *arguments)

    def _tell_saving(self, reason: str | None) -> None:
        if reason is not None:
            self.tell(f"Progress cannot be saved now: {reason}. It is kept and tried again.", is_error=True)
        elif self._failed_save is not None:
            self.tell("Progress is saved again.")
        self._failed_save = reason

    def write_control(self, sequence: str) -> None:
        """See `Frontend.write_control`: nothing is drawn here, and a voice would read it."""

    def start_session(self, budget: float) -> None:
        """See `Frontend.start_session`."""
        controller = self.controller
        request = SessionRequest(budget)
        plan = plan_session(controller.library, controller.progress_index, request, controller.speed_rule)
        if plan.indexes:
            self.say(f"A session of {counted(len(plan.indexes))}, {spoken_time(plan.total)}.")
            controller.start_session(request, plan)
        else:
            self.say(f"Nothing left fits into that time. Press {key_of('session.plan')} to plan another session.")

    def show_statistics(self) -> None:
        """See `Frontend.show_statistics`."""

        async def read() -> None:
            for line in say_history(await self._start.compute_statistics(), self.controller.now().date()):
                self.say(line)

        self._do(read())

    # -- the audience of listening ---------------------------------------------------------------------

    def playback_changed(self, playback: Playback) -> None:
        """See `PlaybackListener.playback_changed`."""
        former, self._playback = self._playback, playback
        if playback.status is not PlayerStatus.LOADING:
            self._loading_since = None
        elif playback.load != former.load:
            self._loading_since = self._loop.time()
        for line in say_change(former, playback):
            self.say(line)

    def progress_changed(self, episodes: frozenset[str]) -> None:
        """See `PlaybackListener.progress_changed`: it is said when one comes to the episode."""

    def queue_changed(self) -> None:
        """See `PlaybackListener.queue_changed`: what the listener changed was said, and the rest is said when asked."""

    def tell(self, text: str, is_error: bool = False) -> None:
        """See `PlaybackListener.tell`."""
        self.say(f"Error: {text}" if is_error else text)

    def session_ended(self, summary: Summary) -> None:
        """See `PlaybackListener.session_ended`."""
        for line in say_summary(self._start.library, summary):
            self.say(line)
        if summary.next:
            self.say(f"Press {key_of('queue.next')} to go on.")
