"""Remote control: a Unix socket through which commands such as `tui-pod toggle` reach the running app.

A request and its answer are one line of JSON each. Only the same user gets an answer, and a request can do only what
`PlayerApi` offers. Runs on the app's event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tui_pod.core.errors import UsageError, UserError
from tui_pod.core.library.speed import MAX_SPEED, MIN_SPEED
from tui_pod.core.outcome import DONE, Outcome
from tui_pod.core.playback.sleep_timer import parse_sleep
from tui_pod.core.player.mixer import MAX_VOLUME
from tui_pod.core.player.snapshot import Playback, PlayerStatus
from tui_pod.integrations.broadcast import Follower
from tui_pod.integrations.player_api import PlayerApi
from tui_pod.integrations.remote_socket import (
    LINE_LIMIT,
    RemoteError,
    RuntimeFolder,
    is_same_user,
    open_folder,
    socket_name,
)

PATIENCE = 10.0
"""Seconds that a client has to send a request, and again to read the answer."""

FOLLOW = b'{"command": "follow"}'
"""The request after which a line follows at each change."""

SETTLING = 4.0
"""Seconds that an answer waits for the player to react; loading the voice takes one on an idle machine."""

LIMIT = 1_000_000.0
"""The largest number that is accepted, positive or negative."""


class RequestError(UserError):
    """A request that is not understood; the message is for the caller."""


class OutOfRange(RequestError):
    """A value that is not possible; nothing was changed."""


Do = Callable[[str, Sequence[str], Mapping[str, str]], Outcome]
"""Runs an action by its id, on episodes or what is loaded, with the answers to what it asks."""

Grant = Callable[[str, Mapping[str, Any], "Channel"], Awaitable[Outcome]]
"""Grants a wish, given its id, its values and who asks. Raises UserError if it cannot be granted."""

BEAT = 2.0
"""Seconds between two lines to a caller that waits for a wish, which show that the app lives."""


class Channel:
    """The caller of a wish at the other end of the socket: the `Caller` of the app. Lines of JSON go both ways."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: Mapping[str, Any]) -> None:
        self._reader, self._writer = reader, writer
        self.is_there, self.wants_json = request.get("is_there") is True, request.get("json") is True

    def send(self, **line: object) -> None:
        """Send a line, unless the caller has hung up."""
        if not self._writer.is_closing():
            self._writer.write(json.dumps(line, default=str).encode() + b"\n")

    def say(self, text: str) -> None:
        """Have the caller say what was done."""
        self.send(say=text)

    def note(self, text: str) -> None:
        """Have the caller say what was done if a person sees it."""
        self.send(note=text)

    def warn(self, text: str) -> None:
        """Have the caller say what failed."""
        self.send(warn=text)

    def show(self, *cells: str) -> None:
        """Have the caller show a row."""
        self.send(show=cells)

    def show_json(self, value: object) -> None:
        """Have the caller show a document."""
        self.send(document=value)

    def progress(self, said: str, share: float | None = None) -> None:
        """Have the caller show what is under way."""
        self.send(progress=said, share=share)

    async def ask(self, text: str, kind: str = "text") -> str | None:
        """Have the caller ask; return the answer, None if nobody gives one."""
        if not self.is_there and kind != "secret":  # which another program may type in
            return None
        self.send(ask=text, kind=str(kind))
        answer = json.loads(await self._reader.readuntil(b"\n")).get("answer")
        return answer if isinstance(answer, str) else None


class RemoteControl(Follower):
    """Answers requests to one app. The newest app on a state file owns its socket."""

    def __init__(
        self,
        api: PlayerApi,
        state: Path,
        do: Do | None = None,
        with_keys: Callable[[str], str] = str,
        grant: Grant | None = None,
    ) -> None:
        """Answer for the app on a state file.

        `do` runs actions, `with_keys` puts the listener's keys into a text, and `grant` grants wishes.
        """
        self._api = api
        self._do, self._with_keys, self._grant = do, with_keys, grant
        self._name = socket_name(state)
        self._folder: RuntimeFolder | None = None
        self._inode = 0
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()
        self._followers: set[asyncio.Event] = set()
        self._failure: str | None = None

    async def start(self) -> None:
        """Replace the socket in one step, so that there is always one that answers.

        Raises:
            RemoteError: there is no folder for the socket, or it cannot be created.
        """
        folder = open_folder(may_make=True)
        temporary = f".{self._name}.{os.getpid()}"
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary, dir_fd=folder.descriptor)
            listener.bind(folder.address(temporary))
            os.chmod(temporary, 0o600, dir_fd=folder.descriptor)
            self._server = await asyncio.start_unix_server(self._accept, sock=listener, limit=LINE_LIMIT)
            os.rename(temporary, self._name, src_dir_fd=folder.descriptor, dst_dir_fd=folder.descriptor)
            self._inode = os.stat(self._name, dir_fd=folder.descriptor).st_ino
        except BaseException as error:
            with contextlib.suppress(OSError):
                os.unlink(temporary, dir_fd=folder.descriptor)
            listener.close()
            folder.close()
            if isinstance(error, OSError):
                raise RemoteError(f"The socket cannot be created: {error.strerror or error}") from error
            raise
        self._folder = folder

    async def close(self) -> None:
        """Stop answering, and remove the socket unless a newer app has replaced it."""
        for task in self._clients:
            task.cancel()
        if self._server is not None:
            self._server.close()
        if self._folder is not None:
            with contextlib.suppress(OSError):
                if os.stat(self._name, dir_fd=self._folder.descriptor, follow_symlinks=False).st_ino == self._inode:
                    os.unlink(self._name, dir_fd=self._folder.descriptor)
            self._folder.close()
            self._folder = None

    def playback_changed(self, playback: Playback) -> None:  # noqa: ARG002
        """Wake answers that wait for the player, and those that follow it."""
        self._changed.set()
        self.queue_changed()

    def queue_changed(self) -> None:
        """Wake those that follow the player."""
        for follower in self._followers:
            follower.set()

    def sync_ended(self) -> None:
        """Wake those that follow the player."""
        self.queue_changed()

    def notice_shown(self, text: str, is_error: bool) -> None:
        """Keep an error for the answer."""
        if is_error:
            self._failure = text
            self._changed.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._clients.add(task)
        try:
            while is_same_user(writer.get_extra_info("socket")):
                async with asyncio.timeout(PATIENCE):
                    line = await reader.readuntil(b"\n")
                if line.strip() == FOLLOW:
                    await self._follow(reader, writer)
                    break
                if self._grant is not None and (request := _wish(line)) is not None:
                    await self._answer_wish(request, Channel(reader, writer, request))
                    break
                writer.write(json.dumps(await self._answer(line)).encode() + b"\n")
                async with asyncio.timeout(PATIENCE):
                    await writer.drain()
        except (OSError, ValueError, asyncio.IncompleteReadError, TimeoutError):
            pass  # the client is gone or silent, or its line is too long: there is nobody to tell
        except asyncio.CancelledError:
            pass  # the app is ending
        finally:
            self._clients.discard(task)
            writer.close()

    async def _answer_wish(self, request: Mapping[str, Any], channel: Channel) -> None:
        """Grant a wish, and send what was done as the last line; until then, a line now and then."""
        assert self._grant is not None
        granting = asyncio.ensure_future(self._grant(str(request["wish"]), request["values"], channel))
        try:
            while not (await asyncio.wait((granting,), timeout=BEAT))[0]:
                channel.send()
            outcome = granting.result()
            text = outcome.sentence if outcome.is_done else outcome.text
            channel.send(done=self._with_keys(text), is_done=outcome.is_done, status=outcome.status)
        except UserError as error:
            channel.send(error=self._with_keys(str(error)), usage=isinstance(error, UsageError))
        finally:
            granting.cancel()

    async def _follow(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Write a line at each change until the client hangs up, or does not read for `PATIENCE` seconds."""
        changed, sent, gone = asyncio.Event(), None, asyncio.ensure_future(reader.read(1))
        gone.add_done_callback(lambda _: changed.set())
        self._followers.add(changed)
        try:
            while not gone.done():
                changed.clear()
                if (now := self._api.status()) != sent:
                    sent = now
                    writer.write(json.dumps({"now": now}).encode() + b"\n")
                    async with asyncio.timeout(PATIENCE):
                        await writer.drain()
                await changed.wait()
        finally:
            self._followers.discard(changed)
            gone.cancel()

    async def _answer(self, line: bytes) -> dict[str, object]:
        try:
            request = parse_request(line)
            before = self._api.playback
            self._failure = None
            outcome, wanted = perform(self._api, request, self._do)
            if not outcome.is_done:
                return {"error": self._with_keys(outcome.text)}
            if wanted is not None or self._is_asking or self._api.playback.load != before.load:
                await self._settle(wanted)
        except RequestError as error:
            return {"error": str(error), **({"usage": True} if isinstance(error, OutOfRange) else {})}
        if self._failure is not None:
            return {"error": self._failure}
        said = outcome.sentence
        if not said and self._api.controller.interlude is not None:
            said = f"Samples or questions are {'paused' if self._api.is_paused else 'playing'}."
        done = {"done": self._with_keys(said)} if said else {}
        command = request.get("command")
        queue = {"queue": list(self._api.controller.queue.upcoming)} if command == "queue" else {}
        return {"now": self._api.status() if command == "status" else self._api.now(), **done, **queue}

    @property
    def _is_asking(self) -> bool:
        """Whether the request waits for the other machines."""
        return self._api.controller.handover.is_waiting

    async def _settle(self, wanted: bool | None) -> None:
        """Wait until the player has loaded and is paused or playing as wanted, for at most `SETTLING` seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SETTLING):
                while self._failure is None and (self._is_asking or not _is_settled(self._api.playback, wanted)):
                    self._changed.clear()
                    await self._changed.wait()


def _is_settled(playback: Playback, wanted: bool | None) -> bool:
    if playback.status is PlayerStatus.LOADING:
        return False
    return wanted is None or not playback.is_active or (playback.status is PlayerStatus.PAUSED) is wanted


def _wish(line: bytes) -> dict[str, Any] | None:
    """Return the request on a line if it asks for a wish."""
    if not line.startswith(b'{"wish":'):
        return None
    request = parse_request(line)
    return request if isinstance(request.get("values"), dict) else None


def parse_request(line: bytes) -> dict[str, object]:
    """Return the JSON object on a line. Raises RequestError if the line has no JSON object."""
    try:
        request = json.loads(line)
    except (ValueError, RecursionError):
        request = None
    if not isinstance(request, dict):
        raise RequestError("A request must be a line with one JSON object.")
    return request


def perform(api: PlayerApi, request: dict[str, object], do: Do | None = None) -> tuple[Outcome, bool | None]:
    """Run a request; return what it did, and whether the player should pause (True), play (False) or stay as it is.

    Raises:
        RequestError: there is no such request, or a value is not possible.
    """
    controller, command = api.controller, request.get("command")
    if command == "do" and request.get("action") == "playback.toggle":
        command = "toggle"
    match command:
        case "now" | "status":
            return DONE, None
        case "toggle":
            has_interlude, wanted = controller.interlude is not None, api.playback.is_loaded and not api.is_paused
            outcome = api.toggle()
            return outcome, None if has_interlude or outcome.text else wanted  # a timer that faded has more time
        case "play":
            has_interlude, episode = controller.interlude is not None, request.get("episode")
            if episode is not None and not isinstance(episode, str):
                raise RequestError("“episode” must be the id of an episode.")
            return api.play(episode), None if has_interlude and episode is None else False
        case "pause":
            controller.set_paused(True)
            return DONE, True
        case "sleep":
            try:
                timer = parse_sleep(str(request.get("when")), controller.now())
            except ValueError as error:
                raise OutOfRange(f"{error}.") from None
            controller.set_sleep(timer)
            return Outcome(f"Sleep timer: {timer or 'off'}"), None
        case "do" if do is not None:
            ids = _ids(request) if "episodes" in request else []
            if unknown := [ident for ident in ids if controller.library.index(ident) is None]:
                raise RequestError(f"There is no episode “{unknown[0]}”. See: tui-pod list")
            return do(str(request.get("action")), ids, _values(request)), None
        case "queue":
            return DONE, None
        case "next":
            return controller.next(), None
        case "previous":
            return controller.previous(), None
        case "seek" if "by" in request:
            return controller.seek_by(_number(request, "by")), None
        case "seek":
            position = _within(request, 0.0, 0.0, api.playback.duration or LIMIT, "position")
            return controller.seek_to(position), None
        case "speed":
            controller.mixer.set_speed(_within(request, api.playback.speed, MIN_SPEED, MAX_SPEED, "speed"))
        case "volume":
            controller.mixer.set_volume(round(_within(request, api.playback.volume, 0.0, MAX_VOLUME, "volume")))
        case _:
            raise RequestError("There is no such command. See: tui-pod --help")
    return DONE, None


def _ids(request: dict[str, object]) -> list[str]:
    ids = request.get("episodes")
    if not isinstance(ids, list) or not all(isinstance(ident, str) for ident in ids):
        raise RequestError("“episodes” must be a list of ids.")
    return ids


def _values(request: dict[str, object]) -> dict[str, str]:
    values = request.get("values", {})
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise RequestError("“values” must be texts by their names.")
    return values


def _within(request: dict[str, object], now: float, least: float, most: float, name: str) -> float:
    """Return the value that is asked for: "to", or "by" from where it is now; a step ends at the end of the range.

    Raises:
        OutOfRange: it is not within the range, or a step changes nothing there.
    """
    value = now + _number(request, "by") if "by" in request else _number(request, "to")
    nearest = min(max(value, least), most)
    if value != nearest and ("by" not in request or nearest == now):
        raise OutOfRange(f"The {name} goes from {least:g} to {most:g}.")
    return nearest


def _number(request: dict[str, object], key: str) -> float:
    value = request.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= LIMIT:
        raise RequestError(f"“{key}” must be a number.")
    return float(value)
