"""Read newsboat's list of feeds, `urls`, and the queue of podboat, its downloader. Pure.

A line of `urls` is an address and tags; `~` before a tag makes it the title, `!` hides the feed. A line of `queue` is a
recording's address, its file, and what became of it.
"""

from __future__ import annotations

import re

from tui_pod.core.library.values import PLAYABLE_ENDINGS
from tui_pod.core.text.clean import clean, counted
from tui_pod.net.address import typed_address
from tui_pod.net.login import split_login
from tui_pod.shelf.opml import MAX_EPISODES, MAX_FEEDS, Entry, HeardEpisode, Imported

NAMES = ("urls", "queue")
"""The names of the two files."""

_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')
_MADE = ("query:", "exec:", "filter:")
"""Schemes of feeds that newsboat makes itself, from a search or a command."""

_PLAYED = (["played"], ["finished"])
"""What podboat writes behind recordings that were played."""


def parse_newsboat(content: bytes) -> Imported | None:
    """Return the contents of a file of newsboat; None if it is not one."""
    if content[:100].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return None
    text = content.decode("utf-8", "replace").lstrip("\ufeff")
    lines = [words for line in text.splitlines() if (words := _words(line)) and not words[0].startswith("#")]
    if not lines or not all(words[0].startswith(_MADE) or "://" in words[0] for words in lines):
        return None
    return _read_queue(lines) if all(map(_is_recording, lines)) else _read_feeds(lines)


def _is_recording(words: list[str]) -> bool:
    """Return whether a line has a recording, not a feed: its file has a path, or file or address end like one."""
    files = [word.partition("?")[0].lower() for word in words[:2]]
    return any(file.endswith(PLAYABLE_ENDINGS) for file in files) or files[-1].startswith("/")


def _words(line: str) -> list[str]:
    return [re.sub(r"\\(.)", r"\1", found[1]) if found[2] is None else found[2] for found in _WORD.finditer(line)]


def _read_queue(lines: list[list[str]]) -> Imported:
    played: list[HeardEpisode] = []
    queued: list[HeardEpisode] = []
    for address, *state in lines[:MAX_EPISODES]:
        is_played = state[1:2] in _PLAYED
        (played if is_played else queued).append(HeardEpisode(None, None, address, is_played=is_played))
    return Imported("newsboat", episodes=tuple(played), queue=tuple(queued))


def _read_feeds(lines: list[list[str]]) -> Imported:
    entries: dict[str, Entry] = {}
    made = bad = 0
    for address, *tags in lines[:MAX_FEEDS]:
        typed = split_login(address)
        named = typed_address(typed.text)
        if named is None:
            made += address.startswith(_MADE)
            bad += not address.startswith(_MADE)
            continue
        title = next((clean(tag[1:]) for tag in tags if tag.startswith("~")), "")
        topics = tuple((name,) for tag in tags if not tag.startswith(("~", "!")) and (name := clean(tag)))
        hidden = (("hidden", "yes"),) if any(tag.startswith("!") for tag in tags) else ()
        user = typed.user if ":" not in typed.user else ""
        entries[named] = Entry(named, title, topics, settings=hidden, user=user or None, password=typed.password)
    left = {"made by a search or a command": made, "without an http or https address": bad}
    said = tuple(f"{counted(count, 'feed')} {what}" for what, count in left.items() if count)
    return Imported("newsboat", tuple(entries.values()), left=said)
