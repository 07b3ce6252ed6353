"""Folders of the listener's own files in the running app: added by their path, and brought up to date by themselves."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from unittest.mock import AsyncMock, Mock

import pytest

from tests.harm import HARMS, allow
from tests.present import present
from tests.services.podcasts.rig import ServiceRig
from tests.sources.folders.sounds import make_au, make_m4b, make_mka, make_mp3
from tui_pod.services.podcasts import folders
from tui_pod.shelf.published import Tags


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
    (trouble,) = service.driver.troubles.values()
    assert trouble.said == f"There is no file or folder {tmp_path / 'Shelf'}."
    shutil.move(tmp_path / "Away", tmp_path / "Shelf")
    make_mp3(tmp_path / "Shelf" / "2.mp3", "Two")
    await service.until(lambda: service.titles == ["One", "Two"], "the folder is back")
    assert len([said for said in service.driver.said if said.startswith("Shelf cannot be refreshed.")]) == 1
    await service.until(lambda: not service.driver.troubles, "it has no mark any more")


async def test_file_that_grows_is_read_until_it_rests(service: ServiceRig, tmp_path: Path) -> None:
    make_mp3(tmp_path / "Shelf" / "1.mp3", "One")
    await service.service.subscribe(str(tmp_path / "Shelf"))
    path = make_mp3(tmp_path / "Shelf" / "2.mp3", "Growing")
    await service.until(lambda: "Growing" in service.titles, "the new file is shown")
    ident = service.controller.library.ids[service.titles.index("Growing")]
    make_mp3(path, "Grown")
    await service.until(lambda: "Grown" in service.titles, "the grown file is read, though its folder is as it was")
    assert service.controller.library.ids[service.titles.index("Grown")] == ident


async def test_length_that_a_file_does_not_tell_is_asked_from_the_player_whatever_the_others_do_to_it(
    service: ServiceRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = allow(monkeypatch, "audio.contents:")
    for number, name in enumerate(("Talk", *HARMS)):
        make_au(tmp_path / "Shelf" / f"{name}.au", 61.5 + number)
    (tmp_path / "Shelf" / "Broken.ac3").write_bytes(b"no sound")
    make_mka(tmp_path / "Shelf" / "1.mka", 5.0, "Film")
    await service.service.subscribe(str(tmp_path / "Shelf"))

    def durations() -> dict[str, float | None]:
        library = service.controller.library
        return {title: library.duration(index) for index, title in enumerate(library.titles)}

    await service.until(lambda: durations()["Talk"], "the length is shown")
    known = {"Talk": 61.5, "Broken": None, "Film": pytest.approx(5.0, abs=0.1)}
    assert durations() == {**known, **dict.fromkeys(HARMS)}
    assert called.count("tui_pod.audio.contents:read_contents") == 1 + len(durations())  # all at once, then each
    with service.podcasts.store.db.read() as db:
        stored = {path: json.loads(tags) for path, tags in db.execute("SELECT path, tags FROM files")}
    assert [Tags(*stored[path]).duration for path in ("Talk.au", "Broken.ac3")] == [61.5, 0.0]


async def test_book_whose_files_do_not_tell_their_lengths_has_the_length_of_all(
    service: ServiceRig, tmp_path: Path
) -> None:
    for number in (1, 2, 3):
        make_au(tmp_path / "Shelf" / "Book" / f"Part {number}.au", 20.0 * number)
    await service.service.subscribe(str(tmp_path / "Shelf"))

    def length() -> float | None:
        return service.controller.library.duration(0)

    assert length() is not None
    await service.until(lambda: length() == 120.0, "the lengths of the parts are known")


async def test_chapters_inside_all_parts_are_known_before_any_is_opened(service: ServiceRig, tmp_path: Path) -> None:
    chapters = ({0: "One", 20: "Two"}, {0: "Three", 12: "Four"})
    for number, inside in enumerate(chapters, 1):
        make_m4b(tmp_path / "Shelf" / f"Part {number}.m4b", 30, inside, f"Part {number}", "Emma")
    await service.service.subscribe(str(tmp_path / "Shelf"))

    def marks() -> list[tuple[float, str]]:
        return [
            (mark.start, mark.title)
            for mark in service.podcasts.documents.chapters(service.controller.library.episode(0)).marks
        ]

    assert marks() == [(0.0, "Part 1"), (30.0, "Part 2")]
    wanted = [(0.0, "One"), (20.0, "Two"), (30.0, "Three"), (42.0, "Four")]
    await service.until(lambda: service.driver.libraries and marks() == wanted, "the chapters are known")
    (tmp_path / "Shelf" / "desc.txt").write_text("A young lady.")
    await service.until(lambda: service.controller.library.episode(0).summary == "A young lady.", "it is read again")
    assert marks() == wanted


async def test_folder_of_talks_becomes_a_book_from_its_row_in_the_tree(service: ServiceRig, tmp_path: Path) -> None:
    for name in ("Talks/Old/On bees", "Grimm/Frog", "Grimm/Goose"):
        make_mp3(tmp_path / "Shelf" / f"{name}.mp3", name, TPE1=name)
    await service.service.subscribe(str(tmp_path / "Shelf"))
    settings, library = service.service.settings, service.controller.library
    found = [
        await settings.find_at(library, None, topic) for name in ("Shelf", "Talks", "Grimm")
        if (topic := library.topics.find(name)) is not None
    ]  # fmt: skip
    assert [(each.name, each.podcast is not None) for each in found if each] == [
        ("Shelf", False),
        ("Shelf", False),
        ("Grimm", True),
    ]
    assert found[2] is not None
    settings.configure(found[2].id, {"kind": "book"})
    await service.until(lambda: service.driver.said[-1] == "Grimm: kind book. Press u to undo.", "it is said")
    assert "Grimm" in service.titles
    service.controller.undo()
    await service.until(lambda: "Grimm/Goose" in service.titles, "it is talks again")


async def test_settings_of_one_book_are_changed_at_once_and_back(
    service: ServiceRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_pod.services.podcasts.podcast_settings.SPEEDS_AFTER", 0.0)
    for number in (1, 2, 3):
        make_mp3(tmp_path / "Shelf" / f"{number}.mp3", f"Chapter {number}", str(number), TALB="Emma")
    await service.service.subscribe(str(tmp_path / "Shelf"))
    settings, ident = service.service.settings, service.controller.library.ids[0]
    settings.configure(ident, {"speed": "1.5"})
    await service.until(lambda: service.controller.mixer.speed_rule(0) == 1.5, "its speed is its own")
    found = await settings.find_at(service.controller.library, 0, 0)
    assert found is not None
    assert (found.id, found.name, found.settings.speed) == (ident, "Emma", 1.5)
    mixer = service.controller.mixer
    service.controller.play(ident)
    for _ in range(2):
        mixer.set_speed(2.0)
        await service.until(lambda: not mixer.own_speeds, "the speed set while it plays is one of its settings")
        assert mixer.speed_rule(0) == service.controller.playback.speed == 2.0
        settings.configure(ident, {"speed": "1.5"})
        await service.until(lambda: service.controller.playback.speed == 1.5, "and can be changed there")
    settings.configure(ident, {"kind": "talks"})
    await service.until(lambda: service.titles == ["Chapter 1", "Chapter 2", "Chapter 3"], "its parts are listed")
    said = "Emma: kind talks. Press u to undo."
    await service.until(lambda: service.driver.said[-1] == said, "it is said")
    assert await settings.find_at(service.controller.library, 1, 0) == found._replace(
        settings=replace(found.settings, kind="talks")
    )
    service.controller.undo()
    await service.until(lambda: service.titles == ["Emma"], "it is a book again")


async def test_speed_by_key_is_that_of_a_podcast_which_has_its_own_and_else_of_all(
    service: ServiceRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_pod.services.podcasts.podcast_settings.SPEEDS_AFTER", 0.0)
    make_mp3(tmp_path / "Talks" / "1.mp3", "A talk")
    await service.service.subscribe(str(tmp_path / "Talks"))
    mixer, (folder,) = service.controller.mixer, service.podcasts.store.feeds()
    service.controller.play(service.controller.library.ids[0])
    mixer.set_speed(1.25)
    assert (mixer.usual_speed, mixer.own_speeds) == (1.25, {})
    service.service.settings.configure(folder.feed_id, {"speed": "1.5"})
    await service.until(lambda: service.controller.playback.speed == 1.5, "its speed is its own")
    mixer.set_speed(2.0)
    assert (service.controller.playback.speed, mixer.usual_speed) == (2.0, 1.25)
    await service.until(lambda: not mixer.own_speeds, "the speed set while it plays is its setting")
    assert present(service.podcasts.store.find(folder.feed_id)).settings.speed == 2.0
    assert mixer.speed_rule(0) == service.controller.playback.speed == 2.0
    mixer.set_speed(2.0)
    assert mixer.own_speeds
    await service.until(lambda: not mixer.own_speeds, "the same speed set again is its setting again")


async def test_folders_are_checked_every_ten_seconds_and_take_a_thousandth_of_the_processor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig, planned = ServiceRig(tmp_path), asyncio.Queue[tuple[float, Callable[[], object]]]()
    changes = Mock(look=lambda _: ())

    def plan(wait: float, look: Callable[[], object]) -> Mock:
        planned.put_nowait((wait, look))
        return Mock()

    monkeypatch.setattr("tui_pod.sources.refresh.FolderChanges", lambda _: changes)
    monkeypatch.setattr(asyncio.get_running_loop(), "call_later", plan)
    watch = folders.FolderWatch(rig.context, AsyncMock())
    watch.start()
    watch.start()
    wait, look = await planned.get()
    waits = [wait]
    for changes.cost in (0.001, 0.02, 1.0):
        look()
        wait, look = await planned.get()
        waits.append(wait)
    assert waits == [10.0, 10.0, 20.0, 300.0]


async def test_folder_that_changed_is_refreshed_until_it_rested_three_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig, planned = ServiceRig(tmp_path), asyncio.Queue[Callable[[], object]]()
    waiting = ["f"]

    def look(_: object) -> list[str]:
        found = waiting.copy()
        waiting.clear()
        return found

    def plan(_: float, look: Callable[[], object]) -> Mock:
        planned.put_nowait(look)
        return Mock()

    changes = Mock(look=look, look_again=waiting.append, cost=0.001)
    monkeypatch.setattr("tui_pod.sources.refresh.FolderChanges", lambda _: changes)
    monkeypatch.setattr(asyncio.get_running_loop(), "call_later", plan)
    refresh = AsyncMock(side_effect=[True, False, False, False, False])
    folders.FolderWatch(rig.context, refresh).start()
    for _ in range(6):
        (await planned.get())()
    await planned.get()
    assert refresh.await_count == 4
