"""A planned text in pieces."""

from itertools import pairwise

import pytest

from tui_pod.core.library.transcript import parse_transcript
from tui_pod.core.player.timeline import plan
from tui_pod.core.text.document import Block, Document
from tui_pod.speech.pieces import FIRST, LEAST, MOST, PlannedText

PARAGRAPH = "The keeper lit the lamp before the fog came in. Nobody on the ship had seen it yet. " * 3
HUGE = "Then the bell rang once more, and again after that. " * 60


def make_text(*paragraphs: str) -> PlannedText:
    planned = plan(Document("Fog", tuple(Block("paragraph", words) for words in paragraphs), language="en"))
    return PlannedText(parse_transcript(planned.as_webvtt()))


TEXT = make_text(*[PARAGRAPH] * 20, HUGE, *[PARAGRAPH] * 3)


def test_pieces_fill_the_text_and_are_cut_at_paragraphs_if_they_can_be() -> None:
    pieces = TEXT.whole()
    assert (pieces[0].start, pieces[-1].end) == (0.0, TEXT.duration)
    assert all((one.last, one.end) == (after.first, after.start) for one, after in pairwise(pieces))
    assert all(LEAST <= piece.end - piece.start <= MOST for piece in pieces[:-1])
    cues = TEXT.transcript.cues
    assert [cues[piece.last - 1].ends_paragraph for piece in pieces].count(False) == 2, "within the huge paragraph"
    assert list(map(TEXT.after, pieces)) == [*pieces[1:], None]


@pytest.mark.parametrize("share", [0.0, 0.013, 0.37, 0.5, 0.77, 0.999, 1.0])
def test_any_position_has_a_short_piece_that_leads_to_the_next_whole_one(share: float) -> None:
    position = share * TEXT.duration
    whole, rest, short = TEXT.at(position)
    assert whole in TEXT.whole()
    assert all(piece.start <= position <= piece.end for piece in (whole, rest, short))
    assert short.start == rest.start
    assert short.end - position <= 2.5 * FIRST
    following = TEXT.after(short)
    assert rest.end == (following.end if following is not None and short.end < rest.end else short.end) == whole.end


def test_script_of_a_piece_has_the_times_within_it_and_lasts_as_long() -> None:
    piece = TEXT.at(TEXT.duration / 2)[1]
    script = TEXT.script(piece)
    assert script.target == pytest.approx(piece.end - piece.start, abs=0.001)
    assert script.times[0][0] == 0.0
    assert script.times[-1][1] < (script.target or 0.0)
    assert len(script.sentences) == len(script.times) == piece.last - piece.first
    stretch = TEXT.stretch(100.0, 130.0)
    assert stretch.start <= 100.0 < 130.0 <= stretch.end < 150.0
