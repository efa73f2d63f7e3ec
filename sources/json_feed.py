"""Read JSON Feed (jsonfeed.org, versions 1 and 1.1) into the raw entries of `sources.feeds`."""

import json
from typing import Any, NamedTuple


class RawEntry(NamedTuple):
    """One entry of a feed as it stands there, nothing cleaned."""

    guid: str
    link: str
    title: str
    summary: str
    content_html: str
    published_raw: str
    updated_raw: str = ""


def parse_json_feed(content: bytes) -> list[RawEntry] | None:
    """Return the entries of a JSON Feed, or None where the JSON is none; raise `ValueError` where it is no JSON."""
    try:
        found = json.loads(content)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(found, dict) or "jsonfeed.org/version/" not in _text(found, "version"):
        return None
    items = found.get("items")
    return [_entry(item) for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _entry(item: dict[str, Any]) -> RawEntry:
    return RawEntry(
        guid=_text(item, "id"),
        link=_text(item, "url") or _text(item, "external_url"),
        title=_text(item, "title"),
        summary=_text(item, "summary") or _text(item, "content_text"),
        content_html=_text(item, "content_html"),
        published_raw=_text(item, "date_published") or _text(item, "date_modified"),
        updated_raw=_text(item, "date_modified"),
    )


def _text(item: dict[str, Any], key: str) -> str:
    value = item.get(key)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
