"""Sources that other packages add by an entry point of the group `tui_pod.sources`: see `docs/sources.md`.

They are looked up when an address or a typed text first needs them. Each answers in a process of its own, and what it
returns is checked here. One that fails three times in a row for a subscription is switched off for it until the
listener refreshes it.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
import traceback
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.metadata import EntryPoint
from math import inf, isfinite
from typing import Any
from urllib.parse import quote, unquote

from tui_pod.core.errors import UserError
from tui_pod.core.library.parts import Part, arrange
from tui_pod.core.library.podcast_settings import TEXT, Setting, choice_kind
from tui_pod.core.player.snapshot import MAX_CHAPTERS, Chapter
from tui_pod.core.text.clean import SUMMARY_LIMIT, clean
from tui_pod.net.access import NetworkPolicy
from tui_pod.net.address import MAX_ADDRESS, Origin, absolute, is_private, origin
from tui_pod.net.fetch import FetchError, LoginWanted, fetch
from tui_pod.net.login import Login, Typed, check_user, login_for, split_login
from tui_pod.runtime.installer import install_command
from tui_pod.runtime.limited_processes import LineProcess, spending
from tui_pod.runtime.log import log, log_error, log_lines
from tui_pod.runtime.threads import CancelToken, Result
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.opml import Entry
from tui_pod.shelf.published import FeedError, Published, PublishedItem, Recording
from tui_pod.shelf.subscription import Subscription
from tui_pod.sources.foreign_texts import FEED
from tui_pod.sources.source import Check, EpisodeSource, RefreshResult, Subscribed, SubscribeRequest, subscribed
from tui_pod.sources.texts.kept import with_own_transcript
from tui_pod.sources.texts.source import with_articles

GROUP = "tui_pod.sources"

SCHEME = "tui-pod+"
"""Comes before the name of a source in the stored addresses of its subscriptions."""

TAKES_WITHIN, READS_WITHIN = 5.0, 120.0
"""How long a source may think about a typed text, and how long it may read (seconds)."""

MAX_TEXTS = 32_000_000
"""Characters of all notes and summaries together: as many as the largest feed has bytes."""

SHORTEST_KEY = 12
"""Characters of a header or parameter from which on it may be a secret, and not the name of a program."""

MOST_FAILURES = 3
"""Failures in a row after which a source is not asked again."""

PACKAGE = "package"
"""Under this name, the package of its source is noted among the settings of a subscription."""

_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
_ADDRESS = re.compile(r"https?://[^\s?#]+")


class InstalledSource(EpisodeSource):
    """A source of another package."""

    is_portable = False
    has_parts = True

    def __init__(self, name: str, entry: EntryPoint | None) -> None:
        """Load nothing yet; without an `entry`, its package is not installed."""
        self.noun, self._entry = name, entry
        self._failures = Counter[str]()  # in a row, by address; those of `takes` without one
        self._faults = dict[str, str]()
        self._told = dict[str, list[str]]()  # which items were left out, by address
        self._options: dict[str, Setting] | None = None  # unknown until it was asked anything
        self._taken = dict[str, str]()  # what was typed last, and its address
        self.fault = ""
        """Why it could not say whether it takes what was typed last; empty if it could."""

    def takes(self, typed: str, is_shell: bool = False) -> str | None:
        """Ask the package for the place that a typed text means. A source that fails takes nothing."""
        self.fault, text = "", _typed(typed).text
        if text in self._taken:
            return self._taken[text]
        try:
            place = self._ask("", TAKES_WITHIN, CancelToken(), {"typed": text}, lambda place: place and _text(place))
        except FeedError as error:
            self.fault = str(error)
            return None
        if not place or len(place) > MAX_ADDRESS:
            return None
        self._taken = {text: f"{SCHEME}{self.noun}://{quote(_typed(place).text)}"}
        return self._taken[text]

    def subscribe(self, store: FeedStore, request: SubscribeRequest, cancel: CancelToken) -> Subscribed:
        """Read the place and store what the package returned. Raises FeedError, with what was wrong."""
        address = self.takes(request.typed)
        if address is None:
            raise FeedError(self.fault or f"{self.noun} does not know this address.")
        _, user, password = _typed(request.typed)
        there, given = self.server(address), [request.login] if request.login else []
        if user:
            if there is None:
                raise FeedError(f"A login needs an address in what is added to {self.noun}.")
            given.append(Login(there, check_user(user), password))
        is_typed = there is not None and there[1] in request.typed.lower()
        private = there if is_typed and is_private(_server_in(self.shown(address)) or "") else None
        known = store.find(address, with_removed=True)
        feed_id = known.feed_id if known is not None else address
        policy = request.policy.widened([private] if private else [], (*given, *store.logins.of(feed_id)))
        found = self._read(store, feed_id, address, cancel, policy)
        store.subscribe([Entry(address, found.title, request.folders)])
        store.set_private_origin(feed_id, private)
        for login in reversed(given):
            store.logins.add(feed_id, login)
        _attach(store, feed_id, found, private)
        if user:
            store.db.notices.append("The password is kept with the logins, and not in the address.")
        if self._entry is not None and self._entry.dist is not None:
            store.configure(feed_id, {PACKAGE: self._entry.dist.name})
        stored = store.store(feed_id, found)
        return Subscribed(subscribed(store, feed_id), stored.new, known is None or known.removed is not None)

    def refresh(
        self, store: FeedStore, feed: Subscription, cancel: CancelToken, policy: NetworkPolicy
    ) -> RefreshResult:
        """Read the place again, and store what has changed."""
        policy = policy.widened(feed.allowed, store.logins.of(feed.feed_id))
        found = self._read(store, feed.feed_id, feed.address, cancel, policy)
        _attach(store, feed.feed_id, found, next(iter(feed.allowed), None))
        stored = store.store(feed.feed_id, found)
        return RefreshResult(feed.feed_id, feed.name, stored.new, stored.has_changed)

    def try_again(self, address: str) -> None:
        """Ask the package again, although it has failed."""
        self._failures.clear()

    def shown(self, address: str) -> str:
        """Return the place as it was typed; a password in it, as former versions stored it, is left out."""
        return _typed(unquote(address.partition("://")[2])).text

    def server(self, address: str) -> Origin | None:
        """Return the server that the place names, if any."""
        return origin(named) if (named := _server_in(self.shown(address))) else None

    def options(self) -> Mapping[str, Setting]:
        """Return the settings that the package declares."""
        if self._options is None:
            self.check_itself()
        return self._options or {}

    def check(self, store: FeedStore, feed: Subscription) -> Check | None:
        """Return what brings its package back; None if it is there."""
        if self._entry is not None:
            return None
        package = store.source_texts(feed.feed_id).get(PACKAGE)
        hint = install_command(package) if package else "install the package that has it"
        return False, f"{feed.name}: the source {self.noun} is not installed", hint

    def check_itself(self) -> Check:
        """Return whether it can be loaded."""
        try:
            self._ask("", READS_WITHIN, CancelToken(), {}, lambda _: None)
        except FeedError as error:
            return False, str(error), "update or remove the package that provides it"
        return True, f"source {self.noun}: loaded", ""

    def _read(
        self, store: FeedStore, feed_id: str, address: str, cancel: CancelToken, policy: NetworkPolicy
    ) -> Published:
        place = unquote(address.partition("://")[2])
        login = next((each for each in policy.logins if each.user and each.goes_to(each.origin)), None)
        told = [login.user, login.password] if login else None
        question: dict[str, Any] = {"place": place, "options": store.source_texts(feed_id), "login": told}
        found, faults = self._ask(address, READS_WITHIN, cancel, question, _checked, policy)
        if faults and faults != self._told.get(address):
            self._told[address] = faults
            more = f", and {len(faults) - 1} more" if len(faults) > 1 else ""
            store.db.notices.append(f"{self.noun}: {faults[0]}; it is left out{more}.")
            log_lines("\n".join(f"{self.noun}: {fault}" for fault in faults))
        try:
            found = found._replace(items=tuple(with_own_transcript(store, item) for item in found.items))
        except OSError as error:
            raise FeedError(f"its transcripts cannot be kept: {error.strerror}.") from error
        with spending(FEED.seconds):
            return with_articles(store, feed_id, found, policy, cancel)

    def _ask(
        self,
        key: str,
        patience: float,
        cancel: CancelToken,
        question: Mapping[str, Any],
        take: Callable[[Any], Result],
        policy: NetworkPolicy | None = None,
    ) -> Result:
        """Return what `take` makes of the answer; what it raises, except `UserError`, is the fault of the source.

        Raises FeedError or FetchError: the source says what is wrong, or it failed.
        """
        if self._entry is None:
            raise FeedError(f"The source {self.noun} is not installed.")
        if self._failures[key] >= MOST_FAILURES:
            raise FeedError(self._faults[key])
        deadline, failures = time.monotonic() + patience, list[FetchError]()
        told = {**question, "value": self._entry.value, "path": sys.path, "seconds": patience}
        try:
            process = LineProcess("tui_pod.sources.plugin_process")
        except OSError as error:
            raise FeedError(f"{self.noun} cannot be started: {error.strerror}.") from error
        try:
            while True:
                line = process.ask(json.dumps(told).encode() + b"\n", cancel, deadline - time.monotonic())
                said: dict[str, Any] = json.loads(line) if line.endswith(b"\n") else {}
                if policy is None or "fetch" not in said:
                    break
                told = _fetched(said, policy, cancel, failures)
        except TimeoutError:
            said = {"failed": f"no answer within {patience:g} s"}
        except OSError as error:
            said = {"failed": f"it broke off ({error.strerror})"}
        finally:
            status = process.end()
        cancel.check()
        if not said:
            said = {"failed": f"its process ended with {'status' if status >= 0 else 'signal'} {abs(status)}"}
        self.is_online = said.get("is_online", self.is_online)
        try:
            self._options = dict(map(_option, said["options"])) if "options" in said else self._options
            if not {"failed", "refused"} & said.keys():
                result = take(said.get("found"))
        except UserError:
            raise
        except Exception as error:  # whatever it is, it is the fault of the source
            said |= {"failed": str(error), "cause": "".join(traceback.format_exception(error))}
        if "failed" in said:
            why = clean(_without_secrets(said["failed"], policy), 200)
            log(f"the source {self.noun} failed: {why}")
            log_lines(_without_secrets(said.get("cause", ""), policy))
            self._failures[key] += 1
            again = "It failed three times, and is asked again when you refresh it."
            self._faults[key] = f"The source {self.noun} failed: {why}. {again}"
            raise FeedError(self._faults[key].removesuffix(f" {again}" * (self._failures[key] < MOST_FAILURES)))
        self._failures.pop(key, None)
        if "refused" in said:
            raise self._refusal(key, said, policy, failures)
        return result

    def _refusal(
        self, address: str, said: dict[str, Any], policy: NetworkPolicy | None, failures: list[FetchError]
    ) -> FeedError | FetchError:
        """Return the error that says what the source says, or the one of its fetch if it is that."""
        named = absolute(said.get("login") or _server_in(self.shown(address)) or "") if "login" in said else None
        if named is not None and policy is not None:
            return LoginWanted(named, login_for(origin(named), policy.logins))
        last = next((error for error in failures if str(error) == said["refused"]), None)
        return last or FeedError(clean(_without_secrets(said["refused"], policy), 300))


def _option(said: Sequence[Any]) -> tuple[str, Setting]:
    """Return an option of a source by its name."""
    name, text, default, choices = said
    kind = choice_kind(*choices) if choices else TEXT
    return name, Setting(clean(text), kind, default or "none", name, default)


def _server_in(place: str) -> str | None:
    """Return the address in a place, if any."""
    found = _ADDRESS.search(place)
    return absolute(found[0]) if found else None


def _typed(text: str) -> Typed:
    """Return a typed text, without its login if it has a password; `@name@host` has none."""
    typed = split_login(text)
    return typed if typed.password else Typed(text)


def _without_secrets(text: str, policy: NetworkPolicy | None) -> str:
    for login in policy.logins if policy else ():
        keys = (key for key in (*login.headers.values(), *login.parameters.values()) if len(key) >= SHORTEST_KEY)
        for secret in filter(None, (login.password, *keys)):
            text = text.replace(secret, "…").replace(quote(secret, ""), "…")
    return text


def _fetched(
    asked: dict[str, Any], policy: NetworkPolicy, cancel: CancelToken, failures: list[FetchError]
) -> dict[str, Any]:
    """Return the answer to a fetch of a source; an error is added to `failures`."""
    body = b64decode(asked["data"]) if asked["data"] is not None else None
    request = policy.request(absolute(asked["fetch"]) or asked["fetch"], asked["headers"])
    request = replace(request, method="GET" if body is None else "POST", body=body)
    limits = replace(policy.limits, size=min(policy.limits.size, asked["limit"]))
    try:
        response, content = fetch(request, limits, cancel)
    except FetchError as error:
        failures.append(error)
        is_login = isinstance(error, LoginWanted)
        return {"error": str(error), "status": error.status, "is_login": is_login, "address": request.address}
    return {
        "body": b64encode(content).decode(), "address": response.address, "status": response.status,
        "headers": dict(response.headers),
    }  # fmt: skip


def _attach(store: FeedStore, feed_id: str, found: Published, private: Origin | None) -> None:
    """Keep what a source sends to the servers of its recordings with the logins."""
    sent = {origin(item.audio or ""): item for item in found.items if item.headers or item.parameters}
    for there, item in sent.items():
        store.logins.attach(feed_id, there, item.headers or {}, item.parameters or {}, there == private)


@cache
def installed_sources() -> dict[str, InstalledSource]:
    """Return the sources of other packages by name; looks through the installed packages once."""
    from importlib.metadata import entry_points  # reads e-mail headers, 65 ms: not for those who only look up a source

    found: dict[str, InstalledSource] = {}
    try:
        entries = sorted(entry_points(group=GROUP), key=lambda entry: entry.name)
    except Exception as error:  # the files of any package may be damaged
        log_error(error, "the installed sources cannot be listed")
        return {}
    for entry in entries:
        if _NAME.fullmatch(entry.name) and entry.name not in found:
            found[entry.name] = InstalledSource(entry.name, entry)
        else:
            log(f"a source named {entry.name} is not used: the name is taken, or not one of a-z, 0-9 and -")
    return found


def installed_source(address: str) -> InstalledSource:
    """Return the source of a stored address, which says so if its package is no longer installed."""
    name = address.removeprefix(SCHEME).partition("://")[0]
    return installed_sources().get(name) or InstalledSource(name, None)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("no text")
    return value


def _place(value: Any) -> str:
    """Return an http or https address, or an absolute path."""
    text = _text(value)
    place = absolute(text) if "://" in text else text if os.path.isabs(text) and text.isprintable() else None
    if place is None:
        raise ValueError("neither an address nor an absolute path")
    return place


def _transcript(value: Any) -> str:
    return _text(value) if "\n" in _text(value) else _place(value)


def _address(value: Any) -> str:
    if (found := absolute(_text(value))) is None:
        raise ValueError("no http or https address")
    return found


def _number(value: Any, least: float = -inf) -> float:
    if isinstance(value, int | float) and isfinite(value) and value >= least:
        return float(value)
    raise ValueError("no number, or one that is too low")


def _whole(value: Any) -> int:
    return int(_number(value, 0))


def _chapters(value: Any) -> tuple[Chapter, ...]:
    found = [Chapter(_number(start, 0), *map(clean, map(_text, rest))) for start, *rest in value[:MAX_CHAPTERS]]
    return tuple(sorted(found))


def _pairs(value: Any) -> Mapping[str, str]:
    if all(map(str.isascii, map(_text, value.values()))) and all(map(str.isprintable, (*value, *value.values()))):
        return dict(value)
    raise ValueError("no table of texts in ASCII")


def _recording(value: dict[str, Any]) -> Recording:
    parts = [
        Part(_place(audio), _number(duration, 1e-3), clean(_text(title)), transcript and _place(transcript))
        for audio, duration, title, transcript, _ in value["parts"]
    ]
    texts: dict[str, Any] = {name: clean(_text(value[name])) for name in ("author", "narrator", "series", "year")}
    return Recording(**texts, parts=arrange(parts))


FIELDS: Mapping[str, Callable[[Any], Any]] = {
    "guid": _text, "title": _text, "summary": _text, "notes": _text, "article": _text, "link": _address,
    "published": _number, "duration": lambda value: _number(value, 0), "audio": _place, "size": _whole,
    "transcript": _transcript, "chapters": _address, "marks": _chapters, "season": _whole, "number": _whole,
    "picture": _place, "recording": _recording, "headers": _pairs, "parameters": _pairs,
}  # fmt: skip
"""What an item of another package may say; each returns the value if it is right, or raises any exception."""


def _checked(found: dict[str, Any]) -> tuple[Published, list[str]]:
    """Return what a source returned, cleaned, and what is wrong with the items that are left out.

    Raises FeedError: it gave too much. Raises ValueError: it cannot be used.
    """
    from tui_pod.sources.items import MAX_ITEMS  # brings the parser of HTML, which few subscriptions here need

    texts, items, faults = 0, list[PublishedItem](), list[str]()
    for number, given in enumerate(found["items"][:MAX_ITEMS], 1):
        said = given or {}
        texts += sum(len(str(said.get(name) or "")) for name in ("summary", "notes", "article", "transcript"))
        if texts > MAX_TEXTS:
            raise FeedError(f"It gave more than {MAX_TEXTS:,} characters.")
        try:
            item = _checked_item(given)
        except ValueError as error:
            named = given.get("title") if isinstance(given, dict) else None
            faults.append(f"item {number}, {clean(str(named), 60) if named else 'without title'}: {error}")
            continue
        items += [item] if item is not None else []
    if faults and not items:
        raise ValueError(f"none of its items can be used, as {faults[0]}")
    checks = {"title": _text, "summary": _text, "link": _address, "language": _text, "picture": _place}
    about = {name: _field(name, found[name], check) for name, check in checks.items() if found[name]}
    published = Published(
        title=clean(about.get("title", "")),
        items=tuple(items),
        link=about.get("link"),
        summary=clean(about.get("summary", ""), SUMMARY_LIMIT),
        is_serial=found["is_serial"] is True,
        language=clean(about.get("language", ""), 20).lower() or None,
        picture=about.get("picture"),
    )
    return published, faults


def _field(name: str, value: Any, check: Callable[[Any], Any]) -> Any:
    try:
        return check(value)
    except Exception as error:  # such as of a list where a text should be
        raise ValueError(f"{name} is {error if type(error) is ValueError else 'of another form'}") from None


def _checked_item(given: Any) -> PublishedItem | None:
    """Return an item, cleaned; None if it has neither audio nor text. Raises ValueError with field and reason."""
    from tui_pod.sources.items import Enclosure, make_item  # see above

    if not isinstance(given, dict):
        raise ValueError("it is no PublishedItem")
    said = {name: _field(name, given[name], check) for name, check in FIELDS.items() if given.get(name)}
    notes, summary, article = (said.pop(name, "") for name in ("notes", "summary", "article"))
    audio, size = said.pop("audio", None), said.pop("size", None)
    if (recording := said.get("recording")) is not None and recording.parts:
        audio, said["duration"] = recording.parts[0].audio, recording.parts[-1].end
    if {"headers", "parameters"} & said.keys() and absolute(audio or "") is None:
        raise ValueError("headers and parameters need the address of an audio")
    enclosure = Enclosure(audio, size=size) if audio else None
    return make_item(PublishedItem(**said), (notes, summary) if notes else (summary,), enclosure, content=article)
