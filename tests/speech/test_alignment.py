"""A transcript or book gets the times at which a recogniser heard its words."""

import random
from itertools import pairwise

import pytest

from tests.app_driver import embedded_library
from tui_pod.core.library.transcript import Cue, Transcript
from tui_pod.services.transcripts import read_transcript
from tui_pod.sources.foreign_texts import ForeignTexts
from tui_pod.speech.alignment import FOUND, LEAST_SHIFT, MOVED, follow

IDS = ("llm-layers", "gans", "rlhf", "dpo")


def spoken(gap_after: int = -1, gap: float = 0.0, left_out: range = range(0)) -> list[Cue]:
    """Return the sentences of some talks, spoken at 15 letters a second, with a gap after one; some are left out."""
    library = embedded_library()
    cues: list[Cue] = []
    at, count = 1.0, 0
    for ident in IDS:
        index = library.index(ident)
        assert index is not None
        for cue in read_transcript(library.episode(index), ForeignTexts()).cues:
            count += 1
            if count in left_out:
                continue
            end = at + len(cue.text) / 15
            cues.append(Cue(cue.text, round(at, 2), round(end, 2)))
            at = end + 0.3 + gap * (len(cues) - 1 == gap_after)
    return cues


def misheard(cues: list[Cue]) -> list[Cue]:
    """Return sentences as a recogniser writes them: some words wrong, some sentences missing, others joined."""
    found: list[Cue] = []
    for number, cue in enumerate(cues):
        words = ["blah" if place % 11 == 5 else word.lower() for place, word in enumerate(cue.text.split())]
        if number % 13 == 7:
            continue
        if number % 5 == 4 and found:
            found[-1] = Cue(f"{found[-1].text} {' '.join(words)}", found[-1].start, cue.end)
        else:
            found.append(cue._replace(text=" ".join(words)))
    return found


def test_words_without_times_get_those_of_the_recogniser() -> None:
    real = spoken()
    timed = follow(Transcript(tuple(Cue(cue.text) for cue in real)), misheard(real))
    assert (timed.is_timed, timed.note) == (True, FOUND)
    assert [cue.text for cue in timed.cues] == [cue.text for cue in real]
    off = sorted(abs((cue.start or 0.0) - (truth.start or 0.0)) for cue, truth in zip(timed.cues, real, strict=True))
    assert off[len(off) // 2] < 0.2
    assert off[-1] < max((cue.end or 0.0) - (cue.start or 0.0) for cue in real)  # one that was not heard
    starts = [cue.start or 0.0 for cue in timed.cues]
    assert starts == sorted(starts)


def test_timed_words_follow_what_was_inserted() -> None:
    brought, real = spoken(), spoken(gap_after=20, gap=31.0)
    moved = follow(Transcript(tuple(brought)), misheard(real))
    assert moved.note == f"{MOVED}, by up to +31 s"
    off = [abs((cue.start or 0.0) - (truth.start or 0.0)) for cue, truth in zip(moved.cues, real, strict=True)]
    assert sum(one < 1.0 for one in off) > 0.9 * len(off)


def test_timed_words_that_are_right_stay_as_they_are() -> None:
    transcript = Transcript(tuple(spoken()))
    assert follow(transcript, misheard(spoken())) is transcript


@pytest.mark.parametrize("heard", [[], [Cue("Something else altogether is said here.", 0.0, 3.0)]])
def test_words_of_another_recording_stay_as_they_are(heard: list[Cue]) -> None:
    transcript = Transcript(tuple(Cue(cue.text) for cue in spoken()))
    assert follow(transcript, heard) is transcript


def test_no_words_stay_none() -> None:
    assert follow(Transcript(), spoken()) == Transcript()


@pytest.mark.parametrize(("shift", "is_moved"), [(LEAST_SHIFT - 0.01, False), (LEAST_SHIFT, True)])
def test_timed_words_are_moved_from_two_seconds_on(shift: float, is_moved: bool) -> None:
    heard = [Cue("one two three four", 10.0, 12.0), Cue("five six seven eight", 12.0, 14.0)]
    told = Transcript(
        tuple(cue._replace(start=(cue.start or 0.0) - shift, end=(cue.end or 0.0) - shift) for cue in heard)
    )
    moved = follow(told, heard)
    assert (moved is not told) is is_moved
    if is_moved:
        assert [(cue.start, cue.end) for cue in moved.cues] == [(10.0, 12.0), (12.0, 14.0)]


def test_sentence_that_was_not_heard_begins_between_its_neighbours_by_their_lengths() -> None:
    told = Transcript(tuple(map(Cue, ("one two three four", "nine ten", "eleven eleven", "five six seven eight"))))
    heard = [Cue("one two three four", 10.0, 12.0), Cue("five six seven eight", 22.0, 24.0)]
    starts = [cue.start for cue in follow(told, heard).cues]
    assert starts == [10.0, 15.538, 18.0, 22.0]


@pytest.mark.parametrize(("words", "is_found"), [("one two three x y", True), ("one x y z four", False)])
def test_transcript_is_followed_if_two_words_of_five_match(words: str, is_found: bool) -> None:
    told = Transcript((Cue("one two v w q" if is_found else "one v w q r"),))
    assert (follow(told, [Cue(words, 3.0, 8.0)]) is not told) is is_found


def test_sentence_whose_beginning_was_misheard_begins_with_what_was_heard_instead() -> None:
    told = Transcript((Cue("so very bad weather today"), Cue("we stay in")))
    heard = [Cue("hm hm bad weather today", 10.0, 15.0), Cue("we stay in", 15.0, 18.0)]
    first, second = follow(told, heard).cues
    assert (first.start, first.end, second.start, second.end) == (10.0, 15.0, 15.0, 18.0)


def test_last_sentence_lasts_a_second_if_the_recogniser_says_no_end() -> None:
    (cue,) = follow(Transcript((Cue("we stay in"),)), [Cue("we stay in", 15.0)]).cues
    assert (cue.start, cue.end) == (15.0, 16.0)


def test_sentences_are_never_timed_before_the_one_before() -> None:
    told = Transcript((Cue("one two three"), Cue("x four five six")))
    heard = [Cue("one two three", 10.0, 10.1), Cue("four five six", 10.1, 12.0)]
    starts = [cue.start for cue in follow(told, heard).cues]
    assert starts == [10.0, 10.0]


def test_accents_and_apostrophes_match_however_they_are_written() -> None:
    told = Transcript((Cue("It’s Zoë, isn’t it?"),))
    assert follow(told, [Cue("it's zoe isn't it", 1.0, 3.0)]).is_timed


FRONT = [f"Printed for the {number} th time by {number} of the sons of {number}." for number in range(9, 60)]


def book(*texts: str) -> Transcript:
    """Return a text without times: some sentences, then those of the talks."""
    return Transcript(tuple(Cue(text) for text in (*texts, *(cue.text for cue in spoken()))))


def later(cue: Cue) -> Cue:
    """Return a sentence that is spoken five seconds later."""
    return cue._replace(start=(cue.start or 0.0) + 5, end=(cue.end or 0.0) + 5)


def by_word(cues: list[Cue], wrong: float) -> list[Cue]:
    """Return what a recogniser writes that times each word, of which it gets some wrong, leaves out or doubles."""
    chance = random.Random(7)
    found = []
    for cue in cues:
        at, rate = cue.start or 0.0, ((cue.end or 0.0) - (cue.start or 0.0)) / len(cue.text)
        words: list[tuple[str, float]] = []
        for word in cue.text.split():
            fate = chance.random() / wrong
            words += [("blah" if fate < 0.6 else word, round(at, 2))] * (fate >= 0.2) + [("um", at)] * (0.8 < fate < 1)
            at += rate * (len(word) + 1)
        found.append(cue._replace(text=" ".join(word for word, _ in words), words=tuple(start for _, start in words)))
    return found


@pytest.mark.parametrize("wrong", [0.05, 0.15])
def test_sentences_of_a_book_begin_within_half_a_second_of_where_they_are_heard(wrong: float) -> None:
    real = spoken()
    timed = follow(book(*FRONT), by_word(real, wrong))
    assert [cue.text for cue in timed.cues] == [cue.text for cue in real]
    off = [abs((cue.start or 0.0) - (truth.start or 0.0)) for cue, truth in zip(timed.cues, real, strict=True)]
    assert sum(one <= 0.5 for one in off) >= 0.95 * len(off)


def test_long_text_that_is_not_heard_is_left_out_and_told() -> None:
    timed = follow(book(*FRONT), by_word(spoken(), 0.1))
    share = round(100 * sum(map(len, FRONT)) / sum(len(cue.text) for cue in book(*FRONT).cues))
    assert timed.note == f"{FOUND} · {share} % of the text is not heard and left out"
    assert timed.cues[0].text == spoken()[0].text


def test_abridged_chapters_are_left_out() -> None:
    read = spoken(left_out=range(20, 40))
    timed = follow(book(), by_word(read, 0.1))
    assert [cue.text for cue in timed.cues] == [cue.text for cue in read]
    assert "% of the text is not heard and left out" in timed.note


def test_what_is_heard_besides_the_text_is_added_and_told() -> None:
    opening = [Cue("This recording belongs to everyone in the world.", 0.0, 4.0)]
    timed = follow(book(), [*opening, *by_word([*map(later, spoken())], 0.05)])
    assert timed.note == f"{FOUND} · 1 sentence heard besides it"
    assert timed.cues[0].text == opening[0].text
    assert all((cue.end or 0.0) <= (following.start or 0.0) for cue, following in pairwise(timed.cues))


def test_text_ends_where_recognition_has_come_to() -> None:
    heard = by_word(spoken()[:20], 0.05)
    timed = follow(book(), heard, is_whole=False)
    assert (len(timed.cues), timed.is_partial, timed.note) == (20, True, FOUND)


def test_words_misheard_before_the_rest_is_recognised_are_not_the_end_of_the_text() -> None:
    heard = spoken()[:20]
    end = heard[-1].end or 0.0
    whole = Transcript((*book().cues, Cue("The end.")))
    assert len(follow(whole, [*heard, Cue("um well so", end, end + 2)], is_whole=False).cues) == 20


def test_pause_that_a_recogniser_adds_to_the_first_word_is_no_part_of_the_sentence() -> None:
    heard = [Cue("we stay in it is cold", 10.0, 14.0, words=(10.0, 10.4, 10.8, 11.1, 12.5, 12.8))]
    (_, cold) = follow(Transcript((Cue("We stay in."), Cue("It is cold."))), heard).cues
    assert cold.start == pytest.approx(12.5 - 4 * 0.08)


def test_sentence_of_which_no_word_was_understood_begins_with_what_was_heard_instead() -> None:
    heard = [Cue("we stay in polite it is cold", 10.0, 16.0, words=(10.0, 10.4, 10.8, 12.0, 12.6, 12.9, 13.1))]
    cues = follow(Transcript((Cue("We stay in."), Cue("Plight."), Cue("It is cold."))), heard).cues
    assert cues[1].start == 12.0


def test_heading_that_was_misheard_after_text_that_is_not_read_stays() -> None:
    heard = by_word([Cue("Eye loomings.", 0.0, 0.9), *map(later, spoken())], 0.01)
    timed = follow(book(*FRONT, "I Loomings"), heard)
    assert [(cue.text, cue.start) for cue in timed.cues][:2] == [("I Loomings", 0.0), (spoken()[0].text, 6.0)]


def test_last_word_of_a_text_may_be_unheard() -> None:
    cues = follow(Transcript((Cue("We stay in."), Cue("Plight."))), [Cue("we stay in", 10.0, 12.0)]).cues
    assert [cue.text for cue in cues] == ["We stay in.", "Plight."]
