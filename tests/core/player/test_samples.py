"""Where samples begin: after what recurs and after chapters that are none of the talk, at a sentence, or at speech."""

import math

import pytest

from tui_pod.core.library.transcript import Cue
from tui_pod.core.player.samples import STEP, Frame, find_end, find_sentence, find_speech, find_start
from tui_pod.core.player.snapshot import Chapter
from tui_pod.core.progress.passages import Passage

JINGLE, ADVERTISEMENT = Passage(0.5, 10.0, 3), Passage(11.0, 40.0, 2)


@pytest.mark.parametrize(
    ("passages", "chapters", "skip_start", "start"),
    [
        ((), (), 0.0, 0.0),
        ((), (), 30.0, 30.0),
        ((JINGLE, ADVERTISEMENT), (), 0.0, 40.0),
        ((ADVERTISEMENT,), (), 0.0, 0.0),
        ((ADVERTISEMENT,), (), 10.0, 40.0),
        ((JINGLE,), (Chapter(0.0, "Hello"), Chapter(10.0, "Sponsors"), Chapter(70.0, "Ships")), 0.0, 70.0),
        ((), (Chapter(0.0, "Intro"), Chapter(12.0, "Ships"), Chapter(60.0, "Intro again")), 0.0, 12.0),
        ((), (Chapter(0.0, "Introspection"), Chapter(12.0, "Ships")), 0.0, 0.0),
        ((), (Chapter(0.0, "Intro"),), 0.0, 0.0),
    ],
)
def test_start_is_after_what_is_left_out(
    passages: tuple[Passage, ...], chapters: tuple[Chapter, ...], skip_start: float, start: float
) -> None:
    assert find_start(passages, chapters, skip_start) == start


def test_first_sentence_is_a_real_one() -> None:
    cues = [
        Cue("[Soft music plays here]", 0.0, 9.0),
        Cue("Hello!", 9.0, 10.0),
        Cue("This is about four ships.", 10.0, 14.0),
    ]
    assert find_sentence(cues, 0.0) == 10.0
    assert find_sentence(cues, 10.4) == 10.0
    assert find_sentence(cues, 11.0) is None


def test_sample_ends_with_a_sentence_if_one_ends_in_time() -> None:
    cues = [Cue("A.", 0.0, 10.0), Cue("B.", 10.0, 18.0), Cue("C.", 18.0, 22.0), Cue("D.", 22.0, 30.0)]
    assert find_end(cues, 0.0) == 22.0
    assert find_end(cues, 5.0) == 22.0
    assert find_end(cues, 0.0, speed=1.4) == 30.0
    assert find_end(cues[3:], 0.0) == find_end((), 0.0) == 23.0


def music(seconds: float, change: float = -16.0) -> list[Frame]:
    """Return frames of music: it swells a little, and holds its notes."""
    return [Frame(-20.0 + 3.0 * math.sin(number / 7), change) for number in range(round(seconds / STEP))]


def speech(seconds: float, pause: float = -60.0, change: float = -8.0) -> list[Frame]:
    """Return frames of speech: changing sounds, and pauses between them."""
    return [
        Frame(pause if number % 20 >= 14 else -18.0 - number % 5, change) for number in range(round(seconds / STEP))
    ]


@pytest.mark.parametrize("intro", [0.0, 8.0, 21.4, 60.0])
@pytest.mark.parametrize("pause", [-60.0, -35.0], ids=["pauses", "music behind it"])
def test_speech_is_found_after_music(intro: float, pause: float) -> None:
    assert find_speech([*music(intro), *speech(30.0, pause)]) == pytest.approx(intro, abs=1.0)


def test_speech_begins_after_silence() -> None:
    assert find_speech([*music(10.0), *[Frame(-80.0, 0.0)] * 50, *speech(30.0)]) == pytest.approx(12.0, abs=0.1)


def test_few_seconds_that_sound_like_speech_do_not_begin_it() -> None:
    assert find_speech([*music(5.0), *speech(3.0), *music(20.0), *speech(30.0)]) == pytest.approx(28.0, abs=1.0)


def test_music_with_pauses_is_no_speech_while_its_sound_stays() -> None:
    assert find_speech(speech(30.0, change=-20.0)) == 0.0
    assert find_speech([*speech(10.0, change=-20.0), *speech(30.0)]) == pytest.approx(10.0, abs=1.0)


def test_without_speech_a_sample_begins_at_once() -> None:
    assert find_speech(music(60.0)) == find_speech([]) == find_speech(speech(2.0)) == 0.0
    assert find_speech([*music(40.0), *speech(3.0)]) == 0.0
