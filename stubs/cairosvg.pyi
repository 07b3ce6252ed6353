"""What the pictures use of CairoSVG."""

from typing import Any

image: Any

def svg2png(bytestring: bytes, *, write_to: str, output_width: int | None = ...) -> None: ...
