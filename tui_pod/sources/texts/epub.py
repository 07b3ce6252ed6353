"""Read an e-book in EPUB 2 or 3: its words in the order of the spine, with the chapters of its table of contents.

Nothing is extracted to the disk, and no entry is read beyond a limit, whatever the archive says. Runs in a process with
limits; knows nothing of where the file comes from.
"""

from __future__ import annotations

import posixpath
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote
from zipfile import BadZipFile, ZipFile

from tui_pod.core.text.blocks import html_blocks
from tui_pod.core.text.clean import clean, fold
from tui_pod.core.text.document import Block, Document
from tui_pod.runtime.xml import OVERLOAD, decode_document, read_xml
from tui_pod.sources.texts.kinds import TextError

MAX_FILES = 5_000
"""Maximum number of files in a book; a large one has a few hundred."""

MAX_PART = 8 * 1024 * 1024
"""Maximum number of bytes of one of its documents, unpacked."""

MAX_CONTENT = 64 * 1024 * 1024
"""Maximum number of bytes of all documents that are read, unpacked."""

MAX_COVER = 2 * 1024 * 1024
"""Largest cover that is kept (bytes)."""

MAX_ENTRIES = 5_000
"""Maximum number of entries of a table of contents."""

MAX_VALUE = 2_000
"""Maximum number of characters of one element of XML that are used."""

FEWEST_ENTRIES = 2
"""A table of contents with fewer entries says less than the headings."""

_FONTS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
"""How fonts are obfuscated; any other encryption hides the words."""

_WORD, _NUMERAL = re.compile(r"\w+"), re.compile(r"\d+|[ivxlc]+")


@dataclass(slots=True)
class _Element:
    name: str
    values: Mapping[str, str]
    depth: int
    text: str = ""


@dataclass(slots=True)
class _Elements:
    """Collects the elements of a document in order, by their local names. An `xml.Handler`."""

    found: list[_Element] = field(default_factory=list)
    _open: list[_Element] = field(default_factory=list)

    def start(self, name: str, attributes: dict[str, str], depth: int) -> None:
        values = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        element = _Element(name.rpartition(":")[2], values, depth)
        self.found.append(element)
        self._open.append(element)

    def end(self, _: str, __: int) -> None:
        self._open.pop()

    def text(self, data: str) -> None:
        for element in self._open:
            if len(element.text) < MAX_VALUE:
                element.text += data

    def abandon(self) -> None:
        self._open.clear()

    def restart(self) -> None:
        self.found.clear()
        self._open.clear()


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry of the table of contents."""

    file: str
    anchor: str
    title: str
    level: int


class _Archive:
    """The files of a book."""

    def __init__(self, archive: ZipFile) -> None:
        if len(archive.infolist()) > MAX_FILES:
            raise TextError(f"it has more than {MAX_FILES:,} files")
        self._archive, self._left = archive, MAX_CONTENT
        self._names = {posixpath.normpath(name): name for name in archive.namelist()}
        self._folded = {name.lower(): name for name in self._names}

    def read(self, name: str, most: int = MAX_PART) -> bytes:
        """Return the content of a file; empty if there is none. Raises TextError: it is too long."""
        stored = self._names.get(name) or self._names.get(self._folded.get(name.lower(), ""))
        if stored is None:
            return b""
        with self._archive.open(stored) as file:
            content = file.read(min(most, self._left) + 1)
        self._left -= len(content)
        if len(content) > most or self._left < 0:
            raise TextError(OVERLOAD)
        return content

    def elements(self, name: str) -> list[_Element]:
        """Return the elements of an XML file; none if there is no such file. Raises XmlError."""
        reader = _Elements()
        if content := self.read(name):
            read_xml(content, None, reader)
        return reader.found


def read_epub(file: Path, reads_code: bool = False) -> tuple[Document, bytes]:
    """Return an e-book and its cover, which is empty if it has none.

    Raises:
        TextError: it is damaged, protected or has no words.
        XmlError: it is refused.
    """
    try:
        with ZipFile(file) as archive:
            return _read(_Archive(archive), reads_code)
    except (BadZipFile, EOFError, zlib.error, ValueError, NotImplementedError, OSError) as error:
        raise TextError("the file is damaged") from error
    except RuntimeError as error:  # zipfile's: a password is needed
        raise TextError("it is protected by a password") from error


def _read(archive: _Archive, reads_code: bool) -> tuple[Document, bytes]:
    methods = (one for one in archive.elements("META-INF/encryption.xml") if one.name == "EncryptionMethod")
    if any(method.values.get("Algorithm") not in _FONTS for method in methods):
        raise TextError("it has copy protection (DRM), so only the shop's own program can open it")
    roots = (one.values.get("full-path", "") for one in archive.elements("META-INF/container.xml"))
    package = posixpath.normpath(next(filter(None, roots), "") or "content.opf")
    elements = archive.elements(package)
    items = {one.values.get("id", ""): one.values for one in elements if one.name == "item"}
    files = {ident: _within(package, values.get("href", "")) for ident, values in items.items()}
    left_out = {files[ident] for ident, values in items.items() if "nav" in values.get("properties", "").split()}
    references = (one.values for one in elements if one.name == "reference")
    left_out |= {_within(package, one.get("href", "")) for one in references if one.get("type") == "toc"}
    spine = [
        files[ident]
        for one in elements
        if one.name == "itemref" and one.values.get("linear") != "no"
        if (ident := one.values.get("idref", "")) in files
    ]
    contents = _contents(archive, elements, items, files)
    blocks = tuple(_blocks(archive, [name for name in spine if name not in left_out], contents, reads_code))
    if all(block.kind in ("heading", "remark") for block in blocks):
        raise TextError("it has no text, only pictures" if spine else "it is damaged, or no e-book (EPUB)")
    return _described(elements, blocks), _cover(archive, elements, items, files)


def _blocks(archive: _Archive, spine: Sequence[str], contents: Sequence[_Entry], reads_code: bool) -> Iterator[Block]:
    """Yield the blocks of all documents, with the entries of the table of contents as the only headings."""
    by_file: dict[str, list[_Entry]] = {name: [] for name in spine}
    for entry in contents:
        by_file.get(entry.file, []).append(entry)
    has_contents = len({entry.title for entries in by_file.values() for entry in entries}) >= FEWEST_ENTRIES
    for name in by_file:
        parsed = html_blocks(decode_document(archive.read(name), None), reads_code)
        headings: dict[int, list[Block]] = {}
        for entry in by_file[name] if has_contents else ():
            place = parsed.anchors.get(entry.anchor, 0)
            headings.setdefault(place, []).append(Block("heading", entry.title, min(6, entry.level)))
        titled: set[str] = set()  # the words of the entry before, until its text begins
        for place, block in enumerate(parsed.blocks):
            if place in headings:
                yield from headings[place]
                titled = _words(headings[place][-1].text)
            is_heading = has_contents and block.kind == "heading"
            if titled and _repeats(block, titled):
                continue
            titled = titled if is_heading else set()
            yield Block("paragraph", block.text) if is_heading else block
        yield from headings.get(len(parsed.blocks), ())  # of a picture


def _repeats(block: Block, titled: set[str]) -> bool:
    """Return whether a block only says again what the entry of the table of contents said, perhaps with a number."""
    words = _words(block.text[:MAX_VALUE])
    is_numbered = block.kind == "heading" and titled <= words and all(map(_NUMERAL.fullmatch, words - titled))
    return is_numbered or words <= titled


def _words(title: str) -> set[str]:
    return set(_WORD.findall(fold(title))) - {"chapter", "part", "book"}


def _contents(
    archive: _Archive, elements: Sequence[_Element], items: Mapping[str, Mapping[str, str]], files: Mapping[str, str]
) -> list[_Entry]:
    """Return the table of contents: that of EPUB 3 if there is one, or else that of EPUB 2."""
    for ident, values in items.items():
        if "nav" in values.get("properties", "").split() and (found := _nav(archive, files[ident])):
            return found
    named = next((one.values.get("toc", "") for one in elements if one.name == "spine"), "")
    kinds = (ident for ident, values in items.items() if values.get("media-type") == "application/x-dtbncx+xml")
    ident = named if named in files else next(kinds, "")
    return _ncx(archive, files[ident]) if ident else []


def _nav(archive: _Archive, name: str) -> list[_Entry]:
    found: list[_Entry] = []
    top: int | None = None
    for one in archive.elements(name):
        if top is not None and one.depth <= top:
            break
        if one.name == "nav" and "toc" in one.values.get("type", "").split():
            top = one.depth
        elif top is not None and one.name == "a" and len(found) < MAX_ENTRIES:
            found += _entry(name, one.values.get("href", ""), one.text, (one.depth - top - 1) // 2)
    return found


def _ncx(archive: _Archive, name: str) -> list[_Entry]:
    found: list[_Entry] = []
    top, label = None, ""
    for one in archive.elements(name):
        if one.name == "navMap":
            top = one.depth
        elif one.name in ("pageList", "navList"):
            break
        elif one.name == "text":
            label = one.text
        elif one.name == "content" and top is not None and len(found) < MAX_ENTRIES:
            found += _entry(name, one.values.get("src", ""), label, one.depth - top - 1)
    return found


def _entry(base: str, link: str, title: str, level: int) -> list[_Entry]:
    target, _, anchor = link.partition("#")
    said = clean(title)
    return [_Entry(_within(base, target), unquote(anchor)[:200], said, max(1, level))] if said else []


def _within(base: str, link: str) -> str:
    """Return the name of the file that a link in another one means; it may name none."""
    target = unquote(link.partition("#")[0])
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), target)) if target else base


def _described(elements: Sequence[_Element], blocks: tuple[Block, ...]) -> Document:
    """Return the book with what its metadata say."""
    refined: dict[tuple[str, str], str] = {}
    named: dict[str, str] = {}
    for one in elements:
        if one.name == "meta":
            refined.setdefault((one.values.get("refines", "")[1:], one.values.get("property", "")), one.text.strip())
            named.setdefault(one.values.get("name", ""), one.values.get("content", "").strip())

    def texts(name: str) -> list[str]:
        return [said for one in elements if one.name == name and (said := clean(one.text))]

    creators = [one for one in elements if one.name == "creator" and clean(one.text)]
    roles = [one.values.get("role") or refined.get((one.values.get("id", "-"), "role"), "aut") for one in creators]
    authors = [clean(one.text) for one, role in zip(creators, roles, strict=True) if role == "aut"]
    series, number = named.get("calibre:series", ""), named.get("calibre:series_index", "")
    collection = next((one for one in elements if one.values.get("property") == "belongs-to-collection"), None)
    if collection is not None:
        series, ident = collection.text, collection.values.get("id", "-")
        number = refined.get((ident, "group-position"), "")
    series = clean(series)
    if series and re.fullmatch(r"\d{1,4}(?:\.\d{1,2})?", number):
        series = f"{series} {number.removesuffix('.0')}"
    authors = authors or [clean(one.text) for one in creators]
    return Document(
        next(iter(texts("title")), ""),
        blocks,
        clean(", ".join(dict.fromkeys(authors))),
        series,
        next(iter(texts("language")), "")[:20].lower().replace("_", "-"),
    )


def _cover(
    archive: _Archive, elements: Sequence[_Element], items: Mapping[str, Mapping[str, str]], files: Mapping[str, str]
) -> bytes:
    named = [one.values.get("content", "") for one in elements if one.values.get("name") == "cover"]
    marked = [ident for ident, values in items.items() if "cover-image" in values.get("properties", "").split()]
    for ident in (*marked, *named):
        if ident in items and items[ident].get("media-type", "").startswith("image/"):
            try:
                return archive.read(files[ident], MAX_COVER)
            except TextError:  # a book is worth more than its cover
                break
    return b""
