"""What tui-pod uses of the voice's signal processing."""

from typing import Any

import numpy as np

_Spectrum = np.ndarray[Any, np.dtype[np.float32]]

def synth(
    lh: _Spectrum,
    th: _Spectrum,
    ln: _Spectrum,
    lr: _Spectrum,
    phi: _Spectrum,
    f0: _Spectrum,
    rng: np.random.Generator,
) -> _Spectrum: ...
