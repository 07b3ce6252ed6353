"""Read a JSON Feed (jsonfeed.org, version 1 and 1.1)."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from tui_pod.core.library.values import to_duration, to_size, to_time
from tui_pod.core.text.clean import clean, unescaped, without_surrogates
from tui_pod.net.address import absolute
from tui_pod.shelf.published import FeedError, NotAFeed, Published, PublishedItem
from tui_pod.sources.items import MAX_ITEMS, Enclosure, best_audio, make_item, tables

MAX_JSON = 8 * 1024 * 1024
"""Largest feed that is read (bytes): the parser blocks the interpreter for a hundred milliseconds at this size."""


def parse_json_feed(content: bytes, address: str) -> Published:
    """Return the feed in a JSON document. Raises NotAFeed, or FeedError if it is too large."""
    if len(content) > MAX_JSON:
        raise FeedError(f"The feed is larger than {MAX_JSON // 1024**2} MB.")
    try:
        data = json.loads(content.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        raise NotAFeed from None
    if not isinstance(data, dict) or not isinstance(data.get("items"), list):
        raise NotAFeed
    base = absolute(_text(data, "feed_url"), address) or address
    items = [item for entry in tables(data["items"]) if (item := _item(entry, base)) is not None]
    return Published(
        title=clean(unescaped(_text(data, "title"))),
        items=tuple(items[:MAX_ITEMS]),
        link=_address(data, base, "home_page_url"),
        summary=clean(_text(data, "description")),
        language=clean(_text(data, "language"), 20).lower() or None,
        picture=_address(data, base, "icon", "favicon"),
        next_page=_address(data, base, "next_url"),
    )


def _item(entry: dict[str, Any], base: str) -> PublishedItem | None:
    enclosures = [
        Enclosure(
            _text(file, "url"),
            _text(file, "mime_type"),
            to_duration(_text(file, "duration_in_seconds")),
            to_size(_text(file, "size_in_bytes")),
        )
        for file in tables(entry.get("attachments"))
    ]
    audio = best_audio(enclosures, base)
    tags = entry.get("tags")
    plain = escape(_text(entry, "content_text"), quote=False)
    texts = [escape(_text(entry, "summary"), quote=False), _text(entry, "content_html"), plain]
    raw = PublishedItem(
        guid=_text(entry, "id"),
        title=unescaped(_text(entry, "title")),
        link=_address(entry, base, "url", "external_url"),
        published=to_time(_text(entry, "date_published") or _text(entry, "date_modified")),
        picture=_address(entry, base, "image", "banner_image"),
    )
    words = [without_surrogates(tag) for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []
    return make_item(raw, texts, audio, keywords=",".join(words), content=texts[1] or plain)


def _address(table: dict[str, Any], base: str, *keys: str) -> str | None:
    """Return the first of these addresses that is present."""
    text = next(filter(None, (_text(table, key) for key in keys)), "")
    return absolute(text, base) if text else None


def _text(table: dict[str, Any], key: str) -> str:
    """Return a value as text; numbers are accepted, since ids are often written as numbers."""
    value = table.get(key)
    if isinstance(value, str):
        return without_surrogates(value)
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15 else ""
