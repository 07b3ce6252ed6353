"""The texts of the course hold no stage direction that the voice would read out."""

from pathlib import Path

import pytest

from tui_pod.core.text.speech import DIRECTIONS, split_direction, split_sentences

TEXTS = sorted((Path(__file__).parents[2] / "tui_pod" / "transcripts").glob("*.txt"))


def stray_directions(text: str) -> list[str]:
    """Return the sentences with a direction that does not begin them."""
    stray = []
    for paragraph in text.split("\n\n"):
        for sentence in split_sentences(" ".join(paragraph.split())):
            direction, spoken = split_direction(sentence)
            if any(f"[{known}]" in spoken for known in DIRECTIONS) or (direction and not spoken[:1].isupper()):
                stray.append(sentence)
    return stray


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_directions_begin_a_sentence(path: Path) -> None:
    assert stray_directions(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "text",
    ["Take the reply:\n[token by token] Good morning.", "It is said [muffled] so.", "It is. [muffled] [muffled] Yes."],
)
def test_direction_amid_a_sentence_is_found(text: str) -> None:
    assert stray_directions(text)


def test_direction_after_a_full_stop_is_none_of_them() -> None:
    assert not stray_directions("Take a short reply.\n[token by token] Good morning, Ada.\nIt goes on.")
