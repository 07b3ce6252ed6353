"""Texts as they are spoken: where sentences end, and times as a screen reader says them."""

import tomllib
from pathlib import Path

import pytest

from tui_pod.core.text.clean import spoken_time
from tui_pod.core.text.speech import speakable, split_sentences

TABLE = {
    "RoPE": "rope",
    "GPT-4o": "GPT four oh",
    "IA³": "IA three",
    "[BOS]": "B O S",
    "<|im_end|>": "I M end",
    "ABC": "A B C",
    "Qwen": "kwen",
}


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        pytest.param("One. Two! Three? Four…", ["One.", "Two!", "Three?", "Four…"], id="marks"),
        pytest.param("Dr. Lee met Prof. Kim.", ["Dr. Lee met Prof. Kim."], id="titles"),
        pytest.param("J. Su wrote it. I. He too.", ["J. Su wrote it.", "I.", "He too."], id="initials, but not I"),
        pytest.param("Written as T. Each tick.", ["Written as T.", "Each tick."], id="a letter before an opener"),
        pytest.param("Pens etc. Then J. A. Su.", ["Pens etc.", "Then J. A. Su."], id="a title before an opener"),
        pytest.param("It is 2.5 B. and more.", ["It is 2.5 B. and more."], id="a small letter follows"),
        pytest.param("Cells, e.g. Neurons, cf. Fig. 3.", ["Cells, e.g. Neurons, cf. Fig. 3."], id="abbreviations"),
        pytest.param("On Mar. 5, see Ch. 3. It ends.", ["On Mar. 5, see Ch. 3.", "It ends."], id="before a number"),
        pytest.param('He said “Stop.” Then left.', ["He said “Stop.”", "Then left."], id="quotes"),
        pytest.param("What?! Really.", ["What?!", "Really."], id="two marks"),
        pytest.param("(Mr. X.) Done.", ["(Mr. X.) Done."], id="an initial in brackets"),
        pytest.param("no mark at all", ["no mark at all"], id="no mark"),
        pytest.param("  ", [], id="blank"),
        pytest.param("", [], id="empty"),
    ],
)  # fmt: skip
def test_split_sentences_at_their_ends(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences


@pytest.mark.parametrize(
    "text",
    ["." * 1_000_000, "!" + ")" * 1_000_000, "a.\t" * 300_000, ".)" * 500_000],
    ids=["marks", "brackets", "tabs", "pairs"],
)
def test_split_sentences_of_a_million_marks_takes_no_square_of_time(text: str) -> None:
    """A square of it would take hours."""
    assert sum(map(len, split_sentences(text))) > 0


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("RoPE and GPT-4o", "rope and GPT four oh"),
        ("EuRoPE is not in the table", "EuRoPE is not in the table"),
        ("starts with [BOS].", "starts with B O S."),
        ("ends with <|im_end|>", "ends with I M end"),
        ("ends with <|end of text|>", "ends with end of text"),
        ("use <tool> here", "use tool here"),
        ("IA³ in O(n²) time", "IA three in order n squared time"),
        ("2ⁿ and x³ and Aᵀ", "2 to the n and x cubed and A transposed"),
        ("10⁻³", "10 to the minus 3"),
        ("x₁ + h₂", "x 1 + h 2"),
        ("a rate of 1e-4", "a rate of 1 times ten to the minus 4"),
        ("3.0E8 tokens", "3 times ten to the 8 tokens"),
        ("2^10", "2 to the 10"),
        ("α and β, Δ too", "alpha and beta, delta too"),
        ("4x faster, 2-4x", "4 times faster, 2 to 4 times"),
        ("64×64 pixels", "64 by 64 pixels"),
        ("some ~7 of 5–9", "some about 7 of 5 to 9"),
        ("$100M or $5-10B", "100 million dollars or 5 to 10 billion dollars"),
        ("100+ models", "100 or more models"),
        ("a → b ≤ c ≈ d", "a to b at most c about d"),
        ("see https://www.example.org/a?b=c now", "see example dot org now"),
        ("snake_case and `code`", "snake case and code"),
        ("A & B • C", "A and B, C"),
        ("10^-5 and 10^{−6}", "10 to the minus 5 and 10 to the minus 6"),
        ("n^2 and Θ(n)", "n squared and theta of n"),
        ("−5 degrees, 7 − 2", "minus 5 degrees, 7 minus 2"),
        ("5-10% and 5–10 %", "5 to 10% and 5 to 10 %"),
        ("1.8T, 15T and 1M tokens", "1.8 trillion, 15 trillion and 1 million tokens"),
        ("GPT-3.5, GPT-4.1, Pythia-6.9B", "GPT 3.5, GPT 4.1, Pythia 6.9B"),
        ("Llama-3.1-8B", "Llama 3.1 8B"),
        ("arXiv:2104.1 in C#", "archive 2104.1 in C sharp"),
        ("two RoPEs, a RoPE’s, RoPEst", "two ropes, a rope’s, RoPEst"),
        ("“The trophy” is it", "<The trophy> is it"),
        ("the token “bank” here, ‘this’ isn’t", "the token <bank> here, <this> isn’t"),
        ("he said “Stop.” twice", "he said <Stop.> twice"),
        ('it reads "a b c" aloud', "it reads <a b c> aloud"),
        ("p < 0.05, x <= 5, y>=6", "p less than 0.05, x at most 5, y at least 6"),
        ("a != b == c -> d, >100 of <b>it</b>", "a is not b = c to d, more than 100 of b it b"),
        ("S01E02, Ep. 12, No. 5, #3, Fig. 4", "season 1 episode 2, episode 12, number 5, number 3, figure 4"),
        ("A purist says no. No, he says.", "A purist says no . No, he says."),
        ("EP12 ft. Bob, Dr. A vs. Dr. B", "episode 12 featuring Bob, Dr. A versus Dr. B"),
        ("$1bn, €3.5tn, 7½ hours", "$1 billion, €3.5 trillion, 7 and ½ hours"),
        ("5°C–10°C, 1980s–90s, Q1–Q4", "5°C to 10°C, 1980s to 90s, Q1 to Q4"),
        ("100m views, a 100m race", "100 million views, a 100m race"),
        ("$2.5m, 5M€, 12 k€, 10 €", "$2.5 million, €5 million, €12k, €10"),
        ("3 μs, 5µm, on Mar. 5, Ch. 3", "3 microseconds, 5 micrometers, on Mar 5, chapter 3"),
        ("at www.bbc.co.uk, or a@example.com.", "at bbc dot co dot uk, or a@example dot com."),
        ("$5-$10, $1–2 billion", "5 to 10 dollars, 1 to 2 billion dollars"),
        ("4x4x4, 0x1F, 2x + 1", "4 by 4 by 4, 0x1F, 2x + 1"),
        ("2 Mbit/s, ∂L, ∇f", "2 Mbit per second, partial L, the gradient of f"),
        ("Qwen2.5 and Qwen3-8B", "kwen 2.5 and kwen 3-8B"),
        ("one ABC, two ABCs", "one A B C, two A B C’s"),
        ("", ""),
    ],
)
def test_speakable_says_what_a_voice_would_misread(written: str, spoken: str) -> None:
    """`<` and `>` stand for the marks of a quotation."""
    assert speakable(written, TABLE) == spoken.replace("<", "[“](/“/)").replace(">", "[”](/”/)")


def test_speakable_word_of_two_pronunciations_has_the_one_that_is_meant() -> None:
    assert speakable("The doors close on close friends.", {}) == "The doors [close](/klˈOz/) on close friends."


def test_speakable_longest_entry_of_the_table_goes_first() -> None:
    assert speakable("GPT-4o GPT", {"GPT": "short", "GPT-4o": "long"}) == "long short"


def test_speakable_without_a_table_goes_by_the_rules() -> None:
    assert speakable("RoPE²", {}) == "RoPE squared"


@pytest.mark.parametrize(
    "whole",
    [
        "Sie kam am 3. März 2024 an.", "Er sagte z. B. mit Recht nichts.", "Das gilt z.B. Katzen und u. a. Hunden.",
        "See p. 12 for more.", "Approx. 30 ships came.", "It dates from c. 1850.", "It is in vol. 2 of it.",
        "See pp. 3-5 there.", "IV. The End", "I. The Start", "M. Dupont est venu.", "El Sr. García vino.",
        "Dhr. Jansen, bijv. Amsterdam.", "Il sig. Rossi venne.", "Im 19. Jahrhundert war es so.", "Capt. Ahab sailed.",
    ],
)  # fmt: skip
def test_split_sentences_never_at_an_abbreviation_or_a_date(whole: str) -> None:
    assert split_sentences(whole) == [whole]


def test_split_sentences_after_a_number_or_a_letter_that_ends_one() -> None:
    assert split_sentences("He has 30. March came.") == ["He has 30.", "March came."]
    assert split_sentences("It is vitamin C. The rest follows.") == ["It is vitamin C.", "The rest follows."]
    assert split_sentences("We met at 5 p.m. Tom came.") == ["We met at 5 p.m.", "Tom came."]


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("CHAPTER II.", "Chapter 2."), ("XIV.", "14."), ("XIV", "14."), ("IV. The End", "4. The End"),
        ("THE OLD HARBOUR", "The Old Harbour"), ("NASA", "NASA"), ("Book XL begins", "Book 40 begins"),
        ("CIVIL", "CIVIL"), ("I am here.", "I am here."), ("Part I", "Part 1"),
    ],
)  # fmt: skip
def test_capitals_and_roman_numbers_are_spoken_as_words_and_numbers(written: str, spoken: str) -> None:
    assert speakable(written, {}) == spoken


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "it", "nl"])
def test_sentences_end_where_a_reader_of_the_language_ends_them(language: str) -> None:
    """Paragraphs with abbreviations, dates, initials and quotations; a bar is where a sentence ends."""
    _, _, rest = Path(__file__).with_name("boundaries.txt").read_text("utf-8").partition(f"# {language}\n")
    wanted = rest.partition("# ")[0].splitlines()
    assert len(wanted) > 15
    assert [" | ".join(split_sentences(line.replace(" | ", " "))) for line in wanted] == wanted


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "it", "nl"])
def test_abbreviation_before_what_belongs_to_it_ends_no_sentence(language: str) -> None:
    own = tomllib.loads(Path(__file__).with_name("abbreviations.toml").read_text("utf-8"))[language]
    wanted = [frame.replace("{}", place) for place in own["places"] for frame in own["frames"]]
    assert len(set(wanted)) == 250
    assert [" | ".join(split_sentences(line.replace(" | ", " "))) for line in wanted] == wanted


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 seconds"),
        (-3, "0 seconds"),
        (1.9, "1 second"),
        (42, "42 seconds"),
        (60, "1 minute"),
        (105, "1 minute 45"),
        (121, "2 minutes 1"),
        (3600, "1 hour"),
        (3660, "1 hour 1 minute"),
        (10_059, "2 hours 47 minutes"),
    ],
)
def test_spoken_time_of_seconds_is_what_one_says(seconds: float, said: str) -> None:
    assert spoken_time(seconds) == said
