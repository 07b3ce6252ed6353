"""Find the patterns of the program whose time grows faster than the text; run as a program of its own.

Each pattern gets texts that are made to harm it: repetitions of what its own repeats match, behind what leads there,
with an end that matches nothing. Prints a line for each fault, and for each pattern that only a run knows.
"""

import ast
import importlib
import random
import re
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from re import _parser  # type: ignore[attr-defined]  # the only way to a pattern's own pieces
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]

METHODS = {"match": 2, "fullmatch": 2, "search": 2, "findall": 2, "finditer": 2, "split": 3, "sub": 4, "subn": 4}
"""Functions of `re`, and how many arguments each has before its flags."""

WHOLE = {"match", "fullmatch"}
"""Those that begin at the start of the text only."""

SMALL, LARGE = 4_000, 16_000
"""Lengths of the texts, in characters."""

QUICK = 0.002
"""Seconds for the small text that need no second look: its square in steps takes longer on any machine."""

READ = 0.01
"""The same where all of a text is read."""

GROWTH = 8.0
"""How many times longer the large text may take: 4 is linear, 16 is the square."""

LIMIT = 2.0
"""CPU seconds after which a text is given up."""

USUAL = (" ", "\n", "a", "A", "0", "<", "<a", "&", "[", "(", '"', "\\", "-", ".", ":", "<!--", "<!---->", "A ", "é")
"""Repetitions that every pattern gets."""

ENDS = ("", "\0", "\n")


class Used(NamedTuple):
    """A pattern, and how it is used."""

    where: str
    pattern: re.Pattern[Any]
    methods: frozenset[str]
    """Those that are used; empty: unknown."""

    @property
    def run(self) -> Callable[[Any], object]:
        """Apply it as it is used, or else wherever it can match."""
        if not self.methods or not self.methods <= WHOLE:
            return self.pattern.findall
        return self.pattern.fullmatch if "fullmatch" in self.methods else self.pattern.match


class TooLong(Exception):
    """A text was given up."""


def find_patterns() -> tuple[list[Used], list[str]]:
    """Return the patterns of the program, and the expressions of those that only a run knows."""
    trees = {}
    for path in sorted((ROOT / "tui_pod").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        if path.stem != "__main__":
            trees[name] = ast.parse(path.read_text("utf-8"))
    methods: dict[str, set[str]] = {}  # by the name of a pattern or of a table of them
    for name, tree in trees.items():
        tables = loops(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in METHODS:
                owner = ast.unparse(node.value.value if isinstance(node.value, ast.Subscript) else node.value)
                owner = ast.unparse(tables[owner]) if owner in tables else owner
                methods.setdefault(known_as(name, owner.rpartition(".")[2]), set()).add(node.attr)
    found: dict[tuple[object, ...], Used] = {}
    unknown = []

    def add(where: str, pattern: Any, flags: int, used: set[str]) -> None:
        new = Used(where, re.compile(pattern, flags), frozenset(used))
        found.setdefault((new.pattern.pattern, new.pattern.flags, new.run.__name__), new)

    for name, tree in trees.items():
        names = vars(importlib.import_module(name))
        for variable, value in [*names.items()]:
            for pattern in compiled_in(value):
                add(f"{name}.{variable}", pattern, 0, methods.get(known_as(name, variable), set()))
        for first, flags, method, line in calls(tree):
            table = loops(tree).get(ast.unparse(first))
            try:
                value = eval(ast.unparse(table or first), names)
                number = int(eval(ast.unparse(flags), names)) if flags is not None else 0
            except NameError:
                unknown.append(f"{name}: {ast.unparse(first)}")
                continue
            for each in (row[0] if isinstance(row, tuple) else row for row in value) if table else [value]:
                if not isinstance(each, re.Pattern):
                    add(f"{name}:{line}", each, number, {method} - {"compile"})
    return [*found.values()], unknown


def known_as(module: str, variable: str) -> str:
    """Return a variable's name, with its module if it is private: another module's may be used otherwise."""
    return f"{module}.{variable}" if variable.startswith("_") else variable


def loops(tree: ast.AST) -> dict[str, ast.expr]:
    """Return the constants over which loops run, by the first name that each gives."""
    found = dict[str, ast.expr]()
    for node in ast.walk(tree):
        if isinstance(node, ast.For | ast.comprehension) and isinstance(node.iter, ast.Name) and node.iter.id.isupper():
            target = node.target.elts[0] if isinstance(node.target, ast.Tuple) else node.target
            found[ast.unparse(target)] = node.iter
    return found


def calls(tree: ast.AST) -> Iterator[tuple[ast.expr, ast.expr | None, str, int]]:
    """Yield the pattern, flags, function and line of each call of `re`, or of a method of what it compiles there.

    What a module compiles when it is imported is in its variables.
    """
    inside = {
        id(node) for function in ast.walk(tree) if isinstance(function, ast.FunctionDef) for node in ast.walk(function)
    }
    methods = {id(node.value): node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re.") and node.args:
            name = ast.unparse(node.func)[3:]
            if name in METHODS or (name == "compile" and id(node) in inside):
                given = [word.value for word in node.keywords if word.arg == "flags"]
                flags = [*given, *node.args[1 if name == "compile" else METHODS[name] :], None]
                yield node.args[0], flags[0], methods.get(id(node), name), node.lineno


def compiled_in(value: object) -> Iterator[re.Pattern[Any]]:
    """Yield the compiled patterns in a value of a module."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, tuple | list | set | frozenset):
        for inner in value:
            yield from compiled_in(inner)
    elif isinstance(value, dict):
        yield from compiled_in([*value, *value.values()])
    elif isinstance(value, type) and value.__module__.startswith("tui_pod"):
        yield from (inner for inner in vars(value).values() if isinstance(inner, re.Pattern))


def sample(pieces: Iterable[Any], chance: random.Random) -> str:
    """Return a text that parsed pieces of a pattern may match."""
    return "".join(_one(kind, value, chance) for kind, value in pieces)


def _one(kind: Any, value: Any, chance: random.Random) -> str:
    match str(kind):
        case "LITERAL":
            return chr(value)
        case "NOT_LITERAL":
            return "a" if value != ord("a") else "b"
        case "ANY":
            return chance.choice("a <")
        case "IN":
            return _member(value, chance)
        case "BRANCH":
            return sample(chance.choice(value[1]), chance)
        case "SUBPATTERN":
            return sample(value[3], chance)
        case "ATOMIC_GROUP":
            return sample(value, chance)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            least, most, inside = value
            count = chance.choice((least, min(int(most), least + 1)))
            return "".join(sample(inside, chance) for _ in range(count))
        case _:
            return ""


def _member(members: Any, chance: random.Random) -> str:
    """Return a character of a class, preferably one of several kinds."""
    is_other = str(members[0][0]) == "NEGATE"
    compiled = re.compile(_class(members))
    candidates = [*"a A0<>\n-.:/\"'&;_=é\t([", *(chr(v if isinstance(v, int) else v[0]) for k, v in members
                  if str(k) in ("LITERAL", "RANGE"))]  # fmt: skip
    fitting = [sign for sign in candidates if compiled.fullmatch(sign)]
    return chance.choice(fitting) if fitting else ("\1" if is_other else "a")


def _class(members: Any) -> str:
    inside = ""
    for kind, value in members:
        match str(kind):
            case "NEGATE":
                inside += "^"
            case "LITERAL":
                inside += re.escape(chr(value))
            case "RANGE":
                inside += f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
            case "CATEGORY":
                name = str(value).removeprefix("CATEGORY_")
                sign = {"DIGIT": "d", "SPACE": "s", "WORD": "w"}[name.removeprefix("NOT_")]
                inside += f"\\{sign.upper() if name.startswith('NOT_') else sign}"
    return f"[{inside}]"


def repeats(pieces: Any, before: Any = ()) -> Iterator[tuple[Any, Any]]:
    """Yield what each repeat of a pattern repeats, with the pieces that lead to it."""
    before = [*before]
    for kind, value in pieces:
        match str(kind):
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                if value[1] > 4:
                    yield value[2], [*before]
                yield from repeats(value[2], before)
            case "BRANCH":
                for branch in value[1]:
                    yield from repeats(branch, before)
            case "SUBPATTERN":
                yield from repeats(value[3], before)
            case "ATOMIC_GROUP":
                yield from repeats(value, before)
            case "ASSERT" | "ASSERT_NOT":
                yield from repeats(value[1], before)
        before.append((kind, value))


def attacks(pattern: re.Pattern[Any]) -> Iterator[tuple[str, str, str]]:
    """Yield texts in three parts: a head, what is repeated, and an end."""
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    tree, chance = _parser.parse(text, pattern.flags & ~re.DEBUG), random.Random(1)
    found = {("", usual) for usual in USUAL}
    for inside, before in repeats(tree):
        for _ in range(3):
            head, pump = sample(before, chance), sample(inside, chance)
            found |= {(head, pump), (head, pump + sample(inside, chance)), ("", head), ("", head + pump)}
    found |= {("", sample(tree, chance)) for _ in range(3)}
    for head, pump in sorted(found):
        if pump:
            for end in ENDS:
                yield head, pump, end


def seconds(run: Callable[[Any], object], text: Any, times: int, clock: Callable[[], float]) -> float:
    """Return how long a text takes several times. Raises TooLong."""
    signal.setitimer(signal.ITIMER_VIRTUAL, times * LIMIT)
    began = clock()
    for _ in range(times):
        run(text)
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return clock() - began


def made(head: str, pump: str, end: str, length: int) -> str:
    """Return a text of about some length."""
    return head + pump * (length // len(pump)) + end


def is_steep(
    run: Callable[[Any], object], attack: tuple[str, str, str], convert: Callable[[str], Any], quick: float
) -> str:
    """Return why an attack takes too long; empty: it does not."""
    small, large = (convert(made(*attack, length)) for length in (SMALL, LARGE))
    try:
        if seconds(run, small, 1, time.perf_counter) < quick:
            return ""
        many = (LARGE // SMALL) ** 2  # as long as the large text if the time is the square
        fast, slow = (seconds(run, text, times, time.process_time) for text, times in ((small, many), (large, 1)))
    except TooLong:
        return f"more than {LIMIT:.0f} s"
    growth = many * slow / max(fast, 0.01)
    is_steep = growth > GROWTH and slow > 0.1  # its clock ticks a hundred times a second
    return f"{growth:.0f} times as long for {LARGE // SMALL} times the text ({slow:.2f} s)" if is_steep else ""


def give_up(*_: object) -> None:
    """End a match, which looks for signals now and then."""
    raise TooLong


def to_text(pattern: re.Pattern[Any]) -> Callable[[str], Any]:
    """Return what makes a text of the type that a pattern takes."""
    return str if isinstance(pattern.pattern, str) else lambda text: text.encode("latin-1", "replace")


def readers() -> Iterator[tuple[str, Callable[[str], object], tuple[str, ...], tuple[str, ...]]]:
    """Yield readers of whole texts, with the heads and pieces of their formats."""
    from tui_pod.core.library.transcript import parse_transcript
    from tui_pod.core.text.blocks import html_blocks, plain_blocks
    from tui_pod.core.text.html_text import feed_links, to_notes
    from tui_pod.core.text.speech import speakable, split_sentences
    from tui_pod.sources.folders.cue import read_cue
    from tui_pod.sources.podcasts.chapters import notes_chapters, parse_chapters

    timing = "00:01.000 --> 00:02.000\n"
    yield "parse_transcript", parse_transcript, ("", "WEBVTT\n\n", '<tt xml:lang="a">', "<html>", f"{timing}a\n"), (
        timing, f"{timing}a\n\n", "<v A>a", "<p begin='1s'>", "<p>a</p>", "<cite>A", "<time>1:00</time>", "[00:01]a\n",
        "A: a\n", "<script>", "<c>", "a. ", "A. ", "&amp", "&#9", "é", "\u0301",
    )  # fmt: skip
    for head in ("[", '{"segments":['):
        yield (
            "parse_transcript",
            parse_transcript,
            (head,),
            ("{},", '{"start":1,"text":"a"},', "[", '{"a":', '{"a":[],', '"a",'),
        )
    yield "parse_chapters", parse_chapters, ('{"chapters":[',), ('{"startTime":1,"title":"a"},', "{},", "[")
    yield "notes_chapters", notes_chapters, ("",), ("00:01 a\n", "a 00:01\n", "- ", "00:01", "\n")
    yield (
        "to_notes",
        to_notes,
        ("", "<p>"),
        ("<p>", "<a href='", '<a href="https://a.org">a', "<!--", "<script>", "&lt;", "<li>"),
    )
    yield "html_blocks", html_blocks, ("", "<table><tr>"), (
        "<p>", "<td>", "<table><tr><td>", "<ul><li>", "<a href='#'>1", "<sup>1", "<pre>a", "<br>", "<!--",
    )  # fmt: skip
    yield "plain_blocks", plain_blocks, ("", "*** START OF THE PROJECT GUTENBERG"), ("\n", " \n", "a\n\n", "_a")
    yield "feed_links", feed_links, ("", "<head>"), ("<link ", "<a b='", "<!", "<![", "</", "<!--", "&")
    yield (
        "read_cue",
        read_cue,
        ("", 'FILE "a" WAVE\n'),
        ("INDEX 01 00:00:00\n", "TRACK 1\n", "FILE a\n"),
    )
    yield (
        "speakable",
        lambda text: speakable(text, {"RoPE": "rope"}),
        ("",),
        ("1-", "$1", "1.", "^{", "a.", "O(n", "10%", "€"),
    )
    yield "split_sentences", split_sentences, ("",), ("a. ", "A. ", "Dr. ", "… ", "1. ")


def write(line: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{line}\n")


def main() -> None:
    """Print the faults."""
    signal.signal(signal.SIGVTALRM, give_up)
    found, unknown = find_patterns()
    for text in unknown:
        write(f"unknown: {text}")
    tried: list[tuple[str, Callable[[Any], object], Callable[[str], Any], Iterable[tuple[str, str, str]], float]]
    tried = [(used.where, used.run, to_text(used.pattern), attacks(used.pattern), QUICK) for used in found]
    for name, read, heads, pieces in readers():
        texts = ((head, piece, end) for head in heads for piece in (*pieces, *USUAL) for end in ("", "\0"))
        tried.append((name, read, str, texts, READ))
    for where, run, convert, made_for_it, quick in tried:
        for attack in made_for_it:
            if why := is_steep(run, attack, convert, quick):
                write(f"steep: {where}: {attack!r}: {why}")
                break


if __name__ == "__main__":
    main()
