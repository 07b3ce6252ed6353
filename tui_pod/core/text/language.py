"""Guess the language of a text from its script and its commonest words. Pure, and fast enough for a book."""

from __future__ import annotations

import re
from collections import Counter

LANGUAGES = {
    "ar": "Arabic", "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "fr": "French", "he": "Hebrew",
    "hi": "Hindi", "it": "Italian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch", "pl": "Polish", "pt": "Portuguese",
    "ru": "Russian", "sv": "Swedish", "th": "Thai", "uk": "Ukrainian", "zh": "Chinese",
}  # fmt: skip
"""Names of languages by their codes."""

_WORDS = {
    "de": "der die das und ist nicht ein eine zu den mit von sich auf für im dem des auch es ich sie wie wird",
    "en": "the of and to in is that it for was with as be on not he she by are this have from at you but they",
    "es": "el la de que y en los del se las por un para con no una su al lo como más pero sus es está",
    "fr": "le la les de et des est un une dans que qui pour pas sur il elle au du plus ce avec ne se sont",
    "it": "il la di che e è un una per non sono con si del della le dei da nel gli lo più come anche alla",
    "nl": "de het een en van is dat in te niet op zijn voor met die er aan ook als maar om hij bij nog was",
    "pl": "i w na z się nie to że do jest jak o od po za przez dla ale tak był który tym już być co",
    "pt": "o a de que e do da em um para não uma os no se na por mais as dos como mas foi ao ele das",
    "ru": "и в не на что я с он как это по но они мы она к у из за его то все был для от так",
    "sv": "och i att det som en på är av för med den till inte har de ett om men var sig så han från vi",
}
_BY_WORD: dict[str, list[str]] = {}
for _language, _words in _WORDS.items():
    for _word in _words.split():
        _BY_WORD.setdefault(_word, []).append(_language)

_SCRIPTS = {
    "ja": re.compile("[\u3040-\u30ff]"), "ko": re.compile("[\uac00-\ud7af]"), "zh": re.compile("[\u4e00-\u9fff]"),
    "ar": re.compile("[\u0600-\u06ff]"), "he": re.compile("[\u0590-\u05ff]"), "hi": re.compile("[\u0900-\u097f]"),
    "el": re.compile("[\u0370-\u03ff]"), "th": re.compile("[\u0e00-\u0e7f]"),
}  # fmt: skip
"""Scripts that mostly write one language; kana first, since Japanese has Chinese characters too."""

SAMPLE = 20_000
"""How many characters are looked at."""

SCRIPT_SHARE, WORD_SHARE = 0.1, 0.12
"""Least share of a script's characters among all, and of a language's common words among all words."""

LEAD_SHARE = 1.25
"""By how much the best language must be ahead of the next."""


def guess_language(text: str) -> str:
    """Return the code of a text's language, such as `de`; empty if it is uncertain."""
    text = text[:SAMPLE].lower()
    for language, letters in _SCRIPTS.items():
        if len(letters.findall(text)) > SCRIPT_SHARE * len(text):
            return language
    words = re.findall(r"[^\W\d_]+", text)
    counts = Counter(language for word in words for language in _BY_WORD.get(word, ()))
    ranked = counts.most_common(2)
    if not ranked or ranked[0][1] < WORD_SHARE * len(words) or ranked[0][1] < 3:
        return ""
    is_clear = len(ranked) == 1 or ranked[0][1] >= LEAD_SHARE * ranked[1][1]
    return ranked[0][0] if is_clear else ""
