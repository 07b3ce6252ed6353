"""Names are found by the beginnings of their words, and by other words for them.

Whatever is read of others, and whatever is repeated in it, takes linear time: it must not stall a refresh. The
language of a text, guessed.
"""

import os
import subprocess
import sys
import time
import unicodedata

import pytest

from tests.hostile import HOSTILE_TITLES
from tests.text_readers import BY_NAME, ENDS, Reader, try_reading
from tests.world import has_locale
from tui_pod.core.text.clean import (
    SUMMARY_LIMIT,
    TITLE_LIMIT,
    UNTITLED,
    clean,
    clean_lines,
    clean_title,
    clock,
    fold,
    is_safe,
    length,
    span,
    unescaped,
    without_surrogates,
)
from tui_pod.core.text.language import guess_language
from tui_pod.core.text.names import is_called, rank

VISIBLE_FORMATS = frozenset((*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD))
"""Format characters (Cf) that are drawn: signs before Arabic, Syriac and Kaithi numbers."""


def marks_in_a_row(text: str) -> int:
    longest = run = 0
    for character in text:
        run = run + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        longest = max(longest, run)
    return longest


def test_clean_any_character_leaves_no_control_and_no_invisible_one() -> None:
    left = [
        hex(code)
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) in ("Cc", "Cf", "Cs", "Zl", "Zp")
        and code not in VISIBLE_FORMATS
        and chr(code) in clean(f"a{chr(code)}b")
    ]
    assert left == []


@pytest.mark.parametrize("title", HOSTILE_TITLES.values(), ids=HOSTILE_TITLES)
def test_clean_hostile_title_leaves_one_line_of_nothing_unsafe(title: str) -> None:
    cleaned = clean(title)
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in cleaned)
    assert is_safe(cleaned)
    assert clean(cleaned) == cleaned == cleaned.encode().decode()
    assert len(clean_title(title)) <= TITLE_LIMIT == 300


@pytest.mark.parametrize("title", ["[/]", "[BOS] and [EOS] frame a text", "[@click=app.quit]x[/]", "O(n²) — “RoPE”"])
def test_clean_brackets_and_signs_stay_letter_for_letter(title: str) -> None:
    assert clean(title) == title
    assert is_safe(title)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a \x1b]52;c;eA==\x07 b", "a ]52;c;eA== b"),
        ("a\r\nb\u2028c\td\x0be\x85f", "a b c d e f"),
        ("a\ud800b", "a\ufffdb"),
        ("Cafe\u0301", "Café"),
        ("Vie\u0323\u0302t", "Việt"),
        ("\u0301abc", "abc"),  # a mark without a letter would be drawn on whatever stands before the text
        (" \u0301abc", "abc"),
        ("\u200b\u0301\u0301abc", "abc"),
        ("ᄀ" + "ᅡ" * 50, "가ᅡ"),  # Hangul vowels after a vowel take no column, like combining marks
    ],
)
def test_clean_leaves_letters_and_what_belongs_to_them(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned
    assert clean("abcdef", 4) == "abc…"
    assert clean("abcd", 4) == "abcd"


@pytest.mark.parametrize(
    "stack",
    [
        pytest.param("Z" + "\u0300\u0316" * 20, id="zalgo"),
        pytest.param("ก" + "\u0e47" * 40, id="thai"),
        pytest.param("a" + "\u20dd" * 20, id="enclosing"),
        pytest.param("\ufb2c" + "\u0301" * 9, id="decomposed-by-nfc"),
    ],
)
def test_clean_stacked_marks_keeps_two_a_letter(stack: str) -> None:
    assert marks_in_a_row(clean(stack)) <= 2


def test_clean_any_mark_repeated_keeps_two() -> None:
    marks = [chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) in ("Mn", "Me")]
    assert [hex(ord(mark)) for mark in marks if marks_in_a_row(clean(f"x{mark * 5}")) > 2] == []


@pytest.mark.parametrize(
    ("marks", "kept"), [("\u0301\u0316", "\u00e1\u0316"), ("\u302e\U0001d165", "a\U0001d165\u302e")]
)
def test_clean_half_a_million_marks_takes_no_square_of_time(marks: str, kept: str) -> None:
    """NFC sorts a run of marks by insertion: unthinned, this takes minutes."""
    assert clean("a" + marks * 250_000, SUMMARY_LIMIT) == kept


@pytest.mark.parametrize("title", ["", "   ", "\u200b\u202e\x00", "\u0301"])
def test_clean_title_nothing_visible_is_untitled(title: str) -> None:
    assert clean_title(title) == UNTITLED


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("\n\n a \r\nb\rc\n\n", "a\nb\nc"),
        ("a\x1b[31m\u202e\nb\x9b\x00", "a[31m\nb"),
        ("a\n\u0301b", "a\nb"),
    ],
)
def test_clean_lines_keeps_line_breaks_of_every_kind(text: str, cleaned: str) -> None:
    assert clean_lines(text, 100) == cleaned


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\x7fb", "a\x9bb", "a\nb", "a\u202eb", "a\u200bb", "a\ud800b"])
def test_is_safe_control_character_is_not(text: str) -> None:
    assert not is_safe(text)


def test_without_surrogates_pair_of_planes_stays() -> None:
    assert without_surrogates("\U0001f600 \ud83d") == "\U0001f600 \ufffd"


@pytest.mark.parametrize(
    ("one", "other"),
    [("Straße", "STRASSE"), ("Café", "cafe"), ("Cafe\u0301", "CAFÉ"), ("ΑΒΓ", "αβγ"), ("ﬁne-tuning", "FINE-tuning")],
)
def test_fold_same_word_otherwise_written_is_equal(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_fold_thai_vowels_are_not_accents() -> None:
    assert fold("กี") != fold("ก")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (59.99, "0:59"), (60, "1:00"), (3599, "59:59"), (3600, "1:00:00"), (-1, "0:00")],
)  # fmt: skip
def test_clock_seconds_are_cut(seconds: float, text: str) -> None:
    assert clock(seconds) == text


@pytest.mark.parametrize(("seconds", "text"), [(104.6, "1:45"), (None, "?"), (0.0, "?"), (3599.7, "1:00:00")])
def test_length_is_rounded_and_unknown_is_a_question_mark(seconds: float | None, text: str) -> None:
    assert length(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (47.9, "47 s"),
        (60, "1 m"),
        (1440, "24 m"),
        (3599, "1 h"),
        (10_020, "2 h 47 m"),
        (39_600, "11 h"),
        (-0.5, "0 s"),
    ],
)
def test_span_names_the_two_largest_units(seconds: float, text: str) -> None:
    assert span(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (60, "1 min"), (104, "1 min 44 s"), (3600, "1 h"), (7500, "2 h 5 min"), (39_600, "11 h")],
)
def test_length_in_a_sentence_has_every_unit_that_counts(seconds: float, text: str) -> None:
    assert span(seconds, is_exact=True) == text


def test_unescaped_reads_references_and_survives_those_of_no_end() -> None:
    assert unescaped("R&amp;D &#233; &#" + "9" * 5000 + "; &zzz;") == "R&D \u00e9 \ufffd &zzz;"


def test_cut_ends_at_a_word_unless_that_is_very_long() -> None:
    assert {clean("salt to the sea", limit) for limit in (12, 13, 14)} == {"salt to the…"}
    assert clean("the " + "sea" * 30, 60) == f"the {'sea' * 30}"[:59] + "…"


@pytest.mark.parametrize(
    ("text", "cut"), [("क्षत्रिय" * 3, "क्षत्रिय…"), ("ที่นี่ทำ", "ที่…"), ("e\u0301x\u0301" * 9, "éx́éx́éx́é…")]
)
def test_limit_takes_no_letter_apart(text: str, cut: str) -> None:
    found = {clean(text, limit) for limit in range(5, 16)}
    assert cut in found
    whole = clean(text)
    for each in found - {whole}:
        assert unicodedata.category(whole[len(each) - 1])[0] != "M"
        assert not each.endswith("\u094d…")


def test_names_are_sorted_as_the_locale_of_the_listener_does() -> None:
    names = ["Zebra", "İzmir", "ırmak", "çay", "cam", "dağ"]
    code = f"from tui_pod.core.text.clean import collation_key; print(*sorted({names}, key=collation_key))"
    for name, order in (("tr_TR.UTF-8", "cam çay dağ ırmak İzmir Zebra"), ("C", "cam çay dağ İzmir Zebra ırmak")):
        if not has_locale(name):
            pytest.skip(f"no locale {name}")
        told = {**os.environ, "LC_ALL": name, "PYTHONUTF8": "1"}
        done = subprocess.run([sys.executable, "-c", code], env=told, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == order


def test_beginning_of_a_word_fits_best_then_a_synonym_and_last_three_letters_within_a_word() -> None:
    fits = [
        rank("vol", name, synonyms)
        for name, synonyms in (("Volume", ""), ("Turn volume", ""), ("On", "volume"), ("Evolve", ""))
    ]
    assert fits == sorted(fits, key=lambda fit: 9 if fit is None else fit)
    assert fits[1] != fits[2] != fits[3] is not None
    assert rank("ol", "Volume") is None
    assert rank("vol zebra", "Volume") is None


def test_filling_words_need_not_be_there() -> None:
    assert rank("how do I mute it", "Mute") is not None
    assert rank("how", "Mute") is None


def test_name_is_called_what_is_before_its_dash() -> None:
    assert is_called("Parameters — the learned numbers", "parameters ")
    assert is_called("Parameters — the learned numbers", "parameters: the learned numbers")
    assert not is_called("The parameters", "parameters")


SMALL, FACTOR = 5_000, 16
"""Characters of the smaller text, and how much longer the other one is."""

NOISE = 0.15
"""Seconds of CPU that do not count."""

SLOW = {"article", "page", "markdown", "text", "opml", "transcript"}
"""Readers that take long for all of it."""


def seconds(reader: Reader, text: str) -> float:
    """Return how long reading takes, in seconds of CPU."""
    start = time.process_time()
    try_reading(reader.name, text)
    return time.process_time() - start


def is_steep(reader: Reader, small: str, large: str) -> bool:
    """Return whether reading takes more than linear time, each of three times: a busy machine slows down one."""
    return all(seconds(reader, large) > 2 * FACTOR * seconds(reader, small) + NOISE for _ in range(3))


@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.nightly] * (name in SLOW)) for name in BY_NAME])
@pytest.mark.timeout(3600)
def test_repeated_token_takes_linear_time(name: str) -> None:
    reader, steep = BY_NAME[name], []
    for start in reader.starts:
        for token in reader.tokens:
            for end in ENDS:
                small, large = (start + token * (size // len(token)) + end for size in (SMALL, SMALL * FACTOR))
                if is_steep(reader, small, large):
                    steep.append((start, token, end))
    assert steep == []


TEXTS = {
    "ar": "يولد جميع الناس أحراراً متساوين في الكرامة والحقوق.",
    "de": "Alle Menschen sind frei und gleich an Würde geboren. Sie sollen einander im Geist der Güte begegnen.",
    "en": "All human beings are born free and equal in dignity and rights. They should act in a spirit of brotherhood.",
    "es": "Todos los seres humanos nacen libres e iguales en dignidad, y deben comportarse como hermanos.",
    "fr": "Tous les êtres humains naissent libres et égaux en dignité, et doivent agir les uns envers les autres.",
    "it": "Tutti gli esseri umani nascono liberi ed eguali in dignità. Essi devono agire con lo spirito di fratelli.",
    "ja": "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。",
    "nl": "Alle mensen worden vrij en gelijk in waardigheid geboren. Zij zijn begiftigd met verstand en geweten.",
    "pl": "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności. Nie wolno nikogo czynić niewolnikiem.",
    "pt": "Todos os seres humanos nascem livres e iguais em dignidade. Devem agir uns para com os outros em paz.",
    "ru": "Все люди рождаются свободными и равными в своем достоинстве. Они должны поступать в духе братства.",
    "sv": "Alla människor är födda fria och lika i värde. De har utrustats med förnuft och bör handla i gemenskap.",
    "zh": "人人生而自由，在尊严和权利上一律平等。",
    "": "LLM layers 1 2 3 — RoPE, FFN",
}


@pytest.mark.parametrize("language", TEXTS)
def test_language_is_guessed_from_script_and_common_words(language: str) -> None:
    assert guess_language(TEXTS[language]) == language
