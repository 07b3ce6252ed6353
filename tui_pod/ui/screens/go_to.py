"""The dialog that asks for a position to go to."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from tui_pod.core.playback.controller import NOTHING_PLAYS, PlaybackController
from tui_pod.core.playback.go_to import parse_times
from tui_pod.core.text.clean import clock, length, visible
from tui_pod.ui.screens.dialog import DialogBody, InputDialog


class GoToScreen(InputDialog):
    """Asks for a position, and shows which one was typed; if nothing plays, it takes what is typed and says why."""

    def __init__(self, controller: PlaybackController) -> None:
        super().__init__()
        self._controller = controller

    def compose(self) -> ComposeResult:
        """Show a field, and the position that its text means."""
        with DialogBody("Go to", "enter Go"):
            yield Input(placeholder="12:34, +90, -30 or 50%", id="time")
            yield Static(self._meaning(""), id="meaning")

    @on(Input.Changed)
    def _on_changed(self, event: Input.Changed) -> None:
        self.query_one("#meaning", Static).update(self._meaning(event.value))

    @on(Input.Submitted)
    def _on_typed(self, event: Input.Submitted) -> None:
        playback = self._controller.playback
        if not playback.is_loaded:
            self.dismiss()
            if not event.value:
                self._tui.main_screen.episodes.action_run("episode.play")  # as the line below the field says
            return
        try:
            self._controller.go_to(event.value)
        except ValueError:
            return  # the line below the field says why
        self.dismiss()

    def _meaning(self, text: str) -> Content:
        playback = self._controller.playback
        if not playback.is_loaded:
            return Content(visible(self._tui.first.with_keys(NOTHING_PLAYS)))
        here = f"{clock(playback.position)} of {length(playback.duration)}"
        if not text.strip():
            return Content(f"now at {here}")
        try:
            start, end = parse_times(text, playback.position, playback.duration)
            meant = clock(start) if end is None else f"repeat {clock(start)} to {clock(end)}"
            return Content(f"{meant}, now at {here}")
        except ValueError as error:
            return Content(str(error))
