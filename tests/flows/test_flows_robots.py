"""robots.txt over several polls into a real warehouse: obeyed, asked for once a day, and sooner where it could not be had."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flow_samples import NOW, World
from scripted_site import Item, Reply, ScriptedSite

from flows.context import RunContext
from flows.lock import hold_warehouse
from flows.reports import StepReport
from flows.running import run_poll
from sources.robots import MAX_BYTES
from vocabulary.words import DocumentOutcome

pytestmark = pytest.mark.usefixtures("quick")
HOUR = timedelta(hours=1)
ARTICLE = "Arland supports the bridge on the Lenn. " * 12
CLOSED = "User-agent: *\nDisallow: /no/\n"
# what robots.txt answers, and whether pages under /yes/ may be asked for; those under /no/ never, where there are rules
ROBOTS = {
    "rules": (Reply(CLOSED), True),
    "none": (Reply(status=404), True),
    "gone": (Reply(status=410), True),
    "closed to programs": (Reply(status=403), True),
    "rules for us": (Reply("User-agent: *\nAllow: /\n\nUser-agent: StanceWatch\nDisallow: /no/"), True),
    "all closed": (Reply("User-agent: *\nDisallow: /"), False),
    "more than is read": (Reply(CLOSED + "# and so on\n" * (MAX_BYTES // 8)), True),
    "moved": (Reply(status=301, headers={"Location": "/elsewhere.txt"}), True),
    "server error": (Reply(status=503), False),
    "web page": (Reply("<html><body>Disallow: /yes/</body></html>"), True),
}
WITHOUT_RULES = ("none", "gone", "closed to programs", "web page")


@pytest.fixture
def sites(world: World) -> Iterator[dict[str, ScriptedSite]]:
    """A site for each kind of robots.txt, and a watch that polls them all."""
    made = {name: ScriptedSite() for name in ROBOTS}
    for number, (name, site) in enumerate(made.items()):
        site.replies["/robots.txt"], _ = ROBOTS[name]
        site.replies["/elsewhere.txt"] = Reply(CLOSED)
        with world.watch.open("a", encoding="utf-8") as stream:
            stream.write(
                f'\n[[feeds]]\nid = "post{number}"\nurl = "{site.url("/feed")}"\noutlet = "Post"\ncountry = "ARL"\nkind = "online"\n'
            )
    yield made
    for site in made.values():
        site.close()


def context(world: World, now: datetime, **facts: Any) -> RunContext:
    return world.context(now=now, **{"allow_private": True, "host_gap_s": 0, **facts})


def poll(world: World, sites: dict[str, ScriptedSite], now: datetime, **facts: Any) -> StepReport:
    """Poll all feeds, each with an entry more in its open and in its closed part."""
    number = sum(1 for path in next(iter(sites.values())).replies if path.startswith("/yes/"))
    for site in sites.values():
        for part in ("yes", "no"):
            site.replies[f"/{part}/{number}"] = Reply(f"Letter {number}. {ARTICLE}")
        links = [path for path in site.replies if path.startswith(("/yes/", "/no/"))]
        site.put_feed("/feed", *(Item(link, f"The bridge {link}") for link in links))
    (report,) = run_poll(context(world, now, **facts), force=True).steps
    return report


def test_row_50_robots_is_obeyed_and_asked_for_once_a_day(world: World, sites: dict[str, ScriptedSite]) -> None:
    for hours in (0, 1, 9, 23):
        poll(world, sites, NOW + hours * HOUR)
    asked = {name: site.count("/robots.txt") for name, site in sites.items()}
    assert {name: count for name, count in asked.items() if count != 1} == {"server error": 4}, "a failure is no answer for a day"
    forbidden = {name: [hit.path for hit in site.hits if hit.path.startswith("/no/")] for name, site in sites.items()}
    assert {name for name, paths in forbidden.items() if paths} == set(WITHOUT_RULES)
    allowed = {name: any(hit.path.startswith("/yes/") for hit in site.hits) for name, site in sites.items()}
    assert allowed == {name: is_open for name, (_, is_open) in ROBOTS.items()}
    # a day is over, and what the sites say now counts
    for name, site in sites.items():
        site.replies["/robots.txt"] = Reply("User-agent: *\nDisallow: /" if name != "all closed" else "")
        site.hits.clear()
    poll(world, sites, NOW + 25 * HOUR)
    assert {site.count("/robots.txt") for site in sites.values()} == {1}
    pages = {name: sum(hit.path.startswith(("/yes/", "/no/")) for hit in site.hits) for name, site in sites.items()}
    assert {name for name, count in pages.items() if count} == {"all closed"}
    with hold_warehouse(world.settings()) as store:
        longest = store.connection.execute("SELECT max(length(text)) FROM robots_files").fetchone()
        assert store.connection.execute("SELECT count(*) FROM robots_files").fetchone() == (len(ROBOTS),)
    assert longest is not None
    assert longest[0] <= MAX_BYTES


def test_an_older_answer_holds_while_robots_cannot_be_had_and_for_30_days_at_most(world: World, sites: dict[str, ScriptedSite]) -> None:
    kept = {"rules": sites["rules"]}
    for name, site in sites.items():
        if name not in kept:
            site.put_feed("/feed")
    (site,) = kept.values()
    poll(world, kept, NOW, poll_again=0)
    site.replies["/robots.txt"] = Reply(status=500)
    site.hits.clear()
    report = poll(world, kept, NOW + 25 * HOUR, poll_again=0)
    assert report.notes == ("1 sites whose robots.txt cannot be read now: their last answer, up to 30 days old, holds",)
    poll(world, kept, NOW + 25 * HOUR + timedelta(minutes=20), poll_again=0)
    assert (site.count("/robots.txt"), site.count("/yes/1"), site.count("/yes/2")) == (1, 1, 1), "no second try within the half hour"
    poll(world, kept, NOW + 26 * HOUR, poll_again=0)
    assert site.count("/robots.txt") == 2
    report = poll(world, kept, NOW + timedelta(days=31), poll_again=0)
    assert report.outcomes[DocumentOutcome.UNREACHABLE] >= 2
    assert site.count("/yes/4") == 0
    assert not any(hit.path.startswith("/no/") for hit in site.hits)
    # it answers again: what waited is fetched
    site.replies["/robots.txt"] = Reply(CLOSED)
    poll(world, kept, NOW + timedelta(days=31, hours=1), poll_again=0)
    assert (site.count("/yes/4"), any(hit.path.startswith("/no/") for hit in site.hits)) == (1, False)


def test_the_crawl_delay_of_a_kept_answer_counts(world: World, sites: dict[str, ScriptedSite], monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {"rules": sites["rules"]}
    sites["rules"].replies["/robots.txt"] = Reply("User-agent: *\nCrawl-delay: 0.05")
    slowed: list[tuple[str, float]] = []
    monkeypatch.setattr("sources.politeness.Turns.slow_down", lambda self, host, gap_s: slowed.append((host, gap_s)))
    for hours in (0, 1):
        poll(world, kept, NOW + hours * HOUR)
        assert slowed == [("127.0.0.1", 0.05)] * (hours + 1)
    assert sites["rules"].count("/robots.txt") == 1
