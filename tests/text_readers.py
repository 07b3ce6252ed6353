"""Everything that reads what others wrote, by the syntax that it reads, and what its texts are made of."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tui_pod.core.errors import UserError
from tui_pod.core.library.catalog import CatalogError, parse_catalog
from tui_pod.core.library.transcript import parse_transcript
from tui_pod.core.text.blocks import html_blocks, plain_blocks
from tui_pod.core.text.html_text import feed_links, to_notes
from tui_pod.core.text.plain_toml import loads
from tui_pod.imports.players import parse_export
from tui_pod.shelf.opml import parse_opml
from tui_pod.sources.folders.cue import read_cue
from tui_pod.sources.podcasts.chapters import parse_chapters
from tui_pod.sources.podcasts.rss import parse_feed
from tui_pod.sources.texts.parsing import read_article, read_file
from tui_pod.state.format import DamagedState, NewerState, parse_journal, parse_snapshot
from tui_pod.sync.folder import SyncFolder

HTML = (
    "<", "</", "<//", "<a", "<a ", "<a\n", "</a", "<a<", "</a<", '<a href="', "<a b='", "<a/", "<p ", "<b>x", "</b",
    "<!", "<!-", "<!--", "<!--x", "--", "<!>", "<!-->", "<!d", "<!doctype", "<![", "<![CDATA[", "]]>", "<?", "</>",
    "<script", "<script>", "</script", "<title>", "<textarea>", "<plaintext>", "<svg><style>", "<math>", "<li>", "<ul>",
    "<td>", "&", "&#", "&#x", "&a", "a=", "=", '"', "'",
)  # fmt: skip
XML = (*HTML, "<item>", "<item><title>", "<item></item>", "<entry>", "<a:b>", "<!ENTITY a 'b'>", "<?xml ", "\0", "é")
TOML = ("[", "[[a]]\n", "[a]\n", "a.", "a=1\n", "a = '", 'a = """', "'''", "{a=", "\\", '"', "#", "\n", "1_", "[a.b]\n")
JSON = ("[", "{", '{"a":', '"', "\\", "1", "1e", "[1,", '{"startTime":1,"title":"a"},', "\n", ",")
CUES = (
    "00:00:01.000 --> 00:00:02.000\n", "00:00:01,000 --> 00:00:02,000\na\n\n", "-->", "1\n", "\n", ":", "0", "<v ",
    "<c>", "[00:01.00]", "{", "&", "a ", "a. ", "NOTE\n", "WEBVTT\n", "STYLE\n", "A: ", "(", "<p begin='1s'>", ". ",
)  # fmt: skip
MARKDOWN = (
    "#", "# a\n", "`", "`a``b", "*", "**a", "_a_", "[", "[a](", "[a]: ", "![", "> ", "- ", "1. ", "|", "|a|\n|-|\n",
    "<a", "\\", "&", "~~", "    ", "```\n", "---\n", "[^1]", "[^1]: ", "<!--", "<?", "](", "a\n", "\t", "* - ",
    "> ---\na\n", ">\na\n",
)  # fmt: skip
PLAIN = (
    "a",
    "a ",
    "a\n",
    "\n",
    "\n\n",
    "-",
    "* ",
    "1. ",
    "I",
    "CHAPTER I\n",
    "_",
    "[",
    ".",
    "Mr. ",
    "“",
    " ",
    "\t",
    "é",
)
CUE_SHEET = ("TRACK ", 'TITLE "', "INDEX 01 00:00:00\n", "REM ", '"', "FILE ", "\n", " ", "00:")

REFUSED = (UserError, CatalogError, DamagedState, NewerState, ValueError, RecursionError)
"""What a reader may raise."""


class Reader(NamedTuple):
    """What reads a kind of text."""

    name: str
    read: Callable[[str], object]
    tokens: tuple[str, ...]
    starts: tuple[str, ...] = ("",)
    """What leads to where the tokens are read."""


def _in_file(ending: str, text: str) -> object:
    with tempfile.NamedTemporaryFile(suffix=ending) as file:
        file.write(text.encode("latin-1" if ending == ".epub" else "utf-8", "replace"))
        file.flush()
        return read_file(file.name, f"a{ending}", False)


def _machine(text: str) -> object:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "other.toml").write_bytes(text.encode("utf-8", "replace"))
        return SyncFolder(Path(folder), "mine").gather(datetime.now(UTC))


def _folder(text: str) -> object:
    """Read a folder of several machines' files, the last one twice, as a copy made of a conflict."""
    with tempfile.TemporaryDirectory() as folder:
        contents = text.encode("utf-8", "replace").split(b"\0")[:20]
        for number, content in enumerate((*contents, contents[-1])):
            Path(folder, f"machine-{number:08x}.toml").write_bytes(content)
        shared = SyncFolder(Path(folder), "machine-00000000")
        found = shared.gather(datetime.now(UTC))
        shared.write(found.all, datetime.now(UTC))  # what is taken can be written and read again
        return shared.gather(datetime.now(UTC))


def _bytes(read: Callable[[bytes], object], text: str) -> object:
    return read(text.encode("utf-8", "replace"))


CHANNEL = "<rss><channel><title>a</title>"
READERS = (
    Reader("blocks", html_blocks, HTML),
    Reader("links", feed_links, HTML),
    Reader("notes", to_notes, HTML),
    Reader("article", lambda text: read_article("T", text, "en", False), HTML, ("<p>",)),
    Reader("page", partial(_in_file, ".html"), HTML, ("<html><body><p>",)),
    Reader("markdown", partial(_in_file, ".md"), MARKDOWN, ("a ", "")),
    Reader("text", partial(_in_file, ".txt"), PLAIN),
    Reader("plain", plain_blocks, PLAIN),
    Reader("feed", partial(_bytes, lambda text: parse_feed(text, "https://a.example/")), XML,
           (CHANNEL, f"{CHANNEL}<item><description>", f"{CHANNEL}<item><description><![CDATA[")),
    Reader("json feed", partial(_bytes, lambda text: parse_feed(text, "https://a.example/")), JSON,
           ('{"version":"https://jsonfeed.org/version/1.1","items":[', '{"version":')),
    Reader("opml", partial(_bytes, parse_opml), XML, ("<opml><body>", "<opml><body><outline text='")),
    Reader("export", partial(_bytes, parse_export), (*JSON, "https://a.example/ \n", "a b\n"), ("", "[", "{")),
    Reader("transcript", parse_transcript, (*CUES, *JSON), ("", "WEBVTT\n\n", "<tt>", "[", '{"segments":[')),
    Reader("chapters", parse_chapters, JSON, ('{"chapters":[', "")),
    Reader("cue sheet", read_cue, CUE_SHEET, ("", 'FILE "a" WAVE\n')),
    Reader("toml", loads, TOML, ("", "a = ", "a = [", '[a."')),
    Reader("catalogue", parse_catalog, TOML, ("version = 1\n", "[[episodes]]\nid = '", "a.")),
    Reader("state", parse_snapshot, TOML, ("version = 1\n", "[episodes.a]\n")),
    Reader("machine", _machine, TOML, ("version = 1\n", "[episodes.a]\n", "[[lists]]\n")),
    Reader("folder", _folder, (*TOML, "\0", "\0version = 1\n"), ("version = 1\n", "[episodes.a]\n", "[[lists]]\n")),
    Reader("book", partial(_in_file, ".epub"), ("PK\3\4", "PK\1\2", "PK\5\6", "\0", "\xff", "a"), ("PK\3\4",)),
    Reader("journal", parse_journal, (*TOML, "[[progress]]\n", "crc = 1\n"), ("[[progress]]\n",)),
)  # fmt: skip

ENDS = ("", ">", "-->", '">', "'>", "]]>", "</script>", "<p>x</p>", "\n")


BY_NAME = {reader.name: reader for reader in READERS}


def try_reading(name: str, text: str) -> None:
    """Read a text, or refuse it."""
    with contextlib.suppress(*REFUSED):
        BY_NAME[name].read(text)
