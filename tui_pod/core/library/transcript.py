"""Read and write transcripts: WebVTT, SRT, TTML, LRC, JSON, HTML, and plain text with or without times.

It turns text into cleaned sentences. Broken cues are left out; overlapping ones are put in order.
Sources: WebVTT and TTML (W3C), the Podcasting 2.0 transcript specification.
"""

from __future__ import annotations

import json
import math
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from tui_pod.core.library.transcript_json import find_segments, find_words
from tui_pod.core.text.clean import clean, fold, one_line, sifted, unescaped
from tui_pod.core.text.speech import split_sentences

MAX_CHARS = 2_000_000
"""How many characters of a transcript are read: some 30 hours of speech."""

MAX_BYTES = 4 * MAX_CHARS
"""How many bytes of a file are read. JSON contains much besides the words, and is read whole or not at all."""

CUT = f"only the first {MAX_CHARS:,} characters"

BROKEN = f"its JSON is damaged, or longer than {MAX_BYTES // 1_000_000} MB"

UNKNOWN = "its JSON has no words, or an unknown structure"

NO_TEXT = "it is not text in UTF-8"

NO_CUES = "it has no words with times"

NO_WORDS = "it has no words"

DOCUMENT = "it is a document for a word processor or a printer"

SENTENCE_LIMIT = 2_000
"""Longest sentence, in characters; the rest is cut."""

SPEAKER_LIMIT = 80
"""Longest speaker's name, in characters; the rest is cut."""

LONGEST = 400
"""How many characters a sentence may have before it ends without a final mark."""

READING_SPEED = 15.0
"""Characters per second, if the end of words is not known."""

ROLLING_LINES = 4
"""Maximum number of lines of rolling captions that stay on the screen."""

ROLLING_SHARE = 0.2
"""Minimum share of cues that must begin with the last lines of the cue before for captions to be rolling."""

NAMED_TWICE = 2
"""Minimum number of cues that must begin with the same name for it to be a speaker."""

PLANNED = "WEBVTT\n\nNOTE planned text"
"""How a file starts that holds a planned text; its language follows."""

PARAGRAPH_GAP = 0.7
"""Minimum seconds between two sentences of different paragraphs in a planned text."""

LONGEST_GAP, LONGEST_PLANNED = 10.0, 400.0
"""Seconds that a pause and a sentence of a planned text are shorter than."""

_TIME = r"((?:\d{1,3}:)?\d{1,2}):(\d{2}(?:[.,]\d{1,9})?)"
_ARROW = r"[ \t]*-{1,2}[ \t]?>"
_TIMING = rf"^[ \t]*{_TIME}{_ARROW}[ \t]*{_TIME}.*\n"
_NO_NEXT = rf"(?!\d++(?:[ \t]*\n[ \t]*\d++)?[\d:.,]*+{_ARROW})"  # which may have a counter before it
_CUE = re.compile(rf"{_TIMING}((?:[ \t]++\n)?(?:[ \t]*+{_NO_NEXT}.++\n)*+)", re.MULTILINE)
"""A timing and its words: the lines down to an empty one, or to the next timing. The first may be of blanks."""
_JSON = re.compile(r'\ufeff?\s*(?:\{\s*["}]|\[\s*[{\]])')
_CLOCK = re.compile(rf"\W*{_TIME}\W*")
_TAG = re.compile(r"<[^<>]{0,200}>")
_BREAK = re.compile(r"<(?:/p|/div|/li|/h\d|br)\b[^<>]*>", re.IGNORECASE)
_SILENT = re.compile(  # without its end a script is all that follows, as in a browser
    r"<!--.*?(?:-->|\Z)|<(script|style|head)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL
)
_HTML = re.compile(
    r"<!--|<(?:!doctype|html|head|body|main|section|article|div|p|span|br|cite|time|h\d|ul|ol|b|strong|em)\b",
    re.IGNORECASE,
)
_LABEL = re.compile(r"<(time|cite)\b[^<>]{0,200}>([^<]{0,200})</\1\s*>", re.IGNORECASE)
_VOICE = re.compile(r"<v(?:\.[^\s<>]{1,80})?\s++([^<>]{1,200})>", re.IGNORECASE)
_TTML = re.compile(r"(?:<\?[^<>]{0,200}>|<!--(?>.{0,2000}?-->)|\s)*+<(?:\w{1,20}:)?tt\b", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_TTML_TIMED = re.compile(r"<(?:\w{1,20}:)?(p|span|div|body)\b([^<>]{0,1000})>")
_TTML_TIME = re.compile(r"\b(begin|end|dur)\s*=\s*[\"']([^\"']{1,40})[\"']")
_TTML_CLOCK = re.compile(r"(?:(?:(\d{1,4}):)?(\d{1,3}):)?(\d{1,7}(?:\.\d{1,9})?)(?::\d{1,3}(?:\.\d+)?)?(h|m|s|ms)?")
_TTML_AGENT = re.compile(r"\bagent\s*=\s*[\"']([^\"']{1,80})[\"']")
_TTML_NAME = re.compile(
    r"<(?:\w{1,20}:)?agent\b[^<>]{0,200}?xml:id\s*=\s*[\"']([^\"']{1,80})[\"'][^<>]{0,200}>\s*"
    r"<(?:\w{1,20}:)?name\b[^<>]{0,200}>([^<>]{1,200})<"
)
_UNIT_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_NAME = r"[^\W\d_a-z][\w.'’-]{0,30}(?:[ ](?:[^\W_a-z][\w.'’-]{0,30}|d[aeiu]|v[ao]n|der|la|le)){0,4}"
"""A name: one to five words with capitals, or in a script without them; the later ones may be numbers."""
_SPEAKER = re.compile(rf"(?:[-–—>]{{1,3}}[ ]?)?[\[(]?({_NAME})[\])]?:[ ]+(?=\S)")
_AT = r"(?P<minutes>(?:\d{1,3}:)?\d{1,2}):(?P<seconds>\d{2}(?:[.,]\d{1,9})?)"
_BRACKETED = rf"[\[(]{_AT}[\])]"
_STAMPS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:(?P<name>{_NAME})[ ]?:?[ \t]+)?[\[(]?{_AT}[\])]?:?(?P<words>)",  # Otter, Rev: alone on its line
        rf"(?P<name>{_NAME}):?[ \t]+{_BRACKETED}:?[ \t]++(?P<words>.*)",
        rf"{_BRACKETED}:?[ \t]*+(?:(?P<name>{_NAME}):[ \t]*+)?(?P<words>.*)",  # LRC, Descript
        rf"{_AT}[ \t]+(?P<name>{_NAME}):[ \t]*+(?P<words>.*)",
    )
)
"""A line with the time of the words after it."""

LAST_PART = 2_000
"""Characters after the last time of a text that may be more than half of it; chapters before a text are no times."""
_LRC_TAG = re.compile(r"\[(?:ar|ti|al|au|by|re|ve|la|length|offset|tool|lr|id):[^\[\]]{0,200}\]")
_LRC_WORD = re.compile(r"<\d{1,3}:\d\d(?:\.\d{1,3})?>")
SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*$")
"""The end of a sentence, and the quotation marks behind it."""
_TURN = re.compile(r"^[ \t]*([AB]):[ \t]+(?=\S)", re.MULTILINE)
_BARE = re.compile(r"\w+")
_BLOCKS = re.compile(r"\n[ \t]*\n")


class Cue(NamedTuple):
    """One sentence and when it is spoken, in seconds; without times `start` is None."""

    text: str
    start: float | None = None
    end: float | None = None
    ends_paragraph: bool = False
    """Whether a blank line follows in plain text."""
    speaker: str = ""
    words: tuple[float, ...] = ()
    """When each word between blanks begins, in seconds; empty if unknown."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """The words of an episode in order; either all cues have times or none has."""

    cues: tuple[Cue, ...] = ()
    note: str = ""
    """A remark to show with the words, for example that they were recognised by machine."""
    is_recognised: bool = False
    """Whether a machine recognised the words."""
    is_partial: bool = False
    """Whether the rest has yet to be recognised."""
    fault: str | None = None
    """Why it cannot be read; None if nothing is known to be wrong."""
    is_planned: bool = False
    """Whether the voice speaks each sentence at its time: see `core/player/timeline.py`."""
    language: str = ""
    """Of a planned text; empty if it does not say."""

    @property
    def is_timed(self) -> bool:
        """Whether the cues have times."""
        return bool(self.cues) and self.cues[0].start is not None

    def moved(self, seconds: float) -> Transcript:
        """Return the transcript shifted by some seconds, earlier if negative; without times it is unchanged."""
        if not seconds or not self.is_timed:
            return self
        cues = (
            cue._replace(
                start=max(0.0, _start(cue) + seconds),
                end=max(0.0, (cue.end or 0.0) + seconds),
                words=tuple(max(0.0, at + seconds) for at in cue.words),
            )
            for cue in self.cues
        )
        return replace(self, cues=tuple(cues))

    def active(self, position: float) -> int | None:
        """Return the index of the sentence spoken at `position`, or the last one before it; None before the first."""
        if not self.is_timed:
            return None
        later = bisect_right(self.cues, position + 0.001, key=lambda cue: cue.start or 0.0)
        return later - 1 if later else None

    def find(self, words: str) -> int | None:
        """Return the index of the sentence in which words that follow each other begin; case and marks are ignored."""
        said = [_bare(cue.text) for cue in self.cues]
        at = f" {' '.join(said)} ".find(f" {_bare(words)} ")
        ends = accumulate(len(text) + 1 for text in said)
        return next((index for index, end in enumerate(ends) if at < end), None) if at >= 0 else None

    def share(self, index: int) -> float:
        """Return which share of the letters is before a sentence."""
        letters = [len(cue.text) for cue in self.cues]
        return sum(letters[:index]) / max(1, sum(letters))


def _bare(text: str) -> str:
    return " ".join(_BARE.findall(fold(text)))


def parse_transcript(text: str, duration: float | None = None) -> Transcript:
    """Return the transcript in `text`, in sentences, or why it has none.

    `duration` is the length of the episode in seconds, if known; it shows whether times are milliseconds.
    """
    if text.startswith(PLANNED) and (planned := _planned_cues(text)):
        return Transcript(tuple(planned), is_planned=True, language=text[len(PLANNED) :].partition("\n")[0].strip())
    cues = read_cues(text, duration)
    if not cues:
        return Transcript(fault=_fault_of(text))
    transcript = arrange(cues) if cues[0].start is not None else Transcript(tuple(cues))
    return replace(transcript, note=CUT) if is_cut(text) else transcript


def _fault_of(text: str) -> str:
    """Return why a document has no words."""
    if _is_no_text(text):
        return NO_TEXT
    if _is_document(text):
        return DOCUMENT
    if _is_like_json(text):
        return BROKEN if _json(text) is None else UNKNOWN
    return NO_CUES if text.lstrip("\ufeff \r\n").startswith("WEBVTT") else NO_WORDS


def is_cut(text: str) -> bool:
    """Return whether only the beginning of a transcript is read."""
    return len(text) > MAX_CHARS and not _is_like_json(text) and not text.startswith(PLANNED)


def read_cues(text: str, duration: float | None = None) -> list[Cue]:
    """Return the cues in `text`, unchanged.

    The format is detected from the content, since types are often wrong. Cues without times are whole sentences; those
    with times may be in any order and in pieces: see `arrange`. `duration` is that of `parse_transcript`.
    """
    if _is_no_text(text) or _is_document(text):
        return []
    if _is_like_json(text):
        return _named(_json_cues(_json(text), duration))
    if text.startswith(PLANNED) and (planned := _planned_cues(text)):
        return planned
    text = text[:MAX_CHARS].removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    head = text.lstrip()[:4_000]
    if head.startswith("WEBVTT") or _CUE.search(text[:20_000]):
        return _named(list(timed_cues(text)))
    if _TTML.match(head):
        return _named(list(_ttml_cues(text)))
    if _HTML.match(head):
        return list(_html_cues(text))
    return _named(list(_stamped_cues(text))) or plain_cues(text)


def _named(cues: list[Cue]) -> list[Cue]:
    """Return cues with the speakers' names that they begin with, if no speaker is known and a name repeats."""
    found = [None if cue.speaker or cue.start is None else _SPEAKER.match(cue.text) for cue in cues]
    count = Counter(name[1] for name in found if name)
    speaker, named = "", []
    for cue, name in zip(cues, found, strict=True):
        if name and count[name[1]] >= NAMED_TWICE:
            speaker = _name(name[1])
            cue = cue._replace(text=cue.text[name.end() :])
        elif name:  # perhaps someone else's
            speaker = ""
        named.append(cue if cue.speaker or not speaker else cue._replace(speaker=speaker))
    return named


def plain_cues(text: str) -> list[Cue]:
    """Return the sentences of plain text; a line break inside a paragraph ends a sentence only after its mark.

    In a dialogue, `A:` or `B:` at the start of a line names who speaks from there on.
    """
    found: list[Cue] = []
    is_dialogue = len(set(_TURN.findall(text))) == 2
    speaker = ""
    for block in _BLOCKS.split(text):
        paragraphs: list[tuple[str, list[str]]] = []
        is_open = False
        for line in filter(None, map(str.strip, block.split("\n"))):
            turn = _TURN.match(line) if is_dialogue else None
            if turn:
                speaker, line, is_open = turn[1], line[turn.end() :], False
            if is_open:
                paragraphs[-1][1].append(line)
            else:
                paragraphs.append((speaker, [line]))
            is_open = not SENTENCE_END.search(line)
        for by, lines in paragraphs:
            parts = split_sentences(" ".join(lines))
            found += (Cue(said, speaker=by) for part in parts if (said := clean(part, SENTENCE_LIMIT)))
        if found:
            found[-1] = found[-1]._replace(ends_paragraph=True)
    return found


def to_webvtt(cues: Iterable[Cue]) -> str:
    """Return timed cues as WebVTT."""
    from html import escape  # half a megabyte, see `unescaped`

    blocks = ["WEBVTT"]
    for cue in cues:
        times = f"{_stamp(cue.start or 0.0)} --> {_stamp(cue.end or 0.0)}"
        voice = f"<v {escape(cue.speaker, quote=False)}>" if cue.speaker else ""
        blocks.append(f"{times}\n{voice}{escape(cue.text, quote=False)}")
    return "\n\n".join(blocks) + "\n"


def _planned_cues(text: str) -> list[Cue]:
    """Return the cues of a planned text; none if somebody else wrote times that the voice cannot keep."""
    found = [
        Cue(words, _seconds(begin, after), _seconds(until, beyond))
        for begin, after, until, beyond, said in _CUE.findall(f"{sifted(text)}\n")
        if (words := _unmarked(said))
    ]
    ends = [0.0, *(cue.end or 0.0 for cue in found)]
    gaps = [(cue.start or 0.0) - end for cue, end in zip(found, ends, strict=False)]
    if any(not 0.0 <= gap < LONGEST_GAP for gap in gaps) or any(
        not 0.0 < end - (cue.start or 0.0) < LONGEST_PLANNED for cue, end in zip(found, ends[1:], strict=True)
    ):
        return []
    return [
        cue._replace(ends_paragraph=(following.start or 0.0) - (cue.end or 0.0) >= PARAGRAPH_GAP)
        for cue, following in zip(found, [*found[1:], Cue("", math.inf)], strict=True)
    ]


def timed_cues(text: str) -> Iterator[Cue]:
    """Yield the cues of WebVTT or SRT, which differ in the head and the decimal mark only.

    Rolling captions repeat lines of the cue before; each is read once.
    """
    former: list[str] = []
    found: list[tuple[float, float, list[str], int]] = []  # times, lines as written, and how many of them are repeated
    rolled = 0
    for begin, after, until, beyond, said in _CUE.findall(f"{sifted(text)}\n"):
        start, end = _seconds(begin, after), _seconds(until, beyond)
        if start >= end:
            continue
        written = [line for line in said.split("\n") if line.strip()]
        lines = [_TAG.sub("", line).strip() for line in written] if "<" in said else [*map(str.strip, written)]
        again = _repeated(former, lines)
        rolled += 0 < again < len(lines)
        found.append((start, end, written, again))
        former = lines
    is_rolling = rolled > 0 and rolled >= ROLLING_SHARE * len(found)
    for start, end, written, again in found:
        said = "\n".join(written[again if is_rolling else 0 :])
        if "<" in said:
            yield from _voices(said, start, end)
        elif words := _unmarked(said):
            yield Cue(words, start, end)


def _repeated(former: Sequence[str], lines: Sequence[str]) -> int:
    """Return how many of the first lines are the last ones of the cue before."""
    if not lines or lines[0] not in former:
        return 0
    most = min(len(former), len(lines), ROLLING_LINES)
    return next((count for count in range(most, 0, -1) if former[-count:] == lines[:count]), 0)


def _voices(text: str, start: float, end: float) -> Iterator[Cue]:
    """Yield one cue per speaker of a WebVTT cue; they divide its time by length."""
    parts = _VOICE.split(text)  # words without a speaker, then speakers and words in turn
    if len(parts) == 3 and not parts[0]:  # as most
        if words := _unmarked(parts[2].replace("</v>", "")):
            yield Cue(words, start, end, speaker=_name(parts[1]))
        return
    spoken = [
        Cue(words, speaker=_name(speaker))
        for speaker, marked in zip(["", *parts[1::2]], parts[0::2], strict=True)
        if (words := _unmarked(marked))
    ]
    yield from _shared(spoken, start, end)


def _unmarked(text: str) -> str:
    """Return sifted text without tags and with its character references decoded."""
    if "<" in text:
        text = _TAG.sub("", text)
    return clean(unescaped(text), SENTENCE_LIMIT) if "&" in text else one_line(text, SENTENCE_LIMIT)


def _html_cues(html: str) -> Iterator[Cue]:
    """Yield the sentences of an HTML transcript, with the time and speaker in the `<time>` and `<cite>` before them."""
    groups: list[tuple[float, list[Cue]]] = [(0.0, [])]
    parts = _LABEL.split(_SILENT.sub(" ", html))  # words, then label, its text and words in turn
    speaker = ""
    for label, said, words in zip(["", *parts[1::3]], ["", *parts[2::3]], parts[0::3], strict=True):
        if label.lower() == "cite":
            speaker = _name(said)
        elif clock := _CLOCK.fullmatch(said):
            groups.append((_seconds(*clock.groups()), []))
        cues = plain_cues(unescaped(_TAG.sub("", _BREAK.sub("\n\n", words))))
        groups[-1][1].extend(cue._replace(speaker=speaker) for cue in cues)
    if len(groups) == 1:
        yield from groups[0][1]
    else:
        yield from _grouped(groups)


def _grouped(groups: Sequence[tuple[float, list[Cue]]]) -> Iterator[Cue]:
    """Yield the cues of groups with times, each up to the start of the next group."""
    for (start, spoken), following in zip(groups, [*groups[1:], (0.0, [])], strict=True):
        length = sum(len(cue.text) for cue in spoken) / READING_SPEED
        yield from _shared(spoken, start, following[0] if following[0] > start else start + length)


def _stamped_cues(text: str) -> Iterator[Cue]:
    """Yield the cues of plain text with the times of its parts; none if it has no such times, or not in order."""
    parts: list[tuple[float, str, list[str]]] = [(0.0, "", [])]
    for line in map(str.strip, text.split("\n")):
        found = next(filter(None, (form.fullmatch(line) for form in _STAMPS)), None) if ":" in line else None
        if found is not None:
            start = _seconds(found["minutes"], found["seconds"])
            parts.append((start, found["name"] or "", [_LRC_WORD.sub("", found["words"])]))
        elif not _LRC_TAG.fullmatch(line):
            parts[-1][2].append(line)
    starts = [start for start, _, _ in parts[1:]]
    texts = ["\n".join(lines) for _, _, lines in parts]
    if len(starts) < 2 or starts != sorted(starts) or len(texts[-1]) > max(LAST_PART, sum(map(len, texts)) / 2):
        return
    groups = [
        (start, [cue._replace(speaker=_name(by)) for cue in plain_cues(said)])
        for (start, by, _), said in zip(parts, texts, strict=True)
    ]
    yield from _grouped(groups)


def _ttml_cues(text: str) -> Iterator[Cue]:
    """Yield the cues of TTML: the words after each element with a time, or in a `div` with one.

    If no element has a time, they are sentences without times.
    """
    if "podcasts:unit" in text:  # as Apple writes it, without blanks between words
        text = text.replace("</span>", " ")
    names = dict(_TTML_NAME.findall(text))
    pieces = _TTML_TIMED.split(sifted(_COMMENT.sub("", text)))  # text, then name, attributes and text of each element
    start = end = None
    within: tuple[float | None, float | None] = None, None
    is_timed, untimed = False, ""
    speaker = ""
    for element, attributes, said in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        if element == "div":
            start = end = None
        elif element == "p":
            agent = _TTML_AGENT.search(attributes)
            speaker = _name(names.get(agent[1], agent[1])) if agent else ""
            start, end = within
        times = {key: _ttml_seconds(value) for key, value in _TTML_TIME.findall(attributes)}
        if (begin := times.get("begin")) is not None:
            start, length = begin, times.get("dur")
            end = begin + length if length is not None else times.get("end")
        if element == "div":
            within = start, end
        words = clean(unescaped(_TAG.sub("", _BREAK.sub(" ", said))), SENTENCE_LIMIT)
        if words and start is not None:
            is_timed = True
            yield Cue(words, start, end if end is not None and end > start else None, speaker=speaker)
        elif words:
            untimed += ("\n" if element == "span" else "\n\n") + words
    if not is_timed:
        yield from plain_cues(untimed)


def _ttml_seconds(text: str) -> float | None:
    """Return seconds from a time of TTML, such as `00:01:02.5`, `62.5s` or `1500ms`; frames are left out."""
    found = _TTML_CLOCK.fullmatch(text.strip())
    if found is None:
        return None
    hours, minutes, seconds, unit = found.groups()
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds) * _UNIT_SECONDS[unit or "s"]


def _shared(spoken: Sequence[Cue], start: float, end: float) -> Iterator[Cue]:
    """Yield cues with times: they divide the given span by length."""
    rate = (end - start) / max(1, sum(len(cue.text) for cue in spoken))
    for cue in spoken:
        yield cue._replace(start=start, end=(start := start + rate * len(cue.text)))


@lru_cache(maxsize=100)
def _name(text: str) -> str:
    return clean(unescaped(text), SPEAKER_LIMIT).rstrip(": ")


def _is_no_text(text: str) -> bool:
    """Return whether it is a picture, a recording, or text in UTF-16."""
    return "\0" in text[:1_000]


def _is_document(text: str) -> bool:
    """Return whether it is PDF or RTF, which are text in part."""
    return text[:20].lstrip("\ufeff \r\n").startswith(("%PDF-", "{\\rtf"))


def _is_like_json(text: str) -> bool:
    return _JSON.match(text) is not None


def _json(text: str) -> object:
    """Return the content of JSON text; None if it is not valid."""
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return None


def _json_cues(data: object, duration: float | None) -> list[Cue]:
    """Return the cues of JSON data; without times they are the sentences of its text."""
    segments = find_segments(data, duration)
    cues = [
        Cue(words, part.start, part.end, speaker=_name(part.speaker) if part.speaker else "")
        for part in segments
        if (words := clean(part.text, SENTENCE_LIMIT))
    ]
    return cues or plain_cues(find_words(data)[:MAX_CHARS])


def arrange(cues: Iterable[Cue]) -> Transcript:
    """Return cues in order of time, without overlaps, joined to sentences."""
    ordered = sorted(cues, key=_start)
    starts = [*map(_start, ordered), math.inf]
    sentences: list[Cue] = []
    pieces: list[str] = []  # of a sentence that goes on
    for cue, start, following in zip(ordered, starts, starts[1:], strict=False):
        end = cue.end if cue.end is not None else start + 5.0 if following == math.inf else following
        end = min(end, following)
        last = sentences[-1] if pieces else None
        goes_on = last is not None and cue.speaker in ("", last.speaker) and start - (last.end or 0.0) < 2.0
        if last is None or not goes_on:
            pieces = [cue.text]
            sentences.append(Cue(cue.text, start, end, cue.ends_paragraph, cue.speaker))
        else:
            pieces.append(cue.text)
            sentences[-1] = Cue(" ".join(pieces), last.start, end, last.ends_paragraph, last.speaker)
        if SENTENCE_END.search(cue.text) or len(sentences[-1].text) >= LONGEST:
            pieces = []
    return Transcript(tuple(sentences))


def _start(cue: Cue) -> float:
    return cue.start or 0.0


@lru_cache(maxsize=100)  # many a cue begins when the one before it ends
def _seconds(minutes: str, rest: str) -> float:
    hours, _, minutes = minutes.rpartition(":")
    return int(hours or 0) * 3600 + int(minutes) * 60 + float(rest.replace(",", "."))


def _stamp(seconds: float) -> str:
    minutes, rest = divmod(round(seconds * 1000), 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"
