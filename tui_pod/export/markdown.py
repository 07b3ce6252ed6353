"""Bookmarks as Markdown with YAML front matter, one file per episode, for Obsidian and Readwise; all of them as CSV.

A file that nobody has edited is rewritten. An edited file is only appended to. The last line of a file is a comment
that lists the bookmarks in it and has a checksum, which shows whether the file was edited.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from tui_pod.core.errors import UserError
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import Library
from tui_pod.core.library.show_notes import EpisodeNotes
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.selection.bookmark_groups import Grouping, group_bookmarks
from tui_pod.core.text.clean import clock, fold
from tui_pod.runtime import files

COLUMNS = ("Highlight", "Title", "Author", "URL", "Note", "Location", "Date")
"""The columns that Readwise reads."""

_FORMULA = re.compile(r"(^\s*|;)(?=[=+\-@＝＋－＠])")
"""Where a formula may begin, which no spreadsheet is to run: in a cell, or after a semicolon, which may begin one."""


class ExportPage(NamedTuple):
    """An episode with its bookmarks, ordered by position."""

    id: str
    title: str
    bookmarks: tuple[Bookmark, ...]
    podcast: str = ""
    url: str = ""
    """The episode's web page, not its recording, whose address may contain a login."""
    date: date | None = None
    tags: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """A file name that is safe on every system and ends in `mark`."""
        slug = re.sub(r"[^a-z0-9]+", "-", fold(self.title))[:60].strip("-") or "episode"
        return f"{slug}-{self.mark}"

    @property
    def mark(self) -> str:
        """Identifies the episode in a file name, even if its title changes."""
        return hashlib.sha256(self.id.encode("utf-8", "replace")).hexdigest()[:8]

    def link(self, start: float) -> str:
        """Return the web page's address with a position in seconds; empty if there is no web page."""
        address = quote(self.url, safe="/:?&=#%~+,;@!'*$.-_")
        return f"{address}#t={int(start)}" if address and "#" not in address else address


def make_pages(
    library: Library, bookmarks: Iterable[Bookmark], read_notes: Callable[[Episode], EpisodeNotes]
) -> list[ExportPage]:
    """Return a page for each episode with bookmarks, including episodes that have left the library."""
    pages = []
    for title, members in group_bookmarks(library, bookmarks, Grouping.EPISODE):
        ident = members[0].episode
        index = library.index(ident)
        if index is None:
            pages.append(ExportPage(ident, title, members))
            continue
        episode = library.episode(index)
        notes = read_notes(episode)
        pages.append(ExportPage(ident, title, members, notes.podcast, notes.page, episode.published, episode.tags))
    return pages


def to_csv(pages: Iterable[ExportPage]) -> str:
    """Return a table of all bookmarks; Location is the second where a bookmark starts."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    table.writerow(COLUMNS)
    for page in pages:
        for each in page.bookmarks:
            date = f"{each.created:%Y-%m-%d %H:%M:%S}"
            highlight, start = each.text or each.note or clock(each.start), int(each.start)
            texts = (highlight, page.title, page.podcast, page.link(each.start), each.remark)
            table.writerow((*(_FORMULA.sub(r"\1'", text) for text in texts), start, date))
    return out.getvalue()


MAX_BYTES = 16 * 1024 * 1024
"""Largest file of notes that is read, in bytes."""

_SPECIAL = re.compile(r"<%|\{[{%]|==|%%|[\\`*_\[\]<>#|~$^]")
"""What is markup in Markdown or in Obsidian, or begins a command of a template."""

_LIST = re.compile(r"^(\d{1,9})([.)])|^([-+])(?=\s)")

_TRAILER = re.compile(r"^<!-- tui-pod: ([0-9a-f ]*?)(?: sum ([0-9a-f]{8}))? -->\s*$", re.MULTILINE)


class ExportError(UserError):
    """A folder or a file that cannot be written."""


class Written(StrEnum):
    """What happened to a file."""

    NEW = "new"
    REPLACED = "replaced"
    APPENDED = "appended to, since it was edited"
    SAME = "unchanged"


def write_page(folder: Path, page: ExportPage) -> tuple[Path, Written]:
    """Write an episode's notes into a folder, which is created if missing.

    Raises:
        ExportError: the file cannot be written; it is unchanged.
    """
    path = folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = next(iter(sorted(folder.glob(f"*-{page.mark}.md"))), folder / f"{page.name}.md")
        try:
            content = files.read_bytes(path, MAX_BYTES)
        except FileNotFoundError:
            files.replace(path, whole_text(page), is_ours=False)
            return path, Written.NEW
        if content and b"tui-pod: " not in content:
            raise ExportError(f"{path} was not written by tui-pod; move it, or choose another folder.")
        return path, _update(path, content, page)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ExportError(f"{path} cannot be written ({reason}); choose another folder, or fix this one.") from error


def _update(path: Path, content: bytes, page: ExportPage) -> Written:
    if _is_untouched(content):
        text = whole_text(page)
        if text.encode() == content:
            return Written.SAME
        files.replace(Path(os.path.realpath(path)), text, is_ours=False)  # a link stays a link
        return Written.REPLACED
    known = {mark for found in _TRAILER.finditer(content.decode("utf-8", "replace")) for mark in found[1].split()}
    missing = [bookmark for bookmark in page.bookmarks if mark_of(bookmark) not in known]
    if not missing:
        return Written.SAME
    files.append(path, "\n".join(("", *_entries(page, missing), f"<!-- tui-pod: {_marks(missing)} -->", "")))
    return Written.APPENDED


def whole_text(page: ExportPage) -> str:
    """Return the whole text of a new file."""
    body = "\n".join((*_front_matter(page), "", f"# {escaped(page.title)}", "", *_entries(page, page.bookmarks), ""))
    return f"{body}<!-- tui-pod: {_marks(page.bookmarks)} sum {zlib.crc32(body.encode()):08x} -->\n"


def mark_of(bookmark: Bookmark) -> str:
    """Return a checksum of a bookmark, which marks it as already written to a file."""
    content = f"{bookmark.start:.2f}\0{bookmark.text}\0{bookmark.note}"
    return f"{zlib.crc32(content.encode('utf-8', 'replace')):08x}"


def _marks(bookmarks: Iterable[Bookmark]) -> str:
    return " ".join(map(mark_of, bookmarks))


def _is_untouched(content: bytes) -> bool:
    start = content.rfind(b"<!-- tui-pod: ")
    found = _TRAILER.fullmatch(content[start:].decode("utf-8", "replace")) if start >= 0 else None
    return found is not None and found[2] == f"{zlib.crc32(content[:start]):08x}"


def _front_matter(page: ExportPage) -> Iterator[str]:
    """Yield the YAML lines. Texts are written as JSON, which is valid YAML, so that no title can inject markup."""
    yield "---"
    for key, value in (("title", page.title), ("podcast", page.podcast), ("url", page.url)):
        if value:
            yield f"{key}: {_quoted(value)}"
    if page.date is not None:
        yield f"date: {page.date.isoformat()}"
    if tags := list(filter(None, map(_tag, page.tags))):
        yield f"tags: {json.dumps(tags, ensure_ascii=False)}"
    yield f"tui-pod: {_quoted(page.id)}"
    yield "---"


def _quoted(text: str) -> str:
    """Return a text in quotes, in which no template finds a command."""
    return json.dumps(text, ensure_ascii=False).replace("<", "\\u003c").replace("{", "\\u007b")


def _tag(name: str) -> str:
    """Return a topic as a tag for Obsidian, without spaces; empty if only digits are left."""
    tag = re.sub(r"[^\w/-]+", "-", name).strip("-/")
    return "" if tag.isdigit() else tag


def _entries(page: ExportPage, bookmarks: Sequence[Bookmark]) -> Iterator[str]:
    for bookmark in bookmarks:
        if bookmark.text:
            yield from (f"> {escaped(bookmark.text)}", "")
        time, link = clock(bookmark.start), page.link(bookmark.start)
        if not bookmark.text:
            time += f"–{clock(bookmark.end)}"
        yield f"[{time}]({link})" if link else f"**{time}**"
        if bookmark.remark:
            yield from ("", escaped(bookmark.remark))
        yield ""


def escaped(text: str) -> str:
    """Return a line of text with all markup escaped."""
    text = _SPECIAL.sub(lambda found: "".join(f"\\{sign}" for sign in found[0]), text)
    return _LIST.sub(lambda found: f"{found[1]}\\{found[2]}" if found[1] else f"\\{found[3]}", text)
