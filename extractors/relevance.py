"""The relevance gate: is a text about the watch at all? Plain word search, so that what is not costs next to nothing."""

import re

from vocabulary.watch import Watch, plain_name

SHORTEST_CUE_WORD = 4  # shorter words of cues (`end`, `of`) say nothing alone; those of themes are meant as they stand


def _pattern(texts: set[str], *, flags: re.RegexFlag) -> re.Pattern[str]:
    """Compile one alternation of whole words, the longest first."""
    ordered = sorted(texts, key=lambda text: (-len(text), text))
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, ordered)) + r")(?!\w)" if ordered else r"(?!)", flags)


def _theme_words(watch: Watch) -> set[str]:
    """Return the watch's theme words, and of each cue the words of its most telling element: the one with the longest words."""
    words = {choice for pattern in watch.relevance.themes for element in _elements(pattern) for choice in element}
    for cue in (cue.match for issue in watch.issues for cue in issue.cues):
        elements = [[choice for choice in element if len(choice) >= SHORTEST_CUE_WORD] for element in _elements(cue)]
        words |= set(max(elements, key=lambda element: max(map(len, element), default=0), default=[]))
    return words


def _elements(pattern: str) -> list[list[str]]:
    """Return the alternatives of each element of a pattern, without gaps and actors."""
    parts = [part.removesuffix("?") for part in pattern.split() if part != "*"]
    return [[choice.lower().replace("_", " ") for choice in part.split("|") if choice and not choice.startswith("@")] for part in parts]


class RelevanceGate:
    """Counts anchors (names of actors that a text must mention) and theme words."""

    def __init__(self, watch: Watch) -> None:
        self._rules = watch.relevance
        wanted = set(watch.relevance.anchors)
        anchors = {alias for id_ in wanted for alias in (*watch.actor_by_id[id_].aliases(), *watch.actor_by_id[id_].short_names)}
        anchors |= {name for group in watch.groups if wanted & set(group.members) for name in group.names}
        anchors |= {
            name for person in watch.people if wanted & {o.actor for o in person.offices} for name in (person.surname, *person.aliases)
        }
        anchors |= {plain_name(name) for name in anchors}
        self._anchor = _pattern({alias.lower() for alias in anchors}, flags=re.IGNORECASE)
        themes = _theme_words(watch)
        self._theme = _pattern(themes | {f"{word}s" for word in themes}, flags=re.IGNORECASE)

    def score(self, text: str) -> float:
        """Return 0 for a text that is not about the watch, else up to 1 with the share of anchors and themes per 100 words."""
        anchors = sum(1 for _ in self._anchor.finditer(text))
        if anchors < self._rules.min_anchors:
            return 0.0
        themes = sum(1 for _ in self._theme.finditer(text))
        if themes < self._rules.min_themes:
            return 0.0
        words = max(text.count(" ") + 1, 1)
        return round(min(1.0, (anchors + themes) / (words / 10)), 4) or 0.0001

    def passes_teaser(self, teaser: str) -> bool:
        """Tell whether a title and summary are worth a fetch: one anchor and one theme are enough, or two anchors."""
        anchors = sum(1 for _ in self._anchor.finditer(teaser))
        return anchors >= 2 or (anchors >= 1 and self._theme.search(teaser) is not None)
