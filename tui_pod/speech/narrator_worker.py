"""The narrator's process: requests as JSON lines on standard input, answers as JSON lines on standard output.

Only this process imports the voice, which keeps its memory, threads and licence out of the app. A request is
    {"id": 7, "sentences": ["spoken form", …], "effects": ["", …], "pauses": [0.55, …], "others": [1, …],
     "questions": [4, …], "name": "spoken form" or "", "name_wav": "PATH.name.wav", "target": 105.0 or null,
     "times": [[0.0, 4.1], …], "command": ["program", …], "second": "PATH.onnx" or null, "wav": "PATH.wav",
     "opus": "PATH.opus", "encode": false}
and its answers are
    {"id": 7}                                                    a sentence is spoken: the work goes on
    {"id": 7, "duration": 105.0, "times": [[0.1, 4.2], …]}       the WAV is complete
    {"id": 7, "error": "…"}                                      the reason, for the listener
of which the second or the third is the last. `pauses` are seconds after the sentences, `others` the numbers of those
that the second voice speaks, and `questions` of those before a pause that a soft tone fills. The name gets a WAV of its
own. `times` plan when each sentence starts and ends, within the target, and a `command` speaks instead of the voice;
both may be empty. With "encode" the Opus file has replaced the WAV by then, unless encoding failed. Without "encode"
the Opus file replaces the WAV once there has been no request for a while.
"""

from __future__ import annotations

import json
import os
import re
import select
import subprocess
import sys
import wave
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_pod.audio.libmpv import release_memory
from tui_pod.runtime.cell import GB, allow_seconds, enter_cell
from tui_pod.runtime.subprocesses import AHEAD, COMMAND, start_of

if TYPE_CHECKING:
    from hibari import Hibari

    from tui_pod.speech.command_voice import CommandVoice
    from tui_pod.speech.lower_voice import LowerVoice
    from tui_pod.speech.mastering import Audio, Samples

    Voice = Hibari | LowerVoice | CommandVoice

LEAD, TAIL = 0.15, 0.35
"""Seconds of silence before the first and after the last sentence."""

OTHER_PITCH = 0.84
"""Pitch of a second speaker if a command speaks: three semitones lower, as of a larger person."""

NAME_PAUSE = 0.6
"""Seconds after a name."""

SHORTEST, LONGEST = 0.5, 1.5
"""Factors by which pauses may be changed to meet a target length."""

SPEEDS = ((0.8, 0.803), (0.85, 0.905), (0.9, 0.964), (0.95, 0.985), (1.0, 1.0), (1.05, 1.015), (1.1, 1.029))
"""The voice's speed settings, and the speeds that they really give (measured; rounding makes them uneven)."""

PHONEME, OVERHEAD = 0.0575, -0.185
"""Seconds per phoneme at setting 1, and a trimmed sentence's constant part (measured: within 1.3 % of a text)."""

TRUSTED = 30.0
"""Weight of this estimate against the real lengths of the text's sentences so far, in seconds of speech."""

STEADY, DRIFT = 0.015, 0.03
"""Largest change of speed between two sentences, and within a text; pauses take the rest."""

SHORT, OVERTIME = 0.9, 1.009
"""A text exceeds its target if its pauses would shrink below this factor, and by this factor at most."""

SLOWEST, FASTEST = 0.85, 1.25
"""Factors by which the tempo of a command may be changed to meet a plan; silence fills up what is left."""

LATE, SHORTEST_PAUSE = 0.4, 0.25
"""Seconds that a sentence may be later than planned, and the shortest pause between two."""

SENTENCE = 3600.0
"""Seconds of CPU time that a sentence may take, or all that is done with them at the end."""

ENCODE_AFTER = 1.0
"""Seconds without a request before a narration is encoded, since requests come first."""

GIVE_WAY_WITHIN = 0.05
"""Seconds within which an encoder gives way to a request."""

_QUOTED = re.compile("“[^ ˈˌ“”]+”")
_VOWEL = re.compile("[AIOQWYaeiouæɐɑɒɔəɛɜɪʊʌᵻ]")


class Line(NamedTuple):
    """A sentence to speak."""

    voice: Voice
    phonemes: list[str]
    pitch: float = 1.0
    """Factor of the frequencies of its voice."""
    effect: str = ""
    """How it sounds: see `mastering.with_effect`."""

    @property
    def estimate(self) -> float:
        """Its approximate length at setting 1, in seconds."""
        gaps = 0.5 * len(self.phonemes) if self.effect == "token by token" else 0.0
        return max(0.2, sum(map(len, self.phonemes)) * PHONEME + OVERHEAD + gaps)

    def speak(self, factor: float) -> Audio:
        """Return it spoken `factor` times as fast as at setting 1, or as nearly as sounds natural, trimmed."""
        import numpy as np  # comes with the extra

        from tui_pod.speech.mastering import with_effect

        setting = speed_for(factor / self.pitch)
        parts = [self.voice.from_phonemes(part, speed=setting, seed=0) for part in self.phonemes]
        clip = with_effect(self.effect, parts) if parts else np.zeros(0, np.float32)
        if self.pitch != 1:
            clip = np.interp(np.arange(0, len(clip), self.pitch), np.arange(len(clip)), clip).astype(np.float32)
        return clip


def main() -> None:
    """Answer requests until standard input ends."""
    if AHEAD in sys.argv:
        os.nice(10)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # a library's output must not look like an answer
    voices: dict[str | None, Hibari] = {}
    to_encode: list[dict[str, Any]] = []
    for request in _requests(to_encode):
        if not request:
            if encode(to_encode[0], gives_way=request is not None):
                del to_encode[0]
            continue

        def answer(number: int = request["id"], **content: Any) -> None:
            allow_seconds(SENTENCE)
            answers.write(json.dumps({"id": number, **content}) + "\n")
            answers.flush()

        try:
            result = narrate(_voices(voices, request["second"], request["command"]), request, answer)
            if request["encode"]:
                encode(request)
            else:
                to_encode.append(request)
        except (ValueError, OSError, RuntimeError, ImportError) as error:
            result = {"error": getattr(error, "strerror", None) or str(error)}
        answer(**result)
        release_memory()  # frees 40 MB of 270


def _voices(loaded: dict[str | None, Hibari], second: str | None, command: Sequence[str] = ()) -> list[Voice]:
    """Return the voice and the second one, or a command; load what is not loaded yet.

    Without a file, the second one is the first, changed.

    Raises:
        ImportError, OSError, RuntimeError: a voice cannot be loaded.
    """
    if command:
        from tui_pod.speech.command_voice import CommandVoice  # brings numpy

        return [CommandVoice(command)]
    from hibari import Hibari  # an extra: may be missing

    from tui_pod.speech.lower_voice import LowerVoice  # brings numpy

    if None not in loaded:
        loaded[None] = Hibari(voice="heart")
    if second is not None and second not in loaded:
        loaded[second] = Hibari(voice="heart", model=second, g2p=loaded[None].g2p)
    return [loaded[None], LowerVoice(loaded[None]) if second is None else loaded[second]]


def _requests(to_encode: list[dict[str, Any]]) -> Iterator[dict[str, Any] | None]:
    """Yield each request; an empty one after a while without any if something waits to be encoded; at the end, None."""
    buffer = b""
    while True:
        if to_encode and not select.select([0], [], [], ENCODE_AFTER)[0]:
            yield {}
            continue
        data = os.read(0, 1 << 16)
        if not data:
            break
        *lines, buffer = (buffer + data).split(b"\n")
        for line in lines:
            yield json.loads(line)
    while to_encode:
        yield None


def narrate(voices: Sequence[Voice], request: dict[str, Any], spoken: Callable[[], object]) -> dict[str, Any]:
    """Write the narration of a request's sentences and return its `duration` and the `times` of each, in seconds.

    Args:
        voices: the voice, and the second one if there is one.
        request: what to narrate.
        spoken: called after each sentence.

    Raises:
        ValueError: nothing in the text can be spoken.
        OSError: the file cannot be written.
    """
    import numpy as np  # comes with the extra

    from tui_pod.speech.mastering import AFTER, BEFORE, SAMPLE_RATE, thinking_tone

    lines = _lines(voices, request)
    gaps = [*request["pauses"][: len(lines) - 1]]
    target: float | None = request["target"]
    room = None if target is None else target - LEAD - TAIL - sum(gaps)
    if planned := request["times"]:
        room = sum(end - start for start, end in planned)
    clips = _speak(lines, room, spoken)
    if request["command"] and room:
        clips = _in_tempo(clips, room)
    clips = _louder(lines, clips)
    seconds = sum(map(len, clips)) / SAMPLE_RATE
    is_ornament = planned and not any(map(str.isalnum, "".join(request["sentences"])))  # such as “* * *”
    if not seconds and not is_ornament:
        said = "the command in [narration.voices] gives no sound"
        raise ValueError(said if request["command"] else "the voice finds nothing to speak; it reads English only")
    if target is not None and planned:
        sound, placed = _placed(clips, planned, target)
        _write_wav(Path(request["wav"]), [sound])
        return {"duration": target, "times": placed}
    if target is not None and gaps:
        target = min(max(target, LEAD + seconds + SHORT * sum(gaps) + TAIL), target * OVERTIME)
        factor = (target - LEAD - TAIL - seconds) / sum(gaps)
        gaps = [gap * min(max(factor, SHORTEST), LONGEST) for gap in gaps]
    pieces = [np.zeros(int(LEAD * SAMPLE_RATE), np.int16)]
    offset = len(pieces[0])
    times: list[tuple[float, float]] = []
    for index, (clip, gap) in enumerate(zip(clips, [*gaps, 0.0], strict=True)):
        end = offset + max(0, len(clip) - int((AFTER - BEFORE) * SAMPLE_RATE))
        times.append((round(offset / SAMPLE_RATE, 3), round(end / SAMPLE_RATE, 3)))
        silence = np.zeros(int(gap * SAMPLE_RATE), np.int16)
        pieces += [clip, thinking_tone(len(silence)) if index in request["questions"] else silence]
        offset += len(clip) + len(pieces[-1])
    rest = (target or 0.0) - offset / SAMPLE_RATE  # fills up to the target exactly, if that is near
    pieces[-1] = np.zeros(round((rest if abs(rest - TAIL) < 0.2 else TAIL) * SAMPLE_RATE), np.int16)
    if request["name"]:
        named = [Line(voices[0], voices[0].phonemize(request["name"]))]
        silence = np.zeros(int(NAME_PAUSE * SAMPLE_RATE), np.int16)
        _write_wav(Path(request["name_wav"]), [*_louder(named, _speak(named, None, spoken)), silence])
    _write_wav(Path(request["wav"]), pieces)
    return {"duration": round(sum(map(len, pieces)) / SAMPLE_RATE, 3), "times": times}


def _in_tempo(clips: list[Samples], room: float) -> list[Samples]:
    """Return what a command spoke in a tempo that fills `room` seconds, if that sounds natural."""
    from tui_pod.speech.mastering import SAMPLE_RATE, faster  # brings numpy

    factor = min(max(sum(map(len, clips)) / SAMPLE_RATE / room, SLOWEST), FASTEST)
    return [faster(clip, factor) for clip in clips]


def _placed(
    clips: Sequence[Samples], times: Sequence[Sequence[float]], length: float
) -> tuple[Samples, list[tuple[float, float]]]:
    """Return the sound of a piece of a planned text, and when each sentence is spoken, in seconds.

    A sentence starts at its time, or a little later if the one before takes longer. One that would make the next one
    late is spoken faster. What is missing to the length is silence.
    """
    import numpy as np  # comes with the extra

    from tui_pod.speech.mastering import SAMPLE_RATE, faster

    sound = np.zeros(round(length * SAMPLE_RATE), np.int16)
    offset, spoken = 0, list[tuple[float, float]]()
    ends = [start + LATE - SHORTEST_PAUSE for start, _ in times[1:]] + [length]
    for clip, (start, _), end in zip(clips, times, ends, strict=True):
        offset = max(round(start * SAMPLE_RATE), offset)
        room = round(end * SAMPLE_RATE) - offset
        if len(clip) > room > 0:
            clip = faster(clip, len(clip) / room)
        clip = clip[: len(sound) - offset]
        sound[offset : offset + len(clip)] = clip
        spoken.append((round(offset / SAMPLE_RATE, 3), round((offset + len(clip)) / SAMPLE_RATE, 3)))
        offset += len(clip) + round(SHORTEST_PAUSE * SAMPLE_RATE)
    return sound, spoken


def _lines(voices: Sequence[Voice], request: dict[str, Any]) -> list[Line]:
    lines = []
    for number, (sentence, effect) in enumerate(zip(request["sentences"], request["effects"], strict=True)):
        is_other = number in request["others"]
        voice = voices[-1 if is_other else 0]
        texts = re.split("[ -]", sentence) if effect == "token by token" else [sentence]
        phonemes = [_stressed(part) for text in texts for part in voice.phonemize(text)]
        lines.append(Line(voice, phonemes, OTHER_PITCH if is_other and len(voices) == 1 else 1.0, effect))
    return lines


def _stressed(phonemes: str) -> str:
    """Return phonemes in which a single quoted word is stressed, even if it usually is not, such as “the”."""
    return _QUOTED.sub(lambda found: _VOWEL.sub("ˈ\\g<0>", found[0], count=1), phonemes)


def speed_for(factor: float) -> float:
    """Return the setting that makes the voice `factor` times as fast, within the range that sounds natural."""
    import numpy as np  # comes with the extra

    settings, factors = zip(*SPEEDS, strict=True)
    return float(np.interp(factor, factors, settings))


def _speak(lines: Sequence[Line], room: float | None, spoken: Callable[[], object]) -> list[Samples]:
    """Return each sentence, trimmed, as 16-bit samples, which take half the memory of the voice's own format.

    Their speed fills `room` seconds; None leaves it as usual. It is estimated first, and then corrected by the real
    lengths of the sentences.
    """
    import numpy as np  # comes with the extra

    from tui_pod.speech.mastering import SAMPLE_RATE

    low, high = SPEEDS[0][1], SPEEDS[-1][1]
    left = sum(line.estimate for line in lines)
    estimated = real = TRUSTED
    clips: list[Samples] = []
    factor = planned = 1.0
    for line in lines:
        if room is not None:
            wanted = min(max(left * real / estimated / max(room, 0.1), low), high)
            planned = planned if clips else wanted
            wanted = min(max(wanted, planned - DRIFT), planned + DRIFT)
            factor = min(max(wanted, factor - STEADY), factor + STEADY) if clips else wanted
        clip = line.speak(factor)
        clips.append((np.clip(clip, -1.0, 1.0) * 32767.0).astype("<i2"))
        seconds = len(clip) / SAMPLE_RATE
        left, estimated, real = left - line.estimate, estimated + line.estimate, real + seconds * factor
        room = None if room is None else room - seconds
        spoken()
    return clips


def _louder(lines: Sequence[Line], clips: list[Samples]) -> list[Samples]:
    """Return clips at the wanted loudness, the same for each voice, with limited peaks."""
    import numpy as np  # comes with the extra

    from tui_pod.speech.mastering import block_powers, gain_for, limit

    powers: dict[tuple[int, float], list[float]] = {}
    for line, clip in zip(lines, clips, strict=True):
        powers.setdefault((id(line.voice), line.pitch), []).extend(block_powers((clip / 32768).astype(np.float32)))
    gains = {voice: np.float32(gain_for(found) / 32768) for voice, found in powers.items()}
    return [
        (limit(clip * gains[id(line.voice), line.pitch]) * 32767.0).astype("<i2") if len(clip) else clip
        for line, clip in zip(lines, clips, strict=True)
    ]


def _write_wav(path: Path, pieces: list[Samples]) -> None:
    from tui_pod.speech.mastering import SAMPLE_RATE  # brings numpy

    temp = path.with_suffix(".part")
    temp.unlink(missing_ok=True)
    with wave.open(str(temp), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        for piece in pieces:
            file.writeframes(piece.tobytes())
    temp.replace(path)


def encode(request: dict[str, Any], gives_way: bool = False) -> bool:
    """Replace the WAV with an Opus file; if that fails, as without libmpv, the WAV stays and the log says why.

    Runs in its own process, so that libmpv's memory is freed. If it gives way, that process has a low priority and ends
    when a request comes, and False is returned.
    """
    command, environment = start_of("tui_pod.audio.opus", request["wav"], request["opus"])
    try:
        with subprocess.Popen(["nice"] * gives_way + command, env=environment, stdin=subprocess.DEVNULL) as process:
            while gives_way and process.poll() is None:
                if select.select([0], [], [], GIVE_WAY_WITHIN)[0]:
                    process.kill()
                    return False
            status = process.wait()
    except OSError as error:
        reason = error.strerror
    else:
        reason = f"the encoder was ended by signal {-status}" if status < 0 else None  # it reports other errors itself
    if reason is not None:
        sys.stderr.write(f"{Path(request['wav']).name} stays as it is: {reason}\n")
    return True


if __name__ == "__main__":
    enter_cell(4 * GB, is_online=COMMAND in sys.argv)
    main()
    sys.exit(0)
