"""Texts as a listener hears them: narrated, recognised, and compared with what a person would read, by sentence.

A sentence must be heard once, with nearly all of its words, none of them spelled, and without a pause where none is.
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.speech.test_course_spoken import words
from tests.speech.test_narration_real import SILENCE, WINDOW, Heard, listen, narrate
from tui_pod.sources.foreign_texts import ForeignTexts
from tui_pod.sources.texts.parsing import read_file
from tui_pod.speech.narrator import has_voice, make_script
from tui_pod.speech.recogniser_worker import recognise

pytestmark = pytest.mark.skipif(not has_voice(), reason="the voice is not installed: pip install hibari-tts")

PAUSE = 0.55
"""Seconds of silence in a sentence without a comma that sound as if it had ended."""

MOST_MISSED = 0.34
"""Share of a sentence's words that a small recogniser may mishear."""


class Read(NamedTuple):
    """A text in a file, and its sentences as a person would read them, in words."""

    ending: str
    text: str
    sentences: tuple[str, ...]


TEXTS = {
    "tables": Read(
        "html",
        """<html><head><title>Harbours</title></head><body><article><h1>Harbours of the North</h1>
        <p>Ships with a draught of approx. 30 feet enter at high water only.</p>
        <table><tr><th>Port</th><th>Day</th><th>Depth</th></tr><tr><td rowspan="2">Kiel</td><td>Monday</td>
        <td>3 metres</td></tr><tr><td>Tuesday</td><td>2 metres</td></tr></table>
        <p>See vol. 2 of the harbour book, which lists them all.</p>
        <ol type="a"><li>Bring the anchor.</li><li>Light the lamp.</li></ol></article></body></html>""",
        (
            "harbours of the north",
            "ships with a draught of approximately thirty feet enter at high water only",
            "port kiel day monday depth three meters",
            "port kiel day tuesday depth two meters",
            "see volume two of the harbor book which lists them all",
            "a bring the anchor",
            "b light the lamp",
        ),
    ),
    "gutenberg": Read(
        "txt",
        """The Project Gutenberg eBook of The Old Mill

Title: The Old Mill

Author: Ann Example

*** START OF THE PROJECT GUTENBERG EBOOK THE OLD MILL ***

CHAPTER II.

THE RIVER RISES

The miller looked at the water for a long time.[1] He had seen it
rise in the spring of the year before.

[Illustration: The mill in winter]

Nobody believed him when he spoke of it.

CHAPTER XIV.

In the morning the bridge was gone.

[Footnote 1: It is the river Trave.]

*** END OF THE PROJECT GUTENBERG EBOOK THE OLD MILL ***

Updated editions will replace the previous one under this license.
""",
        (
            "chapter two",
            "the river rises",
            "the miller looked at the water for a long time",
            "he had seen it rise in the spring of the year before",
            "nobody believed him when he spoke of it",
            "chapter fourteen",
            "in the morning the bridge was gone",
        ),
    ),
    "page": Read(
        "html",
        """<html><head><title>Lighthouse</title></head><body><article><h1>The lighthouse</h1>
        <p>The lighthouse was built in stone c. 1850 by a local company.<sup class="reference"><a
        href="#n1">[1]</a></sup><sup class="noprint">[<i>citation needed</i>]</sup></p>
        <p>Its lamp is described on pp. 3-5 of the report.</p>
        <p>The old keeper <del>was retired</del> left the island in winter.</p>
        <ul><li>[x] Paint the door</li><li>[ ] Clean the glass</li></ul>
        <p>Its height follows from <math><mi>h</mi><mo>=</mo><mn>9</mn></math> as shown above.</p>
        </article></body></html>""",
        (
            "the lighthouse",
            "the lighthouse was built in stone circa eighteen fifty by a local company",
            "its lamp is described on pages three to five of the report",
            "the old keeper left the island in winter",
            "done paint the door",
            "clean the glass",
            "its height follows from a formula as shown above",
        ),
    ),
    "markdown": Read(
        "md",
        """# A walk in May

Dr. Smith and Mrs. Miller walked along the beach at noon.

1. They found a blue shell.
2. They left it where it was.

- [x] Buy the bread
- [ ] Mend the boat

They came home at 5 p.m. and slept until dinner.
""",
        (
            "a walk in may",
            "doctor smith and mrs miller walked along the beach at noon",
            "they found a blue shell",
            "they left it where it was",
            "done buy the bread",
            "mend the boat",
            "they came home at five pm and slept until dinner",
        ),
    ),
}

NUMBERS = dict(zip("2 3 5 14 30 9".split(), "two three five fourteen thirty nine".split(), strict=True))
SAME = {
    "1850": "eighteen fifty", "metres": "meters", "metre": "meter", "harbour": "harbor", "harbours": "harbors",
    "dr": "doctor", "approx": "approximately", "missus": "mrs", "ii": "two", "xiv": "fourteen",
}  # fmt: skip
"""What a recogniser may write for the same sound."""


def spoken(text: str) -> list[str]:
    """Return the words of a text in one spelling."""
    return [part for word in words(text) for part in SAME.get(word, NUMBERS.get(word, word)).split()]


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name == "tables" else pytest.mark.nightly) for name in TEXTS]
)
def test_text_is_heard_as_a_person_would_read_it(name: str, model: Path, tmp_path: Path) -> None:
    read = TEXTS[name]
    path = tmp_path / f"{name}.{read.ending}"
    path.write_text(read.text)
    transcript = ForeignTexts().transcript(read_file(str(path), name, False).planned, None)
    (narration,) = narrate(tmp_path, make_script(transcript.cues))
    request = {"model": str(model), "recording": str(narration.audio), "start": 0.0, "language": "en", "names": ""}
    heard = spoken(" ".join(text for answer in recognise(request) for _, _, text, _ in answer.get("cues", ())))
    faults = [*unheard(read.sentences, heard), *paused(listen(narration))]
    assert not faults, "\n".join([*faults, " ".join(heard)])


def unheard(sentences: tuple[str, ...], heard: list[str]) -> list[str]:
    """Return which sentences were dropped or read twice, and what was spelled or read beside them."""
    expected = [spoken(sentence) for sentence in sentences]
    written = [word for sentence in expected for word in sentence]
    matches = difflib.SequenceMatcher(None, written, heard, autojunk=False).get_matching_blocks()
    found = {number for at, _, size in matches for number in range(at, at + size)}
    faults, start = list[str](), 0
    for sentence, said in zip(sentences, expected, strict=True):
        missed = sum(number not in found for number in range(start, start + len(said)))
        faults += [f"dropped: {sentence}"] * (missed > MOST_MISSED * len(said))
        start += len(said)
    end = 0
    for _, at, size in matches:
        between = heard[end:at]
        faults += [f"spelled: {' '.join(between)}"] * (sum(len(word) == 1 for word in between) > 2)
        faults += [f"beside the text: {' '.join(between)}"] * (len(between) > 5)
        end = at + size
    return faults


def paused(heard: Heard) -> list[str]:
    """Return the sentences with a pause where no mark stands."""
    faults = []
    for cue in heard.narration.cues:
        if cue.start is None or cue.end is None or any(mark in cue.text.rstrip(".!?:") for mark in ",;:–—("):
            continue
        quiet, at = 0.0, cue.start + 0.3
        while at < cue.end - 0.5 and quiet < PAUSE:
            quiet = quiet + WINDOW if heard.loudness(at, at + WINDOW) < SILENCE else 0.0
            at += WINDOW
        faults += [f"a pause in: {cue.text}"] * (quiet >= PAUSE)
    return faults


@pytest.mark.parametrize(
    ("heard", "fault"),
    [
        ("chapter i i the bridge was gone in the night", "dropped: chapter two"),
        ("chapter two", "dropped: the bridge was gone in the night"),
        (
            "chapter two the bridge was gone in the night the bridge was gone in the night",
            "beside the text: the bridge",
        ),
        ("chapter two x i v the bridge was gone in the night", "spelled: x i v"),
    ],
)
def test_comparison_finds_what_is_heard_wrongly(heard: str, fault: str) -> None:
    found = unheard(("chapter two", "the bridge was gone in the night"), heard.split())
    assert any(one.startswith(fault) for one in found), found
