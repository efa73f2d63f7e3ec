"""Nothing of a watch stands in code: no actor, person, issue or cue of the default watch or of the second one.

Python files are read as syntax trees and only their string literals count, docstrings apart; SQL, templates and data files of
the packages count whole, comments apart. Ids and names count in their own case, cues in any.
"""

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

from vocabulary.watch import Actor, Watch, plain_name
from vocabulary.watch_file import parse_watch

REPO = Path(__file__).resolve().parents[2]
PACKAGES = ("vocabulary", "sources", "extractors", "warehouse", "digest", "flows")
WATCHES = {"default": REPO / "watches" / "coalition.toml", "second": REPO / "tests" / "extractors" / "data" / "seabed.toml"}
COMMENTS = {
    ".sql": re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL),
    ".j2": re.compile(r"\{#.*?#\}", re.DOTALL),
    ".toml": re.compile(r"(?m)^\s*#[^\n]*"),
}
DATA_KINDS = (*COMMENTS, ".css", ".html", ".json")
GAP = r"(?:[\w'-]+\s+){0,4}?"

ENGLISH = "general English of taking part, bargaining or holding back: a stance on any topic is told with it"
# (words, files, reason): what a watch uses and these files may hold all the same; an entry that is needed no more fails a test.
ALLOWED: tuple[tuple[str, str, str], ...] = (
    ("pause", r"extractors/data/boilerplate\.toml", "labels of buttons on news pages"),
    (
        "pause",
        r"flows/(commands/feeds|settings)\.py|sources/schedule\.py|warehouse/migrations/.*\.sql",
        "what becomes of a feed that fails for long",
    ),
    (
        "pause",
        r"sources/(hosts|polling|schedule)\.py|flows/(polling|commands/feeds)\.py|vocabulary/documents\.py|warehouse/(polls|store)\.py|warehouse/migrations/.*\.sql",
        "of a feed that is asked seldom, and of a host that wants rest",
    ),
    ("arm|intervention|contingent", r"extractors/data/lexicon\.toml", ENGLISH),
    ("partition", r".*\.sql|warehouse/.*\.py", "a key word of SQL"),
    ("verify|verification", r"extractors/data/walls\.toml|digest/wording\.py", "what walls ask of visitors and digests of readers"),
    (
        "monitor",
        r"flows/(monitor|running)\.py|vocabulary/stance\.py|warehouse/migrations/.*\.sql",
        "the name of the flow that does the main job",
    ),
    ("purl", r"sources/plain_rss\.py", "a part of the addresses of RSS modules"),
    (
        "line stands|silence is worth a line|leaves the table",
        r"vocabulary/(stance|watch)\.py|warehouse/migrations/.*\.sql",
        "words on rows and lines",
    ),
    ("own forces", r"extractors/(facts\.py|data/glosses\.toml)", "a fact: the issue is the own part of another"),
    ("backup", r"warehouse/beside\.py", "a copy of the warehouse"),
    ("guarantee|mediate|mediator|negotiate|pause|ally", r"extractors/data/lexicon\.toml", ENGLISH),
    ("ally", r"extractors/(events|mentions)\.py", "a noun for a state, as `neighbour`"),
    (
        "coalition",
        r"vocabulary/watch\.py|extractors/(events|names)\.py|warehouse/migrations/.*\.sql",
        "a kind of actor, a closed word list",
    ),
    ("coalition", r"flows/(settings|commands/watches)\.py", "the file name of the default watch"),
    ("Europe|Paris", r"flows/(settings|commands/serving)\.py", "an example of a time zone"),
    ("Georgia", r"digest/templates/style\.css\.j2", "a typeface"),
    ("sanction", r"vocabulary/words\.py|digest/wording\.py", "types of events, a closed word list"),
    ("war", r"extractors/language\.py", "German for `was`, by which German is told"),
    ("drones|missiles|shells", r"extractors/date_words\.py", "nouns after which a number counts things and is no year"),
)


# What breaks the rule and is to move into the watch or to be worded otherwise: this list may only get shorter.
def load_watch(name: str) -> Watch:
    return parse_watch(WATCHES[name].read_text(encoding="utf-8"), name)


# --- what to look for ----------------------------------------------------------------------------------------------------


def names_of(actor: Actor) -> set[str]:
    return {*actor.aliases(), *actor.short_names}


def exact_terms(watch: Watch) -> set[str]:
    """Return ids and names, which count in their own case."""
    terms = {actor.id for actor in watch.actors} | {issue.id for issue in watch.issues}
    terms |= {role.id for role in watch.roles if "_" in role.id} | {feed.id for feed in watch.feeds}
    for actor in watch.actors:
        terms |= names_of(actor)
    for group in watch.groups:
        terms |= set(group.names)
    for person in watch.people:
        terms |= {person.name, person.surname, *person.aliases}
    return terms | {plain_name(term) for term in terms}


def cue_patterns(watch: Watch) -> set[str]:
    """Return the cues that tell a topic by themselves; one that `needs` a context is a word of general English without it."""
    return {cue.match for issue in watch.issues for cue in issue.cues if not cue.needs} | set(watch.relevance.themes)


def cue_regex(pattern: str) -> re.Pattern[str] | None:
    """Return what finds the words of a cue in any case, singular or plural; None for one that is about actors alone."""
    parts = []
    for element in pattern.split():
        if element == "*":
            parts.append(GAP)
            continue
        words = [re.escape(word).replace("_", r"[\s_-]") for word in element.removesuffix("?").split("|") if not word.startswith("@")]
        if not words:
            return None
        parts.append(rf"(?:(?:{'|'.join(words)})s?\s+)" + ("?" if element.endswith("?") else ""))
    while len(parts) > 1 and parts[-1].endswith(")?"):
        parts.pop()  # what may be there or not at the end finds nothing more
    text = "".join(parts).removesuffix(r"\s+)") + ")" if parts[-1] != GAP else "".join(parts)
    return re.compile(rf"(?<![\w-]){text}(?![\w-])", re.IGNORECASE)


@lru_cache(maxsize=2)
def needles(name: str) -> tuple[re.Pattern[str], tuple[re.Pattern[str], ...]]:
    """Return one pattern for the ids and names of a watch, and one per cue."""
    watch = load_watch(name)
    ordered = sorted(exact_terms(watch), key=lambda term: (-len(term), term))
    exact = re.compile(r"(?<![\w-])(?:" + "|".join(map(re.escape, ordered)) + r")(?![\w-])")
    return exact, tuple(regex for pattern in sorted(cue_patterns(watch)) if (regex := cue_regex(pattern)) is not None)


def found_in(text: str, name: str) -> set[str]:
    exact, cues = needles(name)
    found = {match.group() for match in exact.finditer(text)}
    return found | {" ".join(match.group().lower().split()) for cue in cues for match in cue.finditer(text)}


# --- where to look -------------------------------------------------------------------------------------------------------


def docstrings(tree: ast.AST) -> set[int]:
    """Return the identities of the nodes that are docstrings, of fields and constants too (a string that is a statement)."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)}


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and text of all that counts in a file."""
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        comment = COMMENTS.get(path.suffix)
        plain = comment.sub(lambda match: "\n" * match.group().count("\n"), source) if comment else source
        yield from enumerate(plain.splitlines(), start=1)
        return
    tree = ast.parse(source)
    skipped = docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.lineno, node.value


def package_files() -> list[Path]:
    return sorted(
        path
        for package in PACKAGES
        for path in (REPO / package).rglob("*")
        if path.suffix in (".py", *DATA_KINDS) and "__pycache__" not in path.parts
    )


@lru_cache(maxsize=2)
def violations(name: str) -> tuple[tuple[str, str], ...]:
    """Return (term, file:line) of all that a watch shares with the packages, allowed or not."""
    return tuple(
        (term, f"{path.relative_to(REPO)}:{line}")
        for path in package_files()
        for line, text in literals(path)
        for term in sorted(found_in(text, name))
    )


# --- tests ---------------------------------------------------------------------------------------------------------------


def is_excused(term: str, where: str, by: tuple[tuple[str, str, str], ...]) -> bool:
    file = where.rsplit(":", 1)[0]
    return any(term in words.split("|") and re.fullmatch(files, file) for words, files, _ in by)


@pytest.mark.parametrize("name", WATCHES)
def test_nothing_of_a_watch_stands_in_code(name: str) -> None:
    found = [f"{where}: {term!r}" for term, where in violations(name) if not is_excused(term, where, ALLOWED)]
    assert found == []


@pytest.mark.parametrize(("words", "files"), [pytest.param(words, files, id=f"{words}@{files}") for words, files, _ in ALLOWED])
def test_every_excuse_is_still_needed(words: str, files: str) -> None:
    everything = [*violations("default"), *violations("second")]
    for word in words.split("|"):
        assert any(is_excused(term, where, ((word, files, ""),)) for term, where in everything), f"{word} is excused for nothing in {files}"


@pytest.mark.parametrize(
    ("name", "text", "term"),
    [
        pytest.param("default", 'ISSUES = {"reassurance_force": 1}', "reassurance_force", id="issue_id"),
        pytest.param("default", 'if actor == "UKR": ...', "UKR", id="actor_id"),
        pytest.param("default", 'HEADS = ("Volodymyr Zelenskyy",)', "Volodymyr Zelenskyy", id="person"),
        pytest.param("default", 'words = f"{x} near the Élysée"', "Élysée", id="seat_in_f_string"),
        pytest.param("default", 'words = "boots on the ground"', "boots on the ground", id="cue_of_several_words"),
        pytest.param("default", 'WORDS = {"Backstop"}', "backstop", id="cue_of_one_word_in_any_case"),
        pytest.param("default", 'PLACE = "Kyiv, in the morning"', "Kyiv", id="capital"),
        pytest.param("second", 'WORDS = {"royalty": "moratorium"}', "moratorium", id="cue_of_the_second_watch"),
        pytest.param("second", 'x = "Norwegian"', "Norwegian", id="demonym"),
    ],
)
def test_a_planted_word_is_found(tmp_path: Path, name: str, text: str, term: str) -> None:
    file = tmp_path / "planted.py"
    file.write_text(text, encoding="utf-8")
    assert term in {found for _, literal in literals(file) for found in found_in(literal, name)}


def test_docstrings_and_comments_do_not_count(tmp_path: Path) -> None:
    python = tmp_path / "planted.py"
    python.write_text('"""Kyiv."""\n# Kyiv\nNAME = 1\n"""Kyiv."""\ndef f():\n    """Kyiv."""\n', encoding="utf-8")
    sql = tmp_path / "planted.sql"
    sql.write_text("-- Kyiv\nSELECT 1 /* Kyiv\nKyiv */, 'Oslo'", encoding="utf-8")
    assert list(literals(python)) == []
    assert {term for _, text in literals(sql) for term in found_in(text, "default")} == {"Oslo"}
    assert [line for line, text in literals(sql) if "Oslo" in text] == [3]


def test_all_packages_are_read() -> None:
    files = package_files()
    assert {path.relative_to(REPO).parts[0] for path in files} == set(PACKAGES)
    assert {".py", ".sql", ".j2", ".toml"} <= {path.suffix for path in files}
    assert sum(1 for path in files for _ in literals(path)) > 1000
