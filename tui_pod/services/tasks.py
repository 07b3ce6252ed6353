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
from tui_pod.core.playback.undo import Change
from tui_pod.core.text.clean import clean, visible
from tui_pod.runtime.log import log
from tui_pod.runtime.subprocesses import end_process, start_of

if TYPE_CHECKING:
    from tui_pod.core.playback.controller import PlaybackController
    from tui_pod.services.frontend import Frontend


class CommandFailed(UserError):
    """A command in a process of its own that failed; the message says why."""


Work = Coroutine[Any, Any, object]


class BackgroundTasks:
    """The tasks in progress, and the status that is shown of them."""

    def __init__(self, controller: PlaybackController, frontend: Frontend) -> None:
        self._controller = controller
        self._frontend = frontend
        self._texts: dict[str, str] = {}  # the status of each kind of work
        self._tasks: set[asyncio.Task[object]] = set()
        self._turn = asyncio.Lock()

    def run(self, work: Work) -> asyncio.Task[object]:
        """Start a task. If it fails, the listener is told; other tasks continue."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def close(self) -> None:
        """Cancel all tasks, and wait until they have ended."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def show(self, what: str, text: str) -> None:
        """Show the status of a kind of work; an empty text removes it."""
        if text != self.shown(what):
            self._texts[what] = text
            self._frontend.work_changed(", ".join(filter(None, self._texts.values())))

    def shown(self, what: str) -> str:
        """Return the status that is shown of a kind of work; empty if none is."""
        return self._texts.get(what, "")

    @contextmanager
    def showing(self, what: str, text: str) -> Iterator[None]:
        """Show a status while the block runs."""
        self.show(what, text)
        try:
            yield
        finally:
            self.show(what, "")

    def note(self, label: str, back: Callable[[], Work], again: Callable[[], Work]) -> None:
        """Tell the listener what was done, and make it undoable; undo and redo run one at a time, in order."""
        undo, redo = partial(self._run_in_turn, back), partial(self._run_in_turn, again)
        self._controller.undo_history.add(Change(label, undo, redo))
        self._frontend.tell(f"{label}. Press {key_of('undo')} to undo.")

    def _run_in_turn(self, change: Callable[[], Work]) -> None:
        async def do() -> None:
            async with self._turn:
                await change()

        self.run(do())

    def _ended(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log(f"{type(error).__name__}: {error}")
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
    return f"Unexpected error ({type(error).__name__}). The log has details."


async def run_command(*words: str, limit: float | None = None) -> bytes:
    """Run a command of this program in a process of its own, and return what it prints.

    Args:
        words: the command and its options.
        limit: longest time in seconds; None for no limit.

    Raises:
        CommandFailed: the command failed without output, with the last line of its error output; or it took too long.
    """
    command, environment = start_of("tui_pod", *words)
    nothing, pipe = asyncio.subprocess.DEVNULL, asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, stdin=nothing, stdout=pipe, stderr=pipe, start_new_session=True
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
