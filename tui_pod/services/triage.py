"""Plays the first real sentences of one episode after another, to decide on what is new in minutes.

Nothing that is sampled counts as started, and no position changes. While one is played, the next is made ready.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from tui_pod.core.actions import key_of
from tui_pod.core.errors import UserError
from tui_pod.core.outcome import DONE, Outcome, refused
from tui_pod.core.player.changes import EpisodeSampled
from tui_pod.core.player.samples import find_end, find_sentence, find_speech, find_start
from tui_pod.core.player.snapshot import Playback, recording_at
from tui_pod.core.progress.progress import Status
from tui_pod.core.text.clean import spoken_time
from tui_pod.integrations.broadcast import Follower
from tui_pod.services.aside import Aside, Clip

if TYPE_CHECKING:
    from tui_pod.audio.excerpt import ExcerptPlayer
    from tui_pod.core.library.episode import Episode
    from tui_pod.services.context import Context
    from tui_pod.services.episode_reader import EpisodeReader
    from tui_pod.services.episode_sources import EpisodeSources
    from tui_pod.services.narration import EpisodeVoice
    from tui_pod.services.passages import PassageService

LOOKED_AT = 100.0
"""Seconds in which speech is looked for in a recording without a transcript: a minute of intro, and more."""

KEYS = (
    f"{key_of('queue.add_last')} queues it, {key_of('list.remove')} dismisses it, {key_of('queue.next')} goes on,"
    f" {key_of('queue.previous')} goes back, {key_of('work.stop')} ends."
)


class Sample(NamedTuple):
    """What is played of an episode."""

    clip: Clip
    title: str = ""
    """The file in which the voice says the title; empty if it is not said."""


class TriageService(Follower):
    """Samples episodes, and puts them on the queue or dismisses them as the listener decides."""

    def __init__(
        self,
        context: Context,
        reader: EpisodeReader,
        passages: PassageService,
        sources: EpisodeSources,
        excerpts: ExcerptPlayer,
        voice: EpisodeVoice,
    ) -> None:
        """Sample nothing yet."""
        self._context, self._reader, self._passages = context, reader, passages
        self._sources, self._excerpts, self._voice = sources, excerpts, voice
        self._aside: Aside | None = None
        self._episodes: Sequence[str] = ()
        self._place = 0
        self._looked: dict[str, float] = {}  # the share of what is looked at of each
        self._step = 0  # where a key leads; 0 before one is pressed

    def start(self, episodes: Sequence[str]) -> Outcome:
        """Sample episodes that are not played; or end the samples that play."""
        controller = self._context.controller
        if self._aside is not None:
            self._end()
            return DONE
        status = controller.progress_index.status
        self._episodes = [ident for ident in episodes if status(ident) is not Status.PLAYED]
        if controller.interlude is not None or not self._episodes:
            return refused("There is nothing here to sample." if not self._episodes else "Something else is asked now.")
        self._place = 0
        self._aside = Aside(self._context, self._excerpts, "triage")
        self._aside.answered = self._answer
        self._context.tasks.run(self._run(self._aside))
        return DONE

    def decide(self, ident: str) -> Outcome | None:
        """Run a command on the episode that is sampled, and go on; None if it is no decision or nothing is sampled."""
        controller, aside = self._context.controller, self._aside
        decisions: dict[str, Callable[[Sequence[str]], Outcome]] = {
            "queue.add_last": controller.queue_last,
            "queue.add_next": controller.queue_next,
            "list.remove": partial(controller.editor.dismiss, is_new=True),
        }
        if aside is None or ident not in decisions or self._place >= len(self._episodes):
            return None
        outcome = decisions[ident]([self._episodes[self._place]])
        self._go(1)
        return Outcome(outcome.text)

    def playback_changed(self, playback: Playback) -> None:  # noqa: ARG002
        """End the samples once something else plays."""
        if self._aside is not None and self._aside.is_over:
            self._aside.enough()

    def _answer(self, is_next: bool) -> None:
        """Go on or back for a headset; while a sample is paused, these keys queue and dismiss it."""
        if self._aside is not None and self._aside.is_paused:
            self.decide("queue.add_last" if is_next else "list.remove")
        else:
            self._go(1 if is_next else -1)

    def _go(self, step: int) -> None:
        self._step = step
        if self._aside is not None:
            self._aside.enough()

    def _end(self) -> None:
        self._go(len(self._episodes))

    async def _run(self, aside: Aside) -> None:
        controller, tell = self._context.controller, self._context.frontend.tell
        history, began, before = controller.undo_history, controller.now(), set(controller.queue.upcoming)
        last, heard, cancelled = history.last, list[str](), threading.Event()
        ready: dict[str, asyncio.Task[Sample]] = {}
        tell(KEYS)
        try:
            with aside.waiting():
                while self._place < len(self._episodes) and not aside.is_over:
                    self._step = 0
                    ahead = self._episodes[self._place : self._place + 2]
                    for ident in ahead:
                        if ident not in ready:
                            ready[ident] = asyncio.create_task(self._prepare(ident, cancelled))
                    await self._sample(aside, ahead[0], ready[ahead[0]], heard)
                    self._place = max(0, self._place + (self._step or 1))
        finally:
            self._aside = None
            cancelled.set()
            for task in ready.values():
                task.cancel()
        queued = [ident for ident in heard if ident in controller.queue.upcoming and ident not in before]
        progress = map(controller.progress_index.get, heard)
        dismissed = sum(one is not None and one.is_dismissed for one in progress)
        said = f"{len(heard)} heard, {len(queued)} queued, {dismissed} dismissed"
        history.join(last, said)
        took = spoken_time((controller.now() - began).total_seconds())
        undo = f" Press {key_of('undo')} to undo." * (history.last is not last)
        tell(f"{said}, {took}.{undo}")

    async def _sample(self, aside: Aside, ident: str, making: asyncio.Task[Sample], heard: list[str]) -> None:
        """Play the sample of an episode, once it is ready."""
        controller, number, count = self._context.controller, self._place + 1, len(self._episodes)
        library = controller.library
        index = library.index(ident)
        if index is None:
            return
        said = f"{number} of {count}: {library.titles[index]}"
        self._context.frontend.show(EpisodeSampled(ident))
        self._context.frontend.tell(f"{said} · {self._podcast(index)}")
        try:
            part = f"sample {number} of {count}"
            fetching = lambda: aside.show(f"fetching {part}", self._looked.get(ident, 0.0), self._end)  # noqa: E731
            if not await aside.wait_for(making, fetching):
                return
            aside.show(part, number / count, self._end)
            sample = making.result()
            if sample.title:
                await aside.hear(sample.title)
            if self._step:
                return
            fault = await aside.hear(sample.clip)
        except UserError as error:
            fault = str(error)
        if fault:
            self._context.frontend.tell(f"{said}: {fault}", is_error=True)
        elif ident not in heard:
            heard.append(ident)

    async def _prepare(self, ident: str, cancelled: threading.Event) -> Sample:
        """Find where the sample of an episode begins, and open its recording there.

        Raises UserError if it cannot be opened.
        """
        library = self._context.controller.library
        index = library.index(ident)
        if index is None:
            raise UserError("it is no longer in the library")
        episode = library.episode(index)
        settings = library.podcast_settings(index)
        transcript = await self._reader.transcript_soon(episode)
        chapters = await self._reader.chapters(episode)
        passages = await self._passages.of(episode, [chapter.start for chapter in chapters])
        start = find_start(passages, chapters, settings.skip_start if settings is not None else 0.0)
        cues = transcript.cues if transcript.is_timed else ()
        if episode.audio is None and not cues:
            await self._voice.prepare(episode)
        spoken = find_sentence(cues, start)
        recording, offset = recording_at(episode, start)
        speed = self._context.controller.mixer.speed_rule(index)
        source = await self._sources.find(recording, start, find_end(cues, start, speed))
        if spoken is None and source is not None and not source.is_narrated:
            from tui_pod.audio.levels import trace  # loads libmpv

            begin = start - offset
            looked = partial(self._looked.__setitem__, episode.id)
            start += find_speech(await asyncio.to_thread(trace, source, begin, LOOKED_AT, cancelled, looked))
        start = start if spoken is None else spoken
        title = await self._say(episode, index) if self._context.settings.playback.sample_titles else ""
        return Sample(Clip(episode, start, find_end(cues, start, speed)), title)

    async def _say(self, episode: Episode, index: int) -> str:
        return await self._voice.speak(f"{self._podcast(index)}. {episode.title}.", episode)

    def _podcast(self, index: int) -> str:
        library = self._context.controller.library
        feed, topics = library.feed_of(index), library.topics
        return next((topics.names[topic] for topic in topics.of_feed(feed)), "") if feed is not None else ""
