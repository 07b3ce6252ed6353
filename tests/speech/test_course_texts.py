"""A stage direction in a text of the course is a line of its own, and the voice reads out none."""

from pathlib import Path

import pytest

from tui_pod.core.text.speech import split_direction, split_sentences

TEXTS = sorted((Path(__file__).parents[2] / "tui_pod" / "transcripts").glob("*.txt"))


def stray_directions(text: str) -> list[str]:
    """Return the lines with anything in brackets but one direction that begins a line of one whole sentence."""
    stray, before = [], "."
    for line in filter(None, text.splitlines()):
        direction, spoken = split_direction(line.removeprefix("A: ").removeprefix("B: "))
        is_whole = before[-1] in ".!?" and spoken[:1].isupper() and len(split_sentences(spoken)) == 1
        if "[" in spoken or (direction and not is_whole):
            stray.append(line)
        before = line
    return stray


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_direction_is_a_line_of_its_own(path: Path) -> None:
    assert stray_directions(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        "Take the reply:\n[token by token] Good morning.",
        "It is said [muffled] so.",
        "It is. [muffled] Yes.",
        "[muffled] [muffled] Yes.",
        "[muffled] Yes. No.",
        "[whispered] Yes.",
        "[muffled] and so on.",
    ],
)
def test_direction_amid_a_sentence_is_found(text: str) -> None:
    assert stray_directions(text)


def test_direction_after_a_full_stop_is_none_of_them() -> None:
    assert not stray_directions("Take a short reply.\n[token by token] Good morning, care-taker.\nIt goes on.")
