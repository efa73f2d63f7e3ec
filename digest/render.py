"""Render a digest as Markdown, HTML or JSON. The same digest gives the same bytes, whenever and wherever."""

import json
import re

from digest.html_page import html_page
from digest.markdown_page import markdown_lines
from digest.view import DigestView
from vocabulary.stance import Digest

_SURROGATE = re.compile("[\ud800-\udfff]")
# legal in JSON, yet a terminal or editor could obey them
_WRITTEN_AS_ESCAPE = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")


def render_markdown(digest: Digest) -> str:
    """Return the digest as Markdown (CommonMark with tables); strangers' words cannot add mark-up to it."""
    return "\n".join(markdown_lines(DigestView(digest))) + "\n"


def render_html(digest: Digest) -> str:
    """Return the digest as one self-contained HTML page without scripts and without outside resources."""
    return html_page(DigestView(digest))


def render_json(digest: Digest) -> str:
    """Return the digest as JSON with sorted keys; `Digest.model_validate_json` gives the equal record back.

    Lone surrogates, which no UTF-8 file can hold, become U+FFFD; invisible controls are written as escapes.
    """
    text = json.dumps(digest.model_dump(mode="json"), sort_keys=True, indent=1, ensure_ascii=False)
    visible = _WRITTEN_AS_ESCAPE.sub(lambda found: f"\\u{ord(found.group()):04x}", _SURROGATE.sub("\ufffd", text))
    return f"{visible}\n"
