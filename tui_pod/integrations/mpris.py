"""Media keys, playerctl and desktop widgets: an MPRIS player on the session bus (D-Bus Interface Specification 2.2).

All requests go through `PlayerApi`. As the specification requires, a request that fails has no effect. Only properties
that have changed are sent, and the position only with Seeked.
"""

# No `from __future__ import annotations`: dbus-fast 5.2 would read the text 'None' as a signature.

import math
import os
import re
import time
from collections.abc import Callable
from typing import Annotated, Any

from dbus_fast import DBusError, ErrorType, NameFlag, PropertyAccess, RequestNameReply, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.annotations import DBusBool, DBusDict, DBusDouble, DBusInt64, DBusObjectPath, DBusSignature, DBusStr
from dbus_fast.service import ServiceInterface, dbus_method, dbus_property, dbus_signal

from tui_pod.core.actions import render_keys
from tui_pod.core.library.speed import MAX_SPEED, MIN_SPEED
from tui_pod.core.outcome import Outcome
from tui_pod.core.playback.controller import PlaybackController
from tui_pod.core.player.snapshot import Playback, PlayerStatus
from tui_pod.integrations.broadcast import Follower
from tui_pod.integrations.player_api import PlayerApi
from tui_pod.runtime.log import log

PATH = "/org/mpris/MediaPlayer2"
NAME = "org.mpris.MediaPlayer2.tui_pod"

TRACKS = "/tui_pod/episode"

JUMP = 0.7
"""Seconds ahead of the expected position that mean a seek: the smallest step is 5 s, and a poll is 0.25 s late."""

ANNOUNCED = (
    "PlaybackStatus", "LoopStatus", "Rate", "Metadata", "Volume", "CanGoNext", "CanGoPrevious", "CanPlay", "CanPause",
    "CanSeek",
)  # fmt: skip
"""The properties whose changes are sent: all but Position and the constant ones."""

SECOND = 1_000_000
"""Microseconds, the unit of MPRIS."""

DBusStrings = Annotated[list[str], DBusSignature("as")]


def _attribute(name: str) -> str:
    """Return the attribute name for a D-Bus member: dbus-fast looks members up by their function's name."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _request(name: str, ask: Callable[[PlayerApi], Outcome | None]) -> Any:
    """Return a method that sends the player a request."""

    def request(interface: Any) -> None:
        _note(ask(interface._api))

    request.__name__ = _attribute(name)
    return dbus_method(name=name)(request)


def _note(outcome: Outcome | None) -> None:
    """Log why a request had no effect, which the bus does not learn."""
    if outcome is not None and not outcome.is_done:
        log(f"media keys: {render_keys(outcome.text)}")


def _property(name: str, kind: Any, read: Callable[[Any], Any]) -> Any:
    read.__name__ = _attribute(name)
    read.__annotations__["return"] = kind
    return dbus_property(PropertyAccess.READ, name)(read)


def _constant(name: str, kind: Any, value: Any) -> Any:
    return _property(name, kind, lambda _: value)


def _when_pausable(name: str) -> Any:
    """Return a property that is true while there is something to pause."""
    return _property(name, DBusBool, lambda interface: interface._controller.can_pause)


class RootInterface(ServiceInterface):
    """org.mpris.MediaPlayer2: what the program is."""

    identity = _constant("Identity", DBusStr, "tui-pod")
    can_quit = _constant("CanQuit", DBusBool, False)
    can_raise = _constant("CanRaise", DBusBool, False)
    has_track_list = _constant("HasTrackList", DBusBool, False)
    supported_uri_schemes = _constant("SupportedUriSchemes", DBusStrings, [])
    supported_mime_types = _constant("SupportedMimeTypes", DBusStrings, [])

    def __init__(self) -> None:
        super().__init__("org.mpris.MediaPlayer2")

    @dbus_method(name="Raise")
    def raise_window(self) -> None:
        """Do nothing: a terminal cannot be raised (CanRaise)."""

    @dbus_method(name="Quit")
    def quit(self) -> None:
        """Do nothing (CanQuit): only the listener quits."""


class PlayerInterface(ServiceInterface):
    """org.mpris.MediaPlayer2.Player: what plays."""

    def __init__(self, controller: PlaybackController) -> None:
        super().__init__("org.mpris.MediaPlayer2.Player")
        self._controller = controller
        self._api = PlayerApi(controller)

    def announced(self) -> dict[str, Any]:
        """Return the properties whose changes are sent."""
        return {name: getattr(self, _attribute(name)) for name in ANNOUNCED}

    @property
    def _playback(self) -> Playback:
        return self._controller.playback

    next = _request("Next", lambda api: api.controller.next())
    previous = _request("Previous", lambda api: api.controller.previous())
    pause = _request("Pause", lambda api: api.controller.pause())
    play_pause = _request("PlayPause", PlayerApi.toggle)
    play = _request("Play", PlayerApi.play)
    stop = _request("Stop", PlayerApi.stop)  # keeps the position, and Play resumes there

    @dbus_method(name="Seek")
    def seek(self, offset: DBusInt64) -> None:
        """Seek by microseconds; a seek past the end goes to where the episode counts as played."""
        _note(self._controller.seek_by(offset / SECOND))

    @dbus_method(name="SetPosition")
    def set_position(self, track: DBusObjectPath, position: DBusInt64) -> None:
        """Seek in the track, unless another track is playing already or the position is past its end."""
        playback = self._playback
        if track != track_path(playback.episode) or position < 0:
            return
        if playback.duration is not None and position > playback.duration * SECOND:
            return
        _note(self._controller.seek_to(position / SECOND))

    @dbus_method(name="OpenUri")
    def open_uri(self, uri: DBusStr) -> None:  # noqa: ARG002
        """Refuse: only episodes in the library are played."""
        raise DBusError(ErrorType.NOT_SUPPORTED, "tui-pod plays what is in its library.")

    @dbus_signal(name="Seeked")
    def seeked(self) -> DBusInt64:
        """Report that the position jumped."""
        return self._microseconds()

    can_play = _property("CanPlay", DBusBool, lambda interface: len(interface._controller.library) > 0)
    can_go_next = _property("CanGoNext", DBusBool, lambda interface: interface._controller.has_next)
    can_go_previous = _when_pausable("CanGoPrevious")  # at least to the start of the episode
    can_pause = _when_pausable("CanPause")
    can_seek = _property("CanSeek", DBusBool, lambda interface: interface._playback.is_loaded)
    minimum_rate = _constant("MinimumRate", DBusDouble, MIN_SPEED)
    maximum_rate = _constant("MaximumRate", DBusDouble, MAX_SPEED)
    can_control = _constant("CanControl", DBusBool, True)
    metadata = _property("Metadata", DBusDict, lambda interface: make_metadata(interface._controller))
    position = _property("Position", DBusInt64, lambda interface: interface._microseconds())

    @dbus_property(PropertyAccess.READ, "PlaybackStatus")
    def playback_status(self) -> DBusStr:
        """Playing, Paused or Stopped."""
        playback = self._playback
        if self._controller.interlude is not None:
            return "Paused" if self._api.is_paused else "Playing"
        if not playback.is_loaded or (playback.is_held and playback.load):  # a restored episode is paused
            return "Stopped"
        return "Paused" if self._api.is_paused else "Playing"

    @dbus_property(PropertyAccess.READWRITE, "Rate")
    def rate(self) -> DBusDouble:
        """The speed."""
        return self._playback.speed

    @rate.setter  # type: ignore[no-redef]
    def rate(self, rate: DBusDouble) -> None:
        """Set the speed; 0 pauses, as the specification requires."""
        if rate == 0:
            self._controller.set_paused(True)
        elif math.isfinite(rate):
            self._controller.mixer.set_speed(rate)

    @dbus_property(PropertyAccess.READWRITE, "Volume")
    def volume(self) -> DBusDouble:
        """The volume, 0 to 2; 0 also when muted."""
        return 0.0 if self._playback.is_muted else self._playback.volume / 100

    @volume.setter  # type: ignore[no-redef]
    def volume(self, volume: DBusDouble) -> None:
        """Set the volume; any volume above 0 unmutes."""
        if not math.isfinite(volume):
            return
        self._controller.mixer.set_volume(round(min(max(volume, 0.0), 2.0) * 100))
        if volume > 0 and self._playback.is_muted:
            self._controller.mixer.toggle_mute()

    @dbus_property(PropertyAccess.READWRITE, "LoopStatus")
    def loop_status(self) -> DBusStr:
        """Track while anything is repeated, otherwise None."""
        return "None" if self._playback.repeat is None else "Track"

    @loop_status.setter  # type: ignore[no-redef]
    def loop_status(self, status: DBusStr) -> None:
        """Repeat the episode, or end that; a list cannot be repeated."""
        if status != self.loop_status and status in ("None", "Track"):
            _note(self._controller.repeat.start_episode() if status == "Track" else self._controller.repeat.end())

    def _microseconds(self) -> int:
        return round(self._playback.position * SECOND)


PlayerInterface.position.introspection.annotations["org.freedesktop.DBus.Property.EmitsChangedSignal"] = "false"


def track_path(episode: str | None) -> str:
    """Return the object path of an episode, its id in hex: ids are any text, paths only letters and digits."""
    return f"{TRACKS}/{(episode or '').encode('utf-8', 'surrogatepass').hex()}"


def make_metadata(controller: PlaybackController) -> dict[str, Variant]:
    """Return the metadata of the current episode, by its MPRIS and xesam names; empty if there is none."""
    playback, library = controller.playback, controller.library
    episode = library.find(playback.episode)
    if episode is None:
        return {}
    found: dict[str, tuple[str, Any]] = {
        "mpris:trackid": ("o", track_path(playback.episode)),
        "xesam:title": ("s", playback.title),
    }
    if playback.duration is not None:
        found["mpris:length"] = ("x", round(playback.duration * SECOND))
    if episode.tags:
        topics = library.topics
        path = topics.path(topics.find(episode.tags[0]) or 0)
        found["xesam:album"] = ("s", episode.tags[0])
        found["xesam:artist"] = ("as", [topics.names[path[min(1, len(path) - 1)]]])
        found["xesam:genre"] = ("as", list(episode.tags))
    if episode.summary:
        found["xesam:comment"] = ("as", [episode.summary])
    if episode.published is not None:
        found["xesam:contentCreated"] = ("s", episode.published.isoformat())
    return {key: Variant(signature, value) for key, (signature, value) in found.items()}


class Mpris(Follower):
    """Shows playback on the session bus."""

    def __init__(self, bus: MessageBus, controller: PlaybackController) -> None:
        self._bus = bus
        self._player = PlayerInterface(controller)
        self._announced = self._player.announced()
        self._former, self._at = controller.playback, time.monotonic()

    async def start(self) -> None:
        """Request a name on the bus; only the first of several apps gets the plain name."""
        self._bus.export(PATH, RootInterface())
        self._bus.export(PATH, self._player)
        reply = await self._bus.request_name(NAME, NameFlag.DO_NOT_QUEUE)
        if reply is not RequestNameReply.PRIMARY_OWNER:
            await self._bus.request_name(f"{NAME}.instance{os.getpid()}", NameFlag.DO_NOT_QUEUE)

    def playback_changed(self, playback: Playback) -> None:
        """Send the properties that changed, and Seeked after a jump."""
        former = self._former
        if self._has_jumped(playback):
            self._player.seeked()
        self._former, self._at = playback, time.monotonic()
        if playback._replace(position=former.position) != former:
            self._tell()

    def queue_changed(self) -> None:
        """Send the properties that changed, such as CanGoNext."""
        self._tell()

    async def close(self) -> None:
        """Leave the bus."""
        self._bus.disconnect()

    def _tell(self) -> None:
        if not self._bus.connected:
            return
        values = self._player.announced()
        changed = {name: value for name, value in values.items() if value != self._announced[name]}
        self._announced = values
        if changed:
            self._player.emit_properties_changed(changed)

    def _has_jumped(self, playback: Playback) -> bool:
        """Return True if the position is not where playing on would have led."""
        former = self._former
        if not playback.is_loaded or playback.status is PlayerStatus.LOADING or not self._bus.connected:
            return False
        if playback.load != former.load or former.status is PlayerStatus.LOADING:
            return playback.position > JUMP  # clients assume that a new track begins at its start
        passed = time.monotonic() - self._at if former.status is PlayerStatus.PLAYING else 0.0
        ahead = playback.position - former.position
        return ahead < -0.05 or ahead > passed * former.speed + JUMP
