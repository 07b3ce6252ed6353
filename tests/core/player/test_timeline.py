"""The planned timeline of a text."""

from itertools import pairwise

import pytest

from tui_pod.core.library.transcript import Cue, parse_transcript
from tui_pod.core.player.snapshot import MAX_CHAPTERS
from tui_pod.core.player.timeline import BEFORE_HEADING, LONGEST, SENTENCE_PAUSE, TAIL, Timeline, plan
from tui_pod.core.text.document import Block, Document

POEM = "Row & row <gently>.", "Row & row <gently>.", "WEBVTT --> 00:01:02.000"
"""What a reader of captions would join, leave out or misread."""


def test_a_plan_is_read_as_it_was_written() -> None:
    blocks = [Block("heading", "One", 1), Block("paragraph", "Alice: No mark"), *(Block("item", line) for line in POEM)]
    made = plan(Document("Songs", tuple(blocks), language="en-gb"))
    read = parse_transcript(made.as_webvtt(), made.duration)
    assert (read.is_planned, read.language) == (True, "en-gb")
    assert [(cue.text, cue.ends_paragraph) for cue in read.cues] == [(block.text, True) for block in blocks]
    assert [round(cue.start or 0, 3) for cue in read.cues] == [cue.start for cue in made.cues]


@pytest.mark.parametrize(
    ("times", "is_planned"),
    [
        ([(0.2, 1.0), (2.0, 3.0)], True), ([(0.2, 1.0), (0.9, 3.0)], False), ([(2.0, 3.0), (0.2, 1.0)], False),
        ([(0.2, 1.0), (9_000.0, 9_001.0)], False), ([(0.2, 9_000.0)], False),
    ],
)  # fmt: skip
def test_times_that_the_voice_cannot_keep_are_no_plan(times: list[tuple[float, float]], is_planned: bool) -> None:
    text = Timeline(tuple(Cue("Words.", start, end) for start, end in times), (), 0.0, "en").as_webvtt()
    assert parse_transcript(text).is_planned is is_planned
    assert parse_transcript(text).cues


def test_pauses_follow_the_blocks_and_headings_are_chapters() -> None:
    text = plan(
        Document("A book", (Block("paragraph", "Once. Twice."), Block("heading", "Two", 2), *[Block("item", "x")]))
    )
    gaps = [round((after.start or 0) - (before.end or 0), 3) for before, after in pairwise(text.cues)]
    assert gaps[0] == SENTENCE_PAUSE < gaps[2] < gaps[1] == BEFORE_HEADING
    assert [(mark.title, mark.start) for mark in text.chapters] == [("A book", 0.0), ("Two", text.cues[2].start)]
    assert text.duration == round((text.cues[-1].end or 0) + TAIL, 3)


def test_a_plan_has_limits() -> None:
    text = plan(Document("Endless", (Block("paragraph", "word " * 1_000 + "x" * 1_000),)))
    assert max(len(cue.text) for cue in text.cues) <= LONGEST
    assert "".join(cue.text for cue in text.cues).replace(" ", "") == "word" * 1_000 + "x" * 1_000
    chinese = plan(Document("Rights", (Block("paragraph", "人人生而自由。人人有权！"),)))
    assert [cue.text for cue in chinese.cues] == ["人人生而自由。", "人人有权！"]
    heads = [Block("heading", str(number), 1 + number % 2) for number in range(MAX_CHAPTERS + 500)]
    assert len(plan(Document("Long", tuple(heads))).chapters) < MAX_CHAPTERS
    assert plan(Document("Empty", ())).duration == 0.0
