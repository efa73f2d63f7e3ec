"""One text, set in many ways: what editors, content systems and copying do to the marks of an article and not to its words."""

import itertools
import re
import unicodedata
from collections.abc import Callable

Setting = Callable[[str], str]
_DASH = re.compile(r"(?<=\S) (?:-{1,3}|[–—]) (?=\S)")


def _at_every(number: int, pattern: str, change: Callable[[str], str]) -> Setting:
    """Return a setting that changes every `number`-th match of `pattern`."""

    def setting(text: str) -> str:
        count = itertools.count()
        return re.sub(pattern, lambda match: change(match[0]) if next(count) % number == 0 else match[0], text)

    return setting


def _split_by(character: str) -> Callable[[str], str]:
    return lambda word: word[: len(word) // 2] + character + word[len(word) // 2 :]


def straight(text: str) -> str:
    return re.sub("[‘’]", "'", re.sub("[“”]", '"', text))


def curly(text: str) -> str:
    text = re.sub(r'(^|[\s(\[–—-])"(?=\S)', r"\1“", straight(text)).replace('"', "”")
    return re.sub(r"(^|[\s(\[“–—-])'(?=[^\W\d])", r"\1‘", text).replace("'", "’")


def _quoted_by(opening: str, closing: str) -> Setting:
    return lambda text: curly(text).replace("“", opening).replace("”", closing)


def _dashed_by(dash: str) -> Setting:
    return lambda text: _DASH.sub(f" {dash} ", text)


SETTINGS: dict[str, Setting] = {
    "straight quotation marks": straight,
    "curly quotation marks": curly,
    "low quotation marks": _quoted_by("„", "“"),
    "guillemets": _quoted_by("«", "»"),
    "guillemets with blanks": _quoted_by("«\u00a0", "\u202f»"),
    "guillemets the other way": _quoted_by("»", "«"),
    "quotation marks of typewriters": _quoted_by("``", "''"),
    "modifier apostrophes": lambda text: re.sub("[’']", "ʼ", text),
    "primes": lambda text: re.sub(r"(?<=\w)[’'](?=\w)", "′", text),
    "single line ends": lambda text: re.sub(r"\n+", "\n", text),
    "three line ends": lambda text: re.sub(r"\n+", "\n\n\n", text),
    "line ends of windows": lambda text: text.replace("\n", "\r\n"),
    "blanks around line ends": lambda text: re.sub(r"\n+", " \n\t\n ", text),
    "paragraph separators": lambda text: re.sub(r"\n+", "\u2029", text),
    "soft hyphens": _at_every(3, r"[^\W\d_]{7,}", _split_by("\u00ad")),
    "zero-width spaces around words": _at_every(2, r"\b\w+\b", lambda word: f"\u200b{word}\u200b"),
    "zero-width joiners in words": _at_every(3, r"[^\W\d_]{4,}", _split_by("\u200d")),
    "byte order mark and word joiners": lambda text: "\ufeff" + _at_every(5, r"\b\w+\b", lambda word: f"\u2060{word}")(text),
    "marks of direction": _at_every(3, r"\b[A-Z]\w+\b", lambda word: f"\u202b\u200f{word}\u200e\u202c"),
    "non-breaking spaces": _at_every(2, " ", lambda _: "\u00a0"),
    "thin spaces": _at_every(3, " ", lambda _: "\u2009"),
    "two spaces": _at_every(2, " ", lambda _: "  "),
    "en dashes": _dashed_by("–"),
    "em dashes": _dashed_by("—"),
    "horizontal bars": _dashed_by("―"),
    "spaced hyphens": _dashed_by("-"),
    "two hyphens": _dashed_by("--"),
    "non-breaking hyphens": lambda text: re.sub(r"(?<=\w)-(?=\w)", "\u2011", text),
    "accents apart": lambda text: unicodedata.normalize("NFD", text),
    "one sign for dots": lambda text: text.replace("...", "…"),
}


def bare_words(text: str) -> str:
    """Return `text` without all that a setting may change: what is left is the same in every one."""
    kept = re.sub("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]", "", unicodedata.normalize("NFC", text)).replace("…", "...")
    return re.sub(r"[\s\"'`“”„«»‘’ʼ′–—―\u2011-]+", "", kept)
