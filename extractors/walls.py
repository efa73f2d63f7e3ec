"""Pages that stand in the place of an article: tests for robots, questions for consent, paywalls, empty shells of scripts, errors sent as
if they were none.

Pure: characters in, a word out. Articles about such pages quote them, and speak of their readers in the third person; the pages
themselves speak to whoever reads them. So what stands in quotation marks does not count, and words that both use count only in
sentences that address a reader. Every rule is about how little of a page is anything else. Words are in `data/walls.toml`.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal

from extractors.boilerplate import bare, fold
from vocabulary.words import DocumentOutcome

Kind = Literal["bot", "consent", "paywall", "script", "error"]
KINDS: Final[tuple[Kind, ...]] = ("bot", "consent", "paywall", "script", "error")
# A wall is passed by a person, so the article is there; behind the others there is none.
OUTCOMES: Final[dict[Kind, DocumentOutcome]] = {
    "bot": DocumentOutcome.BLOCKED,
    "consent": DocumentOutcome.BLOCKED,
    "paywall": DocumentOutcome.BLOCKED,
    "script": DocumentOutcome.NO_TEXT,
    "error": DocumentOutcome.NO_TEXT,
}
SAID: Final[dict[Kind, str]] = {
    "bot": "the site asks whether a person reads (bot wall)",
    "consent": "the site asks for consent first (consent wall)",
    "paywall": "the site shows the beginning only (paywall)",
    "script": "the page is built by scripts",
    "error": "the page is a notice of an error",
}
MOST_WALL: Final = 0.5  # of the words of a page
FEW_WORDS: Final = 25  # so few beside a wall are no article
STUB_WORDS: Final = 120  # a teaser before a paywall has fewer
SHORT_WORDS: Final = 150  # a page under a title that no article has
TITLE_WEIGHT: Final = 25  # words that a title counts for
_QUOTED: Final = re.compile(r"\"[^\"\n]{1,400}\"|(?<!\w)'[^'\n]{1,200}'(?!\w)")
_SENTENCE: Final = re.compile(r"(?<=[.!?:])\s{1,20}(?=[A-Z\"'(])|\n|\s\|\s")  # bounded: a run of blanks cost its square
_STRAIGHT: Final = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "\u00a0": " "})
_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_NOT_FREE: Final = re.compile(r'"isaccessibleforfree"\s*:\s*"?false', re.IGNORECASE)
_APP: Final = re.compile(
    r"""<(?:div|main|app-root)[^<>]{0,200}\b(?:id\s*=\s*["']?(?:root|app|__next|__nuxt|main-app)\b|ng-version)""", re.IGNORECASE
)
_SITE: Final = re.compile(r"\s[|•·:»–—-]\s")
LOOK_MARKUP: Final = 300_000
LONG_CHARS: Final = 1000  # no wall says so much without one of its phrases


@dataclass(frozen=True, slots=True)
class Wall:
    """What a page is instead of an article."""

    kind: Kind

    @property
    def outcome(self) -> DocumentOutcome:
        """Return the document's word."""
        return OUTCOMES[self.kind]

    @property
    def why(self) -> str:
        """Return what is wrong in words."""
        return SAID[self.kind]


@dataclass(frozen=True, slots=True)
class Looks:
    """What a page shows."""

    titles: tuple[str, ...]
    """What the page is called: by itself, and by its headline."""
    text: str
    """What is left as the article, lines apart; empty if nothing."""
    around: str = ""
    """All that is to be seen on it, scripts apart, or all of a text before it was cleaned."""
    markup: str = ""
    """Its source; empty for a text without markup."""


@dataclass(frozen=True, slots=True)
class _Speech:
    """How one kind of wall speaks."""

    titles: frozenset[str]
    starts: tuple[str, ...]
    phrases: tuple[str, ...]
    topics: tuple[str, ...]
    stubs: tuple[str, ...]
    marks: tuple[str, ...]


def find_wall(looks: Looks) -> Wall | None:
    """Return what stands in the place of the article, None where the article is there.

    A long text is a wall where most of its words are. A short one also where it has 1. the marks of a test for robots or a title that no
    article has, 2. mostly words of a wall, 3. the beginning of an article and a request to pay, 4. next to no words of its own and a
    wall around it, or the shell of an application.
    """
    words = len(_WORD.findall(looks.text))
    if words >= SHORT_WORDS:
        return _most_said(looks.text)
    # 1. what it is called, and what it holds
    speech = load_speech()
    markup = looks.markup[:LOOK_MARKUP].lower()
    if any(mark in markup for mark in speech["bot"].marks):
        return Wall("bot")
    named = Counter(kind for title in looks.titles if (kind := _kind_of_title(title)) is not None)
    # 2. what it says
    said = _most_said("\n".join((*looks.titles[-1:], looks.text)), named)
    if said is not None or named:
        return said or Wall(named.most_common(1)[0][0])
    # 3. a beginning
    around = fold(looks.around)
    if words < STUB_WORDS and (_says(_unquoted(around), speech["paywall"].stubs) or (looks.markup and _NOT_FREE.search(looks.markup))):
        return Wall("paywall")
    # 4. nothing
    if words < FEW_WORDS:
        shell = Wall("script") if words == 0 and _APP.search(looks.markup) else None
        return _most_said(looks.around) or shell
    return None


def _most_said(text: str, named: Counter[Kind] | None = None) -> Wall | None:
    """Return the wall that most of a text is, None where most of it is something else; `named` kinds are likelier."""
    said = wall_words(text)
    if not said or sum(said.values()) < MOST_WALL * len(_WORD.findall(text)):
        return None
    for kind in named or ():
        said[kind] += TITLE_WEIGHT
    return Wall(said.most_common(1)[0][0])


def wall_words(text: str) -> Counter[Kind]:
    """Return how many words stand in sentences of each kind of wall; a sentence counts for the first kind that says such."""
    found: Counter[Kind] = Counter()
    low = fold(text)
    speech = load_speech()
    # of some hundred phrases a text holds few; only those are looked for in each sentence
    phrases = {kind: [one for one in speech[kind].phrases if one in low] for kind in KINDS}
    if len(low) > LONG_CHARS and not any(phrases.values()):
        return found
    topics = {kind: [one for one in speech[kind].topics if one in low] for kind in KINDS}
    readers = load_phrases()["readers"]["words"]
    for sentence in _SENTENCE.split(text.translate(_STRAIGHT)):
        said = _unquoted(fold(sentence))
        kind = next((k for k in KINDS if _says(said, phrases[k])), None)
        if kind is None:
            kind = next((k for k in KINDS if _says(said, topics[k]) and _says(said, readers)), None)
        if kind is not None:
            found[kind] += len(_WORD.findall(sentence))
    return +found


@cache
def load_speech() -> dict[Kind, _Speech]:
    """Return how walls speak."""
    data = load_phrases()
    return {
        kind: _Speech(
            titles=frozenset(data[kind]["titles"]),
            starts=tuple(data[kind]["starts"]),
            phrases=tuple(data[kind]["phrases"]),
            topics=tuple(data[kind]["topics"]),
            stubs=tuple(data[kind].get("stubs", [])),
            marks=tuple(data[kind]["marks"]),
        )
        for kind in KINDS
    }


@cache
def load_phrases() -> dict[str, dict[str, list[str]]]:
    """Return the lists that ship with the package, by kind of wall, and `readers`."""
    return tomllib.loads(files("extractors").joinpath("data/walls.toml").read_text(encoding="utf-8"))


def _says(text: str, phrases: Iterable[str]) -> bool:
    """Tell whether a text holds one of these phrases, at the edges of words where they begin or end in letters."""
    for phrase in phrases:
        at = text.find(phrase)
        while at >= 0:
            end = at + len(phrase)
            inside_before = at > 0 and phrase[0].isalnum() and text[at - 1].isalnum()
            if not inside_before and not (phrase[-1].isalnum() and text[end : end + 1].isalnum()):
                return True
            at = text.find(phrase, at + 1)
    return False


def _unquoted(text: str) -> str:
    return _QUOTED.sub(" ", text)


def _kind_of_title(title: str) -> Kind | None:
    """Return the kind of wall that has such a title: all of it, or what stands before or after the site's name."""
    parts = [bare(title), *(bare(part) for part in _SITE.split(title))]
    low = fold(title)
    for kind in KINDS:
        speech = load_speech()[kind]
        if any(part in speech.titles for part in parts) or low.startswith(speech.starts):
            return kind
    return None
