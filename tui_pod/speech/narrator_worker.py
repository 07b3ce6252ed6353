"""The narrator's process: requests as JSON lines on standard input, answers as JSON lines on standard output.

Only this process imports the voice, which keeps its memory, threads and licence out of the app. A request is
    {"id": 7, "sentences": ["spoken form", …], "target": 105.0 or null,
     "breaths": [3], "wav": "PATH.wav", "opus": "PATH.opus", "encode": false}
and its one answer is
    {"id": 7, "duration": 105.0, "times": [[0.1, 4.2], …]}       the WAV is complete
    {"id": 7, "error": "…"}                                      the reason, for the listener
With "encode" the Opus file has replaced the WAV by then, unless encoding failed. Without "encode" the Opus file
replaces the WAV once there has been no request for a while.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import wave
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_pod.audio.libmpv import release_memory
from tui_pod.runtime.subprocesses import start_of

if TYPE_CHECKING:
    import numpy as np
    from hibari import Hibari

    Audio = np.ndarray[Any, np.dtype[np.float32]]
    Samples = np.ndarray[Any, np.dtype[np.int16]]

SAMPLE_RATE = 24_000
"""Samples per second that the voice makes."""

LEAD, TAIL = 0.15, 0.35
"""Seconds of silence before the first and after the last sentence."""

PAUSE = 0.3
"""Seconds between sentences if there is no target length."""

MIN_PAUSE, MAX_PAUSE = 0.1, 0.6
"""Seconds between sentences that still sound natural."""

BREATH = 2.0
"""How many times longer the pause after a paragraph is."""

SPEEDS = ((0.8, 0.795), (0.85, 0.890), (0.9, 0.959), (1.0, 1.0), (1.1, 1.033), (1.2, 1.102), (1.3, 1.174))
"""The voice's speed settings, and the speeds that they really give (measured; rounding makes them uneven)."""

GAIN = 2.5
"""Factor of +8 dB: the voice is at -26 LUFS, and podcasts are at about -18."""

LIMIT = 0.7
"""Level above which peaks are softly limited instead of clipped."""

ENCODE_AFTER = 1.0
"""Seconds without a request before a narration is encoded, since requests come first."""


def main() -> None:
    """Answer requests until standard input ends."""
    with contextlib.suppress(OSError):
        os.nice(10)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # a library's output must not look like an answer
    voice: Hibari | None = None
    to_encode: list[dict[str, Any]] = []
    for request in _requests(to_encode):
        if request is None:
            encode(to_encode.pop(0))
            continue
        try:
            if voice is None:
                from hibari import Hibari  # an extra: may be missing

                voice = Hibari(voice="heart")
            answer = narrate(voice, request["sentences"], request["target"], Path(request["wav"]), request["breaths"])
            if request["encode"]:
                encode(request)
            else:
                to_encode.append(request)
        except (ValueError, OSError, RuntimeError, ImportError) as error:
            answer = {"error": str(error)}
        answer["id"] = request["id"]
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
        release_memory()  # frees 40 MB of 270


def _requests(to_encode: list[dict[str, Any]]) -> Iterator[dict[str, Any] | None]:
    """Yield each request, and None after a while without one if something is waiting to be encoded."""
    buffer = b""
    while True:
        if to_encode and not select.select([0], [], [], ENCODE_AFTER)[0]:
            yield None
            continue
        data = os.read(0, 1 << 16)
        if not data:
            break
        *lines, buffer = (buffer + data).split(b"\n")
        for line in lines:
            yield json.loads(line)
    while to_encode:
        yield None


def narrate(
    voice: Hibari, sentences: list[str], target: float | None, wav: Path, breaths: Sequence[int] = ()
) -> dict[str, Any]:
    """Write the narration of `sentences` and return its `duration` and the `times` of each, in seconds.

    Args:
        voice: speaks one sentence at a time.
        sentences: in their spoken form.
        target: seconds that it should last; None: any length.
        wav: the file to write.
        breaths: indexes of the sentences that a longer pause follows.

    Raises:
        ValueError: nothing in the text can be spoken.
        OSError: the file cannot be written.
    """
    import numpy as np  # comes with the extra

    parts = _speak(voice, sentences, 1.0)
    spoken = sum(map(len, parts)) / SAMPLE_RATE
    if spoken < 0.2:
        raise ValueError("the voice finds nothing to speak; it reads English only")
    gaps = [BREATH if index in breaths else 1.0 for index in range(len(parts) - 1)]
    pause = _pause(spoken, sum(gaps), target)
    if target is not None and not MIN_PAUSE <= pause <= MAX_PAUSE:
        wanted = max(target - LEAD - TAIL - PAUSE * sum(gaps), 1.0)
        parts.clear()  # frees memory before the sentences are spoken again
        parts = _speak(voice, sentences, speed_for(spoken / wanted))
        pause = _pause(sum(map(len, parts)) / SAMPLE_RATE, sum(gaps), target)
    pause = min(max(pause, MIN_PAUSE), MAX_PAUSE)
    times: list[tuple[float, float]] = []
    pieces = [np.zeros(int(LEAD * SAMPLE_RATE), np.int16)]
    offset = len(pieces[0])
    for part, gap in zip(parts, [*gaps, 0.0], strict=True):
        times.append((round(offset / SAMPLE_RATE, 3), round((offset + len(part)) / SAMPLE_RATE, 3)))
        pieces += [part, np.zeros(int(gap * pause * SAMPLE_RATE), np.int16)]
        offset += len(part) + len(pieces[-1])
    rest = (target or 0.0) - offset / SAMPLE_RATE  # fills up to the target exactly, if that is near
    pieces[-1] = np.zeros(round((rest if abs(rest - TAIL) < 0.1 else TAIL) * SAMPLE_RATE), np.int16)
    _write_wav(wav, pieces)
    return {"duration": round(sum(map(len, pieces)) / SAMPLE_RATE, 3), "times": times}


def speed_for(factor: float) -> float:
    """Return the setting that makes the voice `factor` times as fast, within the range that sounds natural."""
    import numpy as np  # comes with the extra

    settings, factors = zip(*SPEEDS, strict=True)
    return float(np.interp(factor, factors, settings))


def _speak(voice: Hibari, sentences: list[str], speed: float) -> list[Samples]:
    """Return each sentence as 16-bit samples, which take half the memory of the voice's own format."""
    return [
        (_louder(voice(sentence, speed=speed, seed=0)) * 32767.0).astype("<i2", copy=False) for sentence in sentences
    ]


def _pause(spoken: float, gaps: float, target: float | None) -> float:
    """Return the pause between sentences that makes the narration last `target` seconds.

    Args:
        spoken: seconds of speech.
        gaps: how many pauses there are, with those after paragraphs counted as `BREATH` each.
        target: seconds; None: any length.
    """
    if target is None or not gaps:
        return PAUSE
    return (target - LEAD - TAIL - spoken) / gaps


def _louder(audio: Audio) -> Audio:
    import numpy as np  # comes with the extra

    audio = audio * np.float32(GAIN)
    over = np.abs(audio) > LIMIT
    room = 1.0 - LIMIT
    audio[over] = np.sign(audio[over]) * (LIMIT + room * np.tanh((np.abs(audio[over]) - LIMIT) / room))
    return audio


def _write_wav(path: Path, pieces: list[Samples]) -> None:
    temp = path.with_suffix(".part")
    temp.unlink(missing_ok=True)
    with wave.open(str(temp), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        for piece in pieces:
            file.writeframes(piece.tobytes())
    temp.replace(path)


def encode(request: dict[str, Any]) -> None:
    """Replace the WAV with an Opus file; if that fails, as without libmpv, the WAV stays and the log says why.

    Runs in its own process, so that libmpv's memory is freed.
    """
    command, environment = start_of("tui_pod.speech.opus", request["wav"], request["opus"])
    try:
        status = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, check=False).returncode
    except OSError as error:
        reason = error.strerror
    else:
        reason = f"the encoder was ended by signal {-status}" if status < 0 else None  # it reports other errors itself
    if reason is not None:
        sys.stderr.write(f"{Path(request['wav']).name} stays as it is: {reason}\n")


if __name__ == "__main__":
    main()
    sys.exit(0)
