"""Grants a wish without an app, by the function that an app calls; what it changed is saved at the end."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Awaitable, Mapping
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, cast

from tui_pod.cli.shared import load_config, warn
from tui_pod.config.paths import catalog_paths, find_paths
from tui_pod.core.outcome import Outcome
from tui_pod.library.cache import load_library
from tui_pod.services.headless import HeadlessFrontend, HeadlessServices, check_writable
from tui_pod.state.store import StateFile
from tui_pod.wishes.grant import WishRequest, begin

if TYPE_CHECKING:
    from tui_pod.services.caller import Caller
    from tui_pod.services.frontend import Frontend


def open_services(options: Namespace, caller: Caller) -> HeadlessServices:
    """Return the services on the files that the options name; faults go to standard error.

    Raises:
        CatalogsError: a catalogue has faults, which the message lists.
    """
    paths, config = find_paths(options.state, options.config), load_config(options)
    catalogs = catalog_paths(options.catalog, config.settings.catalogs)
    loaded, file = load_library(catalogs, paths.cache, paths.data), StateFile(paths.state)
    state = file.load()
    warn(*loaded.notices, *state.notices)
    services = HeadlessServices(paths, catalogs, config._replace(notices=()), loaded, file, state, None)
    services.frontend = cast("Frontend", HeadlessFrontend(caller))
    return services


def grant_alone(options: Namespace, wish: str, values: Mapping[str, Any], caller: Caller) -> Outcome:
    """Grant a wish here, and save; return what was done.

    Raises:
        UserError: it cannot be granted, or nothing can be saved; nothing was changed.
    """
    services = open_services(options, caller)
    check_writable(services)
    doing = begin(services, services.model, WishRequest(wish, values), caller)
    if isawaitable(doing):
        import asyncio  # most wishes that a command asks for are granted at once

        doing = asyncio.run(_settle(services, doing))
    services.engine.finish()
    return doing


async def _settle(services: HeadlessServices, doing: Awaitable[Outcome]) -> Outcome:
    """Wait until a wish is granted, and what it began has ended."""
    outcome = await doing
    if services.is_built("tasks"):
        await services.tasks.settle()
    return outcome
