"""The server that the tests of this folder use: the double, or a real one named in the environment.

By hand, with a real server that is empty or was used so before: `python -m tests.servers.tried ADDRESS USER PASSWORD
FOLDER`. It writes recordings into FOLDER, which the server must be able to read, makes libraries and users of its own,
and runs the same tests.
"""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from tests.patience import wait_until
from tests.servers.double import Double, User
from tests.servers.library import BOOKS, PODCAST, Book, sound

VARIABLE = "TUI_POD_AUDIOBOOKSHELF"
"""Address, user, password and folder of a real server, separated by blanks."""


class Client:
    """Another program of the listener, such as the web client."""

    def __init__(self, base: str, user: str, password: str) -> None:
        self.base, self.user, self.password = base, user, password
        self._token = ""

    def ask(self, method: str, path: str, data: object = None) -> Any:
        """Return the answer as JSON, or as text if it is none. Raises HTTPError."""
        if not self._token:
            found = self._ask("POST", "/login", {"username": self.user, "password": self.password})
            self._token = found["user"].get("accessToken") or found["user"]["token"]
        return self._ask(method, path, data)

    def progress(self, item: str, episode: str = "") -> dict[str, Any] | None:
        """Return what the server has of the progress in a book or an episode."""
        found = self.ask("GET", "/api/me")["mediaProgress"]
        return next(
            (each for each in found if (each["libraryItemId"], each["episodeId"] or "") == (item, episode)), None
        )

    def bookmarks(self) -> dict[float, str]:
        """Return the titles of all bookmarks by their times."""
        return {each["time"]: each["title"] for each in self.ask("GET", "/api/me")["bookmarks"]}

    def _ask(self, method: str, path: str, data: object) -> Any:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"}
        body = None if data is None else json.dumps(data).encode()
        with urlopen(Request(self.base + path, body, headers, method=method)) as answer:
            content = answer.read().decode()
        try:
            return json.loads(content)
        except ValueError:
            return content


class TriedServer:
    """A server with the books and the podcast of `library`, the same for the double and the real one."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.ids: dict[str, str] = {}
        """Ids of books and podcasts by their titles."""

    def new_client(self) -> Client:
        """Return a client of a new account."""
        raise NotImplementedError

    def add_book(self, book: Book) -> str:
        """Add a book; return its id."""
        raise NotImplementedError

    def playing(self, user: str) -> list[str]:
        """Return the ids of the books and podcasts that a user plays now."""
        raise NotImplementedError

    def remove(self, item: str) -> None:
        """Remove a book or podcast."""
        raise NotImplementedError

    def rename(self, item: str, title: str) -> None:
        """Change the title of a book."""
        raise NotImplementedError

    def collect(self, name: str, items: list[str]) -> None:
        """Make a collection."""
        raise NotImplementedError


class DoubleServer(TriedServer):
    """The double."""

    def __init__(self, base: str, double: Double) -> None:
        super().__init__(base)
        self.double = double
        self._books, podcasts = double.add_library("Books"), double.add_library("Podcasts", "podcast")
        for book in BOOKS:
            self.add_book(book)
        self.ids[PODCAST.title] = double.add_podcast(podcasts, PODCAST)

    def new_client(self) -> Client:
        name = f"listener-{uuid.uuid4().hex[:8]}"
        self.double.users[name] = User(name, "pass word")
        return Client(self.base, name, "pass word")

    def add_book(self, book: Book) -> str:
        self.ids[book.title] = self.double.add_book(self._books, book)
        return self.ids[book.title]

    def playing(self, user: str) -> list[str]:
        return [session["libraryItemId"] for session in self.double.users[user].open.values()]

    def remove(self, item: str) -> None:
        del self.double.items[item]

    def rename(self, item: str, title: str) -> None:
        found = self.double.items[item]
        found["media"]["metadata"]["title"] = title
        found["updatedAt"] += 1

    def collect(self, name: str, items: list[str]) -> None:
        entry = {"id": str(uuid.uuid4()), "libraryId": self._books, "name": name, "books": items}
        self.double.collections.append(entry)


class RealServer(TriedServer):
    """A real server, with libraries of its own for each run."""

    def __init__(self, base: str, user: str, password: str, folder: Path) -> None:
        super().__init__(base)
        self._root, self._folder = Client(base, user, password), folder / uuid.uuid4().hex[:8]
        for book in BOOKS:
            self._write(book)
        for title in PODCAST.episodes:
            path = self._folder / "podcasts" / PODCAST.title / f"{title}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(sound(PODCAST.seconds))
        for each in self._root.ask("GET", "/api/libraries")["libraries"]:
            self._root.ask("DELETE", f"/api/libraries/{each['id']}")
        self._books = self._add_library("Books", "book", self._folder / "books")
        podcasts = self._add_library("Podcasts", "podcast", self._folder / "podcasts")
        self._scan(self._books, len(BOOKS))
        self._scan(podcasts, 1)

    def _add_library(self, name: str, kind: str, folder: Path) -> str:
        data = {
            "name": name, "folders": [{"fullPath": str(folder)}], "mediaType": kind, "provider": "google",
            "settings": {"disableWatcher": True},
        }  # fmt: skip
        return str(self._root.ask("POST", "/api/libraries", data)["id"])

    def _scan(self, library: str, count: int) -> None:
        self._root.ask("POST", f"/api/libraries/{library}/scan")
        wait_until(lambda: len(self._items(library)) == count, "the scan")
        self.ids |= {each["media"]["metadata"]["title"]: each["id"] for each in self._items(library)}

    def _items(self, library: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._root.ask("GET", f"/api/libraries/{library}/items?limit=0")["results"]
        return found

    def _write(self, book: Book) -> None:
        name = f"Vol {book.number} - {book.title}" if book.series else book.title
        folder = self._folder.joinpath("books", *filter(None, (book.author, book.series, name)))
        folder.mkdir(parents=True, exist_ok=True)
        for number, seconds in enumerate(book.seconds, 1):
            (folder / f"{number:02}.wav").write_bytes(sound(seconds))

    def new_client(self) -> Client:
        name = f"listener-{uuid.uuid4().hex[:8]}"
        data = {"username": name, "password": "pass word", "type": "user", "isActive": True}
        self._root.ask("POST", "/api/users", data)
        return Client(self.base, name, "pass word")

    def add_book(self, book: Book) -> str:
        self._write(book)
        self._scan(self._books, len(self._items(self._books)) + 1)
        return self.ids[book.title]

    def playing(self, user: str) -> list[str]:
        found = self._root.ask("GET", "/api/sessions/open")["sessions"]
        return [session["libraryItemId"] for session in found if session["user"]["username"] == user]

    def remove(self, item: str) -> None:
        self._root.ask("DELETE", f"/api/items/{item}")

    def rename(self, item: str, title: str) -> None:
        self._root.ask("PATCH", f"/api/items/{item}/media", {"metadata": {"title": title}})

    def collect(self, name: str, items: list[str]) -> None:
        self._root.ask("POST", "/api/collections", {"libraryId": self._books, "name": name, "books": items})


def named() -> tuple[str, str, str, Path] | None:
    """Return the real server that the environment names."""
    words = os.environ.get(VARIABLE, "").split(" ")
    return (words[0], words[1], words[2], Path(words[3])) if len(words) == 4 else None


def main(*words: str) -> int:
    """Run the tests on a real server."""
    environment: Mapping[str, str] = os.environ | {VARIABLE: " ".join(words)}
    tests = Path(__file__).parent / "test_servers.py"
    command = [sys.executable, "-m", "pytest", "-n0", "-v", str(tests)]
    return subprocess.run(command, env=dict(environment), check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
