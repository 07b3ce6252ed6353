"""The embedded catalogue: facts that must not change, since progress and the course hang on them."""

import os
import re
import zlib
from pathlib import Path

import pytest

from tests.state.test_store import run_without_rights
from tui_pod.config.paths import embedded_catalog, embedded_transcripts
from tui_pod.core.library.catalog import Catalog, CatalogError
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import CatalogsError, Library, build_library
from tui_pod.core.library.transcript import parse_transcript
from tui_pod.core.text.clean import clean
from tui_pod.library import catalog_files
from tui_pod.library.cache import load_library
from tui_pod.library.catalog_files import check_catalogs, read_apart, read_catalog, read_catalogs
from tui_pod.speech.narrator import make_script

GOOD = 'version = 1\n[[episodes]]\nid = "one"\ntitle = "One"\n'


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def fault_of(path: Path) -> str:
    """Return the one fault that keeps a file from being read, `LINE: message`."""
    with pytest.raises(CatalogError) as caught:
        read_catalog(path)
    return str(caught.value)


@pytest.mark.parametrize("content", [GOOD, "\ufeff" + GOOD, GOOD.replace("\n", "\r\n")])
def test_read_catalog_with_byte_order_mark_or_windows_lines_is_read(tmp_path: Path, content: str) -> None:
    catalog, _ = read_catalog(write(tmp_path / "c.toml", content))
    assert [episode.title for episode in catalog.episodes] == ["One"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"", "1: version is missing", id="empty"),
        pytest.param(GOOD.encode("utf-16"), "1: not UTF-8", id="UTF-16"),
        pytest.param(GOOD.encode("utf-16-le"), "1: not valid TOML", id="UTF-16 without a mark"),
        pytest.param(GOOD.encode() + b'summary = "caf\xe9"', "5: not UTF-8", id="Latin-1"),
        pytest.param(GOOD.encode() + b"\xed\xa0\x80", "5: not UTF-8", id="a surrogate"),
        pytest.param(GOOD.encode() + b"\0", "5: not valid TOML", id="NUL"),
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0", "1: not UTF-8", id="a picture"),
    ],
)
def test_read_catalog_of_other_bytes_names_the_line(tmp_path: Path, content: bytes, said: str) -> None:
    assert fault_of(write(tmp_path / "c.toml", content)).startswith(said)


def test_read_catalog_that_is_no_file_says_so_and_does_not_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    good = write(tmp_path / "c.toml", GOOD)
    for path, said in (
        (tmp_path / "none.toml", "1: no such file"),
        (good / "c.toml", "1: no such file"),
        (tmp_path, "1: a folder, not a file"),
        (tmp_path / "pipe", "1: not a regular file"),
        (Path("/dev/zero"), "1: not a regular file"),
        (tmp_path / "loop", "1: cannot be read: Too many levels of symbolic links"),
    ):
        assert fault_of(path) == said
    assert "name too long" in fault_of(tmp_path / ("x" * 5000))
    monkeypatch.setattr(catalog_files, "MAX_CATALOG", 10)
    assert fault_of(good) == "1: larger than 0 KB; split it, and name each part with --catalog"


def test_read_catalog_without_the_right_to(tmp_path: Path) -> None:
    path = write(tmp_path / "c.toml", GOOD)
    path.chmod(0)
    code = "import sys; from tui_pod.cli.main import main; sys.exit(main(['check', sys.argv[1]]))"
    run = run_without_rights(code, str(path))
    assert (run.returncode, run.stdout) == (1, f"{path}:1: cannot be read: Permission denied\n")


def test_read_catalog_paths_lie_beside_the_file(tmp_path: Path) -> None:
    more = 'audio = "a/b.mp3"\ntranscript = "../t.txt"\n[[episodes]]\nid = "x"\ntitle = "X"\naudio = "/abs.mp3"\n'
    more += '[[episodes]]\nid = "y"\ntitle = "Y"\naudio = "https://example.org/a.mp3"\n'
    first, second, third = read_catalog(write(tmp_path / "c.toml", GOOD + more))[0].episodes
    assert (first.audio, first.transcript) == (str(tmp_path / "a/b.mp3"), str(tmp_path / "../t.txt"))
    assert (second.audio, second.transcript, third.audio) == ("/abs.mp3", None, "https://example.org/a.mp3")


def test_read_catalogs_id_in_two_files_is_a_fault_in_the_second(tmp_path: Path) -> None:
    others = [write(tmp_path / f"{name}.toml", GOOD.replace("one", name)) for name in "yx"]
    assert [catalog.episodes[0].id for catalog in read_catalogs(others)] == ["y", "x"]
    paths = [write(tmp_path / f"{name}.toml", GOOD) for name in "abc"]
    with pytest.raises(CatalogsError) as caught:
        read_catalogs(paths)
    assert caught.value.lines == [
        f"{paths[1]}:3: id “one” is already used in {paths[0]}",
        f"{paths[2]}:3: id “one” is already used in {paths[0]}",
    ]


def test_large_catalogues_are_read_by_another_process_which_tells_their_faults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    good, faulty = write(tmp_path / "good.toml", GOOD), write(tmp_path / "faulty.toml", GOOD.replace("title", "name"))
    monkeypatch.setattr(catalog_files, "LARGE", 0)
    monkeypatch.setattr(catalog_files, "read_catalogs", lambda _: pytest.fail("read here"))
    assert load_library([good], cache).library.ids == ["one"]
    assert read_apart(check_catalogs, [good]) == [[1], []]
    with pytest.raises(CatalogsError) as caught:
        load_library([faulty], cache)
    assert caught.value.lines == [f"{faulty}:2: episode “one” needs a title"]
    monkeypatch.setattr(catalog_files, "SECONDS", 0.001)
    with pytest.raises(CatalogsError) as caught:
        read_apart(check_catalogs, [good])
    assert caught.value.lines == [f"{good}:1: it takes too long"]


def test_large_catalogue_is_read_here_if_the_cache_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = write(tmp_path / "good.toml", GOOD)
    monkeypatch.setattr(catalog_files, "LARGE", 0)
    assert load_library([good], write(tmp_path / "cache", "")).library.ids == ["one"]


def test_read_catalogs_tells_the_faults_of_all_files(tmp_path: Path) -> None:
    paths = [write(tmp_path / "a.toml", GOOD), write(tmp_path / "b.toml", ""), tmp_path / "c.toml"]
    with pytest.raises(CatalogsError) as caught:
        read_catalogs(paths)
    assert caught.value.lines == [
        f"{paths[1]}:1: version is missing: begin the file with `version = 1`",
        f"{paths[2]}:1: no such file",
    ]


def test_read_catalogs_of_the_same_ten_thousand_ids_takes_no_square_of_time(tmp_path: Path) -> None:
    """A scan of the text for each of them takes an hour."""
    text = "version = 1\n" + "".join(f'[[episodes]]\nid = "{n}"\ntitle = "T"\n' for n in range(10_000))
    with pytest.raises(CatalogsError) as caught:
        read_catalogs([write(tmp_path / f"{name}.toml", text) for name in "ab"])
    assert len(caught.value.lines) == 10_000


FACTS = 571192862
"""CRC-32 of ids, titles, lengths, dates and tags."""

TREE = {
    "Generative AI": ("All Topics", 119),
    "The course": ("Generative AI", 119),
    "1. The Guessing Machine": ("The course", 16),
    "2. Inside the Transformer": ("The course", 18),
    "3. Raising a Model": ("The course", 16),
    "4. From Predictor to Assistant": ("The course", 18),
    "5. Choosing Words": ("The course", 16),
    "6. Asking Well": ("The course", 17),
    "7. Pictures and Senses": ("The course", 18),
    "AI Basics": ("Generative AI", 36),
    "AI Tokenization": ("AI Basics", 8),
    "Transformers": ("Generative AI", 16),
    "Attention Mechanism": ("Transformers", 5),
    "AI Architecture": ("Transformers", 1),
    "Large Language Models": ("Generative AI", 18),
    "AI Training": ("Generative AI", 29),
    "Distributed Training": ("AI Training", 5),
    "Fine-Tuning": ("AI Training", 16),
    "AI Alignment": ("Generative AI", 13),
    "AI Safety": ("AI Alignment", 5),
    "AI Inference": ("Generative AI", 11),
    "Prompt Engineering": ("Generative AI", 16),
    "AI Code Generation": ("Prompt Engineering", 6),
    "Image Generation": ("Generative AI", 16),
    "GenAI Explained": ("All Topics", 118),
    "AI Podcast": ("All Topics", 46),
}
"""Each topic's parent and its count of distinct episodes, in the order of the course."""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return read_catalog(embedded_catalog())[0]


@pytest.fixture(scope="module")
def library(catalog: Catalog) -> Library:
    return build_library(catalog.topics, catalog.episodes)


def words(episode: Episode) -> str:
    assert episode.transcript is not None
    return Path(episode.transcript).read_text("utf-8")


def test_catalogue_has_119_episodes_of_three_hours(catalog: Catalog) -> None:
    assert len(catalog.episodes) == 119
    assert sum(episode.duration or 0 for episode in catalog.episodes) == 11_185


def test_catalogue_begins_with_the_newest_and_its_course_with_the_first(catalog: Catalog) -> None:
    dates = [episode.published for episode in catalog.episodes if episode.published]
    assert len(dates) == 119
    assert dates == sorted(dates, reverse=True)
    assert (catalog.episodes[0].id, catalog.episodes[-1].id) == ("llm-layers", "what-is-generative-ai")


def test_ids_are_distinct_words_that_any_shell_and_file_system_takes(catalog: Catalog) -> None:
    ids = [episode.id for episode in catalog.episodes]
    assert len(set(ids)) == 119
    assert [ident for ident in ids if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", ident)] == []


def test_texts_are_clean_and_of_usual_length_and_tags_are_in_the_tree(catalog: Catalog) -> None:
    assert [e.id for e in catalog.episodes if not 60 <= len(e.summary) <= 320] == []
    assert [e.id for e in catalog.episodes if clean(e.title) != e.title or clean(e.summary, 320) != e.summary] == []
    assert {tag for episode in catalog.episodes for tag in episode.tags} <= {topic.name for topic in catalog.topics}


def test_ids_titles_lengths_and_tags_are_what_they_were_when_first_published(catalog: Catalog) -> None:
    """Progress hangs on the ids; a new episode changes this number, and nothing else may."""
    facts = [(e.id, e.title, e.duration, str(e.published), e.tags) for e in catalog.episodes]
    assert zlib.crc32(repr(facts).encode()) == FACTS


def test_topics_are_the_tree_of_the_course_with_distinct_counts(library: Library) -> None:
    table = library.topics
    assert table.names == ("All Topics", *TREE)
    found = {
        name: (table.names[table.parents[index]], len(table.members[index]))
        for index, name in enumerate(table.names)
        if index
    }
    assert found == TREE


def test_the_course_is_each_episode_once_in_seven_acts(library: Library) -> None:
    table = library.topics
    course = table.names.index("The course")
    acts = [topic for topic, parent in enumerate(table.parents) if parent == course]
    path = [library.ids[index] for act in acts for index in table.paths[act]]
    assert len(acts) == 7
    assert (len(path), len(set(path))) == (119, 119)
    assert [library.ids[index] for index in table.paths[course]] == path
    assert [act for act in acts if not table.summaries[act]] == []
    assert (path[0], path[-1]) == ("what-is-generative-ai", "genai-timeline")
    for first, then in (
        ("what-is-an-llm", "llm-layers"), ("zero-shot-prompting", "few-shot-prompting"), ("rlhf", "claude"),
        ("diffusion-process", "why-diffusion-won"), ("parameters", "training-loss-curves"),
    ):  # fmt: skip
        assert path.index(first) < path.index(then)  # which needs it


def test_every_episode_has_a_question_and_its_answer(catalog: Catalog) -> None:
    questions = [episode.question for episode in catalog.episodes]
    assert len(set(questions)) == 119
    questions += [episode.rewording for episode in catalog.episodes]
    assert len(set(questions)) == 2 * 119
    assert [question for question in questions if not question.endswith("?")] == []
    assert [episode.id for episode in catalog.episodes if not 20 <= len(episode.answer) <= 240] == []


def test_each_source_has_a_year_or_an_address(catalog: Catalog) -> None:
    sources = [source for episode in catalog.episodes for source in episode.sources.split("\n") if source]
    assert sources != []
    assert [source for source in sources if not re.search(r"\b(19|20)\d\d\b|https://", source)] == []
    assert [episode.id for episode in catalog.episodes if episode.sources.count("\n") > 1] == []


def test_every_episode_is_narrated_from_a_transcript(catalog: Catalog) -> None:
    assert [episode.id for episode in catalog.episodes if episode.audio is not None] == []
    assert [episode.id for episode in catalog.episodes if not parse_transcript(words(episode)).cues] == []


def test_transcripts_are_those_of_the_episodes_and_no_others(catalog: Catalog) -> None:
    names = {path.name for path in embedded_transcripts().iterdir()}
    assert names == {f"{episode.id}.txt" for episode in catalog.episodes}


def test_transcripts_have_the_words_that_the_length_has_time_for(catalog: Catalog) -> None:
    rates = {e.id: len(re.findall(r"\w+", words(e))) / (e.duration or 1) * 60 for e in catalog.episodes}
    assert {ident: rate for ident, rate in rates.items() if not 140 <= rate <= 180} == {}


def test_recaps_wait_for_answers_three_times_and_no_other_episode_does(library: Library) -> None:
    table = library.topics
    acts = [index for index, parent in enumerate(table.parents) if table.names[parent] == "The course"]
    recaps = {library.ids[table.paths[act][-1]] for act in acts} - {"genai-timeline"} | {"gemini"}
    waits: dict[str, int] = {}
    for episode in map(library.episode, range(len(library.ids))):
        script = make_script(parse_transcript(words(episode)).cues, None)
        waits[episode.id] = sum(script.sentences[index].endswith("?") for index in script.questions)
    assert {ident: count for ident, count in waits.items() if count} == dict.fromkeys(recaps, 3)


def test_transcripts_are_plain_clean_text(catalog: Catalog) -> None:
    for episode in catalog.episodes:
        text = words(episode)
        speakers = {cue.speaker for cue in parse_transcript(text).cues}
        assert speakers == ({"A", "B"} if re.search("^[AB]:", text, re.MULTILINE) else {""}), episode.id
        assert [line for line in text.splitlines() if clean(line, 10_000) != line] == [], episode.id
        assert not re.search(r"\[(music|pause|TODO)\]|\*\*|^#", text, re.IGNORECASE | re.MULTILINE), episode.id
