"""Worker processes: what a page does to its worker costs its own outcome, and nothing of ours leaks into them."""

import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from flow_samples import NOW, REPO, World

import flows.cleaning
from flows import workers as workers_module
from flows.cleaning import clean_documents
from flows.lock import hold_warehouse
from flows.settings import load_settings
from flows.workers import Ended, PageLimits, PageWorkers, WorkersError
from vocabulary.documents import CleanText, RawDocument
from vocabulary.identity import sha256_hex
from vocabulary.words import DocumentOutcome

PROSE = "The council of Borland met on Monday and spoke for three hours about the bridge, its cost and the winter."


def make_raw(content: str | bytes, number: int = 0, *, media_type: str = "text/html") -> RawDocument:
    body = content.encode() if isinstance(content, str) else content
    url = f"https://post.example/{number}"
    return RawDocument(
        document_id=f"d{number}",
        url=url,
        final_url=url,
        outlet="Post",
        media_type=media_type,
        content=body,
        raw_sha256=sha256_hex(body),
        seen_at=NOW,
    )


def make_page(words: str = PROSE) -> str:
    paragraphs = "".join(f"<p>{words} Part {number} of the account follows the one before it.</p>" for number in range(4))
    return f"<!DOCTYPE html><html lang='en'><head><title>A bridge</title></head><body><article>{paragraphs}</article></body></html>"


def open_workers(*, count: int = 1, timeout_s: float = 20, memory_mb: int = 200, pages: int = 100) -> PageWorkers:
    return PageWorkers(PageLimits(count, timeout_s, memory_mb, pages), extract="hostile_pages:extract")


def shown(ended: Sequence[Ended]) -> list[str]:
    """Return the text of each page without its worker's number, or its word and reason."""
    return [re.sub(r" by \d+$", "", one.text) if isinstance(one, CleanText) else f"{one.outcome}: {one}" for one in ended]


def worker_of(ended: Ended) -> str:
    assert isinstance(ended, CleanText)
    return ended.text.rpartition(" ")[2]


def is_running(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def wait_for_end(pid: int) -> bool:
    """Tell whether the process ends within a minute."""
    for _ in range(600):
        if not is_running(pid):
            return True
        time.sleep(0.1)
    return False


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ids of the worker processes that were started."""
    found: list[int] = []

    class Counted(subprocess.Popen[bytes]):
        def __init__(self, *args: object, **options: object) -> None:
            super().__init__(*args, **options)  # type: ignore[call-overload]
            found.append(self.pid)

    monkeypatch.setattr(workers_module.subprocess, "Popen", Counted)
    return found


@pytest.mark.parametrize(
    ("order", "end"),
    [
        pytest.param("crash", "failed: extraction: the worker died of SIGSEGV", id="crash"),
        pytest.param("leave", "failed: extraction: the worker ended with code 7", id="leaves"),
        pytest.param("hang", "failed: extraction: the page takes longer than 3 s", id="hangs"),
        pytest.param("eat", "failed: extraction: the page takes more than 200 MiB", id="eats-memory"),
        pytest.param("eat-quietly", "failed: extraction: the page takes more than 200 MiB", id="hides-that-memory-ended"),
        pytest.param("break", "failed: extraction: RecursionError: planted", id="raises"),
        pytest.param("no-text", "no_text: no article", id="no-text"),
        pytest.param("print", "print 2", id="prints"),
    ],
)
def test_row_38_a_page_that_breaks_its_worker_costs_its_own_outcome(order: str, end: str) -> None:
    orders = ["fine 0", "fine 1", f"{order} 2", "fine 3", "fine 4"]
    with open_workers(timeout_s=3) as workers:
        ended = workers.extract_pages([make_raw(text, number) for number, text in enumerate(orders)])
    assert shown(ended) == ["fine 0", "fine 1", end, "fine 3", "fine 4"]
    is_new = worker_of(ended[1]) != worker_of(ended[3])
    assert is_new is (order not in ("break", "no-text", "print"))


def test_many_pages_keep_their_order_over_several_workers(started: list[int]) -> None:
    orders = [f"{'crash' if number % 10 == 4 else 'fine'} {number}" for number in range(60)]
    seen: list[int] = []
    with open_workers(count=3) as workers:
        ended = workers.extract_pages([make_raw(text, number) for number, text in enumerate(orders)], on_each=lambda: seen.append(1))
    dead = "failed: extraction: the worker died of SIGSEGV"
    assert shown(ended) == [dead if text.startswith("crash") else text for text in orders]
    assert len(seen) == 60
    assert len({worker_of(one) for one in ended if isinstance(one, CleanText)}) >= 3
    assert 6 <= len(started) <= 9


def test_workers_are_reused_and_replaced_after_their_pages(started: list[int]) -> None:
    with open_workers(pages=5) as workers:
        first = [worker_of(one) for one in workers.extract_pages([make_raw(f"fine {number}", number) for number in range(7)])]
        second = [worker_of(one) for one in workers.extract_pages([make_raw(f"fine {number}", number) for number in range(3)])]
        assert workers.pids == []  # both had their five pages
    assert [first.count(name) for name in dict.fromkeys(first)] == [5, 2]
    assert set(second) == {first[-1]}
    assert len(started) == 2


def test_workers_end_with_the_context(started: list[int]) -> None:
    with open_workers(count=2) as workers:
        workers.extract_pages([make_raw("fine", number) for number in range(20)])
        pids = workers.pids
        assert pids
        assert all(map(is_running, pids))
    assert not any(map(is_running, pids))
    assert sorted(pids) == sorted(started)


def test_workers_that_cannot_start_are_no_page_of_a_batch() -> None:
    with PageWorkers(PageLimits(1, 5, 200, 10), extract="no_such_module:extract") as workers, pytest.raises(WorkersError, match="code 1"):
        workers.extract_pages([make_raw("fine")])


def test_a_batch_without_pages_starts_no_process(world: World, started: list[int]) -> None:
    batch = clean_documents(
        world.context(), [make_raw(f"{PROSE}\n\n{PROSE} Again.", number, media_type="text/plain") for number in range(3)]
    )
    assert (len(batch.documents), started) == (3, [])
    assert clean_documents(world.context(), []).documents == ()
    assert started == []


def test_an_html_file_named_as_text_is_read_by_a_worker(world: World, started: list[int]) -> None:
    encoded = [make_page().encode(), make_page().encode("utf-16"), make_page().encode("utf-16-le")]
    batch = clean_documents(world.context(), [make_raw(body, number, media_type="text/plain") for number, body in enumerate(encoded)])
    assert [PROSE in document.text for document in batch.documents] == [True] * 3
    assert len(started) == 1


def test_pages_and_texts_of_one_batch_keep_their_order(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flows.cleaning, "PageWorkers", lambda limits: PageWorkers(limits, extract="hostile_pages:extract"))
    contents = ["crash", f"Plain. {PROSE}", "fine 2", "", "hang", f"Plain too. {PROSE}", "fine 6"]
    kinds = ["text/html", "text/plain"] * 4
    raws = [make_raw(text, number, media_type=kinds[number]) for number, text in enumerate(contents)]
    counted: list[int] = []
    batch = clean_documents(world.context(page_timeout_s=2), raws, on_each=lambda: counted.append(1))
    assert [document.document_id for document in batch.documents] == ["d1", "d2", "d5", "d6"]
    assert [(failure.item[-1], failure.outcome) for failure in batch.failures] == [
        ("0", DocumentOutcome.FAILED),
        ("3", DocumentOutcome.EMPTY),
        ("4", DocumentOutcome.FAILED),
    ]
    assert len(counted) == len(raws)


def test_a_worker_holds_neither_the_warehouse_nor_its_lock(world: World) -> None:
    with hold_warehouse(world.settings()), open_workers() as workers:
        workers.extract_pages([make_raw("fine")])
        (pid,) = workers.pids
        held = [os.readlink(f"/proc/{pid}/fd/{name}") for name in os.listdir(f"/proc/{pid}/fd")]
        variables = Path(f"/proc/{pid}/environ").read_bytes()
    assert [name for name in held if not name.startswith(("/dev/null", "socket:", "/proc/", "/dev/urandom"))] == []
    assert b"STANCEWATCH_" not in variables


def test_a_worker_that_hangs_dies_with_its_parent(tmp_path: Path) -> None:
    script = textwrap.dedent("""
        import sys, threading, time
        sys.path.insert(0, sys.argv[1])
        from test_flows_workers import make_raw, open_workers
        workers = open_workers(timeout_s=300)
        threading.Thread(target=workers.extract_pages, args=([make_raw("hang")],), daemon=True).start()
        while not workers.pids:
            time.sleep(0.05)
        time.sleep(1)
        print(workers.pids[0], flush=True)
        time.sleep(300)
    """)
    parent = subprocess.Popen(
        [sys.executable, "-c", script, str(Path(__file__).parent)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(REPO)},
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert is_running(pid)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    assert wait_for_end(pid)


def test_settings_bound_a_page() -> None:
    settings = load_settings({"page_workers": 3, "page_timeout_s": 7, "page_memory_mb": 100, "pages_per_worker": 9})
    assert PageLimits.of(settings) == PageLimits(3, 7, 100, 9)
    assert PageLimits.of(load_settings()).workers >= 1


def test_errors_of_a_page_are_told_with_their_reason(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flows.cleaning, "PageWorkers", lambda limits: PageWorkers(limits, extract="hostile_pages:extract"))
    batch = clean_documents(world.context(page_memory_mb=150), [make_raw("eat"), make_raw("fine", 1)])
    (failure,) = batch.failures
    assert failure == ("https://post.example/0", DocumentOutcome.FAILED, "extraction: the page takes more than 150 MiB")
    assert len(batch.documents) == 1
