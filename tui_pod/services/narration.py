"""Narrates episodes that have no recording, and speaks other texts. Called on the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tui_pod.config.settings import MEGABYTE
from tui_pod.core.library.course import spoken_place
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.transcript import Cue, Transcript
from tui_pod.core.player.snapshot import Chapter, Source
from tui_pod.core.text.speech import split_sentences
from tui_pod.runtime.log import log
from tui_pod.services.transcripts import EpisodeTranscripts, is_of_feed
from tui_pod.speech.narrator import MAX_CHARS as NARRATED_CHARS
from tui_pod.speech.narrator import (
    MODELS,
    SECOND_VOICES,
    Narration,
    NarrationError,
    Narrator,
    Script,
    make_script,
)

if TYPE_CHECKING:
    from tui_pod.config.paths import Paths
    from tui_pod.config.settings import NarrationSettings
    from tui_pod.core.library.library import Library
    from tui_pod.services.podcasts.shared import SharedPodcasts


class EpisodeVoice:
    """Narrates with the transcripts of episodes."""

    def __init__(
        self,
        narrator: Narrator,
        transcripts: EpisodeTranscripts,
        podcasts: SharedPodcasts,
        place_of: Callable[[Episode], str] = lambda _: "",
        chime_folder: Path | None = None,
    ) -> None:
        """Narrate nothing yet.

        Args:
            narrator: makes narrations.
            transcripts: has the words.
            podcasts: knows their languages.
            place_of: returns what is spoken before a title; see `make_episode_script`.
            chime_folder: folder of the chime between two narrations; None for no chime.
        """
        self._narrator = narrator
        self._transcripts = transcripts
        self._podcasts = podcasts
        self._place_of = place_of
        self._chime_folder = chime_folder

    async def narrate(self, episode: Episode, answer: Callable[[Source | NarrationError], None]) -> None:
        """Narrate an episode; `answer` is called with the audio."""
        if language := await self._foreign_language(episode):
            said = f"“{episode.title}” has no recording, and the voice does not speak its language ({language})."
            answer(NarrationError(said))
            return
        transcript = await self._transcripts.published(episode)
        lead = await self.chime()

        def pass_on(result: Narration | NarrationError) -> None:
            if isinstance(result, NarrationError):
                answer(result)
                return
            marks = tuple(Chapter(cue.start or 0.0, cue.text) for cue in result.cues)
            notice = f"Only the first {NARRATED_CHARS:,} characters are narrated." if result.is_shortened else ""
            source = Source(str(result.audio), is_narrated=True, duration=result.duration, marks=marks, notice=notice)
            answer(source._replace(lead=lead, is_teaser=not transcript.cues))

        self._narrator.request(self._script(episode, transcript), pass_on)

    async def prepare(self, episode: Episode) -> None:
        """Narrate an episode in spare time, for later."""
        if await self._foreign_language(episode):
            return
        script = self._script(episode, await self._transcripts.published(episode))
        if script.sentences:
            self._narrator.request(script, lambda _: None, is_urgent=False)

    async def find(self, episode: Episode) -> Source | None:
        """Return the narration of an episode if there is one already."""
        found = self._narrator.find(self._script(episode, await self._transcripts.published(episode)))
        return None if found is None else Source(str(found.audio), is_narrated=True)

    def discard(self, source: Source) -> None:
        """Forget a narration that the player could not open."""
        self._narrator.discard(Path(source.location))

    async def transcript(self, episode: Episode) -> Transcript:
        """Return the transcript of an episode, with the times of its narration or recognition if there is one."""
        transcript = await self._transcripts.read(episode)
        if episode.audio is None and not transcript.is_timed:
            found = self._narrator.find(self._script(episode, transcript))
            if found is not None:
                return Transcript(found.cues)
        return transcript

    @property
    def missing_voice(self) -> str | None:
        """What is missing to speak, as a half sentence; None if nothing is."""
        return self._narrator.missing()

    async def speak(self, text: str, episode: Episode | None) -> str:
        """Return the path of a text about an episode, spoken.

        Raises:
            NarrationError: the voice is not there, or does not speak the episode's language.
        """
        if episode is not None and (language := await self._foreign_language(episode)):
            raise NarrationError(f"the voice does not speak the language of “{episode.title}” ({language}).")
        sentences = [Cue(sentence) for line in text.splitlines() for sentence in split_sentences(line)]
        return str((await self._narrator.make(make_script(sentences, None))).audio)

    async def chime(self) -> str | None:
        """Return the path of the chime; None if it is off or cannot be written."""
        if self._chime_folder is None:
            return None
        from tui_pod.audio.chime import chime_file  # only when something is narrated

        try:
            return str(await asyncio.to_thread(chime_file, self._chime_folder))
        except OSError as error:
            log(f"no chime: {error}")
            return None

    async def close(self) -> None:
        """End the narrator, and the processes that parse transcripts."""
        self._transcripts.close()
        await self._narrator.close()

    def _script(self, episode: Episode, transcript: Transcript) -> Script:
        return make_episode_script(episode, transcript, self._place_of(episode))

    async def _foreign_language(self, episode: Episode) -> str | None:
        """Return the language of an episode that the English voice cannot read; None if it can."""
        if not is_of_feed(episode):
            return None
        return await self._podcasts.ask(lambda podcasts, _: podcasts.documents.foreign_language(episode))


def make_episode_script(episode: Episode, transcript: Transcript, place: str = "") -> Script:
    """Return the script of a narration: the transcript, or title and summary if there is none.

    Args:
        episode: what to narrate.
        transcript: its words.
        place: what is spoken before the title, if titles are spoken; empty for nothing.
    """
    title = episode.title if episode.title.endswith((".", "!", "?")) else f"{episode.title}."
    if transcript.cues:
        number = place or episode.numbering
        return make_script(transcript.cues, episode.duration, f"{number}. {title}" if number else title)
    return make_script([Cue(title), *map(Cue, split_sentences(episode.summary))], None)


def place_in(library: Library, episode: Episode) -> str:
    """Return an episode's place in its course as a voice says it; empty if it has none."""
    index = library.index(episode.id)
    return spoken_place(library.topics, index) if index is not None else ""


def make_narrator(paths: Paths, settings: NarrationSettings, cache_bytes: int | None = None) -> Narrator:
    """Return a narrator configured by the settings.

    Args:
        paths: where its files are.
        settings: what the listener wants.
        cache_bytes: a command's own limit of the cache; commands narrate even if the app must not.
    """
    return Narrator(
        paths.cache / "narrations",
        settings.cache_mb * MEGABYTE if cache_bytes is None else cache_bytes,
        settings.enabled or cache_bytes is not None,
        second_voice=paths.data / MODELS / settings.second_voice / SECOND_VOICES[settings.second_voice],
        has_titles=settings.titles,
    )
