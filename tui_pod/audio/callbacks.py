"""The callbacks of libmpv's event thread: one at a time, none once libmpv ends, and no error unseen."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class Callbacks:
    """Runs what libmpv calls back. python-mpv turns errors of callbacks into warnings that nobody sees."""

    def __init__(self, tell_fault: Callable[[Exception], None]) -> None:
        self._tell_fault = tell_fault
        self._lock = threading.Lock()
        self._is_ended = False

    def run(self, callback: Callable[..., None], *arguments: Any) -> None:
        """Run a callback, unless libmpv has begun to end."""
        with self._lock:
            if self._is_ended:
                return
            try:
                callback(*arguments)
            except Exception as error:  # on a foreign thread there is nobody else to tell
                self._tell_fault(error)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let callbacks wait meanwhile."""
        with self._lock:
            yield

    def end(self) -> None:
        """Run no callback from now on; return once none is running."""
        with self._lock:
            self._is_ended = True
