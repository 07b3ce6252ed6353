"""Lines for the details from tags of Podcasting 2.0, such as person, podroll and socialInteract.

Source: the Podcasting 2.0 namespace.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

from tui_pod.core.library.show_notes import RECOMMENDS
from tui_pod.core.library.values import to_seconds
from tui_pod.core.text.clean import clean, clock
from tui_pod.core.text.html_text import to_notes, to_text

LINE_LIMIT = 300
"""Maximum number of characters of a line without its link."""


def tag_line(key: str, text: str, attributes: Mapping[str, str]) -> str:
    """Return the line of an element as HTML with its link, or an empty text if it says nothing."""
    text = clean(to_text(text), LINE_LIMIT)
    link = next(filter(None, map(attributes.get, ("href", "url", "uri", "feedUrl"))), "").strip()
    is_web = link.startswith(("http://", "https://"))
    match key:
        case "podcast:person":
            role = clean(attributes.get("role", "") or "host", 40).capitalize()
            said = f"{role}: {text}" if text else ""
        case "podcast:funding":
            said = f"Support: {text or 'the podcast'}" if link else ""
        case "podcast:soundbite":
            start, length = (to_seconds(attributes.get(name, "")) for name in ("startTime", "duration"))
            times = f"at {clock(start)}, {length or 0:.0f} s" if start is not None else ""
            said = f"Soundbite: {text} ({times})".replace(":  (", ": (") if times else ""
        case "podcast:trailer":
            said = f"Trailer: {text or 'without a title'}" if link else ""
        case "podcast:liveitem":
            state = {"live": "Live now", "ended": ""}.get(attributes.get("status", "").lower(), "Live soon")
            when = clean(attributes.get("start", ""), 40)
            said = f"{state}: {' · '.join(filter(None, (text, when)))}" if state and (text or when) else ""
        case "podcast:remoteitem":  # one without an address can only be found with a key for Podcast Index
            said = f"{RECOMMENDS}{text or link}" if is_web else ""
        case "podcast:socialinteract":
            said = (
                f"Comments: {clean(attributes.get('accountId') or attributes.get('protocol', ''), 80)}"
                if is_web
                else ""
            )
        case _:
            said = ""
    if not said or not is_web:
        return escape(said)
    return f'<a href="{escape(link)}">{escape(said)}</a>'


def line_texts(lines: str) -> Iterator[str]:
    """Yield lines of HTML as text with the addresses of their links."""
    yield from filter(None, map(to_notes, lines.split("\n")))
