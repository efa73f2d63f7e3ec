"""Row 58 of the faults: a key in the address of a feed reaches its server, and nothing else that is printed, logged or written."""

import gzip
import logging
from collections.abc import Iterator

import duckdb
import pytest
from feed_shelf import Shelf
from flow_samples import Answer, CommandLine, World
from loose_site import LooseSite, Reply, article, feed_of, make_feed_text

pytestmark = pytest.mark.usefixtures("quick")
OPEN = ("--set", "allow_private=true", "--set", "host_gap_s=0", "--set", "http_deadline_s=1")
CANARY = "c4n4ryT0k3nOf20Characters"
# how a publisher may write a key, and the name of the parameter or none
KEYS = {
    "token": f"?token={CANARY}",
    "after another": f"?format=rss&api_key={CANARY}",
    "a name of its own": f"?x={CANARY}",
    "two": f"?auth={CANARY}&sig={CANARY}",
    "an address inside": f"?url=https%3A%2F%2Fb.example%2F%3Ftoken%3D{CANARY}",
    "fragment": f"?a=1&key={CANARY}#token={CANARY}",
}


@pytest.fixture
def site() -> Iterator[LooseSite]:
    made = LooseSite()
    yield made
    made.close()


def pages_of(site: LooseSite) -> dict[str, Reply]:
    """Return feeds that end in every way, most of which say their address once more."""
    key = f"?token={CANARY}"
    say = f"Robot check of /wall{key}"
    return {
        "good": feed_of("/p0", date=""),
        "moved": Reply(status=301, headers={"Location": f"/good{key}"}),
        "for-now": Reply(status=302, headers={"Location": f"/good{key}"}),
        "with-password": Reply(status=301, headers={"Location": f"http://me:{CANARY}@127.0.0.1:{site.port}/good"}),
        "to-a-file": Reply(status=302, headers={"Location": f"file:///etc/passwd{key}"}),
        "in-circles": Reply(status=302, headers={"Location": f"/in-circles{key}"}),
        "missing": Reply(status=404),
        "gone": Reply(status=410),
        "busy": Reply(status=500, headers={"Retry-After": f"/later{key}"}),
        "wall": Reply(f"<html><head><title>{say}</title></head></html>".encode(), "text/html"),
        "page": Reply(f"<html><body>{say}</body></html>".encode(), "text/html"),
        "torn": Reply(f"<rss version='2.0'><channel><title>{say}".encode()),
        "bomb": Reply(gzip.compress(bytes(30_000_000)), headers={"Content-Encoding": "gzip"}),
        "packed": Reply(b"x", headers={"Content-Encoding": f"br{key}"}),
        "bad-links": feed_of(f"ftp://a.example/{key}", f"http://me:{CANARY}@a.example/", f"http://0x7f.1/{key}"),
        "odd-type": Reply(b"{}", f"application/json; x=/{key}"),
    }


def test_row_58_a_key_of_a_feed_is_asked_with_and_shown_nowhere(
    world: World, site: LooseSite, command: CommandLine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    pages = pages_of(site)
    site.pages = {**{f"/{name}": page for name, page in pages.items()}, "/silent": site.hang, "/reset": site.reset, "/p0": article()}  # type: ignore[dict-item]
    urls = {f"good-{number}": site.url(f"/good{key}") for number, key in enumerate(KEYS.values())}
    urls = {name: url.replace("?", f"?n={name}&") for name, url in urls.items()}
    urls |= {name: site.url(f"/{name}?token={CANARY}") for name in (*pages, "silent", "reset")}
    urls |= {"password": f"http://me:{CANARY}@127.0.0.1:{site.port}/good", "user": f"http://{CANARY}@127.0.0.1:{site.port}/good"}
    urls["closed"] = f"http://127.0.0.1:9/feed?token={CANARY}"
    urls["inside"] = f"http://127.1:{site.port}/good?token={CANARY}"
    with world.watch.open("a", encoding="utf-8") as stream:
        stream.write("".join(make_feed_text(name, url) for name, url in urls.items()))
    told: list[Answer] = []

    def do(*verb: str, code: int | None = None) -> Answer:
        answer = command(*OPEN, *verb)
        assert code is None or answer.code == code, (verb, answer)
        told.append(answer)
        return answer

    do("feeds", "add", site.url(f"/good?n=added&token={CANARY}"), "--id", "added", code=0)
    do("feeds", "add", site.url(f"/good?n=added&token={CANARY}"), code=0)
    do("feeds", "add", site.url(f"/missing?n=2&token={CANARY}"), code=1)
    do("feeds", "add", f"http://me:{CANARY}@127.0.0.1:{site.port}/good", code=1)
    do("feeds", "add", f"nothing://a.example/?token={CANARY}", code=1)
    do("run", "--direct", code=3)
    do("poll", "--all", "--json", code=3)
    for verb in (("status",), ("feeds", "list"), ("feeds", "status"), ("feeds", "check"), ("watch", "check"), ("settings",), ("diff",)):
        do(*verb)
        do(*verb, "--json")
    do("digest", "--day", "2026-05-01")
    do("feeds", "export", code=0)
    do("feeds", "export", "out.opml", code=0)
    for table in ("feeds", "feed_polls", "outcomes", "runs", "feeds_in_use"):
        do("sql", f"FROM {table}", "--json", code=0)
        do("sql", f"FROM {table}", "--format", "csv", code=0)
    # it reached the servers
    asked = [path for path in site.hits if CANARY in path]
    assert {path[1:].partition("?")[0] for path in asked} >= {*pages, "silent", "reset"}
    assert sum("n=good-" in path for path in asked) >= len(KEYS)
    # and nothing else
    assert not [answer for answer in told if CANARY in answer.out + answer.err]
    assert CANARY not in caplog.text
    assert CANARY not in (world.folder / "out.opml").read_text(encoding="utf-8")
    written = {str(path.relative_to(world.home)): path.read_bytes() for path in world.home.rglob("*") if path.is_file()}
    kept = written.pop("feeds.toml")
    assert CANARY.encode() in kept
    assert oct((world.home / "feeds.toml").stat().st_mode & 0o777) == "0o600"
    assert len([name for name in written if name.startswith("digests/")]) >= 6
    assert not [name for name, content in written.items() if CANARY.encode() in content]
    for name in ("warehouse.duckdb", "warehouse.snapshot.duckdb"):  # where strings may be packed
        with duckdb.connect(str(world.home / name), read_only=True) as connection:
            tables = [table for (table,) in connection.execute("SELECT table_name FROM information_schema.tables").fetchall()]
            assert len(tables) > 20
            assert not [table for table in tables if CANARY in str(connection.execute(f'FROM "{table}"').fetchall())]


@pytest.mark.parametrize("key", [KEYS["token"], KEYS["a name of its own"]], ids=["token", "a name of its own"])
def test_row_58_the_canary_would_be_seen(world: World, command: CommandLine, key: str) -> None:
    """Where the user asks for the keys they come, so that their absence above means something."""
    shelf = Shelf()
    try:
        shelf.pages = {"/rss": shelf.feed("One")}
        assert command(*OPEN, "feeds", "add", shelf.url(f"/rss{key}")).code == 0
        assert CANARY in shelf.asked[-1]
    finally:
        shelf.close()
    assert CANARY in command("feeds", "export", "--with-keys").out
    assert CANARY not in command("feeds", "export").out
