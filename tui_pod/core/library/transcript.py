"""Read and write transcripts: WebVTT, SRT, Podcasting 2.0 JSON, HTML and plain text.

Text comes in, sentences come out, cleaned; broken cues are left out, overlapping ones put in order.
Sources: WebVTT (W3C), the Podcasting 2.0 transcript specification.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from tui_pod.core.text.clean import clean, unescaped
from tui_pod.core.text.speech import split_sentences

MAX_CHARS = 2_000_000
"""Characters of a transcript that are read: some 30 hours of speech."""

SENTENCE_LIMIT = 2_000
"""Characters of one sentence that are kept."""

_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
_TIMING = re.compile(rf"{_TIME}\s*-->\s*{_TIME}")
_TAG = re.compile(r"<[^<>]{0,200}>")
_BREAK = re.compile(r"<(?:/p|/div|/li|/h\d|br)\b[^<>]*>", re.IGNORECASE)
_SILENT = re.compile(  # without its end a script is all that follows, as in a browser; the others are words then
    r"<(script|style)\b.*?(?:</\1\s*>|\Z)|<(time|cite)\b[^<]{0,200}</\2\s*>", re.IGNORECASE | re.DOTALL
)
_ENDS = re.compile(r"[.!?…][\"'”’)\]]*$")
_BLOCKS = re.compile(r"\n[ \t]*\n")


@dataclass(frozen=True, slots=True)
class Cue:
    """One sentence and when it is spoken, in seconds; without times `start` is None."""

    text: str
    start: float | None = None
    end: float | None = None
    ends_paragraph: bool = False
    """Whether a blank line follows in plain text."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """The words of an episode in order; either all cues have times or none has."""

    cues: tuple[Cue, ...] = ()

    @property
    def is_timed(self) -> bool:
        """Whether the cues have times."""
        return bool(self.cues) and self.cues[0].start is not None

    def active(self, position: float) -> int | None:
        """Return the index of the sentence spoken at `position`, or the last one before it; None before the first."""
        if not self.is_timed:
            return None
        low, high = 0, len(self.cues)
        while low < high:
            middle = (low + high) // 2
            if (self.cues[middle].start or 0.0) <= position + 0.001:
                low = middle + 1
            else:
                high = middle
        return low - 1 if low else None


def parse_transcript(text: str) -> Transcript:
    """Return the transcript in `text`, whatever its format: told by the content, since types are often wrong."""
    text = text[:MAX_CHARS].removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    head = text.lstrip()[:400]
    if head.startswith(("{", "[")) and (data := _json(text)) is not None:
        return _arranged(_json_cues(data))
    if head.startswith("WEBVTT") or _TIMING.search(text[:20_000]):
        return _arranged(timed_cues(text))
    if re.match(r"<(!doctype|html|p|div|body|cite|h\d)\b", head, re.IGNORECASE):
        text = unescaped(_TAG.sub("", _BREAK.sub("\n\n", _SILENT.sub(" ", text))))
    return Transcript(tuple(plain_cues(text)))


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
            is_open = not _ENDS.search(line)
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
        blocks.append(f"{times}\n{escape(cue.text, quote=False)}")
    return "\n\n".join(blocks) + "\n"


def timed_cues(text: str) -> Iterator[Cue]:
    """Yield the cues of WebVTT or SRT, which differ in the head and the decimal mark only."""
    lines = [line.strip() for line in text.split("\n")]
    timings = [_TIMING.match(line) for line in lines]
    for number, timing in enumerate(timings):
        if timing is None:
            continue
        end = number + 1
        while end < len(lines) and lines[end] and not timings[end]:
            end += 1
        words = lines[number + 1 : end]
        if words and end < len(lines) and timings[end] and words[-1].isdigit():
            words.pop()  # a counter with no blank line before it
        begin, until = _seconds(timing.groups()[:4]), _seconds(timing.groups()[4:])
        spoken = clean(unescaped(_TAG.sub("", " ".join(words))), SENTENCE_LIMIT)
        if spoken and begin < until:
            yield Cue(spoken, begin, until)


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
        start, end, words = (segment.get(key) for key in ("startTime", "endTime", "body"))
        start, end = _number(start), _number(end)
        body = clean(words, SENTENCE_LIMIT) if isinstance(words, str) else ""
        if body and start is not None:
            yield Cue(body, start, end if end is not None and end > start else None)


def _arranged(cues: Iterable[Cue]) -> Transcript:
    """Return cues in the order of their times, none reaching into the next, joined to sentences."""
    ordered = sorted(cues, key=lambda cue: cue.start or 0.0)
    for number, cue in enumerate(ordered):
        following = ordered[number + 1].start if number + 1 < len(ordered) else None
        end = cue.end if cue.end is not None else (following if following is not None else (cue.start or 0.0) + 5.0)
        ordered[number] = replace(cue, end=end if following is None else min(end, following))
    sentences: list[Cue] = []
    for cue in ordered:
        last = sentences[-1] if sentences else None
        is_open = last is not None and not _ENDS.search(last.text) and len(last.text) < 400
        if last is not None and is_open and (cue.start or 0.0) - (last.end or 0.0) < 2.0:
            sentences[-1] = Cue(f"{last.text} {cue.text}", last.start, cue.end)
        else:
            sentences.append(cue)
    return Transcript(tuple(sentences))


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, fraction = parts
    whole = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)
    return whole + int((fraction or "0").ljust(3, "0")) / 1000


def _stamp(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < 1e6 and math.isfinite(value) else None
