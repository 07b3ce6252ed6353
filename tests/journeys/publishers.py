"""Six podcasts that publish day after day, a listener who follows them, and the ledger that both are compared with."""

from __future__ import annotations

import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.journeys.listener import Listener, Sitting
from tests.sources import server
from tests.sources.server import Ranged, Site, sound
from tui_pod.core.library.podcast_settings import COURSE, DAY, NEW_DAYS, NEW_DAYS_DAILY
from tui_pod.core.selection.list_query import SmartList
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.marks import read_news
from tui_pod.shelf.match import episode_id
from tui_pod.state.store import StateFile

LENGTH = 20.0
"""Seconds of each recording."""

BEFORE = 30
"""Days for which the podcasts have published before the listener subscribes."""

FAR_AHEAD = 4_500
"""Days by which a wrong date is ahead."""

PATIENT = 120.0
"""Seconds that something may take to show: two months are lived under `nice`, beside other work."""

LATE = 1.5
"""Seconds by which what was heard may differ from the position on the bar: it shows whole seconds."""


@dataclass
class Publishers:
    """Serve the podcasts as they are on a day; each item is described by its guid, title, recording and day."""

    site: Site
    today: datetime

    def __post_init__(self) -> None:
        self.content = Ranged(sound(LENGTH))
        self.publish(0)

    def publish(self, day: int) -> None:
        """Bring all feeds to their state of a day, counted from the one on which the listener subscribed."""
        for name, items in (
            ("weekly", self._weekly(day)),
            ("serial", self._serial(day)),
            ("tokens", self._tokens(day)),
            ("careless", self._careless(day)),
            ("daily", self._daily(day)),
            ("nameless", self._nameless(day)),
        ):
            extra = "<itunes:type>serial</itunes:type>" if name == "serial" else ""
            self.site.replies[f"/{name}"] = server.body(server.feed("".join(reversed(items)), name.title(), extra))

    def _daily(self, day: int) -> list[str]:
        return [self._item("daily", n, f"News {n}") for n in range(-BEFORE, day + 1)]

    def _weekly(self, day: int) -> list[str]:
        return [self._item("weekly", n, f"Guest {n}") for n in range(-BEFORE, day + 1) if n % 7 == 3]

    def _serial(self, day: int) -> list[str]:
        parts = [n for n in range(-BEFORE, day + 1) if n % 3 == 0]
        return [
            self._item(
                "serial", n, f"Chapter {row % 5 + 1}",
                f"<itunes:season>{row // 5 + 1}</itunes:season><itunes:episode>{row % 5 + 1}</itunes:episode>",
            )
            for row, n in enumerate(parts)
        ]  # fmt: skip

    def _tokens(self, day: int) -> list[str]:
        parts = [n for n in range(-BEFORE, day + 1) if n % 2 == 0]
        return [self._item("tokens", n, f"Talk {n}, heard by {100 + day}", token=f"?token={day}") for n in parts]

    def _careless(self, day: int) -> list[str]:
        items = []
        for n in range(-BEFORE, day + 1):
            if n % 2:
                continue
            wrong = FAR_AHEAD if n % 8 == 4 else None
            items.append(self._item("careless", n, f"Notes {n}", published=n + (wrong or 0)))
            if n % 6 == 0:
                items.append(self._item("careless", n, f"Notes {n}", guid=f"again-{n}"))
        return items

    def _nameless(self, day: int) -> list[str]:
        """Return items without guids, whose titles and tokens change every day."""
        days = [n for n in range(-BEFORE, day + 1) if n % 5 == 1]
        items = (self._item("nameless", n, f"Walk {n}, edition {day}", token=f"?t={day}", guid="-") for n in days)
        return [item.replace("<guid isPermaLink='false'>-</guid>", "") for item in items]

    def _item(
        self, name: str, day: int, title: str, extra: str = "", token: str = "", guid: str = "",
        published: int | None = None,
    ) -> str:  # fmt: skip
        path = f"/{name}/{day}.wav"
        self.site.replies[path] = self.content
        when = self.today + timedelta(days=day if published is None else published)
        return (
            f"<item><title>{title}</title><guid isPermaLink='false'>{guid or f'{name}-{day}'}</guid>"
            f"<pubDate>{when:%a, %d %b %Y %H:%M:%S} +0000</pubDate>"
            f'<enclosure url="{path}{token}" type="audio/wav" length="{len(self.content.content)}"/>{extra}</item>'
        )


@dataclass
class Days:
    """A listener follows five of the podcasts, and everything is compared with what they did each day."""

    folder: Path
    site: Site
    mutant: str = ""
    """See `Listener`."""
    listener: Listener = field(init=False)
    positions: dict[str, float] = field(default_factory=dict)
    """Where each episode was left, in seconds."""
    minutes: float = 0.0
    """Seconds heard in the app."""
    drawn: set[str] = field(default_factory=set)
    """Episodes that were on the screen in the list of their podcast."""
    _day: int = 0

    def __post_init__(self) -> None:
        today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        self.publishers = Publishers(self.site, today)
        self.listener = Listener(self.folder, patience=PATIENT, mutant=self.mutant)
        names = ("weekly", "serial", "tokens", "careless", "daily")
        self.listener.run("feeds", "add", *(self.site.url(f"/{name}") for name in names))
        store = FeedStore(self.folder / "data" / "tui-pod")
        store.configure(COURSE, {"hidden": "yes"})
        for name, keep in (("daily", "3"), ("tokens", "2"), ("careless", "2")):
            store.configure(self.site.url(f"/{name}"), {"keep": keep, "delete_played": "now"})
        store.db.close()

    def episode(self, name: str, day: int) -> str:
        """Return the id of an episode."""
        return episode_id(self.site.url(f"/{name}"), f"{name}-{day}")

    def live(self, day: int, *, sits: bool = True) -> None:
        """Live one day: publish, refresh as cron does, and hear the news in the app, or mark it."""
        self._day = self.listener.day = day
        self.publishers.publish(day)
        self._refresh()
        if sits:
            with self._heard(day) as app:
                app.quit()
        else:
            self._mark(day)
        if day % 7 == 2:  # what was played has made room, and nothing new has come
            self._refresh()
        self._compare(day)

    def _refresh(self) -> None:
        """Refresh without a terminal, which says nothing."""
        done = subprocess.run(
            self.listener.command("feeds", "refresh"), cwd=self.folder, env=self.listener.surroundings,
            capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), f"day {self._day}"

    @contextmanager
    def _heard(self, day: int) -> Iterator[Sitting]:
        """Hear the newest news for some seconds, and leave their list."""
        title = f"News {day}"
        with self.listener.sits_down() as app:
            if not any(self.drawn):
                app.press("hG\r")
            app.press("g")
            app.see(title)
            app.press("\r")
            app.hear(title, 2)
            app.do(" ", f"‖ {title}")
            self.drawn |= {self.episode("daily", n) for n in range(1, day + 1) if app.shows(f" News {n} ")}
            bar = app.until(app.bar, "the bar")
            app.do("hg\r", SmartList.CONTINUE.name.title())
            app.lose(f"◐ {title}")
            yield app
        self.positions[self.episode("daily", day)] = bar.position
        self.minutes += bar.position

    def _mark(self, day: int) -> None:
        """Mark the newest news as played, as someone does who heard it elsewhere."""
        ident = self.episode("daily", day)
        self.listener.run("mark", "played", ident)
        self.positions[ident] = 0.0

    def _compare(self, day: int) -> None:
        state = self.listener.state
        left = {ident: progress.position for ident, progress in state.progress.items()}
        assert left.keys() == self.positions.keys()
        assert all(abs(left[ident] - position) <= LATE for ident, position in self.positions.items()), (left, day)
        heard = sum(record.seconds for record in StateFile(self.listener.state_path).heard_records())
        assert abs(heard - self.minutes) <= LATE * (day + 1)
        assert state.strings("queue", "entries") == []
        fetched = Counter(path.partition("?")[0] for path in self.site.paths() if path.endswith(".wav"))
        twice = {path: count for path, count in fetched.items() if count > 1}
        assert not twice, f"day {day}: fetched more than once: {twice}"
        self._compare_news(day)

    def _compare_news(self, day: int) -> None:
        store = FeedStore(self.folder / "data" / "tui-pod")
        new = read_news(store.db, time.time() + self._day * DAY)
        store.db.close()
        for name, is_published, fresh in RHYTHMS:
            came = {n: self.episode(name, n) for n in range(1, day + 1) if is_published(n)}
            expected = {
                ident for n, ident in came.items()
                if day - n < fresh and ident not in self.drawn and ident not in self.positions
            }  # fmt: skip
            assert new & set(came.values()) >= expected, f"day {day}: {name} left New undrawn"
        days = range(1, day + 1)
        known = {self.episode(name, n) for name, is_published, _ in RHYTHMS for n in filter(is_published, days)}
        assert new <= known, f"day {day}: what nobody published is new"
        assert not (new - self.positions.keys()) & self.drawn, f"day {day}: what was on the screen is new"


RHYTHMS: tuple[tuple[str, Callable[[int], bool], int], ...] = (
    ("daily", lambda _: True, NEW_DAYS_DAILY),
    ("weekly", lambda n: n % 7 == 3, NEW_DAYS),
    ("serial", lambda n: n % 3 == 0, NEW_DAYS),
    ("tokens", lambda n: n % 2 == 0, NEW_DAYS),
    ("careless", lambda n: n % 2 == 0, NEW_DAYS),
)
"""The podcasts, on which days they publish, and how long an episode of theirs is new."""
