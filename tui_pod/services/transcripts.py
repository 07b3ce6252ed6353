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

from tui_pod.core.library.episode import Episode
from tui_pod.core.library.transcript import Transcript, arrange
from tui_pod.core.progress.bookmarks import BY_MACHINE
from tui_pod.core.text.clean import clock
from tui_pod.runtime.threads import CancelToken, in_thread
from tui_pod.sources.foreign_texts import ForeignTexts
from tui_pod.speech.transcript_files import TranscriptFiles

if TYPE_CHECKING:
    from tui_pod.config.paths import Paths
    from tui_pod.config.settings import Settings
    from tui_pod.services.podcasts.shared import SharedPodcasts


_FEED_EPISODE = re.compile(r"[0-9a-f]{16}")
"""Ids of episodes of feeds; all others are from a catalogue, and in English."""

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
        transcript = await self.published(episode)
        if episode.audio is None or self._recognised is None:
            return transcript
        return await asyncio.to_thread(_with_recognised, transcript, self._recognised, episode.id)

    def _in_file(self, episode: Episode, cancel: CancelToken) -> Transcript:
        """Return the transcript in an episode's file; a planned one, which may be a book, is kept for its pieces."""
        key = episode.transcript or "", 0
        with contextlib.suppress(OSError):
            key = key[0], os.stat(key[0]).st_mtime_ns
        transcript = self._planned.get(key) or read_transcript(episode, self._texts, cancel)
        if transcript.is_planned:
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
    return EpisodeTranscripts(SharedPodcasts(partial(open_podcasts, paths, settings, texts)), texts)


def is_of_feed(episode: Episode) -> bool:
    """Return whether an episode is of a feed, a folder or a server, not of a catalogue."""
    return bool(_FEED_EPISODE.fullmatch(episode.id))


def _with_recognised(transcript: Transcript, files: TranscriptFiles, ident: str) -> Transcript:
    """Return the episode's own transcript with recognised times, or the recognised transcript if there is one."""
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
