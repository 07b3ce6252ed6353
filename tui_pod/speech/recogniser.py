"""Recognise speech: owns the process that does so, and saves the transcript. Knows no player and no screen."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass, replace
from math import inf
from typing import Any

from tui_pod.core.library.transcript import SENTENCE_LIMIT, Cue, Transcript
from tui_pod.core.text.clean import clean
from tui_pod.speech.model import RecognitionError
from tui_pod.speech.transcript_files import TranscriptFiles
from tui_pod.speech.worker_process import RightOfWay, answers_of

SAVED = " What was recognised is saved."


@dataclass(frozen=True, slots=True)
class RecognitionRequest:
    """What to recognise."""

    recording: str
    """Path of the file."""
    model: str
    """Path of the model's folder."""
    names: str = ""
    """Names that may come up, separated by commas."""
    language: str | None = "en"
    """Two letters; None to let the model decide."""
    start: float = 0.0
    """Where to begin, in seconds."""
    offset: float = 0.0
    """Where the recording begins in an episode of several, in seconds."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """What was recognised since the previous answer."""

    cues: tuple[Cue, ...]
    until: float
    """Everything before this position, in seconds, is done."""
    is_end: bool = False


async def recognise(
    request: RecognitionRequest, urgent: RightOfWay | None = None, python: str = sys.executable
) -> AsyncGenerator[Recognised, None]:
    """Yield what is recognised as it arrives; the last item has `is_end`.

    Closing the iterator ends the process; `urgent` may pause it for a while.

    Raises:
        RecognitionError: recognition failed.
    """
    worker = "tui_pod.speech.recogniser_worker"
    heard = answers_of(worker, asdict(request), _read_answer, "The recogniser", RecognitionError, urgent, python, SAVED)
    async with aclosing(heard) as answers:
        async for recognised in answers:
            yield recognised
            if recognised.is_end:
                return


async def transcribe(
    files: TranscriptFiles,
    episode: str,
    requests: Sequence[RecognitionRequest],
    model_name: str,
    urgent: RightOfWay | None = None,
) -> AsyncGenerator[float, None]:
    """Recognise the recordings of an episode in order and save its transcript as it grows; yield the seconds done.

    Raises:
        RecognitionError: the recording was not recognised to its end, or the transcript cannot be written.
        TranscriptBusy: another program is recognising the episode.
    """
    try:
        with files.writing(episode, model_name) as writer:
            known = await asyncio.to_thread(files.read, episode)
            start = known.until if known is not None else 0.0
            yield start
            if known is not None and known.is_complete:
                return
            for request, end in zip(requests, [*(one.offset for one in requests[1:]), inf], strict=True):
                if start >= end:
                    continue
                begin = max(0.0, start - request.offset)
                async with aclosing(recognise(replace(request, start=begin), urgent)) as heard:
                    async for part in heard:
                        until = request.offset + part.until
                        if part.is_end and end == inf:
                            await asyncio.to_thread(writer.complete, until)
                        else:
                            until = end if part.is_end else min(end, until)
                            cues = Transcript(part.cues).moved(request.offset).cues
                            await asyncio.to_thread(writer.add, cues, until)
                        yield until
    except OSError as error:
        raise RecognitionError(
            f"The transcript cannot be written to {files.folder}: {error.strerror}.{SAVED}"
        ) from error


def _read_answer(answer: dict[str, Any]) -> Recognised:
    if "error" in answer:
        raise RecognitionError(f"{str(answer['error'])[:1].upper()}{clean(str(answer['error'])[1:], 400)}.")
    if "end" in answer:
        return Recognised((), float(answer["end"]), is_end=True)
    cues = tuple(
        Cue(sentence, float(start), float(end), words=tuple(float(at) for starts in words for at in starts))
        for start, end, text, *words in answer["cues"]
        if (sentence := clean(text, SENTENCE_LIMIT)) and 0 <= float(start) < float(end)
    )
    return Recognised(cues, float(answer["until"]))
