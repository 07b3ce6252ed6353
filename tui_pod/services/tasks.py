"""Runs work in the background of the event loop: reports its errors, shows its status, and makes it undoable."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from tui_pod.core.actions import key_of
from tui_pod.core.errors import UserError
from tui_pod.core.library.library import CatalogsError
from tui_pod.core.outcome import Outcome, refused
from tui_pod.core.playback.undo import Change
from tui_pod.core.player.changes import WorkChanged
from tui_pod.core.text.clean import clean, visible
from tui_pod.runtime.log import log_error
from tui_pod.runtime.subprocesses import end_process, start_of, start_process
from tui_pod.services.frontend import Job

if TYPE_CHECKING:
    from tui_pod.core.playback.controller import PlaybackController
    from tui_pod.services.frontend import Frontend


class CommandFailed(UserError):
    """A command in a process of its own that failed; the message says why."""


Work = Coroutine[Any, Any, object]

Act = Callable[[], Coroutine[Any, Any, str | None]]

SAID_AFTER = 0.3
"""Work that takes longer than this is shown (seconds)."""

REPORT = "tui-pod doctor --report FILE"
"""The command that collects what a report of a fault needs."""

NOTHING_TO_STOP = f"Nothing is under way that could be stopped. {key_of('app.quit')} quits."


class BackgroundTasks:
    """The tasks in progress, and what is shown of them."""

    def __init__(self, controller: PlaybackController, frontend: Frontend) -> None:
        self._controller = controller
        self._frontend = frontend
        self._jobs: dict[str, Job] = {}  # by kind of work, the one that began last at the end
        self._tasks: set[asyncio.Task[object]] = set()
        self._timers: dict[str, asyncio.TimerHandle] = {}  # by kind
        self._turn = asyncio.Lock()

    def run(self, work: Work) -> asyncio.Task[object]:
        """Start a task. If it fails, a notice says so; other tasks continue."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def later(self, kind: str, seconds: float, work: Callable[[], object]) -> None:
        """Call `work` after some seconds; replaces a pending call of the same kind."""
        if kind in self._timers:
            self._timers[kind].cancel()
        self._timers[kind] = asyncio.get_running_loop().call_later(seconds, work)

    async def settle(self) -> None:
        """Wait until all tasks have ended, and those that they began; a command waits so before it saves."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self) -> None:
        """Cancel all tasks and pending calls, and wait until the tasks have ended."""
        while self._tasks or self._timers:  # a task that is cancelled may start another
            for timer in self._timers.values():
                timer.cancel()
            self._timers.clear()
            for task in self._tasks:
                task.cancel()
            if self._tasks:
                await asyncio.wait(self._tasks)  # returns after `_ended`; `gather` of ended tasks returns before

    def show(self, kind: str, job: Job | None) -> None:
        """Show a kind of work; None if it has ended."""
        if job != self._jobs.get(kind):
            if job is None:
                del self._jobs[kind]
            else:
                self._jobs[kind] = job
            self._frontend.show(WorkChanged(self._jobs.copy()))

    def shown(self, kind: str) -> str:
        """Return what is shown of a kind of work; empty if nothing is."""
        return self._jobs[kind].text if kind in self._jobs else ""

    @contextmanager
    def showing(self, kind: str, text: str) -> Iterator[Callable[[str, float | None], None]]:
        """Show work, in place of other work of its kind, while the block runs, once it takes longer than `SAID_AFTER`.

        Yields what changes the text and the share that is done. Stopping the work cancels the task of the block.
        """
        task = asyncio.current_task()
        assert task is not None
        job = Job(text, None, task.cancel)
        timer = asyncio.get_running_loop().call_later(SAID_AFTER, lambda: self.show(kind, job))

        def change(text: str, share: float | None) -> None:
            nonlocal job
            job = job._replace(text=text, share=share)
            if kind in self._jobs:
                self.show(kind, job)

        try:
            yield change
        finally:
            timer.cancel()
            self.show(kind, None)

    def stop(self) -> Outcome:
        """Stop the work that began last."""
        for job in reversed(self._jobs.values()):
            if job.stop is not None:
                job.stop()
                return Outcome(f"Stopped: {job.text}.")
        return refused(NOTHING_TO_STOP)

    def perform(self, label: str, do: Act, back: Callable[[], Work], is_told: bool = True) -> asyncio.Task[object]:
        """Begin a change that can be undone, and return its task.

        Its place among the listener's changes is that of the key, not of its end. Changes, undo and redo run one at a
        time, in the order of the keys, so that undo waits for what it undoes.

        Args:
            label: what is done, for an undo before it has ended.
            do: does it, also again; returns what was done, such as `Ships removed`, for a notice; None if nothing was.
            back: undoes it.
            is_told: whether a notice says what was done.
        """
        history, done = self._controller.undo_history, ""

        async def begin() -> None:
            nonlocal done
            try:
                done = await do() or ""
            finally:
                is_current = history.settle(change, done)
            if is_current and done and is_told:
                self._frontend.tell(f"{done}. Press {key_of('undo')} to undo.")

        async def repeat(step: Callable[[], Work]) -> None:
            if done:
                await step()

        undo, redo = partial(repeat, back), partial(repeat, do)
        change = Change(label, partial(self._run_in_turn, undo), partial(self._run_in_turn, redo))
        history.add(change)
        return self._run_in_turn(begin)

    def _run_in_turn(self, change: Callable[[], Work]) -> asyncio.Task[object]:
        async def do() -> None:
            async with self._turn:
                await change()

        return self.run(do())

    def _ended(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log_error(error)
            self._frontend.tell(explain(error), is_error=True)


class SaveNotices:
    """Tells the listener when saving fails, and when it works again."""

    def __init__(self, frontend: Frontend) -> None:
        self._frontend = frontend
        self._reason: str | None = None

    def changed(self, reason: str | None) -> None:
        """Say why saving fails, or that it works again (None)."""
        if reason is not None:
            text = f"Progress cannot be saved now: {reason}. Saving will be retried."
            self._frontend.tell(text, is_error=True)
        elif self._reason is not None:
            self._frontend.tell("Progress is saved again.")
        self._reason = reason


def explain(error: BaseException) -> str:
    """Return the notice that reports an error, cleaned: an error's message is text from outside."""
    return visible(_explained(error))


def _explained(error: BaseException) -> str:
    if isinstance(error, CatalogsError):
        return f"The library could not be reloaded: {error.lines[0]}"
    if isinstance(error, UserError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"That went wrong: {error.strerror}{f' ({error.filename})' if error.filename else ''}."
    return f"Unexpected error ({type(error).__name__}). To report it, run: {REPORT}"


async def run_command(*words: str, limit: float | None = None, is_ahead: bool = False) -> bytes:
    """Run a command of this program in a process of its own, and return what it prints.

    It may take `limit` seconds. If nobody waits for it (`is_ahead`), everything else goes first. Raises CommandFailed
    if it took too long, or failed without output, with the last line of its error output.
    """
    command, environment = start_of("tui_pod", *words)
    command = [*(("nice", "-n", "19") if is_ahead else ()), *command]
    nothing, pipe = asyncio.subprocess.DEVNULL, asyncio.subprocess.PIPE
    process = await start_process(
        command, env=environment, stdin=nothing, stdout=pipe, stderr=pipe, start_new_session=True
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), limit)
    except TimeoutError:
        raise CommandFailed(f"tui-pod {words[0]} took too long.") from None
    finally:
        await end_process(process)
    if process.returncode and not out:
        lines = err.decode("utf-8", "replace").strip().splitlines() or [f"tui-pod {words[0]} failed."]
        raise CommandFailed(clean(lines[-1].removeprefix("tui-pod: "), 300))
    return out
