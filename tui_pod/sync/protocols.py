"""What sync servers speak: requests, gpodder API v2 and Nextcloud's gPodder Sync, and episode actions.

What a server sends is checked element by element, and invalid elements are skipped. What is sent is checked just as
strictly, since servers refuse a whole batch for one bad element. Knows no file.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, NamedTuple, NoReturn, Protocol, TypeVar
from urllib.parse import quote

from tui_pod.core.progress.progress import PlayedRule, Progress, Status, is_undecided, stamp_after, told
from tui_pod.core.text.clean import clean, is_safe
from tui_pod.core.wall_time import believed_or_unknown
from tui_pod.net.address import MAX_SHARED, AddressError, absolute, check_address, is_exact, no_address, origin
from tui_pod.net.fetch import FetchError, Limits
from tui_pod.net.json_client import MAX_PROGRESS, Reply, ask
from tui_pod.net.login import Login
from tui_pod.shelf.feed_store import EpisodeIdentity
from tui_pod.sync.folder import SyncError

LIMITS = Limits(MAX_PROGRESS, seconds=60.0, idle=15.0)
"""Limits of one request."""

AGAIN_AFTER = 2.0
"""Seconds after which a request that the server failed to answer is repeated, once in a sync."""

ALL_TOGETHER = 300.0
"""Seconds for all requests of a sync."""


class Transport(Protocol):
    """Sends requests to one server."""

    def ask(self, method: str, path: str, data: object = None) -> Reply:
        """Return the answer to a request. `path` is relative to the server, and `data` is JSON. Raises SyncError."""


class HttpTransport:
    """Sends requests over http(s)."""

    def __init__(
        self, server: str, user: str, password: str, limits: Limits = LIMITS, patience: float = ALL_TOGETHER
    ) -> None:
        """Check the server's address. The listener typed it, so it may be in their own network.

        Without a password no login is sent. `limits` are those of one request, `patience` (seconds) that of all.

        Raises SyncError if the address is invalid or cannot be found, or the password would cross the internet
        unencrypted.
        """
        address = absolute(server.rstrip("/") + "/")
        if address is None:
            raise SyncError(no_address(server))
        self.base = address.rstrip("/")
        """The server's address, without a trailing slash."""
        self._login = Login(origin(address), user, password, over_http=True) if password else None
        self._limits = limits
        self._deadline = time.monotonic() + patience
        self._may_repeat = True
        try:
            check_address(address)
        except AddressError as error:
            if not error.is_private:
                raise SyncError(str(error), error.is_unknown) from None
        else:
            if address.startswith("http:"):
                raise SyncError(f"{self.base} needs https, since others could read the password on the way.")

    def ask(self, method: str, path: str, data: object = None, is_form: bool = False) -> Reply:
        """Return the answer to a request; `is_form` sends the data as a form. Raises what `Transport.ask` raises."""
        if time.monotonic() > self._deadline:
            raise SyncError("The server takes too long; the rest comes with the next sync.")
        try:
            reply = ask(self.base, method, path, self._login, data, limits=self._limits, is_form=is_form)
        except FetchError as error:
            raise SyncError(str(error), error.is_offline) from error
        if reply.status >= 500 and self._may_repeat:
            self._may_repeat = False
            time.sleep(AGAIN_AFTER)
            return self.ask(method, path, data, is_form)
        return reply


DEVICE = "tui-pod"
"""Id under which all tui-pods of a listener share their podcasts, since some servers keep a list per device.

The actions of each machine have an id of their own, `device_id`.
"""

MAX_NAME = 60
"""Longest name of a device, in characters."""

MAX_SECONDS = 10_000_000
"""Longest episode that is accepted, in seconds."""

LATE = timedelta(minutes=10)
"""Age from which a change is sent with the current time instead of its own, if other programs use the server: it lists
actions by their own time, and they may have read past it already. Not one of another machine, which may have played on
meanwhile."""

_IDENTIFYING = ("podcast", "guid", "episode", "timestamp", "position", "action")

Element = dict[str, Any]
"""One action as JSON."""


class EpisodeAction(NamedTuple):
    """Someone played an episode up to a position, or marked it as new."""

    podcast: str
    episode: str
    guid: str | None
    """None if the server has none."""
    time: datetime
    started: int | None
    position: int
    total: int | None
    """Seconds, all three; the position is 0 if it was marked as new, and only then."""
    device: str | None = None
    """Id of the device; None if the server does not send it."""

    @property
    def is_new(self) -> bool:
        """Whether the episode was marked as unplayed, which AntennaPod and gPodder send as `new`."""
        return self.position == 0


def parse_action(value: object, now: datetime) -> EpisodeAction | None:
    """Return an element as an action; None if it is not about playing, or is invalid.

    A time that is not believed at the time `now` counts as unknown: servers send an action again and again.
    """
    kind = str(value.get("action")).lower() if isinstance(value, dict) else ""
    if not isinstance(value, dict) or kind not in ("play", "new"):
        return None
    podcast, episode, guid = (_text(value.get(key)) for key in ("podcast", "episode", "guid"))
    started, position, total = (_seconds(value.get(key)) for key in ("started", "position", "total"))
    time = _time(value.get("timestamp"))
    if kind == "new":
        started, position, total = None, 0, None
    if not (podcast and episode) or position is None or time is None:
        return None
    time, device = believed_or_unknown(time, now), _text(value.get("device"))
    return EpisodeAction(podcast, episode, guid, time, started, position, total, device and device[:MAX_NAME])


def action_mark(value: object) -> str:
    """Return a short hash that identifies an element."""
    parts = [str(value.get(name)).lower() for name in _IDENTIFYING] if isinstance(value, dict) else [repr(value)]
    return blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=8).hexdigest()


def action_time(value: object) -> int:
    """Return the time of an element of any kind, in seconds since 1970; 0 if it has none."""
    time = _time(value.get("timestamp")) if isinstance(value, dict) else None
    return int(time.timestamp()) if time is not None else 0


def to_progress(action: EpisodeAction, mine: Progress | None, rule: PlayedRule) -> Progress | None:
    """Return the progress after an action; None if the action changes nothing: ours is newer, or the same."""
    if mine is not None and action.time <= (mine.updated if not action.is_new else _second_before(mine.updated)):
        return None
    time = stamp_after(mine, action.time) if action.is_new else action.time
    return told(mine, time, float(action.position), action.total, rule, started=action.started, grain=1.0)


def lacks_length(progress: Progress, episode: EpisodeIdentity) -> bool:
    """Return whether an episode is marked as played and cannot be sent: a server has no mark, only a position."""
    return progress.played and int(progress.duration or episode.duration or 0) < 1


def is_from_other(value: object) -> bool:
    """Return whether an element is from another program, or from a server that does not tell."""
    return not (isinstance(value, dict) and str(value.get("device")).startswith(DEVICE))


def to_element(
    progress: Progress, podcast: str, episode: EpisodeIdentity, now: datetime | None, device: str = DEVICE
) -> Element | None:
    """Return the action to send for a podcast's episode; None if there is nothing that a server would accept.

    `now` is None if no other program uses the server: then nothing is sent with another time than its own.
    """
    length = int(progress.duration or episode.duration or 0)
    position = length if progress.played else int(progress.position)
    is_new = progress.status is Status.UNPLAYED and not progress.is_dismissed  # of which servers know nothing
    if (position < 1 and not is_new) or not (is_exact(podcast) and is_exact(episode.audio)):
        return None
    is_late = now is not None and progress.updated < now - LATE and not (progress.origin or is_undecided(progress))
    time = _whole_second(now if now is not None and is_late else progress.updated)
    if progress.origin:  # nor is it made newer than what that machine may have done next
        time = progress.updated.astimezone(UTC)
    kind = "new" if is_new else "play"
    element: Element = {"podcast": podcast, "episode": episode.audio, "device": device, "action": kind}
    if guid := _text(episode.guid.partition("\0")[0]):
        element["guid"] = guid
    element["timestamp"] = f"{time:%Y-%m-%dT%H:%M:%S}"
    if is_new:
        return element
    if length:
        total = max(position, length)
        element |= {"started": position if progress.played else _start(progress), "total": total}
    return element | {"position": position}


def newest_of_each(actions: Iterable[EpisodeAction]) -> list[EpisodeAction]:
    """Return the last action of each episode, by its time.

    Within a second `new` wins, as in AntennaPod, then the larger position.
    """
    last: dict[tuple[str, str], EpisodeAction] = {}
    for action in actions:
        key = action.podcast, action.guid or action.episode
        former = last.get(key)
        if former is None or _order(former) <= _order(action):
            last[key] = action
    return list(last.values())


def device_id(name: str | None) -> str:
    """Return the id under which a server knows the machine of this name; `DEVICE` if it has no name."""
    label = re.sub(r"[^A-Za-z0-9.-]+", "-", name or "")[:32].strip("-.")
    return f"{DEVICE}-{label.lower()}" if label else DEVICE


def device_name(device: str) -> str:
    """Return the name of a device to show, such as `laptop` for `tui-pod-laptop`."""
    return clean(device.removeprefix(f"{DEVICE}-"), MAX_NAME)


def _order(action: EpisodeAction) -> tuple[object, ...]:
    return action.time, action.is_new, action.position


def _whole_second(time: datetime) -> datetime:
    """Return a time rounded up to a whole second, so that it is later than what it replaces."""
    time = time.astimezone(UTC)
    return time.replace(microsecond=0) + timedelta(seconds=1) if time.microsecond else time


def _second_before(time: datetime) -> datetime:
    """Return the last whole second before the one as which a time is sent: a `new` of that second wins."""
    return _whole_second(time) - timedelta(seconds=1)


def _start(progress: Progress) -> int:
    """Return the start of the played range that ends at the position, in seconds."""
    starts = (start for start, end in progress.played_ranges if start <= progress.position <= end + 1)
    return int(min(starts, default=progress.position))


def _text(value: object) -> str | None:
    """Return the value if it is a valid address or guid; None if not."""
    return value if isinstance(value, str) and value and len(value) <= MAX_SHARED and is_safe(value) else None


def _seconds(value: object) -> int | None:
    """Return whole seconds above 0; None for anything else: servers send 0 and -1 for unknown."""
    if isinstance(value, float) and 1 <= value <= MAX_SECONDS:
        value = int(value)
    return value if type(value) is int and 1 <= value <= MAX_SECONDS else None


def _time(value: object) -> datetime | None:
    """Parse a time as servers write it: ISO 8601, in UTC if it has no zone, or seconds since 1970; None if invalid."""
    try:
        if isinstance(value, str):
            time = datetime.fromisoformat(value)
            return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
        if type(value) is int:
            return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None


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
