"""The watch: what to watch, as data. Actors; people, with their offices by date; issues and cues; feeds; numbers.

The model only says what holds inside one file. How a file is read, with line numbers, is `vocabulary.watch_file`.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from vocabulary.patterns import parse_pattern
from vocabulary.words import Attribution, EventType

ActorKind = Literal["state", "organisation", "coalition", "group"]
FeedKind = Literal["agency", "broadcaster", "newspaper", "online", "government", "body"]
_PARTIAL_DATE = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?")
_FIRST_YEAR, _LAST_YEAR = "1900", "2100"  # beyond them it is a slip of the pen
_LONGEST_ADDRESS = 4000
_PLAIN_LETTERS = str.maketrans("łŁøØđĐıß", "lLoOdDis")


def _check_pattern(text: str) -> str:
    parse_pattern(text)
    return text


def _check_optional_pattern(text: str) -> str:
    return _check_pattern(text) if text else text


def _check_name(text: str) -> str:
    """Refuse what no words of a text can equal."""
    if not any(map(str.isalnum, text)) or " ".join(text.split()) != text:
        raise ValueError(f"{text!r} names nothing: write words parted by single blanks")
    return text


def _check_title(text: str) -> str:
    if text != text.lower():
        raise ValueError(f"{text!r} is compared with words in lower case: write {text.lower()!r}")
    return text


def _check_line(text: str) -> str:
    """Refuse a title that is empty or of several lines."""
    if not text.strip() or len(text.splitlines()) > 1 or "\t" in text:
        raise ValueError(f"{text!r} is no title: write words on one line")
    return text


def _check_address(text: str) -> str:
    """Refuse an address that nobody could ask for; whether it may be asked for is for the fetch to say."""
    try:
        parts = urlsplit(text)
        is_whole = bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none, a bracket too many
        is_whole = False
    if not is_whole or len(text) > _LONGEST_ADDRESS or text != "".join(text.split()):
        raise ValueError("it is no address that can be asked for: write https://host/path, without blanks")
    return text


Pattern = Annotated[str, AfterValidator(_check_pattern)]
OptionalPattern = Annotated[str, AfterValidator(_check_optional_pattern)]
Name = Annotated[str, AfterValidator(_check_name)]
Title = Annotated[Name, AfterValidator(_check_title)]
Line = Annotated[str, AfterValidator(_check_line)]
Address = Annotated[str, Field(pattern=r"^https?://"), AfterValidator(_check_address)]
# TOML has types of its own: "7" is no number, 1 is no truth and true no number
Flag = Annotated[bool, Field(strict=True)]
Days = Annotated[int, Field(strict=True, ge=0, le=3650)]
Count = Annotated[int, Field(strict=True, ge=1, le=1000)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class WatchPart(BaseModel):
    """A frozen part of a watch; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _as_cue(value: object) -> object:
    return {"match": value} if isinstance(value, str) else value


class Cue(WatchPart):
    """Words that point to an issue, matched by lemma within one sentence.

    `match`, `needs` and `unless` are patterns: elements parted by blanks; `a|b` is either word (`take_part` and `cease-fire`
    are words of several tokens); a trailing `?` makes an
    element optional; `*` stands for up to four words; `@actor` for a mention of that actor id; `@any` for any actor.
    """

    match: Pattern = Field(min_length=2, description="Pattern that points to the issue")
    needs: OptionalPattern = Field(default="", description="Pattern that must match too, in the sentence or the paragraph before it")
    unless: OptionalPattern = Field(default="", description="Pattern that forbids the match, in the sentence")
    inverse: Flag = Field(default=False, description="Being for it is being against the issue")
    act: Flag = Field(default=False, description="Doing it shows support, without a word of approval")
    by: str = Field(default="", description="Whose issue it is: an actor id that holds the stance whoever speaks; empty for the speaker's")
    aspect: str = Field(default="", description="Aspect that it points to; empty for none")


CueList = tuple[Annotated[Cue, BeforeValidator(_as_cue)], ...]


class Aspect(WatchPart):
    """One question within an issue: stances are compared within an aspect only."""

    id: str = Field(pattern=r"^[a-z][a-z_]*$", description="Short name; `general` stands for the issue as such")
    title: Line = Field(description="Name for readers")
    cues: tuple[Pattern, ...] = Field(default=(), description="Patterns that point to it, matched in the evidence")


class Issue(WatchPart):
    """A question on which actors take positions."""

    id: str = Field(pattern=r"^[a-z][a-z_]*$", description="Short name")
    title: Line = Field(description="Name for readers")
    meaning: str = Field(description="What being for it means")
    aspects: tuple[Aspect, ...] = Field(default=(), description="Its questions; `general` is added")
    more_specific_than: tuple[str, ...] = Field(default=(), description="Issues that it wins over where both match the same words")
    own_forces_of: tuple[str, ...] = Field(default=(), description="Issues that become this one where the actor speaks of its own part")
    talking_supports: Flag = Field(default=False, description="True where to discuss it is to be for it")
    cues: CueList = Field(min_length=1, description="Words that point to it")


class Role(WatchPart):
    """A kind of office, and how much its holder's words weigh for the state or body."""

    id: str = Field(pattern=r"^[a-z][a-z_]*$", description="Short name")
    titles: tuple[Title, ...] = Field(description="Titles in texts, lower case")
    weight: Number = Field(ge=0.01, le=1, description="Weight of the holder's words")
    attribution: Attribution = Field(default=Attribution.OWN_WORDS, description="How the holder's words count")
    is_head: Flag = Field(default=False, description="True for those whom `the president` or `the prime minister` alone can mean")


class Actor(WatchPart):
    """A state, body or group whose stance is kept."""

    id: str = Field(pattern=r"^[A-Z]{2,4}$", description="ISO 3166-1 alpha-3 for states")
    kind: ActorKind = Field(description="state, organisation, coalition or group")
    names: tuple[Name, ...] = Field(min_length=1, description="Names, the usual one first, without an article")
    demonyms: tuple[Name, ...] = Field(default=(), description="Adjectives and nouns of its people")
    capitals: tuple[Name, ...] = Field(default=(), description="Cities that stand for the government")
    seats: tuple[Name, ...] = Field(default=(), description="Palaces, streets, ministries that stand for the government")
    short_names: tuple[Name, ...] = Field(default=(), description="Names that stand for it only in a text that names it in full")
    member_of: tuple[str, ...] = Field(default=(), description="Actor ids of bodies that it belongs to")
    in_focus: Flag = Field(default=True, description="True where silence is worth a line")
    note: str = Field(default="", description="Reason of a choice")
    source: str = Field(default="", description="Public page that shows it")
    verified: Flag = Field(default=False, description="True where the page was seen to show it")

    def aliases(self) -> Iterator[str]:
        """Yield every string that names the actor."""
        yield from (*self.names, *self.demonyms, *self.capitals, *self.seats)


class ActorGroup(WatchPart):
    """A name that news use for several actors at once."""

    names: tuple[Name, ...] = Field(min_length=1, description="Names, without an article")
    members: tuple[str, ...] = Field(min_length=2, description="Actor ids")
    source: str = Field(default="", description="Public page that shows it")
    verified: Flag = Field(default=False, description="True where the page was seen to show it")


def _partial_date(value: object) -> object:
    """Refuse what is not '', YYYY, YYYY-MM or YYYY-MM-DD."""
    text = value.isoformat() if isinstance(value, date) else value
    if text in ("", None):
        return ""
    if isinstance(text, str) and _PARTIAL_DATE.fullmatch(text) and _is_day(text + "-01-01"[len(text) - 4 :]):
        if not _FIRST_YEAR <= text[:4] <= _LAST_YEAR:
            raise ValueError(f"{text!r} is no year of these times: write one from {_FIRST_YEAR} to {_LAST_YEAR}")
        return text
    raise ValueError(f"{value!r} is no date: write YYYY, YYYY-MM, YYYY-MM-DD, or '' where it is unknown")


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


PartialDate = Annotated[str, BeforeValidator(_partial_date)]


class Office(WatchPart):
    """An office that a person held, from when to when."""

    role: str = Field(description="Role id")
    title: Line = Field(description="Title as news use it")
    actor: str = Field(description="Actor id for which it speaks")
    begins: PartialDate = Field(default="", alias="from", description="First day, as precise as known; '' where unknown")
    ends: PartialDate = Field(default="", alias="to", description="Last day, as precise as known; '' where none is known")
    source: str = Field(min_length=1, description="Public page that shows it")
    verified: Flag = Field(description="True where the page was seen to show it")

    def held_on(self, day: date) -> bool:
        """Tell whether the office was held on `day`; an imprecise month or year counts whole."""
        text = day.isoformat()
        after_begin = not self.begins or text[: len(self.begins)] >= self.begins
        before_end = not self.ends or text[: len(self.ends)] <= self.ends
        return after_begin and before_end

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        shared = min(len(self.begins), len(self.ends))
        if self.begins[:shared] > self.ends[:shared]:
            raise ValueError(f"office of {self.actor} ends ({self.ends}) before it begins ({self.begins})")
        return self


class Person(WatchPart):
    """Somebody who speaks for an actor while in office."""

    name: Name = Field(description="Full name as English news write it")
    surname: Name = Field(min_length=2, description="Name after the first mention")
    aliases: tuple[Name, ...] = Field(default=(), description="Other spellings of the full name or of the surname")
    gender: Literal["m", "f", ""] = Field(default="", description="For pronouns; '' where unknown")
    offices: tuple[Office, ...] = Field(min_length=1, description="Offices held")


class Feed(WatchPart):
    """A feed to poll."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", description="Short name")
    url: Address = Field(description="Address")
    outlet: Line = Field(description="Who publishes it")
    country: str = Field(description="ISO 3166-1 alpha-3 of the outlet, or the id of a body")
    kind: FeedKind = Field(description="Kind of outlet")
    state_media: Flag = Field(default=False, description="True where a state runs it")
    full: Flag = Field(default=False, description="True where every item is fetched, whatever its title")
    source: str = Field(default="", description="Public page that names it")
    verified: Flag = Field(default=False, description="True once `feeds check` has seen it")


class EventTrigger(WatchPart):
    """Words that report a happening of one type."""

    type: EventType = Field(description="Type of the event")
    nouns: tuple[Name, ...] = Field(default=(), description="Noun lemmas, or several words in a row")
    verbs: tuple[Name, ...] = Field(default=(), description="Verb lemmas; `verb noun` wants that object, `verb with` that preposition")
    needs: OptionalPattern = Field(default="", description="Pattern that must match in the sentence")
    has_target: Flag = Field(default=False, description="True where the object is a target and not a participant")
    instruments: tuple[Name, ...] = Field(default=(), description="Noun lemmas whose owner does it, as in `their jets did it`")

    @model_validator(mode="after")
    def _has_words(self) -> Self:
        if not self.nouns and not self.verbs:
            raise ValueError(f"trigger of {self.type} has neither nouns nor verbs; give one or remove it")
        return self


class Relevance(WatchPart):
    """When a text is about the watch."""

    anchors: tuple[str, ...] = Field(min_length=1, description="Actor ids of which one must be named")
    min_anchors: Count = Field(default=1, description="Mentions of anchors that a whole text needs")
    themes: tuple[Pattern, ...] = Field(default=(), description="Patterns beside the issues' cues that count as a theme")
    min_themes: Count = Field(default=2, description="Mentions of themes that a whole text needs")
    parties: tuple[str, ...] = Field(default=(), description="Actor ids that, named twice, make a title and summary worth a fetch")
    min_actors: Count = Field(default=1, description="Actors of the watch that a whole text must name")
    min_density: Number = Field(default=0, ge=0, le=100, description="Names of actors and people per 100 words that a whole text needs")


class StanceRules(WatchPart):
    """Numbers by which stances are built; each has its reason in docs/decisions.md."""

    operating_point: Number = Field(default=0.6, ge=0, le=1, description="Confidence from which a position may move a stance")
    half_life_days: Number = Field(default=7, ge=0.1, le=3650, description="After so many days a statement weighs half")
    fresh_days: Days = Field(default=7, description="Evidence up to this age is fresh")
    ageing_days: Days = Field(default=30, description="Evidence up to this age is ageing; older is stale")
    late_after_days: Days = Field(default=3, description="Said more than so many days before it became known: late")


class ScoreGroup(WatchPart):
    """A part of the positions that `evaluate` reports apart."""

    id: str = Field(pattern=r"^[a-z][a-z_]*$", description="Short name")
    issues: tuple[str, ...] = Field(default=(), description="Issue ids that count; empty for all")
    but_actors: tuple[str, ...] = Field(default=(), description="Actor ids that do not count")

    def holds(self, actor: str, issue: str) -> bool:
        """Tell whether a position of `actor` on `issue` belongs to the group."""
        return (not self.issues or issue in self.issues) and actor not in self.but_actors


class Watch(WatchPart):
    """Everything that one warehouse watches."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$", description="Short name")
    title: Line = Field(description="Name for readers")
    about: str = Field(description="What it is about, one sentence")
    language: str = Field(default="en", description="ISO 639-1 code of the texts that can be read")
    rules: StanceRules = Field(default_factory=StanceRules, description="Numbers by which stances are built")
    relevance: Relevance = Field(description="When a text is about the watch")
    roles: tuple[Role, ...] = Field(min_length=1, description="Kinds of office")
    actors: tuple[Actor, ...] = Field(min_length=1, description="Whose stance is kept")
    groups: tuple[ActorGroup, ...] = Field(default=(), description="Names of several actors at once")
    issues: tuple[Issue, ...] = Field(min_length=1, description="On what")
    event_triggers: tuple[EventTrigger, ...] = Field(default=(), description="Words that report happenings")
    people: tuple[Person, ...] = Field(default=(), description="Who speaks for whom, and when")
    feeds: tuple[Feed, ...] = Field(default=(), description="Where news come from")
    score_groups: tuple[ScoreGroup, ...] = Field(default=(), description="Parts that `evaluate` reports apart")
    version: str = Field(default="", description="Content id of the file, set when it is read")

    @cached_property
    def actor_by_id(self) -> dict[str, Actor]:
        """Map actor id to actor."""
        return {actor.id: actor for actor in self.actors}

    @cached_property
    def issue_by_id(self) -> dict[str, Issue]:
        """Map issue id to issue."""
        return {issue.id: issue for issue in self.issues}

    @cached_property
    def parts_by_issue(self) -> dict[str, tuple[Issue, Issue]]:
        """Map issue id to the issue of the own part and that of the undertaking, where it is one of the two."""
        pairs = {own.id: (own, self.issue_by_id[own.own_forces_of[0]]) for own in self.issues if own.own_forces_of}
        wholes: dict[str, tuple[Issue, Issue]] = {}
        for pair in pairs.values():
            for whole in pair[0].own_forces_of:
                wholes.setdefault(whole, pair)
        return wholes | pairs

    @cached_property
    def role_by_id(self) -> dict[str, Role]:
        """Map role id to role."""
        return {role.id: role for role in self.roles}


def plain_name(text: str) -> str:
    """Return `text` without diacritics: a spelling that English news use as often."""
    if text.isascii():
        return text
    kept = (char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return "".join(kept).translate(_PLAIN_LETTERS)
