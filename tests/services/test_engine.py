import asyncio

import pytest

from tests.rooms import Room, make_room
from tui_pod.services.engine import QuestionOffer


class Rig:
    """Playback with a follower that keeps what would be offered."""

    def __init__(self) -> None:
        self.room: Room = make_room()
        self.offered: list[str] = []
        self.room.broadcast.add(QuestionOffer(self.room.controller, self.offered.append))


@pytest.fixture
def rig() -> Rig:
    return Rig()


async def test_episode_heard_to_its_end_is_offered_once(rig: Rig) -> None:
    rig.room.play("one", 150.0)
    rig.room.player.play(20.0)
    await asyncio.sleep(0)
    assert (rig.room.playing, rig.offered) == ("two", ["one"])


async def test_last_episode_heard_to_its_end_is_offered(rig: Rig) -> None:
    rig.room.play("five", 20.0, following=())
    await asyncio.sleep(0)
    assert rig.offered == ["five"]


async def test_episode_left_or_marked_is_not_offered(rig: Rig) -> None:
    rig.room.play("one", 50.0)
    rig.room.controller.editor.mark(["one"], played=True)
    rig.room.play("two", 5.0)
    rig.room.controller.stop()
    await asyncio.sleep(0)
    assert rig.offered == []
