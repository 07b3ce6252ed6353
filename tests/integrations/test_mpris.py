"""MPRIS and notifications on a private session bus, asked by the real playerctl and by a plain D-Bus client."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.patience import PATIENCE
from tests.rooms import EPISODES, Room, make_room
from tests.tools import needs
from tui_pod.core.player.snapshot import PlayerStatus
from tui_pod.core.selection.queue import Queue
from tui_pod.integrations.session_bus import DesktopError, connect, find_bus, follow_desktop

pytest.importorskip("dbus_fast", reason="dbus-fast is not installed (extra mpris)")

from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from tui_pod.integrations.mpris import NAME, PATH, Mpris, track_path

PLAYER = "org.mpris.MediaPlayer2.Player"

needs_playerctl = needs("playerctl")


class Desktop:
    """An app on the bus, and a client that asks it and hears what it tells."""

    def __init__(self, room: Room, client: MessageBus) -> None:
        self.room = room
        self._client = client
        self.changes: list[dict[str, Any]] = []
        self.jumps: list[float] = []

    async def join(self) -> None:
        """Put the app on the bus, and listen to it."""
        for follower in await follow_desktop(self.room.controller, notifies=False):
            self.room.broadcast.add(follower)
        self._client.add_message_handler(self._hear)
        await self.call("AddMatch", f"type='signal',path='{PATH}'", of="org.freedesktop.DBus")

    def _hear(self, message: Message) -> None:
        if message.message_type is not MessageType.SIGNAL or message.path != PATH:
            return
        if message.member == "PropertiesChanged":
            self.changes.append({name: variant.value for name, variant in message.body[1].items()})
        elif message.member == "Seeked":
            self.jumps.append(message.body[0] / 1e6)

    async def call(self, member: str, *body: Any, signature: str = "s", of: str = NAME, interface: str = "") -> Any:
        """Call a method; return the first value of the answer."""
        is_bus = of == "org.freedesktop.DBus"
        path = "/org/freedesktop/DBus" if is_bus else PATH
        message = Message(
            destination=of, path=path, interface=interface or (of if is_bus else PLAYER), member=member,
            signature=signature if body else "", body=list(body),
        )  # fmt: skip
        async with asyncio.timeout(PATIENCE):
            reply = await self._client.call(message)
        assert reply is not None
        if reply.message_type is MessageType.ERROR:
            raise RuntimeError(reply.error_name)
        return reply.body[0] if reply.body else None

    async def get(self, name: str, of: str = NAME, interface: str = PLAYER) -> Any:
        """Return a property."""
        variant = await self.call(
            "Get", interface, name, signature="ss", of=of, interface="org.freedesktop.DBus.Properties"
        )
        return variant.value

    async def set(self, name: str, variant: Variant) -> None:
        """Set a property of the player."""
        await self.call("Set", PLAYER, name, variant, signature="ssv", interface="org.freedesktop.DBus.Properties")

    async def settle(self) -> None:
        """Wait until all that was told before now has been heard: the bus keeps the order."""
        await self.get("CanControl")

    async def metadata(self) -> dict[str, Any]:
        """Return the metadata as plain values."""
        return {key: variant.value for key, variant in (await self.get("Metadata")).items()}


@pytest.fixture
async def client(bus_address: str) -> AsyncIterator[MessageBus]:
    """Another program on the bus."""
    bus = await MessageBus(bus_address=bus_address).connect()
    yield bus
    bus.disconnect()


@pytest.fixture
async def desktop(room: Room, client: MessageBus) -> AsyncIterator[Desktop]:
    """The app on the bus, with nothing playing."""
    joined = Desktop(room, client)
    await joined.join()
    yield joined
    await joined.room.broadcast.close()


async def playerctl(*arguments: str) -> str:
    """Return what playerctl says."""
    process = await asyncio.create_subprocess_exec(
        "playerctl", *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    async with asyncio.timeout(PATIENCE):
        out, _ = await process.communicate()
    return out.decode().strip()


@needs_playerctl
async def test_playerctl_finds_the_app_and_what_plays(desktop: Desktop) -> None:
    desktop.room.play("two", 42)
    assert await playerctl("--list-all") == "tui_pod"
    assert await playerctl("status") == "Playing"
    assert await playerctl("metadata", "--format", "{{title}}|{{album}}|{{artist}}|{{mpris:length}}") == (
        "Two|Numbers|Basics|200000000"
    )
    assert float(await playerctl("position")) == pytest.approx(42, abs=1)


@needs_playerctl
@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("pause", ("one", PlayerStatus.PAUSED, 30)),
        ("play-pause", ("one", PlayerStatus.PAUSED, 30)),
        ("next", ("two", PlayerStatus.PLAYING, 0)),
        ("position 10", ("one", PlayerStatus.PLAYING, 10)),
        ("position 5-", ("one", PlayerStatus.PLAYING, 25)),
        ("position 15+", ("one", PlayerStatus.PLAYING, 45)),
        ("stop", (None, PlayerStatus.STOPPED, 30.0)),
    ],
)
async def test_playerctl_command_is_done(
    desktop: Desktop, command: str, expected: tuple[str | None, PlayerStatus, float]
) -> None:
    room = desktop.room
    room.play("one", 30)
    assert await playerctl(*command.split()) == ""
    assert (room.playing, room.status, room.position) == expected


@needs_playerctl
async def test_playerctl_play_goes_on_after_stop(desktop: Desktop) -> None:
    room = desktop.room
    room.play("one", 30)
    for command in ("stop", "play"):
        await playerctl(command)
    assert (room.playing, room.status, room.position) == ("one", PlayerStatus.PLAYING, 30)


async def test_properties_with_nothing_loaded_say_so(desktop: Desktop) -> None:
    assert await desktop.get("PlaybackStatus") == "Stopped"
    assert await desktop.metadata() == {}
    wanted = {"CanPlay": True, "CanPause": False, "CanSeek": False, "CanGoPrevious": False, "CanControl": True}
    assert {name: await desktop.get(name) for name in wanted} == wanted


async def test_metadata_names_track_topic_length_and_summary(desktop: Desktop) -> None:
    desktop.room.play("two", 1)
    assert await desktop.metadata() == {
        "mpris:trackid": track_path("two"),
        "mpris:length": 200_000_000,
        "xesam:title": "Two",
        "xesam:album": "Numbers",
        "xesam:artist": ["Basics"],
        "xesam:genre": ["Numbers", "Basics"],
        "xesam:comment": ["The second of five."],
        "xesam:contentCreated": "2026-02-04",
    }


@pytest.mark.parametrize("episode", [e.id for e in EPISODES if e.id.startswith("hostile")])
async def test_metadata_of_a_hostile_title_is_told(desktop: Desktop, episode: str) -> None:
    desktop.room.play(episode, 1, following=())
    metadata = await desktop.metadata()
    assert metadata["xesam:title"] == desktop.room.controller.playback.title
    assert metadata["mpris:trackid"].startswith("/tui_pod/episode/")


async def test_rates_are_those_that_listening_takes(desktop: Desktop) -> None:
    assert [await desktop.get(name) for name in ("MinimumRate", "Rate", "MaximumRate")] == [0.5, 1.0, 3.0]


async def test_rate_and_volume_are_set(desktop: Desktop) -> None:
    await desktop.set("Rate", Variant("d", 1.25))
    await desktop.set("Volume", Variant("d", 0.5))
    playback = desktop.room.controller.playback
    assert (playback.speed, playback.volume) == (1.25, 50)


async def test_loop_status_repeats_the_episode_and_no_list(desktop: Desktop) -> None:
    desktop.room.play("one", 5)
    for status, told in (("Playlist", "None"), ("Track", "Track"), ("None", "None")):
        await desktop.set("LoopStatus", Variant("s", status))
        assert await desktop.get("LoopStatus") == told


async def test_position_is_readable_and_said_to_be_untold(desktop: Desktop) -> None:
    desktop.room.play("one", 12.5)
    assert await desktop.get("Position") == 12_500_000
    xml = await desktop.call("Introspect", interface="org.freedesktop.DBus.Introspectable")
    position = xml[xml.index('name="Position"') :]
    assert 'EmitsChangedSignal" value="false"' in position[: position.index("</property>")]


@pytest.mark.parametrize("method", ["Next", "Previous", "Pause", "Stop"])
async def test_method_with_nothing_loaded_has_no_effect(desktop: Desktop, method: str) -> None:
    await desktop.call(method)
    assert desktop.room.playing is None


async def test_set_position_for_another_track_is_stale_and_ignored(desktop: Desktop) -> None:
    desktop.room.play("one", 30)
    await desktop.call("SetPosition", track_path("two"), 10_000_000, signature="ox")
    assert desktop.room.position == 30


async def test_open_uri_is_refused(desktop: Desktop) -> None:
    with pytest.raises(RuntimeError, match="NotSupported"):
        await desktop.call("OpenUri", "file:///etc/passwd")
    assert desktop.room.playing is None


async def test_playing_on_tells_nothing(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    room = desktop.room
    room.play("one", 5)
    await desktop.settle()
    desktop.changes.clear()
    monkeypatch.setattr("tui_pod.integrations.mpris.time.monotonic", lambda: room.clock.now.timestamp())
    room.player.play(0.25)
    desktop.jumps.clear()
    room.player.play(20)
    await desktop.settle()
    assert (desktop.changes, desktop.jumps) == ([], [])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda room: room.controller.toggle_pause(), {"PlaybackStatus": "Paused"}),
        (lambda room: room.controller.mixer.set_speed(1.5), {"Rate": 1.5}),
        (lambda room: room.controller.mixer.set_volume(50), {"Volume": 0.5}),
        (lambda room: room.controller.mixer.toggle_mute(), {"Volume": 0.0}),
        (lambda room: room.controller.repeat.start_episode(), {"LoopStatus": "Track"}),
        (lambda room: room.controller.queue_last(["three"]), {"CanGoNext": True}),
    ],
)
async def test_change_tells_the_changed_property_alone(
    desktop: Desktop, change: Callable[[Room], None], told: dict[str, object]
) -> None:
    desktop.room.play("one", 5, following=())
    await desktop.settle()
    desktop.changes.clear()
    change(desktop.room)
    await desktop.settle()
    assert desktop.changes == [told]


async def test_next_episode_tells_its_metadata_and_not_the_position(desktop: Desktop) -> None:
    desktop.room.play("one", 5)
    await desktop.settle()
    desktop.changes.clear()
    desktop.room.controller.next()
    await desktop.settle()
    told = {name: value for change in desktop.changes for name, value in change.items()}
    assert told["Metadata"]["xesam:title"].value == "Two"
    assert "Position" not in told


@pytest.mark.parametrize("place", [10.0, 80.0])
async def test_seek_and_resuming_in_the_middle_tell_where_it_went(desktop: Desktop, place: float) -> None:
    desktop.room.play("one", 30)
    await desktop.settle()
    desktop.jumps.clear()
    desktop.room.controller.seek_to(place)
    await desktop.settle()
    assert set(desktop.jumps) == {place}
    desktop.room.controller.stop()
    await desktop.settle()
    desktop.jumps.clear()
    desktop.room.play("one")
    await desktop.settle()
    assert desktop.jumps == [place]


async def test_second_app_has_a_name_of_its_own(desktop: Desktop, client: MessageBus) -> None:
    second = Desktop(make_room(queue=Queue(("two",))), client)
    await second.join()
    second.room.play("three", 5)
    other = f"{NAME}.instance{os.getpid()}"
    assert await second.get("PlaybackStatus", of=other) == "Playing"
    assert await desktop.get("PlaybackStatus") == "Stopped"
    await second.room.broadcast.close()


async def test_end_takes_the_app_off_the_bus(desktop: Desktop) -> None:
    await desktop.room.broadcast.close()
    async with asyncio.timeout(PATIENCE):
        while await desktop.call("NameHasOwner", NAME, of="org.freedesktop.DBus"):
            pass


async def test_bus_gone_leaves_listening_alone(room: Room, bus_address: str) -> None:
    bus = await connect()
    mpris = Mpris(bus, room.controller)
    await mpris.start()
    room.broadcast.add(mpris)
    bus.disconnect()
    async with asyncio.timeout(PATIENCE):
        await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]
    room.play("one", 5)
    room.controller.seek_to(50)
    assert room.position == 50
    await room.broadcast.close()


async def test_no_session_bus_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    with pytest.raises(DesktopError, match="no session bus"):
        await connect()


@pytest.mark.parametrize("address", ["unix:path=/nonexistent/bus", "nonsense", "tcp:host=127.0.0.1,port=1", ""])
async def test_address_that_leads_nowhere_is_told_as_such(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    with pytest.raises(DesktopError):
        await connect()


def test_bus_without_a_name_is_found_where_systemd_puts_it(home: Path) -> None:
    import socket

    with socket.socket(socket.AF_UNIX) as bus:
        bus.bind(str(home / "bus"))
        assert find_bus({"XDG_RUNTIME_DIR": str(home)}) == f"unix:path={home}/bus"
    assert find_bus({}) is None
    assert find_bus({"DBUS_SESSION_BUS_ADDRESS": "unix:path=/x", "XDG_RUNTIME_DIR": str(home)}) == "unix:path=/x"
