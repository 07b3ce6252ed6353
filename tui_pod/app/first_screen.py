"""Keep a picture of what the next start will show, once the app has ended and its terminal is free."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_pod.app.bootstrap import AppServices
from tui_pod.config.paths import Paths, catalog_paths
from tui_pod.config.reader import read_config
from tui_pod.core.library.library import CatalogsError
from tui_pod.feeds.store.generation import BACKUP, DATABASE
from tui_pod.library.cache import load_library
from tui_pod.state.store import StateFile
from tui_pod.terminal.picture import read_picture, stamp, write_picture
from tui_pod.ui.first_screen import draw_first_screen

if TYPE_CHECKING:
    from argparse import Namespace

    from tui_pod.core.playback.controller import PlaybackController


class _StillServices(AppServices):
    """The values of a first screen, and nothing after it."""

    @property
    def controller(self) -> PlaybackController:
        """What a signal has saved; there is nothing to save."""
        raise SystemExit


def keep_first_screen(paths: Paths, options: Namespace, size: tuple[int, int]) -> None:
    """Keep the picture for a terminal of so many columns and rows, unless the one there is still true."""
    if options.session is not None or read_picture(paths, options, size):
        return
    config = read_config(paths.config, is_named=options.config is not None)
    catalogs = catalog_paths(options.catalog, config.settings.catalogs)
    file = StateFile(paths.state)
    files = [paths.config, *catalogs, file.path, file.journal, paths.data / DATABASE, paths.data / BACKUP]
    stamps = [stamp(path) for path in files]  # before they are read
    try:
        loaded = load_library(catalogs, paths.cache, paths.data)
    except CatalogsError:
        return
    services = _StillServices(paths, catalogs, config, loaded, file, file.load(), None, None)
    if not services.notices:  # they will lie over it
        write_picture(paths, options, size, stamps, draw_first_screen(services, size))
