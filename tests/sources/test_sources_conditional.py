"""Validators, moved feeds, and hosts that want rest: what the server is asked, poll after poll."""

import ssl
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import aiohttp.connector
import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from polling_builders import NOW, PAGE, Desk, address_id, make_feed, make_last, never, rss

from sources.schedule import is_due
from vocabulary.words import DocumentOutcome, FeedPause, PollStatus

HOUR = timedelta(hours=1)


def moved(status: int, target: str) -> web.Response:
    return web.Response(status=status, headers={"Location": target} if target else {})


VALIDATORS = {
    "strong": ('"abc"', ""),
    "weak": ('W/"abc"', ""),
    "without quotes": ("abc", ""),
    "with quotes inside": ('"a"b\\"', ""),
    "with a comma": ('"a,b"', ""),
    "date": ("", "Wed, 26 Mar 2025 10:00:00 GMT"),
    "date as the server writes it": ("", "2025-03-26 10:00"),
    "both": ('"abc"', "Wed, 26 Mar 2025 10:00:00 GMT"),
}


@pytest.mark.parametrize(("etag", "modified"), VALIDATORS.values(), ids=VALIDATORS.keys())
async def test_row_33_validators_go_back_verbatim(open_site: Any, etag: str, modified: str) -> None:
    headers = {name: value for name, value in (("ETag", etag), ("Last-Modified", modified)) if value}
    site = await open_site(feed=rss(**{name.replace("-", "_"): value for name, value in headers.items()}))
    desk = Desk([make_feed(site.url("/feed"))])
    await desk.poll()
    site.pages["/feed"] = web.Response(status=304)
    await desk.poll(now=NOW + HOUR)
    assert "If-None-Match" not in site.headers[0]
    assert "If-Modified-Since" not in site.headers[0]
    assert (site.headers[1].get("If-None-Match", ""), site.headers[1].get("If-Modified-Since", "")) == (etag, modified)
    assert (desk.row.status, desk.row.etag, desk.row.last_modified) == (PollStatus.NOT_MODIFIED, etag, modified)


async def test_row_33_a_304_with_another_etag_renews_it(open_site: Any) -> None:
    site = await open_site(feed=web.Response(status=304, headers={"ETag": '"2"'}))
    desk = Desk([make_feed(site.url("/feed"))], last={"feed": make_last(etag='"1"', last_modified="then", failures=3)})
    await desk.poll()
    assert (desk.row.status, desk.row.http_status, desk.row.failures) == (PollStatus.NOT_MODIFIED, 304, 0)
    assert (desk.row.etag, desk.row.last_modified) == ('"2"', "then")
    assert site.headers[0]["If-None-Match"] == '"1"'


async def test_row_33_a_200_with_the_same_etag_is_read(open_site: Any) -> None:
    site = await open_site(feed=rss("/a", ETag='"1"'), a=PAGE, b=PAGE)
    desk = Desk([make_feed(site.url("/feed"))])
    await desk.poll()
    site.pages["/feed"] = rss("/a", "/b", ETag='"1"')
    await desk.poll(now=NOW + HOUR)
    assert (desk.row.status, desk.row.items, desk.row.new_items) == (PollStatus.OK, 2, 1)
    assert desk.keeper.addresses() == [site.url("/a"), site.url("/b")]


async def test_row_33_last_modified_of_2041_is_kept_and_not_sent(open_site: Any) -> None:
    site = await open_site(feed=rss(Last_Modified="Sat, 26 Mar 2041 10:00:00 GMT", ETag='"1"'))
    desk = Desk([make_feed(site.url("/feed"))])
    await desk.poll()
    await desk.poll(now=NOW + HOUR)
    assert "If-Modified-Since" not in site.headers[1]
    assert site.headers[1]["If-None-Match"] == '"1"'
    assert desk.row.last_modified == "Sat, 26 Mar 2041 10:00:00 GMT"


async def test_row_33_the_whole_feed_is_fetched_weekly(open_site: Any) -> None:
    async def stuck(request: web.Request) -> web.Response:
        return web.Response(status=304) if "If-None-Match" in request.headers else rss(ETag='"never changes"')

    site = await open_site(feed=stuck)
    desk = Desk([make_feed(site.url("/feed"))])
    for day in range(15):
        await desk.poll(now=NOW + timedelta(days=day), force=True)
    whole = [day for day, headers in enumerate(site.headers) if "If-None-Match" not in headers]
    assert whole == [0, 7, 14]


async def test_another_watch_asks_for_the_whole_feed_and_judges_anew(open_site: Any) -> None:
    site = await open_site(feed=rss("/a", "/b", ETag='"1"'), a=PAGE, b=PAGE)
    desk = Desk([make_feed(site.url("/feed"))])
    await desk.poll(watch_version="one", wanted=lambda item: item.url.endswith("/b"))
    await desk.poll(watch_version="one", now=NOW + HOUR, wanted=lambda item: True)
    assert desk.keeper.addresses() == [site.url("/b")]
    await desk.poll(watch_version="two", now=NOW + 2 * HOUR, wanted=lambda item: True)
    assert desk.keeper.addresses() == [site.url("/a"), site.url("/b")]
    asked = [headers.get("If-None-Match") for path, headers in zip(site.hits, site.headers, strict=True) if path == "/feed"]
    assert asked == [None, '"1"', None]
    assert site.hits.count("/b") == 1


async def test_row_33_a_failed_poll_keeps_the_validators(open_site: Any) -> None:
    site = await open_site(feed=web.Response(status=500))
    desk = Desk([make_feed(site.url("/feed"))], last={"feed": make_last(etag='"1"', last_modified="then")})
    await desk.poll()
    assert (desk.row.status, desk.row.etag, desk.row.last_modified, desk.row.failures) == (PollStatus.HTTP_ERROR, '"1"', "then", 1)


async def test_row_33_validators_of_another_address_are_not_sent(open_site: Any) -> None:
    site = await open_site(feed=rss())
    last = make_last(etag='"1"', address_id=address_id(site.url("/old")), next_poll_at=NOW + HOUR, failures=7)
    desk = Desk([make_feed(site.url("/feed"))], last={"feed": last})
    await desk.poll()
    assert "If-None-Match" not in site.headers[0]
    assert (desk.row.status, desk.row.failures) == (PollStatus.EMPTY, 0)


@pytest.mark.parametrize("status", [301, 308])
async def test_row_31_a_move_for_good_is_kept_after_two_polls(open_site: Any, status: int) -> None:
    site = await open_site(old=moved(status, "/new"), new=rss(ETag='"1"'))
    desk = Desk([make_feed(site.url("/old"))])
    await desk.poll()
    assert (desk.row.moved_to, desk.row.address) == (site.url("/new"), "")
    await desk.poll(now=NOW + HOUR)
    assert (desk.row.moved_to, desk.row.address, desk.row.feed_id) == ("", site.url("/new"), "feed")
    site.hits.clear()
    await desk.poll(now=NOW + 2 * HOUR)
    await desk.poll(now=NOW + 3 * HOUR)
    assert site.hits == ["/new", "/new"]
    assert site.headers[-1]["If-None-Match"] == '"1"'
    assert (desk.row.address, desk.row.status) == (site.url("/new"), PollStatus.EMPTY)


async def test_row_31_a_moved_feed_that_fails_is_asked_at_its_old_address_again(open_site: Any) -> None:
    site = await open_site(old=rss())
    last = make_last(address=site.url("/new"), address_id=address_id(site.url("/old")), etag='"of the new one"')
    desk = Desk([make_feed(site.url("/old"))], last={"feed": last})
    for hour in range(4):
        await desk.poll(now=NOW + hour * HOUR, force=True)
    assert site.hits == ["/new", "/new", "/new", "/old"]
    assert "If-None-Match" not in site.headers[-1]
    assert (desk.row.address, desk.row.status) == ("", PollStatus.EMPTY)


NOT_KEPT = {
    "found elsewhere for now": (302, "/new"),
    "temporary": (307, "/new"),
    "see other": (303, "/new"),
    "for good, then for now": (301, "/hop"),
    "leads to a page": (301, "/page"),
    "a key in the address": (301, "/new?token=secret"),
}


@pytest.mark.parametrize(("status", "target"), NOT_KEPT.values(), ids=NOT_KEPT.keys())
async def test_row_31_other_moves_are_followed_and_not_kept(open_site: Any, status: int, target: str) -> None:
    site = await open_site(old=moved(status, target), hop=moved(302, "/new"), new=rss(), page=PAGE)
    desk = Desk([make_feed(site.url("/old"))])
    for hour in range(3):
        await desk.poll(now=NOW + hour * HOUR, force=True)
    if target == "/hop":  # the part that is for good is
        assert desk.row.address == site.url("/hop")
    else:
        assert site.hits.count("/old") == 3
        assert desk.row.address == ""
    assert "secret" not in str(desk.keeper.polls)


async def test_row_31_moves_that_differ_are_not_kept(open_site: Any) -> None:
    site = await open_site(old=moved(301, "/one"), one=rss(), two=rss())
    desk = Desk([make_feed(site.url("/old"))])
    await desk.poll()
    site.pages["/old"] = moved(301, "/two")
    await desk.poll(now=NOW + HOUR)
    assert (desk.row.address, desk.row.moved_to) == ("", site.url("/two"))
    site.pages["/old"] = rss()
    await desk.poll(now=NOW + 2 * HOUR)
    assert (desk.row.address, desk.row.moved_to) == ("", "")


BAD_MOVES = {"nowhere": "", "itself": "/old", "a loop": "/loop", "a file": "file:///etc/passwd", "malformed": "http://[::1"}


@pytest.mark.parametrize("target", BAD_MOVES.values(), ids=BAD_MOVES.keys())
async def test_row_31_a_move_that_leads_nowhere_is_a_failed_poll(open_site: Any, target: str) -> None:
    site = await open_site(old=moved(301, target), loop=moved(308, "/old"))
    desk = Desk([make_feed(site.url("/old"))])
    await desk.poll()
    assert desk.row.status in (PollStatus.HTTP_ERROR, PollStatus.REFUSED)
    assert (desk.row.address, desk.row.moved_to, desk.row.failures) == ("", "", 1)
    assert len(site.hits) == {"/old": 6, "/loop": 6}.get(target, 1)
    await desk.poll(now=NOW + HOUR, force=True)
    assert (desk.row.address, desk.row.moved_to, desk.row.failures) == ("", "", 2)


async def test_row_31_a_chain_of_moves_for_good_is_kept_as_its_end(open_site: Any) -> None:
    site = await open_site(old=moved(301, "/two"), two=moved(308, "/three"), three=moved(301, "/new"), new=rss("/a"), a=PAGE)
    desk = Desk([make_feed(site.url("/old"))])
    for hour in range(3):
        await desk.poll(now=NOW + hour * HOUR, force=True)
    assert (desk.row.feed_id, desk.row.address, desk.row.new_items) == ("feed", site.url("/new"), 0)
    assert [path for path in site.hits if path not in ("/a", "/robots.txt")] == [*["/old", "/two", "/three", "/new"] * 2, "/new"]
    assert {poll.feed_id for poll in desk.keeper.polls} == {"feed"}
    assert len(desk.keeper.documents) == 1


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """Return what a site of this machine needs to speak https, and have the client trust it and nobody else."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    today = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    builder = builder.not_valid_before(today - timedelta(days=1)).not_valid_after(today + timedelta(days=1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    shown, hidden = tmp_path / "certificate.pem", tmp_path / "key.pem"
    shown.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    hidden.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    monkeypatch.setattr(aiohttp.connector, "_SSL_CONTEXT_VERIFIED", ssl.create_default_context(cafile=str(shown)))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(shown, hidden)
    return context


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_row_31_a_move_from_https_to_http_is_refused(open_site: Any, tls: ssl.SSLContext, status: int) -> None:
    """Whoever stands between could write what comes over http; the other way round is welcome."""
    plain = await open_site(feed=rss("/a"), up=moved(status, ""), a=PAGE)
    safe = await open_site(ssl=tls, feed=rss("/a"), down=moved(status, plain.url("/feed")), page=moved(status, plain.url("/a")))
    place = f"https://localhost:{safe.port}"
    plain.pages["/up"] = moved(status, f"{place}/feed")
    safe.pages["/links"] = rss("/page")
    feeds = {"down": f"{place}/down", "links": f"{place}/links", "up": plain.url("/up")}
    desk = Desk([make_feed(url, name) for name, url in feeds.items()])
    await desk.poll(wanted=lambda item: item.url.endswith("/page"))
    await desk.poll(now=NOW + HOUR, force=True, wanted=never)
    rows = desk.keeper.newest()
    assert {name: row.status for name, row in rows.items()} == {"down": PollStatus.REFUSED, "links": PollStatus.OK, "up": PollStatus.OK}
    assert "redirects from https to http" in rows["down"].detail
    assert (rows["down"].address, rows["down"].moved_to) == ("", "")
    assert rows["up"].address == (f"{place}/feed" if status in (301, 308) else "")
    assert [failure.outcome for failure in desk.keeper.failures if failure.item.endswith("/page")] == [DocumentOutcome.REFUSED]
    assert plain.hits == ["/up", "/up"]
    assert safe.hits.count("/down") == 2


async def test_row_30_a_feed_that_is_gone_is_paused_and_seen_to_be(open_site: Any) -> None:
    site = await open_site(feed=web.Response(status=410))
    desk = Desk([make_feed(site.url("/feed"))])
    await desk.poll()
    assert (desk.row.status, desk.row.pause, desk.row.next_poll_at) == (PollStatus.GONE, FeedPause.GONE, NOW + timedelta(days=30))
    summary = await desk.poll(now=NOW + timedelta(days=29))
    assert (summary.not_due, summary.paused, len(site.hits)) == (1, 1, 1)
    site.pages["/feed"] = rss()
    await desk.poll(now=NOW + timedelta(days=30))
    assert (desk.row.status, desk.row.pause) == (PollStatus.EMPTY, None)


@pytest.mark.parametrize("status", [404, 403, 500])
async def test_row_30_a_feed_that_is_not_found_is_asked_ever_more_seldom(open_site: Any, status: int) -> None:
    """Sixty days of a scheduler that comes every half hour: soon once a day, after a fortnight once a month, and never for ever."""
    asked: list[float] = []
    hour = 0.0

    async def missing(request: web.Request) -> web.Response:
        asked.append(hour)
        return web.Response(status=status)

    site = await open_site(feed=missing)
    desk = Desk([make_feed(site.url("/feed"))])
    for half in range(60 * 48):
        hour = half / 2
        now = NOW + hour * HOUR
        if is_due(desk.keeper.newest().get("feed"), address_id(site.url("/feed")), now):
            await desk.poll(now=now)
    gaps = [later - earlier for earlier, later in pairwise(asked)]
    days = Counter(int(at // 24) for at in asked)
    assert (asked[0], days[0] < 9, max(days[day] for day in range(2, 60)) <= 2) == (0.0, True, True)
    assert all(17 <= gap <= 31 for gap in gaps[7:-1])
    assert gaps[-1] == 30 * 24
    assert desk.row.pause is FeedPause.FAILING
    assert desk.row.http_status == status
    assert [row.status for row in desk.keeper.polls] == [PollStatus.HTTP_ERROR] * len(asked)
    assert [row.failures for row in desk.keeper.polls] == list(range(1, len(asked) + 1))
    site.pages["/feed"] = rss()
    assert desk.row.next_poll_at is not None
    await desk.poll(now=desk.row.next_poll_at)
    assert (desk.row.status, desk.row.pause, desk.row.failures) == (PollStatus.EMPTY, None, 0)


RESTS = {
    "429, seconds": (429, "7200", 2 * HOUR),
    "503, seconds": (503, "7200", 2 * HOUR),
    "429, date": (429, "Wed, 26 Mar 2025 14:00:00 GMT", 2 * HOUR),
    "503, date": (503, "Wed, 26 Mar 2025 14:00:00 GMT", 2 * HOUR),
    "429, ten years": (429, "315360000", timedelta(days=1)),
    "429, ten years as a date": (429, "Mon, 26 Mar 2035 14:00:00 GMT", timedelta(days=1)),
    "503, ten years": (503, "315360000", timedelta(days=1)),
    "429, no number that fits": (429, "9" * 400, timedelta(days=1)),
    "429, a date long past": (429, "Mon, 26 Mar 2001 14:00:00 GMT", timedelta(minutes=15)),
    "429, garbage": (429, "later", timedelta(minutes=15)),
    "429, negative": (429, "-1", timedelta(minutes=15)),
    "429, nothing": (429, "", timedelta(minutes=15)),
}


@pytest.mark.parametrize(("status", "value", "rest"), RESTS.values(), ids=RESTS.keys())
async def test_row_32_a_host_that_wants_rest_gets_it_for_all_its_feeds_and_pages(
    open_site: Any, status: int, value: str, rest: timedelta
) -> None:
    refusal = web.Response(status=status, headers={"Retry-After": value} if value else {})
    site = await open_site(one=rss("/a"), two=refusal, three=rss(), a=PAGE)
    feeds = [make_feed(site.url(f"/{name}"), name) for name in ("one", "two", "three")]
    desk = Desk(feeds)
    summary = await desk.poll()
    assert site.hits == ["/one", "/two"]
    assert summary.resting == 1
    rows = desk.keeper.newest()
    assert rows["two"].next_poll_at is not None
    assert rows["two"].next_poll_at >= NOW + rest
    (pause,) = desk.keeper.pauses
    assert (pause.host, pause.not_before) == ("127.0.0.1", NOW + rest)
    assert [entry.not_before for entry in desk.keeper.waiting.values()] == [NOW + rest]
    summary = await desk.poll(now=NOW + rest - timedelta(seconds=1), force=True)
    assert (summary.resting, len(site.hits)) == (3, 2)
    await desk.poll(now=NOW + rest, force=True)
    assert site.hits[2:3] == ["/three"]  # never asked yet


@pytest.mark.parametrize(
    "value", ["later", "-1", "", "0", "Mon, 26 Mar 2001 14:00:00 GMT"], ids=["garbage", "negative", "nothing", "0", "past"]
)
async def test_row_32_503_without_a_wish_that_holds_is_a_failed_poll_alone(open_site: Any, value: str) -> None:
    site = await open_site(one=web.Response(status=503, headers={"Retry-After": value} if value else {}), two=rss())
    desk = Desk([make_feed(site.url(f"/{name}"), name) for name in ("one", "two")])
    await desk.poll()
    rows = desk.keeper.newest()
    assert (rows["one"].status, rows["one"].failures, rows["two"].status) == (PollStatus.HTTP_ERROR, 1, PollStatus.EMPTY)
    assert (site.hits, desk.keeper.pauses) == (["/one", "/two"], [])


async def test_row_32_rest_is_that_of_one_host(open_site: Any) -> None:
    """The same server under another name is another host, and is asked on."""
    site = await open_site(one=web.Response(status=429, headers={"Retry-After": "3600"}), two=rss("/a"), three=rss("/b"), a=PAGE, b=PAGE)
    other = f"http://localhost:{site.port}"
    feeds = [make_feed(site.url("/one"), "one"), make_feed(site.url("/two"), "two"), make_feed(f"{other}/three", "three")]
    desk = Desk(feeds)
    summary = await desk.poll()
    assert (sorted(site.hits), summary.resting) == (["/b", "/one", "/robots.txt", "/three"], 1)
    assert [pause.host for pause in desk.keeper.pauses] == ["127.0.0.1"]
    for minute in range(0, 60, 7):
        await desk.poll(now=NOW + timedelta(minutes=minute), force=True)
    assert (site.hits.count("/one"), site.hits.count("/two"), site.hits.count("/three")) == (1, 0, 10)
    await desk.poll(now=NOW + HOUR, force=True)
    assert (site.hits.count("/two"), site.hits.count("/one")) == (1, 2)  # never asked yet, so before the one that wanted rest


async def test_row_32_a_page_that_wants_rest_waits_without_counting_attempts(open_site: Any) -> None:
    site = await open_site(feed=rss("/a", "/b"), a=web.Response(status=429, headers={"Retry-After": "600"}), b=PAGE)
    desk = Desk([make_feed(site.url("/feed"))])
    await desk.poll()
    assert site.hits.count("/b") == 0
    assert [(entry.attempts, entry.not_before) for entry in desk.keeper.waiting.values()] == [(0, NOW + timedelta(minutes=10))] * 2
