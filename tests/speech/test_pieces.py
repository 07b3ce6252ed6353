"""A planned text in pieces. Recognised words joined to sentences, and names picked for the recogniser."""

from itertools import pairwise

import pytest

from tui_pod.core.library.transcript import Cue, parse_transcript
from tui_pod.core.player.timeline import plan
from tui_pod.core.text.document import Block, Document
from tui_pod.speech.pieces import FIRST, LEAST, MOST, PlannedText
from tui_pod.speech.sentences import SentenceJoiner, Word, find_names

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


def words(text: str, start: float = 0.0) -> list[Word]:
    """Return the words of a text, half a second each."""
    return [Word(f" {word}", start + n / 2, start + n / 2 + 0.4) for n, word in enumerate(text.split())]


def join(*heard: Word) -> list[Cue]:
    """Return the sentences that some words make."""
    joiner = SentenceJoiner()
    return [*joiner.add(heard), *joiner.flush()]


def test_sentence_has_the_times_of_its_first_and_last_word() -> None:
    assert join(*words("It rained. We stayed in.")) == [
        Cue("It rained.", 0.0, 0.9, words=(0.0, 0.5)),
        Cue("We stayed in.", 1.0, 2.4, words=(1.0, 1.5, 2.0)),
    ]


def test_sentence_is_given_once_the_next_begins_and_not_before() -> None:
    joiner = SentenceJoiner()
    assert list(joiner.add(words("It rained."))) == []
    assert [cue.text for cue in joiner.add(words("We", 1.0))] == ["It rained."]


@pytest.mark.parametrize("text", ["Dr. Who is not the name.", "It costs 3.5 percent.", "By J. R. Hartley."])
def test_mark_that_ends_no_sentence_splits_none(text: str) -> None:
    assert [cue.text for cue in join(*words(text))] == [text]


@pytest.mark.parametrize(("gap", "texts"), [(2.0, ["and then later"]), (2.01, ["and then", "later"])])
def test_silence_of_more_than_two_seconds_ends_a_sentence_without_a_mark(gap: float, texts: list[str]) -> None:
    heard = Word(" and", 0.0, 0.5), Word(" then", 0.5, 1.0), Word(" later", 1.0 + gap, 3.5)
    assert [cue.text for cue in join(*heard)] == texts


@pytest.mark.parametrize(("length", "count"), [(400, 1), (401, 2)])
def test_words_without_any_mark_are_cut_after_four_hundred_characters(length: int, count: int) -> None:
    assert len(join(Word("a" * length, 0.0, 1.0), Word(" word", 1.0, 2.0))) == count


def test_blank_words_are_no_sentence() -> None:
    assert join(Word(" ", 0.0, 1.0)) == []


def test_words_of_one_moment_last_at_least_a_little() -> None:
    assert join(Word(" Oh.", 2.0, 2.0)) == [Cue("Oh.", 2.0, 2.01, words=(2.0,))]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("We talk to Ada Lovelace about RoPE. She lives in London.", "Ada Lovelace, RoPE, London"),
        ("ControlNet explained", "ControlNet"),
        ("Nobody knows. It is what it is, and I know.", ""),
        ("With Ada, with Ada and with Bob.", "Ada, Bob"),
        ("Ada Lovelace met us.", "Lovelace"),
        ("", ""),
    ],
)
def test_names_are_capitals_where_no_sentence_begins(text: str, names: str) -> None:
    assert find_names(text) == names


@pytest.mark.parametrize(("last", "count"), [(292, 2), (293, 1)])
def test_names_are_three_hundred_characters_at_most(last: int, count: int) -> None:
    assert find_names(f"with Ada-Lo and {'N' + 'n' * (last - 1)}").count(",") + 1 == count
