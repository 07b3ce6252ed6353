"""What tui-pod uses of hibari-tts."""

from typing import Any

import numpy as np

class Hibari:
    def __init__(self, voice: str = ...) -> None: ...
    def __call__(
        self, text: str, speed: float = ..., seed: int | None = ...
    ) -> np.ndarray[Any, np.dtype[np.float32]]: ...
