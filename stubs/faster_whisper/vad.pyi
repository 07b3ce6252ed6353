from typing import Any

import numpy as np

def get_speech_timestamps(audio: np.ndarray[Any, np.dtype[np.float32]]) -> list[dict[str, int]]: ...
