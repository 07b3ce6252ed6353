import asyncio
import sys
from collections.abc import Callable, Coroutine
from unittest.mock import Mock

import pytest

from tests.fakes import FakeFrontend
from tests.patience import idle
from tests.rooms import Room
from tui_pod.core.errors import UserError
from tui_pod.core.outcome import Outcome, refused
from tui_pod.core.progress.progress import Status
from tui_pod.services import tasks
from tui_pod.services.frontend import Job
from tui_pod.services.tasks import BackgroundTasks, CommandFailed, SaveNotices, run_command


async def test_command_that_is_cancelled_has_ended_before_the_loop_does(
    monkeypatch: pytest.MonkeyPatch, processes: asyncio.Queue[asyncio.subprocess.Process]
) -> None:
    monkeypatch.setattr(tasks, "start_of", lambda *_: ([sys.executable, "-c", "import signal; signal.pause()"], {}))
    task = asyncio.create_task(run_command("search"))
    process = await processes.get()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert process.returncode is not None


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("import signal; signal.pause()", "tui-pod search took too long."),
        ("import sys; sys.exit('tui-pod: The disk is full.')", "The disk is full."),
        ("import sys; sys.exit(1)", "tui-pod search failed."),
        (f"import sys; sys.exit('first\\ntui-pod: {'x' * 400}')", f"{'x' * 299}…"),
    ],
)
async def test_command_that_fails_says_why(
    monkeypatch: pytest.MonkeyPatch,
    processes: asyncio.Queue[asyncio.subprocess.Process],
    program: str,
    message: str,
) -> None:
    monkeypatch.setattr(tasks, "start_of", lambda *_: ([sys.executable, "-c", program], {}))
    limit = 0.01 if "pause" in program else 60.0
    with pytest.raises(CommandFailed) as caught:
        await run_command("search", limit=limit)
    assert str(caught.value) == message
    assert (await processes.get()).returncode is not None


@pytest.mark.parametrize(("program", "printed"), [("print('done'); raise SystemExit(1)", b"done\n"), ("pass", b"")])
async def test_command_that_prints_something_or_works_has_not_failed(
    monkeypatch: pytest.MonkeyPatch, program: str, printed: bytes
) -> None:
    monkeypatch.setattr(tasks, "start_of", lambda *_: ([sys.executable, "-c", program], {}))
    assert await run_command("search") == printed


async def test_undo_is_in_the_order_of_the_keys_and_waits_for_what_is_under_way(room: Room) -> None:
    """A removal that takes its time is undone after what the listener did since, and before what came first."""
    frontend, gate, done = FakeFrontend(), asyncio.Event(), list[str]()
    background, controller = BackgroundTasks(room.controller, frontend), room.controller

    def removing(name: str, said: str = "Ships removed") -> Callable[[], Coroutine[object, object, str]]:
        async def remove() -> str:
            await gate.wait()
            done.append(name)
            return said

        return remove

    controller.editor.mark(["two"], played=True)
    first = background.perform("Ships removed", removing("taken"), removing("brought back"))
    second = background.perform("3 downloads removed", removing("other", "2 downloads removed"), removing("-"))
    nothing = background.perform("Nothing removed", removing("nothing", ""), removing("-"))
    controller.editor.mark(["one"], played=True)
    controller.undo()
    assert controller.progress_index.status("one") is Status.UNPLAYED
    gate.set()
    await asyncio.wait([second, nothing])
    gate.clear()
    steps = controller.undo, controller.undo, controller.redo, controller.undo
    assert [step().text for step in steps] == [
        "Undid: 2 downloads removed", "Undid: Ships removed", "Redid: Ships removed", "Undid: Ships removed",
    ]  # fmt: skip
    controller.undo()
    assert controller.progress_index.status("two") is Status.UNPLAYED
    assert (first.done(), done) == (True, ["taken", "other", "nothing"])
    gate.set()
    await idle()
    assert done[3:] == ["-", "brought back", "taken", "brought back"]
    assert frontend.said == ["Ships removed. Press u to undo.", "2 downloads removed. Press u to undo."]


async def test_change_undone_before_it_ended_is_undone_afterwards_and_one_that_fails_not_at_all(room: Room) -> None:
    frontend, gate, done = FakeFrontend(), asyncio.Event(), list[str]()
    background, controller = BackgroundTasks(room.controller, frontend), room.controller

    async def remove() -> str:
        await gate.wait()
        done.append("removed")
        return "It is removed"

    async def fail() -> str:
        raise UserError("It is locked.")

    async def bring_back() -> None:
        done.append("back")

    background.perform("removal", remove, bring_back)
    assert controller.undo().text == "Undid: removal"
    failing = background.perform("failing", fail, bring_back)
    assert controller.undo().text == "Undid: failing"
    gate.set()
    await asyncio.wait([failing])
    await idle()
    assert (done, frontend.said) == (["removed", "back"], ["It is locked."])
    controller.redo()
    assert controller.redo() == refused("Nothing to redo.")


async def test_state_is_shown_once_until_it_ends(room: Room) -> None:
    frontend = FakeFrontend()
    background = BackgroundTasks(room.controller, frontend)
    for _ in range(2):
        background.show("network", Job("offline"))
    assert background.shown("network") == "offline"
    assert not background.stop().is_done, "it is no work"
    for _ in range(2):
        background.show("network", None)
    assert (frontend.works, frontend.said) == (["offline", ""], [])
    assert background.shown("network") == ""


async def test_work_that_is_quick_is_not_shown(room: Room) -> None:
    frontend = FakeFrontend()
    with BackgroundTasks(room.controller, frontend).showing("sync", "syncing") as show:
        show("syncing 1/2", 0.5)
    assert frontend.works == []


async def test_work_that_takes_long_is_shown_and_can_be_stopped(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "SAID_AFTER", 0.0)
    frontend = FakeFrontend()
    background = BackgroundTasks(room.controller, frontend)

    async def work(kind: str) -> None:
        with background.showing(kind, f"{kind} 0/2") as show:
            await frontend.bell.until(lambda: kind in frontend.jobs, "it is shown")
            show(f"{kind} 1/2", 0.5)
            await asyncio.Event().wait()

    first = background.run(work("syncing"))
    await frontend.bell.until(lambda: frontend.work == "syncing 1/2", "it is shown")
    second = background.run(work("refreshing"))
    await frontend.bell.until(lambda: len(frontend.jobs) == 2 and frontend.work.endswith("1/2"), "both are shown")
    assert [job.share for job in frontend.jobs.values()] == [0.5, 0.5]
    assert background.stop() == Outcome("Stopped: refreshing 1/2.")
    await asyncio.wait([second])
    assert (frontend.work, first.done()) == ("syncing 1/2", False)
    assert background.stop().is_done
    await asyncio.wait([first])
    assert not background.stop().is_done


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (UserError("It is closed."), "It is closed."),
        (OSError(28, "No space left on device", "/d/x"), "That went wrong: No space left on device (/d/x)."),
        (OSError(28, "No space left on device"), "That went wrong: No space left on device."),
        (OSError("odd"), f"Unexpected error (OSError). To report it, run: {tasks.REPORT}"),
        (KeyError("x"), f"Unexpected error (KeyError). To report it, run: {tasks.REPORT}"),
    ],
)
async def test_work_that_fails_is_told_and_other_work_goes_on(
    room: Room, error: Exception, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    frontend = FakeFrontend()
    background = BackgroundTasks(room.controller, frontend)
    logged: list[BaseException] = []
    monkeypatch.setattr(tasks, "log_error", logged.append)
    gate = asyncio.Event()

    async def fail() -> None:
        raise error

    other = background.run(gate.wait())
    with pytest.raises(type(error)):
        await background.run(fail())
    assert (frontend.errors, logged, other.done()) == ([message], [error], False)
    await background.close()
    assert other.cancelled()


async def test_close_in_the_turn_in_which_a_task_ends_returns(room: Room) -> None:
    background = BackgroundTasks(room.controller, FakeFrontend())
    ending = background.run(asyncio.sleep(0))
    await asyncio.sleep(0)
    closing = asyncio.create_task(background.close())  # runs once the task has ended, before its callbacks do
    await closing
    assert ending.done()


def test_save_that_fails_is_told_and_so_is_the_next_that_works() -> None:
    frontend = FakeFrontend()
    notices = SaveNotices(frontend)
    notices.changed(None)
    assert frontend.said == []
    notices.changed("The disk is full")
    notices.changed("The disk is gone")
    assert frontend.errors == [
        f"Progress cannot be saved now: {reason}. Saving will be retried."
        for reason in ("The disk is full", "The disk is gone")
    ]
    notices.changed(None)
    notices.changed(None)
    assert frontend.said == [*frontend.errors, "Progress is saved again."]


async def test_what_is_to_come_later_comes_once_by_its_kind(room: Room) -> None:
    background, done, come = BackgroundTasks(room.controller, FakeFrontend()), list[str](), asyncio.Event()
    for text in ("first", "second"):
        background.later("look", 0.0, lambda text=text: done.append(text))  # type: ignore[misc]
    background.later("other", 0.0, come.set)
    await come.wait()
    assert done == ["second"]


async def test_nothing_comes_later_after_the_end(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    background, timers = BackgroundTasks(room.controller, FakeFrontend()), list[Mock]()

    def plan(*_: object) -> Mock:
        timers.append(Mock())
        return timers[-1]

    monkeypatch.setattr(asyncio.get_running_loop(), "call_later", plan)

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            background.later("look", 1.0, lambda: None)

    background.later("other", 1.0, lambda: None)
    background.run(work())
    await asyncio.sleep(0)
    await background.close()
    assert [timer.cancel.called for timer in timers] == [True, True]
