"""Feed mutated documents to the parsers: they return or raise `FeedError`, and expand no entity.

By hand, for as many as wanted: `python -m tests.sources.fuzz 20000`. A failure names its seed, and so does one that
hangs when it is interrupted; what twice the input costs is measured in `benchmarks/`.
"""

import contextlib
import json
import random
import sys
import tempfile
from pathlib import Path

from tests.sources.server import feed, item
from tui_pod.core.library.transcript import parse_transcript
from tui_pod.core.text.clean import is_safe
from tui_pod.shelf.opml import parse_opml
from tui_pod.shelf.published import FeedError
from tui_pod.sources.podcasts.rss import parse_feed

SECRET = "expanded-entity"

SEEDS = [path.read_bytes() for path in sorted((Path(__file__).parent / "fixtures").iterdir())] + [
    feed("".join(item(number, "/a.mp3") for number in range(5))).encode(),
    json.dumps({"title": "J", "items": [{"id": n, "title": "x", "content_html": "<p>y"} for n in range(5)]}).encode(),
    b'<opml version="2.0"><body><outline text="A"><outline type="rss" xmlUrl="http://h.org/f"/></outline></body></opml>',
    b"WEBVTT\n\n00:00.000 --> 00:01.000\n<v Ann>One\n\n00:01.000 --> 00:02.000\nTwo.\n",
    b"<cite>Ann:</cite><time>0:00</time><p>One. Two.</p><time>0:09</time><p>Three.</p>",
    json.dumps({"segments": [{"start": 0, "end": 1, "text": "One", "speaker": "Ann"}]}).encode(),
]


def tokens(secret: Path) -> list[bytes]:
    """Return pieces that parsers stumble over; those with entities lead to the secret file or grow."""
    laughs = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
    texts = [
        f"<!DOCTYPE rss SYSTEM '{secret.as_uri()}'>", f"<!DOCTYPE rss [<!ENTITY l9 SYSTEM '{secret.as_uri()}'>]>",
        "<!DOCTYPE rss [<!ENTITY l0 'expanded-'><!ENTITY l9 '&l0;entity'>]>",
        f"<!DOCTYPE rss [<!ENTITY l0 'ha'>{laughs}]>",
        f"<!DOCTYPE rss [<!ENTITY % p SYSTEM '{secret.as_uri()}'> %p;]>", "<!DOCTYPE rss [<!ENTITY nbsp '&#160;'>]>",
        "&l9;", "&nbsp;", "&#0;", "&#xD800;", "&",
        "<", ">", "]]>", "<![CDATA[", "<!--", "-->", "<?x", "?>", "\0",
        "\x1b[2J", "\u202e", "\ufeff", "<item>", "</item>", "<entry>", "</entry>", "<channel>", "</channel>", "</rss>",
        " xmlns:a='http://www.itunes.com/dtds/podcast-1.0.dtd'", " xmlns='x'", "<a:duration>9</a:duration>", "<cite>",
        "<time>", "<v A>", "99999999999:00:00", "-1", "1e999", "NaN",
        "<redirect><newLocation>http://h.org/",
        "<itunes:category text='x'>" * 70, "<i>" * 70, "a" * 5000, "e\u0301" * 500, "encoding='UTF-16'", "\\ud800",
    ]  # fmt: skip
    return [text.encode("utf-8", "surrogatepass") for text in texts]


def mutated(rng: random.Random, pieces: list[bytes]) -> bytes:
    """Return a document with one to eight faults."""
    document = rng.choice(SEEDS)
    for _ in range(rng.randint(1, 8)):
        start = rng.randrange(len(document) + 1)
        end = min(len(document), start + rng.choice((1, 3, 20, 200)))
        match rng.randrange(8):
            case 0:
                document = document[:start] + document[end:]
            case 1:
                document = document[:end] + document[start:]
            case 2 | 3:
                document = document[:start] + rng.choice(pieces) + document[start:]
            case 4:
                document = document[:start] + bytes(rng.randrange(256) for _ in range(end - start)) + document[end:]
            case 5:
                other = rng.choice(SEEDS)
                document = document[:start] + other[rng.randrange(len(other)) :]
            case 6:  # a declaration where it counts, and what refers to it
                root, text = document.find(b"?>") + 2, document.find(b"<title>", start) + 7
                doctype = rng.choice([piece for piece in pieces if piece.startswith(b"<!DOCTYPE")])
                document = document[:root] + doctype + document[root:text] + b"&l9;" + document[max(root, text) :]
            case _:
                with contextlib.suppress(ValueError):
                    document = document.decode().encode(
                        rng.choice(("utf-16", "utf-16-be", "latin-1", "cp1251", "utf-7"))
                    )
    return document


def check(seed: int, pieces: list[bytes]) -> None:
    """Parse one mutated document in every way.

    Raises:
        AssertionError: what came out is unsafe or holds an entity.
    """
    rng = random.Random(seed)
    document = mutated(rng, pieces)
    found: list[object] = []
    with contextlib.suppress(FeedError):
        parsed = parse_feed(document, "https://h.org/f", rng.choice((None, "utf-8", "latin-1", "koi8-r", "rot13")))
        found.append(parsed)
        assert all(is_safe(text) for entry in parsed.items for text in (entry.title, entry.summary)), seed
    with contextlib.suppress(FeedError):
        found.append(parse_opml(document))
    found.append(parse_transcript(document.decode("utf-8", "replace")))
    assert not any(text in repr(found) for text in (SECRET, "hahaha")), f"{seed}: an entity was expanded"


def fuzz(count: int, start: int, folder: Path) -> None:
    """Check documents with the seeds from `start` on."""
    secret = folder / "secret"
    secret.write_text(f"<!ENTITY l9 '{SECRET}'>{SECRET}")
    pieces = tokens(secret)
    for seed in range(start, start + count):
        try:
            check(seed, pieces)
        except (Exception, KeyboardInterrupt) as error:
            error.add_note(f"seed {seed}: {mutated(random.Random(seed), pieces)[:2_000]!r}")
            raise


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        fuzz(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0, Path(name))
