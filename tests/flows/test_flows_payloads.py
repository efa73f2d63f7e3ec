"""Row 16 of the faults: XML that would read files, ask other hosts, or grow, as feed, as article, as robots.txt and as OPML.

A process of its own polls them all, so that time and memory can be measured; what it stored is searched for the sentinel.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from flow_samples import NOW, REPO, World
from loose_site import CLAIM, LooseSite, Reply, article, feed_of, make_feed_text

SENTINEL = "sentinel-4c1d"
CHILD = """
import json, resource, sys
sys.path.insert(0, sys.argv[1])
import flows.context
from datetime import datetime
from pathlib import Path
from flow_samples import QuickTagger, World
from dataclasses import replace
flows.context.Tagger = QuickTagger
from flows.opml import parse_opml
from flows.running import run_poll
from vocabulary.errors import FeedListError

def peak_mb():
    lines = Path("/proc/self/status").read_text(errors="replace").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024

def processor_s():
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))

ctx = World(Path(sys.argv[2])).context(now=datetime.fromisoformat(sys.argv[3]), allow_private=True, host_gap_s=0)
with_feeds = ctx.watch.feeds
run_poll(replace(ctx, watch=ctx.watch.model_copy(update={"feeds": with_feeds[:1]})), force=True)
measured, told = {}, {}
for feed in with_feeds[1:]:
    before, started = peak_mb(), processor_s()
    run_poll(replace(ctx, watch=ctx.watch.model_copy(update={"feeds": (feed,)})), force=True)
    measured[feed.id] = [processor_s() - started, peak_mb() - before]
for path in sorted(Path(sys.argv[4]).glob("*.opml")):
    before, started = peak_mb(), processor_s()
    try:
        told[path.stem] = str(parse_opml(path.read_bytes(), "x.opml"))
    except FeedListError as error:
        told[path.stem] = str(error)
    measured[f"opml {path.stem}"] = [processor_s() - started, peak_mb() - before]
print(json.dumps({"measured": measured, "told": told}))
"""


def laughs(reference: str = "&e9;") -> str:
    lines = "".join(f'<!ENTITY e{number} "{f"&e{number - 1};" * 10 if number else "ha" * 10}">' for number in range(10))
    return f"<!DOCTYPE rss [{lines}]>{reference}"


def payloads(sentinel: Path, trap: str) -> dict[str, tuple[str, str]]:
    """Return name to document type and to the words in which it is used."""
    file, percent_laughs = (
        sentinel.as_uri(),
        "".join(f'<!ENTITY % p{number} "{f"&#37;p{number - 1};" * 10 if number else "ha"}">' for number in range(9)),
    )
    return {
        "file": (f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{file}">]>', "&x;"),
        "path": (f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{sentinel}">]>', "&x;"),
        "public": (f'<!DOCTYPE rss [<!ENTITY x PUBLIC "-//x//y" "{file}">]>', "&x;"),
        "parameter": (f'<!DOCTYPE rss [<!ENTITY % x SYSTEM "{file}"> %x;]>', "&sentinel;"),
        "other-host": (f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{trap}/entity">]>', "&x;"),
        "other-host-parameter": (f'<!DOCTYPE rss [<!ENTITY % x SYSTEM "{trap}/parameter"> %x; %send;]>', "&x;"),
        "document-type": (f'<!DOCTYPE rss SYSTEM "{trap}/x.dtd">', "&x;"),
        "document-type-of-a-file": (f'<!DOCTYPE rss SYSTEM "{file}">', "&x;"),
        "include": ("", f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{file}" parse="text"/>'),
        "stylesheet": (f'<?xml-stylesheet type="text/xsl" href="{trap}/x.xsl"?>', "x"),
        "laughs": (laughs(""), "&e9;"),
        "laughs-of-parameters": (f"<!DOCTYPE rss [{percent_laughs} %p8;]>", "x"),
        "quadratic": (f'<!DOCTYPE rss [<!ENTITY a "{"ha" * 50_000}">]>', "&a;" * 50_000),
        "circle": ('<!DOCTYPE rss [<!ENTITY a "&b;"><!ENTITY b "&a;">]>', "&a;"),
        "unclosed": ('<!DOCTYPE rss [<!ENTITY a "', "&a;"),
    }


def feed_with(head: str, words: str, link: str) -> bytes:
    item = f"<title>The bridge {words}</title><link>{link}</link><guid>g{words[:50]}</guid><description>About {words}</description>"
    return f'<?xml version="1.0"?>{head}<rss version="2.0"><channel><title>{words}</title><item>{item}</item></channel></rss>'.encode()


def page_with(head: str, words: str) -> Reply:
    body = "".join(f"<p>{CLAIM.replace('{}', str(number))[:300]} {words}</p>" for number in range(4))
    html = '<html xmlns="http://www.w3.org/1999/xhtml" lang="en"><head><title>The bridge</title></head>'
    kind = "application/xhtml+xml; charset=utf-8"
    return Reply(f"{head.replace('rss', 'html', 1)}{html}<body><article>{body}</article></body></html>".encode(), kind)


def opml_with(head: str, words: str) -> bytes:
    head = head.replace("<!DOCTYPE rss", "<!DOCTYPE opml", 1)
    line = f'<outline type="rss" text="{words if "<" not in words else "x"}" xmlUrl="https://a.example/f"/>'
    return f'<?xml version="1.0"?>\n{head}\n<opml version="2.0"><body>{line}{words if "<" in words else ""}</body></opml>'.encode()


@pytest.fixture
def site() -> Iterator[LooseSite]:
    made = LooseSite()
    yield made
    made.close()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this system tells no process's peak of memory")
def test_row_16_xml_neither_reads_files_nor_asks_hosts_nor_grows(world: World, site: LooseSite, tmp_path: Path) -> None:
    sentinel = tmp_path / "sentinel.txt"
    sentinel.write_text(SENTINEL, encoding="utf-8")
    given = payloads(sentinel, site.url("/trap"))
    lists = tmp_path / "lists"
    lists.mkdir()
    site.pages = {"/feed/good": feed_of("/p/good"), "/p/good": article()}
    for number, (name, (head, words)) in enumerate(given.items()):
        content = feed_with(head, words, "/p/good")
        if number % 4 == 3:  # the filters of bytes must not depend on the encoding
            content = b"\xff\xfe" + content.decode().encode("utf-16-le")
        site.pages |= {f"/feed/{name}": Reply(content, "text/xml"), f"/page/{name}": page_with(head, words[:20_000])}
        (lists / f"{name}.opml").write_bytes(opml_with(head, words))
    site.pages["/links"] = feed_of(*(f"/page/{name}" for name in given))
    names = ["feed/good", *(f"feed/{name}" for name in given), "links"]
    with world.watch.open("a", encoding="utf-8") as stream:
        stream.write("".join(make_feed_text(name.replace("/", "-"), site.url(f"/{name}")) for name in names))
    child = subprocess.run(
        [sys.executable, "-c", CHILD, str(Path(__file__).parent), str(world.folder), NOW.isoformat(), str(lists)],
        env={**os.environ, "PYTHONPATH": str(REPO)}, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert (child.returncode, child.stderr) == (0, "")
    found = json.loads(child.stdout)
    # one poll each, with the writing of its rows; that of all pages starts the processes that read them
    for facts in found["measured"].values():
        facts[0] -= 4 * (facts is found["measured"]["links"])
    assert {name: facts for name, facts in found["measured"].items() if facts[0] >= 2 or facts[1] >= 200} == {}
    assert len(found["measured"]) == 2 * len(given) + 1
    assert not [path for path in site.hits if path.startswith("/trap")]
    assert set(site.pages) <= set(site.hits)
    stored = everything_in(world)
    assert SENTINEL not in json.dumps([stored, found["told"]], default=str)
    assert {row[1] for row in stored["feed_polls"]} >= {"feed-file", "feed-laughs", "links"}
    assert longest_in(stored) < 200_000, "something was let grow"
    assert len([row for row in stored["documents"] if "/page/" in str(row)]) >= 5
    declared = {name for name, (head, _) in given.items() if head.startswith("<!DOCTYPE")}
    assert {name for name, words in found["told"].items() if "a document type or an entity is declared" in words} == declared
    for name in ("include", "stylesheet"):
        assert "https://a.example/f" in found["told"][name]


def everything_in(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table."""
    with duckdb.connect(str(world.settings().warehouse), read_only=True) as connection:
        tables = [name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal").fetchall()]
        return {name: connection.execute(f"FROM {name}").fetchall() for name in tables}


def longest_in(stored: dict[str, list[tuple[Any, ...]]]) -> int:
    return max(len(value) for lines in stored.values() for row in lines for value in row if isinstance(value, str))
