"""Reload the library after feeds have changed, without blocking the screen.

Building a large library takes seconds and holds the interpreter lock, so a subprocess writes the cache.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tui_pod.config.paths import Paths
from tui_pod.core.library.library import CatalogsError
from tui_pod.library.cache import Loaded, load_library
from tui_pod.runtime.subprocesses import end_process, run_apart, start_of, start_process
from tui_pod.runtime.threads import in_thread

SMALL = 3_000
"""Up to this many episodes a thread is faster than a subprocess."""


async def reload_library(paths: Sequence[Path], cache: Path, data: Path, size: int) -> Loaded:
    """Return the current library, of about `size` episodes, loaded off the event loop. Raises CatalogsError."""
    if size > SMALL:
        with contextlib.suppress(OSError):  # then it is built in this process
            await _make_cache([cache, data, *paths])
    return await in_thread(lambda _: load_library(paths, cache, data))


async def keep_library(save: Callable[[], None], catalogs: Sequence[Path], paths: Paths, size: int) -> None:
    """Write a library that was just loaded to the cache."""
    if size > SMALL:
        run_apart("tui_pod.library.reload", paths.cache, paths.data, *catalogs)
    else:
        await asyncio.to_thread(save)


async def _make_cache(words: Sequence[Path]) -> None:
    command, environment = start_of("tui_pod.library.reload", *words)
    nothing = asyncio.subprocess.DEVNULL
    process = await start_process(command, env=environment, stdin=nothing, stdout=nothing, stderr=nothing)
    try:
        await process.wait()
    finally:
        await end_process(process)


def _main() -> None:
    """Load the library and write it to the cache."""
    gc.disable()  # it ends soon
    cache, data, *paths = map(Path, sys.argv[1:])
    with contextlib.suppress(CatalogsError):  # whoever loads it next reports the faults
        loaded = load_library(paths, cache, data)
        if loaded.save is not None:
            loaded.save()


if __name__ == "__main__":
    _main()
