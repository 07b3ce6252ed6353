"""Folders of the listener's own files in the running app: added by their path, and brought up to date by themselves."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.feeds.folders.sounds import make_mp3
from tests.services.podcasts.test_feeds import ServiceRig
from tui_pod.services.podcasts import folders


@pytest.fixture
async def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ServiceRig]:
    monkeypatch.setattr(folders, "EVERY", 0.01)
    monkeypatch.setattr(folders, "RARELY", 1)
    made = ServiceRig(tmp_path)
    yield made
    await made.service.close()


async def test_folder_is_shown_and_new_files_appear(service: ServiceRig, tmp_path: Path) -> None:
    make_mp3(tmp_path / "Shelf" / "1.mp3", "One")
    await service.service.subscribe(str(tmp_path / "Shelf"))
    assert (service.titles, service.topics) == (["One"], ["Shelf"])
    assert service.driver.said == ["Shelf: 1 episode."]
    make_mp3(tmp_path / "Shelf" / "Sub" / "2.mp3", "Two")
    await service.until(lambda: service.titles == ["One", "Two"], "the new file is shown")
    assert service.topics == ["Shelf", "Sub"]


async def test_folder_that_goes_away_is_told_once(service: ServiceRig, tmp_path: Path) -> None:
    make_mp3(tmp_path / "Shelf" / "1.mp3", "One")
    await service.service.subscribe(str(tmp_path / "Shelf"))
    service.driver.said.clear()
    shutil.move(tmp_path / "Shelf", tmp_path / "Away")
    await service.until(lambda: service.driver.said, "the missing folder is told")
    shutil.move(tmp_path / "Away", tmp_path / "Shelf")
    make_mp3(tmp_path / "Shelf" / "2.mp3", "Two")
    await service.until(lambda: service.titles == ["One", "Two"], "the folder is back")
    assert [said for said in service.driver.said if "no file or folder" in said] == [
        f"Shelf: There is no file or folder {tmp_path / 'Shelf'}. Press R to try again."
    ]


async def test_file_that_grows_is_read_until_it_rests(service: ServiceRig, tmp_path: Path) -> None:
    make_mp3(tmp_path / "Shelf" / "1.mp3", "One")
    await service.service.subscribe(str(tmp_path / "Shelf"))
    path = make_mp3(tmp_path / "Shelf" / "2.mp3", "Growing")
    await service.until(lambda: "Growing" in service.titles, "the new file is shown")
    ident = service.controller.library.ids[service.titles.index("Growing")]
    make_mp3(path, "Grown")
    await service.until(lambda: "Grown" in service.titles, "the grown file is read, though its folder is as it was")
    assert service.controller.library.ids[service.titles.index("Grown")] == ident
