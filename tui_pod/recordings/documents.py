"""Fetch and cache small documents such as transcripts and chapters. Calls block: run them in a thread."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from pathlib import Path

from tui_pod.core.text.clean import without_surrogates
from tui_pod.net.access import PUBLIC, NetworkPolicy
from tui_pod.net.fetch import FetchError, Limits, fetch
from tui_pod.runtime import files
from tui_pod.runtime.threads import CancelToken
from tui_pod.runtime.xml import decoded

LIMITS = Limits(size=8 * 1024**2, seconds=20.0, idle=10.0)
FRESH = 3600.0
"""Seconds for which a cached copy is used without asking the server: chapters are often corrected."""

MOST = 500
"""Documents that are cached."""


def read_document(
    folder: Path, address: str, policy: NetworkPolicy = PUBLIC, cancel: CancelToken | None = None, fresh: float = FRESH
) -> str:
    """Return a document: its cached copy if this is younger than `fresh` (seconds) or if fetching fails.

    Raises FetchError if there is no copy.
    """
    copy, former = folder / copy_name(address), None
    with contextlib.suppress(OSError):
        former = files.read_bytes(copy).decode("utf-8", "replace")
        if 0 <= time.time() - copy.stat().st_mtime < fresh:
            return former
    try:
        response, content = fetch(policy.request(address), LIMITS, cancel)
    except FetchError:
        if former is None:
            raise
        return former
    text = without_surrogates(decoded(content, response.charset, "utf-8-sig"))
    with contextlib.suppress(OSError):  # without a copy it is fetched again
        files.make_folder(folder)
        files.replace(copy, text)
        for old in sorted(folder.iterdir(), key=os.path.getmtime)[:-MOST]:
            old.unlink()
    return text


def copy_name(address: str) -> str:
    """Return the file name of the cached copy of a document."""
    return f"{hashlib.sha256(address.encode()).hexdigest()[:32]}.txt"
