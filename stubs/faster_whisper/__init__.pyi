"""What tui-pod uses of faster-whisper."""

from collections.abc import Iterable
from typing import Any

import numpy as np

class Word:
    start: float
    end: float
    word: str

class Segment:
    text: str
    words: list[Word] | None
    avg_logprob: float
    compression_ratio: float

class WhisperModel:
    supported_languages: list[str]

    def __init__(
        self,
        model_size_or_path: str,
        device: str = ...,
        *,
        compute_type: str = ...,
        cpu_threads: int = ...,
        local_files_only: bool = ...,
    ) -> None: ...
    def transcribe(
        self,
        audio: str | np.ndarray[Any, np.dtype[np.float32]],
        language: str | None = ...,
        *,
        beam_size: int = ...,
        temperature: float = ...,
        vad_filter: bool = ...,
        word_timestamps: bool = ...,
        initial_prompt: str | None = ...,
    ) -> tuple[Iterable[Segment], object]: ...
    def detect_language(
        self, audio: np.ndarray[Any, np.dtype[np.float32]]
    ) -> tuple[str, float, list[tuple[str, float]]]: ...
