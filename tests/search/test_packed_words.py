"""Words are packed in groups of sentences, and come back as they were."""

import zlib

import pytest

from tui_pod.core.library.transcript import Cue
from tui_pod.search.writer import GROUP, pack, unpack


def cues_of(count: int, text: str = "word", end: str = ".") -> list[Cue]:
    return [Cue(f"{text} {number}{end}", float(number)) for number in range(count)]


def test_packed_words_come_back_with_times_and_speakers() -> None:
    cues = [Cue("Hello.", 1.25, speaker="Ada"), Cue("Yes.", 3.5, speaker="Ada"), Cue("No.", 4.0, speaker="Charles")]
    packed = pack(cues)
    assert unpack(packed.starts, packed.content).cues(0) == cues


def test_words_without_times_come_back_without() -> None:
    packed = pack([Cue("Hello."), Cue("Yes.")])
    assert packed.starts == b""
    assert [cue.start for cue in packed.cues(0)] == [None, None]


def test_no_words_are_no_groups() -> None:
    packed = pack([])
    assert unpack(packed.starts, packed.content).groups == []


def test_group_ends_with_the_sentence_after_enough_characters() -> None:
    half = "x" * (GROUP // 2)
    groups = pack([Cue(half), Cue(half), Cue("goes on"), Cue("to here."), Cue("Next.")]).groups
    assert [group.split("\n")[-1] for group in groups] == ["to here.", "Next."]


def test_last_words_without_an_end_of_a_sentence_are_in_the_group_before() -> None:
    assert len(pack([Cue("x" * GROUP), Cue("and on")]).groups) == 1


def test_group_without_an_end_of_a_sentence_ends_at_twice_the_length() -> None:
    groups = pack(cues_of(200, "x" * 16, end="")).groups
    assert max(map(len, groups)) < 2 * GROUP + 50
    assert min(map(len, groups[:-1])) >= 2 * GROUP


def test_cues_of_a_later_group_have_their_own_times() -> None:
    cues = cues_of(100, "x" * 16)
    packed = pack(cues)
    assert len(packed.groups) > 3
    assert [cue for place in range(len(packed.groups)) for cue in packed.cues(place)] == cues


def test_missing_group_is_an_error() -> None:
    with pytest.raises(IndexError):
        pack([Cue("Hello.")]).cues(1)


def test_damaged_words_are_an_error() -> None:
    with pytest.raises(zlib.error):
        unpack(b"", b"nonsense")
