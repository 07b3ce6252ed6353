"""What the listener chose in the app for all podcasts: what “as usual” means in their settings.

What the player remembers anyway stays there. The rest is in a file of the app's own beside the state, in the form of
`config.toml`, which wins over it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from tui_pod.config.reader import Row, fault, put_chosen, setting_rows
from tui_pod.config.settings import CHOSEN
from tui_pod.core.errors import UserError
from tui_pod.core.library.podcast_settings import ROWS, Setting, ValueKind, number_kind
from tui_pod.core.outcome import Outcome, changed
from tui_pod.core.playback.undo import Change
from tui_pod.core.progress.records import USUAL
from tui_pod.runtime.files import reason

if TYPE_CHECKING:
    from tui_pod.config.settings import Settings
    from tui_pod.services.context import Context

_KINDS = {name: ROWS[of].kind for name, of in
          {"refresh_minutes": "refresh", "keep_next": "keep", "delete_played": "delete_played"}.items()}  # fmt: skip

_OF_THE_PLAYER = {
    "speed": ROWS["speed"]._replace(text="Speed at which everything plays", usual="1", default=1.0),
    "level": ROWS["level"]._replace(text="Whether all recordings play at the same loudness", usual="no", default=False),
    "skip_silence": ROWS["skip_silence"]._replace(text="Whether silence is shortened", usual="no", default=False),
}


@dataclass(eq=False, repr=False)
class UsualSettings:
    """Reads and changes them; a change can be undone, and applies at once."""

    _context: Context
    _file: Path
    _use: Callable[[Settings], None]
    """Called with the settings that hold from now on."""

    @property
    def _free(self) -> list[str]:
        """The settings that the listener's file leaves to the app."""
        return [path for path in CHOSEN if path not in self._context.settings.fixed]

    @cached_property
    def rows(self) -> Mapping[str, Setting]:
        """The settings that can be chosen, by name."""
        rows = {row.path: row for row in setting_rows()}
        chosen = {}
        for path in self._free:
            key, name, default = rows[path].key, rows[path].name, rows[path].default
            time = ValueKind("a time such as 23:30", partial(_checked, rows[path]))
            kind = _KINDS.get(name) or (time if key.pattern else number_kind(key.least or 0, key.most or 0))
            chosen[name] = Setting(key.text, kind, kind.show(default) or "none", name, default)
        return _OF_THE_PLAYER | chosen

    @property
    def texts(self) -> dict[str, str]:
        """The text of each; empty for a default."""
        settings, mixer = self._context.settings, self._context.controller.mixer
        values: dict[str, object] = {path.partition(".")[2]: _value(settings, path) for path in CHOSEN}
        values |= {"speed": mixer.usual_speed, "level": mixer.usual_sound.is_level,
                   "skip_silence": mixer.usual_sound.skips_silence}  # fmt: skip
        return {name: row.show(values[name]) for name, row in self.rows.items()}

    def change(self, texts: Mapping[str, str]) -> Outcome:
        """Use other settings from now on, given as texts. Raises UserError if they cannot be saved."""
        former = {name: self.texts[name] for name in texts}
        self._put(texts)
        said = ", ".join(f"{name} {text or self.rows[name].usual}" for name, text in texts.items())
        label = f"As usual: {said.replace('_', ' ')}"
        undo, redo = partial(self._put, former), partial(self._put, texts)
        self._context.controller.undo_history.add(Change(label, undo, redo))
        return changed(label)

    def _put(self, texts: Mapping[str, str]) -> None:
        mixer, settings = self._context.controller.mixer, self._context.settings
        values = {name: self.rows[name].parse(text) for name, text in texts.items()}
        chosen = {path: values[name] for path in self._free if (name := path.partition(".")[2]) in values}
        try:
            put_chosen(self._file, chosen)
        except OSError as error:
            raise UserError(f"the settings cannot be saved: {reason(error)}") from error
        for path, value in chosen.items():
            section, _, name = path.partition(".")
            old = getattr(settings, section)
            settings = settings._replace(**{section: type(old)(**old.values() | {name: value})})
            self._context.controller.remember(USUAL, path, value)
        self._use(settings)
        if "speed" in values:
            mixer.use_usual_speed(values["speed"])
        if values.get("level", mixer.usual_sound.is_level) != mixer.usual_sound.is_level:
            mixer.toggle_level()
        if values.get("skip_silence", mixer.usual_sound.skips_silence) != mixer.usual_sound.skips_silence:
            mixer.toggle_silence()


def _value(settings: object, path: str) -> object:
    section, _, name = path.partition(".")
    return getattr(getattr(settings, section), name)


def _checked(row: Row, text: str) -> str:
    if fault(row, text):
        raise ValueError
    return text
