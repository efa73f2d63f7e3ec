"""Articles are asked for again, over several polls with a clock of the test's own: edits, retractions, and what is neither."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flow_samples import NOW, REPO, World
from scripted_site import Item, Reply, ScriptedSite

from flows.lock import hold_warehouse
from flows.reports import RunReport, StepReport
from flows.running import run_direct
from flows.steps import load_first_batch, poll_feeds, tag_documents
from sources.address import document_id_of
from sources.checks import AGAIN_AFTER, MOST_IDLE_CALLS
from vocabulary.stance import Digest
from vocabulary.words import ChangeCause, DocumentOutcome

pytestmark = pytest.mark.usefixtures("quick")
Word = DocumentOutcome
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TAIL = "The engineers measured the valley twice, and their figures agree with each other to the last foot. " * 4
FOR = f"Arland supports the bridge on the Lenn, its council said. {TAIL}"
AGAINST = f"Arland opposes the bridge on the Lenn, its council said. {TAIL}"
SILENT = f"Arland has not said a word about the bridge on the Lenn. {TAIL}"
ITEM = Item("/a", "The bridge on the Lenn")


@pytest.fixture
def site(world: World) -> Iterator[ScriptedSite]:
    made = ScriptedSite()
    (world.seeds / "letter.txt").unlink()
    manifest = world.seeds / "manifest.toml"
    manifest.write_text("[[documents]]" + manifest.read_text(encoding="utf-8").rpartition("[[documents]]")[2], encoding="utf-8")
    with world.watch.open("a", encoding="utf-8") as stream:
        stream.write(f'\n[[feeds]]\nid = "post"\nurl = "{made.url("/feed")}"\noutlet = "Post"\ncountry = "ARL"\nkind = "online"\n')
    made.put_feed("/feed", ITEM)
    made.replies["/a"] = Reply(FOR, etag='"1"')
    yield made
    made.close()


@pytest.fixture
def held(world: World) -> Iterator[None]:
    """Keep the warehouse open for a test of many polls."""
    with ExitStack() as stack:
        stack.enter_context(hold_warehouse(world.settings()))
        yield


def step(world: World, after: timedelta, *, tag: bool = True, **facts: Any) -> StepReport:
    """Poll all feeds, and tag, at `after` from the first poll on; return the report of the poll."""
    ctx = world.context(**{"now": NOW + after, "allow_private": True, "host_gap_s": 0, **facts}).in_run(f"run at {after}")
    poll = poll_feeds(ctx, force=True)
    assert poll.inputs == sum(poll.outcomes.values()) + poll.passed_on
    if tag:
        tag_documents(ctx)
    return poll


def main_job(world: World, after: timedelta) -> RunReport:
    return run_direct(world.context(now=NOW + after, allow_private=True, host_gap_s=0))


def rows(world: World, sql: str) -> list[tuple[Any, ...]]:
    with hold_warehouse(world.settings()) as store:
        assert store.connection.execute("SELECT run_id, item FROM outcomes GROUP BY ALL HAVING count(*) > 1").fetchall() == []
        return store.connection.execute(sql).fetchall()


def digest_of(world: World) -> Digest:
    with hold_warehouse(world.settings()) as store:
        found = store.find_last_digest()
    assert found is not None
    return found


POSITIONS = "SELECT stance, recorded_at, withdrawn_at, withdrawn_reason FROM positions ORDER BY recorded_at"
VERSIONS = "SELECT version, seen_at FROM document_versions ORDER BY version"


def test_row_28_three_bodies_are_three_versions_and_the_edits_have_times(world: World, site: ScriptedSite) -> None:
    times = [timedelta(0), HOUR, 6 * HOUR, DAY]
    reports = []
    for after, body in zip(times, (FOR, AGAINST, SILENT, SILENT), strict=True):
        site.replies["/a"] = Reply(body, etag=f'"{body[:15]}"')
        reports.append(step(world, after))
    assert rows(world, VERSIONS) == [(number + 1, NOW + after) for number, after in enumerate(times[:3])]
    assert rows(world, POSITIONS) == [("supports", NOW, NOW + HOUR, "edited"), ("opposes", NOW + HOUR, NOW + 6 * HOUR, "edited")]
    edits = rows(world, "SELECT before_version, version, before_seen_at, seen_at, removed, added FROM document_edits ORDER BY version")
    first = [text.partition(". ")[0] + "." for text in (FOR, AGAINST, SILENT)]
    assert edits == [
        (1, 2, NOW, NOW + HOUR, [first[0]], [first[1]]),
        (2, 3, NOW + HOUR, NOW + 6 * HOUR, [first[1]], [first[2]]),
    ]
    # the server was asked with the validators of the text that is stored, and says itself when nothing changed
    assert [(hit.etag, hit.status) for hit in site.asked("/a")] == [
        (None, 200),
        (f'"{FOR[:15]}"', 200),
        (f'"{AGAINST[:15]}"', 200),
        (f'"{SILENT[:15]}"', 304),
    ]
    assert reports[3].outcomes == {Word.UNCHANGED: 1}
    assert reports[1].notes == ("1 known articles asked for again: 1 edited",)
    assert rows(world, "SELECT DISTINCT item FROM outcomes") == rows(world, "SELECT document_id FROM documents")


def test_row_29_an_article_that_is_gone_stays_as_evidence_and_is_withdrawn(world: World, site: ScriptedSite) -> None:
    """200 then 410, through whole runs: what the digests say of it is never the actor's move."""
    older = Item("/b", "An old word on the bridge", date="Thu, 30 Apr 2026 10:00:00 GMT")
    site.put_feed("/feed", ITEM, older)
    site.replies["/b"] = Reply(AGAINST, etag='"b"')
    first = main_job(world, timedelta(0)).digest
    assert first is not None
    assert {(stance.actor, stance.stance) for stance in digest_of(world).stances} == {("ARL", "supports"), ("BOR", "opposes")}
    # it is gone
    site.replies["/a"] = Reply(status=410)
    report = main_job(world, DAY)
    assert report.steps[1].outcomes == {Word.UNCHANGED: 1, Word.GONE: 1}
    line = "SELECT d.url, g.gone_at, g.detail LIKE '%410%', g.back_at FROM gone_documents g JOIN documents d USING (document_id)"
    assert rows(world, line) == [(site.url("/a"), NOW + DAY, True, None)]
    of_page = f"JOIN documents d USING (document_id) WHERE d.url = '{site.url('/a')}'"
    assert rows(world, f"SELECT p.quote, p.withdrawn_at, p.withdrawn_reason FROM positions p {of_page}") == [
        (FOR.partition(". ")[0] + ".", NOW + DAY, "gone")
    ]
    assert rows(world, f"SELECT count(*) FROM document_versions v {of_page}") == [(1,)]
    assert told(world) == [("supports", "opposes", ChangeCause.RETRACTION)]
    # it is tagged no more, neither by another look nor by another watch
    tag_documents(world.context(now=NOW + DAY + HOUR).in_run("another"))
    assert rows(world, f"SELECT count(*) FROM positions p {of_page}") == [(1,)]
    # it is back, and a document again
    site.replies["/a"] = Reply(FOR, etag='"2"')
    report = main_job(world, 3 * DAY)
    assert report.steps[1].notes[0] == "2 known articles asked for again: 1 back"
    assert rows(world, line)[0][3] == NOW + 3 * DAY
    assert rows(world, f"SELECT p.withdrawn_reason, p.recorded_reason FROM positions p {of_page} ORDER BY p.recorded_at") == [
        ("gone", "new"),
        (None, "returned"),
    ]
    assert told(world) == [("opposes", "supports", ChangeCause.RETRACTION)]
    assert [hit.etag for hit in site.asked("/a")] == [None, '"1"', None], "what is gone is asked for without the validators of its text"


def told(world: World) -> list[tuple[str | None, str | None, str]]:
    """Return the lines of the last digest about Arland."""
    digest = digest_of(world)
    return [(line.before_stance, line.after_stance, line.cause) for line in (*digest.changes, *digest.first_seen) if line.actor == "ARL"]


ABSENCES: dict[str, tuple[list[int], list[Word]]] = {
    # what the server answers at one look after the other, and the words of these looks; hours of the looks follow from the answers
    "410": ([410], [Word.GONE]),
    "451": ([451], [Word.GONE]),
    "404 three times": ([404, 404, 404], [Word.UNREACHABLE, Word.UNREACHABLE, Word.GONE]),
    "404 for a moment": ([404, 200, 404, 404], [Word.UNREACHABLE, Word.UNCHANGED, Word.UNREACHABLE, Word.UNREACHABLE]),
    "404 with an outage between": ([404, 503, 404, 404], [Word.UNREACHABLE, Word.UNREACHABLE, Word.UNREACHABLE, Word.GONE]),
    "outages": ([500, 502, 503, 500], [Word.UNREACHABLE] * 4),
    "a way to the front page, three times": ([302, 302, 302], [Word.UNREACHABLE, Word.UNREACHABLE, Word.GONE]),
    "forbidden": ([403, 401, 403], [Word.REFUSED] * 3),
}


@pytest.mark.usefixtures("held")
def test_a_hiccup_is_no_retraction(world: World, site: ScriptedSite) -> None:
    """Eight articles, each with answers of its own."""
    paths = {name: f"/a{number}" for number, name in enumerate(ABSENCES)}
    site.replies["/"] = Reply(f"Our bridges, all of them. {TAIL}")
    site.put_feed("/feed", *(Item(path, f"Bridge of {path}") for path in paths.values()))
    begin = {path: Reply(f"{path}: {FOR}") for path in paths.values()}
    site.replies |= begin
    step(world, timedelta(0))
    words = "SELECT status FROM outcomes WHERE item = '{}' AND status <> 'tagged' ORDER BY recorded_at"
    for hours in (1, 2, 3, 6, 7, 8, 10, 12, 24, 36):
        for name, path in paths.items():
            looks, answers = site.count(path) - 1, ABSENCES[name][0]
            status = answers[min(looks, len(answers) - 1)]
            site.replies[path] = begin[path] if status == 200 else Reply(status=status, headers={"Location": "/"} if status == 302 else {})
        step(world, hours * HOUR)
    for name, path in paths.items():
        expected = ABSENCES[name][1]
        item = document_id_of(site.url(path))
        found = [status for (status,) in rows(world, words.format(item))]
        assert (name, found[: len(expected)]) == (name, [str(word) for word in expected])
        is_gone = expected[-1] is Word.GONE
        gone = rows(world, f"SELECT detail FROM gone_documents WHERE document_id = '{item}'")
        standing = rows(world, f"SELECT withdrawn_reason FROM positions WHERE document_id = '{item}'")
        if name != "404 for a moment":  # which goes on as it ended
            assert (name, len(gone), standing) == (name, int(is_gone), [("gone" if is_gone else None,)])
    times = "SELECT gone_at FROM gone_documents WHERE document_id = '{}'"
    assert rows(world, times.format(document_id_of(site.url(paths["404 three times"])))) == [(NOW + 7 * HOUR,)]


WALL = "<html><head><title>Just a moment...</title></head><body><p>Checking your browser before you go on.</p></body></html>"
CONSENT = (
    "<html><head><title>Before you continue</title></head><body><h1>We value your privacy</h1><p>We and our partners store and access"
    " cookies on your device.</p><button>Accept all</button><button>Reject all</button></body></html>"
)
PLACES: dict[str, tuple[Reply, Word]] = {
    "a wall against programs": (Reply(WALL, kind="text/html"), Word.BLOCKED),
    "a wall of consent": (Reply(CONSENT, kind="text/html"), Word.BLOCKED),
    "a shell of scripts": (Reply("<html><body><div id=root></div><script>go()</script></body></html>", kind="text/html"), Word.NO_TEXT),
    "nothing": (Reply(""), Word.EMPTY),
    "the beginning only": (Reply(FOR[:60] + "... Subscribe to read on, as others do."), Word.BLOCKED),
    "a picture": (Reply("GIF89a", kind="image/gif"), Word.REFUSED),
    "another page of the site": (Reply(status=302, headers={"Location": "/list"}), Word.NO_TEXT),
    "another article": (Reply(status=302, headers={"Location": "/b"}), Word.UNCHANGED),
    "robots.txt": (Reply(FOR), Word.REFUSED),
}


@pytest.mark.usefixtures("held")
def test_what_stands_in_the_place_of_an_article_is_no_edit(world: World, site: ScriptedSite) -> None:
    """Nine articles, and something else in the place of each."""
    paths = {name: f"/a{number}" for number, name in enumerate(PLACES)}
    other = "The weather in the valley is fair, and the river is low for the season, as the old men at the quay will tell anybody. " * 6
    site.replies |= {"/list": Reply(other), "/b": Reply(f"Borland opposes the bridge. {other}", etag='"b"')}
    site.replies |= {path: Reply(FOR, etag=f'"{path}"') for path in paths.values()}
    site.put_feed("/feed", Item("/b", "Borland and the bridge"), *(Item(path, f"Bridge of {path}") for path in paths.values()))
    step(world, timedelta(0))
    site.replies |= {paths[name]: reply for name, (reply, _) in PLACES.items()}
    site.replies["/robots.txt"] = Reply(f"User-agent: *\nDisallow: {paths['robots.txt']}$")
    _forget_robots(world)
    report = step(world, HOUR)
    assert report.outcomes == dict(Counter([Word.UNCHANGED, *(word for _, word in PLACES.values())]))
    found = dict(rows(world, "SELECT item, status FROM outcomes WHERE status <> 'tagged'"))
    assert {name: found[document_id_of(site.url(path))] for name, path in paths.items()} == {
        name: word for name, (_, word) in PLACES.items()
    }
    assert rows(world, "SELECT DISTINCT withdrawn_at FROM positions") == [(None,)]
    assert rows(world, "SELECT max(version) FROM document_versions") == [(1,)]
    # they are there again, with the validators that they had: what came between has not taken their place
    site.replies |= {path: Reply(FOR, etag=f'"{path}"') for path in paths.values()} | {"/robots.txt": Reply(status=404)}
    _forget_robots(world)
    assert step(world, 6 * HOUR).outcomes == {Word.UNCHANGED: 10}
    assert {name: site.asked(path)[-1].status for name, path in paths.items()} == dict.fromkeys(paths, 304)


def _forget_robots(world: World) -> None:
    rows(world, "DELETE FROM robots_files")


@pytest.mark.usefixtures("held")
def test_a_text_of_the_feed_itself_is_kept_while_the_feed_gives_it(world: World, site: ScriptedSite) -> None:
    """The page is a teaser, the feed has it all: looking again must not take the teaser for an edit."""
    site.replies["/a"] = Reply(f"<html><body><article><p>{FOR[:80]}</p></article></body></html>", kind="text/html")
    full = ITEM._replace(content=f"<p>{FOR}</p>")
    site.put_feed("/feed", full)
    step(world, timedelta(0))
    site.put_feed("/feed")
    assert step(world, HOUR).outcomes == {Word.UNCHANGED: 1}
    site.put_feed("/feed", full._replace(content=f"<p>{AGAINST}</p>"))
    step(world, 2 * HOUR)
    assert [row[0] for row in rows(world, POSITIONS)] == ["supports", "opposes"]


SAYS = Item("/a", "The bridge on the Lenn", summary="Words about it. 12 comments", guid="http://n.example/1#0")
SIGNS = {
    "title": SAYS._replace(title="The bridge on the Lenn, after all"),
    "summary": SAYS._replace(summary="Other words about it. 12 comments"),
    "content": SAYS._replace(content="<p>The whole bridge</p>"),
    "revision of the guid": SAYS._replace(guid="http://n.example/1#1"),
    "date of its last edit": SAYS._replace(updated="2026-05-04T08:40:00Z"),
}
NOISES = {
    "nothing": SAYS,
    "comments": SAYS._replace(summary="Words about it. 13 comments"),
    "white space and markup": SAYS._replace(summary="Words  about\n it. <![CDATA[<b>12</b>]]> comments"),
    "another guid": SAYS._replace(guid="http://n.example/1/other#0"),
    "trackers of its link": SAYS._replace(link="/a?utm_source=rss&amp;at_medium=x"),
    "trackers in its summary": SAYS._replace(summary="Words about it. http://n.example/a?utm_source=2 12 comments"),
}
BESIDE = [Item(f"/p{number}", f"Weather {number}") for number in range(4)]


@pytest.mark.usefixtures("held")
def test_a_feed_calls_for_a_look_by_what_an_entry_says_and_by_nothing_else(world: World, site: ScriptedSite) -> None:
    """An article for each sign and each noise; the order of entries and the time of the build change too, and are nobody's words."""
    cases = {**SIGNS, **NOISES}
    paths = {name: f"/a{number}" for number, name in enumerate(cases)}

    def place(item: Item, path: str) -> Item:
        return item._replace(link=item.link.replace("/a", path, 1), guid=item.guid.replace("/1", path, 1))

    def first(item: Item, path: str) -> Item:
        return place(SAYS._replace(summary=item.summary.replace("=2", "=1").replace("13", "12")) if "=2" in item.summary else SAYS, path)

    site.replies |= {path: Reply(f"{path}: {FOR}", etag=f'"{path}"') for path in paths.values()}
    site.put_feed("/feed", *(first(item, paths[name]) for name, item in cases.items()), *BESIDE)
    step(world, timedelta(0), tag=False)
    for minutes in (15, 30):  # the same again asks for nothing again
        changed = [place(item, paths[name]) for name, item in cases.items()]
        site.put_feed("/feed", *reversed(BESIDE), *reversed(changed), built=f"Mon, 04 May 2026 08:{minutes}:00 GMT")
        step(world, timedelta(minutes=minutes), tag=False)
    asked = {name: [hit.path for hit in site.hits if hit.path.partition("?")[0] == path] for name, path in paths.items()}
    assert {name for name, paths in asked.items() if len(paths) == 2} == set(SIGNS)
    assert {name for name, paths in asked.items() if len(paths) == 1} == set(NOISES)
    conditional = {name for name, path in paths.items() if any(hit.etag for hit in site.asked(path))}
    assert conditional == set(SIGNS) - {"content"}, "a text of the feed itself is read with the whole page"


@pytest.mark.usefixtures("held")
def test_a_date_of_edit_that_all_entries_share_is_the_feeds(world: World, site: ScriptedSite) -> None:
    for minutes in (10, 25, 40):
        built = f"2026-05-04T08:{minutes}:00Z"
        site.put_feed("/feed", *(item._replace(updated=built) for item in (SAYS, *BESIDE)))
        step(world, timedelta(minutes=minutes), tag=False)
    assert site.count("/a") == 1


@pytest.mark.usefixtures("held")
def test_a_feed_that_edits_by_itself_is_not_heeded_for_long(world: World, site: ScriptedSite) -> None:
    for number in range(8):
        site.put_feed("/feed", SAYS._replace(summary=f"Read by {number * 7} of us"))
        step(world, number * timedelta(minutes=5), tag=False)
    assert site.count("/a") == 1 + MOST_IDLE_CALLS
    step(world, HOUR)
    assert site.count("/a") == 2 + MOST_IDLE_CALLS, "the schedule goes on"


@pytest.mark.usefixtures("held")
def test_an_edit_in_the_feed_reaches_what_waits_and_what_was_off_topic(world: World, site: ScriptedSite) -> None:
    site.put_feed("/feed", ITEM, Item("/b", "Weather"))
    site.replies |= {"/a": Reply(status=503), "/b": Reply(AGAINST)}
    step(world, timedelta(0))
    site.put_feed("/feed", ITEM._replace(title="The bridge, corrected"), Item("/b", "Weather at the bridge"))
    step(world, timedelta(minutes=5))
    assert rows(world, "SELECT title FROM waiting_entries") == [("The bridge, corrected",)]
    assert rows(world, "SELECT title FROM documents") == [("Weather at the bridge",)]


@pytest.mark.usefixtures("held")
def test_the_schedule_falls_and_ends_and_what_was_missed_is_not_made_up_for(world: World, site: ScriptedSite) -> None:
    for after in (timedelta(0), timedelta(minutes=50), *AGAIN_AFTER, 8 * DAY, 30 * DAY):
        step(world, after, tag=False)
    assert [(hit.etag, hit.status) for hit in site.asked("/a")] == [(None, 200), *[('"1"', 304)] * 4, (None, 200)]
    assert rows(world, "SELECT next_ask_at FROM page_checks") == [(None,)]
    # an article of which a week was missed is looked at once
    site.replies["/b"] = Reply(AGAINST)
    site.put_feed("/feed", Item("/b", "A second bridge"))
    for after in (40 * DAY, 45 * DAY, 46 * DAY):
        step(world, after, tag=False)
    assert site.count("/b") == 2


@pytest.mark.usefixtures("held")
def test_off_topic_articles_and_seeds_are_not_asked_for_again(world: World, site: ScriptedSite) -> None:
    site.replies["/a"] = Reply("A long text about nothing that matters here. " * 9)
    world.add_entry("seed.txt", FOR, published="2026-05-01")
    with (world.seeds / "manifest.toml").open("a", encoding="utf-8") as stream:
        stream.write(f'url = "{site.url("/seeded")}"\n')
    load_first_batch(world.context().in_run("seeds"))
    for hours, title in ((0, "Bridge"), (1, "Bridge, another title"), (6, "Bridge, a third")):
        site.put_feed("/feed", ITEM._replace(title=title), Item("/seeded", title))
        step(world, hours * HOUR)
    assert rows(world, "SELECT relevance FROM taggings JOIN documents d USING (document_id) WHERE d.feed_id IS NOT NULL") == [(0.0,)]
    assert (site.count("/a"), site.count("/seeded")) == (1, 0)
    assert rows(world, "SELECT count(*) FROM page_checks") == [(0,)]


@pytest.mark.usefixtures("held")
def test_looking_again_never_crowds_out_what_is_new(world: World, site: ScriptedSite) -> None:
    def publish(first: int, count: int) -> None:
        items = [Item(f"/n{number}", f"Bridge {number}") for number in range(first, first + count)]
        site.replies |= {item.link: Reply(f"{item.title}. {FOR}") for item in items}
        site.put_feed("/feed", *items)

    publish(0, 6)
    step(world, timedelta(0), tag=False)
    publish(6, 4)
    asked = len(site.hits)
    poll = step(world, HOUR, poll_pages=5, poll_again=3, tag=False)
    assert {hit.path for hit in site.hits[asked + 1 : asked + 5]} == {"/n6", "/n7", "/n8", "/n9"}
    assert poll.notes == ("1 known articles asked for again: none changed",)
    poll = step(world, HOUR + timedelta(minutes=5), poll_again=3, tag=False)
    assert poll.notes == ("3 known articles asked for again: none changed",)
    poll = step(world, HOUR + timedelta(minutes=10), poll_again=0, tag=False)
    assert poll.notes == ()


# The same poll in a process of its own, with the quick tagger of these tests
CHILD = """
import sys
sys.path.insert(0, sys.argv[1])
import flows.context
from datetime import datetime
from pathlib import Path
from flow_samples import QuickTagger, World
flows.context.Tagger = QuickTagger
from flows.running import run_poll
ctx = World(Path(sys.argv[2])).context(now=datetime.fromisoformat(sys.argv[3]), allow_private=True, host_gap_s=0, batch_size=2)
run_poll(ctx)
"""


@pytest.mark.parametrize("killed_at", [2, 5])
def test_a_kill_while_looking_again_loses_nothing_and_doubles_nothing(world: World, site: ScriptedSite, killed_at: int) -> None:
    paths = [f"/k{number}" for number in range(6)]
    site.replies |= {path: Reply(f"Letter {path}. {FOR}", etag=f'"{path}"') for path in paths}
    site.put_feed("/feed", *(Item(path, f"Bridge {path}") for path in paths))
    step(world, timedelta(0))
    site.replies |= {path: Reply(f"Letter {path}. {AGAINST}") for path in paths[:4]} | {paths[4]: Reply(status=410)}
    looks = Counter(hit.path for hit in site.hits)
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(Path(__file__).parent), str(world.folder), (NOW + HOUR).isoformat()],
        env={**os.environ, "PYTHONPATH": str(REPO)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    seen: list[str] = []

    def kill_at_look(hit: Any) -> None:
        seen.extend([hit.path] * (hit.path in paths))
        if len(seen) == killed_at:
            os.kill(child.pid, signal.SIGKILL)

    site.at_hit = kill_at_look
    _, err = child.communicate(timeout=60)
    assert (child.returncode, err) == (-signal.SIGKILL, "")
    site.at_hit = lambda hit: None
    done = rows(world, "SELECT count(*) FROM document_versions WHERE version = 2")[0][0]
    assert done < 4
    step(world, HOUR + timedelta(minutes=1))
    assert rows(world, "SELECT version, count(*) FROM document_versions GROUP BY ALL ORDER BY ALL") == [(1, 6), (2, 4)]
    assert rows(world, "SELECT count(*) FROM gone_documents") == [(1,)]
    standing = "SELECT stance, withdrawn_reason, count(*) FROM positions GROUP BY ALL ORDER BY ALL"
    assert rows(world, standing) == [("opposes", None, 4), ("supports", "edited", 4), ("supports", "gone", 1), ("supports", None, 1)]
    assert all(0 < hits - looks[path] <= 2 for path, hits in Counter(hit.path for hit in site.hits).items() if path in paths)
    assert rows(world, "SELECT count(*) FROM page_checks WHERE asked_at > first_seen_at") == [(6,)]
