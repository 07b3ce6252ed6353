"""The command `transcribe`: recognise the speech in recordings on this machine, and copy the transcripts."""

from __future__ import annotations

import asyncio
import shutil
import time
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tui_pod.cli.shared import find_episodes, make_folder, open_library, show_progress, warn
from tui_pod.config.settings import MEGABYTE
from tui_pod.core.errors import UserError
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.transcript import Transcript
from tui_pod.core.text.clean import clock, counted
from tui_pod.runtime.own_files import OwnFiles
from tui_pod.services.podcasts.opening import open_podcasts
from tui_pod.services.recordings import NOT_ALL_HERE, find_language, find_recording, make_request, recordings_of
from tui_pod.services.transcripts import EpisodeTranscripts, open_transcripts
from tui_pod.sources.foreign_texts import is_book
from tui_pod.sources.opened import Podcasts
from tui_pod.speech.model import RecognitionError, check_language, find_model, model_name
from tui_pod.speech.recogniser import transcribe
from tui_pod.speech.transcript_files import RECOGNISED, RecognisedTranscript, TranscriptFiles


class _Work(NamedTuple):
    files: TranscriptFiles
    podcasts: Podcasts
    model: Path
    out: Path | None
    is_again: bool
    transcripts: EpisodeTranscripts


def run(options: Namespace) -> int:
    """Transcribe the named episodes or, without names, each recording here that has no transcript.

    Raises:
        UserError: an id is unknown, the extra is missing, or the folder cannot be written.
    """
    opened = open_library(options)
    library, paths = opened.library, opened.paths
    model = find_model(opened.settings.transcribe.model)
    named = find_episodes(library, options.ids)
    if options.again and not named:
        raise UserError("--again needs the ids of the episodes. See: tui-pod list")
    if options.text is not None and len(named) != 1:
        raise UserError("--text needs the id of one episode. See: tui-pod list")
    if options.out is not None:
        make_folder(options.out)
    work = _Work(
        TranscriptFiles(paths.data / RECOGNISED),
        open_podcasts(paths, opened.settings),
        model,
        options.out,
        options.again,
        open_transcripts(paths, opened.settings),
    )
    episodes = list(map(library.episode, named or range(len(library))))
    if not named:
        here = (
            each
            for each in episodes
            if each.transcript is None
            and all(find_recording(part, work.podcasts) is not None for part, _ in recordings_of(each))
        )
        episodes = [episode for episode in here if not work.files.is_complete(episode.id)]
        if not episodes:
            warn("no recording on this machine lacks a transcript")
    try:
        return asyncio.run(_transcribe_all(episodes, work, options.text))
    finally:
        work.transcripts.close()


async def _transcribe_all(episodes: Sequence[Episode], work: _Work, text: str | None) -> int:
    failures = 0
    if text is not None:
        await work.transcripts.give_text(episodes[0], Path(text))
    for number, episode in enumerate(episodes, 1):
        try:
            seconds, speed = await _transcribe(episode, work, f"{number}/{len(episodes)} {episode.id}")
            words = await _words(episode, work)
            if work.out is not None:
                aligned = work.files.aligned(episode.id)
                file = aligned if aligned.exists() else work.files.path(episode.id)
                shutil.copyfile(file, OwnFiles(work.out).claim(f"{episode.id}{file.suffix}"))
        except (UserError, OSError) as error:
            failures += 1
            if work.is_again and work.files.read(episode.id) is None:
                work.files.restore(episode.id)
            warn(f"{episode.id}: {error}")
            continue
        show_progress("")
        note = [words.note] if isinstance(words, Transcript) else []
        sentences = len(words.cues) if words is not None else 0
        print(episode.id, clock(seconds), counted(sentences, "sentence"), speed, *note, sep="\t", flush=True)
    return 1 if failures else 0


async def _words(episode: Episode, work: _Work) -> Transcript | RecognisedTranscript | None:
    """Return what was recognised, or the text of the recording with the times of that."""
    if work.files.text_of(episode.id) is None and not is_book(episode.transcript or ""):
        return work.files.read(episode.id)
    show_progress(episode.id, None, "finding the times of its text")
    return await work.transcripts.read(episode)


async def _transcribe(episode: Episode, work: _Work, said: str) -> tuple[float, str]:
    """Transcribe an episode; return its length in seconds, and the speed.

    Raises:
        UserError: it cannot be transcribed, or only in part.
        OSError: the copy cannot be written.
    """
    if episode.audio is None:
        raise RecognitionError("It has no recording; its text is narrated.")
    check_language(work.model, find_language(episode, work.podcasts))
    requests = []
    for part, offset in recordings_of(episode):
        recording = await asyncio.to_thread(find_recording, part, work.podcasts)
        if recording is None or not recording.is_file():
            if "://" not in (part.audio or ""):
                raise RecognitionError(f"The recording is not there: {part.audio}.")
            if episode.parts:
                raise RecognitionError(NOT_ALL_HERE)
            recording = await asyncio.to_thread(_download, part, work, said)
        requests.append(make_request(part, recording, work.model, work.podcasts, offset))
    if work.is_again:
        work.files.remove(episode.id)
    start, done, began = None, 0.0, time.monotonic()
    async for done in transcribe(work.files, episode.id, requests, model_name(work.model)):
        start = done if start is None else start
        share = min(1.0, done / episode.duration) if episode.duration else None
        show_progress(said, share, f"{clock(done)} recognised")
    taken = time.monotonic() - began
    return done, f"{(done - (start or 0.0)) / taken:.1f}×" if done > (start or 0.0) else "was done"


def _download(episode: Episode, work: _Work, said: str) -> Path:
    request = work.podcasts.audio.download_request(episode, is_automatic=True)
    assert request is not None

    def show(done: int, total: int | None) -> None:
        show_progress(said, done / total if total else None, f"{done // MEGABYTE} MB downloaded")

    return work.podcasts.downloads.fetch(request, show)
