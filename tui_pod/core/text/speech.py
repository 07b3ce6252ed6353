"""Turn written text into text that a voice reads correctly.

The screen shows the text as it is; the voice says `RoPE` as "rope" and `O(n²)` as "order n squared". Words come
from a table that is passed in; powers, code tokens, addresses and Greek letters are handled by the rules here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache, partial

DIRECTIONS = ("token by token", "muffled", "in heavy noise", "in noise", "in light noise")
"""How a sentence of a narrated text may sound: it begins with one of them in brackets."""

_DIRECTION = re.compile(rf"\[({'|'.join(DIRECTIONS)})\] ")

_TITLES = frozenset(
    "Dr Mr Mrs Ms Prof St Jr Sr vs Fig fig No al approx Approx cf Cf e.g i.e Capt Col Gen Lt Rev Hon Gov Sen Rep Mt Ft "
    "bzw ca evtl ggf inkl Fa MwSt Hr Fr Nr Str sog vgl Vgl usw MM Mme Mlle Mgr Ste av Éd éd Sra Srta Dra Ud Uds EE Av "
    "Sto Sta pág núm Sig sig sigg dott avv ing bijv dhr Dhr mevr Mevr drs Ir ir blz resp Me Cie Dña dr prof "
    "mr ds mons gen".split()
)
"""Abbreviations in English, German, French, Spanish, Italian and Dutch that come before what they belong to."""
_NUMBERED_WORDS = frozenset(
    "ch jan janv feb févr mar apr avr jun jul juil aug sep sept oct okt nov dec pp vol vols no nos nr abs abb art bd "
    "eq kap pos sec tab cap chap fol ed ziff pag tel tél hfdst est geb gest aprox env "
    "págs pagg hfst afb dl part".split()
)
"""Words whose full stop does not end a sentence if a number follows, a Roman one too."""
_FINAL = frozenset("Jr Sr St al usw".split())
"""Titles that may also end a sentence."""
_OPENERS = frozenset(
    "A After All And Another As At Because Before Both But By Each Every For From Here How If In Instead It Its Most "
    "Nor Not Now On Once One Or She Since Some That The Then There These They This Those We What When Where Which "
    "While Who Why With You Your Aber Das Der Die Es Und Wir".split()
)
"""Words that begin a sentence: a single letter before one of them is not the initial of a name."""
_DATED = re.compile(
    r"\d{1,2}\.|(?:Jan|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez)\w*|Jahrhunderts?|Weltkriegs?|Kapitels?|"
    r"Auflage|Platz|Klasse|Stock|Akt|Teil|Band|Tag"
)
"""A month, or another German word before which a number with a full stop is an ordinal."""
_SPELT = re.compile(r"(?!a\.m|p\.m)[^\W\d_](?:\.[^\W\d_])*")
"""A letter, or several with full stops between: an initial, or an abbreviation such as `z.B.`"""
_ROMAN = r"(?=[IVXLC])C{0,3}(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})"
_ROMAN_WORD = re.compile(rf"(?!I\b){_ROMAN}\b")
_ROMAN_LINE = re.compile(rf"({_ROMAN})(?<!^I)\.?$|({_ROMAN})\. (?=[A-Z])")
"""A Roman number that is all of a line, or numbers it."""
_ROMAN_PART = re.compile(
    rf"\b((?i:chapter|book|part|volume|vol|act|scene|canto|section|kapitel|buch|teil|band|chapitre|livre|tome"
    rf"|capítulo|libro|capitolo|parte|hoofdstuk|deel)\.? )({_ROMAN})\b(?!’)"
)
_LONGEST_TITLE = 10
"""Characters before a full stop that are checked."""
_FIRST_WORD = re.compile(r"[A-Z][a-z]*+(?![.’'-])")
# possessive: a long run of marks takes linear time
_SENTENCE_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’)\]]*+(?:\s»)?+\s+")

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻ⁿᵀ", "0123456789-nT")
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉ₙ", "0123456789n")
_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "η": "eta", "θ": "theta", "λ": "lambda",
    "μ": "mu", "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
    "µ": "mu", "Δ": "delta", "Θ": "theta", "Σ": "sigma", "Ω": "omega", "∞": "infinity",
}  # fmt: skip
_SYMBOLS = {
    "→": " to ", "⇒": " so ", "≈": " about ", "≤": " at most ", "≥": " at least ", "≠": " is not ", "·": " times ",
    "±": " plus or minus ", "√": " the root of ", "∑": " the sum of ", "∈": " in ", "…": ", ", "ℝ": "R", "•": ", ",
    "∂": " partial ", "∇": " the gradient of ", "∆": " delta ", "∪": " union ", "∩": " intersection ", "∧": " and ",
    "∨": " or ", "¬": " not ", "∀": " for all ", "∃": " there is ", "↑": " up ", "↓": " down ", "&": " and ",
}  # fmt: skip

_RULES = (
    (r"(?:https?://(?:www\.)?|\bwww\.)([\w.-]*\w)(?:[/:?#]\S*[\w/])?", r"\1"),
    (r"(?<=\w)\.(?=(?:com|org|net|io|ai|dev|edu|gov|co|uk)\b)", " dot "),
    (r"\bS0?(\d{1,2})\s?E0?(\d{1,3})\b", r"season \1 episode \2"),
    (r"\bE[Pp]\.?\s?#?(?=\d)", "episode "),
    (r"\b(?:ft|feat)\.\s(?=[A-Z])", "featuring "),
    (r"\bvs\.\s(?=\w)", "versus "),
    (r"\b[Ff]ig\.\s(?=\d)", "figure "),
    (r"\b[Cc]h\.\s(?=\d)", "chapter "),
    (r"\b[Vv]ol\.\s(?=\d)", "volume "),
    (r"\b[Ee]q\.\s(?=\d)", "equation "),
    (r"\b[Ss]ec\.\s(?=\d)", "section "),
    (r"\bpp\.\s?(?=\d)", "pages "),
    (r"\bp\.\s?(?=\d)", "page "),
    (r"\bca?\.\s?(?=\d{3,4}\b)", "circa "),
    (r"\b[Aa]pprox\.\s(?=\S)", "approximately "),
    (r"\b([A-Z])\.([A-Z])\.(?=\s[A-Za-z])", r"\1\2"),
    (r"\b(Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.\s(?=\d)", r"\1 "),
    (r"(?<=\d)\s+mu s\b", " microseconds"),
    (r"(?<=\d)\s+mu m\b", " micrometers"),
    (r"\b[Nn]o\.\s(?=\d)|(?<!\w)#(?=\d+\b)", "number "),
    (r"<\|([\w ]+)\|>", r" \1 "),
    (r"</?([A-Za-z_]+)>", r" \1 "),
    (r"\bO\(([^()]*)\)", r"order \1"),
    (r"(?<![\w.])(\d[\d.]*?)(?:\.0)?[eE][-−](\d+)\b", r"\1 times ten to the minus \2"),
    (r"(?<![\w.])(\d[\d.]*?)(?:\.0)?[eE]\+?(\d+)\b", r"\1 times ten to the \2"),
    (r"(?<![-=])[-=]++>", " to "),
    (r"<=", " at most "),
    (r">=", " at least "),
    (r"\s?!==?", " is not "),
    (r"={2,3}", "="),
    (r"<(?=\s?[-−]?\.?\d)", " less than "),
    (r">(?=\s?[-−]?\.?\d)", " more than "),
    (r"(?<=\w)\^\{?2\}?(?!\d)", " squared"),
    (r"(?<=\w)\^\{?3\}?(?!\d)", " cubed"),
    (r"(?<=\w)\^\{?[-−](\w+)\}?", r" to the minus \1"),
    (r"(?<=\w)\^\{?(\w+)\}?", r" to the \1"),
    (r"\btheta\s*\(([^()]*)\)", r"theta of \1"),
    (r"\barXiv:\s?", "archive "),
    (r"\b([CF])#", r"\1 sharp"),
    (r"(\d)\s?[-–]\s?(\d+)(?:x|\s?×)(?!\d)", r"\1 to \2 times"),
    (r"(\d)\s?[-–]\s?(\d[\d.]*\s?%)", r"\1 to \2"),
    (r"(?<=[A-Za-z])-(?=\d+\.\d)|(?<=\d\.\d)-(?=\d+[A-Z]\b)", " "),
    (r"(?!\b0x)(\d)(?:x|\s?×\s?)(?=\d)", r"\1 by "),
    (r"(\d)(?:x|\s?×)(?!\w|\s?[-+=])", r"\1 times"),
    (r"(?<!\w)~\s?(\d)", r"about \1"),
    (r"\$(\d[\d.,]*)\s?[-–]\s?\$?(\d[\d.,]*)\s?([KMB])\b\+?", r"\1 to \2 \3 dollars"),
    (r"\$(\d[\d.,]*)\s?([KMB])\b\+?", r"\1 \2 dollars"),
    (r"\$(\d+(?:[.,]\d+)*)\s?[-–]\s?\$?(\d+(?:[.,]\d+)*(?: [mb]illion| trillion)?)(?!\w)", r"\1 to \2 dollars"),
    (r"(?<![\w.,–-])(\d[\d.,]*)\s?([MmKk]|bn)?\s?€(?!\d)", r"€\1\2"),
    (r"([$€£]\d[\d.,]*)\s?m\b", r"\1 million"),
    (r"(?<=\d)m(?= (?:views|users|people|downloads|listeners|plays)\b)", " million"),
    (r"(?<![\w.])([\d.,]*\d)M\b", r"\1 million"),
    (r"(?<![\w.])([\d.,]*\d)T\b", r"\1 trillion"),
    (r"(?<=\d)\s?bn\b", " billion"),
    (r"(?<=\d)\s?tn\b", " trillion"),
    (r"(?<=\d)(?=[½¼¾])", " and "),
    (r"(\d)\s?[–](\d)", r"\1 to \2"),
    (r"(?<=\ds|°C|°F)\s?[-–]\s?(?=\d)|(?<=[A-Z]\d)–(?=[A-Z]\d)", " to "),
    (r"\s?−\s?", " minus "),
    (r"(\d)\+(?!\+)", r"\1 or more"),
    (r"(?<=[A-Za-z])/(?=[A-Z]\b)", " "),
    (r"(?<=[a-z])/s\b", " per second"),
    (r"(?<=\w)_(?=\w)", " "),
    (r"(?<![\w’'])[‘'](?=\w)([^‘’'\"“”]*[\w.,!?…])[’'](?!\w)", r"“\1”"),  # the voice sets off what “” enclose
    (r"(?<!\w)\"(?=\w)([^\"“”]*[\w.,!?…])\"(?!\w)", r"“\1”"),
    (r"[\[\]{}<>|*#^\\`\"]", " "),
)
"""Patterns and their spoken forms. They are compiled when first used: playback waits for this import."""
_VERB = r"\b(?i:I|we|you|they|to|will|would|can|could|should|must|may|might|not|never|\w+n’t) "
"""What comes before a verb and not before a noun."""
_OBJECT = r"(?= (?:the|an?|each|every|its|their|our|your|his|her|it|them|us|all|both|onto|into)\b)"
"""What comes after a verb that has an object."""
_PLURAL = r"\b(?!(?:as|is|was|has|does|this|thus|his|hers|its|\w+ous|\w+ss)\b)\w+s "
"""A plural noun, judged by its spelling, before its verb."""
_HOMOGRAPHS = (
    (r"\b(copied)\b", "kˈɑpid"),
    (r"\b(rater)\b", "ɹˈAtəɹ"),
    (r"\b(raters)\b", "ɹˈAtəɹz"),
    (r"\b(used)(?= to[.,;:!?])", "jˈust"),
    (r"\b(?:[Dd]id(?:n’t)? \w+|get|gets|got|getting) (used)(?= to\b)", "jˈust"),
    (rf"{_VERB}(project)(?:{_OBJECT}|(?= from\b))", "pɹəʤˈɛkt"),
    (rf"{_PLURAL}(project){_OBJECT}", "pɹəʤˈɛkt"),
    (r"\b(?:it|that|which|who|layer|matrix|network|model|head|step|encoder|decoder|lamp) (projects)\b", "pɹəʤˈɛkts"),
    (rf"{_PLURAL}(close){_OBJECT}", "klˈOz"),
    (r"\b(?:loops|doors|gates|shops|markets|lines|brackets|questions|eyes|gaps|windows|circles) (close)\b", "klˈOz"),
    (r"\b[Ww]ell[ -](read)(?=[,.;:!?)]| and\b)", "ɹˈɛd"),
    (
        r"\b(?i:is|are|was|were|has|have|had)(?: (?!(?:to|and|they|we|you|I|can|will|could|must|should|may)\b)[\w’-]+)"
        r"{1,4} (read)(?= (?:\w+ly|by|aloud|once|twice|first|last)\b)",
        "ɹˈɛd",
    ),
    (r"\b(?i:he|she|it|who|one|nobody|everyone) (objects)\b", "əbʤˈɛkts"),
    (r"\b(?:am|is|are|was|were|be) (content)(?= (?:to|with)\b)", "kəntˈɛnt"),
    (rf"{_VERB}(wind)(?= (?:the|up|down|back|it|an?)\b)", "wˈInd"),
    (r"\b(wound)(?= (?:up|around|round|down|tight|tightly|back)\b)", "wˈWnd"),
    (r"\b(tear)(?= (?:the|it|them|down|apart|up|through|off|open)\b)", "tˈɛɹ"),
    (rf"{_VERB}(bow)(?= (?:to|before|down|out)\b)", "bˈW"),
    (r"\b([Ll]ead)(?= (?:pipes?|paint|poisoning|shot|acid|roofs?|glass|plates?|is a metal)\b)", "lˈɛd"),
    (r"\b(?:of|from|molten|as) (lead)(?=[.,;:!?])", "lˈɛd"),
    (r"(?<!-)\b(minute)(?= (?:details?|differences?|amounts?|traces?|particles?|errors?)\b)", "mInˈut"),
    (r"\b(bass)(?= (?:lines?|guitars?|notes?|players?|drums?|voices?|clef)\b)", "bˈAs"),
    (r"\b(?:an?|her|his|my|your) (resume)\b", "ɹˈɛzəmˌA"),
    (r"\b(?:fresh|farm|local|garden) (produce)\b", "pɹˈOdˌus"),
    (r"\b(?:an|the|this|that|big|great) (upset)(?=[.,;!?]| (?:of|in|for|came|was)\b)", "ˈʌpsˌɛt"),
)
"""Words that the voice would read wrongly, with what is around them, and their phonemes."""
_SCALES = {"K": "thousand", "M": "million", "B": "billion"}
_POWERS = {"2": " squared", "3": " cubed", "T": " transposed"}
_RAISED = re.compile("([⁰¹²³⁴⁵⁶⁷⁸⁹⁻ⁿᵀ]+)")
_LOWERED = re.compile("([₀₁₂₃₄₅₆₇₈₉ₙ]+)")
_DOLLARS = re.compile(r"\b([KMB]) dollars\b")
_NUMBERED = re.compile(r"(?<=[a-z]{3})(?=\d+(?:\.\d+)?\b)")
"""Between a name and its number, as in Qwen2.5: the table has only the name."""
_QUOTE = re.compile("([“”])")
"""Quotation marks: the voice passes over them unless they are given as phonemes."""
_BLANKS = re.compile(r"\s+")
_GAPS = re.compile(r" ([,.;:!?])")
_ABBREVIATED = re.compile(r"\b(no|fig)\.")
"""Words with a full stop that the voice reads as number and figure unless a blank is between."""


def split_sentences(text: str) -> list[str]:
    """Return the sentences of one paragraph. A mark after a title or initial, or before a small letter, ends none."""
    sentences: list[str] = []
    begin = 0
    for end in _SENTENCE_END.finditer(text):
        if _is_end(text, begin, end):
            sentences.append(text[begin : end.end()].strip())
            begin = end.end()
    sentences.append(text[begin:].strip())
    return [sentence for sentence in sentences if sentence]


def _is_end(text: str, begin: int, end: re.Match[str]) -> bool:
    following = text[end.end() : end.end() + 1]
    if following.islower():
        return False
    alone = text[begin : end.start()]
    if len(alone) < _LONGEST_TITLE and re.fullmatch(_ROMAN, alone) and (alone != "I" or not begin):
        return False
    if text[end.start()] != ".":
        return True
    before = text[max(0, end.start() - _LONGEST_TITLE) : end.start()]
    word = re.split("[ ’]", before)[-1].lstrip("(\"'“‘")
    is_number = following.isdigit() or _ROMAN_WORD.match(text, end.end()) is not None
    if is_number and (word.lower() in _NUMBERED_WORDS or word.endswith("str")):
        return False
    if word.isdecimal() and len(word) <= 2 and _DATED.match(text, end.end()):
        return False
    is_letter = word != "I" and _SPELT.fullmatch(word) is not None
    if is_letter or word in _FINAL:
        first = _FIRST_WORD.match(text, end.end())
        return first is not None and first[0] in _OPENERS
    return word not in _TITLES


def split_direction(sentence: str) -> tuple[str, str]:
    """Return how a sentence sounds, one of `DIRECTIONS` or empty, and what is spoken of it."""
    found = _DIRECTION.match(sentence)
    return (found[1], sentence[found.end() :]) if found else ("", sentence)


def speakable(sentence: str, table: Mapping[str, str]) -> str:
    """Return `sentence` as the voice should read it; `table` maps written words to spoken ones.

    Words with two pronunciations, and quotation marks, are given as `[word](/phonemes/)` in the voice's own alphabet.
    """
    sentence = _NUMBERED.sub(" ", _without_capitals(sentence))
    words = _table_pattern(tuple(sorted(table, key=len, reverse=True)))
    if words is not None:
        sentence = words.sub(lambda found: _plural(table[found[1]]) if found[2] else table[found[1]], sentence)
    sentence = _RAISED.sub(_power, sentence)
    sentence = _LOWERED.sub(lambda found: f" {found[1].translate(_SUBSCRIPTS)}", sentence)
    for letter, name in _GREEK.items():
        sentence = sentence.replace(letter, f" {name} ")
    for pattern, spoken in _RULES:
        sentence = re.sub(pattern, spoken, sentence)
    sentence = _DOLLARS.sub(lambda found: f"{_SCALES[found[1]]} dollars", sentence)
    for symbol, spoken in _SYMBOLS.items():
        sentence = sentence.replace(symbol, spoken)
    sentence = _ABBREVIATED.sub(r"\1 .", _GAPS.sub(r"\1", _BLANKS.sub(" ", sentence))).strip()
    for pattern, phonemes in _HOMOGRAPHS:
        sentence = re.sub(pattern, partial(_marked, phonemes), sentence)
    return _QUOTE.sub(r"[\1](/\1/)", sentence)


def _without_capitals(sentence: str) -> str:
    """Return a heading in capitals as words, which would be spelled, and its Roman number as a number."""
    numbered = _ROMAN_PART.sub(lambda found: f"{found[1]}{_roman(found[2])}", sentence)
    if (line := _ROMAN_LINE.match(numbered)) is not None:
        numbered = f"{_roman(line[1] or line[2])}.{' ' if line[2] else ''}{numbered[line.end() :]}"
    if not numbered.isupper() or not re.search(r"[^\W\d_]{4}", numbered) or " " not in numbered:
        return numbered
    return re.sub(r"[^\W\d_][\w’']*", lambda word: word[0].capitalize(), numbered)


def _roman(number: str) -> int:
    values = [{"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}[letter] for letter in number]
    return sum(-value if value < after else value for value, after in zip(values, [*values[1:], 0], strict=True))


def _marked(phonemes: str, found: re.Match[str]) -> str:
    """Return what was found with its one group as a word with phonemes."""
    begin, end = found.start(1) - found.start(), found.end(1) - found.start()
    return f"{found[0][:begin]}[{found[1]}](/{phonemes}/){found[0][end:]}"


def _plural(spoken: str) -> str:
    return f"{spoken}’s" if spoken[-1:].isupper() else f"{spoken}s"  # “C O Ts” is read as the letters T and S


def _power(found: re.Match[str]) -> str:
    raised = found[1].translate(_SUPERSCRIPTS)
    return _POWERS.get(raised, f" to the {raised.replace('-', 'minus ')}") + " "


@lru_cache(maxsize=4)
def _table_pattern(words: tuple[str, ...]) -> re.Pattern[str] | None:
    if not words:
        return None
    return re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, words))})(s?)(?!\w)")  # their plurals too
