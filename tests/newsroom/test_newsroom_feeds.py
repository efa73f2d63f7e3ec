import json
from typing import Any

import feedparser
import pytest
from newsroom_client import Got, at, get

from newsroom.scenario import Scenario
from newsroom.site import FeedAddress, Newsroom

NOON = "2025-03-06T23:00:00"
VERSIONS = {"rss20": "rss20", "rss20_full": "rss20", "rss10": "rss10", "rss091": "rss091u", "atom": "atom10", "atom_xhtml": "atom10"}


def address(room: Newsroom, outlet_id: str) -> FeedAddress:
    return next(feed for feed in room.feeds() if feed.outlet_id == outlet_id)


def parsed(got: Got) -> Any:
    return feedparser.parse(got.body, response_headers={"content-type": got.headers["content-type"]})


def titles(room: Newsroom, outlet_id: str) -> list[str]:
    feed = address(room, outlet_id)
    got = get(feed.url)
    assert got.status == 200
    if feed.habits.feed_format == "json":
        return [item["title"] for item in json.loads(got.body)["items"]]
    return [entry.title for entry in parsed(got).entries]


@pytest.mark.parametrize("moment", ["2025-02-17T12:00:00", NOON, "2025-05-17T23:00:00"])
def test_feeds_hold_what_is_published_by_then(room: Newsroom, scenario: Scenario, moment: str) -> None:
    room.set_moment(at(moment))
    for outlet in scenario.outlets:
        if outlet.moved_feed_path and scenario.find_faults(outlet.id, at(moment)):
            continue
        shown = scenario.list_visible(outlet.id, at(moment))[: outlet.feed_items]
        assert titles(room, outlet.id) == [article.version_at(at(moment)).title for article in shown], outlet.id  # type: ignore[union-attr]


def test_every_feed_is_well_formed_and_of_its_format(room: Newsroom) -> None:
    room.set_moment(at(NOON))
    for feed in room.feeds():
        got = get(feed.url)
        if feed.habits.feed_format == "json":
            assert json.loads(got.body)["version"] == "https://jsonfeed.org/version/1.1"
            assert got.headers["content-type"] == "application/feed+json; charset=utf-8"
            continue
        found = parsed(got)
        assert not found.bozo, (feed.outlet_id, found.get("bozo_exception"))
        assert found.version == VERSIONS[feed.habits.feed_format]
        assert found.encoding == feed.habits.feed_charset


def test_full_content_comes_with_the_entries_that_promise_it(room: Newsroom, scenario: Scenario) -> None:
    room.set_moment(at(NOON))
    for outlet_id, kind in (("north-quay-post", "application/xhtml+xml"), ("long-table", "text/html"), ("press-house", "text/html")):
        entry = parsed(get(address(room, outlet_id).url)).entries[0]
        article = scenario.list_visible(outlet_id, at(NOON))[0]
        content = entry.content[0]
        assert content.type == kind
        for quote in {position.quote for position in article.versions[0].positions} - {entry.title}:
            assert quote in content.value.replace("&#34;", '"').replace("&quot;", '"').replace("&#39;", "'")


@pytest.mark.parametrize(
    ("outlet_id", "suffix"),
    [
        ("harbour-wire", "?utm_source=rss&utm_medium=feed&utm_campaign=top"),
        ("meridian", "?at_medium=RSS&at_campaign=rss"),
        ("sierra-ledger", "?smid=feed&mc_cid=daily"),
    ],
)
def test_links_carry_what_the_outlet_adds_and_lead_to_the_page(room: Newsroom, outlet_id: str, suffix: str) -> None:
    room.set_moment(at(NOON))
    for entry in parsed(get(address(room, outlet_id).url)).entries:
        assert entry.link.endswith(suffix)
        assert get(entry.link).status == 200


def test_amp_links_lead_to_a_page_that_names_the_plain_one(room: Newsroom) -> None:
    room.set_moment(at(NOON))
    item = json.loads(get(address(room, "amber-coast-review").url).body)["items"][0]
    assert item["url"].endswith("/amp")
    page = get(item["url"]).body.decode()
    assert f'<link rel="canonical" href="{item["url"].removesuffix("/amp")}">' in page


def test_ids_of_entries_follow_the_habits(room: Newsroom) -> None:
    room.set_moment(at(NOON))
    ids = {feed.outlet_id: [entry.get("id", "") for entry in parsed(get(feed.url)).entries] for feed in room.feeds()}
    assert all(id_.startswith("tag:harbour-wire.example,2025:") for id_ in ids["harbour-wire"])
    assert all(id_.endswith("#0") for id_ in ids["meridian"])
    assert set(ids["tidemark"]) == {""}
    assert set(ids["pacific-lantern"]) == {"pacific-lantern-item"}
    assert len(ids["pacific-lantern"]) > 1


def test_dates_are_in_the_zone_of_the_outlet_and_late_ones_are_old(room: Newsroom) -> None:
    room.set_moment(at(NOON))
    entries = {feed.outlet_id: parsed(get(feed.url)).entries for feed in room.feeds()}
    assert entries["meridian"][0].published == "Thu, 06 Mar 2025 23:05:00 +0100"
    late = next(entry for entry in entries["long-table"] if "Vilnius" in entry.title)
    assert late.published == "Fri, 28 Feb 2025 10:00:00 +0000"
    assert all("published" not in entry for entry in entries["tidemark"])


def test_the_article_without_a_date_has_none_in_the_feed(room: Newsroom) -> None:
    room.set_moment(at("2025-03-21T23:00:00"))
    entries = parsed(get(address(room, "lowland-courant").url)).entries
    undated = [entry.title for entry in entries if "updated" not in entry]
    assert undated == ["Brekelmans: no blank cheque for a mission"]


def test_an_edited_article_has_its_new_headline_and_date(room: Newsroom) -> None:
    def item(moment: str) -> dict[str, str]:
        room.set_moment(at(moment))
        items = json.loads(get(address(room, "amber-coast-review").url).body)["items"]
        found: dict[str, str] = next(item for item in items if "/who-would-send-whom" in item["url"])
        return found

    before, after = item("2025-08-20T18:00:00"), item("2025-08-20T20:00:00")
    assert before["id"] == after["id"]
    assert after["title"].endswith("(corrected)")
    assert (before["date_modified"], after["date_modified"]) == ("2025-08-20T15:20:00+02:00", "2025-08-20T21:00:00+02:00")
    assert after["date_published"] == before["date_published"]


def test_a_retracted_article_leaves_the_feed(room: Newsroom) -> None:
    room.set_moment(at("2025-09-06T08:59:00"))
    assert "Madrid pledges two thousand soldiers" in titles(room, "sierra-ledger")
    room.set_moment(at("2025-09-06T09:00:00"))
    assert "Madrid pledges two thousand soldiers" not in titles(room, "sierra-ledger")


def test_the_dead_feed_stays_as_it_was(room: Newsroom) -> None:
    room.set_moment(at("2025-07-11T23:59:59"))
    last = get(address(room, "pacific-lantern").url)
    room.set_moment(at("2025-09-06T23:00:00"))
    later = get(address(room, "pacific-lantern").url, If_None_Match="*")
    assert (later.status, later.body) == (200, last.body)
    assert get(room.article_url("twenty-six-commit")).status == 200  # the site lives on, only its feed does not
