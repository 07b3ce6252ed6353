"""When the running app syncs, and what it shows of it."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import Mock, call

import pytest

from tests.fakes import START, FakeClock, FakeFrontend, FakePlayer, FakeSources, FakeWriter, make_context
from tests.patience import PATIENCE, until
from tests.present import present
from tests.rooms import EPISODES, TOPICS
from tui_pod.config.settings import SyncSettings
from tui_pod.core.errors import UserError
from tui_pod.core.library.library import build_library
from tui_pod.core.playback.controller import PlaybackController
from tui_pod.core.player.ports import Ports
from tui_pod.core.player.snapshot import Playback, PlayerStatus
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.cards import OF_EPISODE, Card, Notebook
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.progress.records import ProgressRecord
from tui_pod.runtime import changes
from tui_pod.services import sync as module
from tui_pod.services import tasks
from tui_pod.services.frontend import Job
from tui_pod.services.podcasts.feeds import FeedService
from tui_pod.services.sync import FIRST_WITH, ON_REQUEST, WAITING, SyncService
from tui_pod.services.sync_setup import SyncSetup, run_sync
from tui_pod.services.tasks import CommandFailed
from tui_pod.state.store import StateFile


async def a_while() -> None:
    """Let the tasks go on that wait for nothing."""
    for _ in range(5):
        await asyncio.sleep(0)


class Rig:
    """The service, with a sync that answers what a test says."""

    def __init__(self) -> None:
        self.frontend = FakeFrontend()
        library = build_library(TOPICS, EPISODES)
        self.writer = FakeWriter()
        self.clock = FakeClock()
        ports = Ports(FakePlayer(), FakeSources(), self.writer, self.frontend, self.clock, "run")
        former = {"two": Progress(START - timedelta(days=1), 10.0)}
        self.controller = PlaybackController(library, ProgressIndex(library, former), ports)
        self.report: dict[str, Any] = {}
        self.failure = ""
        self.is_first = False
        self.runs: list[str] = []
        self.options: list[tuple[str, ...]] = []
        """Of the syncs so far."""
        self.done = asyncio.Event()
        self.news: list[bool] = []
        """Whether another machine has synced, look by look; then nothing has."""
        self.elsewhere: dict[str, Progress] = {}
        """What a sync, of this program or another, has received."""
        self.notebook = Notebook()
        self.looks: list[bool] = []
        """Whether each look was at the server too."""
        self.shown: list[str | None] = []
        """What servers were to show as playing."""
        self.context = make_context(self.controller, self.frontend)
        self.make()

    def make(
        self,
        run: Callable[..., Awaitable[dict[str, Any]]] | None = None,
        look: Callable[[bool], Awaitable[bool]] | None = None,
        reload: Callable[[], Awaitable[None]] | None = None,
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        """Have a service, in which one of these is done differently."""
        is_first = lambda: self.is_first  # noqa: E731
        setup = SimpleNamespace(
            is_set=True,
            is_first=is_first,
            last_sync=lambda: None,
            run=run or self.run,
            has_news=look or self._look,
            other_programs=SimpleNamespace(take_progress=self._take_progress),
            show_playing=self._show_playing,
        )
        feeds = SimpleNamespace(take_synced=reload or self._reload)
        self.service = SyncService(self.context, cast(SyncSetup, setup), cast(FeedService, feeds), ended)

    async def run(self, *options: str) -> dict[str, Any]:
        self.runs.append("sync")
        self.options.append(options)
        self.done.set()
        if self.failure:
            raise CommandFailed(self.failure)
        return self.report

    async def _look(self, with_server: bool) -> bool:
        self.looks.append(with_server)
        return self.news.pop(0) if self.news else False

    async def _take_progress(self, label: Callable[[dict[str, Progress]], str] | None = None) -> bool:
        is_new = self.controller.editor.receive(self.elsewhere, label and label(self.elsewhere))
        return self.controller.bookmarks.receive_all(self.notebook, "synced" if label else None) or is_new

    async def _show_playing(self, episode: str | None) -> None:
        self.shown.append(episode)

    async def _reload(self) -> None:
        self.runs.append("reload")
        self.report = {}

    async def start(self) -> None:
        """Start, and wait for the first sync."""
        self.service.start()
        await self.synced()

    async def synced(self) -> None:
        """Wait for the next sync, and for what it does afterwards."""
        await asyncio.wait_for(self.done.wait(), PATIENCE)
        self.done.clear()
        await a_while()

    async def sync(self) -> None:
        """Sync on wish, and wait for it."""
        self.service.sync_now()
        await self.synced()

    def received(self, ident: str, position: float, status: str = "started", **more: Any) -> None:
        """Have a sync receive this."""
        is_played = status == "played"
        self.elsewhere[ident] = Progress(START - timedelta(hours=1), position, played=is_played)._replace(**more)


@pytest.fixture
async def rig() -> Any:
    rig = Rig()
    yield rig
    await rig.service.close()


async def test_what_came_in_is_shown_and_can_be_undone(rig: Rig) -> None:
    rig.received("one", 30.0)
    rig.received("two", 0.0, "played")
    await rig.start()
    index = rig.controller.progress_index
    one, two = index.get("one"), index.get("two")
    assert one is not None
    assert two is not None
    assert (one.position, two.played) == (30.0, True)
    assert rig.frontend.said[-1] == "2 episodes synced. Press u to undo."
    assert rig.frontend.work == "synced just now"
    rig.controller.undo()
    two = present(index.get("two"))
    assert (two.position, two.played) == (10.0, False)
    assert two.updated > START - timedelta(hours=1)  # so that the other devices take it back too


async def test_what_was_dismissed_and_heard_elsewhere_is_so_at_once(rig: Rig) -> None:
    index = rig.controller.progress_index
    rig.controller.play("two")
    rig.received("one", 30.0, is_dismissed=True)
    rig.received("two", 5.0, updated=START - timedelta(days=2), played_ranges=((1.0, 5.0),), plays=3)
    await rig.start()
    two = present(index.get("two"))
    assert (index.continue_count, two.position, two.plays, two.played_ranges) == (1, 10.0, 3, ((1.0, 5.0),))


async def test_bookmarks_and_cards_that_came_in_are_shown_and_can_be_undone(rig: Rig) -> None:
    bookmark = Bookmark("one", 5.0, 9.0, START, START, "Said.", title="One")
    card = Card("one", OF_EPISODE, START, START)
    rig.notebook = Notebook((bookmark,), (card,))
    await rig.start()
    assert (list(rig.controller.bookmarks), list(rig.controller.bookmarks.cards)) == ([bookmark], [card])
    assert rig.frontend.said[-1] == "1 bookmark synced. Press u to undo."
    rig.controller.undo()
    assert not list(rig.controller.bookmarks)


async def test_notice_names_the_machine_and_both_positions(rig: Rig) -> None:
    rig.received("two", 75.0, origin="laptop")
    await rig.start()
    assert rig.frontend.said[-1] == "“Two”: 0:10 → 1:15, from laptop, 1 h ago. Press u to undo."
    rig.elsewhere.clear()
    rig.received("one", 5.0, origin="desk")
    rig.received("three", 5.0)
    await rig.sync()
    assert rig.frontend.said[-1] == "2 episodes synced from desk. Press u to undo."


async def test_first_play_waits_for_the_newer_position(rig: Rig) -> None:
    await rig.start()
    rig.clock.go(60.0)
    rig.news = [True]
    rig.received("two", 75.0)
    rig.controller.play("two")
    assert not rig.controller.playback.is_loaded
    await rig.synced()
    playback = rig.controller.playback
    assert (playback.episode, playback.position) == ("two", 65.0)  # less the rewind of a pause of an hour
    assert rig.looks == [True]


@pytest.mark.parametrize("has_news", [True, False], ids=["a sync", "a look"])
async def test_position_that_another_program_received_meanwhile_is_offered(rig: Rig, has_news: bool) -> None:
    await rig.start()
    rig.clock.go(60.0)
    rig.news = [has_news]
    rig.controller.play("two")
    rig.controller.handover.go()  # the second is over
    rig.elsewhere["two"] = Progress(START - timedelta(hours=1), 75.0)
    await until(lambda: not rig.service.is_asking, "the answer is there")
    assert rig.frontend.said[-1].endswith("further · w goes there")


async def test_paused_app_looks_at_the_folder_often_and_at_the_server_now_and_then(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_EVERY", 0.001)
    monkeypatch.setattr(module, "ASK_EVERY", 0.003)
    rig.service.start()
    await until(lambda: len(rig.looks) >= 6, "it looks")
    assert rig.looks[:6] == [False, False, True, False, False, True]
    rig.news = [True]
    before = len(rig.runs)
    await until(lambda: len(rig.runs) > before, "it syncs what is new")
    rig.service.playback_changed(Playback(status=PlayerStatus.PLAYING))
    await until(lambda: not rig.service.is_asking, "the last look has ended")
    rig.looks.clear()
    monkeypatch.setattr(module, "LOOK_PLAYING_EVERY", 0.005)
    rounds = rig.service.rounds
    await until(lambda: rig.service.rounds > rounds + 20, "time passes")
    assert not any(rig.looks)
    assert 1 <= len(rig.looks) <= (rig.service.rounds - rounds) // 5 + 1


@pytest.mark.parametrize("fails", [True, False])
async def test_look_that_fails_or_takes_long_neither_syncs_nor_holds_up_playing(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    async def look(with_server: bool) -> bool:
        if fails:
            raise UserError("no network")
        await asyncio.Event().wait()
        return with_server

    monkeypatch.setattr(module, "ANSWER_WAIT", PATIENCE if fails else 0.0)
    rig.make(look=look)
    handover = rig.controller.handover
    heard = Mock(side_effect=handover.answered)
    monkeypatch.setattr(handover, "answered", heard)
    handover.attach(rig.service)
    rig.controller.play("two")
    await until(lambda: rig.controller.playback.episode == "two", "it plays")
    assert (rig.runs, rig.frontend.said, heard.call_args_list) == ([], [], [call(False)] * fails)


@pytest.mark.parametrize("waiting", [0, 1])
async def test_first_sync_is_shown_and_asked_about_once_with_its_podcasts(rig: Rig, waiting: int) -> None:
    rig.is_first = True
    rig.report |= {"summary": "2 episodes would be received", "first": ["https://s.example"]}
    await rig.start()
    told = FIRST_WITH.format("https://s.example")
    assert (rig.frontend.said, rig.options) == ([told], [()])  # a question would take keys
    rig.report["waiting"] = ["One"] * waiting
    rig.service.sync_now()
    await until(lambda: bool(rig.frontend.asked_yes), "it asks")
    ((question, answer),) = rig.frontend.asked_yes
    said = "The first sync with https://s.example: 2 episodes would be received."
    found = " Your other machines have 1 podcast: One." * waiting
    assert question == f"{said}{found} Nothing is unsubscribed. Go on?"
    answer(False)
    assert rig.options == [(), (), ("--dry-run",)]
    rig.report |= {"first": [], "waiting": [], "summary": "2 episodes received, 1 sent"}
    answer(True)
    await until(lambda: len(rig.options) == 4, "it syncs")
    assert rig.options[3] == ("--yes", *("--podcasts", "yes") * waiting)
    await until(lambda: rig.frontend.said == [told, "Synced: 2 episodes received, 1 sent."], "it says so")


async def test_header_says_that_nothing_was_synced_yet_or_what_waits_for_a_yes(rig: Rig) -> None:
    rig.is_first, rig.report["first"] = True, ["https://s.example"]
    rig.service.start()
    assert rig.frontend.work == "never synced"
    await rig.synced()
    rig.is_first = False
    rig.service.sync_now()
    await rig.synced()
    assert rig.frontend.work == WAITING
    assert rig.service.synced is None


async def test_server_that_was_added_is_named_once_and_asked_about_on_request(rig: Rig) -> None:
    rig.report["first"] = ["media.example (bob)"]
    for asked in range(2):
        rig.service.sync_now() if asked else rig.service.start()
        await rig.synced()
    await until(lambda: bool(rig.frontend.asked_yes), "it asks")
    rig.service.sync_soon()
    assert rig.frontend.said == [FIRST_WITH.format("media.example (bob)")]
    ((question, answer),) = rig.frontend.asked_yes
    assert question.startswith("The first sync with media.example (bob): ")
    answer(True)
    await until(lambda: rig.options == [(), (), ("--dry-run",), ("--yes",)], "it syncs")


async def test_first_sync_that_cannot_be_asked_about_waits_for_a_wish(rig: Rig) -> None:
    rig.is_first = rig.frontend.is_busy = True
    rig.report["first"] = ["media.example"]
    rig.service.sync_now()
    await until(lambda: rig.frontend.said == [FIRST_WITH.format("media.example")], "it says how")
    rig.failure = "no network"
    rig.service.sync_now()
    await until(lambda: rig.frontend.errors == ["no network"], "it says why")
    assert rig.options == [(), ("--dry-run",), ()]


@pytest.mark.parametrize(("is_yes", "word"), [(True, "yes"), (False, "no")])
async def test_podcasts_of_other_machines_are_asked_about_on_request(
    rig: Rig, is_yes: bool, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AFTER", 0.0)
    rig.report["waiting"] = ["One", "Two"]
    await rig.start()
    rig.service.sync_soon()
    await rig.synced()
    found = "Your other machines have 2 podcasts: One and Two."
    assert (rig.frontend.said, rig.frontend.asked_yes) == ([f"{found} {ON_REQUEST}"], [])  # a question would take keys
    await rig.sync()
    ((question, answer),) = rig.frontend.asked_yes
    assert question == f"{found} Subscribe?"
    answer(is_yes)
    await rig.synced()
    assert rig.options == [(), (), (), ("--podcasts", word)]


async def test_failure_is_a_mark_and_said_only_on_wish(rig: Rig) -> None:
    rig.failure = "no network"
    await rig.start()
    assert (rig.frontend.said, rig.frontend.work) == ([], "not synced")
    await rig.sync()
    assert rig.frontend.said == ["no network"]


async def test_time_since_the_last_sync_grows_and_being_offline_is_shown(rig: Rig) -> None:
    await rig.start()
    rig.clock.go(3 * 3600.0)
    rig.report.update(error="no network", offline=True)
    await rig.sync()
    assert rig.frontend.work == "synced 3 h ago, offline"
    rig.context.tasks.show("network", Job("offline"))  # podcasts have noticed it too
    await rig.sync()
    assert rig.frontend.work == "offline, synced 3 h ago"


async def test_pause_and_end_sync_once_playing_has_stopped(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AFTER", 0.0)
    playing = Playback(status=PlayerStatus.PLAYING)
    rig.service.playback_changed(playing)
    rig.service.playback_changed(playing._replace(position=5.0))
    assert rig.runs == []
    rig.service.playback_changed(playing._replace(status=PlayerStatus.PAUSED))
    await rig.synced()
    assert rig.runs == ["sync"]


async def test_servers_show_what_plays_until_it_pauses_or_the_app_ends(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SETTLED", 0.0)
    playing = Playback(episode="one", status=PlayerStatus.PLAYING)
    paused = playing._replace(status=PlayerStatus.PAUSED)
    for count, playback in enumerate((playing, paused, playing), 1):
        rig.service.playback_changed(playback)
        rig.service.playback_changed(playback._replace(position=5.0))
        await until(lambda count=count: len(rig.shown) == count, "what is shown")  # type: ignore[misc]
    await rig.service.close()
    assert rig.shown == ["one", None, "one", None]


async def test_changes_are_sent_by_one_sync_after_the_last_or_some_time_after_the_first(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    await rig.start()
    await until(lambda: not rig.service.is_asking, "the sync has ended")
    monkeypatch.setattr(module, "AFTER", 0.01)
    for _ in range(3):
        await asyncio.to_thread(changes.note)
    await rig.synced()
    assert rig.runs == ["sync"] * 2
    monkeypatch.setattr(module, "AFTER", 1000.0)
    monkeypatch.setattr(module, "BY", 0.01)
    changes.note()
    await rig.synced()
    await rig.service.close()
    assert not changes.listeners


async def test_change_during_a_sync_is_sent_by_the_next(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AFTER", 0.0)
    going = asyncio.Event()

    async def slow(*options: str) -> dict[str, Any]:
        rig.runs.append("begun")
        await going.wait()
        return rig.report

    rig.make(run=slow)
    rig.service.start()
    await until(lambda: rig.runs == ["begun"], "it syncs")
    changes.note()
    await a_while()
    assert rig.runs == ["begun"]
    going.set()
    await until(lambda: rig.runs == ["begun", "begun"], "it syncs again")


async def test_changes_since_the_last_sync_are_counted(rig: Rig) -> None:
    await rig.start()
    rig.clock.go(60.0)
    rig.controller.editor.mark(["one", "three"], played=True)
    rig.service.sync_soon()
    assert rig.frontend.work == "synced 1 m ago, 2 to send"


async def test_sync_that_is_stopped_can_be_asked_again(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "SAID_AFTER", 0.0)
    going = asyncio.Event()

    async def slow(*options: str) -> dict[str, Any]:
        await going.wait()
        return await rig.run(*options)

    rig.make(run=slow)
    rig.service.sync_now()
    await until(lambda: rig.frontend.work == "syncing", "it is shown")
    assert rig.context.tasks.stop().is_done
    await until(lambda: not rig.service.is_asking, "it is stopped")
    assert rig.runs == []
    going.set()
    rig.service.sync_now()
    await until(lambda: rig.frontend.said == ["Synced; there was nothing new."], "it is told")


async def test_recordings_of_other_machines_that_are_not_here_are_named(rig: Rig) -> None:
    rig.report |= {"missing": ["Emma"], "missing_of": 3}
    await rig.start()
    said = "1 of 3 started recordings is not in this library: “Emma”."
    assert (rig.frontend.said, rig.frontend.work) == ([said], "synced just now, 1 of 3 not here")
    await rig.sync()
    assert rig.frontend.said == [said, said, "Synced; there was nothing new."]


async def test_sync_runs_in_a_process_of_its_own(tmp_path: Path) -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    (tmp_path / "config.toml").write_text('[sync]\nfolder = "shared"\n')
    words = ("--config", str(tmp_path / "config.toml"), "--state")
    StateFile(tmp_path / "there.toml").append([ProgressRecord("x", Progress(now, 42.0))])
    (tmp_path / "shared").mkdir()
    assert (await run_sync(*words, str(tmp_path / "there.toml"), "--yes"))["sent"] == 1
    report = await run_sync(*words, str(tmp_path / "here.toml"))
    assert (report["received"], report["error"], report["first"]) == ([], None, [str(tmp_path / "shared")])
    report = await run_sync(*words, str(tmp_path / "here.toml"), "--yes")
    (entry,) = report["received"]
    assert (entry["id"], entry["position"], entry["updated"]) == ("x", 42.0, now.isoformat())
    with pytest.raises(CommandFailed, match="nothing to sync with"):
        await run_sync("--state", str(tmp_path / "here.toml"))


async def test_header_says_nothing_of_sync_once_it_is_off(rig: Rig) -> None:
    await rig.start()

    async def choose(*_: object) -> None:
        setup.is_set = False

    setup = cast("Any", rig.service.setup)
    setup.choose = choose
    assert rig.frontend.work == "synced just now"
    await rig.service.set_up(SyncSettings(), "")
    assert rig.frontend.work == ""


async def test_sync_is_repeated_at_intervals(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EVERY", 0.01)
    rig.service.start()
    for _ in range(3):
        await rig.synced()


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(-5, "just now"), (59, "just now"), (60, "1 m ago"), (3599, "59 m ago"), (3600, "1 h ago"), (7199, "1 h ago")],
)
async def test_time_since_the_last_sync_is_in_minutes_then_in_hours(rig: Rig, seconds: float, shown: str) -> None:
    await rig.start()
    rig.clock.go(seconds)
    rig.service.sync_soon()
    assert rig.frontend.work == f"synced {shown}"


@pytest.mark.parametrize(
    ("ident", "position", "status", "label"),
    [
        ("two", 0.0, "played", "“Two”: 0:10 → played"),
        ("two", 75.0, "started", "“Two”: 0:10 → 1:15"),
        ("one", 75.0, "started", "“One”: 1:15"),
    ],
)
async def test_notice_of_one_episode_tells_what_was_here_and_what_came(
    rig: Rig, ident: str, position: float, status: str, label: str
) -> None:
    rig.received(ident, position, status)
    await rig.sync()
    assert rig.frontend.said == [f"{label}. Press u to undo."]


async def test_episode_that_was_played_here_is_named_so(rig: Rig) -> None:
    rig.controller.editor.mark(["two"], played=True)
    rig.received("two", 75.0, updated=START + timedelta(hours=1))
    await rig.start()
    assert rig.frontend.said[-1] == "“Two”: played → 1:15. Press u to undo."


async def test_marks_that_the_server_cannot_take_yet_are_told(rig: Rig) -> None:
    rig.report["lacking_length"] = ["one", "two"]
    await rig.start()
    told = "2 episodes marked as played cannot be sent to the server until the length is known."
    assert rig.frontend.said == [told]


@pytest.mark.parametrize(("change", "syncs"), [("subscribed", 2), ("unsubscribed", 1)])
async def test_podcasts_that_come_again_and_again_cause_two_syncs_only_and_those_that_go_one(
    rig: Rig, change: str, syncs: int
) -> None:
    async def reload() -> None:
        rig.runs.append("reload")

    rig.report[change] = ["https://pod.example.org/"]
    rig.make(reload=reload)
    rig.service.sync_now()
    await until(lambda: len(rig.runs) >= 2 * syncs and not rig.service.is_asking, "it is done")
    assert rig.runs == ["sync", "reload"] * syncs


async def test_other_podcasts_of_other_machines_are_named_again(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AFTER", 0.0)
    await rig.start()
    for names in (["One"], ["One"], ["One", "Two"]):
        rig.report["waiting"] = names
        rig.service.sync_soon()
        await rig.synced()
    assert [text.partition(":")[0] for text in rig.frontend.said] == [
        "Your other machines have 1 podcast", "Your other machines have 2 podcasts",
    ]  # fmt: skip


async def test_podcasts_that_cannot_be_asked_about_are_named(rig: Rig) -> None:
    rig.frontend.is_busy = True
    rig.report["waiting"] = ["One"]
    await rig.sync()
    assert ON_REQUEST in rig.frontend.said[0]


async def test_long_names_are_cut_in_the_question(rig: Rig) -> None:
    rig.report["waiting"] = ["x" * 100]
    await rig.start()
    assert [len(max(re.split("[., ]", text), key=len)) for text in rig.frontend.said] == [60]


async def test_first_sync_that_would_change_nothing_says_so_and_is_asked_about_once(rig: Rig) -> None:
    rig.is_first, rig.report["first"] = True, ["media.example"]
    rig.service.sync_now()
    rig.service.sync_now()
    await until(lambda: bool(rig.frontend.asked_yes), "it asks")
    assert rig.options == [(), ("--dry-run",)]
    assert rig.frontend.asked_yes[0][0] == (
        "The first sync with media.example: nothing would change. Nothing is unsubscribed. Go on?"
    )
    rig.report["error"] = "no network"
    rig.service.sync_now()
    await until(lambda: rig.frontend.errors == ["no network"], "it says why")
    assert len(rig.frontend.asked_yes) == 1


async def test_before_the_first_sync_nothing_is_synced_soon_and_playing_waits_for_nothing(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AFTER", 0.0)
    rig.is_first = True
    rig.service.sync_soon()
    await a_while()
    assert (rig.runs, rig.frontend.works) == ([], [])
    rig.controller.handover.attach(rig.service)
    rig.controller.play("two")
    assert rig.controller.playback.is_loaded
    assert rig.looks == []


async def test_play_during_a_look_at_the_folder_asks_the_server_too(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_EVERY", 0.001)
    going, looks = asyncio.Event(), list[bool]()

    async def look(with_server: bool) -> bool:
        looks.append(with_server)
        await going.wait()
        return False

    rig.make(look=look)
    rig.service.start()
    await until(lambda: looks, "it looks at the folder")
    rig.controller.play("two")
    assert not rig.controller.playback.is_loaded
    monkeypatch.setattr(module, "LOOK_EVERY", 60.0)
    going.set()
    await until(lambda: rig.controller.playback.is_loaded, "it plays")
    assert looks[:2] == [False, True]


async def test_what_follows_a_sync_follows_only_a_complete_one_and_playing_learns_of_either(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended, answers = list[bool](), list[bool]()
    monkeypatch.setattr(rig.controller.handover, "answered", answers.append)
    rig.make(ended=lambda: ended.append(True))
    rig.failure = "no network"
    rig.service.sync_now()
    await until(lambda: rig.frontend.errors, "it failed")
    assert (ended, rig.service.synced, answers) == ([], None, [False])
    rig.failure = ""
    rig.service.sync_now()
    await until(lambda: not rig.service.is_asking, "it is done")
    assert (ended, rig.service.synced, answers) == ([True], START, [False, True])


async def test_play_asks_the_server_once_if_there_is_nothing_new(rig: Rig) -> None:
    await rig.start()
    rig.clock.go(60.0)
    rig.controller.play("two")
    await until(lambda: rig.controller.playback.is_loaded, "it plays")
    assert (rig.looks, rig.runs) == ([True], ["sync"])
