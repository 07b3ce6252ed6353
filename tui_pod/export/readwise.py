"""Bookmarks as the CSV that Readwise imports, and any spreadsheet opens."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from tui_pod.core.text.clean import clock
from tui_pod.export.pages import ExportPage

COLUMNS = ("Highlight", "Title", "Author", "URL", "Note", "Location", "Date")


def to_csv(pages: Iterable[ExportPage]) -> str:
    """Return a table of all bookmarks; Location is the second at which one starts."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    for page in pages:
        for each in page.bookmarks:
            date = f"{each.created:%Y-%m-%d %H:%M:%S}"
            words, start = each.text or each.note or clock(each.start), int(each.start)
            cells = map(_inert, (words, page.title, page.podcast, page.link(each.start), each.remark))
            table.writerow((*cells, start, date))
    return out.getvalue()


def _inert(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
