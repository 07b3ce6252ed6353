"""The two protocols of sync servers, gpodder API v2 and Nextcloud's gPodder Sync, and detecting which one is spoken.

Only the structure of answers is checked here. Knows no files and no progress.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, NoReturn, TypeVar
from urllib.parse import quote

from tui_pod.net.json_client import Reply
from tui_pod.sync.actions import DEVICE, Element
from tui_pod.sync.folder import SyncError
from tui_pod.sync.transport import Transport

Item = TypeVar("Item")

BATCH = 100
"""Elements sent at once at first; Nextcloud takes many seconds for a few hundred."""

MIN_BATCH, MAX_BATCH = 10, 1_600
"""Limits of a batch that follows the server."""

QUICK, SLOW = 1.0, 5.0
"""Seconds for a batch below which the next one is twice as large, and above which it is half as large."""

MAX_REFUSED = 5
"""Elements refused in a row, with none accepted, after which the server is considered broken."""


class Changes(NamedTuple):
    """How a list of podcasts changed."""

    add: list[str]
    remove: list[str]
    timestamp: int


class ActionPage(NamedTuple):
    """One page of episode actions."""

    actions: list[Any]
    timestamp: int


@dataclass(frozen=True, slots=True)
class ServerPaths:
    """The paths of a protocol, relative to the server's address."""

    name: str
    subscriptions: str
    change_subscriptions: str
    actions: str
    send_actions: str
    devices: str | None = None
    """Format of a device's path; None if the protocol has no devices."""


def paths_of(name: str, user: str) -> ServerPaths | None:
    """Return a protocol's paths by its name; None if there is no such protocol."""
    owner = quote(user, safe="")
    if name == "gpodder":
        device = f"/api/2/subscriptions/{owner}/{DEVICE}.json"
        actions = f"/api/2/episodes/{owner}.json"
        return ServerPaths(name, device, device, actions, actions, f"/api/2/devices/{owner}/{{}}.json")
    if name == "nextcloud":
        app = "/index.php/apps/gpoddersync"
        changes = f"{app}/subscription_change/create"
        return ServerPaths(
            name, f"{app}/subscriptions", changes, f"{app}/episode_action", f"{app}/episode_action/create"
        )
    return None


def detect(transport: Transport, user: str, now: int) -> ServerPaths:
    """Return the paths of the protocol that the server speaks. Raises SyncError if none, or it refuses the login."""
    owner = quote(user, safe="")
    answer = transport.ask("GET", f"/api/2/devices/{owner}.json")
    if answer.is_good and isinstance(answer.data, list):
        name = "gpodder"
    else:
        other = transport.ask("GET", f"/index.php/apps/gpoddersync/subscriptions?since={now}")
        if not (other.is_good and isinstance(other.data, dict) and "add" in other.data):
            for refused in (answer, other):
                _check_login(refused)
            _check_speech(answer, other)
        name = "nextcloud"
    paths = paths_of(name, user)
    assert paths is not None
    return paths


class Server:
    """Speaks one protocol. Every call may raise `SyncError`."""

    def __init__(self, transport: Transport, paths: ServerPaths) -> None:
        self._transport = transport
        self._paths = paths

    def register(self, device: str, name: str) -> None:
        """Register a device by its id and name, if the protocol has devices."""
        if self._paths.devices:
            path = self._paths.devices.format(quote(device, safe=""))
            _check(self._transport.ask("POST", path, {"caption": name, "type": "desktop"}), "the device")

    def subscriptions(self, since: int) -> Changes:
        """Return how the list of podcasts changed since one of the server's timestamps."""
        data = self._changes(self._paths.subscriptions, since, "the podcasts")
        return Changes(_list(data.get("add")), _list(data.get("remove")), _whole(data.get("timestamp")))

    def actions(self, since: int) -> ActionPage:
        """Return the first page of the actions since one of the server's timestamps."""
        data = self._changes(self._paths.actions, since, "the episodes")
        return ActionPage(_list(data.get("actions")), _whole(data.get("timestamp")))

    def change_subscriptions(self, add: Sequence[str], remove: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Send changes of the list; yield each accepted address, with the form in which the server saved it."""
        changes = [("add", address) for address in add] + [("remove", address) for address in remove]

        def send(part: Sequence[tuple[str, str]]) -> Reply:
            data = {kind: [address for what, address in part if what == kind] for kind in ("add", "remove")}
            return self._transport.ask("POST", self._paths.change_subscriptions, data)

        for part, answer in _in_batches(changes, send):
            updates = answer.data.get("update_urls") if isinstance(answer.data, dict) else None
            pairs = [pair for pair in _list(updates) if isinstance(pair, list) and len(pair) == 2]
            became = {str(old): str(new) for old, new in pairs}
            yield from ((address, became.get(address, address)) for _, address in part)

    def send_actions(self, elements: Sequence[Element]) -> Iterator[Element]:
        """Send actions; yield the accepted ones."""
        for part, _ in _in_batches(elements, lambda part: self._transport.ask("POST", self._paths.send_actions, part)):
            yield from part

    def _changes(self, path: str, since: int, what: str) -> dict[str, Any]:
        answer = self._transport.ask("GET", f"{path}?since={since}")
        _check(answer, what)
        if not isinstance(answer.data, dict):
            raise SyncError(f"The server's answer about {what} cannot be read.")
        return answer.data


def _in_batches(
    items: Sequence[Item], send: Callable[[Sequence[Item]], Reply]
) -> Iterator[tuple[Sequence[Item], Reply]]:
    """Send items; yield the accepted ones. A refused batch is halved until the element at fault is alone.

    Batches grow while the server is quick, and shrink if it is slow or fails.
    """
    size, sent, waiting = BATCH, 0, list[Sequence[Item]]()
    refused, has_accepted, is_broken = 0, False, False
    while waiting or sent < len(items):
        if not waiting:
            waiting.append(items[sent : sent + size])
            sent += size
        part, began = waiting.pop(), time.monotonic()
        answer = send(part)
        took = time.monotonic() - began
        _check_login(answer)
        if answer.is_good:
            refused, has_accepted = 0, True
            if took > SLOW:
                size = max(MIN_BATCH, size // 2)
            elif took < QUICK and len(part) == size:
                size = min(MAX_BATCH, 2 * size)
            yield part, answer
            continue
        if answer.status in (400, 413, 422, 500):
            if answer.status in (413, 500):
                size = max(MIN_BATCH, min(size, len(part) // 2))
            if len(part) > 1:
                waiting += [part[len(part) // 2 :], part[: len(part) // 2]]
                continue
            refused += 1
            is_broken = is_broken or answer.status == 500
            if refused < MAX_REFUSED and (waiting or sent < len(items) or has_accepted or not is_broken):
                continue
        raise SyncError(f"The server accepts nothing at the moment (status {answer.status}); try again later.")


def _check_speech(*answers: Reply) -> NoReturn:
    """Raise SyncError: what is wrong with a server that gave these answers instead of podcasts."""
    failed = next((reply.status for reply in answers if reply.status == 429 or reply.status >= 500), None)
    if failed is not None:
        raise SyncError(f"The server failed (status {failed}); try again later.")
    if answers[0].status < 400 and answers[0].data is None:
        hint = "Is the address right, and this network without a login page?"
        raise SyncError(f"The server answers with a page instead of data (status {answers[0].status}). {hint}")
    statuses = " and ".join(dict.fromkeys(str(reply.status) for reply in answers))
    raise SyncError(f"The server speaks neither the gpodder API nor Nextcloud's gPodder Sync (status {statuses}).")


def _check(answer: Reply, what: str) -> None:
    _check_login(answer)
    if not answer.is_good:
        raise SyncError(f"The server failed at {what} (status {answer.status}); try again later.")


def _check_login(answer: Reply) -> None:
    if answer.status in (401, 403):
        raise SyncError(
            f"The server rejects user or password ({answer.status}). “Set up sync” in the palette changes them."
        )


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _whole(value: object) -> int:
    return value if type(value) is int and value >= 0 else 0
