"""Reads the transcripts of episodes: from files, from the network, or as recognised. Called on the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tui_pod.core.errors import UserError
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.transcript import Cue, Transcript, arrange
from tui_pod.core.progress.bookmarks import BY_MACHINE
from tui_pod.core.text.clean import clean, clock, counted
from tui_pod.runtime.files import reason
from tui_pod.runtime.limited_processes import CallLimits, ContentFault
from tui_pod.runtime.threads import CancelToken, in_thread
from tui_pod.sources.foreign_texts import ForeignTexts, door
from tui_pod.sources.foreign_texts import is_book as is_book_file
from tui_pod.speech.transcript_files import RECOGNISED, TEXT_ENDINGS, TranscriptFiles

if TYPE_CHECKING:
    from tui_pod.config.paths import Paths
    from tui_pod.config.settings import Settings
    from tui_pod.services.podcasts.shared import SharedPodcasts


_FEED_EPISODE = re.compile(r"[0-9a-f]{16}")
"""Ids of episodes of feeds; all others are from a catalogue, and in English."""

STEP = 600.0
"""Seconds of a recording that are recognised before what there is of a book is aligned again."""

ALIGN = "tui_pod.speech.transcript_files:align"
ALIGNING = CallLimits(seconds=100.0, memory=1024**3)
"""Limits for a whole book; one of 214,000 words takes 5 s and 170 MB."""

KEPT = 3
"""How many planned texts are kept: what plays, what follows, and what is read."""


class EpisodeTranscripts:
    """Reads the transcript that an episode came with, and adds recognised words and times."""

    def __init__(
        self, podcasts: SharedPodcasts, texts: ForeignTexts | None = None, recognised: TranscriptFiles | None = None
    ) -> None:
        """Read nothing yet; `texts` parses transcripts; if None, one that remembers no faults."""
        self._podcasts = podcasts
        self._texts = texts or ForeignTexts()
        self._recognised = recognised
        self._planned: dict[tuple[str, int], Transcript] = {}  # the last ones, by path and time of change

    async def published(self, episode: Episode) -> Transcript:
        """Return the transcript of an episode, from its file or the network; of several parts, from theirs."""
        if any(part.transcript for part in episode.parts):
            return await in_thread(lambda cancel: _parts_transcript(episode, self._texts, cancel))
        if "://" not in (episode.transcript or ""):
            return await in_thread(lambda cancel: self._in_file(episode, cancel))
        return await self._podcasts.ask(lambda podcasts, cancel: podcasts.documents.transcript(episode, cancel))

    async def read(self, episode: Episode) -> Transcript:
        """Return the transcript of an episode; that of a recording with recognised words or times, if there are any."""
        if episode.audio is None or (files := self._recognised) is None:
            return await self.published(episode)
        given = await asyncio.to_thread(files.text_of, episode.id)
        source = str(given or episode.transcript or "")
        with contextlib.suppress(OSError, ValueError):
            source += f" {os.stat(source).st_mtime_ns}"
        kept = await asyncio.to_thread(files.read_aligned, episode.id, source)
        if kept is not None and not kept[0].is_partial:
            return kept[0]
        if given is None:
            transcript = await self.published(episode)
        else:
            by_listener = episode._replace(transcript=str(given))
            transcript = await in_thread(lambda cancel: self._in_file(by_listener, cancel))
        is_book = given is not None or is_book_file(episode.transcript or "")
        return await in_thread(lambda _: _with_recognised(transcript, files, episode.id, source, is_book, kept))

    async def give_text(self, episode: Episode, file: Path | None) -> str:
        """Give a recording a text, which then is its transcript, or take it away if None; return its size.

        Raises UserError: the text cannot be read, or the episode has no recording.
        """
        if self._recognised is None or episode.audio is None:
            raise UserError(f"“{episode.title}” has no recording that could follow a text.")
        size = ""
        if file is not None:
            ending = file.suffix.lower()
            if ending not in TEXT_ENDINGS:
                raise UserError(f"{clean(str(file), 200)} is no text: it has to be {', '.join(TEXT_ENDINGS)}.")
            found = await in_thread(lambda cancel: self._texts.transcript_in(file, episode.duration, cancel))
            if not found.cues:
                raise UserError(f"{clean(file.name)} cannot be read: {found.fault or 'it is empty or missing'}.")
            size = counted(len(found.cues), "sentence")
        try:
            await asyncio.to_thread(self._recognised.give, episode.id, file)
        except OSError as error:
            said = "The text cannot be taken away" if file is None else f"{clean(str(file), 200)} cannot be copied"
            raise UserError(f"{said}: {reason(error)}.") from None
        return size

    def _in_file(self, episode: Episode, cancel: CancelToken) -> Transcript:
        """Return the transcript in an episode's file; a planned one or a book is kept for the next time."""
        key = episode.transcript or "", 0
        with contextlib.suppress(OSError):
            key = key[0], os.stat(key[0]).st_mtime_ns
        transcript = self._planned.get(key) or read_transcript(episode, self._texts, cancel)
        if transcript.is_planned or is_book_file(key[0]):
            others = [(other, kept) for other, kept in self._planned.items() if other != key]
            self._planned = dict([*others[1 - KEPT :], (key, transcript)])
        return transcript

    def close(self) -> None:
        """End the processes that parse."""
        self._texts.close()


def open_transcripts(paths: Paths, settings: Settings) -> EpisodeTranscripts:
    """Return the transcripts of episodes for a command, which read them as the app does."""
    from tui_pod.services.podcasts.opening import open_podcasts  # opens nothing before it is needed
    from tui_pod.services.podcasts.shared import SharedPodcasts

    texts = ForeignTexts(paths.cache)
    podcasts = SharedPodcasts(partial(open_podcasts, paths, settings, texts))
    return EpisodeTranscripts(podcasts, texts, TranscriptFiles(paths.data / RECOGNISED))


def is_of_feed(episode: Episode) -> bool:
    """Return whether an episode is of a feed, a folder or a server, not of a catalogue."""
    return bool(_FEED_EPISODE.fullmatch(episode.id))


def _with_recognised(
    transcript: Transcript,
    files: TranscriptFiles,
    ident: str,
    source: str,
    is_book: bool,
    kept: tuple[Transcript, float] | None,
) -> Transcript:
    """Return the episode's own transcript with recognised times, or the recognised transcript if there is one.

    A book is given times from its first chapter on, while the rest is recognised; `kept` is what is there of that.
    """
    if transcript.cues and not is_book and not files.is_complete(ident):
        return transcript
    words = files.read(ident)
    if words is None or (not words.cues and transcript.cues):
        return transcript
    if kept is not None and not words.is_complete and words.until - kept[1] < STEP:
        return kept[0] if kept[0].cues else transcript
    note = BY_MACHINE if words.is_complete else f"{BY_MACHINE} up to {clock(words.until)}"
    shown, is_opening = None, False
    if transcript.cues:
        answer = door(ALIGNING).read_each(ALIGN, [(str(files.folder), ident, transcript.cues)])[0]
        if not isinstance(answer, ContentFault):
            cues, *rest = answer
            found = Transcript(tuple(Cue(*fields[:-1]) for fields in cues), *rest)
            is_opening = not found.is_timed and not words.is_complete  # which is often not in the text
            if found.is_timed or is_opening or not is_book:
                shown = found
        note = f"{note}; the text that it was given is not what is heard"
    if shown is None:
        shown = replace(arrange(words.cues), note=note, is_recognised=True, is_partial=not words.is_complete)
    if transcript.cues and (is_opening or (shown.is_timed and "://" not in source)):  # a copy of an address may change
        with contextlib.suppress(OSError):
            aligned = Transcript(is_partial=True) if is_opening else shown
            files.keep_aligned(ident, source, aligned, words.until)
    return shown


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
