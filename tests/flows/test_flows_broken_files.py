"""Row 56 of the faults: broken lists and watches. Every problem at once with its line, nothing half applied, nobody asked."""

from collections.abc import Iterator

import pytest
from flow_samples import WATCH, CommandLine, World
from loose_site import LooseSite, Reply, feed_of, make_feed_text

from flows.lock import hold_warehouse
from flows.opml import MAX_BYTES, MAX_FEEDS

pytestmark = pytest.mark.usefixtures("quick")
OPEN = ("--set", "allow_private=true", "--set", "host_gap_s=0")
CANARY = "c4n4ryT0k3nOf20Characters"
HEAD = len(WATCH.splitlines())  # lines before what a case adds


@pytest.fixture
def site() -> Iterator[LooseSite]:
    made = LooseSite()
    made.pages = {"/feed": feed_of()}
    yield made
    made.close()


def feed(name: str = "one", url: str = "https://one.example/f", **other: str) -> str:
    facts = {"id": f'"{name}"', "url": f'"{url}"', "outlet": '"One"', "country": '"ARL"', "kind": '"online"', **other}
    return "[[feeds]]\n" + "".join(f"{key} = {value}\n" for key, value in facts.items() if value)


# what is added to a good watch; (line after its end, words) of each problem
WATCHES: dict[str, tuple[str, list[tuple[int, str]]]] = {
    "not toml": ("[[feeds]\n", [(1, "not TOML")]),
    "cut off in a text": (feed() + 'source = "ends here', [(7, "not TOML")]),
    "a key twice": (feed() + 'id = "two"\n', [(7, "not TOML")]),
    "unknown key": (feed(colour='"red"'), [(7, "feeds.0.colour")]),
    "missing keys": (
        '[[feeds]]\nid = "one"\n',
        [(1, word) for word in ("feeds.0.country", "feeds.0.kind", "feeds.0.outlet", "feeds.0.url")],
    ),
    "one id twice": (feed() + feed(url="https://two.example/f"), [(7, "feeds has 'one' twice")]),
    "one address twice": (feed() + feed("two"), [(9, "feed two has the address of feed one")]),
    "one address twice, with a key": (
        feed(url=f"https://one.example/f?token={CANARY}") + feed("two", f"http://one.example/f?token={CANARY}"),
        [(9, "feed two has the address of feed one")],
    ),
    "another scheme": (feed(url="file:///etc/passwd"), [(3, "feeds.0.url")]),
    "no host": (feed(url="https://"), [(3, "feeds.0.url")]),
    "wrong types": (feed(full='"yes"', outlet="7"), [(4, "feeds.0.outlet"), (7, "feeds.0.full")]),
    "all at once": (
        feed(url="gopher://one.example/") + feed("Two", "https://two.example/f", kind='"blog"') + feed("three", colour="1"),
        [(3, "feeds.0.url"), (8, "feeds.1.id"), (12, "feeds.1.kind"), (19, "feeds.2.colour")],
    ),
}


@pytest.mark.parametrize(("text", "problems"), WATCHES.values(), ids=WATCHES.keys())
def test_row_56_a_broken_watch_is_told_whole_and_applied_not_at_all(
    world: World, site: LooseSite, command: CommandLine, text: str, problems: list[tuple[int, str]]
) -> None:
    good = world.watch.read_text(encoding="utf-8")
    assert len(good.splitlines()) == HEAD
    world.watch.write_text(good + text + "\n" + make_feed_text("real", site.url("/feed")), encoding="utf-8")
    told = command("watch", "check")
    lines = told.err.splitlines()
    assert (told.code, told.out, len(lines)) == (1, "", len(problems)), told.err
    for line, (number, words) in zip(lines, problems, strict=True):
        assert line.startswith(f"stancewatch: {world.watch}: line {HEAD + number}: "), line
        assert words in line
    for verb in (("run", "--direct"), ("poll",), ("feeds", "add", site.url("/feed"))):
        answer = command(*OPEN, *verb)
        assert (answer.code, len(answer.err.splitlines())) == (1, 1)
        assert f"line {HEAD + problems[0][0]}: " in answer.err
        assert CANARY not in answer.out + answer.err + told.err
    assert (site.hits, world.settings().warehouse.exists(), (world.home / "feeds.toml").exists()) == ([], False, False)


LISTS: dict[str, tuple[str, list[tuple[int, str]]]] = {
    "not toml": ("removed = [\n", [(2, "not TOML")]),
    "not toml further down": (feed() + "\n[[feeds]\n", [(8, "not TOML")]),
    "nested without end": ("removed = " + "[" * 5000, [(1, "nested too deeply")]),
    "removed is no list": ('\n\nremoved = "one"\n', [(3, "removed is no list of ids")]),
    "removed holds numbers": ("removed = [1]\n", [(1, "removed is no list of ids")]),
    "unknown key": ("\nfeed = 1\n", [(2, "feed is nothing that stands here")]),
    "feeds is a number": ("feeds = 1\n", [(1, "feed: ")]),
    "one id twice": (feed() + feed(url="https://two.example/f"), [(8, "a feed with the id one stands above already")]),
    "one address twice": (feed() + feed("two", "http://one.example/f/"), [(9, "feed two has the address of feed one")]),
    "address with a key that is none": (feed(url=f"ftp://one.example/f?token={CANARY}"), [(3, "url: ")]),
    "all at once": (
        "colour = 1\nremoved = 7\n" + feed("X X") + feed("two", kind='"blog"', full='"no"'),
        [(1, "colour is nothing"), (2, "removed is no list"), (4, "id: "), (14, "kind: "), (15, "full: ")],
    ),
}


@pytest.mark.parametrize(("text", "problems"), LISTS.values(), ids=LISTS.keys())
def test_row_56_a_broken_list_of_feeds_is_told_whole_and_applied_not_at_all(
    world: World, site: LooseSite, command: CommandLine, text: str, problems: list[tuple[int, str]]
) -> None:
    with world.watch.open("a", encoding="utf-8") as stream:
        stream.write(make_feed_text("real", site.url("/feed")))
    world.home.mkdir()
    listed = world.home / "feeds.toml"
    listed.write_text(text, encoding="utf-8")
    for verb in (("feeds", "list"), ("poll", "--all"), ("feeds", "add", site.url("/feed"))):
        answer = command(*OPEN, *verb)
        assert answer.code == 1, verb
        told = answer.err.strip().removeprefix(f"stancewatch: {listed}: ").split("; line ")
        assert len(told) == len(problems), answer.err
        for part, (number, words) in zip(told, problems, strict=True):
            assert part.removeprefix("line ").startswith(f"{number}: "), part
            assert words in part
        assert CANARY not in answer.out + answer.err
    assert (site.hits, listed.read_text(encoding="utf-8")) == ([], text)
    with hold_warehouse(world.settings()) as store:  # the seeds may be read before; of the feeds nothing is
        counts = [store.connection.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0] for name in ("feed_polls", "feed_entries")]
    assert counts == [0, 0]


def outline(url: str, *, text: str = "x", kind: str = "rss") -> str:
    return f'<outline type="{kind}" text="{text}" xmlUrl="{url}"/>'


def opml(*lines: str, head: str = "") -> str:
    return "\n".join(['<?xml version="1.0"?>', *([head] if head else []), '<opml version="2.0"><body>', *lines, "</body></opml>"])


TYPE = "a document type or an entity is declared"
OPML: dict[str, tuple[str, list[tuple[int, str]]]] = {
    "external entity": (opml(outline("&x;"), head='<!DOCTYPE o [<!ENTITY x SYSTEM "{file}">]>'), [(2, TYPE)]),
    "external document type": (opml(outline("https://a.example/"), head='<!DOCTYPE o SYSTEM "{site}/x.dtd">'), [(2, TYPE)]),
    "parameter entity": (opml(head='<!DOCTYPE o [<!ENTITY % x SYSTEM "{site}/x.dtd"> %x;]>'), [(2, TYPE)]),
    "laughs": (opml(outline("&b;"), head='<!DOCTYPE o [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'), [(2, TYPE)]),
    "a feed twice": (
        opml(outline("https://a.example/f"), outline("https://a.example/f")),
        [(4, "https://a.example/f stands on line 3 already")],
    ),
    "a feed twice, with a key": (
        opml(outline(f"https://a.example/f?token={CANARY}"), outline(f"https://a.example/f?token={CANARY}")),
        [(4, "https://a.example/f?token=*** stands on line 3 already")],
    ),
    "a password": (opml(outline(f"https://me:{CANARY}@a.example/f")), [(3, "address refused")]),
    "other schemes": (
        opml(*(outline(url) for url in ("file:///etc/passwd", "ftp://a.example/", "javascript:alert(1)", "data:text/xml,x"))),
        [(number, "address refused") for number in (3, 4, 5, 6)],
    ),
    "not xml": ("feeds:\n- one\n", [(1, "no XML")]),
    "cut off": (opml(outline("https://a.example/")).replace("</opml>", ""), [(4, "no XML")]),
    "too large": (" " * (MAX_BYTES + 1), [(1, "the file is larger")]),
    "too many": (opml(*(outline(f"https://a.example/{number}") for number in range(MAX_FEEDS + 2))), [(MAX_FEEDS + 3, "more than")]),
    "too deep": (opml('<outline text="x">' * 60), [(3, "nested more than")]),
    "all at once": (
        opml(outline("ftp://a.example/"), outline("https://fine.example/"), '<outline type="rss"/>', outline("http://0x7f.1/")),
        [(3, "address refused"), (5, "without xmlUrl"), (6, "address refused")],
    ),
}


@pytest.mark.parametrize(("text", "problems"), OPML.values(), ids=OPML.keys())
def test_row_56_a_broken_opml_is_told_whole_and_applied_not_at_all(
    world: World, site: LooseSite, command: CommandLine, text: str, problems: list[tuple[int, str]]
) -> None:
    sentinel = world.folder / "sentinel.txt"
    sentinel.write_text(f"https://a.example/{CANARY}", encoding="utf-8")
    site.pages["/x.dtd"] = Reply(b"<!ENTITY y 'x'>", "application/xml-dtd")
    assert command("feeds", "add", "https://kept.example/f", "--unseen").code == 0
    before = (world.home / "feeds.toml").read_bytes()
    (world.folder / "x.opml").write_text(text.replace("{file}", sentinel.as_uri()).replace("{site}", site.url("")), encoding="utf-8")
    answer = command(*OPEN, "feeds", "import", "x.opml")
    lines = answer.err.splitlines()
    assert (answer.code, answer.out, len(lines)) == (1, "", len(problems)), answer.err
    for line, (number, words) in zip(lines, problems, strict=True):
        assert line.startswith(f"stancewatch: x.opml: line {number}: "), line
        assert words in line
    assert CANARY not in answer.err
    assert (site.hits, (world.home / "feeds.toml").read_bytes()) == ([], before)
