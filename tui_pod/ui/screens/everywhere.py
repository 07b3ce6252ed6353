"""Search everywhere: a field with the results below."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from tui_pod.core.actions import key_of
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.text.clean import counted
from tui_pod.services.services import Services
from tui_pod.ui.widgets.found_view import FoundView

HOW, SHORT = 'titles, notes, transcripts, bookmarks; "a phrase", -without', 'titles, notes; "a phrase", -not'
"""What the empty field says, and what it says in a narrow terminal."""


class EverywhereView(Vertical):
    """The search field and its results."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,tab,shift+tab", "results"),
        Binding("ctrl+f", "search", id="search.everywhere"),
    ]
    DEFAULT_CSS = """
    EverywhereView {
        height: 1fr;
        border: round $primary;
        border-title-color: $primary;
        background: $background;
        Input { height: 1; padding: 0 1; margin: 0 0 1 0; background: $surface; }
        Input { border: none; border-left: wide $frame; &:focus { border: none; border-left: wide $primary; } }
    }
    """  # not in the stylesheet: each rule there slows the first screen, which does not need these

    def __init__(
        self,
        services: Services,
        typed: str,
        edit: Callable[[Bookmark], None],
        open_podcast: Callable[[str], object],
    ) -> None:
        """Search for `typed`, the search of the list; if that is empty, repeat the last search here."""
        super().__init__()
        self._services = services
        self._typed = typed.strip() or services.search.typed
        self._edit, self._open_podcast = edit, open_podcast
        self._goes_on = False  # to the results once there are some: enter was pressed before

    def compose(self) -> ComposeResult:
        """Show a field and the results."""
        self.border_title = "Search everywhere"
        how = HOW if self.app.size.width > len(HOW) + 6 else SHORT
        yield Input(self._typed, placeholder=how, id="everywhere")
        services = self._services
        yield FoundView(services.controller, services.search, self._edit, self.action_search, self._open_podcast)

    def on_mount(self) -> None:
        """Focus the field now, for the next keys; and update the index."""
        self.action_search()
        self._services.search.on_filled = self.search_again
        self._services.search.refresh()

    def on_unmount(self) -> None:
        """Stop following the index."""
        self._services.search.on_filled = lambda: None

    def action_search(self) -> None:
        """Go to the field."""
        self.screen.set_focus(self.query_one(Input))

    def action_results(self) -> None:
        """Go to the results, or back to the field."""
        view = self.query_one(FoundView)
        self.screen.set_focus(self.query_one(Input) if not view.count() or view.has_focus else view)

    @on(Input.Changed)
    def _on_changed(self, event: Input.Changed) -> None:
        event.stop()  # the screen's handler searches the list
        self._goes_on = False
        self._find(event.value)

    @on(Input.Submitted)
    def _on_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._goes_on = not self.query_one(FoundView).count()
        self.action_results()

    def search_again(self) -> None:
        """Repeat the search: the index has changed."""
        self._find(self.query_one(Input).value)

    @work(group="found", exclusive=True)
    async def _find(self, typed: str) -> None:
        for view in self.query(FoundView):
            view.wait(typed)
        answer = await self._services.search.search(typed)
        for view in self.query(FoundView):  # missing while the view opens or closes
            view.show(answer, keeps_cursor=view.has_focus)
            if self._goes_on and view.count():
                self._goes_on = False
                self.screen.set_focus(view)
        results = answer.results
        shown = f"{'over ' if results.is_cut else ''}{counted(results.total)}" if results.total else ""
        if results.total > len(results.found):
            shown = f"the first {len(results.found)} of {shown}"
        if results.is_nearest:
            shown = ""  # the first line says so
        hint = "" if typed.strip() else f"{key_of('search.clear')} closes"
        said = " · ".join(filter(None, (shown, answer.notice, hint)))
        self.border_subtitle = Content(self._services.first.with_keys(said))
