"""Parse feeds: RSS with the iTunes and Podcasting 2.0 tags, Atom, JSON Feed.

Texts are cleaned, addresses are http(s) and absolute; empty items are skipped. Tags of Podcasting 2.0 such as person,
podroll and socialInteract become lines of the details. Fetches nothing.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from html import escape

from tui_pod.core.library.show_notes import RECOMMENDS
from tui_pod.core.library.values import to_duration, to_number, to_seconds, to_size, to_time
from tui_pod.core.player.snapshot import MAX_CHAPTERS, Chapter
from tui_pod.core.text.clean import clean, clock, unescaped
from tui_pod.core.text.html_text import to_notes, to_text
from tui_pod.net.address import absolute
from tui_pod.runtime.xml import MAX_TEXT, OVERLOAD, XmlError, read_xml
from tui_pod.shelf.published import FeedError, NotAFeed, Published, PublishedItem
from tui_pod.sources.items import (
    MAX_ITEMS,
    MAX_LIST,
    Enclosure,
    best_recording,
    best_transcript,
    make_item,
)
from tui_pod.sources.podcasts.json_feed import parse_json_feed

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


_PREFIXES = {
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "https://podcastindex.org/namespace/1.0": "podcast",
    "https://github.com/podcastindex-org/podcast-namespace/blob/main/docs/1.0.md": "podcast",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://search.yahoo.com/mrss/": "media",
    "http://podlove.org/simple-chapters": "psc",
    "http://www.w3.org/2005/atom": "atom",
    "http://purl.org/atom/ns": "atom",
    "http://purl.org/rss/1.0/": "rss",
    "http://my.netscape.com/rdf/simple/0.9/": "rss",
    "http://backend.userland.com/rss2": "rss",
    "http://backend.userland.com/rss": "rss",
}
"""The usual prefix of each namespace (in lower case); documents may use others, and many declare none."""

_TEXTS = frozenset((
    "title", "link", "guid", "id", "description", "summary", "content", "content:encoded", "pubDate", "published",
    "updated", "dc:date", "category", "subtitle", "language", "itunes:title", "itunes:duration", "itunes:summary",
    "itunes:subtitle", "itunes:keywords", "itunes:new-feed-url", "itunes:type", "itunes:season", "itunes:episode",
    "itunes:episodetype", "itunes:explicit", "podcast:guid", "podcast:season", "podcast:episode", "media:title",
    "media:description", "dc:language", "newlocation", "url", "logo", "icon", "ttl", "dc:title", "dc:description",
    "body", "fullitem", "tagline", "issued", "modified", "created", "dcterms:issued", "dcterms:modified",
))  # fmt: skip
_LINKS = frozenset((
    "enclosure", "media:content", "podcast:transcript", "podcast:chapters", "psc:chapter", "link", "atom:link",
    "category", "itunes:image", "itunes:link", "media:thumbnail",
))  # fmt: skip
_PICTURES = frozenset(("itunes:image", "itunes:link", "media:thumbnail"))
_TOLD = frozenset(
    ("podcast:person", "podcast:funding", "podcast:soundbite", "podcast:trailer", "podcast:socialinteract")
)
"""Elements of which the details have a line."""

_OTHERS = frozenset((
    "item", "entry", "channel", "feed", "redirect", "itunes:category", "podcast:alternateenclosure", "podcast:source",
    "podcast:liveitem", "podcast:contentlink", "podcast:podroll", "podcast:remoteitem",
))  # fmt: skip
_KEYS = {key.lower(): key for key in _TEXTS | _LINKS | _TOLD | _OTHERS}
MAX_TOLD = 50
"""Maximum number of lines about persons, funding and the like of one item or feed."""

MAX_NAMES = 2_000
"""Maximum number of different element names; a feed has about fifty."""

MAX_LINKS = 2_000
"""Most chapters, files and addresses of one item."""

_DESCRIPTIONS = (
    "description", "summary", "itunes:summary", "content:encoded", "content", "media:description", "dc:description",
    "body", "fullitem",
)  # fmt: skip
_WHOLE = ("content:encoded", "content", "body", "fullitem")
"""Elements for the whole text of an item."""

MAX_ARTICLE = 2_000_000
"""Maximum number of characters of a text of an item."""

_DATES = (
    "pubDate", "published", "issued", "dc:date", "dcterms:issued", "updated", "modified", "created", "dcterms:modified",
)  # fmt: skip
_TITLES = ("title", "itunes:title", "media:title", "dc:title")
_LANGUAGES = ("language", "dc:language", "xml:lang")
_ABOUT = ("description", "subtitle", "tagline", "dc:description", "itunes:summary", "itunes:subtitle")
"""Elements in which a feed describes itself."""

_BREAKS = frozenset(("p", "br", "div", "li"))


def parse_feed(content: bytes, address: str, charset: str | None = None) -> Published:
    """Return the feed in a document, whose address is the base of relative ones in it.

    Raises NotAFeed if it is something else, FeedError if it is refused.
    """
    if content[:200].lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return parse_json_feed(content, address)
    reader = _FeedReader(address)
    try:
        is_whole = read_xml(content, charset, reader)
    except XmlError as error:
        raise FeedError(str(error)) from None
    return reader.feed(is_partial=not is_whole)


def read_feed(content: str, address: str, charset: str | None) -> Published | str:
    """Return the feed in a document in base64, or why it is refused; nothing if it is something else."""
    try:
        return parse_feed(b64decode(content), address, charset)
    except FeedError as error:
        return "" if isinstance(error, NotAFeed) else str(error)


class _FeedReader:
    """Collects the fields of the channel and of each item, and converts them. An `xml.Handler`."""

    def __init__(self, address: str) -> None:
        self._address = address
        self.restart()

    def restart(self) -> None:
        self._names: dict[str, str] = {}
        self._aliases: dict[str, str] = {}
        self._base = self._address
        self._items: list[PublishedItem] = []
        self._count = 0
        self._channel: dict[str, str] = {}
        self._channel_links: list[tuple[str, dict[str, str]]] = []
        self._categories: list[tuple[str, ...]] = []
        self._is_feed = False
        self.abandon()

    def abandon(self) -> None:
        self._fields = self._channel
        self._links = self._channel_links
        self._is_in_item = False
        self._parent_depth = 0  # of the channel, or of the current item
        self._wanted = ""  # key of the element whose text is being collected
        self._wanted_depth = 0
        self._parts: list[str] = []
        self._size = 0
        self._attributes: dict[str, str] = {}  # of the element whose text is being collected
        self._outer: dict[str, str] = {}  # of the open alternate enclosure or live item
        self._live_depth = 0
        self._roll_depth = 0  # of the open podroll
        self._path: list[tuple[str, int]] = []  # names and depths of open categories
        self._defaults: list[
            tuple[str, int]
        ] = []  # usual prefixes of the namespaces of open elements, and their depths

    def start(self, name: str, attributes: dict[str, str], depth: int) -> None:
        if self._wanted:  # unescaped markup
            local = name.rpartition(":")[2].lower()
            if self._attributes.get("type") == "xhtml":
                self._parts.append(f"<{local}>")
            elif local in _BREAKS:
                self._parts.append("\n")
            return
        if attributes:
            self._learn(attributes, depth)
        if self._defaults and self._defaults[-1][0] and ":" not in name:
            name = f"{self._defaults[-1][0]}:{name}"
        key = self._names.get(name)
        if key is None:
            if len(self._names) > MAX_NAMES:
                raise FeedError(OVERLOAD)
            key = self._names[name] = self._named(name)
        if not key:
            return
        is_child = depth == self._parent_depth + 1
        if key in _LINKS and attributes and (is_child or self._is_in_item) and len(self._links) < MAX_LINKS:
            self._links.append((key, attributes))
        if key in _TOLD and is_child:
            self._wanted, self._wanted_depth, self._parts, self._size = key, depth, [], 0
            self._attributes = attributes
        elif self._live_depth and depth == self._live_depth + 1:
            if key == "title":
                self._wanted, self._wanted_depth, self._parts, self._size = "live title", depth, [], 0
                self._attributes = attributes
            elif key in ("enclosure", "podcast:contentlink"):
                self._outer["href"] = attributes.get("href") or self._outer.get("href") or attributes.get("url", "")
        elif key in _TEXTS:
            is_inner = key.startswith("media:") if self._is_in_item else key == "url"
            if is_child or is_inner:  # in a media:group, in the channel's image
                self._wanted, self._wanted_depth, self._parts, self._size = key, depth, [], 0
                self._attributes = attributes
                if attributes.get("type") in ("html", "xhtml"):
                    self._fields[f"{key} type"] = "html"
                elif key == "guid" and attributes.get("isPermaLink", "true").lower() != "false":
                    self._fields["permalink"] = self._base if "isPermaLink" in attributes else ""
        elif key in _OTHERS:
            self._open(key, attributes, depth)

    def _open(self, key: str, attributes: dict[str, str], depth: int) -> None:
        if key in ("item", "entry") and not self._is_in_item:
            self._is_feed = self._is_in_item = True
            self._fields, self._links, self._parent_depth = {}, [], depth
            if "xml:base" in attributes:
                self._fields["base"] = absolute(attributes["xml:base"], self._base) or self._base
        elif key in ("channel", "feed") and not self._is_in_item:
            self._is_feed, self._parent_depth = True, depth
        elif key == "redirect" and not self._is_in_item:  # the feed has moved
            self._parent_depth = depth
        elif key == "podcast:alternateenclosure" and self._is_in_item:
            self._outer = attributes
        elif key == "podcast:source" and self._is_in_item and len(self._links) < MAX_LINKS:
            kind = attributes.get("contentType") or self._outer.get("type", "")
            source = {"url": attributes.get("uri", ""), "type": kind, "length": self._outer.get("length", "")}
            self._links.append((key, source))
        elif key == "podcast:liveitem" and depth == self._parent_depth + 1 and not self._is_in_item:
            self._outer, self._live_depth = dict(attributes), depth
        elif key == "podcast:podroll" and depth == self._parent_depth + 1 and not self._is_in_item:
            self._roll_depth = depth
        elif key == "podcast:remoteitem" and self._roll_depth and depth == self._roll_depth + 1:
            self._add_line(tag_line(key, attributes.get("title", ""), attributes))
        elif key == "itunes:category" and not self._is_in_item:
            self._path.append((clean(attributes.get("text", "")), depth))
            self._categories.append(tuple(name for name, _ in self._path[-4:]))

    def end(self, name: str, depth: int) -> None:
        if self._defaults and depth == self._defaults[-1][1]:
            self._defaults.pop()
        if self._wanted:
            if depth == self._wanted_depth:
                self._keep("".join(self._parts).strip())
                self._wanted = ""
            elif self._attributes.get("type") == "xhtml":
                self._parts.append(f"</{name.rpartition(':')[2].lower()}>")
            return
        if depth == self._live_depth:
            self._add_line(tag_line("podcast:liveitem", self._outer.get("title", ""), self._outer))
            self._live_depth = 0
        elif depth == self._roll_depth:
            self._roll_depth = 0
        elif self._is_in_item and depth == self._parent_depth:
            self._count += 1
            item = self._item(self._fields, self._links) if self._count <= MAX_ITEMS else None
            if item is not None:
                self._items.append(item)
            path = self._path
            self.abandon()
            self._parent_depth, self._path = depth - 1, path
        elif self._path and depth == self._path[-1][1]:
            self._path.pop()
        elif self._names.get(name) == "redirect":
            self._parent_depth = depth - 1

    def text(self, data: str) -> None:
        if self._wanted and self._size < (MAX_ARTICLE if self._wanted in _DESCRIPTIONS else MAX_TEXT):
            self._size += len(data)
            self._parts.append(escape(data, quote=False) if self._attributes.get("type") == "xhtml" else data)

    def feed(self, is_partial: bool) -> Published:
        """Return the feed that was read. Raises NotAFeed if it is something else."""
        channel = self._channel
        moved_to = absolute(channel.get("itunes:new-feed-url") or channel.get("newlocation", ""))
        if not self._is_feed and moved_to is None:
            raise NotAFeed
        prefixes = {path[:length] for path in self._categories for length in range(1, len(path))}
        return Published(
            title=clean(unescaped(channel.get("title") or channel.get("dc:title", ""))),
            items=tuple(self._items),
            link=self._page(channel, self._channel_links),
            summary="\n".join(
                filter(None, (clean(to_text(_first(channel, _ABOUT))), *line_texts(channel.get("lines", ""))))
            ),
            guid=clean(channel.get("podcast:guid", ""), 100).lower() or None,
            moved_to=moved_to,
            is_serial=channel.get("itunes:type", "").strip().lower() == "serial",
            categories=tuple(path for path in dict.fromkeys(self._categories) if path not in prefixes and all(path)),
            language=clean(_first(channel, _LANGUAGES), 20).lower().replace("_", "-") or None,
            ttl=60.0 * (to_number(channel.get("ttl", "")) or 0),
            is_partial=is_partial,
            picture=self._picture(channel, self._channel_links),
            next_page=self._linked("next", channel, self._channel_links),
        )

    def _learn(self, attributes: dict[str, str], depth: int) -> None:
        """Read namespace declarations, the language and the base of relative addresses."""
        for name, value in attributes.items():
            if name.startswith("xmlns:"):
                usual = _usual_prefix(value)
                if usual is not None and self._aliases.get(name[6:]) != usual:
                    self._aliases[name[6:]] = usual
                    self._names.clear()
            elif name == "xmlns" and self._parent_depth:  # on a single element, as some programs write it
                self._defaults.append((_usual_prefix(value) or "", depth))
            elif name == "xml:lang" and not self._parent_depth:
                self._channel.setdefault(name, value)
            elif name == "xml:base" and not self._is_in_item and not self._items:
                self._base = absolute(value, self._base) or self._base

    def _named(self, name: str) -> str:
        """Return the key of an element from its written name; empty if it is not used."""
        prefix, _, local = name.rpartition(":")
        prefix = self._aliases.get(prefix, prefix).lower()
        if prefix == "rss" or (prefix == "atom" and local != "link"):
            prefix = ""
        key = _KEYS.get(f"{prefix}:{local}".lower() if prefix else local.lower(), "")
        return "link" if key == "atom:link" else key

    def _add_line(self, line: str) -> None:
        """Add a line to the details of the item or the feed."""
        former = self._fields.get("lines", "")
        if line and former.count("\n") < MAX_TOLD and f"{line}\n" not in former:
            self._fields["lines"] = f"{former}{line}\n"

    def _keep(self, text: str) -> None:
        if self._wanted in _TOLD:
            self._add_line(tag_line(self._wanted, text, self._attributes))
        elif self._wanted == "live title":
            self._outer["title"] = text
        elif self._wanted in ("category", "itunes:keywords"):
            former = self._fields.get(self._wanted, "")
            if len(former) < MAX_LIST:  # otherwise each of a million would copy all before it
                self._fields[self._wanted] = f"{former},{text}"
        elif text:
            self._fields.setdefault(self._wanted, text)

    def _linked(self, relation: str, fields: dict[str, str], links: list[tuple[str, dict[str, str]]]) -> str | None:
        for key, attributes in links:
            if key == "link" and attributes.get("rel", "alternate") == relation and attributes.get("href"):
                found = absolute(attributes["href"], fields.get("base", self._base))
                if found is not None:
                    return found
        return None

    def _page(self, fields: dict[str, str], links: list[tuple[str, dict[str, str]]]) -> str | None:
        linked = self._linked("alternate", fields, links)
        if linked is None and fields.get("link"):
            linked = absolute(fields["link"], fields.get("base", self._base))
        if linked is None and fields.get("guid") and "permalink" in fields:
            linked = absolute(fields["guid"], fields["permalink"])
        return linked

    def _picture(self, fields: dict[str, str], links: list[tuple[str, dict[str, str]]]) -> str | None:
        base = fields.get("base", self._base)
        named = [values.get("href") or values.get("url", "") for key, values in links if key in _PICTURES]
        named += [fields.get(key, "") for key in ("logo", "url", "icon")]
        return next((found for address in named if address and (found := absolute(address.strip(), base))), None)

    def _item(self, fields: dict[str, str], links: list[tuple[str, dict[str, str]]]) -> PublishedItem | None:
        base = fields.get("base", self._base)
        get = fields.get
        enclosures: list[Enclosure] = []
        transcripts: list[tuple[str, str, str]] = []
        marks: list[Chapter] = []
        chapters = None
        keywords = get("category", "") + "," + get("itunes:keywords", "")
        alternates: list[Enclosure] = []
        for key, values in links:
            address = values.get("url") or values.get("href") or ""
            if key == "enclosure" or key == "media:content" or values.get("rel") == "enclosure":
                kind = values.get("type") or ("" if key != "media:content" else f"{values.get('medium', 'text')}/")
                size = to_size(values.get("length") or values.get("fileSize", ""))
                length, is_attached = to_duration(values.get("duration", "")), key != "media:content"
                enclosures.append(Enclosure(address, kind, length, size, is_attached=is_attached))
            elif key == "podcast:source":
                alternates.append(Enclosure(address, values["type"], None, to_size(values["length"])))
            elif key == "podcast:transcript":
                transcripts.append((address, values.get("type", ""), values.get("language", "")))
            elif key == "podcast:chapters" and chapters is None:
                chapters = absolute(address, base)
            elif key == "psc:chapter" and len(marks) < MAX_CHAPTERS:
                start = to_seconds(values.get("start", ""))
                if start is not None:
                    named = map(values.get, ("href", "image"))
                    shown = ((absolute(address, base) if address else None) or "" for address in named)
                    marks.append(Chapter(start, clean(values.get("title", "")), *shown))
            elif key == "category":
                keywords += "," + (values.get("label") or values.get("term") or "")
        season, number = (to_number(get(f"itunes:{key}") or get(f"podcast:{key}", "")) for key in ("season", "episode"))
        title = _first(fields, _TITLES)
        raw = PublishedItem(
            guid=get("guid") or get("id", ""),
            title=to_text(title) if get("title type") == "html" else unescaped(title),
            link=self._page(fields, links) or self._linked("self", fields, links) or absolute(get("id", "")),
            published=next((time for key in _DATES if key in fields and (time := to_time(fields[key]))), None),
            duration=to_duration(get("itunes:duration", "")),
            transcript=best_transcript(transcripts, base, self._channel.get("language", "")),
            chapters=chapters,
            marks=tuple(sorted(marks, key=lambda mark: mark.start)),
            season=season,
            number=number,
            type=kind if (kind := get("itunes:episodetype", "").strip().lower()) in ("trailer", "bonus") else None,
            is_explicit=get("itunes:explicit", "").strip().lower() in ("yes", "true", "explicit"),
            picture=self._picture({}, links),
        )
        texts = [get(key, "") for key in _DESCRIPTIONS]
        audio = best_recording(enclosures, alternates, base)
        whole = _first(fields, _WHOLE)
        return make_item(raw, texts, audio, get("itunes:subtitle", ""), keywords, get("lines", ""), whole)


def _first(fields: dict[str, str], keys: Sequence[str]) -> str:
    """Return the first of these fields that is not empty."""
    return next((fields[key] for key in keys if fields.get(key)), "")


def _usual_prefix(namespace: str) -> str | None:
    """Return the usual prefix of a namespace; None if it is not used."""
    namespace = namespace.strip().lower()
    return _PREFIXES.get(namespace) or _PREFIXES.get(namespace + "/")
