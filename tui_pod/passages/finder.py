"""Find passages: owns the process that does so. Knows no player and no screen."""

from __future__ import annotations

import base64
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from tui_pod.core.text.clean import clean
from tui_pod.passages.store import PassageError
from tui_pod.runtime.installer import install_command
from tui_pod.speech.worker_process import RightOfWay, answers_of


@dataclass(frozen=True, slots=True)
class FindRequest:
    """A recording to look at."""

    cache: str
    """Folder in which passages are stored."""
    podcast: str
    """Its address: the recording is compared with the latest others of it."""
    episode: str
    recording: str
    """Path of the whole file."""


def missing() -> str:
    """Return what is missing to find passages, and how to get it; empty if nothing is."""
    with suppress(PackageNotFoundError, ValueError):
        if int(version("numpy").partition(".")[0]) >= 2:
            return ""
    return f"To find what recurs in a podcast, install numpy 2: {install_command('numpy>=2')} — then restart tui-pod."


async def find_passages(
    request: FindRequest, urgent: RightOfWay | None = None, python: str = sys.executable
) -> AsyncGenerator[float, None]:
    """Compare a recording with others and save the result; yield the seconds done so far.

    Closing the iterator ends the process; `urgent` may pause it for a while.

    Raises:
        PassageError: that failed, or another program does so now; nothing was saved.
    """
    if fault := missing():
        raise PassageError(fault)
    worker = "tui_pod.passages.worker"
    found = answers_of(worker, asdict(request), _read, "The search for passages", PassageError, urgent, python)
    async with aclosing(found) as answers:
        async for until, is_end in answers:
            yield until
            if is_end:
                return


async def find_places(
    recording: Path, places: Sequence[str], urgent: RightOfWay, start: float = 0.0
) -> tuple[bytes, dict[str, float]]:
    """Return the sound of a recording for its `Version`, and where the sounds of places begin in it, by their texts.

    Both are of what comes after `start` seconds.

    Raises:
        PassageError: that failed.
    """
    if fault := missing():
        raise PassageError(fault)
    request, name = {"recording": str(recording), "places": [*places], "start": start}, "The search for a position"
    found = answers_of("tui_pod.passages.places", request, _read_places, name, PassageError, urgent, sys.executable)
    async with aclosing(found) as answers:
        return await anext(answers)


def _read_places(answer: dict[str, Any]) -> tuple[bytes, dict[str, float]]:
    """Return the sound, and the places that were found."""
    if "error" in answer:
        raise PassageError(clean(str(answer["error"]), 400))
    return base64.b64decode(answer["words"]), {str(text): float(start) for text, start in answer["found"].items()}


def _read(answer: dict[str, Any]) -> tuple[float, bool]:
    """Return the seconds that are done, and whether the search has ended."""
    if "error" in answer:
        raise PassageError(clean(str(answer["error"]), 400))
    return float(answer["end"] if "end" in answer else answer["until"]), "end" in answer
