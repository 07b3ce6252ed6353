"""The process that finds positions of one version of a recording in another; a request as JSON, and one answer.

Request: {"recording": "PATH", "places": ["TEXT of a Place", …], "start": SECONDS}. Its answer is {"words": "BASE64",
"found": {TEXT: SECONDS}}, the fingerprint of the recording from there on, a word each `STEP`, and where in the
recording the sound of each place begins.
"""

from __future__ import annotations

import base64
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tui_pod.core.player.version import STEP, parse_place
from tui_pod.passages import fingerprint
from tui_pod.passages.fingerprint import FINE, Fingerprint, Words
from tui_pod.passages.worker import decoded
from tui_pod.runtime.cell import GB
from tui_pod.speech.worker_main import answer_request

EVERY = round(STEP / fingerprint.STEP)
"""Of so many stored words one is kept."""

ALIKE = 0.28
"""Share of different bits up to which a sound is the same. That of encoded speech was 0.1, that of other speech never
below 0.38, with 60 places in ten minutes."""

LEAST = 12
"""Words that a half must have, or at most seconds of its sound would tell it from others."""


def find(recording: str, places: Sequence[str], start: float) -> Generator[dict[str, Any], None, None]:
    """Yield the answer to a request. Raises PassageError if the recording cannot be decoded."""
    sound = fingerprint.whole(decoded(Path(recording), start))
    found = {text: start + at for text in places if (at := find_place(sound, text)) is not None}
    yield {"words": thin(sound.stored), "found": found}


def thin(words: Words) -> str:
    """Return of the stored words of a recording those that its positions keep."""
    return base64.b64encode(words[::EVERY].astype("<u4").tobytes()).decode()


def find_place(sound: Fingerprint, text: str) -> float | None:
    """Return where the sound of a place begins in a recording, in seconds; None if it is not in it."""
    place, step = parse_place(text), EVERY * FINE
    words = np.frombuffer(place.words if place is not None else b"", "<u4")
    half = len(words) // 2
    best: tuple[float, int] = ALIKE, 0
    for first, end in ((0, len(words)), (0, half), (half, len(words))):
        count, last = len(sound.words) - step * (end - 1), step * (end - 1)
        if end - first < LEAST or len(np.unique(words[first:end])) < LEAST or count <= 0:
            continue
        different = np.zeros(count, np.int64)
        for number in range(first, end):
            start = number * step
            different += np.bitwise_count(sound.words[start : len(sound.words) - last + start] ^ words[number])
        at = int(np.argmin(different))
        best = min(best, (float(different[at]) / (32 * (end - first)), at))
    return best[1] * fingerprint.STEP / FINE if best[0] < ALIKE else None


if __name__ == "__main__":
    answer_request(lambda request: find(**request), 2 * GB)
