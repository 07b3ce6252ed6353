"""The recogniser by which speech is judged."""

from pathlib import Path

import pytest

from tui_pod.speech.model import RecognitionError, find_model


@pytest.fixture(scope="session")
def model() -> Path:
    """The folder of the recogniser that comes with the extra."""
    try:
        return find_model("")
    except RecognitionError as error:
        pytest.skip(str(error))
