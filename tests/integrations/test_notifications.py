"""Desktop notifications, shown by a stand-in for the desktop on a private session bus."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.patience import PATIENCE
from tests.rooms import Room
from tui_pod.integrations.session_bus import follow_desktop

pytest.importorskip("dbus_fast", reason="dbus-fast is not installed (extra mpris)")

from dbus_fast import Message, MessageType
from dbus_fast.aio import MessageBus

from tui_pod.integrations.notifications import SERVICE, Notifications


class Shown:
    """A desktop that keeps what it is told to show."""

    def __init__(self, bus: MessageBus) -> None:
        self._bus = bus
        self.capabilities = ["body", "body-markup"]
        self.shown: asyncio.Queue[tuple[str, int, str, str]] = asyncio.Queue()

    def answer(self, message: Message) -> Message | None:
        """Answer as a desktop does."""
        if message.message_type is not MessageType.METHOD_CALL or message.interface != SERVICE:
            return None
        if message.member == "GetCapabilities":
            return Message.new_method_return(message, "as", [self.capabilities])
        name, replaced, _icon, title, body, *_ = message.body
        self.shown.put_nowait((name, replaced, title, body))
        return Message.new_method_return(message, "u", [7])

    async def next(self) -> tuple[str, int, str, str]:
        """Return what is shown next: program, what it replaces, title, body."""
        async with asyncio.timeout(PATIENCE):
            return await self.shown.get()


@pytest.fixture
async def shown(bus_address: str) -> AsyncIterator[Shown]:
    """The desktop."""
    bus = await MessageBus(bus_address=bus_address).connect()
    desktop = Shown(bus)
    bus.add_message_handler(desktop.answer)
    await bus.request_name(SERVICE)
    yield desktop
    bus.disconnect()


async def follow(room: Room, notifies: bool = True) -> list[object]:
    """Let the desktop follow a room; return what does."""
    found = await follow_desktop(room.controller, notifies)
    for follower in found:
        room.broadcast.add(follower)
    return list(found)


async def test_each_episode_that_begins_is_told_and_nothing_between(shown: Shown, room: Room) -> None:
    await follow(room)
    room.play("one", 5)
    assert await shown.next() == ("tui-pod", 0, "One", "Numbers, 1 minute 40")
    room.controller.toggle_pause()
    room.controller.toggle_pause()
    room.controller.seek_to(50)
    room.controller.next()  # takes the former one's place
    assert await shown.next() == ("tui-pod", 7, "Two", "Numbers, 3 minutes 20")
    room.play("four", 0)
    assert (await shown.next())[2] == "Four"  # whose length is unknown
    assert shown.shown.empty()
    await room.broadcast.close()


async def test_episodes_are_not_told_unless_it_was_asked_for(shown: Shown, room: Room) -> None:
    await follow(room, notifies=False)
    room.play("one", 5)
    room.broadcast.notify("1 episode new", "Cast")
    assert (await shown.next())[2:] == ("1 episode new", "Cast")
    assert shown.shown.empty()
    await room.broadcast.close()


@pytest.mark.parametrize(("capabilities", "body"), [(["body-markup"], "a &lt;b&gt; &amp; c"), ([], "a <b> & c")])
async def test_signs_of_markup_are_shown_as_they_are(
    shown: Shown, room: Room, capabilities: list[str], body: str
) -> None:
    shown.capabilities = capabilities
    _, notifications = await follow(room)
    assert isinstance(notifications, Notifications)
    notifications.notify("<i>\x1b[2J", "a <b>\x07 & c")
    assert (await shown.next())[2:] == ("<i>[2J", body)
    await room.broadcast.close()


async def test_desktop_without_notifications_leaves_listening_alone(
    room: Room, bus_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_off = asyncio.Event()
    monkeypatch.setattr("tui_pod.integrations.notifications.log", lambda _: is_off.set())
    await follow(room)
    room.play("one", 5)
    async with asyncio.timeout(PATIENCE):
        await is_off.wait()
    room.controller.next()
    assert room.playing == "two"
    await room.broadcast.close()


async def test_many_notifications_at_once_are_dropped_but_for_the_first(shown: Shown, room: Room) -> None:
    _, notifications = await follow(room)
    assert isinstance(notifications, Notifications)
    for number in range(20):
        notifications.notify(f"Title {number}", "x" * 400)
    found = [await shown.next() for _ in range(8)]
    assert [title for _, _, title, _ in found] == [f"Title {number}" for number in range(8)]
    assert {len(body) for *_, body in found} == {300}
    await room.broadcast.close()
