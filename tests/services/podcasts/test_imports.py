"""What another player exported, taken into the running app and undone."""

import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.present import present
from tests.services.podcasts.rig import ServiceRig
from tests.sources import server
from tests.sources.exports import antennapod
from tests.sources.server import Site, feed, item
from tui_pod.core.progress.progress import Status
from tui_pod.imports.players import ImportFault
from tui_pod.net.access import NetworkPolicy
from tui_pod.services import tasks
from tui_pod.shelf.opml import Entry, write_opml


@pytest.fixture
async def service(tmp_path: Path, site: Site) -> AsyncIterator[ServiceRig]:
    site.replies["/f"] = server.body(feed(item(1) + item(2) + item(3), "Ships"))
    made = ServiceRig(tmp_path, policy=NetworkPolicy(site.allowed))
    yield made
    await made.service.close()


def statuses(service: ServiceRig) -> dict[str, Status]:
    """How far each episode is, by its title."""
    index = service.controller.progress_index
    return {
        title: index.status(ident) for ident, title in zip(service.controller.library.ids, service.titles, strict=True)
    }


async def test_database_is_shown_taken_and_undone(service: ServiceRig, site: Site, tmp_path: Path) -> None:
    path = antennapod(tmp_path / "export.db", site.url("/f"))
    found = present(await service.service.imports.read(str(path)))
    assert (found.origin, len(found.taking.new), found.taking.played) == ("AntennaPod", 1, 1)
    assert service.titles == []
    service.service.imports.take(found)
    await service.done()
    assert statuses(service) == {
        "Episode 1": Status.PLAYED, "Episode 2": Status.STARTED, "Episode 3": Status.UNPLAYED,
    }  # fmt: skip
    assert service.topics == ["History", "My ships"]
    service.controller.undo()
    assert set(statuses(service).values()) == {Status.UNPLAYED}
    index = service.controller.progress_index
    assert not any(progress.plays for ident in service.controller.library.ids if (progress := index.get(ident)))
    assert service.controller.undo().text == "Undid: 1 podcast added from AntennaPod"
    await service.done()
    assert service.titles == []
    await service.do(service.controller.redo)
    assert len(service.titles) == 3


async def test_import_that_is_stopped_keeps_the_podcasts_for_a_refresh(
    service: ServiceRig, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "SAID_AFTER", 0.0)
    there, going = site.replies["/f"], threading.Event()

    def slow(_: server.Exchange) -> None:
        going.wait()

    site.replies["/f"] = slow
    found = present(await service.service.imports.read(str(antennapod(tmp_path / "export.db", site.url("/f")))))
    service.service.imports.take(found)
    await service.until(lambda: service.driver.work == "refreshing 0/1", "it is fetched")
    await service.service.refresher.show_failed()
    assert not service.driver.troubles, "what is being fetched is no trouble"
    assert service.context.tasks.stop().is_done
    await service.until(lambda: not service.driver.jobs, "it is stopped")
    await service.until(lambda: service.driver.troubles, "it was not fetched")
    going.set()
    site.replies["/f"] = there
    await service.do(service.service.refresher.refresh)
    assert len(service.titles) == 3


async def test_list_is_shown_and_taken(service: ServiceRig, site: Site, tmp_path: Path) -> None:
    outlines = f'<outline type="rss" text="S" xmlUrl="{site.url("/f")}"/><outline type="rss" text="x"/>'
    (tmp_path / "list.opml").write_text(f"<opml><body>{outlines}</body></opml>")
    found = present(await service.service.imports.read(str(tmp_path / "list.opml")))
    assert (found.origin, found.imported.faults) == ("the list", ("“x” has no address.",))
    service.service.imports.take(found)
    await service.done()
    assert len(service.titles) == 3


async def test_listed_podcast_of_the_own_network_is_told_and_not_fetched(
    service: ServiceRig, site: Site, inside: Site, tmp_path: Path
) -> None:
    entries = [Entry(site.url("/f"), "Ships"), Entry(inside.url("/admin"), "Router")]
    (tmp_path / "list.opml").write_text(write_opml(entries))
    found = present(await service.service.imports.read(str(tmp_path / "list.opml")))
    service.service.imports.take(found)
    await service.done()
    assert len(service.titles) == 3
    assert inside.asked == []
    assert service.driver.said[-1] == "3 episodes new: Ships."
    ((question, answer),) = service.driver.asked_yes
    assert f"Router: in your own network (127.0.0.1:{inside.server_port})" in question
    assert service.driver.troubles[inside.url("/admin")].said == "It has not been fetched yet."
    await service.do(answer, True)
    assert inside.asked
    assert service.driver.troubles[inside.url("/admin")].said != "It has not been fetched yet."
    await service.do(service.service.refresher.refresh, inside.url("/admin"))
    assert len(service.driver.asked_yes) == 1, "it is allowed from now on"


async def test_import_of_a_podcast_that_fails_tells_why_and_marks_it(
    service: ServiceRig, site: Site, tmp_path: Path
) -> None:
    (tmp_path / "list.opml").write_text(write_opml([Entry(site.url("/f"), "Ships"), Entry(site.url("/gone"), "Gone")]))
    found = present(await service.service.imports.read(str(tmp_path / "list.opml")))
    service.service.imports.take(found)
    await service.done()
    [error] = service.driver.errors
    assert error.startswith("Gone cannot be refreshed.")
    (trouble,) = service.driver.troubles.values()
    assert (trouble.feed, trouble.said) == (site.url("/gone"), "The server does not have it any more (404).")


async def test_what_is_no_export_is_none_and_a_damaged_one_says_why(service: ServiceRig, tmp_path: Path) -> None:
    assert await service.service.imports.read(str(tmp_path)) is None
    assert await service.service.imports.read("~/nowhere.opml") is None
    (tmp_path / "list.opml").write_text("hello")
    with pytest.raises(ImportFault, match="not an OPML list"):
        await service.service.imports.read(str(tmp_path / "list.opml"))
