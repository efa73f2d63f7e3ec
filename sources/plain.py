"""Make short plain text of what carriers give: titles, summaries, file names, header values.

Markup is dropped, never made safe: what comes out holds no tags, but any output must still escape it.
"""

import html
import re

import lxml.html
from lxml.etree import ParserError, XMLSyntaxError

_TAG = re.compile(r"<[A-Za-z/!?]")
_BLANKS = re.compile(r"\s+")
# C0 and C1 controls but tab, line feed and carriage return; noncharacters that XML and JSON tools refuse
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_SURROGATES = re.compile("[\ud800-\udfff]")


def storable(text: str) -> str:
    """Return `text` without NUL, control characters and lone surrogates, which databases and XML refuse."""
    return _SURROGATES.sub("\ufffd", _CONTROLS.sub("", text))


def plain_text(text: str, limit: int) -> str:
    """Return `text`, which may hold entities and markup, as one plain line of at most `limit` characters."""
    shown = storable(html.unescape(storable(text)))
    if _TAG.search(shown):
        shown = storable(_without_tags(shown))
    shown = _BLANKS.sub(" ", shown).strip()
    return shown if len(shown) <= limit else shown[: limit - 1].rstrip() + "…"


def printable(text: str) -> str:
    """Return a file name or header value as it may stand in a message: storable and on one line."""
    return _BLANKS.sub(" ", storable(text)).strip()


def _without_tags(markup: str) -> str:
    try:
        root = lxml.html.fragment_fromstring(markup, create_parent="div")
    except (ParserError, XMLSyntaxError, ValueError):
        return re.sub(r"<[^>]*>", " ", markup)
    for element in root.xpath("//script | //style | //template | //noscript | //iframe | //object"):
        element.drop_tree()
    return " ".join(str(piece) for piece in root.itertext() if isinstance(piece, str))
