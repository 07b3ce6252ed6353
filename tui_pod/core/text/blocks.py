"""Turn HTML and plain text into blocks that one can follow by ear. Pure, and linear in the length of the text.

Notes, page numbers, navigation, scripts and the targets of links are left out; code and large tables are announced.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from string import ascii_uppercase

from tui_pod.core.text.clean import clean
from tui_pod.core.text.document import Block, BlockKind
from tui_pod.core.text.html_text import without_open_tag

MAX_BLOCK = 100_000
"""Longest block, in characters; the rest is cut."""

MAX_BLOCKS = 200_000
"""Maximum number of blocks of a text; a long novel has 10,000."""

MAX_COLUMNS = 4
"""Maximum number of columns of a table that is read row by row."""

MAX_CELL = 300
"""Longest cell of such a table, in characters; longer ones are paragraphs that a table arranges."""

MAX_SPAN = 100
"""Maximum number of columns or rows that one cell spans."""

MAX_DEPTH = 40
"""Maximum number of lists or tables within each other that are told apart."""

CODE, TABLE, FORMULA, DONE = "Code, left out.", "A table, left out.", "a formula", "Done: "

_SKIPPED = frozenset(
    "script style template iframe svg canvas object audio video noscript noembed noframes button select textarea nav"
    " dialog rt rp math datalist del s strike".split()
)
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_BLOCKS = frozenset(
    "p div section article main header footer aside body figure figcaption dl dt dd address center details summary"
    " fieldset form hgroup legend caption hr".split()
)
_UNCLOSED = frozenset("p li dt dd td th tr".split())
"""Elements that end where another one begins: many have no end tag."""

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_LEFT_OUT = frozenset(
    "noteref footnote footnotes endnote endnotes rearnote rearnotes pagebreak page-list toc landmarks doc-noteref"
    " doc-footnote doc-endnote doc-endnotes doc-pagebreak doc-pagelist doc-backlink doc-toc navigation search".split()
)
"""Words in `epub:type` and `role` of what is not read."""
_CLASSES = frozenset(
    "footnote footnotes footnote-ref footnote-back footnote-backref noteref pagenum pageno page-number references"
    " pg-boilerplate mw-editsection mw-jump-link noprint hatnote ambox navbox inline-template".split()
)
"""Classes of the same, as pandoc, Project Gutenberg and MediaWiki write them."""
_NO_PICTURE = frozenset("image img photo picture cover title logo icon figure".split())
"""Descriptions that say nothing."""
_NOTE_MARK = re.compile(r"[\[(]?(?:\d{1,4}|[*†‡§¶]{1,3}|[a-z])[\])]?")
_TASK = re.compile(r"\[([ xX])\] ")
"""The box of a task in a list; a cross says that it is done."""
_RAISED = str.maketrans("0123456789-−+n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻⁺ⁿ")
_SYMBOLS = re.compile(r"[{}<>=;()\[\]|\\/$_]")
_CODE_LIKE = 30
"""Preformatted text is code if it has more than one symbol for so many characters."""

_GAP = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_CHAPTER = re.compile(
    r"(?:chapter|part|book|section|act|scene|canto|letter|kapitel|teil|chapitre|partie|cap[ií]tulo)\b.{0,80}"
    r"|(?:[IVXLC]{1,8}|\d{1,3})\.?|prologue|epilogue|preface|introduction|foreword|contents",
    re.IGNORECASE,
)
_BANNER = re.compile(r"\*\*\* ?(START|END) OF TH[EI]S? PROJECT GUTENBERG[^\n]*")
_ADDED = re.compile(r"\[(?:\d{1,4}|(?:Footnote|Illustration|Transcriber|Sidenote)\b[^\[\]]{0,2000})\]")
"""Marks of notes, and what Project Gutenberg adds to a text."""
_EMPHASIS = re.compile(r"(?<!\w)_([^_\n]{1,200})_(?!\w)")
_WRAPPED = 100
"""Plain text with longer lines on average has a paragraph a line."""


@dataclass(slots=True)
class ParsedHtml:
    """What HTML contains."""

    blocks: list[Block]
    anchors: dict[str, int] = field(default_factory=dict)
    """By id: the index of the block that follows."""
    facts: dict[str, str] = field(default_factory=dict)
    """`title`, `lang`, and the content of `<meta>` by name or property."""


@dataclass(slots=True)
class _Table:
    sink: list[Block]
    """Where it is inserted."""
    rows: list[list[list[Block]]] = field(default_factory=list)
    held: dict[int, tuple[int, list[Block]]] = field(default_factory=dict)
    """By column: how many further rows a cell reaches into, and what is in it."""
    heads: int = 0
    """Cells of the first row that are heads."""
    arranges: bool = False
    """Whether it only arranges a page."""

    def fill(self, is_end: bool = False) -> None:
        """Put cells of rows above that reach into this one before its next cell, or up to its end."""
        row = self.rows[-1] if self.rows else []
        while self.rows and (held := self.held.get(len(row))) is not None:
            self.held[len(row)] = held[0] - 1, held[1]
            if held[0] <= 1:
                del self.held[len(row)]
            row.append(held[1])
        if is_end and self.rows and self.held and max(self.held) >= len(row):
            row.append([])
            self.fill(is_end)

    def add(self, cell: list[Block], values: Mapping[str, str]) -> None:
        """Add a cell, which may span columns and rows."""
        self.fill()
        columns, down = (_count(values.get(name, "")) for name in ("colspan", "rowspan"))
        for number in range(columns):
            if down > 1:
                self.held[len(self.rows[-1])] = down - 1, cell if number == 0 else []
            self.rows[-1].append(cell if number == 0 else [])


class _BlockReader(HTMLParser):
    """Collects blocks. A missing or wrong end tag costs no more than a wrong kind of block."""

    def __init__(self, reads_code: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.found = ParsedHtml([])
        self._reads_code = reads_code
        self._sink = self.found.blocks
        self._words: list[str] = []
        self._pictures: list[str] = []
        self._skipped, self._depth = "", 0
        self._heading = self._quotes = self._lines = 0
        self._lists: list[int | None] = []
        self._lettered: list[bool] = []
        self._number = ""
        self._tables: list[_Table] = []
        self._pre = self._is_code = self._is_title = False
        self._link = self._raised = -1
        self._count = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._skipped and (tag != self._skipped or tag not in _UNCLOSED):
            self._depth += tag == self._skipped
            return
        self._skipped = ""
        values = {name: value or "" for name, value in attrs[:50]}
        is_block = tag in _BLOCKS or tag in _HEADINGS or tag in ("li", "pre", "blockquote", "tr", "td", "th")
        if is_block or tag in ("ul", "ol", "table"):
            self._flush()
        if tag in ("p", "ul", "ol", "table", "pre", "blockquote"):
            self._heading = 0  # whose end tag was left out
        if ident := values.get("id") or (values.get("name") if tag == "a" else ""):
            self.found.anchors.setdefault(ident[:200], len(self.found.blocks))
        if tag == "math":
            self._words.append(values.get("alttext") or FORMULA)
        if tag not in _VOID and (tag in _SKIPPED or _is_left_out(tag, values)):
            self._skipped, self._depth = tag, 1
        elif tag in _HEADINGS:
            self._heading = int(tag[1])
        elif tag == "br":
            self._break()
        elif tag == "img":
            self._picture(values)
        elif tag == "input" and values.get("type") == "checkbox" and "checked" in values:
            self._words.append(DONE)
        elif tag == "pre":
            self._pre, self._is_code = True, bool(re.search("code|highlight|lang|src", values.get("class", "")))
        elif tag == "code":
            self._is_code = True
        elif tag == "blockquote":
            self._quotes += 1
        elif tag in ("ul", "ol") and len(self._lists) < MAX_DEPTH:
            start = values.get("start", "")
            self._lists.append(None if tag == "ul" else int(start) if re.fullmatch(r"\d{1,6}", start) else 1)
            self._lettered.append(values.get("type", "") in ("a", "A") or "-alpha" in values.get("style", ""))
        elif tag == "li":
            self._open_item(values.get("value", ""))
        elif tag in ("table", "tr", "td", "th"):
            self._open_table(tag, values)
        elif tag == "a":
            self._link = len(self._words) if "#" in values.get("href", "") else -1
        elif tag == "sup":
            self._raised = len(self._words)
        elif tag in ("title", "html", "meta"):
            self._learn(tag, values)

    def handle_endtag(self, tag: str) -> None:
        if self._skipped:
            self._depth -= tag == self._skipped
            self._skipped = self._skipped if self._depth else ""
        elif tag == "pre":
            self._end_pre()
        elif tag in _HEADINGS:
            self._flush()
            self._heading = 0
        elif tag == "blockquote":
            self._flush()
            self._quotes = max(0, self._quotes - 1)
        elif tag in ("ul", "ol"):
            self._flush()
            self._lists, self._lettered = self._lists[:-1], self._lettered[:-1]
        elif tag == "table":
            self._flush()
            self._end_table()
        elif tag in _BLOCKS or tag in ("li", "td", "th", "tr"):
            self._flush()
        elif tag == "a" and 0 <= self._link < len(self._words):
            if _NOTE_MARK.fullmatch("".join(self._words[self._link :]).strip()):
                del self._words[self._link :]
            self._link = -1
        elif tag == "sup" and 0 <= self._raised < len(self._words):
            self._end_raised()
        elif tag == "title":
            self._is_title = False

    def handle_data(self, data: str) -> None:
        if self._is_title:
            self.found.facts["title"] = (self.found.facts.get("title", "") + data)[:1_000]
        elif not self._skipped:
            self._words.append(data)
            self._lines = self._lines if data.isspace() else 0

    def close(self) -> None:
        super().close()
        if self._pre:
            self._end_pre()
        self._flush()
        while self._tables:
            self._end_table()

    def _learn(self, tag: str, values: Mapping[str, str]) -> None:
        facts = self.found.facts
        if tag == "title":
            self._is_title = "title" not in facts
        elif tag == "html":
            facts.setdefault("lang", (values.get("lang") or values.get("xml:lang", ""))[:40])
        elif (name := (values.get("property") or values.get("name", "")).lower()) and len(facts) < 200:
            facts.setdefault(name, values.get("content", "")[:4_000])

    def _flush(self) -> None:
        """End a block, or a line of code."""
        if self._pre:
            self._words.append("\n")
            return
        words, self._words = "".join(self._words), []
        self._lines, self._link, self._raised = 0, -1, -1
        text = clean(words, MAX_BLOCK) if words and not words.isspace() else ""
        if self._lists and (task := _TASK.match(text)) is not None:
            text = f"{DONE * (task[1] != ' ')}{text[task.end() :]}"
        if any(map(str.isalnum, text)):
            number, self._number = self._number, ""
            last = self._sink[-1] if self._sink else None
            if self._heading:
                self._add(Block("heading", text, self._heading))
            elif last is None or last.kind != "remark" or last.text != _picture_text(text):  # else its caption
                kind: BlockKind = "item" if self._lists else "quote" if self._quotes else "paragraph"
                self._add(Block(kind, f"{number}{text}"))
        for alt in self._pictures:
            self._add(Block("remark", _picture_text(alt)))
        self._pictures = []

    def _add(self, block: Block) -> None:
        is_repeated = block.kind == "remark" and bool(self._sink) and self._sink[-1] == block
        if self._count < MAX_BLOCKS and not is_repeated:
            self._count += 1
            self._sink.append(block)

    def _break(self) -> None:
        """Break a line; an empty line ends a paragraph."""
        if self._pre:
            self._words.append("\n")
        elif self._lines:
            self._flush()
        else:
            self._words.append(" ")
            self._lines = 1

    def _picture(self, values: Mapping[str, str]) -> None:
        alt = clean(values.get("alt", ""), 1_000)
        word = alt.lower().rstrip(".: 0123456789")
        is_name = " " not in alt and any(char.isdigit() or char in "._/" for char in alt.rstrip("."))
        if len(alt) > 2 and word not in _NO_PICTURE and not is_name and len(self._pictures) < 1_000:
            self._pictures.append(alt)

    def _open_item(self, value: str) -> None:
        self._number = ""
        if self._lists and self._lists[-1] is not None and re.fullmatch(r"[0-9]{1,6}", value):
            self._lists[-1] = int(value)
        if self._lists and (number := self._lists[-1]) is not None:
            is_letter = self._lettered[-1] and 0 < number <= len(ascii_uppercase)
            self._number = f"{ascii_uppercase[number - 1] if is_letter else number}: "
            self._lists[-1] = number + 1

    def _end_raised(self) -> None:
        """Turn raised digits into a power; after a mark or a word they are the number of a note."""
        raised = "".join(self._words[self._raised :]).strip()
        before = self._words[self._raised - 1].rstrip() if self._raised else ""
        if raised and not raised.translate(_RAISED).isascii() and all(char in "0123456789-−+n" for char in raised):
            unit = re.search(r"(?:^|[\W\d])([A-Za-z]{0,2})$", before[-4:])
            is_power = before[-1:].isalnum() and unit is not None
            self._words[self._raised :] = [raised.translate(_RAISED)] if is_power else []
        self._raised = -1

    def _end_pre(self) -> None:
        """End preformatted text: prose is read as plain text, code is announced."""
        text, self._words, self._pre = "".join(self._words), [], False
        symbols = len(_SYMBOLS.findall(text))
        if not self._is_code and symbols * _CODE_LIKE <= len(text):
            for block in plain_blocks(text):
                self._add(block)
        elif any(map(str.isalnum, text)):
            self._add(Block("remark", clean(text, MAX_BLOCK) if self._reads_code else CODE))
        self._is_code = False

    def _open_table(self, tag: str, values: Mapping[str, str]) -> None:
        if tag == "table":
            for outer in self._tables:
                outer.arranges = True
            if len(self._tables) < MAX_DEPTH:
                arranges = values.get("role", "") in ("presentation", "none")
                self._tables.append(_Table(self._sink, arranges=arranges))
        elif self._tables and tag == "tr":
            self._tables[-1].fill(is_end=True)
            self._tables[-1].rows.append([])
        elif self._tables:
            table = self._tables[-1]
            if not table.rows:
                table.rows.append([])
            table.heads += tag == "th" and len(table.rows) == 1
            self._sink = []
            table.add(self._sink, values)

    def _end_table(self) -> None:
        if not self._tables:
            return
        table = self._tables.pop()
        table.fill(is_end=True)
        self._sink = table.sink
        self._sink += _read_table(table)


def html_blocks(html: str, reads_code: bool = False) -> ParsedHtml:
    """Return the blocks in HTML, whole or a fragment; code is left out unless `reads_code`."""
    reader = _BlockReader(reads_code)
    try:
        reader.feed(without_open_tag(html))
        reader.close()
    except AssertionError:  # html.parser refuses some broken declarations; what came before them stays
        reader._flush()
    return reader.found


def plain_blocks(text: str) -> list[Block]:
    """Return the blocks of plain text: paragraphs between empty lines, and what looks like a heading."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    banners = {banner[1]: banner.span() for banner in _BANNER.finditer(text)}
    text = text[banners.get("START", (0, 0))[1] : banners.get("END", (len(text), 0))[0]]
    lines = [line for line in text.split("\n") if line.strip()]
    is_wrapped = sum(map(len, lines)) <= _WRAPPED * len(lines) and "\n\n" in text
    parts = _GAP.split(text) if is_wrapped else lines
    return list(_plain(parts))[:MAX_BLOCKS]


def _plain(parts: list[str]) -> Iterator[Block]:
    for part in parts:
        said = clean(_EMPHASIS.sub(r"\1", _ADDED.sub("", part)), MAX_BLOCK)
        if not any(map(str.isalnum, said)):
            continue
        is_heading = len(said) <= 80 and (
            _CHAPTER.fullmatch(said) or (said.isupper() and not said.endswith((",", ";")))
        )
        yield Block("heading", said, 2) if is_heading else Block("paragraph", said)


def _read_table(table: _Table) -> list[Block]:
    """Return the rows of a table, or that it is left out; what a table only arranges is read cell by cell."""
    rows = [row for row in table.rows if any(row)]
    columns = max(map(len, rows), default=0)
    cells = list({id(cell): cell for row in rows for cell in row}.values())  # one may span several rows
    are_short = all(len(cell) <= 1 and all(_is_short(block) for block in cell) for cell in cells)
    if table.arranges or columns < 2 or len(rows) < 2 or not are_short:
        return [block for cell in cells for block in cell]
    if columns > MAX_COLUMNS:
        return [Block("remark", TABLE)]
    texts = [[cell[0].text if cell else "" for cell in row] for row in rows]
    heads = texts.pop(0) if table.heads == len(texts[0]) > 0 else []
    return [Block("item", said) for row in texts if (said := _read_row(row, heads))]


def _count(span: str) -> int:
    """Return how many columns or rows a cell spans."""
    return min(max(1, int(span)), MAX_SPAN) if re.fullmatch(r"[0-9]{1,3}", span) else 1


def _is_short(block: Block) -> bool:
    return block.kind != "heading" and len(block.text) <= MAX_CELL


def _read_row(row: list[str], heads: list[str]) -> str:
    """Return a row as a sentence, each cell after the head of its column."""
    names = [*heads, *[""] * len(row)]
    cells = (f"{name}: {cell}" if name else cell for name, cell in zip(names, row, strict=False) if cell)
    said = "; ".join(cell.rstrip(".;") for cell in cells)
    return f"{said}." if said and said[-1].isalnum() else said


def _picture_text(alt: str) -> str:
    return f"Picture: {alt}" if alt.endswith((".", "!", "?", "…")) else f"Picture: {alt}."


def _is_left_out(tag: str, values: Mapping[str, str]) -> bool:
    """Return whether an element is hidden, a note or a mark of one, or a page number."""
    if "hidden" in values or values.get("aria-hidden") == "true":
        return True
    if "display:none" in values.get("style", "").replace(" ", "").lower():
        return True
    meant = f"{values.get('epub:type', '')} {values.get('role', '')}".lower().split()
    classes = values.get("class", "").lower().split()
    is_reference = tag == "sup" and "reference" in classes
    return is_reference or not (_LEFT_OUT.isdisjoint(meant) and _CLASSES.isdisjoint(classes))
