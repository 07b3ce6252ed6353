"""Which kinds of text are read, and what reading one returns. Loads no parser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tui_pod.core.errors import UserError

PLAIN, MARKDOWN, PAGES = (".txt", ".text"), (".md", ".markdown"), (".html", ".htm", ".xhtml")
KINDLE = (".mobi", ".azw", ".azw3", ".azw4", ".kfx", ".prc")
BOOKS = (".epub", ".pdf", *KINDLE)
ENDINGS = (*PLAIN, *MARKDOWN, *PAGES, *BOOKS)
"""The endings of texts, and of those that are refused with the name of a converter."""

READ = (*PLAIN, *MARKDOWN, *PAGES, ".epub")
"""The endings of those that are read."""

OF_TYPES = {"application/epub+zip": ".epub", "text/html": ".html", "application/xhtml+xml": ".html",
            "text/markdown": ".md", "text/plain": ".txt", "application/pdf": ".pdf"}  # fmt: skip
"""The ending for a type that a server states."""


class TextError(UserError):
    """A text cannot be read; the message says why, as half a sentence."""


class ReadText(NamedTuple):
    """A text that was read."""

    key: str
    """Identifies its words, on every machine."""
    title: str
    author: str
    series: str
    language: str
    """Such as `en-gb`; empty if the text does not say."""
    summary: str
    planned: str
    """Its plan as the text of a file, from which it is spoken."""
    marks: Sequence[tuple[float, str]]
    """Its chapters; none if there is only one."""
    duration: float
    """Seconds, as planned."""
    words: int
    cover: str = ""
    """A picture, as base64; empty if there is none."""
    picture: str = ""
    """The address of a picture, as a page gives it."""
    ending: str = ""
    """Says of which kind the file is."""
