"""Write the clip of a bookmark: its margins and its file name."""

from __future__ import annotations

from pathlib import Path

from tui_pod.audio.opus import CLIP, encode_opus
from tui_pod.core.player.snapshot import Source
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.text.clean import clock
from tui_pod.export.markdown import ExportPage

BEFORE, AFTER = 0.25, 0.4
"""Seconds added around a sentence, because the times of words are not exact."""


def write_clip(folder: Path, page: ExportPage, bookmark: Bookmark, audio: Source, offset: float = 0.0) -> bool:
    """Write the clip of a bookmark into an existing folder; return False if it was already there.

    The recording is the one at the bookmark, and starts at `offset` seconds of the episode.

    Raises:
        UserError: it cannot be encoded.
        OSError: it cannot be written.
    """
    at, hundredths = clock(bookmark.start).replace(":", "-"), round(bookmark.start * 100) % 100
    clip = folder / f"{page.name}-{at}-{hundredths:02}.opus"
    if clip.exists():
        return False
    margins = (BEFORE, AFTER) if bookmark.text else (0.0, 0.0)
    start = max(0.0, bookmark.start - offset - margins[0])
    end = max(bookmark.end - offset + margins[1], start + 1.0)
    encode_opus(audio, clip, CLIP, start=f"{start:.3f}", end=f"{end:.3f}")
    return True
