"""Make an item from the fields of any feed format: choose audio and transcript, clean texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui_pod.core.playback.snapshot import Chapter
from tui_pod.core.text.clean import SUMMARY_LIMIT, clean, clean_title
from tui_pod.feeds.formats.html_text import MAX_HTML, to_summary
from tui_pod.feeds.formats.model import Item
from tui_pod.feeds.formats.values import is_audio
from tui_pod.feeds.net.address import absolute

MAX_ITEMS = 100_000
MAX_MARKS = 1_000
"""Chapters of one episode."""

MAX_GUID = 2_000
"""Characters of a guid that are looked at."""

MAX_KEYWORDS = 20
MAX_LIST = 4_000
"""Characters of a list of keywords that are looked at."""

TITLE_FROM_WORDS = 80
"""Characters of the summary that serve as a missing title."""

_PLAYABLE_VIDEO = ("video/mp4", "video/x-m4v", "video/m4v", "video/webm", "video/quicktime")
_TRANSCRIPTS = (("json",), ("vtt",), ("srt", "subrip"), ("html",), ("plain", "txt"))
"""Words in the type or the name of a transcript, the most useful kind first."""


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that an item comes with."""

    address: str
    kind: str = ""
    duration: float | None = None
    size: int | None = None
    """Bytes that the feed states, often wrong; None when it states none."""


def best_audio(enclosures: Sequence[Enclosure], base: str) -> Enclosure | None:
    """Return the first sound among several files, else the first film, with its address made absolute."""
    for wanted in (is_audio, _is_film):
        for enclosure in enclosures:
            address = absolute(enclosure.address, base) if enclosure.address else None
            if address is not None and wanted(enclosure.kind, address):
                return Enclosure(address, clean(enclosure.kind, 80).lower(), enclosure.duration, enclosure.size)
    return None


def _is_film(kind: str, _: str) -> bool:
    return kind.partition(";")[0].strip().lower() in _PLAYABLE_VIDEO


def best_transcript(offered: Sequence[tuple[str, str, str]], base: str, language: str) -> str | None:
    """Return the address of the most useful of the transcripts (address, type, language) that an item offers."""

    def rank(entry: tuple[str, str, str]) -> tuple[bool, int]:
        address, kind, spoken = entry
        is_foreign = bool(spoken and language) and spoken[:2].lower() != language[:2].lower()
        for clue in (kind.lower(), address.partition("?")[0].lower()[-8:]):
            for preference, words in enumerate(_TRANSCRIPTS):
                if any(word in clue for word in words):
                    return is_foreign, preference
        return is_foreign, len(_TRANSCRIPTS)

    usable = [(found, kind, spoken) for address, kind, spoken in offered if (found := absolute(address, base))]
    return min(usable, key=rank)[0] if usable else None


def make_item(
    *,
    guid: str,
    title: str,
    texts: Sequence[str],
    subtitle: str,
    link: str | None,
    published: float | None,
    duration: float | None,
    audio: Enclosure | None,
    transcript: str | None,
    chapters: str | None,
    marks: tuple[Chapter, ...],
    keywords: str,
) -> Item | None:
    """Return the item, or None when it has neither sound nor words.

    Args:
        guid: verbatim; like all these texts without lone surrogates.
        title: plain text.
        texts: descriptions, HTML or plain; the first that says something is the summary, the longest the notes.
        subtitle: used when there is no description.
        link: the episode's page.
        published: seconds since 1970.
        duration: seconds.
        audio: the file chosen.
        transcript: its address.
        chapters: address of a chapters file.
        marks: chapters in the feed itself.
        keywords: separated by commas.
    """
    described = [text for text in texts if text]
    summary = ""
    for text in described[:2]:
        summary = to_summary(text)
        if summary:
            break
    summary = summary or clean(subtitle, SUMMARY_LIMIT)
    notes = max(described, key=len, default="")
    has_more = "<" in notes or "\n" in notes or len(notes) > SUMMARY_LIMIT
    name = clean(title)
    if not name and not summary and audio is None:
        return None
    return Item(
        guid=guid.strip()[:MAX_GUID],
        title=name or clean_title(clean(summary, TITLE_FROM_WORDS)),
        summary=summary,
        notes=notes[:MAX_HTML] if has_more else "",
        link=link,
        published=published,
        duration=duration,
        audio=audio.address if audio else None,
        audio_type=audio.kind if audio else "",
        size=audio.size if audio else None,
        transcript=transcript,
        chapters=chapters,
        marks=marks,
        keywords=to_keywords(keywords),
    )


def to_keywords(text: str) -> tuple[str, ...]:
    """Return distinct cleaned keywords from a list with commas."""
    if not text.strip(", "):
        return ()
    words = (clean(word, 60) for word in text[:MAX_LIST].split(","))
    return tuple(dict.fromkeys(word for word in words if word))[:MAX_KEYWORDS]
