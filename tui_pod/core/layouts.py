"""Keys of layouts that type no Latin letters: which key of a US keyboard stands at the same place.

A terminal that speaks kitty's protocol says so itself; for all others the characters tell, as far as layouts of one
script agree: Cyrillic letters count as on a Russian or Ukrainian keyboard.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

US = "`1234567890-=qwertyuiop[]\\asdfghjkl;'zxcvbnm,./"
US_SHIFTED = '~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:"ZXCVBNM<>?'
"""The characters of a US keyboard, row by row."""

_SHIFTED = dict(zip(US, US_SHIFTED, strict=True))

_PLAIN = (
    "ё            йцукенгшщзхъ фывапролджэячсмитьбю",
    "                        їґ і        є",
    "              ςερτυθιοπ   ασδφγηξκλ  ζχψωβνμ",
    "               קראטוןםפ   שדגכעיחלךף זסבהנמצתץ",
    "ذ            ضصثقفغعهخحجد شسيبلاتنمكطئءؤر\ufefbىةوزظ",
    "                        چ   ی      کگ      پ",
    "             ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔ   ㅁㄴㅇㄹㅎㅗㅓㅏㅣ  ㅋㅌㅊㅍㅠㅜㅡ",
    " ヌフアウエオヤユヨワホヘタテイスカンナニラセ゛゜ムチトシハキクマノリレケツサソヒコミモネルメ",
    "             љњ         ђ       ј   ћ џ",
)
_WITH_SHIFT = (
    "Ё  №         ЙЦУКЕНГШЩЗХЪ ФЫВАПРОЛДЖЭЯЧСМИТЬБЮ",
    "                        ЇҐ І        Є",
    "               ΕΡΤΥΘΙΟΠ   ΑΣΔΦΓΗΞΚΛ  ΖΧΨΩΒΝΜ",
    "\u0651            \u064e\u064b\u064f\u064c\ufef9إ   ؛   \u0650\u064d  \ufef7أـ،    \u0652  \ufef5آ   ؟",
    "             ㅃㅉㄸㄲㅆ   ㅒㅖ",
    "   ァゥェォャュョヲ    ィ        「」           ッ      、。・",
    "             ЉЊ         Ђ       Ј   Ћ Џ",
)
"""What keyboards of other scripts type at those places (Debian's xkb-data 2.42); the first one wins."""


@lru_cache(maxsize=1)
def _latin_of() -> dict[str, str]:
    found: dict[str, str] = {}
    for row, us in (*((row, US) for row in _PLAIN), *((row, US_SHIFTED) for row in _WITH_SHIFT)):
        for character, latin in zip(row, us, strict=False):
            found.setdefault(character, latin)
    return found


def is_foreign(text: str) -> bool:
    """Return whether a text is one character of another script than Latin; signs as € and – belong to all."""
    if len(text) != 1 or text < "\u0370" or "\u2000" <= text < "\u3000" or unicodedata.category(text)[0] not in "LMNP":
        return False
    return not unicodedata.name(text, "LATIN").startswith("LATIN")


def at_its_place(character: str, base: str = "", is_shifted: bool = False) -> str:
    """Return the character of the key on a US keyboard at whose place another is typed; empty if that is not known.

    Args:
        character: what was typed.
        base: the character without shift at that place, if the terminal says so.
        is_shifted: whether shift was held, which only matters together with `base`.
    """
    if base:
        return _SHIFTED.get(base, base) if is_shifted else base
    if "\uff01" <= character <= "\uff5e":  # full-width
        return chr(ord(character) - 0xFEE0)
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if "\u3041" <= character <= "\u3096":  # hiragana
        character = chr(ord(character) + 0x60)
    found = _latin_of()
    return found.get(character) or found.get(unicodedata.normalize("NFKC", character), "")
