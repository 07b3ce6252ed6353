"""The gate between content and the terminal: text of any widget leaves as printable cells only.

Textual writes escape sequences in text unchanged. Text is cleaned where it enters; this catches what was not, such as
the message of an exception. Sequences of ours are in `core/text/escapes.py`.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from textual.strip import Strip

from tui_pod.core.text.clean import is_safe, without_unsafe
from tui_pod.core.text.escapes import PLACEHOLDER

_render = Strip.render


def guard_output() -> None:
    """Let every strip, into which Textual turns all content, pass the gate when it is rendered.

    Line filters, Textual's own extension point, do not see the lines of widgets that override `render_lines`.
    """
    Strip.render = _render_printable  # type: ignore[method-assign]


def _render_printable(self: Strip, console: Console) -> str:
    if self._render_cache is None:
        for text, style, _ in self._segments:
            if not text.isprintable() or (style is not None and style._link):
                self._segments = list(printable(self._segments))
                break
    return _render(self, console)


def printable(segments: Iterable[Segment], keeps_lines: bool = False) -> Iterable[Segment]:
    """Yield segments without characters or links that a terminal would obey, equally wide; line breaks may stay."""
    for text, style, control in segments:
        if PLACEHOLDER in text:
            from tui_pod.ui.look.terminal_pictures import is_ours, with_color  # only where pictures are drawn

            if is_ours(text):
                yield Segment(text, with_color(style))
                continue
        if style is not None and style.link and not is_safe(style.link):
            style = style.update_link(None)
        yield Segment(
            text if keeps_lines and text == "\n" else without_unsafe(text, lambda sign: " " * cell_len(sign)),
            style,
            control,
        )
