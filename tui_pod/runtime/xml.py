"""Parse untrusted XML into events, within limits and without opening anything it refers to.

Expat reads the document strictly. A malformed document is repaired (encoding, control characters, bare `&`, HTML
entities) and read again; if it is still malformed, it is read item by item, and the contents of broken items as text
(HTML that was neither escaped nor closed). External DTDs are not read, and entities are refused except single
characters such as `<!ENTITY nbsp "&#160;">`.
"""

from __future__ import annotations

import codecs
import contextlib
import re
from collections.abc import Iterator
from html import escape, unescape
from typing import Protocol
from xml.parsers import expat

from tui_pod.core.errors import UserError
from tui_pod.runtime.log import log

MAX_DEPTH = 64
MAX_ATTRIBUTES = 200
MAX_ELEMENTS = 2_000_000
"""Maximum number of elements of a document: forty in each of 50,000 items."""

MAX_SLICES = 50_000
"""Maximum number of items that are read one by one from a broken document."""

MAX_AMPERSANDS = 3_000_000
"""Maximum number of ampersands in a document to repair: a tenth of the largest document."""

MAX_ENTITIES = 300
"""Maximum number of entities that a document may declare; HTML 4 has 252."""

MAX_UNCLOSED = 10
"""Maximum number of unclosed elements that are skipped in a broken item; each costs a scan of the whole item."""

MAX_TEXT = 256 * 1024
"""Maximum number of characters of one element that are used."""

OVERLOAD = "The document was refused: it is made to overload programs that read it."

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_AMPERSAND = re.compile(
    r"&(?!(?:amp|lt|gt|quot|apos);)(?:#(?:\d{1,10}|[xX][0-9a-fA-F]{1,8});|[A-Za-z][A-Za-z0-9]{1,30};)?"
)
_SINGLE_BYTE = re.compile(r"iso-?8859-?1|latin-?1|us-ascii|ascii|windows-1252|cp1252", re.IGNORECASE)
"""Encodings that documents declare regardless of the real one."""

FEWEST_SEQUENCES = 8
"""Bytes by which text in UTF-8 must be longer than its characters before another declaration is wrong: short text in an
encoding of East Asia may look like UTF-8."""

_BEFORE = r"^\s*(?:<!--[^<>]{0,2000}-->\s{0,9}){0,9}"
"""Comments that programs write before the declaration, where XML allows nothing."""

_DECLARED = re.compile(_BEFORE.encode() + rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_PROLOGUE = re.compile(_BEFORE + r"<\?xml[^>]{0,400}\?>")
_ITEM = re.compile(r"<((?:[A-Za-z][\w.-]{0,30}:)?(?:item|entry))\b")
_TAG = re.compile(r"<([A-Za-z][\w:.-]{0,60})((?:\s[^<>]*?)?)(/?)>")
_ATTRIBUTE = re.compile(r"""([A-Za-z_][\w:.-]{0,60})\s*=\s*("[^"<]*"|'[^'<]*')""")
_CONTAINERS = frozenset(("item", "entry", "channel", "image", "group", "chapters"))
_ROOT = re.compile(r"<([A-Za-z][\w:.-]{0,60})(\s[^<>]*)?>")


_AS_WINDOWS = "tui_pod.windows-1252"
"""Handles bytes in text that are not UTF-8: as Windows-1252."""


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error(_AS_WINDOWS, _as_windows)


class Handler(Protocol):
    """Receives a document's events; what it raises ends the reading."""

    def start(self, name: str, attributes: dict[str, str], depth: int) -> None:
        """Receive the start of an element: its name as written, with prefix; the root has depth 1."""

    def end(self, name: str, depth: int) -> None:
        """Receive its end."""

    def text(self, data: str) -> None:
        """Receive a part of its text."""

    def abandon(self) -> None:
        """Discard the unfinished item: it is broken."""

    def restart(self) -> None:
        """Discard everything: the document is parsed again."""


class XmlError(UserError):
    """A document is refused; the message is for the listener."""


class Malformed(Exception):
    """Not well-formed XML."""


def read_xml(content: bytes, charset: str | None, handler: Handler) -> bool:
    """Pass a document to a handler; return True if it was read completely.

    The charset is what the server states, if anything. After a repair the handler receives all events once more,
    following `restart`.

    Raises:
        XmlError: it is over a limit, or declares entities.
    """
    charset = None if charset is None or _SINGLE_BYTE.fullmatch(charset) else charset  # servers add it by default
    try:
        parse_strictly(content, handler, _override(content, charset))
        return True
    except Malformed:
        handler.restart()
    text = mended(content, charset)
    try:
        parse_strictly(text.encode("utf-8"), handler, "utf-8")
        return True
    except Malformed:
        handler.restart()
    return _read_slices(text, handler)


def mended(content: bytes, charset: str | None) -> str:
    """Return a document as text with common errors repaired and without its XML declaration.

    Raises:
        XmlError: repairing it would take too long.
    """
    text = decode_document(content, charset).lstrip("\ufeff \t\r\n")
    text = _PROLOGUE.sub("", _CONTROLS.sub("", text)).lstrip()
    if text.count("&") > MAX_AMPERSANDS:
        raise XmlError(OVERLOAD)
    # the text of a reference that expat may not know, or else a literal ampersand
    return _AMPERSAND.sub(lambda found: _CONTROLS.sub("", escape(unescape(found[0]), quote=False)), text)


def decode_document(content: bytes, charset: str | None) -> str:
    """Decode by byte order mark, declaration, server, UTF-8 or Windows-1252, whichever fits first."""
    for mark, name in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if content.startswith(mark):
            return content.decode(name, "replace")
    override = _override(content, charset)
    if override == "utf-8":
        return content.decode("utf-8", _AS_WINDOWS)
    return decoded(content, override, _declared(content), charset, "utf-8")


def decoded(content: bytes, *encodings: str | None) -> str:
    """Decode by the first of these encodings that exists and fits, or by Windows-1252, which always does."""
    for name in filter(None, encodings):
        with contextlib.suppress(ValueError):
            if _is_encoding(name):
                return content.decode(name)
    return content.decode("cp1252", "replace")


def _is_encoding(name: str) -> bool:
    """Return whether a name that a document or server gives is that of a text encoding. Raises ValueError."""
    try:
        return bool(codecs.lookup(name)._is_text_encoding)  # excludes base64 and similar
    except LookupError:
        log(f"the encoding {name} is unknown")
        return False


def _declared(content: bytes) -> str:
    found = _DECLARED.match(content)
    name = found[1].decode("ascii") if found else ""
    return "" if name.lower().startswith(("utf-16", "ucs-2")) else name  # or the declaration could not have been read


def _override(content: bytes, charset: str | None) -> str | None:
    """Return the real encoding of a document whose declaration is wrong; None to use the declaration.

    Valid UTF-8 is UTF-8. A document that declares Latin-1 or ASCII is UTF-8 even with some bytes that are not; else it
    is what the server states, or Windows-1252, as in browsers.
    """
    declared = _declared(content).lower()
    if declared in ("", "utf-8", "utf8"):
        return None
    is_single_byte = bool(_SINGLE_BYTE.fullmatch(declared))
    with contextlib.suppress(ValueError):
        if len(content.decode("utf-8")) <= len(content) - (0 if is_single_byte else FEWEST_SEQUENCES):
            return "utf-8"
    if not is_single_byte:
        return None
    beyond = [char for char in content.decode("utf-8", "replace") if char > "\x7f"]
    if len(beyond) > 2 * beyond.count("\ufffd"):
        return "utf-8"
    with contextlib.suppress(ValueError):
        if charset and _is_encoding(charset):
            content.decode(charset)
            return charset
    return "windows-1252"


def _read_slices(text: str, handler: Handler) -> bool:
    """Read the head, then each item on its own; return True if nothing is missing."""
    first = _ITEM.search(text)
    root = _ROOT.search(text)
    if root is None:
        return False
    start = first.start() if first else len(text)
    name, inner = root[1], "<channel>" if root[1] == "rss" else ""
    closing = f"{'</channel>' if inner else ''}</{name}>"
    head = text[root.end() : start].replace("<channel>", "", 1).rstrip()
    missing = len(_ITEM.findall(text)) + (f"</{name}>" not in text)
    missing += not _read_part(f"<{name}{root[2] or ''}>{inner}", head, closing, handler)
    for part in _slices(text, start):  # the declarations of the root are known by now
        missing -= _read_part(f"<{name}>{inner}", part, closing, handler)
    return not missing


def _read_part(opening: str, part: str, closing: str, handler: Handler) -> bool:
    """Read the head or an item as it is; if that fails, its elements as text. Return True if all of it was read."""
    for is_flat in (False, True):
        inner, is_whole = _flattened(part) if is_flat else (part, True)
        try:
            parse_strictly(f"{opening}{inner}{closing}".encode(), handler, "utf-8")
            return is_whole
        except Malformed:
            handler.abandon()
    return False


def _flattened(part: str) -> tuple[str, bool]:
    """Return the elements of a head or an item with their contents as text, and True if none is missing.

    Only complete attributes are kept.
    """
    kept: list[str] = []
    position = misses = 0
    while len(part) <= MAX_TEXT and misses < MAX_UNCLOSED and (found := _TAG.search(part, position)):
        name, position = found[1], found.end()
        if name.rpartition(":")[2] in _CONTAINERS:
            continue
        end = position if found[3] else part.find(f"</{name}", position)
        if end < 0:
            misses += 1
            continue
        attributes = "".join(f" {key}={value}" for key, value in dict(_ATTRIBUTE.findall(found[2])).items())
        inside = part[position:end].replace("<![CDATA[", "").replace("]]>", "")
        kept.append(f"<{name}{attributes}>{inside.replace('<', '&lt;')}</{name}>")
        position = end
    item = _ITEM.match(part)
    text = f"<{item[1]}>{''.join(kept)}</{item[1]}>" if item else "".join(kept)
    return text, not misses and len(part) <= MAX_TEXT


def _slices(text: str, position: int) -> Iterator[str]:
    """Yield the items in `text` from `position` on. Every search moves forward, so the time is linear."""
    for _ in range(MAX_SLICES):
        found = _ITEM.search(text, position)
        end = text.find(f"</{found[1]}>", found.start()) if found else -1
        if found is None or end < 0:
            return
        position = end + len(found[1]) + 3
        start = text.rfind(f"<{found[1]}", found.start(), end)  # skips an item that was not closed
        yield text[start:position]


def parse_strictly(content: bytes, handler: Handler, encoding: str | None) -> None:
    """Read a document strictly.

    Raises:
        Malformed: it is not well-formed.
        XmlError: it is over a limit, or declares entities.
    """
    parser = expat.ParserCreate(encoding)
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    depth = count = 0
    start, end = handler.start, handler.end

    def on_start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth += 1
        count += 1
        if depth > MAX_DEPTH or count > MAX_ELEMENTS or len(attributes) > MAX_ATTRIBUTES:
            raise XmlError(OVERLOAD)
        start(name, attributes, depth)

    def on_end(name: str) -> None:
        nonlocal depth
        end(name, depth)
        depth -= 1

    entities = 0

    def on_entity(_: str, is_parameter: bool, value: str | None, *_source: str | None) -> None:
        nonlocal entities
        entities += 1
        is_external_parameter = is_parameter and value is None  # such as the entities of HTML; never read
        is_character = not is_parameter and value is not None and len(value) == 1 and value not in "&<%"
        if entities > MAX_ENTITIES or not (is_external_parameter or is_character):
            refuse()

    def on_skipped(name: str, is_parameter: bool) -> None:
        """Read an HTML entity that the external DTD would declare."""
        if not is_parameter:
            handler.text(unescape(f"&{name};"))

    def refuse(*_: object) -> int:
        raise XmlError("The document was refused: it declares entities, which no podcast needs.")

    parser.StartElementHandler = on_start
    parser.EndElementHandler = on_end
    parser.CharacterDataHandler = handler.text
    parser.EntityDeclHandler = on_entity
    parser.SkippedEntityHandler = on_skipped
    parser.UnparsedEntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, LookupError, ValueError) as error:  # ValueError: an encoding that expat does not support
        raise Malformed(str(error)) from error
