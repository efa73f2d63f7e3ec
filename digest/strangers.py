"""Text and addresses that strangers wrote, made harmless to show. What is stored stays as it is; only the showing changes."""

import re
import unicodedata
from urllib.parse import quote, urlsplit

# controls, surrogates and noncharacters: nothing that a reader could see, much that a terminal or parser could obey
_UNSHOWABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
# overrides make a quote read as other words than it has: they are shown as a replacement sign
_OVERRIDE = re.compile("[\u202d\u202e]")
# the other direction marks are invisible; each shown text is isolated as a whole instead
_DIRECTION_MARK = re.compile("[\u061c\u200e\u200f\u202a-\u202c\u2066-\u2069]")
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_IN_ADDRESS = "%/:?#@!$&+,;=~-._"  # what an address may hold unquoted and no Markdown or HTML reads as its own
_NEVER_IN_ADDRESS = re.compile(r"[\s\\]")


def shown(text: str) -> str:
    """Return `text` on one line: white space folded, what cannot be shown as U+FFFD."""
    return harmless(" ".join(_DIRECTION_MARK.sub("", text).split()))


def harmless(text: str) -> str:
    """Return `text` with controls, surrogates and direction overrides as U+FFFD; white space other than blanks counts as such."""
    return _DIRECTION_MARK.sub("", _OVERRIDE.sub("\ufffd", _UNSHOWABLE.sub("\ufffd", text)))


def runs_right_to_left(text: str) -> bool:
    """Tell whether `text` holds letters that could reorder what stands beside it."""
    return any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in text)


def link_of(url: str) -> str | None:
    """Return `url` fit for a link, or None where it is to be shown as plain text.

    Only http and https with a host are links; none with a user name (`https://good.example@evil.example/` misleads) and
    none with an address in brackets, which no outlet uses.
    """
    if _UNSHOWABLE.search(url) or _OVERRIDE.search(url) or _DIRECTION_MARK.search(url) or _NEVER_IN_ADDRESS.search(url):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host or set("@[]") & set(parts.netloc):
        return None
    return quote(url, safe=_IN_ADDRESS)
