"""Let libmpv read recordings from Python, by stream callbacks for addresses of the scheme `tuipod`.

libmpv calls back on its own threads, where waiting is allowed but calling libmpv is not (stream_cb.h). python-mpv's
wrapper copies byte by byte, which costs a fifth of a core; here the reader fills libmpv's buffer itself. No exception
may cross into C, and a reader is kept until libmpv closes it.
"""

from __future__ import annotations

import ctypes
import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tui_pod.audio.libmpv import NoPlayer
from tui_pod.core.player.remote_audio import ByteReader, RemoteAudio
from tui_pod.runtime.log import log_error

if TYPE_CHECKING:
    from mpv import MPV

SCHEME = "tuipod"

_FAILED = -1
_LOADING_FAILED = -13
"""MPV_ERROR_LOADING_FAILED (client.h)."""
_UNSUPPORTED = -18
"""MPV_ERROR_UNSUPPORTED: the size is unknown."""

_Read = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint64)
_Seek = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p, ctypes.c_int64)
_Size = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p)
_Close = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
_Cancel = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


class _Info(ctypes.Structure):
    _fields_ = (
        ("cookie", ctypes.c_void_p),
        ("read", _Read),
        ("seek", _Seek),
        ("size", _Size),
        ("close", _Close),
        ("cancel", _Cancel),
    )


_Open = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(_Info))


class _OpenReader:
    def __init__(self, reader: ByteReader) -> None:
        self.reader = reader
        self.offset = 0


class StreamProtocol:
    """The scheme `tuipod` of one libmpv handle. It must live as long as the handle."""

    def __init__(self) -> None:
        self._audio: dict[str, tuple[RemoteAudio, bool]] = {}
        self._readers: dict[int, _OpenReader] = {}
        self._numbers = itertools.count(1)
        self._operations = (
            _Read(_guarded(self._read, _FAILED)),
            _Seek(_guarded(self._seek, _FAILED)),
            _Size(_guarded(self._size, _UNSUPPORTED)),
            _Close(_guarded(self._close, None)),
            _Cancel(_guarded(self._cancel, None)),
        )
        self._opened = _Open(_guarded(self._open, _LOADING_FAILED))

    def register(self, mpv: MPV) -> None:
        """Register the scheme with a libmpv handle. Raises NoPlayer if libmpv refuses it."""
        from mpv import backend  # loads libmpv, which may be missing

        kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p, _Open)
        if kind(("mpv_stream_cb_add_ro", backend))(mpv.handle, SCHEME.encode(), None, self._opened) < 0:
            raise NoPlayer(OSError("it has no stream callbacks"))

    def offer(self, token: str, audio: RemoteAudio, is_seekable: bool = True) -> str:
        """Offer one recording instead of the previous one; return its address.

        Demuxers read the end of a seekable recording before they begin.
        """
        self._audio = {token: (audio, is_seekable)}
        return f"{SCHEME}://{token}"

    # -- on libmpv's threads ---------------------------------------------------------------------------

    def _open(self, _: object, uri: bytes, info: ctypes._Pointer[_Info]) -> int:
        audio, is_seekable = self._audio[uri.decode().partition("://")[2]]
        number = next(self._numbers)
        self._readers[number] = _OpenReader(audio.open())
        found = info.contents
        found.cookie = number
        found.read, seek, found.size, found.close, found.cancel = self._operations
        if is_seekable:
            found.seek = seek
        return 0

    def _read(self, number: int, buffer: int, count: int) -> int:
        opened = self._readers[number]
        with memoryview((ctypes.c_char * count).from_address(buffer)).cast("B") as view:
            size = opened.reader.read_into(view, opened.offset)
        opened.offset += size
        return size

    def _seek(self, number: int, offset: int) -> int:
        opened = self._readers[number]
        if not opened.reader.can_go_to(offset):
            return _FAILED
        opened.offset = offset
        return offset

    def _size(self, number: int) -> int:
        size = self._readers[number].reader.size()
        return _UNSUPPORTED if size is None else size

    def _close(self, number: int) -> None:
        self._readers.pop(number).reader.close()

    def _cancel(self, number: int) -> None:
        self._readers[number].reader.cancel()


def _guarded(callback: Callable[..., Any], failed: int | None) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        try:
            return callback(*arguments)
        except BaseException as error:  # it would be printed on the screen, and C would get an undefined answer
            log_error(error, "a stream failed")
            return failed

    return call
