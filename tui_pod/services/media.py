"""Finds the audio and the transcript of an episode: a file, a stream, or a narration.

Runs on the event loop; blocking work runs in threads.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_pod.config.settings import MEGABYTE
from tui_pod.core.library.course import spoken_place
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.transcript import Cue, Transcript, arrange
from tui_pod.core.player.events import ChaptersKnown, Event, LoadFailed, SourceReady
from tui_pod.core.player.snapshot import Chapter, Source
from tui_pod.core.progress.bookmarks import BY_MACHINE
from tui_pod.core.text.clean import clean, clock
from tui_pod.core.text.speech import split_sentences
from tui_pod.runtime.log import log, log_error
from tui_pod.runtime.threads import CancelToken, Result, in_thread
from tui_pod.sources.foreign_texts import ForeignTexts
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
from tui_pod.speech.transcript_files import TranscriptFiles

if TYPE_CHECKING:
    from tui_pod.config.paths import Paths
    from tui_pod.config.settings import NarrationSettings
    from tui_pod.core.library.library import Library
    from tui_pod.net.fetch import LoginWanted
    from tui_pod.sources.opened import Podcasts


_FEED_EPISODE = re.compile(r"[0-9a-f]{16}")
"""Ids of episodes of feeds; all others are from a catalogue, and in English."""


class EpisodeSources:
    """A `Sources` over files, downloads, streams and the narrator; `open_podcasts` is called in a thread."""

    def __init__(
        self,
        narrator: Narrator,
        emit: Callable[[Event], None],
        open_podcasts: Callable[[], Podcasts],
        network_works: Callable[[], None] = lambda: None,
        ask_login: Callable[[Episode, LoginWanted], None] = lambda _episode, _wanted: None,
        words: TranscriptFiles | None = None,
        place_of: Callable[[Episode], str] = lambda _: "",
        chime_folder: Path | None = None,
        relist: Callable[[], Coroutine[Any, Any, None]] | None = None,
        texts: ForeignTexts | None = None,
    ) -> None:
        """Connect the parts.

        Args:
            narrator: makes narrations.
            emit: takes events.
            open_podcasts: opens the podcasts; called in a thread.
            network_works: called when a server has answered.
            ask_login: called with an episode whose server wants a login.
            words: the recognised transcripts.
            place_of: returns what is spoken before a title; see `make_episode_script`.
            chime_folder: folder of the chime between two narrations; None: there is none.
            relist: shows the library again after the length of a part was corrected.
            texts: reads transcripts; None: one that remembers no faults.
        """
        self._place_of = place_of
        self._chime_folder = chime_folder
        self._relist = relist
        self._texts = texts or ForeignTexts()
        self._narrator = narrator
        self._emit = emit
        self._open_podcasts = open_podcasts
        self._network_works = network_works
        self._ask_login = ask_login
        self._recognised = words
        self._opening: asyncio.Task[Podcasts] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def request(self, episode: Episode, load: int) -> None:
        """See `Sources.request`."""
        if episode.audio is None:
            self._run(self._narrate(episode, load), episode, load)
        elif "://" in episode.audio:
            self._run(self._stream(episode, load), episode, load)
        else:
            self._run(self._open_file(episode, episode.audio, load), episode, load)

    def discard(self, source: Source) -> bool:
        """See `Sources.discard`: a narration is made again, and a stream that has changed is read again."""
        if source.is_narrated:
            self._narrator.discard(Path(source.location))
        return source.is_narrated or (source.remote is not None and source.remote.has_changed())

    def correct_length(self, episode: Episode, audio: str, duration: float) -> None:
        """See `Sources.correct_length`."""
        self._run(self._correct_length(episode, audio, duration), episode)

    async def _correct_length(self, episode: Episode, audio: str, duration: float) -> None:
        from tui_pod.shelf.layouts import correct_length  # only for books with wrong tags

        await self.ask(lambda podcasts, _: correct_length(podcasts.store.db, episode.id, audio, duration))
        if self._relist is not None:
            await self._relist()

    def prepare(self, episode: Episode) -> None:
        """See `Sources.prepare`."""
        if episode.audio is None:
            self._run(self._prepare(episode), episode)
        elif "://" in episode.audio:
            self._run(self.ask(lambda podcasts, cancel: podcasts.audio.prepare(episode, cancel)), episode)

    async def podcasts(self) -> Podcasts:
        """Return the podcasts, always the same. Raises what opening them raised; the next call retries."""
        opening = self._opening
        if opening is None or (opening.done() and (opening.cancelled() or opening.exception() is not None)):
            opening = asyncio.get_running_loop().create_task(asyncio.to_thread(self._open_podcasts))
            self._opening = opening
        return await asyncio.shield(opening)

    async def ask(self, work: Callable[[Podcasts, CancelToken], Result]) -> Result:
        """Call `work` with the podcasts in a thread, and return its result."""
        podcasts = await self.podcasts()
        return await in_thread(lambda cancel: work(podcasts, cancel))

    async def close(self) -> None:
        """Cancel all work, and end the narrator."""
        for task in self._tasks:
            task.cancel()
        self._texts.close()
        await self._narrator.close()

    async def transcript(self, episode: Episode) -> Transcript:
        """Return the transcript of an episode, with the times of its narration or recognition if there is one."""
        transcript = await self._words(episode)
        if episode.audio is not None and self._recognised is not None:
            return await asyncio.to_thread(_with_recognised, transcript, self._recognised, episode.id)
        if episode.audio is None and not transcript.is_timed:
            script = self._script(episode, transcript)
            found = self._narrator.find(script)
            if found is not None:
                return Transcript(found.cues)
        return transcript

    async def find(self, episode: Episode) -> Source | None:
        """Return the audio of an episode without waiting for a narration; None if there is none yet.

        Raises:
            FetchError: the server refuses it, or the network is down.
        """
        if episode.audio is None:
            found = self._narrator.find(self._script(episode, await self._words(episode)))
            return None if found is None else Source(str(found.audio), is_narrated=True)
        if "://" not in episode.audio:
            is_there = await asyncio.to_thread(Path(episode.audio).is_file)
            return Source(episode.audio) if is_there else None
        return await self.ask(lambda podcasts, cancel: podcasts.audio.source(episode, cancel))

    async def _words(self, episode: Episode) -> Transcript:
        """Return the transcript of an episode, from its file or the network; of several parts, from theirs."""
        if any(part.transcript for part in episode.parts):
            return await in_thread(lambda cancel: _parts_transcript(episode, self._texts, cancel))
        is_text = episode.transcript is None and episode.audio is None and _FEED_EPISODE.fullmatch(episode.id)
        if not is_text and "://" not in (episode.transcript or ""):
            return await in_thread(lambda cancel: read_transcript(episode, self._texts, cancel))
        return await self.ask(lambda podcasts, cancel: podcasts.documents.transcript(episode, cancel))

    async def _open_file(self, episode: Episode, path: str, load: int) -> None:
        fault = await in_thread(lambda _: _fault_of(path))
        self._emit(LoadFailed(load, fault) if fault else SourceReady(load, Source(path)))
        if not fault and _FEED_EPISODE.fullmatch(episode.id):  # a file of a folder may have a cue sheet
            self._run(self._find_chapters(episode, load, ()), episode)

    async def _stream(self, episode: Episode, load: int) -> None:
        podcasts = await self.podcasts()
        from tui_pod.net.fetch import FetchError, LoginWanted  # brings TLS, 2 MiB

        try:
            source = await in_thread(lambda cancel: podcasts.audio.source(episode, cancel))
        except FetchError as error:
            if isinstance(error, LoginWanted):
                self._ask_login(episode, error)
            said, may_pass = f"{error} Your position is saved.", not (error.is_final or error.is_offline)
            passing = error.brief if may_pass else None
            self._emit(LoadFailed(load, said, False, error.is_offline, passing, error.retry_after))
            return
        if source.is_stream:
            self._network_works()
        self._emit(SourceReady(load, source))
        self._run(
            self._find_chapters(episode, load, source.marks), episode
        )  # apart from the audio, which plays without them

    def tell_chapters(self, episode: Episode, load: int) -> None:
        """Report the stored chapters of an episode that is held, without opening it."""
        self._run(self._find_chapters(episode, load, ()), episode)

    async def _find_chapters(self, episode: Episode, load: int, known: tuple[Chapter, ...]) -> None:
        found = await self.ask(lambda podcasts, cancel: podcasts.documents.chapters(episode, cancel))
        if found.marks and found.marks != known:
            self._emit(ChaptersKnown(load, found.marks, found.origin))

    async def _narrate(self, episode: Episode, load: int) -> None:
        if language := await self._foreign_language(episode):
            said = f"“{episode.title}” has no recording, and the voice does not speak its language ({language})."
            self._emit(LoadFailed(load, said))
            return
        transcript = await self._words(episode)
        script = self._script(episode, transcript)
        lead = await self.chime()

        def answer(result: Narration | NarrationError) -> None:
            if isinstance(result, NarrationError):
                self._emit(LoadFailed(load, str(result)))
                return
            marks = tuple(Chapter(cue.start or 0.0, cue.text) for cue in result.cues)
            notice = f"Only the first {NARRATED_CHARS:,} characters are narrated." if result.is_shortened else ""
            source = Source(str(result.audio), is_narrated=True, duration=result.duration, marks=marks, notice=notice)
            source = source._replace(lead=lead, is_teaser=not transcript.cues)
            self._emit(SourceReady(load, source))

        self._narrator.request(script, answer)

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

    def _script(self, episode: Episode, transcript: Transcript) -> Script:
        return make_episode_script(episode, transcript, self._place_of(episode))

    async def _foreign_language(self, episode: Episode) -> str | None:
        """Return the language of an episode that the English voice cannot read; None if it can."""
        if not _FEED_EPISODE.fullmatch(episode.id):
            return None
        return await self.ask(lambda podcasts, _: podcasts.documents.foreign_language(episode))

    async def _prepare(self, episode: Episode) -> None:
        if await self._foreign_language(episode):
            return
        script = self._script(episode, await self._words(episode))
        if script.sentences:
            self._narrator.request(script, lambda _: None, is_urgent=False)

    def _run(self, work: Coroutine[Any, Any, None], episode: Episode, load: int | None = None) -> None:
        """Start work for an episode; if it fails, report that `load` failed, if given."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(partial(self._ended, episode, load))

    def _ended(self, episode: Episode, load: int | None, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled() or (error := task.exception()) is None:
            return
        log_error(error, episode.id)
        if load is not None:
            said = f"“{episode.title}” cannot be played: {_explained(error)}. Your position is saved."
            self._emit(LoadFailed(load, f"{said} Try again, or run: tui-pod doctor"))


def _with_recognised(transcript: Transcript, files: TranscriptFiles, ident: str) -> Transcript:
    """Return the episode's own transcript with recognised times, else the recognised transcript if there is one."""
    if transcript.cues and not files.is_complete(ident):
        return transcript
    words = files.read(ident)
    if words is None:
        return transcript
    if not transcript.cues:
        note = BY_MACHINE if words.is_complete else f"{BY_MACHINE} up to {clock(words.until)}"
        return replace(arrange(words.cues), note=note, is_recognised=True, is_partial=not words.is_complete)
    from tui_pod.speech.alignment import follow  # seldom needed

    return follow(transcript, words.cues)


def _fault_of(path: str) -> str | None:
    """Return why a file cannot be played; None if it can. Raises OSError if it cannot be read."""
    if not Path(path).is_file():
        return f"The file is gone. Your position is saved. {path} is not there."
    from tui_pod.recordings.mp4_claims import fault_of  # only when a file is played

    fault = fault_of(Path(path))
    return f"{fault} Your position is saved. The file is {path}." if fault else None


def _explained(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return clean(f"{error.strerror}{f' ({error.filename})' if error.filename else ''}")
    return clean(f"{type(error).__name__}: {error}").rstrip(":. ")


def read_transcript(episode: Episode, texts: ForeignTexts, cancel: CancelToken | None = None) -> Transcript:
    """Return the transcript in an episode's file; empty if there is none, with a `fault` if it cannot be read."""
    if episode.transcript is None or "://" in episode.transcript:
        return Transcript()
    return texts.transcript_in(Path(episode.transcript), episode.duration, cancel)


def _parts_transcript(episode: Episode, texts: ForeignTexts, cancel: CancelToken) -> Transcript:
    """Return the transcripts of the parts of an episode as one, with times in the whole if any has times."""
    found = [
        texts.transcript_in(Path(part.transcript), part.duration, cancel).moved(part.start)
        for part in episode.parts
        if part.transcript
    ]
    timed = [cue for words in found if words.is_timed for cue in words.cues]
    whole = arrange(timed) if timed else Transcript(tuple(cue for words in found for cue in words.cues))
    fault = next(filter(None, (words.fault for words in found)), None)
    return replace(whole, fault=fault, note=f"one of its parts cannot be read: {fault}") if fault else whole


def make_episode_script(episode: Episode, transcript: Transcript, place: str = "") -> Script:
    """Return the script of a narration: the transcript, else title and summary.

    Args:
        episode: what to narrate.
        transcript: its words.
        place: what is spoken before the title, if titles are spoken; empty: nothing.
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
