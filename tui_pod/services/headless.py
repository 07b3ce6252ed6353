"""The services without an app: a command does what the running app would do, and nothing plays.

What it changes is saved at the end, in one step. It knows no libmpv, voice or screen.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, cast

from tui_pod.core.actions import render_keys
from tui_pod.core.errors import UserError
from tui_pod.core.outcome import Outcome, refused
from tui_pod.core.playback.controller import PlaybackController
from tui_pod.core.player.changes import ChangeReader
from tui_pod.core.player.options import PlaybackOptions
from tui_pod.core.player.ports import Player, Ports, Sources
from tui_pod.core.progress.progress import PlayedRule
from tui_pod.integrations.broadcast import Broadcast
from tui_pod.library.cache import Loaded, load_library
from tui_pod.runtime import changes
from tui_pod.services.episode_list import EpisodeListModel
from tui_pod.services.services import Services
from tui_pod.state.writer import RecordBuffer

if TYPE_CHECKING:
    from tui_pod.core.player.ports import PlaybackListener
    from tui_pod.services.caller import Caller
    from tui_pod.services.engine import Engine
    from tui_pod.services.first_screen import AppFiles, FirstScreen
    from tui_pod.services.frontend import Frontend, Job
    from tui_pod.services.narration import EpisodeVoice
    from tui_pod.services.podcasts.shared import SharedPodcasts


class Nothing:
    """A port behind which is nothing: each call returns None."""

    def __getattr__(self, name: str) -> object:
        return lambda *_, **__: None


class HeadlessEngine:
    """What saves, for the services; it plays nothing and speaks nothing."""

    def __init__(self, first: FirstScreen, files: AppFiles, frontend: Frontend) -> None:
        """Build everything; nothing is opened."""
        settings = first.settings
        self._files, self._settings, self._writer = files, settings, RecordBuffer(files.state)
        self.broadcast = Broadcast(cast("PlaybackListener", frontend))
        self.excerpts = nothing = Nothing()
        ports = Ports(cast(Player, nothing), cast(Sources, nothing), self._writer, self.broadcast,
                      lambda: datetime.now(UTC), os.urandom(4).hex())  # fmt: skip
        self.controller = PlaybackController(
            first.library, first.progress_index, ports,
            PlaybackOptions(played=PlayedRule(**settings.played.values()), speeds=settings.speeds),
            first.queue, first.playback, first.notebook, first.orders, first.usual_speed, first.session,
            first.saved_list,
        )  # fmt: skip
        self.controller.resume_queue(first.queue_notes)
        if first.is_session_over:
            self.controller.sessions.forget()

    @cached_property
    def podcasts(self) -> SharedPodcasts:
        """The podcasts, which are opened when they are first needed."""
        from tui_pod.services.podcasts.opening import open_podcasts  # most wishes are not about podcasts
        from tui_pod.services.podcasts.shared import SharedPodcasts

        return SharedPodcasts(partial(open_podcasts, self._files.paths, self._settings))

    @cached_property
    def voice(self) -> EpisodeVoice:
        """Reads transcripts, with the times of narrations that are there."""
        from tui_pod.services.narration import EpisodeVoice, make_narrator, spoken_name  # few wishes read any
        from tui_pod.services.transcripts import EpisodeTranscripts
        from tui_pod.sources.foreign_texts import ForeignTexts
        from tui_pod.speech.transcript_files import RECOGNISED, TranscriptFiles

        paths, narration, podcasts = self._files.paths, self._settings.narration, self.podcasts
        recognised = TranscriptFiles(paths.data / RECOGNISED)
        transcripts = EpisodeTranscripts(podcasts, ForeignTexts(paths.cache), recognised)
        name_of = partial(spoken_name, narration, self.controller.library)
        return EpisodeVoice(make_narrator(paths, narration), transcripts, podcasts, name_of, None, narration.voices)

    async def save(self) -> None:
        """Save what was changed so far. Raises StateError if that fails."""
        self.finish()

    def finish(self) -> bool:
        """Save what was changed. Raises StateError if that fails."""
        self._writer.flush()
        return True


class HeadlessServices(Services):
    """The services of a command: nothing goes on in the background, and nothing that is shown is read again."""

    is_app = False

    @cached_property
    def engine(self) -> Engine:
        """What the services use of the engine of an app."""
        return cast("Engine", HeadlessEngine(self.first, self.files, self.frontend))

    async def _read_library(self, size: int) -> Loaded:  # noqa: ARG002
        return load_library(self.files.catalogs, self.files.paths.cache, self.files.paths.data)

    def _library_changed(self, new: int) -> None:
        if new:
            changes.note()  # a sync takes progress that waits for these episodes

    @cached_property
    def model(self) -> EpisodeListModel:
        """The list that an app which starts now would show."""
        return EpisodeListModel(self.first, lambda: self.controller)


def check_writable(services: Services) -> None:
    """Raise UserError if nothing can be saved; the notices of the state have said why."""
    if not services.files.is_writable:
        raise UserError("nothing was changed.")


class HeadlessFrontend(ChangeReader):
    """A `Frontend` in which nothing is shown: notices go to whoever asked."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def tell(self, text: str, is_error: bool = False) -> None:
        """Say a notice, without the keys of an app."""
        said = render_keys(text.partition(" Press \0")[0])
        (self._caller.warn if is_error else self._caller.say)(said)

    def ask_yes(self, question: str, answer: Callable[[bool], None], title: str = "") -> bool:  # noqa: ARG002
        """Ask nothing: the command has ended before there is an answer."""
        return False

    def run_action(self, ident: str, episodes: Sequence[str], values: Mapping[str, str]) -> Outcome:  # noqa: ARG002
        """Refuse: no app runs."""
        return refused(f"{ident} needs a running app.")

    def work_changed(self, jobs: Mapping[str, Job]) -> None:
        """Show the work that began last."""
        job = next(reversed([*jobs.values()]), None)
        self._caller.progress(job.text if job is not None else "", job.share if job is not None else None)
