"""The verbs under `feeds`: which feeds are polled, how they are, and lists of them in and out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.commands.options import JsonFlag, settings_of
from flows.commands.output import complain, print_json, put
from flows.exit_codes import ExitCode
from vocabulary.errors import FeedListError
from vocabulary.masking import masked_url
from vocabulary.words import FAILED_POLLS

if TYPE_CHECKING:  # starting is to stay light
    from flows.feed_list import FeedChoices
    from flows.settings import Settings
    from vocabulary.watch import Watch


def register(app: typer.Typer) -> None:
    """Add the verbs to `app`."""
    group = typer.Typer(help="Choose the feeds that are polled, and see how they are.", no_args_is_help=True, rich_markup_mode=None)
    group.command("list", epilog="Example: stancewatch feeds list --json")(list_feeds)
    group.command(epilog="Example: stancewatch feeds add https://news.example/")(add)
    group.command(epilog="Example: stancewatch feeds remove news-example")(remove)
    group.command("import", epilog="Example: stancewatch feeds import subscriptions.opml")(import_opml)
    group.command("export", epilog="Example: stancewatch feeds export feeds.opml")(export_opml)
    group.command(epilog="Example: stancewatch feeds check news-example")(check)
    group.command(epilog="Example: stancewatch feeds status --json")(status)
    app.add_typer(group, name="feeds")


def list_feeds(ctx: typer.Context, as_json: JsonFlag = False) -> None:
    """Print the feeds that are polled: those of the watch and those added."""
    _, watch, choices = _open(ctx)
    added = {feed.id for feed in choices.added}
    feeds = choices.in_use(watch)
    rows = [{**feed.model_dump(), "url": masked_url(feed.url), "origin": "added" if feed.id in added else "watch"} for feed in feeds]
    if as_json:
        print_json({"feeds": rows, "removed": sorted(choices.removed)})
        return
    for row in rows:
        put(f"{row['id']:24} {row['origin']:6} {row['kind']:12} {row['outlet']}  {row['url']}")
    put(f"{len(rows)} feeds, {len(added)} of them added; {len(choices.removed)} of the watch are not polled")


def add(
    ctx: typer.Context,
    url: Annotated[str, typer.Argument(help="Address of a feed, or of a page that names one")],
    name: Annotated[str | None, typer.Option("--id", help="Short name; by default made from the feed's title")] = None,
    outlet: Annotated[str | None, typer.Option(help="Who publishes it; by default the feed's title")] = None,
    country: Annotated[str, typer.Option(help="ISO 3166-1 alpha-3 of the outlet, or the id of a body")] = "",
    kind: Annotated[str, typer.Option(help="agency, broadcaster, newspaper, online, government or body")] = "online",
    full: Annotated[bool, typer.Option("--full", help="Fetch every item, whatever its title")] = False,
    unseen: Annotated[bool, typer.Option("--unseen", help="Take the address as it is, without asking for it")] = False,
) -> None:
    """Add a feed. The address is asked first; a page is searched for the feed that it names."""
    from pydantic import ValidationError

    from flows.feed_list import find_same, make_feed, write_choices
    from sources.address import checked_url

    settings, watch, choices = _open(ctx)
    address, title = checked_url(url), ""
    if not unseen:
        address, title = _find(settings, address)
    feeds = choices.in_use(watch)
    if (same := find_same(address, feeds)) is not None:
        put(f"{masked_url(address)} is polled already, as {same.id}")
        return
    own = find_same(address, watch.feeds)
    facts = {"id": name or "", "country": country, "kind": kind, "full": "true" if full else ""}
    try:
        feed = own or make_feed(address, {one.id for one in (*feeds, *watch.feeds)}, title=outlet or title, facts=facts)
    except ValidationError as error:
        words = "; ".join(str(item["msg"]) for item in error.errors(include_url=False, include_input=False))
        raise typer.BadParameter(words) from error
    write_choices(settings, choices.plus([feed], watch))
    put(f"added {feed.id}: {feed.outlet}, {masked_url(feed.url)}")


def remove(ctx: typer.Context, feed_id: Annotated[str, typer.Argument(metavar="ID", help="Short name")]) -> None:
    """Poll a feed no more. What was read from it stays."""
    from flows.feed_list import write_choices

    settings, watch, choices = _open(ctx)
    if feed_id not in {feed.id for feed in choices.in_use(watch)}:
        raise FeedListError("feeds", [f"no feed {feed_id!r} is polled; `stancewatch feeds list` shows them"])
    write_choices(settings, choices.without(feed_id, watch))
    put(f"removed {feed_id}")


def import_opml(ctx: typer.Context, file: Annotated[Path, typer.Argument(help="OPML file")], as_json: JsonFlag = False) -> None:
    """Add the feeds of an OPML file: all of them, or none where a line does not hold."""
    from flows.feed_list import feeds_of_outlines, write_choices
    from flows.opml import MAX_BYTES, parse_opml

    settings, watch, choices = _open(ctx)
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise FeedListError(str(file), [f"cannot be read: {error.strerror}"]) from error
    try:
        feeds, known = feeds_of_outlines(parse_opml(content, str(file)), choices.in_use(watch), str(file))
    except FeedListError as error:
        for problem in error.problems:
            complain(ValueError(f"{file}: {problem}"))
        raise typer.Exit(ExitCode.ERROR) from error
    if feeds:
        write_choices(settings, choices.plus(feeds, watch))
    if as_json:
        print_json({"added": [feed.id for feed in feeds], "known": known})
        return
    put(f"added {len(feeds)} feeds; {known} were polled already")


def export_opml(
    ctx: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="File to write; by default the output")] = None,
    with_keys: Annotated[bool, typer.Option("--with-keys", help="Also feeds whose address holds a key")] = False,
) -> None:
    """Write the feeds that are polled as OPML, which feed readers know."""
    from flows.files import write_atomically
    from flows.opml import render_opml

    _, watch, choices = _open(ctx)
    feeds = choices.in_use(watch)
    shown = [feed for feed in feeds if with_keys or masked_url(feed.url) == feed.url]
    text = render_opml(watch.title, shown)
    if len(shown) < len(feeds):
        complain(ValueError(f"{len(feeds) - len(shown)} feeds are left out since their address holds a key; --with-keys writes them too"))
    if file is None:
        typer.echo(text, nl=False)
        return
    try:
        write_atomically(file, text)
    except OSError as error:
        raise FeedListError(str(file), [f"cannot be written: {error.strerror}"]) from error
    put(f"{len(shown)} feeds written to {file}")


def check(
    ctx: typer.Context,
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Short names; by default every feed")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Ask feeds once and print how they answer; nothing is stored."""
    from flows.clock import current_time
    from flows.feed_checks import check_feeds

    settings, watch, choices = _open(ctx)
    feeds = choices.in_use(watch)
    chosen = [feed for feed in feeds if not ids or feed.id in ids]
    if unknown := sorted(set(ids or []) - {feed.id for feed in chosen}):
        raise FeedListError("feeds", [f"no feed {name!r} is polled; `stancewatch feeds list` shows them" for name in unknown])
    answers = check_feeds(settings, chosen, current_time())
    rows: list[dict[str, Any]] = [
        {
            "id": answer.feed.id,
            "status": answer.poll.status,
            "http_status": answer.poll.http_status,
            "items": answer.poll.items,
            "newest_at": max((item.published_at for item in answer.parsed.items if item.published_at), default=None),
            "detail": masked_url(answer.poll.detail),
        }
        for answer in answers
    ]
    failed = sum(row["status"] in FAILED_POLLS for row in rows)
    if as_json:
        print_json(rows)
    else:
        for row in rows:
            newest = f"{row['newest_at']:%Y-%m-%d %H:%M}" if row["newest_at"] else "-"
            put(f"{row['id']:24} {row['status']:12} {row['items']:5} entries, newest {newest:16} {row['detail']}".rstrip())
        put(f"{len(rows) - failed} of {len(rows)} feeds answer")
    raise typer.Exit(ExitCode.PARTIAL if failed else ExitCode.DONE)


def status(ctx: typer.Context, as_json: JsonFlag = False) -> None:
    """Print when each feed was last polled and will be next, its failures, and why it is paused; from the snapshot."""
    from flows.lock import place_of
    from warehouse.reading import open_snapshot
    from warehouse.snapshot import snapshot_path

    settings, watch, choices = _open(ctx)
    with open_snapshot(snapshot_path(place_of(settings))) as snapshot:
        polls = {poll.feed_id: poll for poll in snapshot.get_status().feeds}
    rows: list[dict[str, Any]] = []
    for feed in choices.in_use(watch):
        poll = polls.get(feed.id)
        told: dict[str, Any] = {"id": feed.id, "status": "never polled"}
        if poll is not None:
            names = ("status", "polled_at", "next_poll_at", "failures", "failing_since", "pause", "items", "new_items", "interval_s")
            told |= {name: getattr(poll, name) for name in names}
            told |= {"detail": masked_url(poll.detail), "moved_to": masked_url(poll.address)}
        rows.append(told)
    if as_json:
        print_json(rows)
        return
    for row in rows:
        put(_status_line(row))


def _status_line(row: dict[str, Any]) -> str:
    if "polled_at" not in row:
        return f"{row['id']:24} never polled"
    line = f"{row['id']:24} {row['status']:12} last {row['polled_at']:%Y-%m-%d %H:%M}"
    line += f", next {row['next_poll_at']:%Y-%m-%d %H:%M}" if row["next_poll_at"] else ""
    line += f", {row['failures']} failures in a row since {row['failing_since'] or row['polled_at']:%Y-%m-%d}" if row["failures"] else ""
    line += f", PAUSED: {row['pause']}, tried every 30 days" if row["pause"] else ""
    line += f", moved to {row['moved_to']}" if row["moved_to"] else ""
    return line + (f" ({row['detail']})" if row["detail"] else "")


def _find(settings: "Settings", url: str) -> tuple[str, str]:
    """Return address and title of the feed at `url`, or of the one that the page there names."""
    from flows.clock import current_time
    from flows.feed_checks import look_up

    title, found = look_up(settings, url, current_time())
    if not found:
        return url, title
    if len(found) > 1:
        for one in found:
            put(f"{masked_url(one.url)}  {one.title}")
        raise FeedListError(masked_url(url), [f"the page names {len(found)} feeds; add one of them by its address"])
    title, others = look_up(settings, found[0].url, current_time())
    if others:
        raise FeedListError(masked_url(found[0].url), ["the page names it as a feed, and it is another page"])
    return found[0].url, title or found[0].title


def _open(ctx: typer.Context) -> "tuple[Settings, Watch, FeedChoices]":
    """Return settings, watch and the user's choices."""
    from flows.feed_list import read_choices
    from vocabulary.errors import WatchError
    from vocabulary.watch_file import parse_watch

    settings = settings_of(ctx)
    try:
        text = settings.watch.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WatchError(str(settings.watch), [f"cannot be read: {error}"]) from error
    return settings, parse_watch(text, str(settings.watch)), read_choices(settings)
