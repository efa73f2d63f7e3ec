import gzip
import http.client
import time

import pytest
from newsroom_client import at, get

from newsroom.answers import answer
from newsroom.scenario import Scenario, load_scenario
from newsroom.site import Newsroom

DAY = "2025-03-06T23:00:00"


def feed_url(room: Newsroom, outlet_id: str) -> str:
    return next(feed.url for feed in room.feeds() if feed.outlet_id == outlet_id)


def test_one_moment_has_one_answer_whatever_came_between(room: Newsroom) -> None:
    room.set_moment(at(DAY))
    paths = [feed.url for feed in room.feeds()] + [room.article_url(id_) for id_ in ("london-four-points", "dublin-peacekeepers")]
    before = [get(url) for url in paths]
    room.set_moment(at("2025-09-06T23:00:00"))
    for url in paths:
        get(url)
    room.set_moment(at(DAY))
    assert [get(url) for url in paths] == before


def test_two_loadings_answer_alike(scenario: Scenario) -> None:
    again = load_scenario()
    for outlet in scenario.outlets:
        paths = [outlet.feed_path, "/", *(outlet.path_of(article) for article in scenario.articles_of[outlet.id][:5])]
        for path in paths:
            answers = [answer(loaded, outlet, path, moment=at(DAY), home="http://x.localhost") for loaded in (scenario, again)]
            assert answers[0] == answers[1]


# --- conditions ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outlet_id", "has_etag", "has_date"),
    [
        ("harbour-wire", True, True),
        ("north-quay-post", True, False),
        ("lowland-courant", False, True),
        ("tidemark", False, False),
    ],
)
def test_validators_follow_the_habits(room: Newsroom, outlet_id: str, has_etag: bool, has_date: bool) -> None:
    room.set_moment(at(DAY))
    url = feed_url(room, outlet_id)
    got = get(url)
    assert ("etag" in got.headers, "last-modified" in got.headers) == (has_etag, has_date)
    if has_etag:
        again = get(url, If_None_Match=got.headers["etag"])
        assert (again.status, again.body) == (304, b"")
        assert again.headers["etag"] == got.headers["etag"]
    if has_date:
        assert get(url, If_Modified_Since=got.headers["last-modified"]).status == 304
        assert get(url, If_Modified_Since="Mon, 17 Feb 2025 00:00:00 GMT").status == 200
        assert get(url, If_Modified_Since="yesterday, about tea time").status == 200


def test_if_none_match_comes_before_if_modified_since(room: Newsroom) -> None:
    room.set_moment(at(DAY))
    url = feed_url(room, "harbour-wire")
    modified = get(url).headers["last-modified"]
    assert get(url, If_None_Match='"another"', If_Modified_Since=modified).status == 200


def test_a_weak_tag_is_compared_weakly(room: Newsroom) -> None:
    room.set_moment(at(DAY))
    url = feed_url(room, "north-quay-post")
    etag = get(url).headers["etag"]
    assert etag.startswith('W/"')
    assert get(url, If_None_Match=f'"x", {etag.removeprefix("W/")}').status == 304


def test_news_ends_the_304(room: Newsroom) -> None:
    room.set_moment(at("2025-03-06T12:00:00"))
    url = feed_url(room, "harbour-wire")
    first = get(url)
    room.set_moment(at("2025-03-06T21:39:59"))
    assert get(url, If_None_Match=first.headers["etag"]).status == 304
    room.set_moment(at("2025-03-06T21:40:00"))
    second = get(url, If_None_Match=first.headers["etag"])
    assert second.status == 200
    assert second.headers["last-modified"] == "Thu, 06 Mar 2025 21:40:00 GMT"


def test_cache_control_and_time_to_live(room: Newsroom) -> None:
    room.set_moment(at(DAY))
    got = get(feed_url(room, "meridian"))
    assert got.headers["cache-control"] == "public, max-age=900"
    assert b"<ttl>15</ttl>" in got.body


def test_gzip_is_for_those_who_take_it(room: Newsroom) -> None:
    room.set_moment(at(DAY))
    plain, packed = get(feed_url(room, "harbour-wire")), get(feed_url(room, "harbour-wire"), Accept_Encoding="gzip, deflate")
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["etag"] == plain.headers["etag"]
    assert "content-encoding" not in get(feed_url(room, "meridian"), Accept_Encoding="gzip").headers


# --- troubles ------------------------------------------------------------------------------------------------------------


def test_two_days_of_maintenance_are_announced(room: Newsroom) -> None:
    statuses = []
    for moment in ("2025-03-02T23:59:59", "2025-03-03T00:00:00", "2025-03-04T23:59:59", "2025-03-05T00:00:00"):
        room.set_moment(at(moment))
        got = get(feed_url(room, "meridian"))
        statuses.append((got.status, got.headers.get("retry-after")))
    assert statuses == [(200, None), (503, "3600"), (503, "3600"), (200, None)]
    room.set_moment(at("2025-03-03T12:00:00"))
    assert get(room.article_url("dublin-peacekeepers")).status == 200


def test_errors_and_then_silence(room: Newsroom) -> None:
    room.set_moment(at("2025-08-19T12:00:00"))
    assert get(feed_url(room, "sierra-ledger")).status == 500
    room.set_moment(at("2025-08-20T12:00:00"))
    with pytest.raises(http.client.RemoteDisconnected):
        get(feed_url(room, "sierra-ledger"))
    assert room.requests[-1].status == 0
    room.set_moment(at("2025-08-21T00:00:00"))
    assert get(feed_url(room, "sierra-ledger")).status == 200


def test_a_silent_feed_does_not_hold_the_room_open(scenario: Scenario) -> None:
    with Newsroom(scenario, silence_s=3600) as room:
        room.set_moment(at("2025-08-20T12:00:00"))
        with pytest.raises(TimeoutError):
            get(feed_url(room, "sierra-ledger"), timeout_s=0.1)
    assert room.stopped.is_set()


@pytest.mark.parametrize("by", ["port", "prefix", "host"])
def test_the_moved_feed_says_where_it_is(room: Newsroom, by: str) -> None:
    address = next(feed for feed in room.feeds(by=by) if feed.outlet_id == "press-house")  # type: ignore[arg-type]
    host = address.url.split("/")[2]
    new = room.outlet_url("press-house", by=by) + address.habits.moved_feed_path  # type: ignore[arg-type]
    room.set_moment(at("2025-03-31T23:00:00"))
    assert (get(address.url, host=host).status, get(new, host=host).status) == (200, 404)
    room.set_moment(at("2025-04-01T00:00:00"))
    got = get(address.url, host=host)
    assert (got.status, got.headers["location"]) == (301, new)
    assert get(new, host=host).status == 200


def test_robots_files(room: Newsroom) -> None:
    table = get(room.outlet_url("long-table") + "/robots.txt")
    assert table.body.decode().split("\n")[1:3] == ["Disallow: /members/", "Crawl-delay: 1"]
    assert get(room.outlet_url("meridian") + "/robots.txt").status == 404
    assert b"Disallow: /long-table/members/" in get(room.base_url + "/robots.txt").body
    closed = room.article_url("tokyo-listens-in")
    assert "/members/" in closed


# --- addresses -----------------------------------------------------------------------------------------------------------


def test_addresses_begin_as_the_request_did(room: Newsroom) -> None:
    room.set_moment(at(DAY))
    for by in ("port", "prefix", "host"):
        start = room.outlet_url("harbour-wire", by=by)
        page = get(room.article_url("london-four-points", by=by), host=start.split("/")[2])
        assert page.status == 200
        assert f'<link rel="canonical" href="{start}/article/world/london-four-points">' in page.body.decode()
        feed = get(start + "/rss/top.xml", host=start.split("/")[2])
        assert f"<link>{start}/article/world/" in feed.body.decode()


@pytest.mark.parametrize(
    "host",
    [
        pytest.param("evil.example", id="stranger"),
        pytest.param("evil.example:{port}", id="stranger_with_our_port"),
        pytest.param("harbour-wire.localhost.evil.example:{port}", id="prefix_of_ours"),
        pytest.param("nobody.localhost:{port}", id="no_such_outlet"),
        pytest.param("127.0.0.1:1", id="another_port"),
        pytest.param('"><script>alert(1)</script>', id="markup"),
    ],
)
def test_a_host_that_is_not_ours_is_never_repeated(room: Newsroom, host: str) -> None:
    room.set_moment(at(DAY))
    named = host.format(port=room.outlet_url("harbour-wire").rsplit(":", 1)[1])
    for path in ("/rss/top.xml", "/article/world/london-four-points", "/"):
        got = get(room.outlet_url("harbour-wire") + path, host=named)
        assert got.status == 200
        assert named not in got.body.decode()
        assert "evil" not in got.body.decode()
        assert room.outlet_url("harbour-wire") in got.body.decode()


def test_every_outlet_answers_by_host_on_any_port(room: Newsroom, scenario: Scenario) -> None:
    room.set_moment(at("2025-03-02T12:00:00"))
    for outlet in scenario.outlets:
        start = room.outlet_url(outlet.id, by="host")
        got = get(start + outlet.feed_path, host=start.removeprefix("http://"))
        assert got.status == 200, outlet.id
        assert room.requests[-1].outlet == outlet.id


@pytest.mark.parametrize(
    ("path", "status"), [("/", 200), ("/nobody/feed", 404), ("/harbour-wire", 200), ("/harbour-wire/nothing", 404), ("/../etc/passwd", 404)]
)
def test_paths_of_the_main_port(room: Newsroom, path: str, status: int) -> None:
    assert get(room.base_url + path).status == status


# --- the log -------------------------------------------------------------------------------------------------------------


def test_the_log_tells_what_the_server_saw(room: Newsroom) -> None:
    room.set_moment(at(DAY))
    start = time.monotonic()
    get(feed_url(room, "harbour-wire") + "?q=1", User_Agent="tester/1")
    get(room.outlet_url("harbour-wire") + "/nothing", method="HEAD")
    first, second = room.requests
    assert (first.outlet, first.path, first.method, first.status) == ("harbour-wire", "/rss/top.xml?q=1", "GET", 200)
    assert first.headers["user-agent"] == "tester/1"
    assert (second.method, second.status) == ("HEAD", 404)
    assert start <= first.at_s <= second.at_s <= time.monotonic()


def test_names_without_a_port_are_the_same_on_any_port(scenario: Scenario) -> None:
    """Who finds the port by `hosts` gets bytes that do not tell it."""
    bodies = []
    for _ in range(2):
        with Newsroom(scenario) as room:
            room.set_moment(at(DAY))
            (url,) = [feed.url for feed in room.feeds(by="name") if feed.outlet_id == "harbour-wire"]
            assert url == "http://harbour-wire.example/rss/top.xml"
            assert room.hosts["harbour-wire.example"] == room.ports[0]
            bodies.append(get(room.base_url + "/rss/top.xml", host="harbour-wire.example").body)
            assert get(room.base_url + "/rss/top.xml", host="nobody.example").status == 404
    assert bodies[0] == bodies[1]
    assert b"<link>http://harbour-wire.example/article/" in bodies[0]


def test_head_has_the_headers_alone(room: Newsroom) -> None:
    room.set_moment(at(DAY))
    got, full = get(feed_url(room, "harbour-wire"), method="HEAD"), get(feed_url(room, "harbour-wire"))
    assert got.body == b""
    assert got.headers == full.headers


def test_other_methods_are_refused(room: Newsroom) -> None:
    assert get(room.base_url + "/", method="POST").status == 501


def test_the_clock_wants_a_zone(room: Newsroom) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        room.set_moment(at(DAY).replace(tzinfo=None))


def test_ports_are_closed_afterwards(scenario: Scenario) -> None:
    with Newsroom(scenario) as room:
        url = room.base_url
        assert len(set(room.ports)) == len(scenario.outlets) + 1
    with pytest.raises(ConnectionRefusedError):
        get(url)
