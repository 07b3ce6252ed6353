"""The dialogs that set up sync: with a folder, or with a server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from tui_pod.config.settings import SyncSettings
from tui_pod.core.errors import UserError
from tui_pod.core.text.clean import counted
from tui_pod.net.file_address import typed_path
from tui_pod.services.hints import NOT_SYNCED, SET_BY_FILE, SYNC_WAYS
from tui_pod.services.sync import SyncService
from tui_pod.ui.screens.dialog import ChoiceDialog
from tui_pod.ui.screens.form import LOGIN_KEYS, FormDialog, FormField
from tui_pod.ui.widgets.fields import PathInput


class SyncScreen(FormDialog):
    """Asks for what to sync with, tries it, and syncs."""

    def __init__(self, sync: SyncService, is_server: bool) -> None:
        """Edit the server, or the folder; the other one stays as it is."""
        self._sync, self._former, self._missing = sync, sync.setup.settings, ""
        former = self._former
        device = FormField(
            "device", "This machine", "Its name on the others", former.device, usual="its host name", limit=60
        )
        fields = (
            (
                FormField("server", "Server", "Its address; empty for none", former.server, usual="https://…"),
                FormField("user", "User", "Your name there", former.user),
                FormField(
                    "password",
                    "Password",
                    "For Nextcloud, an app password. It is saved in a file that only you can read",
                    usual="as saved" if former.server else "",
                    is_secret=True,
                ),
            )
            if is_server
            else (
                FormField(
                    "folder",
                    "Folder",
                    "Syncthing, Dropbox, git or a USB stick carries it between machines; empty for none",
                    check=_check_path,
                    make=partial(PathInput, former.folder, "~/Sync/tui-pod", "field-folder"),
                ),
            )
        )
        super().__init__("Sync with a server" if is_server else "Sync with a folder", (*fields, device))

    def save(self, values: Mapping[str, str]) -> None:
        """Try it; the dialog closes if it works."""
        texts = {name: text.strip() for name, text in values.items() if name != "password"}
        if texts.get("folder"):
            texts["folder"] = typed_path(texts["folder"]) or ""
        if texts.get("server") and not texts["user"]:
            self.say("A server needs a user name.", is_fault=True)
            return
        chosen = SyncSettings(**self._former.values() | texts)
        self.wait_for(self._set_up(chosen, values.get("password", "")), "Trying it …", "Close")

    async def _set_up(self, chosen: SyncSettings, password: str) -> None:
        from tui_pod.sync.login import NoFolder  # brings TLS

        try:
            await self._sync.set_up(chosen, password, makes_folder=chosen.folder == self._missing)
        except NoFolder as error:
            self._missing = chosen.folder
            raise UserError(f"{error} Enter creates it.") from None
        self.app.notify("Saved." if chosen.is_set else NOT_SYNCED)
        self.dismiss()


class ServerScreen(FormDialog):
    """Asks for a server with libraries of books and podcasts, and adds it."""

    keys = LOGIN_KEYS

    def __init__(self, sync: SyncService) -> None:
        fields = (
            FormField("server", "Server", "Its address", usual="https://…"),
            FormField("user", "User", "Your name there; empty to use an API key as password"),
            FormField("password", "Password", "Sent to this server alone, or its API key", is_secret=True),
        )
        super().__init__("Audiobookshelf", fields)
        self._sync = sync

    def save(self, values: Mapping[str, str]) -> None:
        """Try it; the dialog closes if it works."""
        self.wait_for(self._add(values["server"], values["user"].strip(), values["password"]), "Logging in …")

    async def _add(self, server: str, user: str, password: str) -> None:
        await self._sync.add_server(server, user, password)
        if self.is_current:
            self.dismiss()


def choose_way(sync: SyncService, machines: Callable[[], object]) -> ChoiceDialog:
    """Return the dialog that asks what to sync with, and leads to the machines that share the folder."""
    count = len(sync.setup.machines())

    def choose(number: int) -> None:
        if number == len(SYNC_WAYS):
            machines()
        elif number == len(SYNC_WAYS) - 1:
            dialog.app.push_screen(ServerScreen(sync))
        elif sync.setup.set_by is not None:
            dialog.app.notify(SET_BY_FILE.format(sync.setup.set_by))
        else:
            dialog.app.push_screen(SyncScreen(sync, is_server=number == 1))

    dialog = ChoiceDialog("Sync with", (*SYNC_WAYS, f"Your {counted(count, 'machine')} …")[: 4 if count else 3], choose)
    return dialog


def _check_path(text: str) -> None:
    if text.strip() and typed_path(text) is None:
        raise UserError("A folder is a path, such as ~/Sync/tui-pod.")
