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
from html import escape, unescape

from tui_pod.core.speech import split_sentences
from tui_pod.core.text import clean

MAX_CHARS = 2_000_000
"""Characters of a transcript that are read: some 30 hours of speech."""

SENTENCE_LIMIT = 2_000
"""Characters of one sentence that are kept."""

_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
_TIMING = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}")
_TAG = re.compile(r"<[^<>]{0,200}>")
_BREAK = re.compile(r"<(?:/p|/div|/li|/h\d|br)\b[^<>]*>", re.IGNORECASE)
_SILENT = re.compile(r"<(script|style|time|cite)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_ENDS = re.compile(r"[.!?…][\"'”’)\]]*$")
_BLOCKS = re.compile(r"\n[ \t]*\n")


@dataclass(frozen=True, slots=True)
class Cue:
    """One sentence and when it is spoken, in seconds; without times `start` is None."""

    text: str
    start: float | None = None
    end: float | None = None


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
    if head.startswith(("{", "[{")):
        return _arranged(_json_cues(text))
    if head.startswith("WEBVTT") or _TIMING.search(text[:20_000]):
        return _arranged(timed_cues(text))
    if re.match(r"<(!doctype|html|p|div|body|cite|h\d)\b", head, re.IGNORECASE):
        text = unescape(_TAG.sub("", _BREAK.sub("\n\n", _SILENT.sub(" ", text))))
    return Transcript(tuple(Cue(sentence) for sentence in plain_sentences(text)))


def plain_sentences(text: str) -> list[str]:
    """Return the sentences of plain text; a line break inside a paragraph ends a sentence only after its mark."""
    found: list[str] = []
    for block in _BLOCKS.split(text):
        lines = [line.strip() for line in block.split("\n") if line.strip()]
        joined: list[str] = []
        for line in lines:
            if joined and not _ENDS.search(joined[-1]):
                joined[-1] += f" {line}"
            else:
                joined.append(line)
        for paragraph in joined:
            found += (sentence for part in split_sentences(paragraph) if (sentence := clean(part, SENTENCE_LIMIT)))
    return found


def to_webvtt(cues: Iterable[Cue]) -> str:
    """Return timed cues as WebVTT."""
    blocks = ["WEBVTT"]
    for cue in cues:
        times = f"{_stamp(cue.start or 0.0)} --> {_stamp(cue.end or 0.0)}"
        blocks.append(f"{times}\n{escape(cue.text, quote=False)}")
    return "\n\n".join(blocks) + "\n"


def timed_cues(text: str) -> Iterator[Cue]:
    """Yield the cues of WebVTT or SRT, which differ in the head and the decimal mark only."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        timing = _TIMING.match(line)
        if timing is None:
            continue
        words: list[str] = []
        for following in lines[number + 1 :]:
            if not following.strip() or _TIMING.match(following):
                break
            words.append(following)
        if words and number + 1 + len(words) < len(lines) and _TIMING.match(lines[number + 1 + len(words)]):
            words = words[:-1] if words[-1].strip().isdigit() else words  # a counter with no blank line before it
        start, end = _seconds(timing.groups()[:4]), _seconds(timing.groups()[4:])
        spoken = clean(unescape(_TAG.sub("", " ".join(words))), SENTENCE_LIMIT)
        if spoken and start < end:
            yield Cue(spoken, start, end)


def _json_cues(text: str) -> Iterator[Cue]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return
    segments = data.get("segments") if isinstance(data, dict) else data
    for segment in segments if isinstance(segments, list) else []:
        if not isinstance(segment, dict):
            continue
        start, end = _number(segment.get("startTime")), _number(segment.get("endTime"))
        body = clean(str(segment.get("body") or ""), SENTENCE_LIMIT)
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
