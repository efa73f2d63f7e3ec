"""Plain words for the closed word lists, for dates and for numbers. English, whatever the machine's locale."""

import re
from datetime import UTC, date, datetime

from vocabulary.stance import Evidence, FeedCoverage
from vocabulary.words import (
    Attribution,
    Basis,
    ChangeCause,
    ChangeKind,
    DateBasis,
    DocumentOutcome,
    EventStatus,
    EventType,
    Freshness,
    PollStatus,
    Stance,
)

STANCE_WORDS = {
    Stance.SUPPORTS: "supports",
    Stance.CONDITIONAL: "supports on a condition",
    Stance.UNDECIDED: "undecided",
    Stance.SCEPTICAL: "sceptical",
    Stance.OPPOSES: "opposes",
}
STANCE_MEANINGS = {
    Stance.SUPPORTS: "is for it",
    Stance.CONDITIONAL: "is for it if something is given first",
    Stance.UNDECIDED: "has said that it has not decided",
    Stance.SCEPTICAL: "doubts it, short of a no",
    Stance.OPPOSES: "is against it",
}
KIND_WORDS = {
    ChangeKind.REVERSED: "changed sides",
    ChangeKind.HARDENED: "hardened",
    ChangeKind.SOFTENED: "softened",
    ChangeKind.CONDITION_ADDED: "added a condition",
    ChangeKind.CONDITION_DROPPED: "dropped a condition",
    ChangeKind.CONDITION_CHANGED: "changed its condition",
    ChangeKind.CONTESTED: "became contested: for and against are both in force",
    ChangeKind.SETTLED: "settled: no longer contested",
    ChangeKind.FIRST_SEEN: "seen for the first time",
}
CAUSE_WORDS = {
    ChangeCause.MOVE: "said or done by the actor",
    ChangeCause.LATE: "known late: said earlier, read only now",
    ChangeCause.CORRECTION: "corrected by an analyst; not a move of the actor",
    ChangeCause.RETRACTION: "the source changed its words or took them back; not a move of the actor",
    ChangeCause.RE_EXTRACTION: "the same texts read by a newer extractor; not a move of the actor",
    ChangeCause.WATCH_CHANGE: "the watch file changed; not a move of the actor",
}
OWN_CAUSES = frozenset({ChangeCause.MOVE, ChangeCause.LATE})  # only these are the actor's
ATTRIBUTION_WORDS = {
    Attribution.OWN_WORDS: "in own words",
    Attribution.ACT: "shown by an act",
    Attribution.SPOKESPERSON: "officially (by a spokesperson, a ministry or the state by name)",
    Attribution.ANONYMOUS: "from an unnamed source",
    Attribution.REPORTER: "in the reporter's account",
    Attribution.CLAIM: "as somebody else claims",
}
BASIS_WORDS = {
    Basis.DATED: "",
    Basis.BACKGROUND: "background line",
    Basis.REPORTED_SHIFT: "reported as a shift",
}
DATE_BASIS_WORDS = {
    DateBasis.EXPLICIT: "",
    DateBasis.RELATIVE: "worked out from the text",
    DateBasis.DOCUMENT: "date of the article",
    DateBasis.NONE: "date not certain",
}
FRESHNESS_WORDS = {
    Freshness.FRESH: "fresh",
    Freshness.AGEING: "ageing",
    Freshness.STALE: "stale",
}
EVENT_WORDS = {
    EventType.MEETING: "Meeting",
    EventType.CALL: "Call",
    EventType.PLEDGE: "Pledge",
    EventType.DEPLOYMENT: "Deployment",
    EventType.AID: "Aid",
    EventType.AGREEMENT: "Agreement",
    EventType.SANCTION: "Sanction",
    EventType.EXERCISE: "Exercise",
    EventType.ATTACK: "Attack",
    EventType.VOTE: "Vote",
    EventType.STATEMENT_EVENT: "Statement",
}
EVENT_STATUS_WORDS = {
    EventStatus.PAST: "took place",
    EventStatus.ONGOING: "under way",
    EventStatus.PLANNED: "planned",
    EventStatus.HYPOTHETICAL: "only talked of",
    EventStatus.CANCELLED: "cancelled",
}
OUTCOME_WORDS = {
    DocumentOutcome.TAGGED: "read and tagged",
    DocumentOutcome.UNCHANGED: "known already, unchanged",
    DocumentOutcome.OFF_TOPIC: "not about the watch",
    DocumentOutcome.OTHER_LANGUAGE: "in a language that is not read",
    DocumentOutcome.NO_TEXT: "no article text found",
    DocumentOutcome.BLOCKED: "behind a wall",
    DocumentOutcome.EMPTY: "empty",
    DocumentOutcome.NOT_TEXT: "not text",
    DocumentOutcome.BAD_DATE: "date not usable",
    DocumentOutcome.BAD_ENTRY: "broken entry",
    DocumentOutcome.TOO_LARGE: "too large",
    DocumentOutcome.REFUSED: "refused",
    DocumentOutcome.UNREACHABLE: "not reachable",
    DocumentOutcome.GONE: "gone",
    DocumentOutcome.FAILED: "failed",
}
POLL_WORDS = {
    PollStatus.OK: "answers",
    PollStatus.RECOVERED: "answers, with a broken feed that could be read",
    PollStatus.NOT_MODIFIED: "answers, nothing new",
    PollStatus.EMPTY: "answers, without entries",
    PollStatus.NOT_A_FEED: "answers with something that is no feed",
    PollStatus.BLOCKED: "blocked: answers with a test for people or a refusal of programs",
    PollStatus.PARSE_ERROR: "answers with a feed that cannot be read",
    PollStatus.TOO_LARGE: "answers with too much",
    PollStatus.REFUSED: "refused",
    PollStatus.HTTP_ERROR: "answers with an error",
    PollStatus.GONE: "is gone",
    PollStatus.TIMEOUT: "did not answer in time",
    PollStatus.UNREACHABLE: "not reachable",
}
# What the words of network libraries come down to, the first that fits. An outlet's address may hold any word, so each is one that
# only such a library writes.
_UNREACHABLE_CAUSES = (
    (re.compile(r"DNSError|DNS server|name resolution|Name or service not known|getaddrinfo|no host name"), "name not resolved"),
    (re.compile(r"CertificateError|CERTIFICATE_VERIFY|certificate verify"), "certificate not valid"),
    (re.compile(r"Network is unreachable|No route to host"), "no way there"),
    (re.compile(r"Connect call failed|Connection refused"), "connection refused"),
    (re.compile(r"ServerDisconnected|Connection reset|Connection lost|PayloadError"), "connection broken off"),
)
_STATUS = re.compile(r"status (\d{3})\b")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def day_words(day: date) -> str:
    """Return `4 August 2026`."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def weekday_words(day: date) -> str:
    """Return `Tuesday, 4 August 2026`."""
    return f"{_WEEKDAYS[day.weekday()]}, {day_words(day)}"


def time_words(moment: datetime) -> str:
    """Return `4 August 2026, 06:00 UTC`."""
    moment = moment.astimezone(UTC)
    return f"{day_words(moment.date())}, {moment:%H:%M} UTC"


def count_words(number: int, one: str, many: str = "") -> str:
    """Return `1 feed`, `2 feeds`, `2,000 feeds`; `many` where an s does not make the plural."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def outcome_words(word: str) -> str:
    """Return the plain words of an outcome; a word of a later version stands for itself."""
    return OUTCOME_WORDS[DocumentOutcome(word)] if word in set(DocumentOutcome) else word


def feed_cause_words(feed: FeedCoverage) -> str:
    """Return why a feed gave nothing, in plain words that hold nothing of its detail, so that feeds of one cause say the same."""
    if feed.status is None:
        return "never polled"
    words = POLL_WORDS[feed.status]
    if feed.status is PollStatus.UNREACHABLE:
        cause = next((cause for pattern, cause in _UNREACHABLE_CAUSES if pattern.search(feed.detail)), "")
        return f"{words}: {cause}" if cause else words
    if feed.status is PollStatus.HTTP_ERROR and (status := _STATUS.search(feed.detail)):
        return f"{words}: status {status[1]}"
    return words


def doubt_words(evidence: Evidence | None) -> str:
    """Return why a signal is not a confirmed change, as far as its evidence shows."""
    if evidence is None:
        return "no evidence is left for it"
    reasons = {
        Attribution.ANONYMOUS: "it rests on an unnamed source",
        Attribution.REPORTER: "it rests on the reporter's account, without the actor's own words",
        Attribution.CLAIM: "it rests on what somebody else claims",
    }
    if evidence.attribution in reasons:
        return reasons[evidence.attribution]
    if evidence.basis is Basis.BACKGROUND:
        return "it rests on a background line, not on something said or done on a known day"
    return "the evidence is not yet sure enough, or has not held long enough, to move a stance"
