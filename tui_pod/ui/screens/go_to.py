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

    asks = "Go to", "enter Go", "12:34, +90, -30 or 50%"
    """Its title, its keys and an example."""

    def __init__(self, controller: PlaybackController) -> None:
        super().__init__()
        self._controller = controller

    def compose(self) -> ComposeResult:
        """Show a field, and the position that its text means."""
        title, keys, example = self.asks
        with DialogBody(title, keys):
            yield Input(placeholder=example, id="time")
            yield Static(self._meaning(""), id="meaning")

    @on(Input.Changed)
    def _on_changed(self, event: Input.Changed) -> None:
        self.query_one("#meaning", Static).update(self._meaning(event.value))

    @on(Input.Submitted)
    def _on_typed(self, event: Input.Submitted) -> None:
        if self.take(event.value):  # else the line below the field says why not
            self.dismiss()

    def take(self, text: str) -> bool:
        """Go there; return False if the text is no time."""
        if not self._controller.playback.is_loaded:
            if not text:
                self._tui.main_screen.episodes.action_run("episode.play")  # as the line below the field says
            return True
        try:
            self._controller.go_to(text)
        except ValueError:
            return False
        return True

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
            return Content.styled(str(error), "$text-error")
