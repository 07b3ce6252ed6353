"""A clip of each bookmark: how much is cut, and what the file is called."""

from __future__ import annotations

from pathlib import Path

from tui_pod.audio.opus import CLIP, encode_opus
from tui_pod.core.player.snapshot import Source
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.text.clean import clock
from tui_pod.export.pages import ExportPage

BEFORE, AFTER = 0.25, 0.4
"""Seconds of a clip around a sentence: the times of words are not exact."""


def write_clip(folder: Path, page: ExportPage, bookmark: Bookmark, audio: Source) -> bool:
    """Cut a bookmark's stretch into a folder, which is there; return whether that was still to be done.

    Raises:
        EncodeError: it cannot be cut.
        OSError: it cannot be written.
    """
    at, hundredths = clock(bookmark.start).replace(":", "-"), round(bookmark.start * 100) % 100
    clip = folder / f"{page.name}-{at}-{hundredths:02}.opus"
    if clip.exists():
        return False
    margins = (BEFORE, AFTER) if bookmark.text else (0.0, 0.0)
    start = max(0.0, bookmark.start - margins[0])
    end = max(bookmark.end + margins[1], start + 1.0)
    encode_opus(audio, clip, CLIP, start=f"{start:.3f}", end=f"{end:.3f}")
    return True
