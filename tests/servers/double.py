"""A double of an Audiobookshelf server: those answers of its API that are used, made from its public source (2.36).

It is as strict: it wants a token, refuses what the server refuses, and changes progress by the same rules.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.servers.library import Book, Podcast, sound

ROOT = ("root", "s3cret")


@dataclass
class User:
    """An account."""

    name: str
    password: str
    progress: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By the id of the book's media or of the episode."""
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Saved sessions of listening, by id."""
    open: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Open ones, by device."""
    bookmarks: list[dict[str, Any]] = field(default_factory=list)


class Double:
    """The state of the server."""

    def __init__(self) -> None:
        self.libraries: list[dict[str, Any]] = []
        self.items: dict[str, dict[str, Any]] = {}
        self.collections: list[dict[str, Any]] = []
        self.users = {ROOT[0]: User(*ROOT)}
        self.access: dict[str, User] = {}
        self.refresh: dict[str, User] = {}
        self.sounds: dict[str, bytes] = {}
        self.asked: list[str] = []
        """Methods and paths of all requests."""
        self.answers: dict[str, Callable[[Request], None]] = {}
        """Other answers than its own, by the beginning of the path."""
        self.lock = threading.RLock()

    # -- what is in it -------------------------------------------------------------------------------------

    def add_library(self, name: str, kind: str = "book") -> str:
        ident = str(uuid.uuid4())
        self.libraries.append({"id": ident, "name": name, "mediaType": kind, "displayOrder": len(self.libraries) + 1})
        return ident

    def add_book(self, library: str, book: Book) -> str:
        ident = str(uuid.uuid4())
        tracks, start = [], 0.0
        for index, seconds in enumerate(book.seconds, 1):
            tracks.append(self._track(ident, f"{index:02}.wav", seconds, index) | {"startOffset": start})
            start += seconds
        series = [{"id": str(uuid.uuid4()), "name": book.series, "sequence": str(book.number)}] if book.series else []
        about = {
            "title": book.title, "subtitle": None, "authors": [{"id": str(uuid.uuid4()), "name": book.author}],
            "narrators": [], "series": series, "description": book.description or None, "explicit": False,
        }  # fmt: skip
        chapters = [
            {"id": n, "start": track["startOffset"], "end": track["startOffset"] + track["duration"],
             "title": track["metadata"]["filename"].removesuffix(".wav")}
            for n, track in enumerate(tracks)
        ] if len(tracks) > 1 else []  # fmt: skip
        media = {
            "id": str(uuid.uuid4()), "libraryItemId": ident, "metadata": about, "coverPath": None, "tags": [],
            "chapters": chapters, "duration": start, "tracks": tracks, "audioFiles": tracks,
        }  # fmt: skip
        return self._add(library, ident, "book", media)

    def add_podcast(self, library: str, podcast: Podcast) -> str:
        ident = str(uuid.uuid4())
        episodes = []
        for index, title in enumerate(podcast.episodes, 1):
            track = self._track(ident, f"{title}.wav", podcast.seconds, index)
            episodes.append({
                "libraryItemId": ident, "id": str(uuid.uuid4()), "index": index, "season": "", "episode": "",
                "episodeType": "full", "title": title, "subtitle": None, "description": None, "pubDate": None,
                "chapters": [], "audioFile": track, "audioTrack": track, "publishedAt": None,
                "duration": podcast.seconds,
                "size": track["metadata"]["size"], "addedAt": now(), "updatedAt": now(),
            })  # fmt: skip
        media = {
            "id": str(uuid.uuid4()), "libraryItemId": ident, "coverPath": None, "tags": [], "episodes": episodes,
            "metadata": {"title": podcast.title, "author": None, "description": None, "explicit": False},
        }  # fmt: skip
        return self._add(library, ident, "podcast", media)

    def _track(self, item: str, name: str, seconds: float, index: int) -> dict[str, Any]:
        ino = str(10_000_000 + len(self.sounds))
        self.sounds[ino] = sound(seconds)
        size = len(self.sounds[ino])
        return {
            "index": index, "ino": ino, "metadata": {"filename": name, "ext": ".wav", "size": size},
            "duration": seconds, "contentUrl": f"/api/items/{item}/file/{ino}", "mimeType": "audio/wav",
        }  # fmt: skip

    def _add(self, library: str, ident: str, kind: str, media: dict[str, Any]) -> str:
        moment = now() + len(self.items)  # so that their order is certain
        self.items[ident] = {
            "id": ident, "libraryId": library, "addedAt": moment, "updatedAt": moment, "isMissing": False,
            "isInvalid": False, "mediaType": kind, "media": media,
        }  # fmt: skip
        return ident

    def account(self, user: User) -> dict[str, Any]:
        return {
            "id": user.name, "username": user.name, "mediaProgress": list(user.progress.values()),
            "bookmarks": user.bookmarks, "lastSeen": now(),
        }  # fmt: skip

    def tokens(self, user: User) -> dict[str, Any]:
        access, refresh = f"access-{uuid.uuid4()}", f"refresh-{uuid.uuid4()}"
        self.access[access], self.refresh[refresh] = user, user
        return {"user": self.account(user) | {"accessToken": access, "refreshToken": refresh}}

    # -- the rules of progress (MediaProgress.applyProgressUpdate) -----------------------------------------

    def change(self, user: User, payload: dict[str, Any]) -> int:
        """Change progress; return a status."""
        own = payload.get("episodeId")
        if own:
            item = next(
                (i for i in self.items.values() if own in (e["id"] for e in i["media"].get("episodes", ()))), None
            )
        else:
            item = self.items.get(str(payload.get("libraryItemId")))
        if item is None:
            return 404
        if not own and item["mediaType"] != "book":
            return 400
        key = own or item["media"]["id"]
        there = user.progress.get(key)
        if there is None:
            is_finished = bool(payload.get("isFinished"))
            user.progress[key] = {
                "id": str(uuid.uuid4()), "libraryItemId": payload.get("libraryItemId"), "episodeId": own or None,
                "mediaItemId": key, "duration": payload.get("duration") or 0, "progress": payload.get("progress") or 0,
                "currentTime": payload.get("currentTime") or 0, "isFinished": is_finished, "lastUpdate": now(),
                "startedAt": now(), "finishedAt": (payload.get("finishedAt") or now()) if is_finished else None,
            }  # fmt: skip
            return 200
        payload = dict(payload)
        if "isFinished" in payload:
            if payload["isFinished"] and not there["isFinished"]:
                there["finishedAt"] = payload.pop("finishedAt", None) or now()
                there["progress"] = 1
            elif not payload["isFinished"] and there["isFinished"]:
                there |= {"finishedAt": None, "progress": 0, "currentTime": 0}
                payload.pop("finishedAt", None)
                payload.pop("currentTime", None)
        elif "progress" in payload:
            there["progress"] = min(1, max(0, payload["progress"]))
        before = there["currentTime"]
        there |= {
            name: payload[name] for name in ("duration", "currentTime", "isFinished", "finishedAt") if name in payload
        }
        has_moved = there["currentTime"] != before
        left = payload.get("markAsFinishedTimeRemaining")
        is_end = bool(there["duration"]) and there["duration"] - there["currentTime"] < (10 if left is None else left)
        if not there["isFinished"] and is_end:
            there |= {"isFinished": True, "finishedAt": now(), "progress": 1}
        elif there["isFinished"] and has_moved and not is_end:
            there |= {"isFinished": False, "finishedAt": None}
        there["lastUpdate"] = payload.get("lastUpdate") or now()
        return 200


def now() -> int:
    """Return milliseconds since 1970."""
    return time.time_ns() // 1_000_000


class Request(BaseHTTPRequestHandler):
    """One request to the double."""

    protocol_version = "HTTP/1.1"
    server: Site

    def log_message(self, *_: object) -> None:
        """Stay silent."""

    def serve(self) -> None:
        double = self.server.double
        length = int(self.headers.get("Content-Length") or 0)
        content = self.rfile.read(length)
        self.data = json.loads(content) if content else None
        parts = urlsplit(self.path)
        self.query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        with double.lock:
            double.asked.append(f"{self.command} {parts.path}")
            other = next((answer for start, answer in double.answers.items() if parts.path.startswith(start)), None)
            if other is not None:
                other(self)
                return
            for command, pattern, answer in ROUTES:
                found = re.fullmatch(pattern, parts.path)
                if found and command == self.command:
                    needs_token = parts.path.startswith("/api/") and not parts.path.endswith("/cover")
                    self.user = double.access.get((self.headers.get("Authorization") or "").removeprefix("Bearer "))
                    if needs_token and self.user is None:
                        self.say(401, "Unauthorized")
                    else:
                        answer(self, double, *found.groups())
                    return
            self.say(404, "Not Found")

    do_GET = do_POST = do_PATCH = do_DELETE = serve

    def say(self, status: int, body: str | bytes = b"", headers: dict[str, str] | None = None) -> None:
        content = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if status != 304:
            self.wfile.write(content)

    def give(self, data: object) -> None:
        """Answer with JSON, or 304 if the client has it."""
        body = json.dumps(data).encode()
        etag = f'W/"{hashlib.sha1(body).hexdigest()}"'
        kind = {"ETag": etag, "Content-Type": "application/json; charset=utf-8"}
        if self.command == "GET" and self.headers.get("If-None-Match") == etag:
            self.send_response(304)
            self.send_header("ETag", etag)
            self.end_headers()
        else:
            self.say(200, body, kind)


def _login(request: Request, double: Double) -> None:
    data = request.data or {}
    user = double.users.get(str(data.get("username")))
    if user is None or user.password != data.get("password"):
        request.say(401, "Unauthorized")
        return
    found = double.tokens(user)
    if request.headers.get("x-return-tokens") != "true":
        found["user"]["refreshToken"] = None
    request.give(found)


def _refresh(request: Request, double: Double) -> None:
    user = double.refresh.pop(request.headers.get("x-refresh-token") or "", None)
    request.give(double.tokens(user)) if user else request.say(401, '{"error": "Invalid refresh token"}')


def _libraries(request: Request, double: Double) -> None:
    request.give({"libraries": double.libraries})


def _items(request: Request, double: Double, library: str) -> None:
    if all(each["id"] != library for each in double.libraries):
        request.say(404, "Library not found")
        return
    limit, page = int(request.query.get("limit", "0")), int(request.query.get("page", "0"))
    found = [item for item in double.items.values() if item["libraryId"] == library]
    if request.query.get("sort") == "addedAt":  # as the server does, which knows no order by updates
        found.sort(key=lambda item: item["addedAt"])
    shown = found[page * limit : (page + 1) * limit] if limit else found
    results = [_minified(item) if request.query.get("minified") == "1" else item for item in shown]
    request.give({"results": results, "total": len(found), "limit": limit, "page": page})


def _minified(item: dict[str, Any]) -> dict[str, Any]:
    media = item["media"]
    kept = {name: media[name] for name in ("id", "metadata", "coverPath", "tags") if name in media}
    counted = {"numTracks": len(media.get("tracks", ())), "duration": media.get("duration")}
    if item["mediaType"] == "podcast":
        counted = {"numEpisodes": len(media["episodes"])}
    return item | {"media": kept | counted}


def _batch(request: Request, double: Double) -> None:
    wanted = (request.data or {}).get("libraryItemIds") or []
    if not wanted:
        request.say(403, "Invalid payload")
        return
    request.give({"libraryItems": [item for ident, item in double.items.items() if ident in wanted]})


def _collections(request: Request, double: Double, library: str) -> None:
    found = [
        each | {"books": [double.items[book] for book in each["books"]]}
        for each in double.collections
        if each["libraryId"] == library
    ]
    request.give({"results": found, "total": len(found), "limit": 0, "page": 0})


def _file(request: Request, double: Double, item: str, ino: str) -> None:
    content = double.sounds.get(ino)
    if item not in double.items or content is None:
        request.say(404, "Not Found")
        return
    found = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("Range") or "")
    kind = {"Content-Type": "audio/wav", "Accept-Ranges": "bytes", "ETag": f'W/"{ino}"'}
    if found is None:
        request.say(200, content, kind)
        return
    first, last = int(found[1]), min(int(found[2] or len(content)), len(content) - 1)
    request.say(206, content[first : last + 1], kind | {"Content-Range": f"bytes {first}-{last}/{len(content)}"})


def _me(request: Request, double: Double) -> None:
    assert request.user is not None
    request.give(double.account(request.user))


def _progress(request: Request, double: Double, item: str, episode: str | None = None) -> None:
    assert request.user is not None
    status = double.change(request.user, {**(request.data or {}), "libraryItemId": item, "episodeId": episode})
    request.say(status, "OK" if status == 200 else "not found")


def _all_progress(request: Request, double: Double) -> None:
    assert request.user is not None
    if not request.data:
        request.say(400, "Missing request payload")
        return
    for payload in request.data:
        double.change(request.user, payload)  # what is refused is only logged
    request.say(200, "OK")


def _local_sessions(request: Request, double: Double) -> None:
    user, results = request.user, []
    assert user is not None
    for session in (request.data or {}).get("sessions", ()):
        item, own = double.items.get(session["libraryItemId"]), session.get("episodeId")
        if item is None:
            results.append({"id": session["id"], "success": False, "error": "Media item not found"})
            continue
        length = next((e["duration"] for e in item["media"].get("episodes", ()) if e["id"] == own), None)
        length = item["media"].get("duration") if length is None else length
        saved = user.sessions.setdefault(session["id"], dict(session))
        saved |= {name: session[name] for name in ("currentTime", "timeListening", "updatedAt")}
        there = user.progress.get(own or item["media"]["id"])
        is_newer = there is None or there["lastUpdate"] <= session["updatedAt"]
        if is_newer:
            end = session["currentTime"]
            double.change(user, {
                "libraryItemId": item["id"], "episodeId": own, "duration": length, "currentTime": end,
                "progress": end / length, "lastUpdate": session["updatedAt"],
            })  # fmt: skip
        results.append({"id": session["id"], "success": True, "progressSynced": is_newer})
    request.give({"results": results})


def _play(request: Request, double: Double, item: str, own: str | None) -> None:
    assert request.user is not None
    if item not in double.items:
        request.say(404, "Not Found")
        return
    session = {"id": str(uuid.uuid4()), "libraryItemId": item, "episodeId": own, "timeListening": 0}
    request.user.open[(request.data or {})["deviceInfo"]["deviceId"]] = session
    request.give(session)


def _listened(request: Request, _: Double) -> None:
    assert request.user is not None
    days: dict[str, float] = {}
    for session in request.user.sessions.values():
        days[session["date"]] = days.get(session["date"], 0) + session["timeListening"]
    request.give({"totalTime": sum(days.values()), "days": days})


def _remove_from(table: str) -> Callable[..., None]:
    """Return what removes the entry with an id from a table of the user."""

    def answer(request: Request, _: Double, ident: str) -> None:
        before = getattr(request.user, table)
        left = {key: each for key, each in before.items() if each["id"] != ident}
        setattr(request.user, table, left)
        request.say(404 if len(left) == len(before) else 200, "")

    return answer


def _bookmark(request: Request, double: Double, item: str) -> None:
    user, data = request.user, request.data or {}
    assert user is not None
    if item not in double.items:
        request.say(404, "Not Found")
    elif not isinstance(data.get("time"), int | float) or not data.get("title") or not isinstance(data["title"], str):
        request.say(400, "Invalid title")
    else:
        mark = next((m for m in user.bookmarks if (m["libraryItemId"], m["time"]) == (item, data["time"])), None)
        if mark is None and request.command == "PATCH":
            request.say(404, "Not Found")
            return
        if mark is None:
            mark = {"libraryItemId": item, "time": data["time"], "createdAt": now()}
            user.bookmarks.append(mark)
        mark["title"] = data["title"]
        request.give(mark)


def _remove_bookmark(request: Request, _: Double, item: str, place: str) -> None:
    user = request.user
    assert user is not None
    left = [m for m in user.bookmarks if (m["libraryItemId"], m["time"]) != (item, float(place))]
    request.say(404 if len(left) == len(user.bookmarks) else 200, "")
    user.bookmarks = left


ROUTES: tuple[tuple[str, str, Callable[..., None]], ...] = (
    ("POST", "/login", _login),
    ("POST", "/auth/refresh", _refresh),
    ("GET", "/api/libraries", _libraries),
    ("GET", "/api/libraries/([^/]+)/items", _items),
    ("GET", "/api/libraries/([^/]+)/collections", _collections),
    ("POST", "/api/items/batch/get", _batch),
    ("GET", "/api/items/([^/]+)/file/([^/]+)", _file),
    ("GET", "/api/me", _me),
    ("POST", "/api/session/local-all", _local_sessions),
    ("POST", "/api/items/([^/]+)/play(?:/([^/]+))?", _play),
    ("POST", "/api/session/([^/]+)/close", _remove_from("open")),
    ("GET", "/api/me/listening-stats", _listened),
    ("PATCH", "/api/me/progress/batch/update", _all_progress),
    ("PATCH", "/api/me/progress/([^/]+)(?:/([^/]+))?", _progress),
    ("DELETE", "/api/me/progress/([^/]+)", _remove_from("progress")),
    ("POST", "/api/me/item/([^/]+)/bookmark", _bookmark),
    ("PATCH", "/api/me/item/([^/]+)/bookmark", _bookmark),
    ("DELETE", "/api/me/item/([^/]+)/bookmark/([^/]+)", _remove_bookmark),
)


class Site(ThreadingHTTPServer):
    """Serves a double."""

    daemon_threads = True

    def __init__(self, double: Double) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        self.double = double


@contextmanager
def serving(double: Double) -> Iterator[str]:
    """Serve a double for the length of the block; give its address."""
    with Site(double) as site:
        thread = threading.Thread(target=site.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{site.server_port}"
        finally:
            site.shutdown()
            thread.join()
