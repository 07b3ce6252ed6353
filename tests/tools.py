"""Programs beside Python that tests need; `make test` installs them where it may."""

import shutil

import pytest

from tui_pod.speech.narrator import has_voice


def needs(tool: str) -> pytest.MarkDecorator:
    """Skip a test where a program is not installed, which the summary tells."""
    return pytest.mark.skipif(shutil.which(tool) is None, reason=f"{tool} is not installed")


needs_voice = pytest.mark.skipif(not has_voice(), reason="the voice is not installed: pip install hibari-tts")
