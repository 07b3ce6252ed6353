"""Read one text of any kind, and plan how it is spoken. Runs in a process with limits: see `ForeignTexts`."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from tui_pod.core.player.timeline import plan
from tui_pod.core.text.blocks import ParsedHtml, html_blocks, plain_blocks
from tui_pod.core.text.clean import clean, clean_title, fold, unescaped
from tui_pod.core.text.document import Block, Document
from tui_pod.runtime.files import read_start
from tui_pod.runtime.log import log_error
from tui_pod.runtime.xml import decode_document
from tui_pod.sources.texts.epub import read_epub
from tui_pod.sources.texts.kinds import ENDINGS, KINDLE, MARKDOWN, PAGES, ReadText, TextError

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

_CHARSET = re.compile(rb"""<meta\b[^<>]{0,200}?charset\s*=\s*["']?([A-Za-z0-9._-]{1,40})""", re.IGNORECASE)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""Characters that lxml refuses."""

_HTML = re.compile(r"<(?:!doctype|html|head|body|div|p|h1|article|section|table)\b", re.IGNORECASE)
_TAG = re.compile(r"</?(?:p|br|a|b|i|em|strong|div|span|ul|ol|li|h\d|img|blockquote|pre|table)\b", re.IGNORECASE)
_MARKDOWN = re.compile(r"^(?:#{1,6} \S|```|[*-] \S|> \S|\[[^\]\n]{1,80}\]: )|\]\(https?:", re.MULTILINE)
_FRONT = re.compile(r"---[ \t]*\n((?:(?!---[ \t]*\n).*\n){0,100})---[ \t]*\n")
_FRONT_LINE = re.compile(r"""^(title|author|lang|language):[ \t]*["']?([^\n"']{1,300})""", re.MULTILINE)
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
            document = Document("", tuple(plain_blocks(text)))
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
    html = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(_FOOTNOTE.sub("", text))
    language = facts.get("lang") or facts.get("language", "")
    blocks = html_blocks(html, reads_code).blocks
    return Document(facts.get("title", ""), tuple(blocks), facts.get("author", ""), "", language.lower()[:20])


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

        page = Page(_CONTROLS.sub(" ", html))
        return page.short_title(), html_blocks(page.summary(html_partial=True), reads_code)
    except Exception as error:  # it raises whatever lxml does, and may not be installed: the page is read whole
        log_error(error, "readability")
        return "", ParsedHtml([])


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
