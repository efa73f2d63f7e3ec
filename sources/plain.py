"""Make short plain text of what carriers give: titles, summaries, file names, header values.

Markup is dropped, never made safe: what comes out holds no tags, but any output must still escape it.
"""

import html
import re

import lxml.html
from lxml.etree import ParserError, XMLSyntaxError

_TAG = re.compile(r"<[A-Za-z/!?]")
_MARKUP = re.compile(r"<[A-Za-z/!?][^<>]{0,2000}>?")
# Tags of running text, with attributes that hold no angle brackets
_SIMPLE_TAG = re.compile(
    r"</?(?:p|b|i|em|strong|a|br|span|div|img|ul|ol|li|blockquote|h[1-6]|small|u|figure|figcaption)"
    r"(?:\s+[A-Za-z][A-Za-z0-9_-]*(?:=(?:\"[^\"<>]*\"|'[^'<>]*'))?)*\s*/?>",
    re.IGNORECASE,
)
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
    bare = _SIMPLE_TAG.sub(" ", markup)
    if "<" not in bare and "&" not in bare:  # most teasers; a parser costs twenty times as much and finds the same words
        return bare
    try:
        root = lxml.html.fragment_fromstring(markup, create_parent="div")
    except (ParserError, XMLSyntaxError, ValueError, AssertionError):  # the last for `<html><head>` without a body
        return _MARKUP.sub(" ", markup)
    for element in root.xpath("//script | //style | //template | //noscript | //iframe | //object"):
        element.drop_tree()
    text = " ".join(str(piece) for piece in root.itertext() if isinstance(piece, str))
    # within a title or a text area tags are text to a parser, and would be tags again to whoever reads the result
    return _MARKUP.sub(" ", text)
