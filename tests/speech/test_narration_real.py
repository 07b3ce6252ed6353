"""Narrations as they are heard: the real voice, the real encoder and the real player."""

from __future__ import annotations

import array
import asyncio
import itertools
import math
import re
import threading
import wave
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, cast

import pytest

from tests.app_driver import embedded_library
from tests.patience import PATIENCE
from tests.present import present
from tui_pod.audio.mpv_player import MpvPlayer
from tui_pod.core.player.events import Event, FileLoaded, LoadFailed
from tui_pod.core.player.snapshot import Source
from tui_pod.core.text.speech import speakable
from tui_pod.services.narration import make_episode_script
from tui_pod.services.transcripts import read_transcript
from tui_pod.sources.foreign_texts import ForeignTexts
from tui_pod.speech.narrator import Narration, NarrationError, Narrator, Script, has_voice, pronunciations

pytestmark = pytest.mark.skipif(not has_voice(), reason="the voice is not installed: pip install hibari-tts")

SAMPLE = ("llm-layers", "special-tokens", "attention-bottleneck", "scaling-laws", "peft-methods", "what-is-an-llm")
"""Episodes that are narrated: short and long ones, with symbols, numbers and names in them."""

WINDOW = 0.02
"""Seconds over which loudness is measured."""

SILENCE = 0.003
"""Loudness, as a share of the most there can be, under which nothing is heard."""


MARKED = re.compile(r"\[([\w“”]+)\]\(/[^/()]+/\)")
"""A word or mark that is given with its phonemes."""

SPEAKABLE = re.compile(r"[A-Za-zÀ-ÿ0-9 .,;:!?'’“”()%&+$-]+")
"""What the voice reads well, and nothing that it would spell out or pass over."""


class Heard(NamedTuple):
    """A narration, and its samples."""

    narration: Narration
    rate: int
    samples: array.array[int]

    def loudness(self, start: float, end: float) -> float:
        """Return the root of the mean square between two times in seconds."""
        part = self.samples[int(start * self.rate) : int(end * self.rate)]
        return math.sqrt(sum(sample * sample for sample in part) / max(1, len(part))) / 32768


def script_of(ident: str) -> Script:
    """Return what is narrated of an embedded episode."""
    library = embedded_library()
    index = present(library.index(ident))
    episode = library.episode(index)
    return make_episode_script(episode, read_transcript(episode, ForeignTexts()))


def listen(narration: Narration) -> Heard:
    """Return the samples of a narration that is still a WAV file."""
    with wave.open(str(narration.audio)) as file:
        return Heard(narration, file.getframerate(), array.array("h", file.readframes(file.getnframes())))


async def answer_to(narrator: Narrator, script: Script) -> Narration | NarrationError:
    """Return the answer to a request."""
    future: asyncio.Future[Narration | NarrationError] = asyncio.get_running_loop().create_future()
    narrator.request(script, future.set_result)
    return await asyncio.wait_for(future, 120)


def with_narrator(folder: Path, *scripts: Script) -> list[Narration | NarrationError]:
    """Return what a narrator of its own answers to each script."""

    async def ask() -> list[Narration | NarrationError]:
        narrator = Narrator(folder, 1 << 30)
        try:
            return [await answer_to(narrator, script) for script in scripts]
        finally:
            await narrator.close()

    return asyncio.run(ask())


def narrate(folder: Path, *scripts: Script) -> list[Narration]:
    """Return the narrations of some scripts."""
    made = with_narrator(folder, *scripts)
    assert all(isinstance(each, Narration) for each in made), made
    return cast(list[Narration], made)


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Heard]:
    """The narrations of the sample."""
    made = narrate(tmp_path_factory.mktemp("narrations"), *map(script_of, SAMPLE))
    return {ident: listen(narration) for ident, narration in zip(SAMPLE, made, strict=True)}


@pytest.mark.parametrize("ident", SAMPLE)
def test_narration_lasts_what_the_catalogue_says(heard: dict[str, Heard], ident: str) -> None:
    library = embedded_library()
    index = present(library.index(ident))
    narration, rate, samples = heard[ident]
    assert narration.duration == pytest.approx(library.durations[index], rel=0.01)
    assert len(samples) / rate == pytest.approx(narration.duration, abs=0.01)


@pytest.mark.parametrize("ident", SAMPLE)
def test_narration_has_a_voice_in_every_sentence_and_a_soft_tone_at_most_between(
    heard: dict[str, Heard], ident: str
) -> None:
    sound, script = heard[ident], script_of(ident)
    cues = sound.narration.cues
    assert [cue.text for cue in cues] == list(script.sentences)
    for number, cue in enumerate(cues):
        assert cue.start is not None
        assert cue.end is not None
        assert sound.loudness(cue.start, cue.end) > 0.02, cue
        following = present(cues[number + 1].start if number + 1 < len(cues) else sound.narration.duration)
        assert 0.25 <= following - cue.end <= max([0.55, *script.pauses]) * 1.5, cue
        is_silent = sound.loudness(cue.end + WINDOW, following - WINDOW) < SILENCE
        assert is_silent is (number not in script.questions), cue  # while the listener thinks, a soft tone is heard


@pytest.mark.parametrize("ident", SAMPLE)
def test_narration_is_as_loud_as_speech_and_not_cut_off(heard: dict[str, Heard], ident: str) -> None:
    sound = heard[ident]
    assert 0.05 < sound.loudness(0.0, sound.narration.duration) < 0.3
    assert max(map(abs, sound.samples)) < 0.79 * 32_767  # leaves 1 dB below full scale between samples and in Opus


@pytest.mark.parametrize("ident", SAMPLE)
def test_cues_are_where_the_voice_begins_and_ends(heard: dict[str, Heard], ident: str) -> None:
    sound = heard[ident]
    for cue in sound.narration.cues:
        start, end = cue.start or 0.0, cue.end or 0.0
        assert sound.loudness(start, start + WINDOW) < SILENCE
        assert max(sound.loudness(start + n * WINDOW, start + (n + 1) * WINDOW) for n in range(5)) > SILENCE, cue
        assert max(sound.loudness(end - (n + 1) * WINDOW, end - n * WINDOW) for n in range(8)) > SILENCE, cue


def test_question_of_a_recap_leaves_time_to_answer(heard: dict[str, Heard]) -> None:
    cues = heard["llm-layers"].narration.cues
    gaps = [(after.start or 0.0) - (before.end or 0.0) for before, after in itertools.pairwise(cues)]
    asked = [number for number in range(len(gaps)) if gaps[number] > 2.0]
    assert len(asked) >= 3
    assert all(cues[number].text.endswith("?") for number in asked)


@pytest.mark.parametrize("ident", SAMPLE)
def test_narration_is_spoken_at_a_natural_rate(heard: dict[str, Heard], ident: str) -> None:
    words = sum(len(cue.text.split()) for cue in heard[ident].narration.cues)
    assert 130 <= words / heard[ident].narration.duration * 60 <= 190


def test_gap_after_a_paragraph_is_longer_and_the_length_stays_exact(tmp_path: Path, home: Path) -> None:
    script = script_of(SAMPLE[1])
    last = len(script.sentences) - 1
    (narration,) = narrate(tmp_path, replace(script, breaths=(2, 5)))
    gaps = [(after.start or 0.0) - (before.end or 0.0) for before, after in itertools.pairwise(narration.cues)]
    usual = min(gaps)
    assert [number for number in range(last) if gaps[number] > 1.5 * usual] == [2, 5]
    assert narration.duration == pytest.approx(script.target, rel=0.01)
    assert list(home.rglob("*")) == []  # the voice's runtime would keep a device id and a log of events to send


def test_narration_made_again_is_as_long_as_before(heard: dict[str, Heard], tmp_path: Path) -> None:
    (again,) = narrate(tmp_path, script_of(SAMPLE[0]))
    assert again.duration == heard[SAMPLE[0]].narration.duration
    assert again.cues == heard[SAMPLE[0]].narration.cues


@pytest.fixture
def encoded(tmp_path: Path) -> Narration:
    """A short narration as it is kept."""

    async def make() -> Narration:
        narrator = Narrator(tmp_path / "kept", 1 << 30)
        try:
            return await narrator.render(Script(("This is what is kept.", "It is small.")))
        finally:
            await narrator.close()

    return asyncio.run(make())


def test_narration_kept_is_small_and_opens_with_its_length(encoded: Narration) -> None:
    assert encoded.audio.suffix == ".opus"
    assert encoded.audio.stat().st_size < encoded.duration * 6_000
    loaded = threading.Event()
    events: list[Event] = []

    def note(event: Event) -> None:
        events.append(event)
        if isinstance(event, FileLoaded | LoadFailed):
            loaded.set()

    player = MpvPlayer(note, "null")
    player.open()
    player.load(Source(str(encoded.audio)), 0.0, 1, True)
    assert loaded.wait(PATIENCE)
    player.close()
    (opened,) = (event for event in events if isinstance(event, FileLoaded))
    assert opened.duration == pytest.approx(encoded.duration, abs=0.1)


@pytest.mark.parametrize(
    "sentences",
    [("…",), ("€ ± ∞",), ("注意力机制",), ("   ",)],
    ids=["dots", "symbols", "script", "blank"],
)
def test_text_with_nothing_to_speak_is_told_in_words_or_passed_over(sentences: tuple[str, ...], tmp_path: Path) -> None:
    (result,) = with_narrator(tmp_path, Script(sentences))
    if isinstance(result, NarrationError):
        assert str(result).startswith("This cannot be narrated: ")
    else:
        assert result.duration > 0.2


def every_sentence() -> Iterator[tuple[str, str]]:
    """Yield each sentence of the embedded catalogue with its episode."""
    library = embedded_library()
    for index, ident in enumerate(library.ids):
        for sentence in make_episode_script(
            library.episode(index), read_transcript(library.episode(index), ForeignTexts())
        ).sentences:
            yield ident, sentence


def test_every_embedded_sentence_has_a_spoken_form_without_symbols() -> None:
    table = pronunciations()
    spoken = [(ident, MARKED.sub(r"\1", speakable(sentence, table))) for ident, sentence in every_sentence()]
    assert len({ident for ident, _ in spoken}) == 119
    odd = [(ident, text) for ident, text in spoken if not SPEAKABLE.fullmatch(text)]
    assert odd == []
