"""Six podcasts that publish day after day, with what real ones do wrong."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.sources import server
from tests.sources.server import Ranged, Site, sound
from tui_pod.core.library.podcast_settings import NEW_DAYS

RECORDED = 1.0
"""Seconds of each recording; what plays here lasts longer."""

BEFORE = 30
"""Days for which the podcasts have published before the listener subscribes."""

FAR_AHEAD = 4_500
"""Days by which a wrong date is ahead."""


@dataclass
class Publishers:
    """Serve the podcasts as they are on a day; each item is described by its guid, title, recording and day."""

    site: Site
    today: datetime

    def __post_init__(self) -> None:
        self.content = Ranged(sound(RECORDED))
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


RHYTHMS: dict[str, tuple[Callable[[int], bool], int]] = {
    "daily": (lambda _: True, NEW_DAYS),
    "weekly": (lambda n: n % 7 == 3, NEW_DAYS),
    "serial": (lambda n: n % 3 == 0, NEW_DAYS),
    "tokens": (lambda n: n % 2 == 0, NEW_DAYS),
    "careless": (lambda n: n % 2 == 0, NEW_DAYS),
    "nameless": (lambda n: n % 5 == 1, NEW_DAYS),
}
"""The podcasts, on which days they publish, and how long an episode of theirs is new."""
