"""The relevance gate: is a text about the watch at all? Plain word search, so that what is not costs next to nothing."""

import re
from itertools import groupby
from operator import itemgetter
from os.path import commonprefix

from extractors.reading import read_marks
from vocabulary.watch import Watch, plain_name

LONG_TEXT = 1500  # words
PARTY_TWICE = 2
# Alternatives of cues that stand in every text.
FUNCTION_WORDS = frozenset(
    {"that", "this", "these", "those", "such", "with", "without", "from", "into", "their", "there", "them", "they", "what", "which", "when"}
    | {
        "have",
        "been",
        "being",
        "were",
        "will",
        "would",
        "more",
        "than",
        "some",
        "also",
        "only",
        "over",
        "under",
        "about",
        "after",
        "before",
    }
)
SHORTEST_CUE_WORD = 4  # shorter words of cues (`end`, `of`) say nothing alone; those of themes are meant as they stand


def _pattern(texts: set[str]) -> re.Pattern[str]:
    """Compile a search for whole words, the longest that fits; to be searched in lower case for what is in lower case.

    A search that is to ignore case itself takes twice the time. Texts are written as a tree of their letters: a plain list of them would
    be tried one by one at every word.
    """
    if not texts:
        return re.compile(r"(?!)")
    # the same as `(?<!\w)` before a letter, and quicker
    begin = r"\b" if all(re.match(r"\w", text) for text in texts) else r"(?<!\w)"
    return re.compile(rf"{begin}{_tree(sorted(texts))}(?!\w)")


def _tree(texts: list[str]) -> str:
    """Return an expression for any of some sorted texts, all different; a longer one is tried before what it begins with."""
    branches = []
    for letter, group in groupby((text for text in texts if text), key=itemgetter(0)):
        rests = [text[1:] for text in group]
        shared = commonprefix(rests)  # noqa: RUF071 (of words, no paths)
        branches.append(re.escape(letter + shared) + _tree([rest[len(shared) :] for rest in rests]))
    if not branches:
        return ""
    if "" in texts:
        return f"(?:{'|'.join(branches)})?"
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


def _theme_words(watch: Watch) -> set[str]:
    """Return the watch's theme words, and of each cue the words of its most telling element: the one with the longest words."""
    words = {choice for pattern in watch.relevance.themes for element in _elements(pattern) for choice in element}
    for cue in (cue.match for issue in watch.issues for cue in issue.cues):
        elements = [
            [choice for choice in element if len(choice) >= SHORTEST_CUE_WORD and choice not in FUNCTION_WORDS]
            for element in _elements(cue)
        ]
        words |= set(max(elements, key=lambda element: max(map(len, element), default=0), default=[]))
    return words


def _elements(pattern: str) -> list[list[str]]:
    """Return the alternatives of each element of a pattern, without gaps and actors."""
    parts = [part.removesuffix("?") for part in pattern.split() if part != "*"]
    return [[choice.lower().replace("_", " ") for choice in part.split("|") if choice and not choice.startswith("@")] for part in parts]


class RelevanceGate:
    """Counts anchors (actors that a text must name), parties (actors whose names alone make it likely), all actors, and theme words."""

    def __init__(self, watch: Watch) -> None:
        self._rules = watch.relevance
        self._anchor = _pattern(_names_of(watch, set(watch.relevance.anchors)))
        self._party = _pattern(_names_of(watch, set(watch.relevance.parties)))
        self._actors = _actors_by_name(watch)
        self._actor = _pattern(set(self._actors))  # as written: "us" and "may" are no names
        themes = _theme_words(watch)
        self._theme = _pattern(themes | {f"{word}s" for word in themes})

    def score(self, text: str) -> float:
        """Return 0 for a text that is not about the watch, else up to 1 with the share of anchors and themes per 100 words.

        The text is in the form in which it is read (`extractors.reading`).

        It needs some anchors, some themes, several actors, and enough of their names for its length: a long report from the edge of the
        matter names the anchors too. Of a very long text as much is asked as of one of `LONG_TEXT` words.
        """
        low = text.lower()
        anchors = _count(self._anchor, low)
        if anchors < self._rules.min_anchors:
            return 0.0
        themes = _count(self._theme, low)
        if themes < self._rules.min_themes:
            return 0.0
        words = max(text.count(" ") + 1, 1)
        if self._rules.min_actors > 1 or self._rules.min_density > 0:
            named = [self._actors[match[0]] for match in self._actor.finditer(text)]
            if len({one for ids in named for one in ids}) < self._rules.min_actors:
                return 0.0
            if len(named) * 100 < self._rules.min_density * min(words, LONG_TEXT):
                return 0.0
        return round(min(1.0, (anchors + themes) / (words / 10)), 4) or 0.0001

    def passes_teaser(self, teaser: str) -> bool:
        """Tell whether a title and summary are worth a fetch: two anchors, one and a theme, or a party twice."""
        low = teaser.lower()
        anchors = _count(self._anchor, low)
        return anchors >= 2 or (anchors >= 1 and self._theme.search(low) is not None) or _count(self._party, low) >= PARTY_TWICE


def _names_of(watch: Watch, wanted: set[str]) -> set[str]:
    """Return the names of some actors, of the groups that they are in and of the people who speak for them, in lower case."""
    names = {alias for id_ in wanted for alias in (*watch.actor_by_id[id_].aliases(), *watch.actor_by_id[id_].short_names)}
    names |= {name for group in watch.groups if wanted & set(group.members) for name in group.names}
    names |= {name for person in watch.people if wanted & {o.actor for o in person.offices} for name in (person.surname, *person.aliases)}
    names = {read_marks(name).text for name in names}
    return {name.lower() for name in names | {plain_name(name) for name in names}}


def _actors_by_name(watch: Watch) -> dict[str, frozenset[str]]:
    """Map each name of an actor or of somebody who speaks for one, as it is written, to the actors that it may mean."""
    found: dict[str, set[str]] = {}
    for actor in watch.actors:
        for name in (*actor.aliases(), *actor.short_names):
            found.setdefault(name, set()).add(actor.id)
    for person in watch.people:
        for name in (person.surname, *person.aliases):
            found.setdefault(name, set()).update(office.actor for office in person.offices)
    by_name: dict[str, frozenset[str]] = {}
    for name, ids in found.items():
        read = read_marks(name).text
        for written in {read, plain_name(read)}:
            by_name[written] = by_name.get(written, frozenset()) | ids
    return by_name


def _count(pattern: re.Pattern[str], text: str) -> int:
    return sum(1 for _ in pattern.finditer(text))
