"""Rows 26 and 27 of the faults: dates that cannot be, and where a day ends. The clock stands still, and moves only when told to."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flow_samples import NOW, World
from loose_site import CLAIM, LooseSite, Reply, article, feed_of, make_feed_text

from flows.context import RunContext
from flows.lock import hold_warehouse
from flows.reports import DigestReport
from flows.running import run_daily_digest, run_direct, run_poll, run_tag

pytestmark = pytest.mark.usefixtures("quick")
TODAY = NOW.date()


@pytest.fixture
def site(world: World) -> Iterator[LooseSite]:
    made = LooseSite()
    with world.watch.open("a", encoding="utf-8") as stream:
        stream.write(make_feed_text("post", made.url("/feed")))
    yield made
    made.close()


def context(world: World, now: datetime, **facts: Any) -> RunContext:
    return world.context(now=now, **{"allow_private": True, "host_gap_s": 0, **facts})


def rows(world: World, sql: str, **settings: Any) -> list[tuple[Any, ...]]:
    with hold_warehouse(world.settings(**settings)) as store:
        return store.connection.execute(sql).fetchall()


def digest_of(world: World, day: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((world.settings().digests / day / "digest.json").read_text(encoding="utf-8"))
    return found


# --- row 26: dates --------------------------------------------------------------------------------------------------------

ODD = {
    "missing": "",
    "far future": "Thu, 01 Jan 2099 00:00:00 GMT",
    "two days ahead": "Wed, 06 May 2026 10:00:00 GMT",
    "a day and a second ahead": "Tue, 05 May 2026 08:30:01 GMT",
    "year 1": "Mon, 01 Jan 0001 00:00:00 GMT",
    "clock's zero": "Thu, 01 Jan 1970 00:00:00 GMT",
    "either of two days": "03/04/2026",
    "no such day": "Tue, 31 Feb 2026 10:00:00 GMT",
    "seconds": "1777883400",
    "words": "the day after tomorrow",
}


@pytest.mark.parametrize("written", ODD.values(), ids=ODD.keys())
def test_row_26_an_odd_date_is_kept_as_written_and_the_day_of_sight_counts(world: World, site: LooseSite, written: str) -> None:
    site.pages = {"/feed": feed_of("/p0", date=written), "/p0": article()}
    run_poll(context(world, NOW))
    (row,) = rows(world, "SELECT published_on, published_at, published_basis FROM documents WHERE feed_id = 'post'")
    assert (row[0], row[1], row[2]) == (TODAY, NOW, "seen")
    assert rows(world, "SELECT published_raw FROM feed_entries") == [(written,)]
    assert site.hits.count("/p0") == 1


def dated_page(day: str) -> Reply:
    """Return a page that says itself, in three ways, when it was published."""
    facts = json.dumps({"@type": "NewsArticle", "headline": "The bridge", "datePublished": f"{day}T10:00:00Z"})
    head = f'<meta property="article:published_time" content="{day}T10:00:00Z"><script type="application/ld+json">{facts}</script>'
    words = "".join(f"<p>{CLAIM.replace('{}', str(number))[:300]}</p>" for number in range(4))
    body = f"<article><h1>The bridge</h1><time datetime='{day}'>{day}</time>{words}</article>"
    return Reply(
        f"<!DOCTYPE html><html lang='en'><head><title>The bridge</title>{head}</head><body>{body}</body></html>".encode(), "text/html"
    )


@pytest.mark.parametrize("by", ["feed", "page"])
@pytest.mark.parametrize("ahead", ["2026-05-06", "2031-01-01"])
def test_row_26_a_date_far_ahead_never_leads_a_digest(world: World, site: LooseSite, by: str, ahead: str) -> None:
    """An article of the day and one that says it is of a day to come: no line, no stance and no later digest is of that day."""
    moment = datetime.fromisoformat(f"{ahead}T10:00:00+00:00")
    written = f"{moment:%a, %d %b %Y %H:%M:%S} GMT" if by == "feed" else ""
    old = feed_of("/p0", date="Sun, 03 May 2026 10:00:00 GMT").body.decode()
    item = feed_of("/p1", date=written).body.decode().partition("<title>t</title>")[2].partition("</channel>")[0]
    site.pages = {"/feed": Reply(old.replace("</channel>", f"{item}</channel>").encode()), "/p0": article()}
    site.pages["/p1"] = dated_page(ahead if by == "page" else "2026-05-03")
    report = run_direct(context(world, NOW))
    assert report.digest is not None
    assert report.digest.day is not None
    assert report.digest.day <= TODAY
    assert site.hits.count("/p1") == 1
    assert rows(world, "SELECT count(*) FROM documents WHERE feed_id = 'post'") == [(2,)]
    assert rows(world, f"SELECT count(*) FROM documents WHERE published_on > DATE '{TODAY}'") == [(0,)]
    assert rows(world, f"SELECT count(*) FROM positions WHERE said_on > DATE '{TODAY}'") == [(0,)]
    issued = digest_of(world, report.digest.day.isoformat())
    assert ahead not in json.dumps(issued["changes"]) + json.dumps(issued.get("first_seen", []))
    later = run_daily_digest(context(world, NOW + timedelta(days=3)))
    assert later.digest is not None
    assert later.digest.day is not None
    assert later.digest.day <= TODAY + timedelta(days=2)


# --- row 27: days ---------------------------------------------------------------------------------------------------------

KYIV = "Europe/Kyiv"


def local(text: str, *, fold: int = 0) -> datetime:
    """Return a moment of Kyiv in UTC; `fold` 1 is the second of two."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(KYIV), fold=fold).astimezone(UTC)


MOMENTS = {
    "a second before midnight": (local("2026-05-03T23:59:59"), date(2026, 5, 3)),
    "midnight": (local("2026-05-04T00:00:00"), date(2026, 5, 4)),
    "after midnight, the day before in UTC": (local("2026-05-04T00:00:01"), date(2026, 5, 4)),
    "midnight in UTC": (datetime(2026, 5, 4, 0, 0, tzinfo=UTC), date(2026, 5, 4)),
    "last second of the day that spring shortens": (local("2026-03-29T23:59:59"), date(2026, 3, 29)),
    "first second after it": (local("2026-03-30T00:00:00"), date(2026, 3, 30)),
    "before the hour that spring skips": (local("2026-03-29T02:59:59"), date(2026, 3, 29)),
    "first second of that day": (local("2026-03-29T00:00:00"), date(2026, 3, 29)),
    "the hour that comes twice, first": (local("2026-10-25T03:30:00"), date(2026, 10, 25)),
    "the hour that comes twice, second": (local("2026-10-25T03:30:00", fold=1), date(2026, 10, 25)),
    "last second of the day of 25 hours": (local("2026-10-25T23:59:59"), date(2026, 10, 25)),
    "first second after that": (local("2026-10-26T00:00:00"), date(2026, 10, 26)),
}


@pytest.mark.parametrize(("now", "day"), MOMENTS.values(), ids=MOMENTS.keys())
def test_row_27_a_day_is_that_of_the_zone(world: World, site: LooseSite, now: datetime, day: date) -> None:
    """Seen without a date, and dated by the feed to the very moment: both lie on the reader's day, as does the poll."""
    ctx = context(world, now, timezone=KYIV)
    assert (ctx.today, ctx.yesterday) == (day, day - timedelta(days=1))
    undated = feed_of("/seen", date="").body.decode()
    item = (
        feed_of("/dated", date=f"{now:%a, %d %b %Y %H:%M:%S} GMT").body.decode().partition("<title>t</title>")[2].partition("</channel>")[0]
    )
    site.pages = {
        "/feed": Reply(undated.replace("</channel>", f"{item}</channel>").encode()),
        "/seen": article(),
        "/dated": article("So: " + CLAIM),
    }
    run_poll(ctx)
    assert sorted(site.hits) == ["/dated", "/feed", "/robots.txt", "/seen"]
    found = rows(world, "SELECT published_basis, published_on, published_at FROM documents ORDER BY 1", timezone=KYIV)
    assert [(basis, on, at) for basis, on, at in found] == [("feed", day, now), ("seen", day, now)]
    run_tag(context(world, now, timezone=KYIV))
    report = run_daily_digest(context(world, now, timezone=KYIV))
    assert report.digest is not None
    assert (report.digest.state, report.digest.day) == ("issued", day)
    assert rows(world, "SELECT day, documents, polls FROM coverage_days WHERE subject_kind = 'feed'", timezone=KYIV) == [(day, 2, 1)]


def run_day(world: World, now: datetime) -> DigestReport:
    digest = run_direct(context(world, now, timezone=KYIV)).digest
    assert digest is not None
    return digest


@pytest.mark.parametrize(
    ("night", "back"),
    [
        pytest.param("2026-05-05T00:30:00", timedelta(hours=1), id="a wrong clock set right"),
        pytest.param("2026-03-30T00:30:00", timedelta(hours=1), id="the night after spring"),
        pytest.param("2026-10-26T00:30:00", timedelta(hours=1), id="the night after autumn"),
        pytest.param("2026-05-05T00:30:00", timedelta(days=40), id="a clock of long ago"),
    ],
)
def test_row_27_a_clock_that_jumps_back_issues_nothing_twice(world: World, site: LooseSite, night: str, back: timedelta) -> None:
    """Over midnight and back: the day is not issued again, what was issued stands byte by byte, and the next day goes on."""
    midnight = local(night)
    site.pages = {"/feed": feed_of("/p0", date=f"{midnight - timedelta(days=2):%a, %d %b %Y %H:%M:%S} GMT"), "/p0": article()}
    opening = run_day(world, midnight - timedelta(days=1))
    site.pages["/feed"] = feed_of("/p1", date=f"{midnight - timedelta(hours=6):%a, %d %b %Y %H:%M:%S} GMT")
    site.pages["/p1"] = article("Borland supports the bridge after all. " * 12)
    ahead = run_day(world, midnight)
    assert ahead.day is not None
    assert (ahead.state, ahead.day) == ("issued", midnight.astimezone(ZoneInfo(KYIV)).date() - timedelta(days=1))
    before, stored = files(world), rows(world, "SELECT document_id, published_on FROM documents ORDER BY 1", timezone=KYIV)
    again = run_day(world, midnight - back)
    assert (again.state, again.number in (opening.number, ahead.number)) == ("reprinted", True)
    for day in (opening.day, ahead.day):
        assert day is not None
        past = run_daily_digest(context(world, midnight + timedelta(hours=1), timezone=KYIV), day=day).digest
        assert past is not None
        assert past.state == "reprinted"
    assert files(world) == before
    numbers = [number for (number,) in rows(world, "SELECT number FROM digests ORDER BY issued_at", timezone=KYIV)]
    assert numbers == [opening.number, ahead.number]
    assert rows(world, "SELECT document_id, published_on FROM documents ORDER BY 1", timezone=KYIV) == stored
    after = run_day(world, midnight + timedelta(days=1))
    assert (after.state, after.day, after.number) == ("issued", ahead.day + timedelta(days=1), (ahead.number or 0) + 1)
    assert {name: content for name, content in files(world).items() if not name.startswith("latest")}.items() >= {
        name: content for name, content in before.items() if not name.startswith("latest")
    }.items()


def files(world: World) -> dict[str, bytes]:
    folder = world.settings().digests
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
