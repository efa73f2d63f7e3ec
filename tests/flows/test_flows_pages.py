"""Pages from the wire to documents: the fault rows about whose text it is, what it holds, and what reading it costs."""

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flow_samples import NOW, World

from extractors.documents import make_document
from extractors.text import extract_text
from flows.cleaning import CleanTally, clean_documents
from flows.workers import PageLimits, PageWorkers
from newsroom.pages import make_page as make_news_page
from newsroom.pages import render_article
from newsroom.scenario import load_scenario
from sources.address import canonical_url, document_id_of
from sources.fetch import Fetcher
from vocabulary.documents import CleanText, RawDocument
from vocabulary.identity import sha256_hex
from vocabulary.words import DocumentOutcome

PAGES = 2000
AT_ONCE = 16
LIMITS = PageLimits(workers=2, timeout_s=30, memory_mb=512, pages=500)
WALL = "<html><head><title>Just a moment...</title></head><body><p>Checking your browser before accessing the site.</p></body></html>"
SHELL = "<html><head><title>Post</title></head><body><div id='root'></div><script src='/a.js'></script></body></html>"


def make_html(words: str) -> str:
    lines = [
        f"The report number {words} was read aloud in the hall of the council on Monday evening.",
        f"Nobody spoke for a while after {words} had been read, and then everybody spoke at once.",
        f"The chair closed the sitting at nine and had {words} printed for those who had not come.",
    ]
    paragraphs = "".join(f"<p>{line}</p>" for line in lines)
    return f"<!DOCTYPE html><html lang='en'><head><title>Report {words}</title></head><body><article>{paragraphs}</article></body></html>"


def make_raw(content: bytes, url: str, **facts: Any) -> RawDocument:
    given = {
        "document_id": document_id_of(url),
        "url": canonical_url(url),
        "final_url": url,
        "outlet": "Post",
        "media_type": "text/html",
        "content": content,
        "raw_sha256": sha256_hex(content),
        "seen_at": NOW,
    }
    return RawDocument.model_validate({**given, **facts})


class _Tokens(BaseHTTPRequestHandler):
    """Answers every path with a page about it; every seventh path leads on to another."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        number = int(self.path.rpartition("/")[2])
        moved = number % 7 == 3 and not self.path.startswith("/moved/")
        body = b"" if moved else make_html(f"token{number:05d}x").encode()
        self.send_response_only(302 if moved else 200)
        if moved:
            self.send_header("Location", f"/moved/{number}")
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing."""


@contextmanager
def serve_tokens() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Tokens) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


async def fetch_all(urls: list[str]) -> list[RawDocument]:
    async with Fetcher(user_agent="test", allow_private=True, gap_s=0, at_once=AT_ONCE, host_at_once=AT_ONCE) as fetcher:

        async def fetch(url: str) -> RawDocument:
            fetched = await fetcher.fetch(url)
            return make_raw(fetched.content, url, final_url=fetched.url, charset=fetched.charset)

        return list(await asyncio.gather(*map(fetch, urls)))


@pytest.mark.slow
def test_row_1_no_page_is_stored_under_another_address(world: World) -> None:
    with serve_tokens() as site:
        urls = [f"{site}/page/{number}" for number in range(PAGES)]
        raws = asyncio.run(fetch_all(urls))
    batch = clean_documents(world.context(page_workers=AT_ONCE), raws)
    assert batch.failures == ()
    assert [document.url for document in batch.documents] == urls
    for number, (raw, document) in enumerate(zip(raws, batch.documents, strict=True)):
        token = f"token{number:05d}x"
        assert set(re.findall(r"token\d{5}x", document.text)) == {token}
        assert document.raw_sha256 == sha256_hex(make_html(token).encode())
        assert document.final_url == raw.final_url == f"{site}/{'moved' if number % 7 == 3 else 'page'}/{number}"


def news_pages() -> list[RawDocument]:
    """Return a page of each template of the newsroom, and a few more."""
    scenario = load_scenario()
    raws = []
    for article in scenario.articles[::4]:
        outlet = scenario.outlet_by_id[article.outlet]
        page = make_news_page(outlet, article, article.versions[0], home="https://news.example", teasers=[])
        raws.append(make_raw(render_article(page), page.url, charset=outlet.charset))
    return raws


def test_row_2_one_page_gives_one_text_in_every_pool() -> None:
    raws = news_pages()
    assert len(raws) > 30
    here = [extract_text(raw) for raw in raws]
    for count in (1, 4, 8):
        with PageWorkers(PageLimits(count, 60, 512, 500)) as workers:
            assert workers.extract_pages([*raws, *reversed(raws)]) == [*here, *reversed(here)]
            assert len(workers.pids) == count
    documents = [make_document(raw, clean, timezone=ZoneInfo("UTC")) for raw, clean in zip(raws, here, strict=True)]
    assert len({document.text_sha256 for document in documents}) == len(raws)


def test_row_37_pages_without_an_article_are_counted_by_outlet(world: World) -> None:
    kinds = [("Post", WALL), ("Post", SHELL), ("Post", WALL), ("Post", make_html("one")), ("Wall", make_html("two")), ("Wall", SHELL)]
    raws = [make_raw(page.encode(), f"https://post.example/{number}", outlet=outlet) for number, (outlet, page) in enumerate(kinds)]
    batch = clean_documents(world.context(), raws)
    assert [failure.outcome for failure in batch.failures] == [
        DocumentOutcome.BLOCKED,
        DocumentOutcome.NO_TEXT,
        DocumentOutcome.BLOCKED,
        DocumentOutcome.NO_TEXT,
    ]
    alarm = "; look at its pages: it may have a wall, or a new design"
    told = (f"Post: 3 of 4 pages without an article (2 blocked, 1 no_text){alarm}", "Wall: 1 of 2 pages without an article (1 no_text)")
    assert batch.tally.notes() == told
    whole = CleanTally()
    whole.add(batch.tally)
    whole.add(batch.tally)
    assert whole.notes()[0] == f"Post: 6 of 8 pages without an article (4 blocked, 2 no_text){alarm}"


def test_row_21_suspicious_characters_are_noted(world: World) -> None:
    raws = [make_raw(make_html("café “x”").encode("windows-1252"), f"https://post.example/{number}?token=s3cret") for number in range(5)]
    batch = clean_documents(world.context(), raws)
    assert len(batch.documents) == 5
    (note,) = batch.tally.notes()
    assert note.startswith("encoding_suspect: 5 documents may hold wrong characters: https://post.example/0?")
    assert note.endswith(" and 2 more")
    assert "s3cret" not in note


WORDS = "".join(f"<p>The report {number} was read aloud in the hall of the council {number}.</p>" for number in range(100_000))


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        pytest.param("<b><i>" * 500_000, DocumentOutcome.NO_TEXT, id="a-million-open-tags"),
        pytest.param("<div>" * 250_000 + "x" + "</div>" * 250_000, DocumentOutcome.NO_TEXT, id="250000-deep"),
        pytest.param("<table><tr><td>" * 100_000, DocumentOutcome.NO_TEXT, id="tables-in-tables"),
        pytest.param("<a b=" + "'\"" * 1_000_000, DocumentOutcome.NO_TEXT, id="one-endless-tag"),
        pytest.param("<p>x</p>" * 500_000, DocumentOutcome.FAILED, id="half-a-million-paragraphs"),
        pytest.param(WORDS, DocumentOutcome.FAILED, id="seven-million-letters"),
    ],
)
@pytest.mark.slow
def test_row_38_a_page_that_is_made_to_be_slow_costs_its_own_outcome(world: World, body: str, outcome: DocumentOutcome) -> None:
    pages = [make_html("before"), f"<html><body>{body}</body></html>", make_html("after")]
    raws = [make_raw(page.encode(), f"https://post.example/{number}") for number, page in enumerate(pages)]
    batch = clean_documents(world.context(page_timeout_s=3, page_memory_mb=256), raws)
    assert [document.url[-1] for document in batch.documents] == ["0", "2"]
    assert [(failure.item[-1], failure.outcome) for failure in batch.failures] == [("1", outcome)]


def memory_mb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")) // 1024


@pytest.mark.slow
def test_row_39_a_worker_does_not_grow_with_its_pages() -> None:
    raws = news_pages()
    with PageWorkers(PageLimits(1, 60, 512, 100_000)) as workers:
        workers.extract_pages(raws)
        (pid,) = workers.pids
        before = memory_mb(pid)
        for _ in range(20):
            assert all(isinstance(one, CleanText) for one in workers.extract_pages(raws))
        assert workers.pids == [pid]
        assert memory_mb(pid) - before < 50
