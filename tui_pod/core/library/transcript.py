"""Read and write transcripts: WebVTT, SRT, JSON of Podcasting 2.0 and of Whisper, HTML and plain text.

It turns text into cleaned sentences. Broken cues are left out; overlapping ones are put in order.
Sources: WebVTT (W3C), the Podcasting 2.0 transcript specification.
"""

from __future__ import annotations

import json
import math
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from tui_pod.core.text.clean import clean, one_line, sifted, unescaped
from tui_pod.core.text.speech import split_sentences

MAX_CHARS = 2_000_000
"""Characters of a transcript that are read: some 30 hours of speech."""

MAX_BYTES = 4 * MAX_CHARS
"""Bytes of a file that are read. JSON has much besides the words, and is read whole or not at all."""

CUT = f"only the first {MAX_CHARS:,} characters"

BROKEN = f"it is JSON that is broken, or longer than {MAX_BYTES // 1_000_000} MB"

UNKNOWN = "it is JSON without “segments”, “chunks” or “transcription”"

NO_TEXT = "it is not text in UTF-8"

SENTENCE_LIMIT = 2_000
"""Longest sentence, in characters; the rest is cut."""

SPEAKER_LIMIT = 80
"""Longest speaker's name, in characters; the rest is cut."""

LONGEST = 400
"""Characters after which a sentence ends even without a final mark."""

READING_SPEED = 15.0
"""Characters per second, if the end of words is not known."""

_TIME = r"((?:\d{1,3}:)?\d{1,2}):(\d{2}(?:[.,]\d{1,9})?)"
_ARROW = r"[ \t]*-{1,2}[ \t]?>"
_TIMING = rf"^[ \t]*{_TIME}{_ARROW}[ \t]*{_TIME}.*\n"
_NO_NEXT = rf"(?!\d++(?:[ \t]*\n[ \t]*\d++)?[\d:.,]*+{_ARROW})"  # which may have a counter before it
_CUE = re.compile(rf"{_TIMING}((?:[ \t]*+{_NO_NEXT}.++\n)*+)", re.MULTILINE)
"""A timing and its words: the lines down to a blank one, or to the next timing."""
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
_VOICE = re.compile(r"<v(?:\.[^\s<>]{1,80})?\s+([^<>]{1,200})>", re.IGNORECASE)
SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*$")
"""The end of a sentence, and the quotation marks behind it."""
_BLOCKS = re.compile(r"\n[ \t]*\n")


class Cue(NamedTuple):
    """One sentence and when it is spoken, in seconds; without times `start` is None."""

    text: str
    start: float | None = None
    end: float | None = None
    ends_paragraph: bool = False
    """Whether a blank line follows in plain text."""
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class Transcript:
    """The words of an episode in order; either all cues have times or none has."""

    cues: tuple[Cue, ...] = ()
    note: str = ""
    """A remark to show with the words, such as that they were recognised by machine."""
    is_recognised: bool = False
    """Whether a machine recognised the words."""
    is_partial: bool = False
    """Whether the rest has yet to be recognised."""
    fault: str | None = None
    """Why it cannot be read; None if nothing is known to be wrong."""

    @property
    def is_timed(self) -> bool:
        """Whether the cues have times."""
        return bool(self.cues) and self.cues[0].start is not None

    def moved(self, seconds: float) -> Transcript:
        """Return the transcript shifted by some seconds, earlier if negative; without times it is unchanged."""
        if not seconds or not self.is_timed:
            return self
        cues = (
            cue._replace(start=max(0.0, _start(cue) + seconds), end=max(0.0, (cue.end or 0.0) + seconds))
            for cue in self.cues
        )
        return replace(self, cues=tuple(cues))

    def active(self, position: float) -> int | None:
        """Return the index of the sentence spoken at `position`, or the last one before it; None before the first."""
        if not self.is_timed:
            return None
        later = bisect_right(self.cues, position + 0.001, key=lambda cue: cue.start or 0.0)
        return later - 1 if later else None


def parse_transcript(text: str) -> Transcript:
    """Return the transcript in `text`, in sentences."""
    if _is_no_text(text):
        return Transcript(fault=NO_TEXT)
    cues = read_cues(text)
    if not cues and _is_like_json(text):
        return Transcript(fault=BROKEN if _json(text) is None else UNKNOWN)
    transcript = arrange(cues) if cues and cues[0].start is not None else Transcript(tuple(cues))
    return replace(transcript, note=CUT) if is_cut(text) else transcript


def is_cut(text: str) -> bool:
    """Return whether only the beginning of a transcript is read."""
    return len(text) > MAX_CHARS and not _is_like_json(text)


def read_cues(text: str) -> list[Cue]:
    """Return the cues in `text`, unchanged.

    The format is detected from the content, since types are often wrong. Cues without times are whole sentences; those
    with times may be in any order and in pieces: see `arrange`.
    """
    if _is_no_text(text):
        return []
    if _is_like_json(text):
        return list(_json_cues(_json(text)))
    text = text[:MAX_CHARS].removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    head = text.lstrip()[:400]
    if head.startswith("WEBVTT") or _CUE.search(text[:20_000]):
        return list(timed_cues(text))
    return list(_html_cues(text)) if _HTML.match(head) else plain_cues(text)


def plain_cues(text: str) -> list[Cue]:
    """Return the sentences of plain text; a line break inside a paragraph ends a sentence only after its mark."""
    found: list[Cue] = []
    for block in _BLOCKS.split(text):
        paragraphs: list[list[str]] = []
        is_open = False
        for line in filter(None, map(str.strip, block.split("\n"))):
            if is_open:
                paragraphs[-1].append(line)
            else:
                paragraphs.append([line])
            is_open = not SENTENCE_END.search(line)
        for lines in paragraphs:
            parts = split_sentences(" ".join(lines))
            found += (Cue(sentence) for part in parts if (sentence := clean(part, SENTENCE_LIMIT)))
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


def timed_cues(text: str) -> Iterator[Cue]:
    """Yield the cues of WebVTT or SRT, which differ in the head and the decimal mark only."""
    for begin, after, until, beyond, said in _CUE.findall(f"{sifted(text)}\n"):
        start, end = _seconds(begin, after), _seconds(until, beyond)
        if start >= end:
            continue
        if "<" in said:
            yield from _voices(said, start, end)
        elif words := _unmarked(said):
            yield Cue(words, start, end)


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
        return
    for (start, spoken), following in zip(groups, [*groups[1:], (0.0, [])], strict=True):
        length = sum(len(cue.text) for cue in spoken) / READING_SPEED
        yield from _shared(spoken, start, following[0] if following[0] > start else start + length)


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


def _is_like_json(text: str) -> bool:
    return _JSON.match(text) is not None


def _json(text: str) -> object:
    """Return the content of JSON text; None if it is not valid."""
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return None


def _json_cues(data: object) -> Iterator[Cue]:
    """Yield the cues of a list of segments, or of the one that an object has under one of its usual names."""
    segments = data
    if isinstance(data, dict):
        segments = next((data[name] for name in ("segments", "chunks", "transcription") if name in data), None)
        if segments is None and isinstance(said := data.get("text"), str):
            yield from plain_cues(said[:MAX_CHARS])
    for segment in segments if isinstance(segments, list) else []:
        if not isinstance(segment, dict):
            continue
        start, end = _times(segment)
        words, speaker = segment.get("body", segment.get("text")), segment.get("speaker")
        body = clean(words, SENTENCE_LIMIT) if isinstance(words, str) else ""
        if body and start is not None:
            named = _name(speaker) if isinstance(speaker, str) else ""
            yield Cue(body, start, end if end is not None and end > start else None, speaker=named)


def _times(segment: dict[str, object]) -> tuple[float | None, float | None]:
    """Return the start and end of a segment in the forms of Podcasting 2.0, Whisper and related programs."""
    pair, marks = segment.get("timestamp"), segment.get("timestamps")
    if isinstance(pair, list) and len(pair) == 2:
        return _number(pair[0]), _number(pair[1])
    if isinstance(marks, dict):
        return _number(marks.get("from")), _number(marks.get("to"))
    start, end = (_number(segment.get(f"{key}Time", segment.get(key))) for key in ("start", "end"))
    return start, end


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
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


def _number(value: object) -> float | None:
    if isinstance(value, str) and (clock := _CLOCK.fullmatch(value[:40])):
        return _seconds(*clock.groups())
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < 1e6 and math.isfinite(value) else None
