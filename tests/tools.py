"""Programs beside Python that tests need; `make test` installs them where it may."""

from __future__ import annotations

import shutil

import pytest


def needs(tool: str) -> pytest.MarkDecorator:
    """Skip a test where a program is not installed, which the summary tells."""
    return pytest.mark.skipif(shutil.which(tool) is None, reason=f"{tool} is not installed")
