"""The texts of the course as the real voice speaks them: words with two pronunciations, and what a recogniser hears."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.speech.test_narration_real import every_sentence, narrate, script_of
from tui_pod.core.text.speech import DIRECTIONS, speakable, split_direction
from tui_pod.speech.narrator import has_voice, pronunciations
from tui_pod.speech.recogniser_worker import recognise

pytestmark = pytest.mark.skipif(not has_voice(), reason="the voice is not installed: pip install hibari-tts")

OTHERWISE = {"read": "ɹˈɛd", "lead": "lˈɛd", "live": "lˈIv", "close": "klˈOz", "use": "jˈus", "lives": "lˈIvz"}
"""Words with two pronunciations, and the rarer one of them."""

EXPECTED = {
    "read": """chinchilla-optimal chinchilla-optimal chinchilla-optimal code-llms context-window continued-pre-training
        dpo grouped-query-attention latent-space mistral-mixtral noise-schedules parameters parameters parameters
        repository-level-code supervised-fine-tuning token-economics training-inference-split why-diffusion-won""",
    "close": "code-llms hallucination-mitigation",
    "use": "classifier-free-guidance repetition-penalty why-diffusion-won",
    "lives": "training-inference-split",
}
"""Episodes in which they are spoken so, as often as that."""

CHANGED = ("streaming-sse", "diffusion-process", "autoencoders")
"""Texts that are heard in every run: those with stage directions."""

MOST_MISHEARD = 0.1
"""Share of the words that a small recogniser may mishear."""

NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve".split()
"""A recogniser writes either them or digits."""


def test_words_with_two_pronunciations_are_spoken_as_they_are_meant() -> None:
    from hibari import Hibari

    voice, table = Hibari(voice="heart"), pronunciations()
    found = {word: Counter[str]() for word in OTHERWISE}
    for ident, sentence in every_sentence():
        written = [word for word in OTHERWISE if re.search(rf"\b{word}\b", sentence)]
        if written:
            spoken = " ".join(voice.phonemize(speakable(split_direction(sentence)[1], table)))
            for word in written:
                found[word][ident] += len(re.findall(rf"(?<!\S){OTHERWISE[word]}(?![\wˈˌ])", spoken))
    assert {word: +count for word, count in found.items()} == {
        word: Counter(EXPECTED.get(word, "").split()) for word in OTHERWISE
    }


@pytest.mark.parametrize(
    "ident",
    [
        pytest.param(ident, marks=[] if ident in CHANGED else pytest.mark.nightly)
        for ident in sorted(path.stem for path in (Path(__file__).parents[2] / "tui_pod" / "transcripts").glob("*.txt"))
    ],
)
def test_narration_is_heard_as_it_is_written(ident: str, model: Path, tmp_path: Path) -> None:
    script = script_of(ident)
    (narration,) = narrate(tmp_path, script)
    request = {"model": str(model), "recording": str(narration.audio), "start": 0.0, "language": "en", "names": ""}
    heard = words(" ".join(text for answer in recognise(request) for _, _, text, _ in answer.get("cues", ())))
    written = words(" ".join(split_direction(sentence)[1] for sentence in script.sentences))
    alike = difflib.SequenceMatcher(None, written, heard, autojunk=False).get_matching_blocks()
    assert sum(block.size for block in alike) >= (1 - MOST_MISHEARD) * len(written), " ".join(heard)
    spoken = [direction for direction in DIRECTIONS if words(direction)[-2:] in pairs(heard)]
    assert [direction for direction in spoken if words(direction)[-2:] not in pairs(written)] == []


def words(text: str) -> list[str]:
    """Return the words of a text as they are compared: without apostrophes, and small numbers in digits."""
    found = re.findall(r"[a-z]+|\d+", re.sub("[’'-]", "", text.lower()))
    return [str(NUMBERS.index(word)) if word in NUMBERS else word for word in found]


def pairs(found: list[str]) -> list[list[str]]:
    """Return each two words that follow each other."""
    return [found[index : index + 2] for index in range(len(found) - 1)]
