"""Recognise an episode into its file, from where that ends. Knows no player and no screen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from tui_pod.speech.model import RecognitionError
from tui_pod.speech.recogniser import Request, recognise
from tui_pod.speech.word_files import WordFiles
from tui_pod.speech.worker_process import RightOfWay


async def transcribe(
    files: WordFiles, episode: str, request: Request, model_name: str, urgent: RightOfWay | None = None
) -> AsyncGenerator[float, None]:
    """Yield the seconds that are done, at once and whenever more is; what is done is kept, whatever happens.

    What is `urgent` has the recogniser stand still.

    Raises:
        RecognitionError: it cannot be recognised, or not to its end, or not be written.
        WordsBusy: another program is at it.
    """
    try:
        with files.writing(episode, model_name) as writer:
            known = await asyncio.to_thread(files.read, episode)
            start = known.until if known is not None else 0.0
            yield start
            if known is not None and known.is_complete:
                return
            async with aclosing(recognise(replace(request, start=start), urgent)) as heard:
                async for part in heard:
                    if part.is_end:
                        await asyncio.to_thread(writer.complete, part.until)
                    else:
                        await asyncio.to_thread(writer.add, part.cues, part.until)
                    yield part.until
    except OSError as error:
        raise RecognitionError(
            f"The words cannot be written to {files.folder}: {error.strerror}. What was done is kept."
        ) from error
