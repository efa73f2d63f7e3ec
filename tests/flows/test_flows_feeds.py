"""The verbs under `feeds`: lists in and out, addresses asked first, no key of an address shown."""

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from feed_shelf import Shelf
from flow_samples import CommandLine, World

from flows.feed_list import FeedChoices, feeds_of_outlines, make_feed, read_choices, write_choices
from flows.lock import hold_warehouse
from flows.opml import MAX_BYTES, parse_opml, render_opml
from sources.discovery import find_feeds
from vocabulary.errors import FeedListError
from vocabulary.watch import Feed

pytestmark = pytest.mark.usefixtures("quick")
CANARY = "c4n4ryT0k3nOf20Characters"
OWN = '\n[[feeds]]\nid = "valley"\nurl = "https://valley.example/feed"\noutlet = "Valley"\ncountry = "ARL"\nkind = "online"\n'


def outline(url: str, text: str = "Some", **more: str) -> str:
    extra = "".join(f' {name}="{value}"' for name, value in more.items())
    return f'<outline type="rss" text="{text}" xmlUrl="{url}"{extra}/>'


def opml(*lines: str) -> bytes:
    return "\n".join(['<?xml version="1.0"?>', '<opml version="2.0"><head/><body>', *lines, "</body></opml>"]).encode()


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    made = Shelf()
    yield made
    made.close()


@pytest.fixture
def feeds(world: World, command: CommandLine) -> CommandLine:
    """The command line in a world whose watch has a feed."""
    world.watch.write_text(world.watch.read_text(encoding="utf-8") + OWN, encoding="utf-8")
    return command


BAD = {
    "external entity": (
        b'<?xml version="1.0"?>\n<!DOCTYPE o [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n<opml><body>&x;</body></opml>',
        ["line 2: a document type"],
    ),
    "laughs": (
        b'<!DOCTYPE o [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>\n<opml><body><outline text="&b;"/></body></opml>',
        ["line 1: a document type"],
    ),
    "document type only": (b'<!DOCTYPE opml SYSTEM "http://127.0.0.1/x.dtd">\n<opml/>', ["line 1: a document type"]),
    "no xml": (b"feeds:\n- one", ["line 1: no XML"]),
    "cut off": (opml(outline("https://a.example/")).replace(b"</opml>", b""), ["line 4: no XML"]),
    "another root": (b"<rss><channel/></rss>", ["line 1: the file is no OPML"]),
    "no feeds": (opml('<outline text="folder"/>'), ["line 1: the file names no feed"]),
    "empty": (b"", ["line 1: no XML"]),
    "unknown encoding": (b'<?xml version="1.0" encoding="klingon"?><opml/>', ["line 1: no XML"]),
    "two of one": (opml(outline("https://a.example/f"), outline("https://a.example/f")), ["line 4: https://a.example/f stands on line 3"]),
    "a file": (opml(outline("file:///etc/passwd")), ["line 3: address refused"]),
    "no address": (opml('<outline type="rss" text="x"/>'), ["line 3: a feed without xmlUrl"]),
    "a number": (opml(outline("http://2130706433/")), ["line 3: address refused"]),
    "too deep": (opml('<outline text="x">' * 60), ["line 3: elements are nested"]),
    "too large": (b" " * (MAX_BYTES + 1), ["line 1: the file is larger"]),
    "all at once": (
        opml(outline("ftp://a.example/"), outline("https://fine.example/"), '<outline type="rss"/>', outline("http://u:p@b.example/")),
        ["line 3: address refused", "line 5: a feed without xmlUrl", "line 6: address refused"],
    ),
}


@pytest.mark.parametrize(("content", "problems"), BAD.values(), ids=BAD.keys())
def test_a_bad_opml_is_told_line_by_line_and_applied_not_at_all(
    feeds: CommandLine, world: World, content: bytes, problems: list[str]
) -> None:
    with pytest.raises(FeedListError) as refused:
        parse_opml(content, "x.opml")
    assert [found[: len(wanted)] for found, wanted in zip(refused.value.problems, problems, strict=True)] == problems
    (world.folder / "x.opml").write_bytes(content)
    answer = feeds("feeds", "import", "x.opml")
    assert answer.code == 1
    assert len(answer.err.splitlines()) == len(problems)
    assert not (world.home / "feeds.toml").exists()
    assert "root:" not in answer.err + answer.out


def test_facts_of_another_program_that_do_not_hold_are_told_with_their_line(feeds: CommandLine, world: World) -> None:
    lines = (
        outline("https://a.example/", **{"sw:kind": "blog"}),
        outline("https://b.example/", **{"sw:id": "B B"}),
        outline("https://c.example/"),
    )
    (world.folder / "x.opml").write_bytes(opml(*lines))
    answer = feeds("feeds", "import", "x.opml")
    assert (answer.code, [line.split(": ")[2:4] for line in answer.err.splitlines()]) == (1, [["line 3", "kind"], ["line 4", "id"]])
    assert not (world.home / "feeds.toml").exists()


def test_opml_goes_out_and_comes_back_the_same() -> None:
    feeds = [
        Feed(id="a", url="https://a.example/f?x=1&y=2", outlet='A "quoted" & < or > more', country="ARL", kind="agency", full=True),
        Feed(id="b", url="https://b.example/f", outlet="Zeitung Ünö", country="", kind="online", state_media=True),
    ]
    outlines = parse_opml(render_opml("Watch & co", feeds).encode(), "x")
    assert feeds_of_outlines(outlines, [], "x") == (feeds, 0)
    assert feeds_of_outlines(outlines, feeds[:1], "x") == (feeds[1:], 1)


def test_import_list_remove_and_export(feeds: CommandLine, world: World) -> None:
    folder = '<outline text="News"><outline text="Two" xmlUrl="https://two.example/rss"/></outline>'
    (world.folder / "x.opml").write_bytes(opml(outline("https://one.example/rss", "One"), folder, outline("http://valley.example/feed/")))
    answer = feeds("feeds", "import", "x.opml", "--json")
    assert json.loads(answer.out) == {"added": ["one", "two"], "known": 1}
    assert oct((world.home / "feeds.toml").stat().st_mode & 0o777) == "0o600"
    listed = json.loads(feeds("feeds", "list", "--json").out)
    assert [(row["id"], row["origin"]) for row in listed["feeds"]] == [("valley", "watch"), ("one", "added"), ("two", "added")]
    for name in ("one", "valley"):
        assert feeds("feeds", "remove", name).code == 0
    listed = json.loads(feeds("feeds", "list", "--json").out)
    assert ([row["id"] for row in listed["feeds"]], listed["removed"]) == (["two"], ["valley"])
    assert feeds("feeds", "remove", "one").code == 1
    exported = feeds("feeds", "export").out
    assert [(one.url, one.title) for one in parse_opml(exported.encode(), "x")] == [("https://two.example/rss", "Two")]
    assert feeds("feeds", "export", "out.opml").code == 0
    assert (world.folder / "out.opml").read_text(encoding="utf-8") == exported


def test_a_feed_of_the_watch_that_was_taken_away_can_come_back(feeds: CommandLine, world: World) -> None:
    feeds("feeds", "remove", "valley")
    assert feeds("feeds", "add", "https://valley.example/feed", "--unseen").out == "added valley: Valley, https://valley.example/feed\n"
    assert read_choices(world.settings()) == FeedChoices()


def test_add_asks_the_address_and_finds_the_feed_of_a_page(feeds: CommandLine, shelf: Shelf, world: World) -> None:
    shelf.pages = {
        "/rss": shelf.feed("The Lenn Courier"),
        "/": shelf.page("/rss"),
        "/two": shelf.page("/rss", "/other"),
        "/none": shelf.page(),
    }
    open_net = ("--set", "allow_private=true", "--set", "host_gap_s=0")
    answer = feeds(*open_net, "feeds", "add", shelf.url("/"))
    assert (answer.code, answer.out) == (0, f"added the-lenn-courier: The Lenn Courier, {shelf.url('/rss')}\n")
    assert shelf.hits == ["/", "/rss"]
    assert "polled already" in feeds(*open_net, "feeds", "add", shelf.url("/rss")).out
    two = feeds(*open_net, "feeds", "add", shelf.url("/two"))
    assert (two.code, two.out.splitlines()) == (1, [f"{shelf.url('/rss')}  Feed /rss", f"{shelf.url('/other')}  Feed /other"])
    none = feeds(*open_net, "feeds", "add", shelf.url("/none"))
    assert (none.code, "not_a_feed" in none.err) == (1, True)
    assert len(read_choices(world.settings()).added) == 1


def test_add_reaches_nothing_on_this_machine_as_shipped(feeds: CommandLine, shelf: Shelf) -> None:
    assert feeds("feeds", "add", shelf.url("/")).code == 1
    assert feeds("feeds", "add", "file:///etc/passwd").code == 1
    assert shelf.hits == []


def test_check_asks_once_and_stores_nothing(feeds: CommandLine, shelf: Shelf, world: World) -> None:
    shelf.pages = {"/rss": shelf.feed("One"), "/page": shelf.page()}
    ids: list[str] = []
    for path in ("/rss", "/page", "/missing"):
        ids.append(f"f{len(ids)}")
        feeds("feeds", "add", shelf.url(path), "--unseen", "--id", ids[-1])
    open_net = ("--set", "allow_private=true", "--set", "host_gap_s=0")
    answer = feeds(*open_net, "feeds", "check", *ids, "--json")
    assert [(row["id"], row["status"]) for row in json.loads(answer.out)] == [("f0", "ok"), ("f1", "not_a_feed"), ("f2", "http_error")]
    assert (answer.code, shelf.hits) == (3, ["/rss", "/page", "/missing"])
    assert feeds(*open_net, "feeds", "check", "f0").code == 0
    assert feeds(*open_net, "feeds", "check", "nobody").code == 1
    assert not world.settings().warehouse.exists()


def test_status_tells_the_next_poll_and_why_a_feed_is_paused(feeds: CommandLine, shelf: Shelf, world: World) -> None:
    assert feeds("feeds", "status").code == 4
    shelf.pages, shelf.gone = {"/rss": shelf.feed("One")}, {"/gone"}
    feeds("feeds", "remove", "valley")
    for path in ("/rss", "/gone"):
        feeds("feeds", "add", shelf.url(path), "--unseen", "--id", path[1:])
    open_net = ("--set", "allow_private=true", "--set", "host_gap_s=0")
    assert feeds(*open_net, "poll").code == 3
    rows = {row["id"]: row for row in json.loads(feeds("feeds", "status", "--json").out)}
    assert (rows["rss"]["status"], rows["rss"]["pause"], rows["gone"]["status"], rows["gone"]["pause"]) == ("ok", None, "gone", "gone")
    told = feeds("feeds", "status").out.splitlines()
    assert "PAUSED: gone, tried every 30 days" in told[1]
    with hold_warehouse(world.settings()) as store:
        assert store.connection.execute("SELECT feed_id FROM feeds_in_use ORDER BY 1").fetchall() == [("gone",), ("rss",)]


def test_no_key_of_an_address_is_ever_shown(feeds: CommandLine, shelf: Shelf, world: World) -> None:
    shelf.pages = {"/rss": shelf.feed("One")}
    url = shelf.url(f"/rss?token={CANARY}")
    open_net = ("--set", "allow_private=true", "--set", "host_gap_s=0")
    told: list[Any] = [feeds(*open_net, "feeds", "add", url), feeds(*open_net, "feeds", "add", url)]
    told += [
        feeds(*open_net, *words) for words in (("poll",), ("feeds", "check"), ("feeds", "status"), ("feeds", "list"), ("feeds", "export"))
    ]
    told += [feeds(*open_net, *words, "--json") for words in (("feeds", "check"), ("feeds", "status"), ("feeds", "list"), ("status",))]
    assert f"/rss?token={CANARY}" in shelf.asked
    assert CANARY not in "".join(answer.out + answer.err for answer in told)
    assert CANARY in feeds("feeds", "export", "--with-keys").out
    with hold_warehouse(world.settings()) as store:
        tables = [row[0] for row in store.connection.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal").fetchall()]
        assert not [name for name in tables if CANARY in str(store.connection.execute(f"FROM {name}").fetchall())]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[[feeds]]\nid = 'X X'\nurl = 'https://a.example'\noutlet = 'A'\ncountry = ''\nkind = 'online'\n", "line 2: id"),
        ("removed = 'one'\n", "line 1: removed is no list"),
        ("feed = 1\n", "line 1: feed is nothing"),
        ("[[feeds]\n", "line 1: not TOML"),
        ("\n[[feeds]]\nid = 'a'\n", "line 2: url"),
    ],
    ids=["id", "removed", "key", "toml", "missing"],
)
def test_a_bad_list_is_told_and_stops_the_poll(feeds: CommandLine, world: World, text: str, problem: str) -> None:
    world.home.mkdir(exist_ok=True)
    (world.home / "feeds.toml").write_text(text, encoding="utf-8")
    answer = feeds("feeds", "list")
    assert (answer.code, problem in answer.err) == (1, True)
    assert feeds("poll").code == 1


def test_choices_are_read_as_written(world: World) -> None:
    feed = make_feed(f"https://a.example/f?key={CANARY}", {"a"}, title='A "b" \\ ü', facts={"id": "a", "kind": "body", "full": "true"})
    choices = FeedChoices((feed,), frozenset({"x", "y"}))
    write_choices(world.settings(), choices)
    assert read_choices(world.settings()) == choices
    assert feed.id == "a-2"
    assert not [name for name in os.listdir(world.home) if name.startswith(".")]


def test_feeds_that_a_page_names() -> None:
    page = b"""<html><head><base href="/news/"><link rel="alternate" type="application/rss+xml" href="rss" title="All &amp; more">
    <link rel="ALTERNATE home" type="application/atom+xml; charset=utf-8" href="https://b.example/atom">
    <link rel="alternate" type="application/rss+xml" href="javascript:alert(1)"><link rel="alternate" type="application/rss+xml" href="rss">
    <link rel="alternate" type="text/html" href="/de"><link rel="stylesheet" href="/s.css"></head></html>"""
    found = find_feeds(page, "https://a.example/")
    assert [tuple(one) for one in found] == [("https://a.example/news/rss", "All & more"), ("https://b.example/atom", "")]
    odd = b'<base href="http://["><link rel="alternate" type="application/rss+xml" href="rss">'
    odd += b'<link rel="alternate" type="application/rss+xml" href="ht&#9;tp://b.example/">'
    assert [one.url for one in find_feeds(odd, "https://a.example/")] == ["https://a.example/rss"]
    assert find_feeds(b"", "https://a.example/") == find_feeds(b"\x00\xff", "https://a.example/") == []
