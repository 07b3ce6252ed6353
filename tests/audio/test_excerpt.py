"""Excerpts, over the real libmpv without a sound."""

import asyncio
from asyncio import Queue
from collections.abc import Awaitable, Callable
from pathlib import Path
from unittest.mock import Mock

import pytest

from tests.rooms import EPISODES
from tui_pod.audio.chime import chime_file
from tui_pod.audio.excerpt import ExcerptPlayer
from tui_pod.core.errors import UserError
from tui_pod.core.library.episode import Episode
from tui_pod.core.player.options import Sound
from tui_pod.core.player.snapshot import Playback, Source


async def nothing(_: Episode, *__: float) -> Source | None:
    return None


async def refused(_: Episode, *__: float) -> Source | None:
    raise UserError("The server does not answer.")


async def vanished(_: Episode, *__: float) -> Source | None:
    return Source("/nowhere/at.mp3")


@pytest.mark.parametrize("find", [nothing, refused, vanished])
async def test_excerpt_without_audio_is_silence(
    find: Callable[[Episode, float, float], Awaitable[Source | None]],
) -> None:
    player = ExcerptPlayer(find, "null")
    await player.play(EPISODES[0], 1.0, 2.0)
    player.stop()
    player.close()


async def test_file_is_played_to_its_end_unless_it_is_stopped(tmp_path: Path) -> None:
    player, told = ExcerptPlayer(nothing, "null"), Queue[str | None]()
    file = chime_file(tmp_path)
    player.play_file(str(file), False, told.put_nowait)
    assert await told.get() is None
    player.play_file(str(tmp_path / "none.wav"), False, told.put_nowait)
    assert "cannot be opened" in str(await told.get())
    player.play_file(str(file), True, told.put_nowait)
    player.set_paused(False)
    assert await told.get() is None
    player.play_file(str(file), False, told.put_nowait)
    player.stop()
    player.play_file(str(file), False, lambda _: told.put_nowait("the last"))
    assert await told.get() == "the last"
    player.close()


async def test_excerpt_that_was_stopped_while_its_audio_was_looked_for_is_silence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found, opened = asyncio.Event(), Mock()
    monkeypatch.setattr("tui_pod.audio.excerpt.MpvPlayer", opened)

    async def find(_: Episode, *__: float) -> Source | None:
        await found.wait()
        return Source("/somewhere/at.mp3")

    player = ExcerptPlayer(find, "null")
    playing = asyncio.create_task(player.play(EPISODES[0], 1.0, 2.0))
    await asyncio.sleep(0)
    player.stop()
    found.set()
    await playing
    opened.assert_not_called()


async def test_sound_has_the_volume_and_the_device_of_the_episode_and_ends_where_it_should(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened = Mock(device="pulse/speakers")
    monkeypatch.setattr("tui_pod.audio.excerpt.MpvPlayer", lambda *_: opened)
    chosen, volume = ["pulse/speakers"], Playback(volume=35, is_muted=True)

    async def find(_: Episode, *__: float) -> Source | None:
        return Source("/somewhere/at.mp3")

    output = Sound(is_mono=True)
    player = ExcerptPlayer(find, "null", like=lambda: volume, device=lambda: chosen[0], output=lambda: output)
    await player.play(EPISODES[0], 1.0, 2.5)
    opened.set_device.assert_not_called()
    opened.set_volume.assert_called_once_with(35)
    opened.set_muted.assert_called_once_with(True)
    assert opened.load.call_args.args[:2] == (Source("/somewhere/at.mp3"), 1.0)
    opened.set_end.assert_called_once_with(2.5)
    opened.set_sound.assert_called_once_with(Sound(is_mono=True))
    chosen[0] = "pulse/headset"
    await player.play(EPISODES[0], 1.0, 2.5)
    opened.set_device.assert_called_once_with("pulse/headset")
