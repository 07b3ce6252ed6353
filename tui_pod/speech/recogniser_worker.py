"""The recogniser's process: one request as a JSON line on standard input, answers as JSON lines on standard output.

Only this process imports the models' libraries, which keeps their memory, threads and licences out of the app. It
recognises one recording and ends; it also ends when standard input does. The request is
    {"recording": "PATH", "start": 0.0, "names": "Ada Lovelace, RoPE", "language": "en" or null, "model": "FOLDER"}
and its answers are, after each new sentence and each piece,
    {"cues": [[0.1, 4.2, "A sentence.", [0.1, 1.3]], …], "until": 4.2}   with the start of each word; all before
                                                                 `until` seconds is done
then one of
    {"end": 1234.5}                                              all is done; the recording's length in seconds
    {"error": "…"}                                               the reason, for the listener
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from types import ModuleType
from typing import IO, TYPE_CHECKING, Any

from tui_pod.core.errors import UserError
from tui_pod.runtime.cell import GB
from tui_pod.runtime.subprocesses import start_of
from tui_pod.speech.decoder import NO_PLAYER, SAMPLE_RATE
from tui_pod.speech.model import check_model, refuse_language
from tui_pod.speech.sentences import SentenceJoiner, Word
from tui_pod.speech.worker_main import answer_request

if TYPE_CHECKING:
    import numpy as np
    from faster_whisper import Segment, WhisperModel

    from tui_pod.core.library.transcript import Cue

    Samples = np.ndarray[Any, np.dtype[np.int16]]

PIECE = 150
"""Seconds that are recognised at once: an hour would take 3,500 MB, five minutes 570 MB, this takes 380 MB."""

LOOK_BACK = 30
"""Seconds at a piece's end in which the quietest moment is searched for a cut."""

QUIET = 0.3
"""Seconds over which loudness is averaged there."""

BEAM = 5
"""Width of the beam search: with names and a width of 1, whole clauses were dropped (once 18 % of the words)."""


LATE = 1.5
"""How long after the first speech the first word may come (seconds): a prompt can make a model skip a sentence."""


LISTENED = 30
"""Seconds of speech from which a language is detected."""

LISTENS = 2
"""How often an English model listens that long before it decides that it hears another language: one may be a song."""

LEAST_SPEECH = 10
"""Seconds of speech below which nothing is decided."""

UNSURE = -1.0
"""Mean log probability below which a model has not understood what it heard."""

REPEATING = 2.4
"""Compression ratio from which a text only repeats itself; 1.6 is usual, and 10 or more for what an English
model makes of other languages."""


class Refusal(UserError):
    """The recording cannot be recognised; the message is the reason, for the listener."""


def recognise(request: dict[str, Any]) -> Generator[dict[str, Any], None, None]:
    """Yield the answers to a request.

    Raises:
        Refusal: the recording cannot be recognised, or not to its end.
        MemoryError, RuntimeError, OSError, ImportError, ValueError: a library failed.
    """
    model = load_model(Path(request["model"]), request["language"])
    command, environment = start_of("tui_pod.speech.decoder", request["recording"])
    with subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as decoder:
        assert decoder.stdout is not None
        end = request["start"]
        try:
            for start, samples in pieces(decoder.stdout, end):
                if request["language"] is None:
                    request = request | {"language": find_language(model, samples)}
                for cue in _sentences(model, samples, start, request):
                    until = round(cue.end or 0.0, 3)
                    words = [round(start, 2) for start in cue.words]
                    yield {"cues": [[round(cue.start or 0.0, 3), until, cue.text, words]], "until": until}
                end = round(start + len(samples) / SAMPLE_RATE, 3)
                yield {"cues": [], "until": end}
        finally:
            decoder.stdout.close()  # ends the decoder
        status = decoder.wait()
    if status == NO_PLAYER:
        raise Refusal("libmpv, which decodes recordings, is missing. Run: tui-pod doctor")
    if status != 0:
        at = f" after {int(end // 60)}:{int(end % 60):02}" if end else ""
        raise Refusal(f"the recording cannot be decoded{at}")
    if end == 0:
        raise Refusal("there is no sound in the recording")
    yield {"end": end}


def load_model(folder: Path, language: str | None) -> WhisperModel:
    """Return the model in a folder.

    Raises:
        Refusal: there is no model, it is damaged, or it does not know the language.
    """
    fault = check_model(folder)
    if fault is not None:
        raise Refusal(fault)
    sys.modules["av"] = ModuleType("av")  # a second FFmpeg, 17 MB and GPL, is not needed: libmpv decodes
    from faster_whisper import WhisperModel  # an extra: may be missing

    try:
        threads = min(4, os.cpu_count() or 1)
        model = WhisperModel(str(folder), "cpu", compute_type="int8", cpu_threads=threads, local_files_only=True)
    except MemoryError:
        raise
    except Exception as error:  # the libraries raise several kinds of errors, and bare ones
        if "alloc" in str(error):
            raise MemoryError from error
        raise Refusal(f"the model in {folder} cannot be used ({error})") from error
    if language is not None and language not in model.supported_languages:
        raise Refusal(refuse_language(language, model.supported_languages == ["en"]))
    return model


def find_language(model: WhisperModel, samples: Samples) -> str | None:
    """Return the language of the first speech in a piece; None if there is too little of it.

    Raises:
        Refusal: the model knows only English, and this is another language.
    """
    import numpy as np  # comes with the extra
    from faster_whisper.vad import get_speech_timestamps

    audio = np.divide(samples, 32768, dtype=np.float32)
    parts = [audio[part["start"] : part["end"]] for part in get_speech_timestamps(audio)]
    speech = np.concatenate(parts) if parts else audio[:0]
    length = LISTENED * SAMPLE_RATE
    windows = [speech[start : start + length] for start in range(0, min(len(speech), LISTENS * length), length)]
    windows = [window for window in windows if len(window) >= LEAST_SPEECH * SAMPLE_RATE]
    if not windows:
        return None
    if len(model.supported_languages) > 1:
        return model.detect_language(windows[0])[0]
    if not any(_is_understood(model, window) for window in windows):
        raise Refusal(refuse_language(None, is_english=True))
    return "en"


def _is_understood(model: WhisperModel, audio: Any) -> bool:
    """Return whether an English model makes sense of what it hears."""
    segments, _ = model.transcribe(audio, language="en", beam_size=BEAM, temperature=0.0)
    heard = list(segments)
    return bool(heard) and all(one.avg_logprob > UNSURE and one.compression_ratio < REPEATING for one in heard)


def pieces(stream: IO[bytes], start: float) -> Iterator[tuple[float, Samples]]:
    """Yield the recording from `start` seconds in pieces, cut where it is quiet, each with its position in seconds."""
    import numpy as np  # comes with the extra

    offset = int(start * SAMPLE_RATE)
    left = 2 * offset
    while left and (skipped := len(stream.read(min(left, 1 << 20)))):
        left -= skipped
    rest = b""
    while True:
        data = rest + stream.read(2 * PIECE * SAMPLE_RATE - len(rest))
        samples = np.frombuffer(data[: len(data) // 2 * 2], np.int16)
        if not len(samples):
            return
        is_last = len(samples) < PIECE * SAMPLE_RATE
        cut = len(samples) if is_last else quietest(samples)
        yield offset / SAMPLE_RATE, samples[:cut]
        if is_last:
            return
        offset += cut
        rest = data[2 * cut :]


def quietest(samples: Samples) -> int:
    """Return the index of the quietest moment in the last `LOOK_BACK` seconds of some samples."""
    import numpy as np  # comes with the extra

    step = SAMPLE_RATE // 50
    tail = samples[len(samples) - LOOK_BACK * SAMPLE_RATE :]
    loudness = np.abs(tail[: len(tail) // step * step].reshape(-1, step).astype(np.float32)).mean(axis=1)
    width = int(QUIET * 50)
    smooth = np.convolve(loudness, np.ones(width, np.float32), "valid")
    return len(samples) - len(tail) + (int(np.argmin(smooth)) + width // 2) * step


def _sentences(model: WhisperModel, samples: Samples, start: float, request: dict[str, Any]) -> Iterator[Cue]:
    """Yield the sentences in a piece that begins at `start` seconds, as they are recognised."""
    joiner = SentenceJoiner()
    for segment in hear(model, samples, request["language"], request["names"]):
        yield from joiner.add(Word(word.word, start + word.start, start + word.end) for word in segment.words or ())
    yield from joiner.flush()


def hear(model: WhisperModel, samples: Samples, language: str | None, names: str) -> Iterator[Segment]:
    """Yield what a model hears in a piece; if with the names it begins too late, try again without them."""
    import numpy as np  # comes with the extra
    from faster_whisper.vad import get_speech_timestamps

    audio = np.divide(samples, 32768, dtype=np.float32)

    def listen(prompt: str | None) -> Iterator[Segment]:
        segments, _ = model.transcribe(
            audio, language=language, beam_size=BEAM, vad_filter=True, word_timestamps=True, initial_prompt=prompt
        )
        return iter(segments)

    if names:
        heard = listen(names)
        first = next(heard, None)
        speech = get_speech_timestamps(audio[: 30 * SAMPLE_RATE])
        begin = speech[0]["start"] / SAMPLE_RATE if speech else float("inf")
        if first is not None and first.words and first.words[0].start <= begin + LATE:
            yield first
            yield from heard
            return
    yield from listen(None)


if __name__ == "__main__":
    with contextlib.suppress(OSError):
        # if memory runs out, the kernel kills this process before the app
        Path("/proc/self/oom_score_adj").write_text("900", "ascii")
    answer_request(recognise, 8 * GB)
