"""Apple's charts of podcasts, by country and category. An answer is kept for a day.

The charts are the feed that AntennaPod reads (`ItunesTopListLoader`), with `genre` for a category; the numbers are in
https://podcasts.apple.com/us/genre/podcasts/id26. They have summaries but no feeds, which `lookup` has:
https://performance-partners.apple.com/search-api. Apple's newer https://rss.marketingtools.apple.com has no categories.
"""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path
from typing import Any

from tui_pod.core.errors import UserError
from tui_pod.core.text.clean import clean, enumerated, fold
from tui_pod.net.access import PUBLIC, NetworkPolicy
from tui_pod.net.fetch import FetchError
from tui_pod.recordings.documents import copy_name, read_document
from tui_pod.runtime.threads import CancelToken, in_thread
from tui_pod.sources.podcasts.directories import services
from tui_pod.sources.podcasts.directories.find import UNREADABLE, Finding, found_in
from tui_pod.sources.podcasts.directories.services import MOST

CATEGORIES = {
    "Arts": 1301, "Business": 1321, "Comedy": 1303, "Education": 1304, "Fiction": 1483, "Government": 1511,
    "Health & Fitness": 1512, "History": 1487, "Kids & Family": 1305, "Leisure": 1502, "Music": 1310, "News": 1489,
    "Religion & Spirituality": 1314, "Science": 1533, "Society & Culture": 1324, "Sports": 1545, "TV & Film": 1309,
    "Technology": 1318, "True Crime": 1488,
}  # fmt: skip
"""Apple's number of each category."""

NO_CHARTS = "the charts are those of iTunes, which is not among the directories under [find] in the settings"

DAY = 86_400.0
"""How long an answer is used without asking again (seconds)."""


def parse_top(typed: str, country: str) -> tuple[str, str]:
    """Return the country and the category of a text such as `Comedy AT`; without one, `country` and all (empty).

    A category is its name, or the start of a word that no other has. Raises UserError if there is no such category.
    """
    words = typed.split()
    is_country = bool(words) and re.fullmatch("[A-Z]{2}", words[-1])
    if is_country and not any(name.startswith(words[-1]) for name in CATEGORIES):  # TV & Film
        country = words.pop()
    wanted = fold(" ".join(words))
    exact = [name for name in CATEGORIES if fold(name) == wanted]
    found = exact or [name for name in CATEGORIES if any(word.startswith(wanted) for word in fold(name).split())]
    if wanted and len(found) != 1:
        raise UserError(f"There is no category “{clean(wanted, 40)}”. There are {enumerated([*CATEGORIES])}.")
    return country, found[0] if wanted else ""


async def find_top(typed: str, country: str, folder: Path, policy: NetworkPolicy = PUBLIC) -> Finding:
    """Return the most popular podcasts of the country and category in a text: see `parse_top`, which may raise.

    `folder` is that of cached documents.
    """
    country, category = parse_top(typed, country)
    directory = services.itunes(country)
    directory = directory._replace(fields={**directory.fields, "summary": ["summary"]})
    base = directory.search.removesuffix("/search")
    read = partial(_entries, base, country, CATEGORIES.get(category), folder, policy)
    answer = await in_thread(lambda cancel: found_in(directory, "its charts", partial(read, cancel)))
    if isinstance(answer, str):
        return Finding(faults=(answer,), unanswered=(directory.name,))
    podcasts = tuple(podcast for podcast in answer if podcast)
    return Finding(podcasts, without_feed=len(answer) - len(podcasts))


def _entries(
    base: str, country: str, genre: int | None, folder: Path, policy: NetworkPolicy, cancel: CancelToken
) -> list[dict[str, Any]]:
    """Return the entries of a chart, in its order, as the search of iTunes has them, with summaries."""
    asked: list[str] = []

    def read(address: str) -> Any:
        asked.append(address)
        return json.loads(read_document(folder, address, policy, cancel, DAY))

    within = f"/genre={genre}" if genre else ""
    try:
        chart = read(f"{base}/{country.lower()}/rss/toppodcasts/limit={MOST}{within}/explicit=true/json")
        listed = chart["feed"].get("entry", [])
        listed = listed if isinstance(listed, list) else [listed]  # a single entry is not in a list
        about = {entry["id"]["attributes"]["im:id"]: entry.get("summary", {}).get("label") for entry in listed[:MOST]}
        numbers = [number for number in about if number.isdecimal()]
        if not numbers:
            return []
        results = read(f"{base}/lookup?id={','.join(numbers)}&entity=podcast&country={country}")["results"]
        known = {str(entry.get("collectionId")): entry for entry in results}
        return [{**known.get(number, {}), "summary": about[number]} for number in numbers]
    except FetchError as error:
        if error.status in (400, 404):
            raise UserError(f"there are no charts for {country}.") from None
        raise
    except UNREADABLE:  # such as the page of a hotel's network, which is not to be shown for a day
        for address in asked:
            (folder / copy_name(address)).unlink(missing_ok=True)
        raise
