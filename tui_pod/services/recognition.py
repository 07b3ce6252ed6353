"""Recognises transcripts in the running app, one episode at a time, in the order of the queue.

Called on the event loop; a process of its own recognises, threads do other work that waits.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tui_pod.core.actions import key_of
from tui_pod.core.errors import UserError
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.row_states import RecognitionState
from tui_pod.core.outcome import Outcome
from tui_pod.core.player.changes import TranscriptChanged
from tui_pod.core.progress.bookmarks import BY_MACHINE
from tui_pod.core.text.clean import span
from tui_pod.integrations.power_and_network import is_on_battery
from tui_pod.runtime.log import log_error
from tui_pod.runtime.threads import in_thread
from tui_pod.services.frontend import Job
from tui_pod.services.recordings import (
    NOT_ALL_HERE,
    find_language,
    find_recording,
    make_request,
    recordings_of,
    wanted_by_settings,
)
from tui_pod.speech.model import (
    RecognitionError,
    check_language,
    find_model,
    model_name,
)
from tui_pod.speech.recogniser import transcribe
from tui_pod.speech.transcript_files import TranscriptFiles
from tui_pod.speech.worker_process import RightOfWay

if TYPE_CHECKING:
    from tui_pod.core.library.transcript import Transcript
    from tui_pod.services.context import Context
    from tui_pod.sources.opened import Podcasts

REPORT_EVERY = 1.0
"""Seconds between two reports of progress."""

LOOK_EVERY = 30.0
"""Seconds between two checks whether the machine runs on its battery."""

LOOK_AGAIN = 300.0
"""Seconds between two checks for episodes that the podcasts' settings want recognised."""

USUAL_SPEED = 8.0
"""Seconds of speech that two idle cores recognise per second."""

REMOVED = "Recognised transcript removed"

PAUSED_NOTICE = (
    f"Recognition is paused. “Pause or resume recognition” in the palette ({key_of('app.palette')}) resumes it."
)
PAUSED, ON_BATTERY = "recognition is paused", "recognition waits for mains power"


class RecognitionService:
    """The only part of the running app that recognises transcripts and removes them."""

    def __init__(
        self,
        context: Context,
        files: TranscriptFiles,
        open_podcasts: Callable[[], Awaitable[Podcasts | None]],
        read: Callable[[Episode], Awaitable[Transcript]],
        is_paused: bool = False,
    ) -> None:
        """Recognise nothing yet; `open_podcasts` returns None if the listener has no podcasts.

        `read` returns a transcript, and gives a text the times that were recognised.
        """
        self._context, self._frontend = context, context.frontend
        self._files = files
        self._open_podcasts, self._read = open_podcasts, read
        self._model = context.settings.transcribe.model
        self._is_paused = is_paused
        self._tasks = context.tasks
        self._waiting: dict[str, bool] = {}  # episode -> True if the listener asked for it
        self._states: dict[str, RecognitionState] = {}
        self._job: asyncio.Task[None] | None = None
        self._worker: asyncio.Task[object] | None = None
        self._changed = asyncio.Event()
        self._failed: set[str] = set()
        self._fetched: set[str] = set()  # episodes downloaded only to be recognised
        self._asked = ""  # the value saved last
        self._latest: tuple[Episode, float] | None = None  # the progress to report next
        self._timer: asyncio.TimerHandle | None = None
        self.right_of_way = RightOfWay(asyncio.get_running_loop().call_later)
        """Pauses the work for keys: on two cores, even at the lowest priority, it made one in a hundred take 90 ms."""

    # -- what is asked ---------------------------------------------------------------------------------

    @property
    def is_ready(self) -> bool:
        """Whether the recogniser and a model are installed."""
        with contextlib.suppress(RecognitionError):
            find_model(self._model)
            return True
        return False

    def offer(self, episode: Episode, how: str = f"Press {key_of('transcript.seek')}") -> str:
        """Return how to get a transcript for an episode that has none; empty if it has no recording."""
        if episode.audio is None:
            return ""
        try:
            find_model(self._model)
        except RecognitionError as error:
            return f"{error} — then restart tui-pod."
        takes = f" That takes {span(episode.duration / USUAL_SPEED)} or more." if episode.duration else ""
        return f"{how} to have a transcript recognised on this machine.{takes}"

    def label(self, episode: str) -> str:
        """Return the progress of an episode, such as `recognised by machine · 45 %`; empty if it is not in progress."""
        state = self._states.get(episode)
        if state is None:
            return ""
        return f"{BY_MACHINE} · {self._why_waiting() or state.text}"

    def request(self, episodes: Iterable[str], is_asked: bool = True) -> None:
        """Recognise episodes, which may have a transcript already."""
        for ident in episodes:
            self._waiting[ident] = self._waiting.get(ident, False) or is_asked
            self._set_state(ident, self._states.get(ident) or RecognitionState("…"))
        self._changed.set()
        self._remember_asked()
        if self._waiting and (self._worker is None or self._worker.done()):
            self._worker = self._tasks.run(self._work())
        if is_asked and self._is_paused:
            self._frontend.tell(PAUSED_NOTICE)

    def look(self) -> None:
        """Request the episodes that the podcasts' settings want recognised, now and every `LOOK_AGAIN` seconds."""
        self._tasks.later("transcripts", LOOK_AGAIN, self.look)
        self._tasks.run(self._look())

    def toggle_pause(self) -> Outcome:
        """Pause recognition, also after a restart, or resume it."""
        self._is_paused = not self._is_paused
        self._context.controller.remember("transcribe", "paused", "yes" if self._is_paused else "no")
        self._changed.set()
        if self._is_paused and self._job is not None:
            self._job.cancel()
        return Outcome(PAUSED_NOTICE if self._is_paused else "Recognition resumed.")

    def remove(self, episode: str) -> None:
        """Stop recognising an episode, or remove its recognised transcript, which can be undone."""
        self._tasks.perform(REMOVED, partial(self._remove, episode), lambda: self._bring_back(episode))

    async def close(self) -> None:
        """End the recogniser; it resumes at the next start."""
        await self._tasks.close()
        if self._job is not None:
            await asyncio.wait((self._job,))  # until its process has ended

    # -- automatically ---------------------------------------------------------------------------------

    async def _look(self) -> None:
        podcasts = await self._open_podcasts()
        if podcasts is None or not self.is_ready:
            return
        library, progress = self._context.controller.library, self._context.controller.progress_index
        found = await in_thread(lambda _: wanted_by_settings(podcasts, self._files, library, progress))
        for ident in [ident for ident, is_asked in self._waiting.items() if not is_asked and ident not in found]:
            if self._waiting.get(ident) is False:  # it may have been dropped or asked for meanwhile
                await self._drop(ident)
        self.request([ident for ident in found if ident not in self._waiting and ident not in self._failed], False)

    # -- work ------------------------------------------------------------------------------------------

    async def _work(self) -> None:
        try:
            while (ident := self._next()) is not None:
                if self._why_waiting():
                    await self._wait()
                    continue
                self._job = asyncio.get_running_loop().create_task(self._recognise(ident), name=ident)
                try:
                    await asyncio.wait((self._job,))
                finally:
                    self._job.cancel()
                    self._latest = None
                if not self._job.cancelled() and (error := self._job.exception()) is not None:
                    self._fail(ident, error)
        finally:
            self._tasks.show("recognition", None)

    async def _wait(self) -> None:
        """Wait until something changes, at most `LOOK_EVERY` seconds."""
        self._tasks.show("recognition", Job(self._why_waiting()))
        self._changed.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), LOOK_EVERY)

    def _next(self) -> str | None:
        """Return the next episode: the one playing, then those asked for, those in the queue, and the rest."""
        controller = self._context.controller
        rows = {ident: row for row, ident in enumerate(controller.queue.upcoming)}
        playing = controller.playback.episode

        def order(ident: str) -> tuple[bool, bool, int]:
            return ident != playing, not self._waiting[ident], rows.get(ident, len(rows))

        return min(self._waiting, key=order, default=None)

    def _remember_asked(self) -> None:
        """Save what the listener asked for, so that the next start resumes it."""
        asked = " ".join(ident for ident, is_asked in self._waiting.items() if is_asked and " " not in ident)
        if asked != self._asked:
            self._asked = asked
            self._context.controller.remember("transcribe", "asked", asked)

    def _why_waiting(self) -> str:
        if self._is_paused:
            return PAUSED
        return ON_BATTERY if is_on_battery() else ""

    async def _recognise(self, ident: str) -> None:
        episode = self._context.controller.library.find(ident)
        if episode is None:
            raise RecognitionError("It is no longer in the library.")
        model = find_model(self._model)
        podcasts = await self._open_podcasts()
        language = await in_thread(lambda _: find_language(episode, podcasts))
        check_language(model, language)
        requests = []
        for part, offset in recordings_of(episode):
            recording = await self._recording(part, podcasts, has_others=bool(episode.parts))
            make = partial(make_request, part, recording, model, podcasts, offset)
            requests.append(await asyncio.to_thread(make))
        async with aclosing(transcribe(self._files, ident, requests, model_name(model), self.right_of_way)) as done:
            async for until in done:
                self._report(episode, until)
                if self._why_waiting():
                    return
        self._show(episode, f"aligning the text of “{episode.title}”")
        transcript = await self._read(episode)
        is_asked = self._waiting.pop(ident, False)
        self._set_state(ident, None)
        if ident in self._fetched and not is_asked and podcasts is not None:
            await in_thread(lambda _: podcasts.downloads.delete(ident))
        if is_asked:
            note = "" if transcript.note in ("", BY_MACHINE) else f" ({transcript.note})"
            shows = f"“{episode.title}” has a transcript now{note}. {key_of('view.transcript')} shows it."
            self._frontend.tell(shows if transcript.cues else f"No speech found in “{episode.title}”.")

    async def _recording(self, episode: Episode, podcasts: Podcasts | None, has_others: bool) -> Path:
        """Return the recording of an episode, which is downloaded if it is not here, unless it is one of several."""
        found = await in_thread(lambda _: find_recording(episode, podcasts))
        if found is not None and found.is_file():
            return found
        if has_others:
            raise RecognitionError(NOT_ALL_HERE)
        request = podcasts.audio.download_request(episode, is_automatic=True) if podcasts is not None else None
        if podcasts is None or request is None:
            raise RecognitionError(f"The recording is not there: {episode.audio or 'it is narrated'}.")
        self._show(episode, f"downloading “{episode.title}” for its transcript")
        path = await in_thread(lambda cancel: podcasts.downloads.fetch(request, cancel=cancel))
        self._fetched.add(episode.id)
        return path

    def _report(self, episode: Episode, until: float) -> None:
        """Show the progress of an episode, at most every `REPORT_EVERY` seconds."""
        self._latest = (episode, until)
        if self._timer is None:
            self._show_latest()

    def _show_latest(self) -> None:
        self._timer = None
        if self._latest is None:
            return
        episode, until = self._latest
        self._latest = None
        self._timer = asyncio.get_running_loop().call_later(REPORT_EVERY, self._show_latest)
        progress = self._context.controller.progress_index.get(episode.id)
        duration = (progress.duration if progress is not None else None) or episode.duration
        share = min(0.99, until / duration) if duration else None
        text = f"{int(until // 60)} m" if share is None else f"{int(100 * share)} %"
        self._set_state(episode.id, RecognitionState(text, until))
        self._show(episode, f"recognising “{episode.title}” {text}", share)

    def _show(self, episode: Episode, text: str, share: float | None = None) -> None:
        self._tasks.show("recognition", Job(text, share, lambda: self._tasks.run(self._stop(episode.id))))

    def _set_state(self, ident: str, state: RecognitionState | None) -> None:
        if state is None:
            self._remember_asked()
            self._states.pop(ident, None)
            self._latest = None  # else it would be reported after the end
        else:
            self._states[ident] = state
        self._frontend.show(TranscriptChanged(ident, state))

    def _fail(self, ident: str, error: BaseException) -> None:
        """Give up on an episode, and tell the listener why if they asked for it."""
        is_asked = self._waiting.pop(ident, False)
        self._failed.add(ident)
        self._set_state(ident, None)
        episode = self._context.controller.library.find(ident)
        title = episode.title if episode is not None else ident
        reason = str(error) if isinstance(error, UserError) else f"Unexpected error ({type(error).__name__})."
        log_error(error, f"{ident}: not recognised")
        if is_asked:
            self._frontend.tell(f"“{title}” was not recognised. {reason}", is_error=True)

    async def _remove(self, ident: str) -> str | None:
        if ident in self._waiting:
            await self._stop(ident)
            self._frontend.tell("Recognition stopped; the transcript so far stays.")
        elif await self._take(ident):
            return REMOVED
        else:
            self._frontend.tell("This transcript was not recognised by machine.")
        return None

    async def _stop(self, ident: str) -> None:
        """Stop recognising an episode for the listener; the settings do not request it again before a restart."""
        await self._drop(ident)
        self._failed.add(ident)

    async def _drop(self, ident: str) -> None:
        """Stop recognising an episode, if that was asked for."""
        self._waiting.pop(ident, None)
        if self._job is not None and self._job.get_name() == ident:
            self._job.cancel()
            await asyncio.wait((self._job,))
        self._changed.set()
        self._set_state(ident, None)

    async def _take(self, ident: str) -> bool:
        is_taken = await asyncio.to_thread(self._files.remove, ident)
        self._frontend.show(TranscriptChanged(ident, None))
        return is_taken

    async def _bring_back(self, ident: str) -> None:
        await asyncio.to_thread(self._files.restore, ident)
        self._frontend.show(TranscriptChanged(ident, None))
