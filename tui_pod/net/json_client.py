"""Ask a server for JSON: a request with limits, and no redirects to another host."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from tui_pod.net.address import origin
from tui_pod.net.fetch import FetchError, Limits, Request, opened, refusal
from tui_pod.net.login import Login
from tui_pod.runtime.threads import CancelToken

MAX_ANSWER = 64 * 1024 * 1024
"""Largest answer, in bytes; a thousand books of a list are 2 MB."""

MAX_PROGRESS = 32 * 1024 * 1024
"""The same where progress is exchanged: 100,000 actions are 30 MB, and once read they take several times as much."""

MAX_VALUES = 2_000_000
"""Most values in an answer, each of which takes about 100 bytes; a hundred podcasts of 300 episodes have as many."""

LIMITS = Limits(MAX_ANSWER, seconds=120.0, idle=30.0)
"""Limits of one request."""


class Reply(NamedTuple):
    """A server's answer."""

    status: int
    data: Any
    """The parsed JSON; None if it is not JSON."""
    etag: str = ""
    refused: FetchError | None = None
    """The error to raise for this status, if any."""

    @property
    def is_good(self) -> bool:
        """True if the request succeeded."""
        return 200 <= self.status < 300


def ask(
    base: str,
    method: str,
    path: str,
    login: Login | None = None,
    data: object = None,
    headers: Mapping[str, str] | None = None,
    limits: Limits = LIMITS,
    cancel: CancelToken | None = None,
    is_form: bool = False,
) -> Reply:
    """Return a server's answer; `path` is relative to `base`, `data` is sent as JSON, or as a form.

    The listener typed the address, so it may be in their own network. Nothing follows a redirect to another host.
    Raises FetchError if there is no answer.
    """
    sent = {"Accept": "application/json", **(headers or {})}
    body = None
    if isinstance(data, dict) and is_form:
        body, sent["Content-Type"] = urlencode(data).encode(), "application/x-www-form-urlencoded"
    elif data is not None:
        body, sent["Content-Type"] = json.dumps(data).encode(), "application/json"
    logins = (login,) if login else ()
    request = Request(base + path, frozenset((origin(base + "/"),)), sent, method, body, logins, stays=True)
    with opened(request, limits, cancel) as response:
        refused = refusal(response) if response.status >= 400 else None
        content = b"".join(response.chunks)
    if sum(map(content.count, (b",", b"[", b"{"))) > MAX_VALUES:
        raise FetchError(f"{base}: the answer has more than {MAX_VALUES:,} values.", is_final=True)
    try:
        found = json.loads(content, parse_constant=lambda _: None)  # NaN and Infinity
    except (ValueError, RecursionError):
        found = None
    return Reply(response.status, found, response.headers.get("etag", ""), refused)
