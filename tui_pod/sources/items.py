"""Make an item from the fields of any feed format: choose audio and transcript, clean texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import PurePosixPath
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from tui_pod.core.library.values import LIST_RANK, VIDEO_RANK, is_picture, recording_rank
from tui_pod.core.text.clean import SUMMARY_LIMIT, clean, clean_title
from tui_pod.core.text.html_text import MAX_HTML, to_summary, to_text
from tui_pod.net.address import MAX_ADDRESS, REFUSED, absolute, origin
from tui_pod.net.login import Login, Typed, split_login
from tui_pod.shelf.published import PublishedItem

MAX_ITEMS = 50_000
MAX_GUID = 2_000
"""Maximum number of characters of a guid that are used."""

MAX_KEYWORDS = 20
MAX_LIST = 4_000
"""Maximum number of characters of a list of keywords that are read."""

TITLE_FROM_WORDS = 80
"""Maximum number of characters of the summary that replace a missing title."""

SHORTEST_ARTICLE, LONGEST_TEASER = 1_500, 4_000
"""Characters of a description from which on it is an article, and of a text up to which its end may say otherwise."""

_TEASER_ENDS = ("read more", "continue reading", "read the full article", "read on", "weiterlesen")
_TRANSCRIPTS = (("json",), ("vtt",), ("srt", "subrip"), ("html",), ("plain", "txt"))
"""Words in the type or name of a transcript, the most useful format first."""


class Enclosure(NamedTuple):
    """A file attached to an item."""

    address: str
    kind: str = ""
    duration: float | None = None
    size: int | None = None
    """Bytes as stated by the feed, often wrong; None if it states none."""
    login: Login | None = None
    """The login that was in the address."""
    is_attached: bool = True
    """Whether the item consists of it, whatever it is; False for media beside its text, which may be anything."""


def best_audio(enclosures: Sequence[Enclosure], base: str) -> Enclosure | None:
    """Return the likeliest recording among several files, with an absolute address and the login separated.

    If nothing looks like a recording, the first attached file that is no picture is returned: playing it says what is
    wrong, while an item without a recording is read aloud. Its address may be one that is refused.
    """
    best: tuple[int, Enclosure] | None = None
    for enclosure in enclosures:
        named = enclosure.address.strip()
        typed = split_login(named) if named[:8].lower().startswith(("http://", "https://")) else Typed(named)
        address = absolute(typed.text, base) if named else None
        rank = recording_rank(enclosure.kind, address) if address is not None else None
        has_file = named or enclosure.kind.lower().startswith(("audio/", "video/"))
        if rank is None and has_file and enclosure.is_attached and not is_picture(enclosure.kind, named):
            rank = LIST_RANK + 1 if address is not None else LIST_RANK + 2
            address = address or f"{REFUSED}{clean(typed.text, MAX_ADDRESS)}"
        if address is not None and rank is not None and (best is None or rank < best[0]):
            login = Login(origin(address), typed.user, typed.password) if typed.user else None
            best = rank, enclosure._replace(address=address, login=login)
    return best[1] if best else None


def best_recording(enclosures: Sequence[Enclosure], alternates: Sequence[Enclosure], base: str) -> Enclosure | None:
    """Return the likeliest recording; an alternate one only instead of none, or if it is audio instead of video."""
    best = best_audio(enclosures, base)
    if best is not None and (not alternates or recording_rank(best.kind, best.address) != VIDEO_RANK):
        return best
    other = best_audio(alternates, base)
    is_better = other is not None and (best is None or recording_rank(other.kind, other.address) == 0)
    return other if is_better else best


def best_transcript(offered: Sequence[tuple[str, str, str]], base: str, language: str) -> str | None:
    """Return the address of the most useful transcript of those offered (address, type, language)."""

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


def tables(value: object, most: int = 100_000) -> Iterator[dict[str, Any]]:
    """Yield the objects in a list of JSON; nothing for anything else."""
    for entry in value[:most] if isinstance(value, list) else ():
        if isinstance(entry, dict):
            yield entry


def _file_name(audio: Enclosure | None) -> str:
    """Return the name of a file in words."""
    name = PurePosixPath(unquote(urlsplit(audio.address).path)).stem if audio is not None else ""
    return name.replace("_", " ")


def make_item(
    raw: PublishedItem,
    texts: Sequence[str],
    audio: Enclosure | None = None,
    subtitle: str = "",
    keywords: str = "",
    lines: str = "",
    content: str = "",
) -> PublishedItem | None:
    """Return an item with clean texts and its audio; None if it has neither audio nor text.

    Args:
        raw: has guid and title as in the feed, without lone surrogates.
        texts: descriptions, HTML or plain; the first that is not empty becomes the summary, the longest the notes.
        subtitle: used if there is no description.
        keywords: separated by commas.
        lines: lines of HTML for the details, about persons and the like.
        content: the element that is meant for the whole text.
    """
    described = [text for text in texts if text]
    summary = next(filter(None, map(to_summary, described[:2])), "") or clean(subtitle, SUMMARY_LIMIT)
    notes = max(described, key=len, default="")
    has_more = "<" in notes or "\n" in notes or len(notes) > SUMMARY_LIMIT
    if lines:
        lines = f"<p>{lines.strip().replace(chr(10), '<br>')}</p>"
        notes, has_more = f"{notes[: MAX_HTML - len(lines)] or escape(subtitle)}{lines}", True
    name = clean(raw.title)
    if not name and not summary and audio is None:
        return None
    return raw._replace(
        guid=raw.guid.strip()[:MAX_GUID],
        title=name or clean(summary, TITLE_FROM_WORDS) or clean_title(_file_name(audio)),
        summary=summary,
        notes=notes[:MAX_HTML] if has_more else "",
        article="" if audio else _article(content, described),
        audio=audio.address if audio else None,
        size=audio.size if audio else None,
        login=audio.login if audio else None,
        duration=raw.duration or (audio.duration if audio else None),
        keywords=to_keywords(keywords),
    )


def _article(content: str, texts: Sequence[str]) -> str:
    """Return the whole text of an item without audio; empty if there is only a teaser."""
    html = content or max(texts, key=len, default="")
    if not content and len(html) < SHORTEST_ARTICLE:
        return ""
    end = to_text(html[-1_000:]).rstrip("\n »→>)]").lower()
    is_teaser = end.endswith(("…", "...")) or end.rstrip(". ").endswith(_TEASER_ENDS)
    return "" if is_teaser and len(html) < LONGEST_TEASER else html


def to_keywords(text: str) -> tuple[str, ...]:
    """Return distinct cleaned keywords from a list with commas."""
    if not text.strip(", "):
        return ()
    words = (clean(word, 60) for word in text[:MAX_LIST].split(","))
    return tuple(dict.fromkeys(word for word in words if word))[:MAX_KEYWORDS]
