"""The embedded catalogue: facts that must not change, since progress and the course hang on them."""

import re
import zlib
from pathlib import Path

import pytest

from tui_pod.config.paths import embedded_catalog, embedded_transcripts
from tui_pod.core.library.catalog import Catalog
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.library.transcript import parse_transcript
from tui_pod.core.text.clean import clean
from tui_pod.library.catalog_files import read_catalog
from tui_pod.speech.narrator import make_script

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
