"""Close a process that reads what others wrote: no network, no new privileges, and limits.

What it starts is closed too. On macOS, and on processors that are not known here, there are only the limits.
"""

from __future__ import annotations

import ctypes
import errno
import math
import os
import resource
import struct
import sys
import time
from contextlib import suppress

PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 22, 38, 2
"""From <linux/prctl.h> and <linux/seccomp.h>."""

_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000
"""What a filter returns: the call is made, or fails with the number that is added."""

_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
"""Instructions of a filter."""

_NUMBER, _PROCESSOR, _FAMILY = 0, 4, 16
"""What they load: the number of a system call, the processor that it is for, and the first argument."""

_PROCESSORS = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198), "riscv64": (0xC00000F3, 198)}
"""The number of each processor in the kernel, and that of the system call `socket` on it."""

_IO_URING_SETUP, _X32 = 425, 0x40000000
"""Other ways to a socket: a ring of calls, and calls of another kind."""

_AF_UNIX = 1

GB = 1 << 30


def enter_cell(memory: int, of: int = resource.RLIMIT_DATA, is_online: bool = False) -> None:
    """Close this process, and what it will start, for good; call it before there are threads.

    `memory` is in bytes of private memory, or `of` something else. A process that runs the listener's own command
    keeps the network.
    """
    for limit, most in ((of, memory), (resource.RLIMIT_CORE, 0)):
        with suppress(OSError, ValueError):  # macOS knows no such limit
            resource.setrlimit(limit, (most, most))
    known = _PROCESSORS.get(os.uname().machine)
    if sys.platform != "linux" or known is None:
        return
    processor, call = known
    no_socket, no_such_call = _REFUSE + errno.EACCES, _REFUSE + errno.ENOSYS
    program = (
        (_LOAD, 0, 0, _PROCESSOR), (_EQUAL, 1, 0, processor), (_RETURN, 0, 0, no_such_call),
        (_LOAD, 0, 0, _NUMBER), (_AT_LEAST, 1, 0, _X32), (_EQUAL, 0, 1, _IO_URING_SETUP), (_RETURN, 0, 0, no_such_call),
        (_EQUAL, 0, 2, call), (_LOAD, 0, 0, _FAMILY), (_EQUAL, 0, 1, _AF_UNIX), (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, no_socket),
    )  # fmt: skip
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *each) for each in program))
    head = ctypes.create_string_buffer(struct.pack("@HP", len(program), ctypes.addressof(code)))
    prctl = ctypes.CDLL(None).prctl
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if not is_online:
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, head)


def allow_seconds(count: float) -> None:
    """Let this process take so many more seconds of CPU time from now on; then the kernel ends it."""
    with suppress(OSError, ValueError):  # somebody has set less
        most = math.ceil(time.process_time() + count)
        resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))


def is_closed() -> bool:
    """Return whether this process can reach no network."""
    import socket  # only for this

    try:
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()
    except OSError:
        return True
    return False
