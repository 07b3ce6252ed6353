"""Make text from outside safe to show, to compare and to count.

Every string from a catalogue, feed, file or stream passes `clean` once, where it enters. What was not
cleaned is stopped where it leaves, by `ui/output_gate.py` or `runtime/output.py`. This module knows
nothing of where the text comes from or who draws it.
"""

from __future__ import annotations

import contextlib
import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache

TITLE_LIMIT = 300
"""Longest title that is shown, in characters."""

SUMMARY_LIMIT = 4_000
"""Longest summary, in characters: more than any screen shows at once."""

UNTITLED = "(untitled)"

_DROP = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # C0, DEL and C1 without white space
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0"  # invisible
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # zero-width, bidi controls
    "\ufe00-\ufe0f\ufff0-\ufffb\ufffe\uffff"  # variation selectors, annotations
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # formats of rare scripts and of music
    "\U000e0000-\U000e0fff"  # tags and further selectors
    "\U0010eeee"  # a piece of a picture, in kitty's graphics protocol
)
_SPACE = "\t\n\x0b\x0c\r\x85\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_UNSAFE = f"[{_DROP}]"  # patterns are texts that `re` compiles when first used: opening the app needs none
_PLAIN = "[\n -~\u00a1-\u00ac\u00ae-\u017f\u2010-\u2027\u2030-\u205e\u20ac\u2122]*+"  # nothing to sift from
_LINE_BLANKS = f"[ {_SPACE.replace(chr(10), '')}]+"
_MAY_COMBINE = (
    "[\u0300-\u1fff\u20d0-\u20ff\u2cef-\u2dff\u302a-\u302f\u3099\u309a"
    "\ua66f-\uabff\ufb1e\ufe20-\ufe2f\U00010000-\U0001efff]"
)
_ENDLESS = r"&#\d{10,};?"  # Python refuses to convert 5,000 digits to a number
_SURROGATES = "[\ud800-\udfff]"
_BREAKS = "[\x0b-\x0d\x85\u2028\u2029]"
_JOINER = 9  # the combining class of the marks that join two consonants, in the scripts of India
_LONGEST = 16  # characters of a syllable
_LONGEST_WORD = 24  # characters that a cut drops to end at a word
_MAX_MARKS = 2  # combining marks a letter: enough for Vietnamese, too few to climb over a line


def clean(text: str, limit: int = TITLE_LIMIT) -> str:
    """Return `text` as one safe line of at most `limit` characters; may be empty.

    Control, bidi, zero-width and tag characters go, white space is folded, lone surrogates become
    U+FFFD, at most two combining marks stay on a letter, and the rest is in NFC.
    """
    return one_line(text if _is_ascii_line(text) else sifted(text), limit)


def sifted(text: str) -> str:
    """Return `text` cleaned like `clean`, with its white space: for a whole document, before `one_line`."""
    return text if re.fullmatch(_PLAIN, text) else _sift(text)  # sifting costs ten times the look


def one_line(text: str, limit: int) -> str:
    """Return sifted text with its white space folded, of at most `limit` characters."""
    line = text.strip()
    if "  " in line or not line.isprintable():
        line = " ".join(line.split())
    return line if len(line) <= limit else _cut(line, limit)


def clean_title(text: str) -> str:
    """Return a title fit to show: one line, never empty."""
    return clean(text) or UNTITLED


def clean_lines(text: str, limit: int) -> str:
    """Return `text` cleaned like `clean`, keeping line breaks but not blank lines at either end."""
    text = text[: limit * 2].replace("\r\n", "\n").replace("\r", "\n")
    lines = (re.sub(_LINE_BLANKS, " ", line).strip() for line in _sift(text).split("\n"))
    return _cut("\n".join(lines).strip("\n"), limit)


def is_safe(text: str) -> bool:
    """Return whether `text` has none of the characters that `clean` removes or folds to a blank."""
    return _is_ascii_line(text) or not (
        re.search(_UNSAFE, text) or re.search(_SURROGATES, text) or re.search(f"[{_SPACE}]", text)
    )


def unescaped(text: str) -> str:
    """Return HTML text with all character references decoded."""
    if "&" not in text:  # as most texts
        return text
    from html import unescape  # its table of names takes half a megabyte

    return unescape(re.sub(_ENDLESS, "\ufffd", text))


def visible(text: str) -> str:
    """Return `text`, such as a path, with U+FFFD for each character that `clean` would remove. Line breaks stay."""
    if text.isascii() and text.isprintable():
        return text
    return re.sub(f"{_UNSAFE}|{_SURROGATES}|{_BREAKS}", "\ufffd", text)


def without_unsafe(text: str, replaced: Callable[[str], str]) -> str:
    """Return `text` with each character that `clean` would remove, or that breaks a line, replaced."""
    return re.sub(f"{_UNSAFE}|{_SURROGATES}|{_BREAKS}|[\t\n]", lambda found: replaced(found[0]), text)


def without_surrogates(text: str) -> str:
    """Replace lone surrogates, which no file in UTF-8 can hold."""
    return re.sub(_SURROGATES, "\ufffd", text)


def fold(text: str) -> str:
    """Return `text` for comparison in a search: without case and accents."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def collation_key(text: str) -> str:
    """Return a key that sorts names as the listener's locale does; as `fold` does where the locale is `C`."""
    return _collation()(text)


@lru_cache(maxsize=1)
def _collation() -> Callable[[str], str]:
    import locale  # only needed once something is sorted by name

    with contextlib.suppress(locale.Error):  # one that is not installed
        locale.setlocale(locale.LC_COLLATE, "")
    is_plain = locale.setlocale(locale.LC_COLLATE).partition(".")[0] in ("C", "POSIX")
    return fold if is_plain else locale.strxfrm


def clock(seconds: float) -> str:
    """Return a position as `M:SS` or `H:MM:SS`; parts of a second are cut."""
    minutes, second = divmod(max(0, int(seconds)), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def length(seconds: float | None) -> str:
    """Return a length as `clock` does, rounded to the second; `?` when unknown."""
    return clock(round(seconds)) if seconds else "?"


def span(seconds: float, is_exact: bool = False) -> str:
    """Return a length as `47 s`, `24 m`, `2 h 47 m` or `11 h`; if `is_exact`, as `1 min 44 s` or `2 h 5 min`."""
    if seconds < 60:
        return f"{max(0, int(seconds))} s"
    if is_exact and seconds < 3600:
        minutes, second = divmod(round(seconds), 60)
        return f"{minutes} min {second} s" if second else f"{minutes} min"
    hours, minutes = divmod(round(seconds / 60), 60)
    short = f"{minutes} min" if is_exact else f"{minutes:02} m" if hours else f"{minutes} m"
    return " ".join(filter(None, (f"{hours} h" if hours else "", short if minutes else "")))


def parse_span(text: str) -> float:
    """Return the seconds of a length such as `15`, `15m`, `1h` or `1h30m`. Raises ValueError."""
    found = re.fullmatch(r"(?=\d)(?:(\d{1,2})\s*h)?\s*(?:(\d{1,4})\s*(?:m|min)?)?", text.strip().lower())
    if found is None:
        raise ValueError(text)
    return int(found[1] or 0) * 3600.0 + int(found[2] or 0) * 60.0


def short_span(seconds: float) -> str:
    """Return a length of whole minutes as `parse_span` reads it: `15m`, `1h` or `1h30m`."""
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{f'{hours}h' if hours else ''}{f'{minutes}m' if minutes or not hours else ''}"


def counted(number: int, noun: str = "episode") -> str:
    """Return a number of things: `1 episode`, `3 episodes`."""
    return f"{number} {noun}{'s' * (number != 1)}"


def enumerated(words: Sequence[str], conjunction: str = "and") -> str:
    """Return words joined as in a sentence: `one`, `one and two`, `one, two and three`."""
    return f" {conjunction} ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def spoken_time(seconds: float) -> str:
    """Return a length or a position in words: `42 seconds`, `1 minute 45`, `2 hours 5 minutes`."""
    minutes, second = divmod(max(0, int(seconds)), 60)
    hours, minute = divmod(minutes, 60)
    if hours:
        return f"{counted(hours, 'hour')} {counted(minute, 'minute')}" if minute else counted(hours, "hour")
    if minute:
        return f"{counted(minute, 'minute')} {second}" if second else counted(minute, "minute")
    return counted(second, "second")


def spoken_place(position: float, duration: float | None) -> str:
    """Return a position in words, with the length if it is known: `42 seconds of 1 minute 45`."""
    return f"{spoken_time(position)} of {spoken_time(round(duration))}" if duration else spoken_time(position)


def _is_ascii_line(text: str) -> bool:
    """Return whether `text` is printable ASCII, as most texts are; fast, as it needs no pattern."""
    return text.isascii() and text.isprintable()


def _sift(text: str) -> str:
    text = re.sub(_UNSAFE, "", without_surrogates(text))
    if not re.search(_MAY_COMBINE, text):
        return unicodedata.normalize("NFC", text)
    # before NFC, which sorts a run of marks in quadratic time, and after it, as it may split letters into marks
    return _thin_marks(unicodedata.normalize("NFC", _thin_marks(text)))


def _thin_marks(text: str) -> str:
    """Return `text` with at most `_MAX_MARKS` marks per letter, and none without a letter."""
    kept: list[str] = []
    run = 0
    for character in text:
        run = run + 1 if _takes_no_column(character) else 0
        if run <= _MAX_MARKS and not (run and (not kept or kept[-1].isspace())):
            kept.append(character)
    return "".join(kept)


def _takes_no_column(character: str) -> bool:
    if unicodedata.category(character) in ("Mn", "Me") or "\u1160" <= character <= "\u11ff":  # Hangul vowels
        return True
    return unicodedata.combining(character) != 0  # spacing, but sorted by NFC as the others are


def _cut(text: str, limit: int) -> str:
    """Return a text of at most `limit` characters, cut at a word unless that is very long."""
    if len(text) <= limit:
        return text
    end = letter_end(text, limit - 1)
    least = max(end - _LONGEST_WORD, end // 2)
    word = max(text.rfind(" ", least, end + 1), text.rfind("\n", least, end + 1))
    return text[: word if word >= 0 else end].rstrip() + "…"


def letter_end(text: str, place: int) -> int:
    """Return the last place at or before this one at which no letter is taken apart: from its marks, or a syllable."""
    for end in range(place, max(0, place - _LONGEST), -1):
        is_inside = unicodedata.combining(text[end - 1]) == _JOINER
        if not is_inside and (end >= len(text) or unicodedata.category(text[end])[0] != "M"):
            return end
    return place
