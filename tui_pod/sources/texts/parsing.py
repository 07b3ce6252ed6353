"""Read one text of any kind, and plan how it is spoken. Runs in a process with limits: see `ForeignTexts`.

Of an e-book in EPUB 2 or 3 the words are in the order of the spine, with the chapters of its table of contents. Nothing
is extracted to the disk, and no entry is read beyond a limit, whatever the archive says.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
import sys
import zlib
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote
from zipfile import BadZipFile, ZipFile

from tui_pod.core.player.timeline import plan
from tui_pod.core.text.blocks import ParsedHtml, html_blocks, plain_blocks
from tui_pod.core.text.clean import clean, clean_title, fold, unescaped
from tui_pod.core.text.document import Block, Document
from tui_pod.runtime.files import read_start
from tui_pod.runtime.log import log_error
from tui_pod.runtime.xml import OVERLOAD, decode_document, read_xml
from tui_pod.sources.texts.kinds import ENDINGS, KINDLE, MARKDOWN, PAGES, ReadText, TextError

if TYPE_CHECKING:
    from markdown_it.rules_block import StateBlock

MAX_FILES = 5_000
"""Maximum number of files in a book; a large one has a few hundred."""

MAX_DIRECTORY = 4 * 1024 * 1024
"""Maximum number of bytes of its directory; a file takes some 120."""

MAX_PART = 8 * 1024 * 1024
"""Maximum number of bytes of one of its documents, unpacked."""

MAX_CONTENT = 64 * 1024 * 1024
"""Largest size of all documents together, unpacked (bytes)."""

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


class _File(FileIO):
    """A file of which no more than `most` bytes are read at once."""

    most = MAX_DIRECTORY

    def read(self, size: int | None = -1, /) -> bytes:
        """Return bytes, such as the directory of an archive, which is read at once. Raises TextError: too many."""
        if size is not None and size > self.most:
            raise TextError(f"it has more than {MAX_FILES:,} files")
        return super().read(size) or b""


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
        with _File(file) as opened, ZipFile(opened) as archive:
            opened.most = sys.maxsize
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


MAX_BYTES = 8 * 1024 * 1024
"""How many bytes of a text are read that is no e-book; the longest novels have 4 MB."""

MAX_SPOKEN = 5_000_000
"""How many bytes of words are kept: a hundred hours of speech."""

CUT = "The rest is left out: the text is too long."

MAX_PAGE = 2 * 1024 * 1024
"""Largest page from which the article is picked; a larger one is a book, and read whole."""

FEWEST_WORDS = 150
"""With fewer words, what was picked from a page is the article only if it is half of the page."""

SUMMARY, TITLE_FROM_WORDS = 600, 80
"""Characters of the summary, and of a title that is made from it."""

LOOKED, NEAR = 20_000, 8
"""How many lines of Markdown may be looked at in vain, and how many then belong to a quote."""

_CHARSET = re.compile(rb"""<meta\b[^<>]{0,200}?charset\s*=\s*["']?([A-Za-z0-9._-]{1,40})""", re.IGNORECASE)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""Characters that lxml refuses."""

_HTML = re.compile(r"<(?:!doctype|html|head|body|div|p|h1|article|section|table)\b", re.IGNORECASE)
_TAG = re.compile(r"</?(?:p|br|a|b|i|em|strong|div|span|ul|ol|li|h\d|img|blockquote|pre|table)\b", re.IGNORECASE)
_MARKDOWN = re.compile(r"^(?:#{1,6} \S|```|[*-] \S|> \S|\[[^\]\n]{1,80}\]: )|\]\(https?:", re.MULTILINE)
_FRONT = re.compile(r"---[ \t]*\n((?:(?!---[ \t]*\n).*\n){0,100})---[ \t]*\n")
_FRONT_LINE = re.compile(r"""^(title|author|lang|language):[ \t]*["']?([^\n"']{1,300})""", re.MULTILINE)
_ARCHIVED = re.compile(r"^(Title|Author):[ \t]*([^\n]{1,300})", re.MULTILINE)
"""What Project Gutenberg says of a plain text above it."""
_FOOTNOTE = re.compile(r"^\[\^[^\]\s]{1,40}\]:.*$|\[\^[^\]\s]{1,40}\]", re.MULTILINE)


def read_file(path: str, name: str, reads_code: bool, *_state: int) -> ReadText:
    """Return the text in a file.

    Args:
        path: of the file.
        name: what it was called, which is the title if there is no other, and says of which kind it is.
        reads_code: whether code is read too.

    Raises:
        TextError: it is of a kind that is not read, or has no words.
    """
    content = read_start(Path(path), MAX_BYTES + 1)
    ending = _ending(content, name)
    cover, picture = b"", ""
    if ending == ".epub":
        document, cover = read_epub(Path(path), reads_code)
    else:
        declared = _CHARSET.search(content[:4_000]) if ending in PAGES else None
        text = decode_document(content[:MAX_BYTES], declared[1].decode() if declared else None)
        if ending in PAGES:
            document, picture = _page(text, reads_code)
        elif ending in MARKDOWN:
            document = _markdown(text, reads_code)
        else:
            head = text[:4_000].replace("\r", "")
            facts = dict(_ARCHIVED.findall(head)) if "Project Gutenberg" in head else {}
            title, author = clean(facts.get("Title", "")), clean(facts.get("Author", ""))
            document = Document(title, tuple(plain_blocks(text)), author)
        if len(content) > MAX_BYTES:
            document = replace(document, blocks=(*document.blocks, Block("remark", CUT)))
    stem = name[: -len(ending)] if name.lower().endswith(ending) else name
    read = _composed(document, clean(stem.replace("_", " ")), ending not in MARKDOWN or bool(document.title))
    return read._replace(cover=b64encode(cover).decode(), picture=picture, ending=ending)


def read_article(title: str, html: str, language: str, reads_code: bool) -> ReadText | None:
    """Return an article of a feed; None if it has no words."""
    if not _TAG.search(html) and "&lt;" in html:
        html = unescaped(html)  # was escaped twice
    blocks = html_blocks(html, reads_code).blocks if _TAG.search(html) else plain_blocks(unescaped(html))
    if blocks and " appeared first on " in blocks[-1].text:  # as WordPress ends each item
        blocks.pop()
    try:
        return _composed(Document(title, tuple(blocks), language=language), "", has_title=True)
    except TextError:
        return None


def _ending(content: bytes, name: str) -> str:
    """Return the ending that the file should have. Raises TextError: it is of a kind that is not read."""
    ending = next((known for known in ENDINGS if name.lower().endswith(known)), "")
    if content.startswith(b"%PDF-") or ending == ".pdf":
        raise TextError("it is a PDF, which has pages instead of paragraphs; convert it with: pdftotext FILE.pdf")
    if content[60:68] == b"BOOKMOBI" or content.startswith((b"\xeaDRMION\xee", b"CONT\x02\0")) or ending in KINDLE:
        raise TextError("it is a book for Kindle; convert it with Calibre: ebook-convert FILE BOOK.epub")
    if content.startswith(b"PK\x03\x04"):
        return ".epub"
    if ending == ".epub":
        raise TextError("it is not an e-book (EPUB)")
    if b"\0" in content[:1_000] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise TextError("it is not a text")
    if ending:
        return ending
    start = content[:20_000].decode("utf-8", "replace")
    return ".html" if _HTML.search(start) else ".md" if _MARKDOWN.search(start) else ".txt"


def _markdown(text: str, reads_code: bool) -> Document:
    from markdown_it import MarkdownIt  # 50 ms: only for Markdown

    text = text.lstrip("\ufeff").replace("\r\n", "\n")
    facts: dict[str, str] = {}
    if front := _FRONT.match(text):
        facts = {name: clean(said) for name, said in _FRONT_LINE.findall(front[1])}
        text = text[front.end() :]
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    parser.block.ruler.at("blockquote", _quote, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    html = parser.render(_FOOTNOTE.sub("", _without_comments(text)))
    language = facts.get("lang") or facts.get("language", "")
    blocks = html_blocks(html, reads_code).blocks
    return Document(facts.get("title", ""), tuple(blocks), facts.get("author", ""), "", language.lower()[:20])


def _quote(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a quote of Markdown as the library does, for which it takes quadratic time.

    It looks at all lines up to an empty one, and leaves those after, say, a rule to the next quote. Once `LOOKED` were
    left so, a quote has `NEAR` lines.
    """
    from markdown_it.rules_block import blockquote  # loaded by then: only for Markdown

    is_quote = blockquote(state, start, end, True)
    if silent or not is_quote:
        return is_quote
    looked = state.env.get("looked", 0)
    most = min(end, start + max(NEAR, LOOKED - looked))
    last = next((line for line in range(start + 1, most) if state.isEmpty(line)), most)
    blockquote(state, start, last, False)
    state.env["looked"] = looked + last - state.line
    return True


def _without_comments(text: str) -> str:
    """Return Markdown without comments, for which the library takes quadratic time."""
    *parts, last = text.split("-->")
    return "".join(part.partition("<!--")[0] if "<!--" in part else f"{part}-->" for part in parts) + last


_SMALL_TABLE = re.compile(r"<table\b(?:(?!</?table\b|<(?:p|div|h[1-6])\b).)*</table\s*>", re.IGNORECASE | re.DOTALL)
"""A table of nothing but words."""
_HOLDER = "tui-pod-table-"
_HELD = re.compile(rf"<p>{_HOLDER}(\d{{1,6}})[, ]*</p>")


def _page(html: str, reads_code: bool) -> tuple[Document, str]:
    """Return the article of a page, and the address of its picture."""
    whole = html_blocks(html, reads_code)
    facts, blocks, title = whole.facts, whole.blocks, ""
    if len(html) <= MAX_PAGE:
        title, picked = _picked(html, reads_code)
        found, there = _count(picked.blocks), _count(blocks)
        if found >= FEWEST_WORDS or 2 * found >= there:
            blocks = picked.blocks
    title = facts.get("og:title") or title or facts.get("title", "")
    heading = next((block.text for block in blocks if block.kind == "heading"), "")
    title = heading if heading and fold(heading) in fold(title) else title  # without the name of the site
    author = next((said for name in ("author", "article:author") if "://" not in (said := facts.get(name, ""))), "")
    language = facts.get("lang", "").lower().replace("_", "-")
    return Document(clean(title), tuple(blocks), clean(author), "", language[:20]), facts.get("og:image", "")


def _picked(html: str, reads_code: bool) -> tuple[str, ParsedHtml]:
    """Return the title and the article of a page; nothing if they cannot be told from the rest."""
    try:
        from readability import Document as Page  # brings lxml: only in this process, and only for pages

        tables = list[str]()  # it drops small ones
        page = Page(_SMALL_TABLE.sub(partial(_held, tables), _CONTROLS.sub(" ", html)))
        article = _HELD.sub(lambda found: "".join(tables[int(found[1]) :][:1]), page.summary(html_partial=True))
        return page.short_title(), html_blocks(article, reads_code)
    except Exception as error:  # it raises whatever lxml does, and may not be installed: the page is read whole
        log_error(error, "readability")
        return "", ParsedHtml([])


def _held(tables: list[str], table: re.Match[str]) -> str:
    """Return a paragraph that stands for a table, which is added to `tables`; its commas make it look like prose."""
    tables.append(table[0])
    return f"<p>{_HOLDER}{len(tables) - 1}{', ' * 12}</p>"


def _composed(document: Document, name: str, has_title: bool) -> ReadText:
    """Return a document as it is kept, with its title as the first heading. Raises TextError: it has no words."""
    blocks = list(_within_limit(document.blocks))
    first = blocks[0] if blocks else None
    heading = first.text if first is not None and first.kind == "heading" else ""
    spoken = [block for block in blocks if block.kind != "remark"]
    said = clean(" ".join(block.text for block in spoken[:20] if block.kind != "heading"), SUMMARY)
    if not any(block.kind != "heading" for block in spoken):
        raise TextError("it has no words to read")
    title = document.title or (heading if first is not None and first.level == 1 else "") or name or heading
    has_title = has_title and bool(title)
    title = title or clean(said, TITLE_FROM_WORDS)
    if has_title and fold(title) not in fold(heading):
        blocks.insert(0, Block("heading", title, 1))
    timeline = plan(replace(document, title=clean_title(title), blocks=tuple(blocks)))
    words = "\n".join(block.text for block in spoken)
    marks = [(mark.start, mark.title) for mark in timeline.chapters]
    return ReadText(
        hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:32],
        clean_title(title),
        document.author,
        document.series,
        timeline.language,
        said,
        timeline.as_webvtt(),
        marks if marks[1:] else [],
        timeline.duration,
        _count(spoken),
    )


def _within_limit(blocks: Sequence[Block]) -> Iterator[Block]:
    left = MAX_SPOKEN
    for block in blocks:
        left -= len(block.text.encode("utf-8", "replace"))
        if left < 0:
            yield Block("remark", CUT)
            return
        yield block


def _count(blocks: Sequence[Block]) -> int:
    return sum(len(block.text.split()) for block in blocks)
