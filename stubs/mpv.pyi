"""What tui-pod uses of python-mpv."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from ctypes import CDLL, c_int, c_void_p
from typing import Any, ClassVar

class MpvEventID(c_int):
    START_FILE: ClassVar[int]
    FILE_LOADED: ClassVar[int]
    END_FILE: ClassVar[int]
    PLAYBACK_RESTART: ClassVar[int]

class MpvEventEndFile:
    EOF: ClassVar[int]
    ERROR: ClassVar[int]

backend: CDLL

class MPV:
    chapters: int | None
    audio_device_list: list[dict[str, str]]
    current_ao: str | None
    duration: float | None
    metadata: dict[str, str] | None
    ffmpeg_version: str
    file_format: str | None
    handle: c_void_p
    mpv_version: str
    pause: bool
    seeking: bool | None
    time_pos: float | None
    audio_params: dict[str, Any] | None

    def __init__(
        self,
        *,
        log_handler: Callable[[str, str, str], None] | None = ...,
        loglevel: str | None = ...,
        **options: str,
    ) -> None: ...
    def __getitem__(self, name: str) -> Any: ...
    def __setitem__(self, name: str, value: object) -> None: ...
    def command(self, name: str, *arguments: str) -> Any: ...
    def observe_property(self, name: str, handler: Callable[[str, Any], None]) -> None: ...
    def play(self, filename: str) -> None: ...
    def prepare_and_wait_for_event(
        self, *event_types: str, timeout: float | None = ...
    ) -> AbstractContextManager[object]: ...
    def register_event_callback(self, callback: Callable[[Any], None]) -> None: ...
    def terminate(self) -> None: ...
