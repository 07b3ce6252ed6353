"""Open addresses with libmpv in a process that the system ends when anything in it asks for a socket.

    socketless.py ours|bare ADDRESS…

`ours` is libmpv as the program sets it up, `bare` one without its options.
"""

import ctypes
import platform
import struct
import sys
import threading
from typing import Any

from tests.patience import PATIENCE
from tui_pod.audio.libmpv import open_mpv

SOCKET = {"x86_64": 41, "aarch64": 198}
"""The number of the system call, by machine."""

UNABLE = 77
"""Exit status where the system cannot forbid it, as in some containers."""

PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, FILTER = 22, 38, 2


def forbid_sockets() -> None:
    """Have the system end the process with SIGSYS when this thread, or one that it starts, asks for a socket."""
    load, compare, answer = 0x20, 0x15, 0x06
    end_process, allow = 0x80000000, 0x7FFF0000
    steps = (
        (load, 0, 0, 0),
        (compare, 0, 1, SOCKET[platform.machine()]),
        (answer, 0, 0, end_process),
        (answer, 0, 0, allow),
    )
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    libc = ctypes.CDLL(None)
    assert libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    if libc.prctl(PR_SET_SECCOMP, FILTER, struct.pack("H6xP", len(steps), ctypes.addressof(code)), 0, 0) != 0:
        sys.exit(UNABLE)


def main() -> None:
    """Open each address, and wait until libmpv has given it up."""
    kind, *addresses = sys.argv[1:]
    forbid_sockets()
    import mpv  # loads libmpv

    player = open_mpv("null") if kind == "ours" else mpv.MPV(ao="null", vid="no", ytdl="no", config="no")
    ended = threading.Semaphore(0)

    def note(event: Any) -> None:
        if event.event_id.value == mpv.MpvEventID.END_FILE:
            ended.release()

    player.register_event_callback(note)
    for address in addresses:
        player.command("loadfile", address)
        assert ended.acquire(timeout=PATIENCE), address
    player.terminate()


if __name__ == "__main__":
    main()
