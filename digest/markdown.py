"""Markdown that strangers' words cannot break out of (CommonMark with tables; lenient renderers are thought of).

Every function returns text for inside one line. What comes out of `escape` renders as the very words that went in.
"""

import re

from digest.strangers import link_of, runs_right_to_left, shown

_ISOLATED = "\u2068{}\u2069"  # first strong isolate ... pop: keeps right-to-left names from reordering the line
# `<` and `>` as entities, since some renderers do not know `\<`
_ENTITIES = {"<": "&lt;", ">": "&gt;"}
_MARKS = re.compile(r"[\\`*_\[\]|~{}<>]|&(?=#?\w+;)")
# what renderers with automatic links would turn into one: `http://`, `name@host`, `www.host`, `host.example`
_AUTOLINK = re.compile(r":(?=/)|@|(?<=\w)\.(?=[^\W\d_]{2})")
_BLOCK_START = re.compile(r"(?:[#+=:-]|\d+(?=[.)]))")
_ENTITY_IN_LINK = re.compile(r"&(?=#?\w+;)")
_PLAIN_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z.:_-]*")


def escape(text: str) -> str:
    """Return `text` on one line, so that it shows as it is wherever it stands: paragraph, quote, list, table or link."""
    clean = shown(text)
    escaped = _AUTOLINK.sub(r"\\\g<0>", _MARKS.sub(_escape_mark, clean))
    if start := _BLOCK_START.match(clean):
        at = len(start.group()) if start.group().isdigit() else 0
        escaped = escaped[:at] + _escape_first(escaped[at:])
    return _ISOLATED.format(escaped) if runs_right_to_left(clean) else escaped


def _escape_mark(found: re.Match[str]) -> str:
    """Return one special character so that it shows as itself."""
    mark = found.group()
    return "&amp;" if mark == "&" else _ENTITIES.get(mark, f"\\{mark}")


def _escape_first(escaped: str) -> str:
    """Return text with its first character escaped, unless it is already."""
    return escaped if escaped.startswith("\\") else f"\\{escaped}"


def link(words: str, url: str) -> str:
    """Return a link that shows `words`; only the escaped words, and the address in brackets, where it is no web address."""
    target = link_of(url)
    if target is None:
        return f"{escape(words)} ({escape(url)})" if url else escape(words)
    return f"[{escape(words)}](<{_ENTITY_IN_LINK.sub('&amp;', target)}>)"


def code(text: str) -> str:
    """Return an id as code; anything that is no plain id as escaped text."""
    return f"`{text}`" if _PLAIN_ID.fullmatch(text) else escape(text)


def table_row(*cells: str) -> str:
    """Return a table row of cells that are Markdown already."""
    return f"| {' | '.join(cells)} |"


def table_head(*titles: str) -> tuple[str, str]:
    """Return the two lines that begin a table."""
    return table_row(*titles), table_row(*("---" for _ in titles))
