"""Read and write transcripts: WebVTT, SRT, Podcasting 2.0 JSON, HTML and plain text.

Text comes in, sentences come out, cleaned; broken cues are left out, overlapping ones put in order.
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

from tui_pod.core.text.clean import clean, unescaped
from tui_pod.core.text.speech import split_sentences

MAX_CHARS = 2_000_000
"""Characters of a transcript that are read: some 30 hours of speech."""

SENTENCE_LIMIT = 2_000
"""Characters of one sentence that are kept."""

SPEAKER_LIMIT = 80
"""Characters of a speaker's name that are kept."""

LONGEST = 400
"""Characters from which on a sentence that has no mark at its end takes in no more."""

READING_SPEED = 15.0
"""Characters a second, where nothing tells when words end."""

_TIME = r"((?:\d{1,3}:)?\d{1,2}):(\d{2}(?:[.,]\d{1,9})?)"
_TIMING = re.compile(rf"{_TIME}\s*-{{1,2}}\s?>\s*{_TIME}")
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


@dataclass(frozen=True, slots=True)
class Cue:
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
    """What has to be said wherever they are shown or quoted, such as that they were recognised by machine."""
    is_partial: bool = False
    """Whether the words of the rest are still to be recognised."""

    @property
    def is_timed(self) -> bool:
        """Whether the cues have times."""
        return bool(self.cues) and self.cues[0].start is not None

    def moved(self, seconds: float) -> Transcript:
        """Return the words so many seconds later, or earlier when negative; those without times as they are."""
        if not seconds or not self.is_timed:
            return self
        cues = (
            replace(cue, start=max(0.0, _start(cue) + seconds), end=max(0.0, (cue.end or 0.0) + seconds))
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
    cues = read_cues(text)
    return arrange(cues) if cues and cues[0].start is not None else Transcript(tuple(cues))


def read_cues(text: str) -> list[Cue]:
    """Return the cues in `text` as they stand there.

    Its format is told by the content, since types are often wrong. Cues without times are whole sentences; those with
    times may be in any order and in pieces: see `arrange`.
    """
    text = text[:MAX_CHARS].removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    head = text.lstrip()[:400]
    if head.startswith(("{", "[")) and (data := _json(text)) is not None:
        return list(_json_cues(data))
    if head.startswith("WEBVTT") or _TIMING.search(text[:20_000]):
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
            found[-1] = replace(found[-1], ends_paragraph=True)
    return found


def to_webvtt(cues: Iterable[Cue]) -> str:
    """Return timed cues as WebVTT."""
    from html import escape  # see `unescaped`

    blocks = ["WEBVTT"]
    for cue in cues:
        times = f"{_stamp(cue.start or 0.0)} --> {_stamp(cue.end or 0.0)}"
        voice = f"<v {escape(cue.speaker, quote=False)}>" if cue.speaker else ""
        blocks.append(f"{times}\n{voice}{escape(cue.text, quote=False)}")
    return "\n\n".join(blocks) + "\n"


def timed_cues(text: str) -> Iterator[Cue]:
    """Yield the cues of WebVTT or SRT, which differ in the head and the decimal mark only."""
    lines = [line.strip() for line in text.split("\n")]
    timings = [
        (number, timing)
        for number, line in enumerate(lines)
        if ">" in line and (timing := _TIMING.match(line)) is not None
    ]
    ends = [*(number for number, _ in timings[1:]), len(lines)][: len(timings)]
    for (number, timing), last in zip(timings, ends, strict=True):
        words = lines[number + 1 : last]
        if "" in words:
            words = words[: words.index("")]
        elif words and last < len(lines) and words[-1].isdigit():
            words.pop()  # a counter with no blank line before it
        begin, after, until, beyond = timing.groups()
        start, end = _seconds(begin, after), _seconds(until, beyond)
        if start >= end:
            continue
        said = " ".join(words)
        if "<" in said:
            yield from _voices(said, start, end)
        elif said := clean(unescaped(said), SENTENCE_LIMIT):
            yield Cue(said, start, end)


def _voices(text: str, start: float, end: float) -> Iterator[Cue]:
    """Yield the words of one WebVTT cue, a cue for each speaker: they share its time by length."""
    parts = _VOICE.split(text)  # words without a speaker, then speakers and words in turn
    spoken = [
        Cue(words, speaker=_name(speaker))
        for speaker, marked in zip(["", *parts[1::2]], parts[0::2], strict=True)
        if (words := clean(unescaped(_TAG.sub("", marked)), SENTENCE_LIMIT))
    ]
    yield from _shared(spoken, start, end)


def _html_cues(html: str) -> Iterator[Cue]:
    """Yield the sentences of an HTML transcript, with what the `<time>` and `<cite>` before them say."""
    groups: list[tuple[float, list[Cue]]] = [(0.0, [])]
    parts = _LABEL.split(_SILENT.sub(" ", html))  # words, then label, its text and words in turn
    speaker = ""
    for label, said, words in zip(["", *parts[1::3]], ["", *parts[2::3]], parts[0::3], strict=True):
        if label.lower() == "cite":
            speaker = _name(said)
        elif clock := _CLOCK.fullmatch(said):
            groups.append((_seconds(*clock.groups()), []))
        cues = plain_cues(unescaped(_TAG.sub("", _BREAK.sub("\n\n", words))))
        groups[-1][1].extend(replace(cue, speaker=speaker) for cue in cues)
    if len(groups) == 1:
        yield from groups[0][1]
        return
    for (start, spoken), following in zip(groups, [*groups[1:], (0.0, [])], strict=True):
        length = sum(len(cue.text) for cue in spoken) / READING_SPEED
        yield from _shared(spoken, start, following[0] if following[0] > start else start + length)


def _shared(spoken: Sequence[Cue], start: float, end: float) -> Iterator[Cue]:
    """Yield cues with times: they share those given by length."""
    rate = (end - start) / max(1, sum(len(cue.text) for cue in spoken))
    for cue in spoken:
        yield replace(cue, start=start, end=(start := start + rate * len(cue.text)))


def _name(text: str) -> str:
    return clean(unescaped(text), SPEAKER_LIMIT).rstrip(": ")


def _json(text: str) -> object:
    """Return what JSON text holds; None when it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _json_cues(data: object) -> Iterator[Cue]:
    segments = data.get("segments") if isinstance(data, dict) else data
    for segment in segments if isinstance(segments, list) else []:
        if not isinstance(segment, dict):
            continue
        start, end = (_number(segment.get(f"{key}Time", segment.get(key))) for key in ("start", "end"))
        words, speaker = segment.get("body", segment.get("text")), segment.get("speaker")
        body = clean(words, SENTENCE_LIMIT) if isinstance(words, str) else ""
        if body and start is not None:
            named = _name(speaker) if isinstance(speaker, str) else ""
            yield Cue(body, start, end if end is not None and end > start else None, speaker=named)


def arrange(cues: Iterable[Cue]) -> Transcript:
    """Return cues in the order of their times, none reaching into the next, joined to sentences."""
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


def _seconds(minutes: str, rest: str) -> float:
    return _minutes(minutes) * 60 + float(rest.replace(",", "."))


@lru_cache(maxsize=1_000)
def _minutes(text: str) -> int:
    hours, _, minutes = text.rpartition(":")
    return int(hours or 0) * 60 + int(minutes)


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
