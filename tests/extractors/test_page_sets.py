"""Pages that others collected and marked by hand, read as a poll reads pages: an end for each, texts and dates as good as the marks allow.

Neither set is part of the project, since the pages belong to their publishers. STANCEWATCH_TRAFILATURA_PAGES names the folder `tests` of
trafilatura's repository (`evaldata.json` with pages in `eval` and `cache`), STANCEWATCH_FUNDUS_PAGES the folder
`tests/resources/parser/test_data` of fundus (a folder for each country). Where they are not set, a few pages of our own in the same form
show that the marks are read and counted rightly.
"""

import gzip
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from extractors.documents import make_document
from flows.workers import Ended, PageLimits, PageWorkers
from vocabulary.documents import CleanText, Document, RawDocument
from vocabulary.identity import sha256_hex
from vocabulary.words import DocumentOutcome

TRAFILATURA_PAGES = os.environ.get("STANCEWATCH_TRAFILATURA_PAGES", "")
FUNDUS_PAGES = os.environ.get("STANCEWATCH_FUNDUS_PAGES", "")
LEAST_F1 = 0.92  # trafilatura by itself: 0.926 over 990 pages
LEAST_RECALL = 0.96  # trafilatura by itself: 0.965 over 258 pages
LEAST_DATES = 0.95
LATE = datetime(2026, 11, 30, tzinfo=UTC)
ENDS = frozenset({DocumentOutcome.NO_TEXT, DocumentOutcome.BLOCKED, DocumentOutcome.EMPTY, DocumentOutcome.NOT_TEXT})
_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True)
class Page:
    """A page with its marks; without a date none is marked."""

    name: str
    url: str
    content: bytes
    seen_at: datetime
    present: tuple[str, ...]
    absent: tuple[str, ...] = ()
    published_on: date | None = None


@dataclass(frozen=True)
class Read:
    """What became of a page."""

    page: Page
    document: Document | None
    outcome: DocumentOutcome | None

    @property
    def text(self) -> str:
        return fold(self.document.text) if self.document is not None else ""

    @property
    def found(self) -> int:
        return sum(fold(part) in self.text for part in self.page.present)

    @property
    def wrong(self) -> int:
        return sum(fold(part) in self.text for part in self.page.absent)


def fold(text: str) -> str:
    return " ".join(text.split())


def f1_of(reads: Sequence[Read]) -> float:
    """Return the F1 of the segments that must be in a text against those that must not."""
    found, wrong = sum(read.found for read in reads), sum(read.wrong for read in reads)
    missed = sum(len(read.page.present) for read in reads) - found
    return 2 * found / (2 * found + wrong + missed)


def recall_of(reads: Sequence[Read]) -> float:
    """Return the mean over pages of the share of paragraphs that their texts hold."""
    return sum(read.found / len(read.page.present) for read in reads) / len(reads)


def dates_of(reads: Sequence[Read]) -> float:
    """Return the share of the pages with a marked date that have that date."""
    dated = [read for read in reads if read.page.published_on is not None]
    right = [read for read in dated if read.document is not None and read.document.published_on == read.page.published_on]
    return len(right) / len(dated)


def read_trafilatura(folder: Path) -> Iterator[Page]:
    """Yield the marked pages that are there."""
    for url, marks in json.loads((folder / "evaldata.json").read_text(encoding="utf-8")).items():
        path = next((path for part in ("cache", "eval") if (path := folder / part / marks["file"]).is_file()), None)
        if path is not None:
            yield Page(marks["file"], url, path.read_bytes(), LATE, tuple(marks["with"]), tuple(marks["without"]))


def read_fundus(folder: Path) -> Iterator[Page]:
    """Yield the marked pages; of the versions in which a publisher's marks come, each page has that of which it shows most."""
    for listing in sorted(folder.glob("*/meta.info")):
        for name, facts in json.loads(listing.read_text(encoding="utf-8")).items():
            publisher = re.split(r"(?:_\d{4}_\d\d_\d\d)?\.html", name)[0]
            path, marked = listing.parent / name, listing.parent / f"{publisher}.json"
            if not path.is_file() or not marked.is_file():
                continue
            content = gzip.decompress(path.read_bytes())
            shown = fold(unescape(_TAG.sub(" ", content.decode("utf-8", "replace"))))
            versions = [(paragraphs_of(marks), marks) for marks in json.loads(marked.read_text(encoding="utf-8")).values()]
            paragraphs, marks = max(versions, key=lambda one: sum(fold(part)[:60] in shown for part in one[0]) / max(len(one[0]), 1))
            if paragraphs:
                written = marks.get("publishing_date")
                day = datetime.fromisoformat(written).date() if written else None
                seen_at = datetime.fromisoformat(facts["crawl_date"]).replace(tzinfo=UTC)
                yield Page(name, facts["url"], content, seen_at, paragraphs, (), day)


def paragraphs_of(marks: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the paragraphs of an article in fundus' form."""
    body = marks.get("body") or {}
    return tuple(part for section in body.get("sections", ()) for part in section.get("paragraphs", ()) if part.strip())


def read_all(workers: PageWorkers, pages: Sequence[Page]) -> list[Read]:
    """Return what workers make of pages, and check that each has one end of those that a page may have."""
    raws = [make_raw(page) for page in pages]
    ends = workers.extract_pages(raws)
    assert len(ends) == len(pages)
    reads = [make_read(page, raw, end) for page, raw, end in zip(pages, raws, ends, strict=True)]
    odd = {read.page.name: read.outcome for read in reads if read.document is None and read.outcome not in ENDS}
    assert not odd, f"pages that broke their reader: {odd}"
    return reads


def make_raw(page: Page) -> RawDocument:
    return RawDocument(
        document_id=sha256_hex(page.url.encode()),
        url=page.url,
        final_url=page.url,
        outlet="",
        media_type="text/html",
        content=page.content,
        raw_sha256=sha256_hex(page.content),
        seen_at=page.seen_at,
        feed_id="set",
    )


def make_read(page: Page, raw: RawDocument, end: Ended) -> Read:
    if isinstance(end, CleanText):
        return Read(page, make_document(raw, end, timezone=ZoneInfo("UTC")), None)
    return Read(page, None, end.outcome)


def tell(what: str, reads: Sequence[Read]) -> str:
    """Return a line about a set, with the pages that gave nothing."""
    barren = [f"{read.page.name} ({read.outcome})" for read in reads if read.document is None]
    return f"\n{len(reads)} pages of {what}; without a text {len(barren)}: {', '.join(barren[:10])}"


@pytest.fixture(scope="module")
def workers() -> Iterator[PageWorkers]:
    with PageWorkers(PageLimits(workers=os.cpu_count() or 1, timeout_s=60, memory_mb=1024, pages=500)) as opened:
        yield opened


@pytest.mark.slow
@pytest.mark.skipif(not TRAFILATURA_PAGES, reason="STANCEWATCH_TRAFILATURA_PAGES names no folder: trafilatura's marked pages are not read")
def test_trafilaturas_marked_pages(workers: PageWorkers, capsys: pytest.CaptureFixture[str]) -> None:
    pages = list(read_trafilatura(Path(TRAFILATURA_PAGES)))
    assert pages, f"{TRAFILATURA_PAGES} holds none of the pages of its evaldata.json"
    reads = read_all(workers, pages)
    with capsys.disabled():
        print(f"{tell('trafilatura', reads)}\nF1 {f1_of(reads):.4f}, least {LEAST_F1}")
    assert f1_of(reads) >= LEAST_F1


@pytest.mark.slow
@pytest.mark.skipif(not FUNDUS_PAGES, reason="STANCEWATCH_FUNDUS_PAGES names no folder: the marked pages of fundus are not read")
def test_fundus_marked_pages(workers: PageWorkers, capsys: pytest.CaptureFixture[str]) -> None:
    pages = list(read_fundus(Path(FUNDUS_PAGES)))
    assert pages, f"{FUNDUS_PAGES} holds no page that a meta.info lists"
    reads = read_all(workers, pages)
    with capsys.disabled():
        print(f"{tell('fundus', reads)}\nparagraphs {recall_of(reads):.4f}, least {LEAST_RECALL}")
        print(f"dates {dates_of(reads):.4f}, least {LEAST_DATES}")
    assert recall_of(reads) >= LEAST_RECALL
    assert dates_of(reads) >= LEAST_DATES


PIER = (
    "The harbour board of Port Vale voted on Tuesday to widen the northern pier, which ferries have outgrown since the last storm.",
    "Work begins in the autumn, the mayor told the assembly, and will close the old landing stage for eleven weeks at the most.",
    "Fishermen asked for lamps along the new wall, since three boats ran against the old one in a single winter of fog and sleet.",
)
LAMPS = (
    "Port Vale has ordered forty lamps for its northern pier after a winter in which three boats ran against the unlit harbour wall.",
    "The lamps burn whale oil no longer, the keeper of the museum said, but visitors still ask him for the smell of the old ones.",
    "A first row is to be lit on the day of the regatta, when the harbour expects more sails than it has counted in twenty years.",
)
MENU = "Subscribe to the tide tables of Port Vale"


def make_html(paragraphs: Sequence[str], day: str) -> str:
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    return (
        f"<!DOCTYPE html><html><head><title>Port Vale</title><meta property='article:published_time' content='{day}T10:00:00Z'></head>"
        f"<body><nav><a href='/tides'>{MENU}</a></nav><article><h1>News of the pier</h1>{body}</article></body></html>"
    )


def test_marks_in_the_form_of_trafilatura_are_counted(workers: PageWorkers, tmp_path: Path) -> None:
    for part, name, html in (
        ("eval", "pier.html", make_html(PIER, "2025-05-27")),
        ("cache", "lamps.html", make_html(LAMPS, "2025-05-28")),
        ("eval", "shell.html", "<!DOCTYPE html><html><head><title>Port Vale</title></head><body><div id='root'></div></body></html>"),
    ):
        (tmp_path / part).mkdir(exist_ok=True)
        (tmp_path / part / name).write_text(html, encoding="utf-8")
    marks = {
        "https://a.example/pier": {"file": "pier.html", "with": [PIER[0], PIER[1].replace(" ", "\n ", 1)], "without": [MENU]},
        "https://a.example/lamps": {"file": "lamps.html", "with": ["words that no page holds"], "without": [LAMPS[2], MENU]},
        "https://a.example/shell": {"file": "shell.html", "with": ["what scripts would show"], "without": [MENU]},
        "https://a.example/gone": {"file": "gone.html", "with": ["never read"], "without": ["never read"]},
    }
    (tmp_path / "evaldata.json").write_text(json.dumps(marks), encoding="utf-8")
    reads = read_all(workers, list(read_trafilatura(tmp_path)))
    assert [(read.page.name, read.found, read.wrong, read.outcome) for read in reads] == [
        ("pier.html", 2, 0, None),
        ("lamps.html", 0, 1, None),
        ("shell.html", 0, 0, DocumentOutcome.NO_TEXT),
    ]
    assert f1_of(reads) == pytest.approx(2 * 2 / (2 * 2 + 1 + 2))


def test_marks_in_the_form_of_fundus_are_counted(workers: PageWorkers, tmp_path: Path) -> None:
    folder = tmp_path / "pv"
    folder.mkdir()
    listing = {}
    for name, paragraphs, day in (("Gull_2025_05_27.html.gz", PIER, "2025-05-27"), ("Gull_2025_05_28.html.gz", LAMPS[:2], "2025-05-28")):
        (folder / name).write_bytes(gzip.compress(make_html(paragraphs, day).encode()))
        listing[name] = {"url": f"https://gull.example/{day}", "crawl_date": f"{day} 23:07:31.381326"}
    listing["Absent.html.gz"] = {"url": "https://gull.example/absent", "crawl_date": "2025-05-27 23:07:31.381326"}
    (folder / "meta.info").write_text(json.dumps(listing), encoding="utf-8")

    def make_marks(paragraphs: Sequence[str], written: str) -> dict[str, Any]:
        sections = [{"headline": [], "paragraphs": list(paragraphs[:1])}, {"headline": ["More"], "paragraphs": list(paragraphs[1:])}]
        return {"body": {"summary": [], "sections": sections}, "publishing_date": written, "title": "News of the pier"}

    versions = {"V1": make_marks(LAMPS, "2025-05-29 10:00:00+00:00"), "V2": make_marks(PIER, "2025-05-27 12:00:00+02:00")}
    (folder / "Gull.json").write_text(json.dumps(versions), encoding="utf-8")
    reads = read_all(workers, list(read_fundus(tmp_path)))
    assert [(read.page.name, read.found, len(read.page.present)) for read in reads] == [
        ("Gull_2025_05_27.html.gz", 3, 3),
        ("Gull_2025_05_28.html.gz", 2, 3),
    ]
    assert recall_of(reads) == pytest.approx((1 + 2 / 3) / 2)
    assert dates_of(reads) == 0.5


def test_a_page_that_breaks_its_reader_is_told() -> None:
    page = Page("broken.html", "https://a.example/broken", make_html(PIER, "2025-05-27").encode(), LATE, PIER)
    with PageWorkers(PageLimits(1, 30, 1024, 10), extract="builtins:repr") as broken, pytest.raises(AssertionError, match=r"broken\.html"):
        read_all(broken, [page])
