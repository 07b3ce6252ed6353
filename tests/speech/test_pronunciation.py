"""How the voice pronounces sentences that it would misread."""

from pathlib import Path

import pytest

from tui_pod.core.text.speech import speakable, split_sentences
from tui_pod.speech.narrator import has_voice, pronunciations

pytestmark = pytest.mark.skipif(not has_voice(), reason="the voice is not installed: pip install hibari-tts")

HARD = [line.split("\t") for line in (Path(__file__).parent / "hard_sentences.tsv").read_text("utf-8").splitlines()]
"""Sentences and their phonemes, in the voice's own alphabet; each was compared with a dictionary."""


@pytest.fixture(scope="module")
def said() -> dict[str, str]:
    """The phonemes of each hard sentence."""
    from hibari import Hibari

    voice = Hibari(voice="heart")
    parts = {text: [speakable(part, pronunciations()) for part in split_sentences(text)] for text, _ in HARD}
    return {text: " ".join(" ".join(voice.phonemize(part)) for part in spoken) for text, spoken in parts.items()}


def test_list_of_hard_sentences_is_long() -> None:
    assert len({text for text, _ in HARD}) >= 60


@pytest.mark.parametrize(("text", "phonemes"), HARD, ids=[text for text, _ in HARD])
def test_hard_sentence_is_pronounced_as_it_is_meant(said: dict[str, str], text: str, phonemes: str) -> None:
    assert said[text] == phonemes
