"""What names of files and folders say: which part of a work one is, and a work's title, number, year and narrator.

With the tags they tell which files of a folder are the parts of a book, and which are talks of their own.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from tui_pod.core.text.clean import clean_title, fold
from tui_pod.shelf.published import BOOK, BOOK_ENDINGS, AudioFile, Kinds

_NUMBERS = (
    "one first eins erster erste erstes un une premier premiere uno una primer primera",
    "two second zwei zweiter zweite zweites deux deuxieme seconde dos segunda",
    "three third drei dritter dritte drittes trois troisieme tres tercer tercera",
    "four fourth vier vierter vierte quatre quatrieme cuatro cuarta", "five fifth funf funfter cinq cinquieme cinco",
    "six sixth sechs sechster sixieme seis sexta", "seven sieben sept siete", "eight acht huit ocho",
    "nine neun neuf nueve", "ten zehn dix diez", "eleven elf onze once", "twelve zwolf douze doce",
)  # fmt: skip
"""Words for 1, 2 and so on, folded, in English, German, French and Spanish."""

_VALUES = {word: number for number, words in enumerate(_NUMBERS, 1) for word in words.split()}
_SIDES = "side|seite|face|cara"
_PIECES = (
    f"{_SIDES}|cd|disc|disk|dvd|disque|disco|kassette|cassette|casete|tape|cinta|mc|teil|part|pt|partie|parte|часть"
)
_CHAPTERS = "chapter|kapitel|chapitre|capitulo|глава"
_TRACKS = "(?:audio ?)?track|titel|piste|pista"
_MATTER = re.compile(
    r"(?:\A[\W_]*+|- )(?:(foreword|vorwort|preface|avant-propos|prefacio|intro|einleitung|einfuhrung|dedication"
    r"|widmung)|(prolog)|(epilog)|(afterword|nachwort|postface|postfacio|outro|appendi|anhang))"
)
"""What is read before and after the chapters, in this order."""

_OF = r"(?:\s*+(?:of|von|de|sur|/)\s*+\d{1,4})?+"
_OF_ALL = r"\d{1,3} (?:of|von|de|sur) \d{1,3}"
_NUMBER = rf"(?:\d{{1,3}}(?!\d){_OF}|{'|'.join(_VALUES)}|[ivx]{{1,6}}|[a-d])(?![^\W_])"

_PART = re.compile(rf"(?<![^\W\d_])({_PIECES}|{_CHAPTERS}|{_TRACKS})[\s.,-]*+({_NUMBER})")
_ORDINAL = re.compile(rf"(?<![^\W_])({'|'.join(_VALUES)}) ({_PIECES}|{_CHAPTERS})(?![^\W_])")
_SIDE = re.compile(rf"(?:{_SIDES})[\s.-]*+{_NUMBER}")
_EXTRA = re.compile(r"extras?|bonus(?:[ -]?(?:material|tracks?|cd))?|zugaben?|supplements?|material adicional")
_LAST_PIECE = re.compile(rf"(?:(?<![^\W\d_])(?:{_PIECES})[\s.-]*+{_NUMBER}|(?<=[(\[]){_OF_ALL})[)\]]?\Z")
_NAMELESS = re.compile(
    r"<?(?:unknown|unbekannte[rs]?)>?(?: (?:album|artist|title|author|titel|kunstler|interpret))?"
    r"|(?:no|new|neues) album|(?:album|artiste|titre|artista) (?:inconnu|desconocid[oa])|untitled"
    r"|audio ?books?|horbuch(?:er)?|\W*"
)
_TRACK = re.compile(rf"(?:{_TRACKS}|title)\s*+\d*+")
_TALK = re.compile(
    r"(?<![^\W_])(?:talk|lecture|vortrag|vorlesung|conference|charla|sermon|predigt|session|seminar|seance|episode|folge"
    r"|episodio|(?:new )?recording|aufnahme|enregistrement|grabacion|voice|memo|sprachmemo|audio(?! ?track)|rec"
    r"|s\d\d ?e)(?![^\W\d_])"
)
"""A word in the names of talks, shows and recordings that are no parts of one work."""

_READER = re.compile(
    r"\{([^{}]+)\}|[(\[](?:read|narrated|gelesen|lu|leido|leído) (?:by|von|par|por) ([^()\[\]]+)[)\]]", re.I
)
_NOISE = re.compile(
    r"[(\[](?:unabridged|ungekürzt|audiobook|hörbuch|mp3|flac|m4b|\d{2,3} ?kb\w*|B0[0-9A-Z]{8})[)\]]",
    re.I,
)
_YEAR = re.compile(r"[(\[]?((?:1[5-9]|20)\d\d)[)\]]?\s+-\s+(?=\S)")
_LAST_YEAR = re.compile(r"[(\[]((?:1[5-9]|20)\d\d)[)\]]\Z")
_VOLUMES = r"(?:vol(?:ume)?|book|band|buch|tome|tomo|livre|libro)[. ]\s?"
_VOLUME = re.compile(rf"(?:{_VOLUMES}(\d{{1,3}}(?:\.\d)?)(?: -|[.:])|(\d{{1,3}}(?:\.\d)?) -|(0\d)\.) (?=\S)", re.I)
_LAST_VOLUME = re.compile(rf"(?: - |, | \(){_VOLUMES}(\d{{1,3}}(?:\.\d)?)\)?\Z", re.I)
_NUMBERED = re.compile(r"[ #(\[]+(\d{1,3})[)\]]? - ")
_DIGITS = re.compile(r"(\d+)")


class WorkName(NamedTuple):
    """What the name of a folder says about the work in it."""

    title: str
    series: str = ""
    """With the number in it."""
    narrator: str = ""
    year: str = ""


def numbered(name: str) -> str:
    """Return a name without accents, case and underscores, whose words for numbers of parts are digits."""
    text = _ORDINAL.sub(lambda found: f"{found[2]} {_VALUES[found[1]]}", fold(name).replace("_", " "))
    return _PART.sub(lambda found: f"{found[1]} {_value(found[2])}", text)


def _value(number: str) -> str:
    if number in _VALUES:
        return str(_VALUES[number])
    if not set(number) <= set("ivx"):
        return number
    values = ["ivx".index(letter) for letter in number]
    counts = [(1, 5, 10)[value] for value in values]
    return str(sum(-count if count < max(counts[at:]) else count for at, count in enumerate(counts)))


def natural(name: str) -> list[str | int]:
    """Return a key that sorts `Part 2` and `Part Two` before `Part 10`: alternating texts and numbers."""
    return [int(part) if number % 2 else part for number, part in enumerate(_DIGITS.split(numbered(name)))]


def _different(stems: Sequence[str]) -> list[str]:
    """Return names without the words that all of them begin with."""
    begun = os.path.commonprefix(stems) if len(stems) > 1 else ""  # noqa: RUF071 - of characters
    start = len(begun.rstrip("".join(set(begun) - set(" _-.,"))))
    return [stem[start:] for stem in stems]


def counts(stems: Sequence[str]) -> list[int]:
    """Return the numbers that the names of a folder begin with, or that follow what all begin with."""
    return [int(found[0]) for rest in _different(stems) if (found := re.match(r"\d{1,3}(?=[\s._-])", rest))]


def matter(stems: Sequence[str]) -> list[int]:
    """Return for each name of a folder when it is read: before the others if negative, such as a preface, or after."""
    found = (_MATTER.search(fold(rest)) for rest in _different(stems))
    return [(-2, -1, 1, 2)[(each.lastindex or 1) - 1] if each is not None else 0 for each in found]


def is_piece(folder: str) -> bool:
    """Return whether a folder, by its path, is a disc, a tape or another part of a work."""
    return _LAST_PIECE.search(numbered(os.path.basename(folder))) is not None


def is_side(folder: str) -> bool:
    """Return whether a folder is one side of a tape."""
    return _SIDE.fullmatch(numbered(os.path.basename(folder))) is not None


def is_extra(folder: str) -> bool:
    """Return whether a folder has what belongs to the work beside it."""
    return _EXTRA.fullmatch(fold(os.path.basename(folder))) is not None


def is_nameless(text: str) -> bool:
    """Return whether the name of an album, title or artist says that there is none."""
    return _NAMELESS.fullmatch(fold(text)) is not None


def is_track(title: str) -> bool:
    """Return whether a title says nothing but its number."""
    return is_nameless(title) or _TRACK.fullmatch(fold(title)) is not None


def is_talk(stem: str) -> bool:
    """Return whether a name is usual for talks and recordings that are no parts of one work."""
    return _TALK.search(fold(stem).replace("_", " ")) is not None


def is_part(stem: str) -> bool:
    """Return whether a name has the number of a part or chapter, or is that of a preface or the like."""
    text = numbered(stem)
    found = _PART.search(text)
    is_of = re.search(rf"(?<!\d){_OF_ALL}\b", text) is not None
    return is_of or bool(found and not re.fullmatch(_TRACKS, found[1])) or _MATTER.search(text) is not None


def rest_of(stem: str) -> str:
    """Return what the names of the parts of a work have in common: what is before the part, or all but numbers."""
    text = numbered(stem)
    found = _MATTER.search(text) or _PART.search(text)
    text = text[: found.start()] if found is not None else text
    return " ".join(re.findall(r"[^\W\d_]+", re.sub(_OF_ALL, " ", text)))


def work_in(stem: str) -> str:
    """Return the name of the work of which a file is a part, as its name ends with; empty if it says none."""
    work = stem.replace("_", " ")
    while len(folded := fold(work)) == len(work) and (found := _LAST_PIECE.search(folded)) is not None:
        work = work[: found.start()].strip(" ,.-–([")
    return "" if is_talk(work) or work == stem.replace("_", " ") else work


def without_piece(album: str) -> tuple[str, int]:
    """Return the name of an album without that of a disc at its end, and the number of the disc; 0 if it has none."""
    work = work_in(album)
    found = re.search(r"\d+", numbered(album)[len(work) :]) if work else None
    return (work, int(found[0])) if found else (album, 0)


def read_name(name: str, above: Sequence[str], author: str) -> WorkName:
    """Return what the name of a work says; `above` are the folders that it is in, the innermost last."""
    title = name.replace("_", " ")
    reader = _READER.search(title)
    title = " ".join(_NOISE.sub(" ", _READER.sub(" ", title)).split())
    year = _YEAR.match(title) or _LAST_YEAR.search(title)
    title = (title[: year.start()] + title[year.end() :]).strip() if year is not None else title
    known = {fold(text) for text in (*above, author) if text}
    head, dash, rest = title.partition(" - ")
    if dash and fold(head) in known:
        title = rest
    head, dash, rest = title.rpartition(" - ")
    if dash and author and fold(rest) == fold(author):
        title = head
    series, number = above[-1] if above and fold(above[-1]) != fold(author) else "", ""
    is_begun = len(fold(title)) == len(title) and fold(title).startswith(fold(series))
    begun = _NUMBERED.match(title, len(fold(series))) if series and is_begun else None
    if begun is not None:
        title, number = title[begun.end() :], begun[1]
    elif series and (found := _VOLUME.match(title) or (above[1:] and _LAST_VOLUME.search(title))):
        title, number = title[: found.start()] + title[found.end() :], next(filter(None, found.groups()))
    if number and year is None and (year := _YEAR.match(title)) is not None:
        title = title[year.end() :]
    narrator = next(filter(None, reader.groups()), "").strip() if reader is not None else ""
    facts = f"{series} {number.lstrip('0')}" if number else "", narrator, year[1] if year is not None else ""
    return WorkName(clean_title(title or name), *facts)


FEWEST = 3
"""Minimum number of files without tags whose numbered names alone make a book."""

APART = 20 * 3_600 * 10**9
"""Nanoseconds between two files that were made on different days."""

MOST_DAYS = 2
"""On how many days the files of a book may have been made that only its names suggest; more are a growing folder."""

RATE = 8_000.0
"""Bytes of a second of speech, by which an unknown duration is estimated if no other is known."""

_BOOK_GENRE = re.compile(r"audio ?book|h(?:ö|oe)rbuch|livre audio|audiolivre|audiolibro", re.IGNORECASE)
_DATE = re.compile(r"(?<!\d)(?:(?:19|20)\d\d[-_. ]?[01]\d[-_. ]?[0-3]\d|[0-3]\d[-_. ]?[01]\d[-_. ]?20\d\d)(?!\d)")
_TALK_GENRE = re.compile(r"podcast|lecture|vortrag|vorträge", re.IGNORECASE)


def group(files: Iterable[AudioFile]) -> dict[str, list[AudioFile]]:
    """Return files by the leaf folder that contains them, in their order.

    Discs are one with the folder above, and extras follow what is beside them. Files that are beside folders of
    recordings are in no leaf folder: their key ends with a separator. Files whose names say that they are the parts of
    one work among others are in a leaf folder called as the work, which need not exist.
    """
    inside: dict[str, list[AudioFile]] = {}
    for file in files:
        inside.setdefault(os.path.dirname(file.path), []).append(file)
    homes = {folder: folder for folder in inside}
    for is_joined in (is_side, is_piece):
        below: dict[str, set[str]] = {}
        for home in set(homes.values()) - {""}:
            below.setdefault(os.path.dirname(home), set()).add(home)
        joined: dict[str, str] = {}
        for above, folders in below.items():
            pieces = {folder for folder in folders if not is_extra(folder)}
            names = {rest_of(os.path.basename(folder)) for folder in pieces} - {""}
            if all(map(is_joined, pieces)) and len(names) <= 1 and (pieces or above in inside):
                joined.update(dict.fromkeys(folders, above))
        homes = {folder: joined.get(home, home) for folder, home in homes.items()}
    occupied: set[str] = set()
    for home in homes.values():
        while (above := os.path.dirname(home)) != home:
            occupied.add(above)
            home = above
    found: dict[str, list[AudioFile]] = {}
    for folder in sorted(inside, key=is_extra):
        home = homes[folder]
        works = _works(inside[folder]) if home == folder else {}
        for file in inside[folder]:
            work = os.path.join(home, works[file.path]) if file.path in works else home
            is_loose = work == home and (home in occupied or works)
            found.setdefault(os.path.join(home, "") if is_loose else work, []).append(file)
    return found


def _works(files: Sequence[AudioFile]) -> dict[str, str]:
    """Return the name of the work of each file that is a part of one; empty if all are parts of the same one."""
    parts: dict[str, list[tuple[str, str]]] = {}
    for file in files:
        if work := work_in(os.path.splitext(os.path.basename(file.path))[0]):
            parts.setdefault(fold(work), []).append((file.path, work))
    if len(parts) == 1 and sum(map(len, parts.values())) == len(files):
        return {}
    return {path: inside[0][1] for inside in parts.values() if len(inside) > 1 for path, _ in inside}


def is_book(files: Sequence[AudioFile], kinds: Kinds) -> bool:
    """Return whether the files of a leaf folder are a book: as the listener says, or by their tags and names.

    What was guessed to be a book stays one while most of its files stay, unless they show that it is none.
    """
    if kind := kinds.of(files):
        return kind == BOOK
    looks = _looks_like_book(files)
    return bool(looks) if looks is not None else 2 * sum(file.key in kinds.guessed for file in files) > len(files)


def is_whole(files: Sequence[AudioFile]) -> bool:
    """Return whether this is a single file in a format made for books."""
    return len(files) == 1 and files[0].path.lower().endswith(BOOK_ENDINGS)


def _looks_like_book(files: Sequence[AudioFile]) -> bool | None:
    """Return whether files are a book; None if nothing says so."""
    genres = " ".join({file.tags.genre for file in files})
    if _BOOK_GENRE.search(genres) or is_whole(files):
        return True
    files = [file for file in files if not is_extra(os.path.dirname(file.path))] or files
    artists = {fold(artist) for artist in {file.tags.artist for file in files} if not is_nameless(artist)}
    if _TALK_GENRE.search(genres) or len(artists) > 1:
        return None
    if len(files) == 1:
        return bool(files[0].tags.chapters) or None
    if os.path.dirname(files[0].path) != os.path.dirname(files[-1].path):  # discs
        return True
    has_album = any(not is_nameless(album) for album in {file.tags.album for file in files})
    if has_album and all(file.tags.track or file.tags.cue for file in files):
        return bool(album_of(files)) or None
    stems = [os.path.splitext(os.path.basename(file.path))[0] for file in files]
    parts = list(map(is_part, stems))
    are_numbered = all(is_one or re.search(r"\d", stem) for is_one, stem in zip(parts, stems, strict=True))
    if has_album:
        return (are_numbered and bool(album_of(files))) or None
    if any(map(_DATE.search, stems)) or any(map(is_talk, stems)):
        return False
    are_alike = len({rest_of(stem) for stem in stems} - {""}) <= 1
    if are_alike and (all(parts) or all(file.tags.cue for file in files)):
        return True
    first = counts(stems)
    is_counted = len(set(first)) == len(files) and min(first) <= 1 and not files[0].path.lower().endswith(BOOK_ENDINGS)
    if len(files) < FEWEST or not ((are_alike and are_numbered) or is_counted):
        return None
    made = sorted(file.modified for file in files)
    return 1 + sum(after - before > APART for before, after in pairwise(made)) <= MOST_DAYS


def album_of(files: Sequence[AudioFile]) -> str:
    """Return the album of the files of a work, without the discs in its names; empty if none or several."""
    albums = {album: None for album in dict.fromkeys(file.tags.album for file in files) if not is_nameless(album)}
    if len({fold(album) for album in albums}) > 1:
        albums = dict.fromkeys(without_piece(album)[0] for album in albums)
    return next(iter(albums), "") if len({fold(album) for album in albums}) == 1 else ""


def durations(files: Sequence[AudioFile]) -> list[float]:
    """Return the length of each file in seconds, estimated from its size where the file does not state it."""
    known = [(file.size, file.tags.duration) for file in files if file.tags.duration]
    seconds = sum(duration for _, duration in known)
    rate = sum(size for size, _ in known) / seconds if seconds else RATE
    return [file.tags.duration or max(1.0, file.size / (rate or RATE)) for file in files]
