"""The log is a file; what a terminal shows gets nothing."""

from __future__ import annotations

import os

import pytest

from tui_pod.runtime.log import log


def test_line_reaches_a_file_cleaned_and_cut(capfd: pytest.CaptureFixture[str]) -> None:
    log("one\x1b[2J\ntwo")
    log("x" * 2_000)
    first, second = capfd.readouterr().err.splitlines()
    assert first.startswith("tui-pod: one")
    assert "\x1b" not in first
    assert len(second) == len("tui-pod: ") + 1_000


@pytest.mark.parametrize("is_open", [True, False])
def test_nothing_is_written_to_what_is_no_file(
    is_open: bool, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fstat(_: int) -> os.stat_result:
        if not is_open:
            raise OSError
        return os.stat(os.devnull)

    with monkeypatch.context() as patch:
        patch.setattr("os.fstat", fstat)
        log("one")
    assert capfd.readouterr().err == ""
