"""What pages cost beyond trafilatura: fetched from a server on this machine and cleaned, against trafilatura alone on the same bytes.

usage: python benchmarks/pages.py [--pages N] [--rounds N] [--memory-pages N]

One process reads pages on each side. Ours fetches over HTTP, hands the bytes to a worker process and makes documents of what comes
back; the other side calls trafilatura on bytes in memory, asked for what a document needs: text, title, date, name of the site. The sides
alternate and the fastest round of each counts. Bar: 1.20. Also printed: the same against trafilatura's text alone, without what a page
says of itself, and the processor time, which other work on the machine disturbs less. Then, with as many workers as there are cores, how
much sooner all is done; and `--memory-pages` pages (20,000 for the full measure) through workers that are replaced as in production: what
this process and the workers hold more than after the first thousand. Bar: 50 MB.
"""

import argparse
import asyncio
import multiprocessing
import os
import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from trafilatura import bare_extraction

from extractors.documents import make_document
from flows.clock import current_time
from flows.settings import load_settings
from flows.workers import PageLimits, PageWorkers
from sources.address import document_id_of
from sources.fetch import Fetcher
from vocabulary.documents import CleanText, Document, RawDocument
from vocabulary.identity import sha256_hex

COMMON = (
    "the", "of", "a", "in", "and", "to", "that", "was", "for", "on", "with", "as", "by", "it", "said", "would", "had", "be", "from",
)  # fmt: skip
STEMS = ("ba", "co", "de", "fo", "ha", "mi", "pe", "ro", "su", "ve")
WORDS = (*COMMON * 40, *(f"{stem}{middle}{end}" for stem in STEMS for middle in "lmnrst" for end in ("er", "on", "ing", "ed", "y")))
SCRIPT = "<script>(function(w){w.data=w.data||[];w.data.push({'event':'page','slot':%d,'list':[%s]})})(window);</script>"
TEASERS = 80
MEMORY_BATCH = 500


def make_page(number: int) -> bytes:
    """Return a page of one of three designs, about 100 kB as news pages are, most of it not the article."""
    chance = random.Random(number)
    paragraphs = [_sentences(chance, chance.randint(2, 4)) for _ in range(chance.randint(5, 20))]
    title = _sentences(chance, 1)[:70].rstrip(".")
    links = "".join(
        f"<li class='nav-item nav-item--{i}'><a class='nav-link' href='/section/{i}' data-track='nav-{i}'>"
        f"<span>{chance.choice(WORDS).title()}</span></a></li>"
        for i in range(80)
    )
    teasers = "".join(
        f"<div class='card card--small'><div class='card__media'><a href='/t/{i}'><img src='/i/{i}.jpg' alt='' loading='lazy'></a></div>"
        f"<div class='card__body'><h3 class='card__title'><a href='/t/{i}'>{_sentences(chance, 1)[:60]}</a></h3>"
        f"<p class='card__text'>{_sentences(chance, 1)[:90]}</p><span class='card__meta'>{i} hours ago</span></div></div>"
        for i in range(TEASERS)
    )
    scripts = "".join(
        SCRIPT % (i, ",".join(f"'{chance.choice(WORDS)}-{chance.randint(1, 999)}'" for _ in range(chance.randint(50, 250))))
        for i in range(8)
    )
    frame, tag = (("article", "p"), ("main", "p"), ("section", "div"))[number % 3]
    body = "".join(f"<{tag} class='text text--{number % 7}'>{text}</{tag}>" for text in paragraphs)
    day = f"2025-05-{number % 27 + 1:02d}"
    meta = f"<meta property='article:published_time' content='{day}T10:00:00Z'><meta property='og:title' content='{title}'>"
    html = (
        f"<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>{title} | Gazette</title>{meta}{scripts}</head><body>"
        f"<header><nav><ul>{links}</ul></nav></header><{frame} class='story'><h1>{title}</h1><time datetime='{day}'></time>"
        f"{body}</{frame}><aside class='related'>{teasers}</aside><footer><ul>{links}</ul></footer></body></html>"
    )
    return html.encode()


def _sentences(chance: random.Random, count: int) -> str:
    return " ".join(" ".join(chance.choices(WORDS, k=chance.randint(8, 28))).capitalize() + "." for _ in range(count))


def serve(count: int, told: Connection) -> None:
    """Serve `count` pages until the end of the process, and tell the port."""
    pages = [make_page(number) for number in range(count)]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet

        def do_GET(self) -> None:
            body = pages[int(self.path.rpartition("/")[2])]
            self.send_response_only(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.send(server.server_address[1])
    server.serve_forever()


@contextmanager
def site(count: int) -> Iterator[str]:
    """Yield the address of a server in a process of its own."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(count, theirs), daemon=True)
    process.start()
    yield f"http://127.0.0.1:{ours.recv()}"
    process.kill()
    process.join()


async def fetch(base: str, count: int) -> list[RawDocument]:
    """Return all pages, fetched as a poll does."""
    now = current_time()
    async with Fetcher(user_agent="benchmark", allow_private=True, gap_s=0, at_once=16, host_at_once=16) as fetcher:

        async def one(number: int) -> RawDocument:
            url = f"{base}/page/{number}"
            found = await fetcher.fetch(url)
            return RawDocument(
                document_id=document_id_of(url),
                url=url,
                final_url=found.url,
                outlet="Gazette",
                media_type=found.media_type,
                charset=found.charset,
                content=found.content,
                raw_sha256=sha256_hex(found.content),
                seen_at=now,
            )

        return list(await asyncio.gather(*map(one, range(count))))


def fetch_and_clean(base: str, count: int, workers: PageWorkers) -> list[Document]:
    """Return the documents of all pages; every page must give one."""
    raws = asyncio.run(fetch(base, count))
    ends = workers.extract_pages(raws)
    made = [make_document(raw, end, timezone=ZoneInfo("UTC")) for raw, end in zip(raws, ends, strict=True) if isinstance(end, CleanText)]
    if len(made) != count:
        sys.exit(f"{count - len(made)} of {count} pages gave no text")
    return made


def extract_alone(pages: list[bytes], *, with_metadata: bool = True) -> None:
    """Do with trafilatura alone what `extractors.text` does with it; without metadata only its text."""
    rules = {"original_date": True, "extensive_search": False, "max_date": "2026-01-01"}
    for page in pages:
        bare_extraction(
            page,
            url="https://bench.example/1",
            include_comments=False,
            include_tables=True,
            with_metadata=with_metadata,
            date_extraction_params=rules,
        )


def measure_cost(count: int, rounds: int, limits: PageLimits) -> bool:
    """Print the ratio of both sides and return whether it holds."""
    pages = [make_page(number) for number in range(count)]
    print(f"{count} pages, {sum(map(len, pages)) / count / 1000:.0f} kB each")
    best = dict.fromkeys(("ours", "alone", "text", "all"), float("inf"))
    cpu = dict(best)
    one = PageLimits(1, limits.timeout_s, limits.memory_mb, 1_000_000)  # kept, so that its processor time can be read
    with site(count) as base, PageWorkers(one) as single, PageWorkers(limits) as all_cores:
        fetch_and_clean(base, min(count, 20), single)
        extract_alone(pages[:20])
        for _ in range(rounds):
            for name, work in (
                ("ours", lambda: fetch_and_clean(base, count, single)),
                ("alone", lambda: extract_alone(pages)),
                ("text", lambda: extract_alone(pages, with_metadata=False)),
                ("all", lambda: fetch_and_clean(base, count, all_cores)),
            ):
                start, used = time.perf_counter(), time.process_time() + sum(map(_cpu_s, single.pids))
                work()
                best[name] = min(best[name], time.perf_counter() - start)
                cpu[name] = min(cpu[name], time.process_time() + sum(map(_cpu_s, single.pids)) - used)
    ratio = best["ours"] / best["alone"]
    print(f"fetched and cleaned {best['ours']:.2f} s, trafilatura alone {best['alone']:.2f} s, one process each: {ratio:.3f} (bar 1.20)")
    print(f"processor time {cpu['ours']:.2f} s against {cpu['alone']:.2f} s: {cpu['ours'] / cpu['alone']:.3f}, the server's left out")
    against_text = best["ours"] / best["text"], cpu["ours"] / cpu["text"]
    print(f"against trafilatura's text alone ({best['text']:.2f} s): {against_text[0]:.3f}, in processor time {against_text[1]:.3f}")
    print(f"with {limits.workers} workers {best['all']:.2f} s: {best['all'] / best['alone']:.3f} of trafilatura alone in one process")
    return ratio <= 1.20


def measure_memory(count: int, limits: PageLimits) -> bool:
    """Print what `count` pages leave behind and return whether that holds."""
    start, most = 0, 0
    own_start, own_most = 0, 0
    with PageWorkers(limits) as workers:
        for done in range(0, count, MEMORY_BATCH):
            raws = [_raw(make_page(number % 997), number) for number in range(done, done + MEMORY_BATCH)]
            workers.extract_pages(raws)
            held, own = sum(map(_memory_mb, workers.pids)), _memory_mb(0)
            if done + MEMORY_BATCH <= 1000:
                start, own_start = max(start, held), own
            most, own_most = max(most, held), max(own_most, own)
    print(f"{count} pages: workers {start} MB, at most {most} MB; this process {own_start} MB, at most {own_most} MB (bar +50)")
    return most - start <= 50 and own_most - own_start <= 50


def _raw(content: bytes, number: int) -> RawDocument:
    url = f"https://bench.example/{number}"
    facts = {"document_id": str(number), "url": url, "final_url": url, "outlet": "Gazette", "media_type": "text/html", "raw_sha256": ""}
    return RawDocument(content=content, seen_at=current_time(), **facts)


def _cpu_s(pid: int) -> float:
    """Return the processor time of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory_mb(pid: int) -> int:
    """Return what a process holds in memory; 0 stands for this one."""
    status = Path(f"/proc/{pid or 'self'}/status").read_text(encoding="ascii", errors="replace")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")) // 1024


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory-pages", type=int, default=3000)
    args = parser.parse_args()
    limits = PageLimits.of(load_settings())
    good = measure_cost(args.pages, args.rounds, limits)
    good &= measure_memory(args.memory_pages, limits)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
