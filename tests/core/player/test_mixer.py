"""The sound of what plays: the podcast's own, that of its narrowest topic, or the usual one."""

import pytest

from tests.rooms import CAST, EPISODES, Room, make_room
from tui_pod.core.library.episode import Topic
from tui_pod.core.library.library import build_library
from tui_pod.core.library.topics import topic_key
from tui_pod.core.player.mixer import BALANCES, BOOK_SPEEDS, MONOS, VOLUMES
from tui_pod.core.player.options import PlaybackOptions, Sound
from tui_pod.core.player.snapshot import Playback
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


def test_volume_above_100_is_that_of_a_podcast_and_of_nothing_else() -> None:
    key = topic_key("", "Cast", feed=CAST)
    library = build_library([Topic(key)], EPISODES[:2], [(key,), ()], {CAST: {}})
    room = make_room(library=library)
    room.play("one", following=(0, 1))
    mixer, controller = room.controller.mixer, room.controller
    mixer.set_volume(100)
    mixer.set_volume(500)
    mixer.set_volume(150)
    said = "Louder than 100, with a limiter; remembered for this podcast."
    assert (controller.playback.volume, sounds(room)[-1], room.listener.said) == (150, Sound(boost=50), [said])
    assert ("volume", 150) not in room.player.calls
    room.play("two", following=(0, 1))
    assert (controller.playback.volume, sounds(room)[-1], room.writer.setting("volume")) == (100, Sound(), 100)
    saved = {BOOK_SPEEDS: [], VOLUMES: room.writer.setting(VOLUMES)}
    again = make_room(library=library, playback=Playback(episode="one", volume=100), saved_list=saved)
    assert (again.controller.playback.volume, again.controller.playback.is_held) == (150, True)
    again.controller.mixer.set_volume(60)  # at night
    assert (sounds(again)[-1], again.writer.setting(VOLUMES)) == (Sound(), [])


def test_mono_and_balance_are_those_of_a_sound_device() -> None:
    room = make_room(options=PlaybackOptions(device="pulse/headset", sound=BOTH))
    room.play("one")
    mixer = room.controller.mixer
    assert mixer.toggle_mono().text == "Mono: on, on this sound device"
    assert [mixer.change_balance(-60).text for _ in range(2)] == [
        "Balance: 60 % left, on this sound device", "Balance: 100 % left, on this sound device",
    ]  # fmt: skip
    assert sounds(room)[-1] == Sound(True, True, is_mono=True, balance=-100)
    assert mixer.toggle_clear().text == "Clear speech: on."  # the device is no setting of the episode
    mixer.toggle_clear()
    mixer.set_device("")
    assert sounds(room)[-1] == BOTH
    saved = {key: room.writer.setting(key) for key in (MONOS, BALANCES)}
    again = make_room(options=PlaybackOptions(device="pulse/headset"), saved_list=saved)
    assert again.controller.mixer.output == Sound(is_mono=True, balance=-100)
