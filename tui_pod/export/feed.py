"""A podcast feed of chosen episodes, for players that know nothing of tui-pod."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, time
from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

from tui_pod.core.library.episode import Episode
from tui_pod.core.player.snapshot import Chapter

TYPES = {
    ".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".m4b": "audio/mp4", ".mp4": "audio/mp4", ".aac": "audio/aac",
    ".ogg": "audio/ogg", ".opus": "audio/ogg", ".flac": "audio/flac", ".wav": "audio/wav", ".webm": "audio/webm",
    ".json": "application/json+chapters", ".xml": "application/rss+xml", ".png": "image/png", ".webp": "image/webp",
    ".jpg": "image/jpeg", ".jpeg": "image/jpeg",
}  # fmt: skip
"""Media types by the ends of names."""

_ITUNES, _PODCAST = "http://www.itunes.com/dtds/podcast-1.0.dtd", "https://podcastindex.org/namespace/1.0"


def ending_of(*names: str) -> str:
    """Return the first known ending of names and addresses; that of an mp3 if there is none."""
    ends = (f".{name.partition('?')[0].rpartition('.')[2].lower()}" for name in names)
    return next((end for end in ends if end in TYPES), ".mp3")


def feed_item(number: int, ident: str, episode: Episode, audio: str, size: int, picture: str, chapters: str) -> str:
    """Return an item. Files are addresses, empty for none; the size of the audio is in bytes, 0 if unknown."""
    tags = [_tag("title", episode.title), _tag("guid", ident, isPermaLink="false"),
            _tag("description", episode.summary), _tag("itunes:episode", str(number)),
            _tag("enclosure", url=audio, length=str(size), type=TYPES[ending_of(audio)])]  # fmt: skip
    if episode.duration:
        tags.append(_tag("itunes:duration", str(round(episode.duration))))
    if episode.published:
        tags.append(_tag("pubDate", format_datetime(datetime.combine(episode.published, time(), UTC))))
    if picture:
        tags.append(_tag("itunes:image", href=picture))
    if chapters:
        tags.append(_tag("podcast:chapters", url=chapters, type=TYPES[".json"]))
    return f"<item>{''.join(tags)}</item>\n"


def feed_text(title: str, description: str, link: str, picture: str, items: Iterable[str]) -> str:
    """Return a feed as RSS, in the order of its items."""
    tags = (_tag("title", title), _tag("description", description), _tag("link", link), _tag("itunes:type", "serial"),
            _tag("itunes:image", href=picture))  # fmt: skip
    head = f'<rss version="2.0" xmlns:itunes="{_ITUNES}" xmlns:podcast="{_PODCAST}">'
    start = '<?xml version="1.0" encoding="utf-8"?>'
    return f"{start}\n{head}<channel>{''.join(tags)}\n{''.join(items)}</channel></rss>\n"


def _tag(name: str, text: str = "", **attributes: str) -> str:
    words = " ".join((name, *(f"{key}={quoteattr(value)}" for key, value in attributes.items())))
    return f"<{words}>{escape(text)}</{name}>"


def chapters_text(chapters: Iterable[Chapter], start: float) -> str:
    """Return chapters as podcast players read them, for a recording that begins at `start` (seconds)."""
    rows = [{"startTime": round(each.start - start, 3), "title": each.title} for each in chapters]
    return json.dumps({"version": "1.2.0", "chapters": rows})
