"""Speed, volume, mute, loudness and silence: set in the player, shown and remembered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from tui_pod.core.library.episode import Episode, is_book
from tui_pod.core.library.library import Library
from tui_pod.core.library.speed import MAX_SPEED, MIN_SPEED, SpeedRule, make_rule, make_speed_rule
from tui_pod.core.outcome import Outcome
from tui_pod.core.player.options import Sound
from tui_pod.core.player.state import PlaybackState
from tui_pod.core.progress.records import CHOSEN_AT, SettingRecord

BOOK_SPEEDS, VOLUMES, MONOS, BALANCES = "book_speeds", "volumes", "mono", "balances"
"""Keys, in the saved settings, of the speeds that books and podcasts do not have in their settings yet, the volumes
above 100 of podcasts, and the changes of sound devices: texts such as `0f3a… 1.5`, of an id, address or device and a
number."""

MAX_VOLUME = 200
"""Percent."""


def clamp_speed(speed: float) -> float:
    """Return a speed that can be played, rounded."""
    return round(min(max(speed, MIN_SPEED), MAX_SPEED), 2)


def _pairs(saved: Mapping[str, object], key: str) -> dict[str, float]:
    """Return the numbers that were saved under a key, by name."""
    texts = saved.get(key)
    found = [str(text).rpartition(" ") for text in texts] if isinstance(texts, list) else []
    return {name: float(number) for name, _, number in found if re.fullmatch(r"-?\d{1,4}(\.\d{1,9})?", number)}


def _without(values: Mapping[str, float], name: str) -> dict[str, float]:
    return {other: value for other, value in values.items() if other != name}


class Mixer:
    """Sets how fast and how loud episodes play, and whether their silence is shortened."""

    def __init__(
        self, state: PlaybackState, usual_speed: float | None = None, saved: Mapping[str, object] = MappingProxyType({})
    ) -> None:
        """Set the player; None for `usual_speed` is the speed of the playback."""
        self._state = state
        self.own_speeds: Mapping[str, float] = {
            book: clamp_speed(speed) for book, speed in _pairs(saved, BOOK_SPEEDS).items()
        }
        """Speeds that were set while a book or a podcast with its own speed played, by its id or address, and that its
        settings do not have yet."""
        self._volumes, self._device = _pairs(saved, VOLUMES), state.options.device
        self._monos, self._balances = _pairs(saved, MONOS), _pairs(saved, BALANCES)
        self._usual_volume = state.playback.volume
        self._player = state.ports.player
        self._chosen: dict[str, str] = {}  # when what was remembered last, in ISO 8601
        self.usual_speed = state.playback.speed if usual_speed is None else usual_speed
        """The speed of episodes whose topic or podcast does not set one."""
        self.usual_sound = state.options.sound
        """The sound of episodes whose topic or podcast does not set one."""
        self._player.set_speed(state.playback.speed)
        self._player.set_volume(state.playback.volume)
        self._player.set_muted(state.playback.is_muted)

    @property
    def speed_rule(self) -> SpeedRule:
        """The speed of each episode: its own as a book, that of its podcast or topic, or the usual one."""
        library = self._state.library
        rule = make_speed_rule(self.usual_speed, library, self._state.options.speeds)
        if not self.own_speeds:
            return rule
        own = {library.index(ident) if library.index(ident) is not None else ident: speed
               for ident, speed in self.own_speeds.items() if ident}  # fmt: skip
        return lambda index: own.get(index) or own.get(library.feed_of(index)) or rule(index)

    def apply_settings_of(self, episode: Episode) -> float:
        """Set the player to the speed, volume and sound of an episode, and return its speed."""
        index = self._state.library.index(episode.id)
        own = round(self._volumes.get(self._podcast(index), 100)) if self._usual_volume == 100 else self._usual_volume
        self._state.playback = self._state.playback._replace(volume=min(max(own, 0), MAX_VOLUME))
        self._use_sound(index)
        speed = self.usual_speed if index is None else self.speed_rule(index)
        if speed != self._state.playback.speed:
            self._player.set_speed(speed)
        return speed

    def _use_sound(self, index: int | None) -> None:
        """Set the player to the sound of the episode at a library index; if None, to the usual one."""
        state, sound = self._state, self.usual_sound
        if index is not None:
            library, options = state.library, state.options
            level = make_rule(sound.is_level, library, options.levels, lambda settings: settings.level)
            silence = make_rule(sound.skips_silence, library, options.silences, lambda settings: settings.skip_silence)
            sound = sound._replace(is_level=level(index), skips_silence=silence(index))
        sound = sound._replace(boost=max(0, state.playback.volume - 100))
        sound = sound._replace(is_mono=self.output.is_mono, balance=self.output.balance)
        if sound != state.sound:
            state.sound = sound
            self._player.set_sound(sound)

    def toggle_level(self) -> Outcome:
        """Turn the same loudness for all recordings on or off, and remember it."""
        sound = self.usual_sound
        return self._set_sound(sound._replace(is_level=not sound.is_level), "level", "Balanced loudness")

    def toggle_silence(self) -> Outcome:
        """Turn shorter silence on or off, and remember it."""
        sound = self.usual_sound
        return self._set_sound(sound._replace(skips_silence=not sound.skips_silence), "skip_silence", "Shorter silence")

    def toggle_clear(self) -> Outcome:
        """Make speech clearer, or not, and remember it."""
        sound = self.usual_sound
        return self._set_sound(sound._replace(is_clear=not sound.is_clear), "clear_speech", "Clear speech")

    @property
    def output(self) -> Sound:
        """What the chosen sound device changes in everything that is heard."""
        balance = round(min(max(self._balances.get(self._device, 0.0), -100.0), 100.0))
        return Sound(is_mono=self._device in self._monos, balance=balance)

    def toggle_mono(self) -> Outcome:
        """Let both ears hear both channels of this sound device, or not, and remember it."""
        self._monos = _without(self._monos, self._device) if self.output.is_mono else {**self._monos, self._device: 1.0}
        return self._use_output(MONOS, self._monos, f"Mono: {'on' if self.output.is_mono else 'off'}")

    def change_balance(self, by: int) -> Outcome:
        """Move the sound of this device to the right by percent, or to the left when negative, and remember it."""
        self._balances = {**self._balances, self._device: min(max(self.output.balance + by, -100), 100)}
        side, share = "left" if self.output.balance < 0 else "right", abs(self.output.balance)
        return self._use_output(BALANCES, self._balances, f"Balance: {f'{share} % {side}' if share else 'middle'}")

    def _use_output(self, key: str, values: Mapping[str, float], said: str) -> Outcome:
        self._save(key, values)
        self._use_sound(self._state.library.index(self._state.playback.episode))
        return Outcome(f"{said}, on this sound device")

    def _set_sound(self, sound: Sound, key: str, name: str) -> Outcome:
        """Use a sound wherever none is set; `name` says what it is."""
        is_on = sound > self.usual_sound
        self.usual_sound = sound
        self._remember(key, is_on)
        self._use_sound(self._state.library.index(self._state.playback.episode))
        own = "" if self._state.sound[:3] == sound[:3] else " This episode has its own settings."
        return Outcome(f"{name}: {'on' if is_on else 'off'}.{own}")

    def devices(self) -> list[tuple[str, str]]:
        """Return the names and descriptions of the sound devices: the system's choice first, with an empty name."""
        others = [device for device in self._player.devices() if device[0] != "auto"]
        return [("", "Chosen by the system"), *others]

    def set_device(self, name: str) -> None:
        """Play on a sound device, and remember it."""
        self._player.set_device(name)
        self._remember("device", name)
        self._device = name
        self._use_sound(self._state.library.index(self._state.playback.episode))

    def adopt(self, former: Library) -> None:
        """Apply a new speed of the playing podcast from the library that replaced `former`."""
        state, ident = self._state, self._state.playback.episode
        before, after = former.index(ident), state.library.index(ident)
        if before is None or after is None:
            return
        if former.podcast_settings(before) != state.library.podcast_settings(after):
            state.show(state.playback._replace(speed=self.apply_settings_of(state.library.episode(after))))

    def set_speed(self, speed: float) -> None:
        """Play at `speed` times the normal rate, clamped, and remember it.

        It becomes the speed of the book that plays, or of its podcast if that has a speed of its own, or else the usual
        one.
        """
        speed, library = clamp_speed(speed), self._state.library
        index = library.index(self._state.playback.episode)
        if index is not None and (owner := self._owner_of_speed(index)):
            self._save_own_speeds({**self.own_speeds, owner: speed})
            speed = self.apply_settings_of(library.episode(index))
            self._state.show(self._state.playback._replace(speed=speed), is_wished=True)  # it becomes a setting
            return
        self._player.set_speed(speed)
        self.usual_speed = speed
        self._remember("speed", speed)
        self._state.show(self._state.playback._replace(speed=speed))

    def _owner_of_speed(self, index: int) -> str:
        """Return the id of a book, or the address of a podcast that has a speed of its own; empty for all else."""
        library = self._state.library
        if is_book(library.episode(index)):
            return library.ids[index]
        settings = library.podcast_settings(index)
        return self._podcast(index) if settings is not None and settings.speed is not None else ""

    def use_usual_speed(self, speed: float) -> None:
        """Play what has no speed of its own at `speed`, and remember it."""
        self.usual_speed = clamp_speed(speed)
        self._remember("speed", self.usual_speed)
        self._use_usual()

    def _use_usual(self) -> None:
        """Play at the usual speed and sound now, unless what is loaded has its own."""
        episode, speed = self._state.library.find(self._state.playback.episode), self.usual_speed
        if episode is not None:
            speed = self.apply_settings_of(episode)
        else:
            self._player.set_speed(speed)
            self._use_sound(None)
        self._state.show(self._state.playback._replace(speed=speed))

    def forget_own_speeds(self, speeds: Mapping[str, float]) -> None:
        """Forget speeds of books and podcasts that are in their settings now, unless another was set meanwhile."""
        self._save_own_speeds({ident: own for ident, own in self.own_speeds.items() if own != speeds.get(ident)})

    def _save_own_speeds(self, speeds: Mapping[str, float]) -> None:
        self.own_speeds = speeds
        self._save(BOOK_SPEEDS, speeds)

    def change_speed(self, steps: int) -> None:
        """Play faster by the listener's steps of speed, or slower when negative."""
        self.set_speed(self._state.playback.speed + steps * self._state.options.speed_step)

    def set_volume(self, percent: int) -> None:
        """Set the volume, clamped to 0…200, and remember it; above 100 for this podcast alone."""
        percent, state = min(max(percent, 0), MAX_VOLUME), self._state
        former, index = state.playback.volume, state.library.index(state.playback.episode)
        if percent > 100 or former > 100:
            self._volumes = _without(self._volumes, self._podcast(index))
            self._volumes |= {self._podcast(index): percent} if percent > 100 else {}
            self._save(VOLUMES, self._volumes)
        self._usual_volume = min(percent, 100)
        self._player.set_volume(self._usual_volume)
        self._remember("volume", self._usual_volume)
        state.show(state.playback._replace(volume=percent))
        self._use_sound(index)
        if percent > 100 >= former:
            state.ports.listener.tell("Louder than 100, with a limiter; remembered for this podcast.")

    def _podcast(self, index: int | None) -> str:
        """Return the address of an episode's podcast; empty if it has none."""
        return (self._state.library.feed_of(index) or "") if index is not None else ""

    def toggle_mute(self) -> None:
        """Mute or unmute, and remember it."""
        is_muted = not self._state.playback.is_muted
        self._player.set_muted(is_muted)
        self._remember("muted", is_muted)
        self._state.show(self._state.playback._replace(is_muted=is_muted))

    def fade(self, share: float) -> None:
        """Play at a share of the volume, from 0 to 1, without remembering it."""
        self._player.set_volume(round(min(self._state.playback.volume, 100) * share))

    def _save(self, key: str, values: Mapping[str, float]) -> None:
        texts = [f"{name} {value:g}" for name, value in values.items()]
        self._state.ports.writer.save(SettingRecord("list", key, texts))

    def receive(self, tables: Mapping[str, Mapping[str, object]]) -> None:
        """Use the usual speed and sound in saved tables if they were chosen later than those here."""
        saved, times = tables.get("player", {}), tables.get(CHOSEN_AT, {})
        chosen = {
            key: str(times.get(f"player.{key}", "")) for key in ("speed", "level", "skip_silence") if key in saved
        }
        new = {key: saved[key] for key, time in chosen.items() if time > self._chosen.get(key, "")}
        self._chosen |= {key: chosen[key] for key in new}
        former, sound, speed = (self.usual_speed, self.usual_sound), self.usual_sound, new.get("speed")
        if isinstance(speed, int | float) and not isinstance(speed, bool):
            self.usual_speed = clamp_speed(speed)
        level, silence = new.get("level", sound.is_level), new.get("skip_silence", sound.skips_silence)
        self.usual_sound = sound._replace(is_level=level is True, skips_silence=silence is True)
        if (self.usual_speed, self.usual_sound) != former:
            self._use_usual()

    def _remember(self, key: str, value: float | int | bool | str) -> None:
        self._chosen[key] = self._state.ports.clock().isoformat()
        self._state.ports.writer.save(SettingRecord("player", key, value))
