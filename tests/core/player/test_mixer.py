"""The sound of what plays: the podcast's own, that of its narrowest topic, or the usual one."""

from __future__ import annotations

import pytest

from tests.rooms import Room, make_room
from tui_pod.core.player.options import PlaybackOptions, Sound
from tui_pod.core.progress.records import SettingRecord

BOTH = Sound(is_level=True, skips_silence=True)


def sounds(room: Room) -> list[object]:
    """Return the sounds that the player was given."""
    return [call[1] for call in room.player.calls if call[0] == "sound"]


def test_sound_of_the_narrowest_topic_applies() -> None:
    options = PlaybackOptions(sound=BOTH, levels={"Basics": True, "Numbers": False}, silences={"Basics": False})
    room = make_room(options=options)
    room.play("three")
    room.play("one")
    assert sounds(room) == [Sound(True, False), Sound(False, False)]


@pytest.mark.parametrize(
    ("settings", "sound"),
    [({"level": "yes"}, Sound(True, False)), ({"level": "no", "skip_silence": "yes"}, Sound(False, True))],
)
def test_sound_of_the_podcast_comes_first(settings: dict[str, str], sound: Sound) -> None:
    room = make_room(settings=settings, options=PlaybackOptions(levels={"Cast": False}))
    room.play("one")
    assert sounds(room)[-1] == sound


def test_sound_is_toggled_for_what_plays_and_remembered(room: Room) -> None:
    room.play("one")
    room.controller.mixer.toggle_silence()
    room.controller.mixer.toggle_level()
    assert sounds(room) == [Sound(False, True), Sound(True, True)]
    assert room.controller.mixer.toggle_silence().text == "Shorter silence: off."
    saved = [record for record in room.writer.records if isinstance(record, SettingRecord)]
    assert [(record.key, record.value) for record in saved if record.table == "player"] == [
        ("skip_silence", True),
        ("level", True),
        ("skip_silence", False),
    ]


def test_toggle_says_when_what_plays_has_its_own_sound() -> None:
    room = make_room(settings={"level": "no"})
    room.play("one")
    said = "Balanced loudness: on. This episode has its own settings."
    assert room.controller.mixer.toggle_level().text == said
    assert sounds(room) == []


def test_device_is_chosen_and_remembered(room: Room) -> None:
    assert room.controller.mixer.devices() == [("", "Chosen by the system"), ("pulse/headset", "Headset")]
    room.controller.mixer.set_device("pulse/headset")
    assert room.player.calls[-1] == ("device", "pulse/headset")
    assert room.writer.records[-1] == SettingRecord("player", "device", "pulse/headset")
