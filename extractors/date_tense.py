"""Whether the words around a time expression speak of what is to come: for weekdays, weekends and months without a year.

No parse is needed: the nearest sign of tense in the same clause decides. A wrong answer moves a date by a week, so where the
words say nothing the answer is None and the caller takes what news mostly means, the past.
"""

import re
from functools import cache
from typing import Final

CLAUSE_CHARS: Final = 160  # how far a clause is followed on either side

# Directly before the expression (a few small words may stand between).
_AHEAD = (
    r"(?:ahead\sof|before|by|until|till|prior\sto|in\stime\sfor|no\slater\sthan|as\s(?:early|soon)\sas|due|scheduled|set|slated|planned|expected"
    r"|pencilled\sin|billed|called|convened|convening|tabled|upcoming|forthcoming|postponed\s(?:to|until|till)|delayed\s(?:to|until|till)"
    r"|put\soff\s(?:to|until|till)|starting|beginning|effective|deadline(?:\sof|\sis)?|from\snext|as\sof)"
)
_BEHIND = r"(?:after|following|since|as\slate\sas|dating\sfrom|dated|said|told|in\sthe\swake\sof)"
_GLUE = r"(?:\s(?:on|for|in|at|a|an|the|this|early|late|to|of|from|around|about|midnight|noon|next|coming|end))*\s*$"

# Finite forms that place a clause; `to` + verb after a noun is the schedule of headlines and datelines.
_FUTURE_WORDS = (
    r"will|shall|won[’']t|(?<=[a-z])[’']ll|would|going\sto|(?:is|are|was|were|be|been|being)\s(?:\w+ly\s|also\s|now\s)?(?:due|set|expected|scheduled|planned|slated"
    r"|poised|likely|about|bound|supposed|hoping|planning|expecting|preparing)|(?:is|are)\sto|due\sto|set\sto|scheduled\sto|slated\sto|expected\sto"
    r"|poised\sto|(?:plans?|expects?|hopes?|aims?|intends?|wants?|prepar(?:es?|ing)|planning|hoping|seeks?|agreed|invited|promised|vowed|pledged)\s(?:\w+\s)?to\s\w+"
    r"|to\s(?:meet|hold|host|visit|travel|attend|gather|convene|discuss|vote|decide|address|begin|start|resume|sign|take|fly|head|join|debate|speak"
    r"|talk|chair|welcome|receive|unveil|present|launch|return)\b"
    r"|(?:is|are)\s(?:\w+ly\s)?(?:meeting|gathering|hosting|holding|travelling|traveling|visiting|arriving|flying|convening|attending|heading|speaking|chairing|leaving)"
    r"|meets|meet|gathers|gather|convenes|convene|hosts|holds|hold|begins|begin|starts|start|opens|arrives|arrive|visits|travels|votes|kicks?\soff|takes?\splace"
    r"|resumes?|ends|expires?|looms?|upcoming|forthcoming|must|should|may|might|could|can"
)
_PAST_WORDS = (
    r"said|says|told|tells|met|held|spoke|gave|went|made|came|took|began|left|wrote|saw|sent|hit|struck|killed|was|were|had|has|have|did|got|put|set\soff|fell|rose"
    r"|led|flew|won|lost|broke|brought|heard|drew|fired|cut|shot|sat|stood|paid|read|ran|announced|reported|declared|signed|launched|arrived|attacked"
    r"|posted|warned|agreed|confirmed|added|claimed|called|urged|visited|hosted|discussed|described|insisted|accused|rejected|voted|approved|published"
    r"|issued|released|suggested|ruled|ordered|offered|pledged|vowed|promised|welcomed|dismissed|denied|ended|started|opened|concluded|followed"
)
# What lies beyond one of these speaks of something else.
_BREAK: Final = re.compile(r"[.!?;:](?:[\"”’']?\s|$)|,[\"”’']\s|\n|[—()]|\s[-–]\s")
_ENDED: Final = re.compile(r"(?<!\bthe\s)(?<!\ba\s)(?<!\ban\s)\b[a-z]{2,}ed\b")
# "will be held on", "is closed on": the participle is no past tense.
_PASSIVE: Final = re.compile(r"\b(?:to|will|would|be|is|are|being|get)\s(?:\w+ly\s|not\s)?$")
_SPEECH: Final = re.compile(r"\b(?:said|says|told|added|announced|warned|wrote|confirmed|declared|insisted|claimed|reported|suggested)\b")


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    adjacent = re.compile(rf"\b(?:(?P<ahead>{_AHEAD})|(?P<behind>{_BEHIND})){_GLUE}", re.IGNORECASE)
    just_did = re.compile(
        r"(?P<did>\b\w+ed|\b(?:said|told|met|held|spoke))(?:\s(?:on|late|early|earlier|him|her|them|reporters|journalists))*\s*$"
    )
    tense = re.compile(rf"(?P<future>\b(?:{_FUTURE_WORDS})\b)|(?P<past>\b(?:{_PAST_WORDS})\b)", re.IGNORECASE)
    return adjacent, just_did, tense


def is_future(text: str, start: int, end: int) -> bool | None:
    """Return whether the clause around text[start:end] looks ahead (True), back (False), or does not say (None).

    Stages: 1. words directly before the expression; 2. the nearest sign of tense to its left in the clause; 3. the nearest
    one to its right.
    """
    adjacent, just_did, tense = _patterns()
    left, right = _clause(text, start, end)
    # 1. "ahead of Thursday", "due on Thursday", "told reporters on Thursday"
    if (near := adjacent.search(left[-60:])) is not None:
        return near["ahead"] is not None
    did = just_did.search(left[-40:])
    if did is not None and not _PASSIVE.search(left[: len(left) - len(left[-40:]) + did.start()]):
        return False
    # 2. the last sign on the left
    signs = list(tense.finditer(left))
    if signs:
        return _reads_ahead(signs[-1], left)
    if any(not _PASSIVE.search(left[: ended.start()]) for ended in _ENDED.finditer(left)):
        return False
    # 3. the first sign on the right; a purpose ("on Monday to meet") and a promise given ("agreed to help") are no schedule there
    for sign in tense.finditer(right):
        if sign["future"] is None:
            return False
        first = sign[0].split()[0].lower()
        if first.endswith("ed"):
            return False
        if first != "to":
            return True
    return None


def _reads_ahead(sign: re.Match[str], left: str) -> bool:
    """Tell whether the last sign before an expression looks ahead; `he had hoped to meet` does, `after will` does not."""
    if sign["future"] is not None:
        return True
    # A noun phrase in between may hold a participle: "will hold delayed talks on Friday".
    earlier = left[: sign.start()]
    modal = re.search(r"\b(?:will|would|shall|to)\s(?:\w+\s){0,3}$", earlier)
    return modal is not None and _SPEECH.search(sign[0]) is None


def _clause(text: str, start: int, end: int) -> tuple[str, str]:
    """Return the words of the same clause before and after an expression."""
    left = text[max(0, start - CLAUSE_CHARS) : start]
    right = text[end : end + CLAUSE_CHARS]
    cut = 0
    for stop in _BREAK.finditer(left):
        cut = stop.end()
    stop_right = _BREAK.search(right)
    return left[cut:], right[: stop_right.start()] if stop_right else right
