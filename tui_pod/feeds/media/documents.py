"""Fetch and cache small documents such as transcripts and chapters. Calls wait: run them in a thread."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from pathlib import Path

from tui_pod.feeds.media.partial import read_json, text_of, write_json
from tui_pod.feeds.net.access import PUBLIC, NetworkPolicy
from tui_pod.feeds.net.fetch import FetchError, Limits, Request, fetch
from tui_pod.runtime.threads import CancelToken

LIMITS = Limits(size=8 * 1024**2, seconds=20.0, idle=10.0)
FRESH = 3600.0
"""Seconds for which a copy is used without asking: chapters are often corrected after publication."""

MOST = 500
"""Documents that are cached."""


class RemoteFiles:
    """Documents by address, cached in a folder that can be deleted at any time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def text(self, address: str, policy: NetworkPolicy = PUBLIC, cancel: CancelToken | None = None) -> str:
        """Return a document, from its copy while fresh or when fetching fails.

        Raises:
            FetchError: there is no copy, and it cannot be fetched.
        """
        copy = self._folder / copy_name(address)
        about = copy.with_suffix(".json")
        known = read_json(about)
        asked = known.get("asked")
        former = _read(copy) if known else None
        if former is not None and isinstance(asked, int | float) and 0 <= time.time() - asked < FRESH:
            return former
        tag = text_of(known, "etag")
        headers = {"If-None-Match": tag} if tag and former is not None else {}
        try:
            response, content = fetch(Request(address, policy.private, headers, logins=policy.logins), LIMITS, cancel)
        except FetchError:
            if former is None:
                raise
            return former
        if response.status == 304 and former is not None:
            self._keep(copy, about, None, tag)
            return former
        text = _decoded(content, response.charset)
        self._keep(copy, about, text, response.headers.get("etag", ""))
        return text

    def _keep(self, copy: Path, about: Path, text: str | None, tag: str) -> None:
        """Save a copy; without one it is fetched the next time."""
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if text is not None:
                about.unlink(missing_ok=True)  # without it a torn copy is not used
                copy.write_text(text, "utf-8", newline="")
            write_json(about, {"etag": tag, "asked": time.time()})
            self._trim()

    def _trim(self) -> None:
        copies = sorted(self._folder.glob("*.txt"), key=os.path.getmtime)
        for copy in copies[: max(0, len(copies) - MOST)]:
            copy.unlink(missing_ok=True)
            copy.with_suffix(".json").unlink(missing_ok=True)


def copy_name(address: str) -> str:
    """Return the name of the copy of a document in the folder."""
    return f"{hashlib.sha256(address.encode()).hexdigest()[:32]}.txt"


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return None


def _decoded(content: bytes, charset: str | None) -> str:
    for encoding in (charset, "utf-8-sig"):
        with contextlib.suppress(LookupError, ValueError, TypeError):
            if encoding:
                text = content.decode(encoding)
                return text.encode("utf-8", "replace").decode("utf-8")
    return content.decode("cp1252", "replace")
