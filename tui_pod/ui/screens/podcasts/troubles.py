"""The dialogs about podcasts that cannot be fetched: all of them with the reason, and what helps one."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import partial

from textual.widgets import OptionList

from tui_pod.services.podcasts.troubles import Trouble
from tui_pod.services.services import Services
from tui_pod.ui.screens.dialog import ChoiceDialog, TitledRow
from tui_pod.ui.screens.form import FormDialog, FormField

LASTING = "It stays in your library until you unsubscribe."


class TroublesScreen(ChoiceDialog):
    """Lists podcasts with what happened to them."""

    def __init__(self, services: Services, found: Sequence[Trouble], number: int) -> None:
        """List what was found, with the cursor on a row."""
        rows = [TitledRow(each.name, each.said) for each in found]
        super().__init__("Podcasts that cannot be refreshed", rows, self._open, ident="find", keys="enter What helps")
        self._services, self._found, self._number = services, found, number

    def on_mount(self) -> None:
        """Put the cursor on the podcast that is listed."""
        self.query_one(OptionList).highlighted = self._number

    def _open(self, number: int) -> None:
        self.app.push_screen(remedies(self._services, self._found[number]))


def remedies(services: Services, trouble: Trouble) -> ChoiceDialog:
    """Return the dialog that says what happened to a podcast, with what helps."""
    feeds = services.feeds

    def ask_address() -> None:
        dialog.app.push_screen(AddressScreen(trouble, partial(feeds.move, trouble.feed)))

    helps: dict[str, Callable[[], object]] = {
        "Try again; asks for a login if one is needed": partial(feeds.refresher.refresh, trouble.feed),
        "Change its address …": ask_address,
        "Unsubscribe; undo brings it back": partial(feeds.remove_feed, trouble.feed),
    }
    about = f"{trouble.said} {trouble.since}\n{trouble.address}\n{LASTING}"
    dialog = ChoiceDialog(trouble.name, list(helps), lambda number: [*helps.values()][number](), about)
    return dialog


class AddressScreen(FormDialog):
    """Asks for the new address of a podcast, whose episodes and progress stay."""

    def __init__(self, trouble: Trouble, move: Callable[[str], Coroutine[None, None, None]]) -> None:
        field = FormField("address", "Address", "Of its feed; episodes and progress stay", trouble.address)
        super().__init__(trouble.name, (field,))
        self._move = move

    def save(self, values: Mapping[str, str]) -> None:
        """Change it; the dialog closes if it is an address."""
        self.wait_for(self._save(values["address"]), "Saving …")

    async def _save(self, address: str) -> None:
        await self._move(address)
        if self.is_current:
            self.dismiss()
