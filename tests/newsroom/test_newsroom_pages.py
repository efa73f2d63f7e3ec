import re
from datetime import timedelta

import pytest
import trafilatura
from newsroom_client import at, decoded, get

from newsroom.answers import answer
from newsroom.outlets import Charset
from newsroom.pages import encode
from newsroom.records import Article
from newsroom.scenario import Scenario
from newsroom.site import Newsroom

HOME = "http://news.localhost"
END = "2025-09-06T23:00:00"


def extracted(scenario: Scenario, article: Article, number: int) -> str:
    """Return the text that trafilatura finds in one version of an article, white space folded."""
    outlet = scenario.outlet_by_id[article.outlet]
    moment = article.versions[number].seen_from
    page = answer(scenario, outlet, outlet.path_of(article), moment=moment, home=HOME)
    assert page.status == 200
    html = page.body.decode("utf-16" if outlet.charset == "utf-16" else outlet.charset)
    return " ".join((trafilatura.extract(html, include_comments=False) or "").split())


@pytest.mark.parametrize("outlet_id", [
    "harbour-wire", "north-quay-post", "meridian", "lowland-courant", "amber-coast-review", "tidemark", "press-house", "sierra-ledger",
    "long-table", "pacific-lantern", "village-bell",
])  # fmt: skip
def test_every_page_gives_the_whole_text(scenario: Scenario, outlet_id: str) -> None:
    for article in scenario.articles_of[outlet_id]:
        if article.answer != "page":
            continue
        for number, version in enumerate(article.versions):
            found = extracted(scenario, article, number)
            missing = [text for text in version.paragraphs if not text.startswith("## ") and text not in found]
            assert missing == [], article.id


def test_all_outlets_are_covered_by_the_list_above(scenario: Scenario) -> None:
    marks = test_every_page_gives_the_whole_text.pytestmark  # type: ignore[attr-defined]
    assert set(marks[0].args[1]) == set(scenario.outlet_by_id)


@pytest.mark.parametrize(
    ("article_id", "charset", "words", "raw"),
    [
        pytest.param("dublin-peacekeepers", "windows-1252", "“If there is a peace", b"\x93If there is a peace", id="by_header"),
        pytest.param("kyiv-offers-truce-in-the-sky", "iso-8859-1", "Jean-Noël Barrot", b"Jean-No\xebl Barrot", id="by_meta"),
        pytest.param("press-house-london-conclusions", "utf-16", "does not bind", "does not bind".encode("utf-16-le"), id="by_bom"),
        pytest.param("ankara-looks-at-the-map", "utf-8", "Constanța", "Constanța".encode(), id="utf8"),
    ],
)
def test_pages_are_in_the_encoding_of_the_outlet(room: Newsroom, article_id: str, charset: str, words: str, raw: bytes) -> None:
    room.set_moment(at(END))
    got = get(room.article_url(article_id))
    assert raw in got.body
    assert words in decoded(got, charset)
    header = got.headers["content-type"]
    match charset:
        case "iso-8859-1":
            assert header == "text/html"
            assert b"charset=iso-8859-1" in got.body[:300]
        case "utf-16":
            assert header == "text/html"
            assert got.body.startswith(b"\xff\xfe")
        case _:
            assert header == f"text/html; charset={charset}"


@pytest.mark.parametrize(
    ("charset", "expected"),
    [
        ("utf-8", "“Šakalienė”".encode()),
        ("windows-1252", b"\x93\x8aakalien&#279;\x94"),
        ("iso-8859-1", b"&#8220;&#352;akalien&#279;&#8221;"),
        ("utf-16", b"\xff\xfe" + "“Šakalienė”".encode("utf-16-le")),
    ],
)
def test_what_an_encoding_cannot_hold_becomes_a_reference(charset: Charset, expected: bytes) -> None:
    assert encode("“Šakalienė”", charset) == expected


def test_a_copy_names_whose_story_it_is(scenario: Scenario) -> None:
    for article in scenario.articles:
        if article.copy_group and article.credited_source:
            outlet = scenario.outlet_by_id[article.outlet]
            page = answer(scenario, outlet, outlet.path_of(article), moment=at(END), home=HOME)
            assert article.credited_source in page.body.decode(outlet.charset), article.id


def test_a_correction_replaces_the_sentence(room: Newsroom, scenario: Scenario) -> None:
    edited = scenario.article_by_id["four-ways-of-saying-perhaps"]
    moment = edited.versions[1].seen_from
    url = room.article_url(edited.id)
    room.set_moment(moment - timedelta(seconds=1))
    before = get(url).body.decode()
    room.set_moment(moment)
    after = get(url).body.decode()
    assert "Greece will contribute a battalion" in before
    assert "Correction" not in before
    assert "Greece will contribute no battalion" in after
    assert "Correction, 29 March" in after


def test_a_retracted_article_is_gone(room: Newsroom) -> None:
    url = room.article_url("madrid-pledges-two-thousand")
    statuses = []
    for moment in ("2025-09-05T06:59:59", "2025-09-05T07:00:00", "2025-09-06T08:59:59", "2025-09-06T09:00:00"):
        room.set_moment(at(moment))
        statuses.append(get(url).status)
    assert statuses == [404, 200, 200, 410]


@pytest.mark.parametrize(
    ("article_id", "words", "hidden"),
    [
        ("copenhagen-before-the-wall", "Checking that you are human", "Danish command"),
        ("oslo-behind-the-consent", "Your privacy matters to us", "chicken sheds"),
    ],
)
def test_walls_stand_in_place_of_the_article(room: Newsroom, article_id: str, words: str, hidden: str) -> None:
    room.set_moment(at(END))
    got = get(room.article_url(article_id))
    assert got.status == 200
    assert words in got.body.decode()
    assert hidden not in got.body.decode()


def test_the_undated_page_says_no_day(room: Newsroom) -> None:
    room.set_moment(at(END))
    body = get(room.article_url("no-blank-cheque")).body.decode("iso-8859-1")
    article = body[body.index('<div id="article">') : body.index('<div class="related">')]
    assert not re.search(r"2025|DC\.date", article)
    assert "DC.date" not in body


def test_the_weak_template_has_its_date_in_words_alone(room: Newsroom) -> None:
    room.set_moment(at(END))
    body = get(room.article_url("what-is-a-backstop")).body.decode()
    assert "Femke Duval on March 1, 2025" in body
    assert not re.search(r"<time|datePublished|<meta", body)


def test_the_script_is_escaped(scenario: Scenario) -> None:
    """A hostile sentence in a script would be shown, not run."""
    outlet = scenario.outlet_by_id["harbour-wire"]
    article = scenario.article_by_id["london-four-points"]
    version = article.versions[0].model_copy(update={"title": "</title><script>alert(1)</script>", "paragraphs": ("<b>&</b>",)})
    hostile = article.model_copy(update={"versions": (version,)})
    others = tuple(hostile if other is article else other for other in scenario.articles)
    changed = scenario.model_copy(update={"articles": others})
    changed.__dict__.pop("articles_of", None)
    moment = version.seen_from
    for path in (outlet.path_of(article), outlet.feed_path, "/"):
        body = answer(changed, outlet, path, moment=moment, home=HOME).body.decode()
        assert "<script>alert" not in body
        assert "<b>&</b>" not in body
