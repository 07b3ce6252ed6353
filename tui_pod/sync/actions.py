"""Episode actions in the format of gpodder servers: parsing those of other devices, and building our own.

What a server sends is checked element by element, and invalid elements are skipped. What is sent is checked just as
strictly, since servers refuse a whole batch for one bad element. Knows no server and no file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, NamedTuple

from tui_pod.core.progress.progress import PlayedRule, Progress, Status, is_undecided, stamp_after, told
from tui_pod.core.text.clean import clean, is_safe
from tui_pod.core.wall_time import believed_or_unknown
from tui_pod.net.address import absolute
from tui_pod.shelf.feed_store import EpisodeIdentity

DEVICE = "tui-pod"
"""Id under which all tui-pods of a listener share their podcasts, since some servers keep a list per device.

The actions of each machine have an id of their own, `device_id`.
"""

MAX_TEXT = 2_000
"""Longest address or guid that is accepted, in characters."""

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
    if (position < 1 and not is_new) or not (is_address(podcast) and is_address(episode.audio)):
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


def is_address(text: object) -> bool:
    """Return True for an http(s) address in the exact form that servers accept."""
    return isinstance(text, str) and len(text) <= MAX_TEXT and absolute(text) == text


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
    return value if isinstance(value, str) and value and len(value) <= MAX_TEXT and is_safe(value) else None


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
