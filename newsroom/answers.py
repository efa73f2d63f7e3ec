"""What an outlet answers to a path at a moment of the scenario: status, headers and bytes. Pure; `newsroom.site` puts it on the wire.

Validators follow the outlet's habits and derive from content and from the script's own times, so that one moment has one answer.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime

from newsroom.feeds import MEDIA_TYPES, render_feed
from newsroom.outlets import Outlet
from newsroom.pages import Link, make_page, render_article, render_front, render_notice
from newsroom.records import Article
from newsroom.scenario import Scenario

_DAWN = datetime(2025, 1, 1, tzinfo=UTC)
_TEASERS = 4
_AMP = "/amp"


@dataclass(frozen=True)
class Answer:
    """A whole answer, before conditions and compression."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    is_silence: bool = False
    """True where the server takes the request and never answers."""


def answer(scenario: Scenario, outlet: Outlet, path: str, *, moment: datetime, home: str) -> Answer:
    """Return what `outlet` answers to `path` (without its query) at `moment`; `home` is where its addresses begin, without a slash."""
    if path == "/robots.txt":
        return _robots(outlet)
    if path in (outlet.feed_path, outlet.moved_feed_path):
        return _feed(scenario, outlet, path, moment, home)
    if path == "/":
        links = [_link(outlet, article, moment, home) for article in scenario.list_visible(outlet.id, moment)]
        return _html(outlet, 200, render_front(outlet, links, home=home), moment, scenario)
    article, amp = _find_article(scenario, outlet, path)
    if article is None or article.version_at(moment) is None:
        return _html(outlet, 404, render_notice(outlet, "missing", home=home))
    return _article(scenario, outlet, article, moment, home, amp=amp)


def _robots(outlet: Outlet) -> Answer:
    if not outlet.robots:
        return Answer(404, b"no robots.txt here\n", {"Content-Type": "text/plain; charset=utf-8"})
    return Answer(200, outlet.robots.encode(), {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "max-age=86400"})


def _feed(scenario: Scenario, outlet: Outlet, path: str, moment: datetime, home: str) -> Answer:
    """Return the feed, or what stands in its way at `moment`."""
    faults = scenario.find_faults(outlet.id, moment)
    has_moved = "moved" in faults
    if path == outlet.moved_feed_path and not has_moved:
        return _html(outlet, 404, render_notice(outlet, "missing", home=home))
    if path == outlet.feed_path and has_moved:
        return Answer(301, b"", {"Location": home + outlet.moved_feed_path})
    if "silent" in faults:
        return Answer(0, is_silence=True)
    if "unavailable" in faults:
        retry_after = {"Retry-After": str(faults["unavailable"].retry_after_s), "Content-Type": "text/plain; charset=utf-8"}
        return Answer(503, b"down for maintenance\n", retry_after)
    if "error" in faults:
        return Answer(500, b"<h1>Internal Server Error</h1>\n", {"Content-Type": "text/html; charset=utf-8"})
    seen_at = faults["frozen"].begins if "frozen" in faults else moment
    shown = [
        (article, version) for article in scenario.list_visible(outlet.id, seen_at) if (version := article.version_at(seen_at)) is not None
    ]
    touched_at = _touched_at(scenario, outlet, seen_at)
    body = render_feed(outlet, shown, home=home, feed_path=path, touched_at=touched_at)
    headers = {"Content-Type": f"{MEDIA_TYPES[outlet.feed_format]}; charset={outlet.feed_charset}"}
    if "frozen" not in faults:  # a dead feed is a 200 for ever, not a 304
        headers |= _validators(outlet, body, touched_at)
    if outlet.max_age_s:
        headers["Cache-Control"] = f"public, max-age={outlet.max_age_s}"
    return Answer(200, body, headers)


def _find_article(scenario: Scenario, outlet: Outlet, path: str) -> tuple[Article | None, bool]:
    """Return the article of a path and whether its AMP form is asked for."""
    plain = path.removesuffix(_AMP)
    found = next((article for article in scenario.articles_of[outlet.id] if outlet.path_of(article) == plain), None)
    return found, plain != path


def _article(scenario: Scenario, outlet: Outlet, article: Article, moment: datetime, home: str, *, amp: bool) -> Answer:
    version = article.version_at(moment)
    if version is None or article.is_gone(moment):
        return _html(outlet, 410, render_notice(outlet, "gone", home=home))
    if article.answer != "page":
        return _html(outlet, 200, render_notice(outlet, article.answer, title=version.title, home=home))
    others = [other for other in scenario.list_visible(outlet.id, moment) if other is not article]
    teasers = [_link(outlet, other, moment, home) for other in others[:_TEASERS]]
    page = make_page(outlet, article, version, home=home, teasers=teasers)
    return _html(outlet, 200, render_article(page, amp=amp), moment, scenario)


def _link(outlet: Outlet, article: Article, moment: datetime, home: str) -> Link:
    version = article.version_at(moment) or article.versions[0]
    return Link(version.title, home + outlet.path_of(article), article.summary)


def _html(outlet: Outlet, status: int, body: bytes, moment: datetime | None = None, scenario: Scenario | None = None) -> Answer:
    charset = f"; charset={outlet.charset}" if outlet.charset_by == "header" else ""
    headers = {"Content-Type": f"text/html{charset}"}
    if moment is not None and scenario is not None:
        headers |= _validators(outlet, body, _touched_at(scenario, outlet, moment))
    return Answer(status, body, headers)


def _touched_at(scenario: Scenario, outlet: Outlet, moment: datetime) -> datetime:
    """Return when anything that the site shows at `moment` last changed; teasers change a page with the site."""
    shown = [article for article in scenario.articles_of[outlet.id] if article.appears_at <= moment]
    return max((article.last_touched_at(moment) for article in shown), default=_DAWN)


def _validators(outlet: Outlet, body: bytes, touched_at: datetime) -> dict[str, str]:
    headers = {}
    if outlet.validators in ("both", "etag"):
        tag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
        headers["ETag"] = f"W/{tag}" if outlet.weak_etag else tag
    if outlet.validators in ("both", "last_modified"):
        headers["Last-Modified"] = f"{touched_at:%a, %d %b %Y %H:%M:%S} GMT"
    return headers
