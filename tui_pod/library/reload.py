"""Load the library again after feeds have changed, without holding up the screen.

Building a large library takes seconds of the interpreter, so a process of its own makes the cache, and this
one only reads it.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tui_pod.config.paths import Paths
from tui_pod.library.cache import Loaded, load_library
from tui_pod.runtime.subprocesses import run_apart, start_of

SMALL = 3_000
"""Episodes up to which a thread is quicker than another process."""


async def reload_library(paths: Sequence[Path], cache: Path, data: Path, size: int) -> Loaded:
    """Return the library as it is now; everything that waits is done elsewhere than on the event loop.

    Args:
        paths: the catalogues.
        cache: folder of the cache.
        data: folder of the feeds.
        size: episodes that are expected.

    Raises:
        CatalogsError: with the faults of the catalogues.
    """
    if size > SMALL:
        with contextlib.suppress(OSError):  # then it is made here
            await _make_cache([cache, data, *paths])
    from tui_pod.runtime.threads import in_thread  # whoever has feeds has it

    return await in_thread(lambda _: load_library(paths, cache, data))


async def keep_library(save: Callable[[], None], catalogs: Sequence[Path], paths: Paths, size: int) -> None:
    """Have a library that was just loaded kept for the next start."""
    if size > SMALL:
        run_apart("tui_pod.library.reload", paths.cache, paths.data, *catalogs)
    else:
        await asyncio.to_thread(save)


async def _make_cache(words: Sequence[Path]) -> None:
    command, environment = start_of("tui_pod.library.reload", *words)
    process = await asyncio.create_subprocess_exec(
        *command, env=environment,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await process.wait()
    except asyncio.CancelledError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        raise


def _main() -> None:
    cache, data, *paths = map(Path, sys.argv[1:])
    loaded = load_library(paths, cache, data)
    if loaded.save is not None:
        loaded.save()


if __name__ == "__main__":
    _main()
