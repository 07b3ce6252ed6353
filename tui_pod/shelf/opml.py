"""Read and write lists of feeds: OPML 1 and 2, nested folders included. Fetches nothing.

Reads what other programs write: attributes in any case, any `type`, BOMs, Latin-1, broken `&`. Bad entries are
reported and skipped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import NamedTuple

from tui_pod.core.library.catalog import DURATION_FAULT
from tui_pod.core.library.podcast_settings import usable
from tui_pod.core.text.clean import clean, counted
from tui_pod.core.wall_time import believed
from tui_pod.net.address import typed_address
from tui_pod.net.login import split_login
from tui_pod.runtime.xml import XmlError, read_xml
from tui_pod.shelf.published import FeedError

MAX_OPML = 16 * 1024 * 1024
"""Largest list that is read (bytes)."""

MAX_SETTINGS = 40_000
"""Maximum number of characters of a feed's settings."""

MAX_FEEDS = 20_000
MAX_EPISODES = 500_000
"""Maximum number of episodes that are read from one export."""

WRAPPERS = ("feeds",)
"""Names of outlines that hold all feeds in the lists of Overcast and Pocket Casts: no topics."""

MAX_FOLDERS = 8
"""Maximum number of nested folders; feeds in deeper ones are put into the last."""

FIRST = "tui-pod-first"
"""Our own attribute: the first address of a feed, on which the ids of its episodes depend."""

SETTINGS = "tui-pod-settings"
"""Our own attribute: the settings of the feed that OPML does not cover, as a JSON object of texts."""

PRIVATE = "tui-pod-private"
"""Our own attribute, only in our own backup: the private origin that the listener allowed the feed."""

_OTHER_SCHEME = re.compile(r"(?!https?:)[a-z][a-z0-9+.-]{0,40}://")
"""What addresses start with that are no http(s) addresses."""

Folder = tuple[str, ...]
"""Names from outermost to innermost; empty for none."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A feed in a list."""

    address: str
    title: str = ""
    folders: tuple[Folder, ...] = ()
    """All folders it is in."""
    feed_id: str | None = None
    """Its first address; None if it is the same as `address`."""
    page: str | None = None
    settings: tuple[tuple[str, str], ...] = ()
    """The names of its settings and their texts, as in `podcast_settings`."""
    private: str | None = None
    """The private origin that the listener allowed it; ignored in lists from other programs."""
    user: str | None = None
    password: str = field(default="", repr=False)
    """With `user`, a login from the list; never written."""


class HeardEpisode(NamedTuple):
    """An episode that was played, marked or queued in another player."""

    podcast: str | None
    """Address of its feed, as that player has it; None if it has none, and only the recording identifies it."""
    guid: str | None
    """None if unknown."""
    audio: str | None
    """Address of its recording; None if unknown."""
    position: float = 0.0
    """Seconds; 0 when played."""
    duration: float | None = None
    is_played: bool = False
    when: datetime | None = None
    """When it was last played (UTC); None if unknown."""


class Imported(NamedTuple):
    """The contents of a list of podcasts, or of another player's export."""

    program: str | None
    """The name of the other player; None for a list of podcasts."""
    entries: tuple[Entry, ...] = ()
    episodes: tuple[HeardEpisode, ...] = ()
    """Those that were played or started."""
    faults: tuple[str, ...] = ()
    """What could not be used, for the listener."""
    queue: tuple[HeardEpisode, ...] = ()
    """What was to be played next, in order."""
    left: tuple[str, ...] = ()
    """What is not imported, such as `3 favourites`."""


def parse_opml(content: bytes, is_own: bool = False) -> Imported:
    """Return the feeds in a list, without duplicates, and what was wrong with other entries.

    The complete list of Overcast also has episodes. Our own backup may contain addresses of any source. Raises
    FeedError if it is not OPML, or is refused.
    """
    if len(content) > MAX_OPML:
        raise FeedError(f"The list is larger than {MAX_OPML // 1024**2} MB.")
    reader = _OutlineReader(is_own)
    try:
        is_whole = read_xml(content, None, reader)
    except XmlError as error:
        raise FeedError(str(error)) from None
    if not reader.is_opml:
        raise FeedError("This is not an OPML list.")
    faults = list(reader.faults)
    if not is_whole:
        faults.append("The list is cut off or broken; the readable part was used.")
    entries, heard = tuple(reader.entries.values()), reader.heard
    left = [counted(reader.playlists, "playlist")] if reader.playlists else []
    if reader.subscribed:  # only Overcast says so, and lists what was subscribed to before as well
        if former := len(entries) - len(reader.subscribed):
            left.append(f"{counted(former, 'podcast')} that you no longer subscribe to")
        entries = tuple(entry for entry in entries if entry.address in reader.subscribed)
        heard = [episode for episode in heard if episode.podcast in reader.subscribed]
    return Imported("Overcast" if heard else None, entries, tuple(heard), tuple(faults), left=tuple(left))


@dataclass(slots=True)
class _OutlineReader:
    """Collects entries, with the path of open folders. An `xml.Handler`."""

    is_own: bool
    is_opml: bool = False
    entries: dict[str, Entry] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    heard: list[HeardEpisode] = field(default_factory=list)
    subscribed: set[str] = field(default_factory=set)
    playlists: int = 0
    _path: list[str] = field(default_factory=list)
    _feed: str | None = None  # the address of the last feed; its episodes follow

    def restart(self) -> None:
        self.faults.clear()  # entries are kept, in case the repaired document has fewer
        self.heard.clear()
        self._path.clear()
        self.playlists = 0

    def abandon(self) -> None:
        self._path.clear()

    def text(self, data: str) -> None:
        pass  # everything is in attributes

    def start(self, name: str, attributes: dict[str, str], _: int) -> None:
        name = name.lower()
        if name == "opml":
            self.is_opml = True
        if name != "outline":
            return
        values = {key.lower(): value for key, value in attributes.items()}
        title = clean(values.get("title") or values.get("text") or "")
        address = values.get("xmlurl") or ""
        kind = values.get("type", "").strip().lower()
        if not address and kind in ("rss", "atom", "feed"):
            address = values.get("url") or ""
        if kind == "podcast-episode":
            self._path.append("")
            self._add_episode(values)
            return
        if address.strip():
            self._path.append("")  # entries inside a feed's entry belong to the feed's folder
            self._add(address, title, values)
            return
        is_wrapper = not self._path and title.lower() in WRAPPERS
        self._path.append("" if is_wrapper else title)
        self.playlists += kind == "podcast-playlist"
        if kind in ("link", "include") and values.get("url"):
            self._fault(f"“{title or clean(values['url'], 80)}” is a link to another list, which is not fetched.")
        elif kind in ("rss", "atom", "feed"):
            self._fault(f"“{title}” has no address.")

    def end(self, name: str, _: int) -> None:
        if name.lower() == "outline" and self._path:
            self._path.pop()

    def _add_episode(self, values: dict[str, str]) -> None:
        """Take over an episode of Overcast's complete export, if it was played or started."""
        try:
            position = float(values.get("progress") or 0)
        except ValueError:
            position = 0.0
        try:
            when = datetime.fromisoformat(values.get("userupdateddate", ""))
        except ValueError:
            when = None
        is_played = values.get("played") == "1"
        if self._feed and (is_played or 0 < position <= DURATION_FAULT) and len(self.heard) < MAX_EPISODES:
            known = believed(when.astimezone(UTC), datetime.now(UTC)) if when is not None else None
            audio, position = values.get("enclosureurl") or None, 0.0 if is_played else position
            self.heard.append(HeardEpisode(self._feed, None, audio, position, None, is_played, known))

    def _add(self, text: str, title: str, values: dict[str, str]) -> None:
        text, user, password = split_login(text)
        address = self._feed = self._address(text)
        if address is None:
            self._fault(f"“{title or clean(text, 80)}”: {clean(text, 80)} is not an http or https address.")
            return
        if values.get("subscribed") == "1":
            self.subscribed.add(address)
        if len(self.entries) >= MAX_FEEDS:
            self._fault(f"“{title or clean(text, 80)}” is over the {MAX_FEEDS:,} feeds that are read.")
            return
        folder = tuple(name for name in self._path if name)[:MAX_FOLDERS]
        entry = self.entries.get(address)
        if entry is None:
            feed_id, page = self._address(values.get(FIRST, "")), typed_address(values.get("htmlurl", ""))
            settings, user = _settings(values.get(SETTINGS, "")), user if ":" not in user else ""
            entry = Entry(address, title, (), feed_id, page, settings, values.get(PRIVATE), user or None, password)
        if folder and folder not in entry.folders:
            entry = replace(entry, folders=(*entry.folders, folder))
        self.entries[address] = entry

    def _address(self, text: str) -> str | None:
        return text if self.is_own and _OTHER_SCHEME.match(text) else typed_address(text)

    def _fault(self, text: str) -> None:
        if len(self.faults) < 100 and text not in self.faults:  # a broken document is read twice
            self.faults.append(text)


def _settings(text: str) -> tuple[tuple[str, str], ...]:
    """Return the settings in an attribute: those that mean something."""
    try:
        texts = json.loads(text[:MAX_SETTINGS]) if text else {}
    except (ValueError, RecursionError):
        return ()
    return tuple(usable(texts).items()) if isinstance(texts, dict) else ()


def write_opml(entries: Iterable[Entry], title: str = "tui-pod") -> str:
    """Return a list in OPML 2.0: folders nested, a feed in two folders twice, so that reading gives the same."""
    from xml.etree import ElementTree as ET  # here, since the program starts without writing a list

    root = ET.Element("opml", version="2.0")
    ET.SubElement(ET.SubElement(root, "head"), "title").text = title
    by_folder: dict[Folder, ET.Element] = {(): ET.SubElement(root, "body")}
    for entry in entries:
        for folder in entry.folders or ((),):
            for depth, name in enumerate(folder):
                if folder[: depth + 1] not in by_folder:
                    outline = ET.SubElement(by_folder[folder[:depth]], "outline", text=name, title=name)
                    by_folder[folder[: depth + 1]] = outline
            ET.SubElement(by_folder[folder], "outline", _attributes(entry))
    ET.indent(root)
    return str(ET.tostring(root, "utf-8", xml_declaration=True), "utf-8") + "\n"


def _attributes(entry: Entry) -> dict[str, str]:
    name = entry.title or entry.address
    values = {
        "text": name,
        "title": name,
        "type": "rss",
        "xmlUrl": entry.address,
        "htmlUrl": entry.page,
        FIRST: entry.feed_id if entry.feed_id != entry.address else None,
        SETTINGS: json.dumps(dict(entry.settings), ensure_ascii=False) if entry.settings else "",
        PRIVATE: entry.private,
    }
    return {key: value for key, value in values.items() if value}
