"""The dialogs for settings of podcasts and lists: a field for each setting, and a list of podcasts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

from tui_pod.core.library.podcast_settings import COURSE, ROWS, Setting, SettingError, to_texts
from tui_pod.services.podcasts.podcast_settings import PodcastChoice, PodcastSettingsService
from tui_pod.ui.screens.dialog import ChoiceDialog, DialogBody, InputDialog


class SettingsScreen(InputDialog):
    """Shows all settings of a podcast or a list with their descriptions, and saves the edited ones."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "app.focus_next"),
        Binding("up", "app.focus_previous"),
    ]

    def __init__(
        self, name: str, rows: Sequence[Setting], texts: Mapping[str, str], save: Callable[[dict[str, str]], object]
    ) -> None:
        """Edit `texts`, one for each row; `save` is called with those that were changed, if any."""
        super().__init__()
        self._heading = name
        self._rows = {row.name: row for row in rows}
        self._texts, self._save = texts, save

    @classmethod
    def of_podcast(cls, service: PodcastSettingsService, podcast: PodcastChoice) -> SettingsScreen:
        """Return the dialog for the settings of a podcast, or of the course."""
        rows = [ROWS["hidden"]] if podcast.feed_id == COURSE else list(ROWS.values())
        save = partial(service.configure, podcast.feed_id)
        return cls(podcast.name, rows, to_texts(podcast.settings), save)

    def compose(self) -> ComposeResult:
        """Show a field for each setting, and the description of the focused one."""
        with DialogBody(self._heading, "↑↓ Field · enter Save · esc Close", ident="podcast-settings"):
            for row in self._rows.values():
                choices = row.kind.choices
                with Horizontal():
                    yield Static(row.name.replace("_", " "), classes="setting-name")
                    yield Input(
                        self._texts[row.name],
                        placeholder=row.usual,
                        suggester=SuggestFromList(choices, case_sensitive=False) if choices else None,
                        id=f"setting-{row.name}",
                        select_on_focus=False,
                    )
            yield Static(id="about", markup=False)

    @on(events.DescendantFocus)
    @on(Input.Changed)
    def _show_about(self) -> None:
        if isinstance(field := self.focused, Input):
            row = self._rows[_name(field)]
            about, is_wrong = f"{row.text}: {row.kind.allowed}.", False
            try:
                row.parse(field.value)
            except SettingError as error:
                about, is_wrong = str(error), True
            field.set_class(is_wrong, "-wrong")
            self.query_one("#about", Static).update(Content(about))

    @on(Input.Submitted)
    def _on_saved(self) -> None:
        changes = {}
        for field in self.query(Input):
            row = self._rows[_name(field)]
            try:
                text = row.show(row.parse(field.value))
            except SettingError:
                field.focus()  # its description says what is allowed
                return
            if text != self._texts[row.name]:
                changes[row.name] = text
        self.dismiss()
        if changes:
            self._save(changes)


class PodcastsScreen(ChoiceDialog):
    """Asks for one of all podcasts; hidden ones are listed nowhere else."""

    def __init__(self, podcasts: Sequence[PodcastChoice], choose: Callable[[PodcastChoice], object]) -> None:
        names = [
            Content(f"{podcast.name} · hidden" if podcast.settings.hidden else podcast.name) for podcast in podcasts
        ]
        title, keys = "Settings of which podcast?", "enter Choose · esc Close"
        super().__init__(title, keys, names, lambda number: choose(podcasts[number]))


def _name(field: Input) -> str:
    return (field.id or "").removeprefix("setting-")
