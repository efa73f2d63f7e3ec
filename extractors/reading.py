"""The form in which a text is read: one mark for each of the many ways of setting it, with the way back to the text as stored.

Quotation marks, apostrophes, dashes, spaces, line ends and characters that nobody sees differ from outlet to outlet and say nothing about
who stands where; the parser sees each of them. So that the same words are read the same way, it is shown the form of this module, and
what is found there is quoted from the stored text, mark for mark. It must not know what is looked for.
"""

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

# Characters that show nothing: controls, soft hyphens, joiners, zero-width spaces, marks of the writing direction, variation
# selectors, tags; and halves of surrogate pairs, which no parser takes.
_UNSEEN: Final = (
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ud800-\udfff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e0fff"
)
_BLANK: Final = rf"\s{_UNSEEN}"
_NARROW: Final = "[\u00a0\u2009\u202f]{1,2}"  # what French sets inside its quotation marks; German sets them the other way around
# In the order in which they are tried at a place; each is bounded or a run of one set of characters, so that the work is linear. A look
# ahead passes what is no mark at a third of the time.
_MARK: Final = re.compile(
    r"(?![!-&(-,./-_a-~](?![\u0300-\u036f]))(?:"
    rf"(?P<double>«{_NARROW}|{_NARROW}»|(?<![^({_BLANK}])« ?| ?»(?![^).,;:!?{_BLANK}])|[“”„‟〝〞〟＂ˮ″«»]|[’']{{2}}|[‘`]{{2}})"
    rf"|(?P<blank>(?:[^\S ]|[{_UNSEEN}]| (?=[{_BLANK}]))[{_BLANK}]*)"
    r"|(?P<single>[‘’‚‛ʼʹʽˈ′＇`´ꞌ])"
    rf"|(?P<dash>[–—―‒⸺⸻﹘]+|-{{2,5}}|(?<![^{_BLANK}])-(?![^{_BLANK}]))"
    r"|(?P<hyphen>[‐‑﹣－⁃−])"
    r"|(?P<dots>…)"
    r"|(?P<letter>\w[\u0300-\u036f]{1,9}|[\ufb00-\ufb06]))"
)
_LINE_END: Final = re.compile("[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_SKIPPED: Final = re.compile(f"[{_UNSEEN}]+")
_LAST_WORD: Final = re.compile(r"([^\W_])[^\W_]*$")
_LONGEST_NAME: Final = 40
_SEEN: Final = re.compile(rf"[{_UNSEEN}]*(.?)", re.DOTALL)
PARAGRAPH: Final = "\n\n"


@dataclass(frozen=True, slots=True)
class Reading:
    """A text in the form in which it is read, and where each character of it stands in the text as stored."""

    text: str
    stored: str
    _starts: tuple[int, ...]
    """Where each mark that was set anew begins in `text`."""
    _marks: tuple[tuple[int, int, int], ...]
    """Of each such mark: its end in `text`, its start and its end in the stored text."""

    def span_of(self, start: int, end: int) -> tuple[int, int]:
        """Return where the characters `start` to `end` (end exclusive, at least one) of `text` stand in the stored text."""
        return self._place(start)[0], self._place(end - 1)[1]

    def _place(self, at: int) -> tuple[int, int]:
        """Return (start, end) in the stored text of what is read as the character `at`."""
        number = bisect_right(self._starts, at) - 1
        if number < 0:
            return at, at + 1
        read_end, start, end = self._marks[number]
        return (start, end) if at < read_end else (at - read_end + end, at - read_end + end + 1)


def read_marks(stored: str) -> Reading:
    """Return `stored` with its typographic marks in one form each: the same words give the same text however they are set.

    Quotation marks and apostrophes become straight, dashes between words ` – `, those within compounds and figures `-`, a run of white
    space one blank or, with a line end in it, one empty line; letters and their accents are one character; what nobody sees goes.
    """
    parts: list[str] = []
    starts: list[int] = []
    marks: list[tuple[int, int, int]] = []
    taken = length = 0
    last = ""  # the character read last
    for match in _MARK.finditer(stored):
        start, end = match.span()
        last = stored[start - 1] if start > taken else last
        new = _set_anew(match, last)
        if new == match[0]:
            continue
        parts += (stored[taken:start], new)
        last = new[-1:] or last
        length += start - taken
        starts.append(length)
        length += len(new)
        marks.append((length, start, end))
        taken = end
    parts.append(stored[taken:])
    return Reading("".join(parts), stored, tuple(starts), tuple(marks))


def _set_anew(match: re.Match[str], before: str) -> str:
    """Return the form in which a mark is read; `before` is the character read before it."""
    match match.lastgroup:
        case "double":
            return '"'
        case "blank":
            return _blank(match)
        case "single":
            return "'"
        case "dash":
            return _dash(match, before)
        case "hyphen":
            return "-"
        case "dots":
            return "..."
        case _:
            return unicodedata.normalize("NFKC" if match[0] >= "\ufb00" else "NFC", match[0])


def _blank(match: re.Match[str]) -> str:
    if match.start() == 0 or match.end() == len(match.string):
        return ""
    if _LINE_END.search(match[0]):
        return PARAGRAPH
    return " " if any(map(str.isspace, match[0])) else ""


def _dash(match: re.Match[str], before: str) -> str:
    """Return a hyphen within a compound of names or figures (`X–Y talks`, `10–12`), else a dash with blanks around it."""
    found = _SEEN.match(match.string, match.end())
    after = found[1] if found else ""
    if _is_name(after) and before.isalnum():
        word = _LAST_WORD.search(_SKIPPED.sub("", match.string[max(0, match.start() - _LONGEST_NAME) : match.start()]))
        if word is not None and _is_name(word[1]):
            return "-"
    left = "" if not before or before.isspace() else " "
    right = "" if not after or after.isspace() else " "
    return f"{left}–{right}"


def _is_name(letter: str) -> bool:
    return letter.isupper() or letter.isdecimal()
