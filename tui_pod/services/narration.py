"""Narrates episodes that have no recording, and speaks other texts. Called on the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui_pod.config.settings import MEGABYTE
from tui_pod.core.library.course import course_place, spoken_place
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.parts import Part
from tui_pod.core.library.transcript import Cue, Transcript
from tui_pod.core.player.snapshot import Chapter, ChapterOrigin, Source
from tui_pod.core.text.language import LANGUAGES, guess_language
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
from tui_pod.speech.pieces import Piece, PlannedText

AHEAD = 2
"""How many pieces of a planned text are narrated ahead of the one that plays."""

GUESSED_FROM = 100
"""How many sentences show in which language a text is."""

if TYPE_CHECKING:
    from tui_pod.config.paths import Paths
    from tui_pod.config.settings import NarrationSettings
    from tui_pod.core.library.library import Library
    from tui_pod.services.podcasts.shared import SharedPodcasts


SHORT_NAME, LONG_NAME = 14, 25
"""Characters up to which a name is spoken with its act, and whole."""

_CONNECTIVE = re.compile(r" (?:&|vs|from) (?!.* (?:&|vs|from) )")
"""The last word that connects two parts of a title."""


@dataclass(eq=False, repr=False)
class EpisodeVoice:
    """Narrates with the transcripts of episodes."""

    narrator: Narrator
    transcripts: EpisodeTranscripts
    _podcasts: SharedPodcasts
    _name_of: Callable[[Episode], str] = lambda _: ""
    """Returns what is spoken first when a narration plays from its start; empty for nothing."""
    _chime_folder: Path | None = None
    """Folder of the chime between two narrations; None if there is no chime."""
    _commands: Mapping[str, str] = field(default_factory=dict)
    """Commands that speak a language, by its code."""
    _text: PlannedText | None = field(default=None, init=False)
    _last_piece: Piece | None = field(default=None, init=False)

    async def narrate(
        self, episode: Episode, answer: Callable[[Source | NarrationError], None], position: float = 0.0
    ) -> None:
        """Narrate an episode, or the piece at a position of a planned text; `answer` is called with the audio."""
        transcript = await self.transcripts.published(episode)
        try:
            command = await self._speaker(episode, transcript)
        except NarrationError as error:
            answer(error)
            return
        chime = await self.chime()
        if transcript.is_planned:
            await self._narrate_piece(episode, transcript, command, answer, position, chime)
            return

        def pass_on(result: Narration | NarrationError) -> None:
            if isinstance(result, NarrationError):
                answer(result)
                return
            notice = f"Only the first {NARRATED_CHARS:,} characters are narrated." if result.is_shortened else ""
            marks = _sentences(result.cues)
            source = Source(str(result.audio), is_narrated=True, duration=result.duration, marks=marks, notice=notice)
            name = str(result.name) if result.name else None
            answer(source._replace(chime=chime, name=name, is_teaser=not transcript.cues))

        self.narrator.request(self._script(episode, transcript, command), pass_on)

    async def _narrate_piece(
        self,
        episode: Episode,
        transcript: Transcript,
        command: tuple[str, ...],
        answer: Callable[[Source | NarrationError], None],
        position: float,
        chime: str | None,
    ) -> None:
        """Narrate the piece at a position of a planned text, and then those that follow."""
        text = self._planned(transcript)
        chapters = await self._podcasts.ask(lambda podcasts, cancel: podcasts.documents.chapters(episode, cancel))
        marks = chapters.marks if chapters.origin is ChapterOrigin.FEED else ()
        pieces = text.at(position)
        piece = next((one for one in pieces if self.narrator.find(text.script(one, command))), pieces[-1])
        self._last_piece = piece

        def pass_on(result: Narration | NarrationError) -> None:
            if isinstance(result, NarrationError):
                answer(result)
                return
            source = _piece_source(text, piece, result)._replace(chime=chime, has_chapters=bool(marks))
            answer(source._replace(marks=marks or _sentences(transcript.cues)))
            self._go_on(text, piece, command)

        self.narrator.request(text.script(piece, command), pass_on)

    def _go_on(self, text: PlannedText, after: Piece, command: tuple[str, ...], left: int = AHEAD) -> None:
        """Narrate some pieces in spare time, one after the other, unless the listener goes elsewhere meanwhile."""
        current, following = self._last_piece, text.after(after)
        if following is None or not left:
            return

        def go_on(result: Narration | NarrationError) -> None:
            if isinstance(result, Narration) and current is self._last_piece:
                self._go_on(text, following, command, left - 1)

        self.narrator.request(text.script(following, command), go_on, is_urgent=False)

    def _planned(self, transcript: Transcript) -> PlannedText:
        """Return a planned transcript in pieces; the last one is kept."""
        if self._text is None or self._text.transcript is not transcript:
            self._text = PlannedText(transcript)
        return self._text

    async def prepare(self, episode: Episode) -> None:
        """Narrate an episode in spare time, for later; of a planned text, its first piece."""
        transcript = await self.transcripts.published(episode)
        try:
            command = await self._speaker(episode, transcript)
        except NarrationError:
            return
        if transcript.is_planned:
            text = PlannedText(transcript)
            script = text.script(text.at(0.0)[0], command)
        else:
            script = self._script(episode, transcript, command)
        if script.sentences:
            self.narrator.request(script, lambda _: None, is_urgent=False)

    async def find(self, episode: Episode, start: float = 0.0, end: float = 0.0) -> Source | None:
        """Return the narration of an episode if there is one already.

        Of a planned text, narrate the sentences between two positions (seconds) if they are not there.

        Raises:
            NarrationError: they cannot be narrated.
        """
        transcript = await self.transcripts.published(episode)
        command = await self._speaker(episode, transcript)
        if transcript.is_planned:
            text = self._planned(transcript)
            piece = text.stretch(start, end)
            return _piece_source(text, piece, await self.narrator.make(text.script(piece, command)))
        found = self.narrator.find(self._script(episode, transcript, command))
        return None if found is None else Source(str(found.audio), is_narrated=True)

    async def transcript(self, episode: Episode) -> Transcript:
        """Return the transcript of an episode, with the times of its narration or recognition if there is one."""
        transcript = await self.transcripts.read(episode)
        if episode.audio is None and not transcript.is_timed:
            with contextlib.suppress(NarrationError):  # without a voice for its language it can still be read
                command = await self._speaker(episode, transcript)
                found = self.narrator.find(self._script(episode, transcript, command))
                return Transcript(found.cues) if found is not None else transcript
        return transcript

    @property
    def missing_voice(self) -> str | None:
        """What is missing to speak, as a half sentence; None if nothing is."""
        return self.narrator.missing()

    async def speak(self, text: str, episode: Episode | None) -> str:
        """Return the path of a text about an episode, spoken.

        Raises:
            NarrationError: the voice is not there, or does not speak the episode's language.
        """
        sentences = [Cue(sentence) for line in text.splitlines() for sentence in split_sentences(line)]
        command = await self._speaker(episode, Transcript(tuple(sentences))) if episode is not None else ()
        return str((await self.narrator.make(replace(make_script(sentences), command=command))).audio)

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
        self.transcripts.close()
        await self.narrator.close()

    def _script(self, episode: Episode, transcript: Transcript, command: tuple[str, ...]) -> Script:
        return replace(make_episode_script(episode, transcript, self._name_of(episode)), command=command)

    async def _speaker(self, episode: Episode, transcript: Transcript) -> tuple[str, ...]:
        """Return the command that speaks the language of an episode; empty for the voice.

        Raises:
            NarrationError: nothing speaks it.
        """
        language = transcript.language if transcript.is_planned else ""
        if not language and is_of_feed(episode):
            stated = await self._podcasts.ask(lambda podcasts, _: podcasts.documents.language(episode))
            words = [cue.text for cue in transcript.cues[:GUESSED_FROM]] or [episode.title, episode.summary]
            language = stated or guess_language(" ".join(words))
        return command_for(self._commands, language, episode.title)


def command_for(commands: Mapping[str, str], language: str, title: str) -> tuple[str, ...]:
    """Return the command that speaks a language, such as `de-at`; empty for the voice, which speaks English.

    Raises:
        NarrationError: nothing speaks it, or the setting is no command; the message names the title and the setting.
    """
    general = language.partition("-")[0] or "en"
    chosen = commands.get(language) or commands.get(general)
    if chosen:
        try:
            return tuple(map(os.path.expanduser, shlex.split(chosen)))
        except ValueError as error:
            raise NarrationError(f"[narration.voices] {general} is not a command: {error}.") from error
    if general == "en":
        return ()
    name = LANGUAGES.get(general, general)
    raise NarrationError(
        f"The settings name no voice for {name}: [narration.voices] {general}. “{title}” can still be read."
    )


def _piece_source(text: PlannedText, piece: Piece, narration: Narration) -> Source:
    """Return the audio of a piece of a planned text."""
    part = Part(str(narration.audio), piece.end - piece.start, start=piece.start)
    return Source(part.audio, is_narrated=True, duration=narration.duration, part=part, planned=text.duration)


def _sentences(cues: Iterable[Cue]) -> tuple[Chapter, ...]:
    """Return the sentences of a narration as points to jump to."""
    return tuple(Chapter(cue.start or 0.0, cue.text) for cue in cues)


def make_episode_script(episode: Episode, transcript: Transcript, name: str = "") -> Script:
    """Return the script of a narration: the transcript, or title and summary if there is none.

    Args:
        episode: what to narrate.
        transcript: its words.
        name: spoken before it; empty for nothing.
    """
    if transcript.cues:
        return make_script(transcript.cues, episode.duration, name)
    title = episode.title if episode.title.endswith((".", "!", "?")) else f"{episode.title}."
    return make_script([Cue(title), *map(Cue, split_sentences(episode.summary))])


def spoken_name(settings: NarrationSettings, library: Library, episode: Episode) -> str:
    """Return the short name of an episode, such as `Act 2, 11: SwiGLU.`; empty if it is of no course, or not wanted.

    It is cut so that it takes about 2.5 s: a long title at its last connective, and a longer one has its number alone.
    """
    index = library.index(episode.id) if settings.titles else None
    place = course_place(library.topics, index) if index is not None else None
    if place is None:
        return ""
    name = episode.title.partition(" — ")[0].partition(" (")[0].removeprefix("The ")
    name = _CONNECTIVE.split(name)[0] if len(name) > LONG_NAME else name
    number = spoken_place(library.topics, place) if len(name) <= SHORT_NAME else str(place.number)
    return f"{number}: {name}."


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
    )
