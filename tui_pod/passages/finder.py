"""Find passages: owns the process that does so. Knows no player and no screen."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
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
    return f"Finding passages needs numpy 2, which comes with the voice. Run: {install_command('numpy>=2')}"


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


def _read(answer: dict[str, Any]) -> tuple[float, bool]:
    """Return the seconds that are done, and whether the search has ended."""
    if "error" in answer:
        raise PassageError(clean(str(answer["error"]), 400))
    return float(answer["end"] if "end" in answer else answer["until"]), "end" in answer
