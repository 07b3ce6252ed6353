"""Bookmarks as CSV, for Readwise and spreadsheets."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

from tui_pod.core.text.clean import clock
from tui_pod.export.pages import ExportPage

COLUMNS = ("Highlight", "Title", "Author", "URL", "Note", "Location", "Date")


def to_csv(pages: Iterable[ExportPage]) -> str:
    """Return a table of all bookmarks; Location is the second where a bookmark starts."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    table.writerow(COLUMNS)
    for page in pages:
        for each in page.bookmarks:
            date = f"{each.created:%Y-%m-%d %H:%M:%S}"
            highlight, start = each.text or each.note or clock(each.start), int(each.start)
            cells = map(_inert, (highlight, page.title, page.podcast, page.link(each.start), each.remark))
            table.writerow((*cells, start, date))
    return out.getvalue()


_FORMULA = re.compile(r"(^\s*|;)(?=[=+\-@＝＋－＠])")
"""Where a formula may begin: in a cell, or where a spreadsheet set to semicolons begins a new one."""


def _inert(text: str) -> str:
    """Return the text so that no spreadsheet runs it, or a part of it, as a formula."""
    return _FORMULA.sub(r"\1'", text)
