"""Who speaks: the record that phrases resolve to, and the pronouns by which people are meant."""

from dataclasses import dataclass
from enum import StrEnum

SINGULAR_PERSON = {"he", "him", "his", "she", "her", "hers", "himself", "herself"}
PLURAL = {"they", "them", "their", "theirs", "themselves"}
NEUTER = {"it", "its", "itself"}
FIRST = {"we", "us", "our", "ours", "i", "me", "my", "mine", "ourselves"}
RELATIVE = {"who", "which", "that", "whom", "whose"}


class HolderKind(StrEnum):
    """What sort of speaker it is."""

    LEADER = "leader"
    SPOKESPERSON = "spokesperson"
    STATE = "state"
    ANONYMOUS = "anonymous"
    GROUP = "group"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Holder:
    """Actors for which a phrase stands; no ids for somebody who speaks for nobody."""

    ids: tuple[str, ...]
    kind: HolderKind
    token: int
    speaker: str | None = None
    role: str | None = None
    title: str = ""
    gender: str = ""


NOBODY = Holder((), HolderKind.NOBODY, -1)
