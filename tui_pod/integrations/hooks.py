"""Commands of the listener that run when something happens: `[hooks]` in the settings.

No shell runs them. Each gets JSON on its standard input, and is ended after `LIMIT`, with all that it has started. A
hook can neither stall nor end the app: one that fails leaves a line in the log, and while too many run, further ones
are left out.
"""

from __future__ import annotations

import asyncio
import json
import shlex
from collections.abc import Callable, Iterable, Mapping

from tui_pod.core.errors import UserError
from tui_pod.core.player.snapshot import Playback, PlayerStatus
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.text.clean import clean, clean_lines
from tui_pod.integrations.broadcast import Follower
from tui_pod.runtime.log import log
from tui_pod.runtime.subprocesses import end_process, group_lives, start_process

LIMIT = 10.0
"""Seconds after which a hook is ended."""

LOOK_EVERY = 0.5
"""Seconds between two looks at what a hook has left running."""

MAX_WORD, MAX_ANSWER = 200, 4_000
"""Longest word or sentence to look up, in characters, and how much of the answer is read, in bytes."""

MAX_RUNNING = 8
"""Hooks that run at the same time."""


class Hooks(Follower):
    """Runs the hooks of playback, and others on request."""

    def __init__(
        self,
        commands: Mapping[str, str],
        status: Callable[[], Mapping[str, object]],
        bookmarks: Callable[[], Iterable[Bookmark]],
    ) -> None:
        """Run `commands`, quoted as in a shell, by event, such as `play`; most get the status."""
        self._bookmarks = bookmarks
        self._known = {bookmark.key for bookmark in bookmarks()}
        self._commands = {event: command for event, command in commands.items() if command}
        self._status = status
        self._running: set[asyncio.Task[None]] = set()
        self._former = Playback()

    def playback_changed(self, playback: Playback) -> None:
        """Run the hooks for playing, pausing, and the end of an episode."""
        former, self._former = self._former, playback
        if playback.status is former.status and playback.load == former.load:
            return
        if former.status in (PlayerStatus.PLAYING, PlayerStatus.PAUSED) and playback.episode != former.episode:
            self.run("end", {"id": former.episode, "title": former.title, "position": former.position})
        if playback.status is PlayerStatus.PLAYING:
            self.run("play")
        elif former.status is PlayerStatus.PLAYING and (
            playback.status is PlayerStatus.PAUSED
            or (playback.status is PlayerStatus.STOPPED and playback.episode == former.episode)
        ):
            self.run("pause")

    def bookmarks_changed(self, episodes: frozenset[str]) -> None:
        """Run the hook for each bookmark that was added."""
        for bookmark in self._bookmarks():
            if bookmark.key not in self._known and bookmark.episode in episodes:
                self._known.add(bookmark.key)
                about = {"id": bookmark.episode, "title": bookmark.title, "start": bookmark.start}
                self.run("bookmark", about | {"text": bookmark.text, "note": bookmark.note})

    def notify(self, title: str, body: str = "") -> None:
        """Run the hook for new episodes."""
        self.run("new", {"title": title, "body": body})

    def run(self, event: str, about: Mapping[str, object] | None = None) -> None:
        """Start the hook of an event, if there is one; `about` replaces what plays in its JSON."""
        command = self._commands.get(event)
        if command is None:
            return
        if len(self._running) >= MAX_RUNNING:
            log(f"hook on_{event} is left out: {MAX_RUNNING} hooks are running")
            return
        text = json.dumps({"event": event, **(self._status() if about is None else about)})
        task = asyncio.get_running_loop().create_task(_run(event, command, text.encode()))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    @property
    def running(self) -> int:
        """How many hooks run."""
        return len(self._running)

    async def close(self) -> None:
        """End the hooks that run."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)


async def look_up(command: str, word: str) -> str:
    """Return the lines that a command of the listener's prints about a word, which is its last argument.

    Raises:
        UserError: it cannot be run, prints nothing, or takes longer than `LIMIT`.
    """
    word = clean(word, MAX_WORD).lstrip("- ")  # else it could be an option
    nothing, pipe = asyncio.subprocess.DEVNULL, asyncio.subprocess.PIPE
    try:
        process = await start_process(
            [*shlex.split(command), word], stdin=nothing, stdout=pipe, stderr=nothing, start_new_session=True
        )
    except (OSError, ValueError) as error:
        raise UserError(f"on_word cannot be run: {clean(str(error), 200)}.") from None
    assert process.stdout is not None
    printed = b""
    try:
        async with asyncio.timeout(LIMIT):
            while len(printed) < MAX_ANSWER and (more := await process.stdout.read(MAX_ANSWER)):
                printed += more
    except TimeoutError:
        raise UserError(f"on_word took longer than {LIMIT:.0f} s.") from None
    finally:
        await end_process(process)
    if not (answer := clean_lines(printed[:MAX_ANSWER].decode("utf-8", "replace"), MAX_ANSWER)):
        raise UserError(f"Nothing was found about “{word}”.")
    return answer


async def _run(event: str, command: str, content: bytes) -> None:
    nothing, pipe = asyncio.subprocess.DEVNULL, asyncio.subprocess.PIPE
    try:
        process = await start_process(
            shlex.split(command), stdin=pipe, stdout=nothing, stderr=nothing, start_new_session=True
        )
    except (OSError, ValueError) as error:
        log(f"hook on_{event} cannot be run: {error}")
        return
    try:
        async with asyncio.timeout(LIMIT):
            await process.communicate(content)
            while group_lives(process):  # noqa: ASYNC110  # nothing tells when what it has started ends
                await asyncio.sleep(LOOK_EVERY)
    except TimeoutError:
        log(f"hook on_{event} took longer than {LIMIT:.0f} s and was ended")
    finally:
        await end_process(process)
    if process.returncode:
        log(f"hook on_{event} ended with status {process.returncode}")
