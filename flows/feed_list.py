"""Which feeds are polled: those of the watch, less those that the user took away, and those that the user added.

The user's choices stand in `feeds.toml` in home. The watch file stays as it is: it is versioned, shared and written by hand, and a
new version of it would have every document tagged anew.
"""

import json
import re
import tomllib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError

from flows.files import write_atomically
from flows.opml import Outline
from flows.settings import Settings
from sources.address import checked_url
from vocabulary.errors import FeedListError, FetchTerminalError
from vocabulary.watch import Feed, Watch
from vocabulary.watch_checks import Location
from vocabulary.watch_file import line_numbers, line_of, line_of_error

NAME = "feeds.toml"
_HEAD = "# Feeds added to those of the watch, and those taken from them. Written by `stancewatch feeds`.\n"
_KEYS = ("id", "url", "outlet", "country", "kind", "state_media", "full", "source")
_WORD = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class FeedChoices:
    """What the user chose."""

    added: tuple[Feed, ...] = ()
    removed: frozenset[str] = frozenset()
    """Ids of feeds of the watch that are not polled."""

    def in_use(self, watch: Watch) -> tuple[Feed, ...]:
        """Return the feeds that are polled; an added feed stands in the place of one of the watch with its id."""
        taken = self.removed | {feed.id for feed in self.added}
        return (*(feed for feed in watch.feeds if feed.id not in taken), *self.added)

    def without(self, feed_id: str, watch: Watch) -> "FeedChoices":
        """Return the choices after `feed_id` was taken away."""
        added = tuple(feed for feed in self.added if feed.id != feed_id)
        removed = self.removed | {feed_id} if any(feed.id == feed_id for feed in watch.feeds) else self.removed
        return FeedChoices(added, removed)

    def plus(self, feeds: Iterable[Feed], watch: Watch) -> "FeedChoices":
        """Return the choices with `feeds`; one that is the watch's own is polled again."""
        own = {feed.id: feed for feed in watch.feeds}
        new = list(feeds)
        back = {feed.id for feed in new if feed.id in own and feed.url == own[feed.id].url}
        return FeedChoices((*self.added, *(feed for feed in new if feed.id not in back)), self.removed - {feed.id for feed in new})


def read_choices(settings: Settings) -> FeedChoices:
    """Return the user's choices, none where there is no file; raise `FeedListError` with every problem and its line."""
    path = settings.home / NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return FeedChoices()
    except (OSError, UnicodeDecodeError) as error:
        raise FeedListError(str(path), [f"cannot be read: {error}"]) from error
    try:
        raw = tomllib.loads(text)
    except RecursionError as error:
        raise FeedListError(str(path), ["line 1: lists or tables are nested too deeply"]) from error
    except ValueError as error:
        raise FeedListError(str(path), [f"line {line_of_error(error, text)}: not TOML: {str(error).split(' (at')[0]}"]) from error
    return _checked(raw, text, str(path))


def write_choices(settings: Settings, choices: FeedChoices) -> Path:
    """Write the user's choices; the file may hold keys of addresses, so only its owner may read it."""
    path = settings.home / NAME
    text = _HEAD + (f"removed = {json.dumps(sorted(choices.removed))}\n" if choices.removed else "")
    for feed in choices.added:
        facts = {key: getattr(feed, key) for key in _KEYS}
        lines = [
            f"{key} = {json.dumps(value, ensure_ascii=False)}"
            for key, value in facts.items()
            if value not in ("", False) or key == "country"
        ]
        text += "\n[[feeds]]\n" + "\n".join(lines) + "\n"
    try:
        write_atomically(path, text)
        path.chmod(0o600)
    except OSError as error:
        raise FeedListError(str(path), [f"cannot be written: {error.strerror}"]) from error
    return path


def feeds_of_outlines(outlines: Sequence[Outline], taken: Sequence[Feed], source: str) -> tuple[list[Feed], int]:
    """Return the feeds of an OPML file that are not polled yet, and how many are; raise `FeedListError` with every problem."""
    urls, ids = {_same(feed.url) for feed in taken}, {feed.id for feed in taken}
    feeds: list[Feed] = []
    problems: list[str] = []
    known = 0
    for outline in outlines:
        if _same(outline.url) in urls:
            known += 1
            continue
        try:
            feed = make_feed(outline.url, ids, title=outline.title, facts=outline.facts)
        except ValidationError as error:
            problems += [f"line {outline.line}: {_words(dict(item))}" for item in error.errors(include_url=False, include_input=False)]
            continue
        feeds.append(feed)
        ids.add(feed.id)
    if problems:
        raise FeedListError(source, problems)
    return feeds, known


def make_feed(url: str, ids: Collection[str], *, title: str = "", facts: dict[str, str] | None = None) -> Feed:
    """Return a feed with an id that is not in `ids`; raises pydantic's `ValidationError` for facts that do not hold."""
    given = facts or {}
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    outlet = title or host
    wanted = given.get("id") or _WORD.sub("-", outlet.lower()).strip("-")[:40].strip("-") or _WORD.sub("-", host).strip("-")
    number, name = 1, wanted
    while name in ids:
        number += 1
        name = f"{wanted}-{number}"
    flags = {key: given.get(key, "") == "true" for key in ("full", "state_media")}
    return Feed.model_validate(
        {"id": name, "url": url, "outlet": outlet, "country": given.get("country", ""), "kind": given.get("kind") or "online", **flags}
    )


def find_same(url: str, feeds: Iterable[Feed]) -> Feed | None:
    """Return the feed that is polled at `url`, None where none is."""
    return next((feed for feed in feeds if _same(feed.url) == _same(url)), None)


def _same(url: str) -> str:
    """Return an address in one form; http and https of one address are one feed."""
    try:
        return checked_url(url).partition("://")[2].rstrip("/")
    except FetchTerminalError:
        return url


def _checked(raw: dict[str, object], text: str, source: str) -> FeedChoices:
    problems: list[tuple[Location, str]] = [
        ((key,), f"{key} is nothing that stands here; only removed and [[feeds]] do") for key in raw if key not in ("removed", "feeds")
    ]
    removed, parts = raw.get("removed", []), raw.get("feeds", [])
    if not isinstance(removed, list) or not all(isinstance(one, str) for one in removed):
        problems.append((("removed",), 'removed is no list of ids; write removed = ["id"]'))
        removed = []
    feeds: list[Feed] = []
    for number, part in enumerate(parts if isinstance(parts, list) else [parts]):
        place: Location = ("feeds", number)
        try:
            feed = Feed.model_validate(part)
        except ValidationError as error:
            items = error.errors(include_url=False, include_input=False)
            problems += [((*place, *item["loc"]), _words(dict(item))) for item in items]
            continue
        if any(feed.id == other.id for other in feeds):
            problems.append(((*place, "id"), f"a feed with the id {feed.id} stands above already"))
        if (same := find_same(feed.url, feeds)) is not None:
            problems.append(((*place, "url"), f"feed {feed.id} has the address of feed {same.id}; remove one"))
        feeds.append(feed)
    if problems:
        lines = line_numbers(text)
        raise FeedListError(
            source, [f"line {line}: {words}" for line, words in sorted((line_of(at, lines), words) for at, words in problems)]
        )
    return FeedChoices(tuple(feeds), frozenset(removed))


def _words(item: dict[str, object]) -> str:
    """Return what is wrong with one field; the value itself may be an address with a key in it."""
    where = ".".join(str(part) for part in item["loc"]) if isinstance(item["loc"], tuple) else ""
    return f"{where or 'feed'}: {str(item['msg']).removeprefix('Value error, ')}"
