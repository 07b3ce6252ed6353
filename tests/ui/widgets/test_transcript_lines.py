"""How sentences become paragraphs and lines, and how matches are found among them."""

import pytest
from rich.cells import cell_len

from tui_pod.core.library.transcript import Cue
from tui_pod.core.player.snapshot import Chapter
from tui_pod.ui.widgets.transcript_lines import BETWEEN, LONGEST, NEAR, TranscriptLine, WordMatches, lay_out


def texts(lines: list[TranscriptLine]) -> list[str]:
    """Return each line as a reader sees it."""
    return [f"{line.time} {line.head}{''.join(run.text for run in line.runs)}".strip() for line in lines]


def matches(query: str, *sentences: str) -> WordMatches:
    """Return the matches of a query in sentences."""
    found = WordMatches()
    found.adopt([Cue(sentence) for sentence in sentences])
    found.search(query)
    return found


def test_words_fill_a_line_to_its_last_cell() -> None:
    lines, _ = lay_out([Cue("four five"), Cue("six seven")], (), 13)
    assert texts(lines) == ["four five six", "seven"]
    lines, _ = lay_out([Cue("four five"), Cue("six seven")], (), 12)
    assert texts(lines) == ["four five", "six seven"]
    assert texts(lay_out([Cue("a b c d e")], (), 7)[0]) == ["a b c d", "e"]


def test_sentence_starts_on_the_line_of_its_first_word() -> None:
    lines, first = lay_out([Cue("four five"), Cue("six seven")], (), 13)
    assert first == [0, 0]
    assert [run.cue for run in lines[0].runs] == [0, BETWEEN, 1]
    assert lay_out([Cue("four five"), Cue("six seven")], (), 9)[1] == [0, 1]


def test_word_longer_than_a_line_is_broken_and_loses_nothing() -> None:
    lines, first = lay_out([Cue("ab"), Cue("abcdefghij kl")], (), 5)
    assert texts(lines) == ["ab", "abcde", "fghij", "kl"]
    assert first == [0, 1]


@pytest.mark.parametrize("width", [2, 3, 5, 8])
def test_wide_letters_stay_within_the_width(width: int) -> None:
    lines, _ = lay_out([Cue("音楽の話 a 日本語"), Cue("字")], (), width)
    assert all(cell_len(text) <= width for text in texts(lines))
    assert "".join("".join(texts(lines)).split()) == "音楽の話a日本語字"


def test_blank_sentence_has_a_line() -> None:
    assert lay_out([Cue("")], (), 20)[1] == [0]
    assert lay_out([], (), 20) == ([], [])


def test_paragraph_ends_where_the_transcript_says_and_shows_its_time_once() -> None:
    cues = [Cue("One.", 0.0, ends_paragraph=True), Cue("Two is long.", 61.0), Cue("Three.", 65.0)]
    assert texts(lay_out(cues, (), 14)[0]) == ["0:00 One.", "", "1:01 Two is long.", "Three."]


@pytest.mark.parametrize(("length", "first_lines"), [(LONGEST // 2, [0, 0, 0, 2]), (LONGEST // 2 + 1, [0, 0, 2, 2])])
def test_long_text_without_paragraphs_is_divided(length: int, first_lines: list[int]) -> None:
    _, first = lay_out([Cue("x" * length)] * 4, (), 5000)
    assert first == first_lines


def test_text_with_paragraphs_of_its_own_is_not_divided_further() -> None:
    cues = [*[Cue("x" * LONGEST)] * 3, Cue("End.", ends_paragraph=True)]
    assert "" not in texts(lay_out(cues, (), 5000)[0])


def test_another_speaker_starts_a_paragraph_and_no_speaker_goes_on() -> None:
    cues = [Cue("Hi.", speaker="Ada"), Cue("Yes."), Cue("No.", speaker="Bo"), Cue("Why?", speaker="Bo")]
    assert texts(lay_out(cues, (), 40)[0]) == ["Ada: Hi. Yes.", "", "Bo: No. Why?"]


@pytest.mark.parametrize(("start", "is_second"), [(10.0, True), (10.0 + NEAR, True), (10.1 + NEAR, False)])
def test_chapter_belongs_to_the_sentence_that_it_starts_near(start: float, is_second: bool) -> None:
    cues = [Cue("One.", 0.0), Cue("Two.", 10.0), Cue("Three.", 20.0)]
    shown = texts(lay_out(cues, [Chapter(start, "Middle")], 40)[0])
    heading = shown.index(next(text for text in shown if "Middle" in text))
    assert shown[heading + 1].startswith("Two." if is_second else "Three.")


def test_heading_has_the_time_and_its_paragraph_none() -> None:
    shown = texts(lay_out([Cue("One.", 0.4)], [Chapter(0.0, "Welcome"), Chapter(1.0, "")], 40)[0])
    assert shown == ["0:00 Welcome", "0:01 Chapter", "One."]


def test_chapters_need_times() -> None:
    assert texts(lay_out([Cue("One.")], [Chapter(0.0, "Welcome")], 40)[0]) == ["One."]


def test_match_has_all_words_in_any_order_whatever_their_case() -> None:
    found = matches("ÜBER red", "Red, über.", "red", "over", "rédüber")
    assert found.cues == [0, 3]
    assert [found.has(cue) for cue in range(5)] == [True, False, False, True, False]


def test_empty_query_clears_the_search() -> None:
    found = matches("red", "Red.", "Blue.")
    found.search("  ")
    assert (found.cues, found.said(0), found.beside(0, 1)) == ([], "", None)


def test_search_is_repeated_in_another_text() -> None:
    found = matches("red", "Red.", "Blue.")
    found.adopt([Cue("Blue."), Cue("Red.")])
    assert found.cues == [1]


def test_next_and_previous_match_wrap_around() -> None:
    found = matches("a", "a", "b", "a", "b", "a")
    assert [found.beside(cursor, 1) for cursor in range(5)] == [2, 2, 4, 4, 0]
    assert [found.beside(cursor, -1) for cursor in range(5)] == [4, 0, 0, 2, 2]
    assert [found.beside(cursor, 1, includes_cursor=True) for cursor in range(5)] == [0, 2, 2, 4, 4]


def test_state_of_a_search_counts_matches_from_one() -> None:
    found = matches("a", "b", "a", "b", "a")
    assert [found.said(cursor) for cursor in (0, 1, 2, 3)] == ["1/2 “a”", "1/2 “a”", "2/2 “a”", "2/2 “a”"]
    assert matches("z", "a").said(0) == "“z” is not in this transcript"
