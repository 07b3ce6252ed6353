"""Reload the library after feeds have changed, without blocking the screen.

Building a large library takes seconds and holds the interpreter lock, so a subprocess writes the cache. It does without
asyncio, whose import takes as long as reading a podcast that changed.
"""

from __future__ import annotations

import contextlib
import gc
import sys
from collections.abc import Sequence
from pathlib import Path

from tui_pod.library.cache import Loaded, load_library, write_cache
from tui_pod.library.catalog_files import MEMORY
from tui_pod.runtime.cell import enter_cell
from tui_pod.runtime.subprocesses import end_process, start_of, start_process

SMALL = 3_000
"""Up to this many episodes a thread is faster than a subprocess."""


async def reload_library(paths: Sequence[Path], cache: Path, data: Path, size: int) -> Loaded:
    """Return the current library, of about `size` episodes, loaded off the event loop. Raises CatalogsError."""
    from tui_pod.runtime.threads import in_thread  # brings asyncio, see above

    if size > SMALL:
        with contextlib.suppress(OSError):  # then it is built in this process
            await _make_cache([cache, data, *paths])
    return await in_thread(lambda _: load_library(paths, cache, data))


async def _make_cache(words: Sequence[Path]) -> None:
    from subprocess import DEVNULL  # not in the subprocess itself

    command, environment = start_of("tui_pod.library.reload", *words)
    process = await start_process(command, env=environment, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL)
    try:
        await process.wait()
    finally:
        await end_process(process)


def _main() -> None:
    """Write the library to the cache."""
    gc.disable()  # it ends soon
    enter_cell(MEMORY)
    cache, data, *paths = sys.argv[1:]
    write_cache(paths, cache, data)  # whoever loads it next reports the faults


if __name__ == "__main__":
    _main()
