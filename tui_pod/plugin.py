"""What a package with a source of episodes may import from tui-pod. Nothing else is public: see `docs/sources.md`.

A source runs in a process of its own, without network, the database and the listener's progress: it gets values and
returns values.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple

from tui_pod.core.library.parts import Part
from tui_pod.core.player.snapshot import Chapter
from tui_pod.shelf.published import FeedError, Published, PublishedItem, Recording

__all__ = [
    "CONTRACT", "LARGEST", "Answer", "Chapter", "Credentials", "FeedError", "FetchFailed", "NeedsLogin", "Option",
    "Part", "Published", "PublishedItem", "Recording", "SourcePlugin", "SourceRequest", "fake_request",
]  # fmt: skip

CONTRACT = 2
"""The version of this contract. It is raised when a source that follows it would have to change."""

LARGEST = 32 * 1024 * 1024
"""Largest answer that `SourceRequest.fetch` returns (bytes)."""

NOTHING: Mapping[str, str] = MappingProxyType({})


class FetchFailed(FeedError):
    """There is no usable answer. A source need not catch it: its message is for the listener."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        """The HTTP status, if there was an answer."""


class NeedsLogin(FeedError):
    """The server wants a login, or refuses the one that was sent; raised by `fetch` if it answers with status 401.

    A source MUST raise it if its server says so in another way. The listener is then asked, and the place read again.
    """

    def __init__(self, address: str = "") -> None:
        """Name an address of the server; empty for the one in the place."""
        super().__init__("A login is wanted.")
        self.address = address


class Option(NamedTuple):
    """A setting of each subscription. It appears in the dialog of settings, in `feeds set` and in plain lines."""

    name: str
    """MUST be of `a-z` and `_`, and no setting of every podcast."""
    text: str
    """What it does, in one line."""
    default: str = ""
    choices: tuple[str, ...] = ()
    """The values that it may have; none for any text. It is no place for a secret."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the listener gave for the server of a subscription. It MUST go nowhere else."""

    user: str
    password: str = field(repr=False)


class Answer(NamedTuple):
    """The answer to a fetch, after redirects."""

    body: bytes
    address: str = ""
    """The final address."""
    status: int = 200
    headers: Mapping[str, str] = NOTHING
    """By lower-case name."""

    def json(self) -> Any:
        """Return the value in the body. Raises FeedError if there is none, as in a web page."""
        try:
            return json.loads(self.body)
        except ValueError:
            raise FeedError(f"{self.address.partition('?')[0]} answered with something other than JSON.") from None


@dataclass(frozen=True, slots=True)
class SourceRequest:
    """What a source is asked to read."""

    place: str
    """What `SourcePlugin.takes` returned."""
    options: Mapping[str, str]
    """A value for each option that the source declares."""
    login: Credentials | None
    """The login of the subscription; None if there is none, or if it may not be sent over http."""
    send: Callable[[str, bytes | None, Mapping[str, str], int], Answer] = field(repr=False)

    def fetch(
        self, address: str, *, data: bytes | None = None, headers: Mapping[str, str] = NOTHING, limit: int = LARGEST
    ) -> Answer:
        """Return what is at an http or https address; with `data`, the answer to a POST.

        It reaches public hosts, the server that the listener typed or gave in the place, and those that
        `network.private_hosts` names. The login goes along to its own server, unless `headers` have an
        `Authorization`. It ends when the app does.

        Raises:
            NeedsLogin: the server wants a login.
            FetchFailed: there is no answer, one with a status of 400 or above, or one of more than `limit` bytes.
        """
        return self.send(address, data, headers, limit)


class SourcePlugin:
    """A source of episodes. An entry point of the group `tui_pod.sources` names the class; its name is the source's."""

    contract: ClassVar[int]
    """MUST be the version of the contract that the source was written for."""
    is_online: ClassVar[bool] = True
    """MAY be False if `read` fetches nothing."""
    options: ClassVar[Sequence[Option]] = ()
    """MAY declare settings."""

    def takes(self, typed: str) -> str | None:
        """Return the place that a typed text means; None if the text means nothing to this source.

        MUST be implemented. MUST answer within 5 seconds and without a fetch, take only what is certainly its own,
        and return a place unchanged. The text has no password: that is kept with the logins.
        """
        raise NotImplementedError

    def read(self, request: SourceRequest) -> Published:
        """Return everything that is at a place now, newest first.

        MUST be implemented, and MUST answer within 2 minutes. MUST raise FeedError, whose message is for the listener,
        if it cannot be read now. MUST NOT put a secret into an address: an item has `headers` and `parameters`.
        """
        raise NotImplementedError


def fake_request(
    place: str,
    answers: Mapping[str, bytes | Exception],
    options: Mapping[str, str] = NOTHING,
    login: Credentials | None = None,
) -> SourceRequest:
    """Return a request for the tests of a source: its fetch finds the answer by the address, with or without its query.

    An exception is raised, and an address without an answer is not there.
    """

    def send(address: str, _data: bytes | None, _headers: Mapping[str, str], _limit: int) -> Answer:
        bare = address.partition("?")[0]
        answer = answers.get(
            address, answers.get(bare, FetchFailed(f"{bare}: the server does not have it (404).", 404))
        )
        if isinstance(answer, Exception):
            raise answer
        return Answer(answer, address)

    return SourceRequest(place, options, login, send)
