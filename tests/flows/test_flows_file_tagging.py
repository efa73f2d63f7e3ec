"""Tagging files: what may be read, and which dates are dates."""

import json
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from flow_samples import LETTER, CommandLine

from flows.file_tagging import parse_day_or_month, parse_published, read_outlets, read_published
from vocabulary.errors import SeedError

pytestmark = pytest.mark.usefixtures("quick")

KINDS: dict[str, tuple[Callable[[Path], object], str]] = {
    "pipe": (os.mkfifo, "is no regular file"),
    "endless": (lambda path: path.symlink_to("/dev/zero"), "is no regular file"),
    "folder": (os.mkdir, "is no regular file"),
    "gone": (lambda path: None, "cannot be read"),
    "large": (lambda path: path.write_bytes(b"x" * 2049), "has more than 2048 bytes"),
}


@pytest.mark.parametrize(("make", "words"), KINDS.values(), ids=KINDS.keys())
def test_what_is_no_file_of_its_size_is_one_line(command: CommandLine, make: Callable[[Path], object], words: str) -> None:
    make(Path("odd.txt"))
    answer = command("--set", "max_bytes=2048", "tag", "odd.txt", "--published", "2026-05-01", "--jsonl")
    assert (answer.code, answer.out) == (1, "")
    assert f"odd.txt: {words}" in answer.err
    assert len(answer.err.strip().splitlines()) == 1


@pytest.mark.parametrize("kind", ["pipe", "endless", "folder"])
def test_a_list_of_dates_that_is_no_file_is_one_line(command: CommandLine, kind: str) -> None:
    KINDS[kind][0](Path("meta.json"))
    Path("letter.txt").write_text(LETTER, encoding="utf-8")
    answer = command("tag", "letter.txt", "--meta", "meta.json")
    assert answer.code == 1
    assert "meta.json: is no regular file" in answer.err


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("2026", "is no date; write YYYY-MM-DD or YYYY-MM"),
        ("20260501", "is no date"),
        ("2026-W18-5", "is no date"),
        ("2026-05-01T10:00", "is no date"),
        ("2026-05-01 or so", "is no date"),
        ("2026-5-1", "is no date"),
        (" 2026-05", "is no date"),
        ("\uff12\uff10\uff12\uff16-05-01", "is no date"),
        ("", "is no date"),
        ("2026-02-31", "is no day of the calendar"),
        ("2026-13", "is no day of the calendar"),
        ("0001-01-01", "lies before 1990"),
        ("1989-12", "lies before 1990"),
        ("9999-12-31", "has not come yet"),
    ],
)
def test_only_days_and_months_are_dates_of_files(command: CommandLine, written: str, words: str) -> None:
    Path("letter.txt").write_text(LETTER, encoding="utf-8")
    answer = command("tag", "letter.txt", "--published", written, "--jsonl")
    assert (answer.code, answer.out) == (1, "")
    assert words in answer.err
    assert len(answer.err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("written", "day"), [("2026-05-01", date(2026, 5, 1)), ("2026-05", date(2026, 5, 1)), ("1990-01-01", date(1990, 1, 1))]
)
def test_days_and_months_are_read(written: str, day: date) -> None:
    assert parse_day_or_month(written, "--published") == parse_published(written, "meta.json, a.txt") == day


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026", date(2026, 1, 1)),
        ("2026-05-01T23:30:00-05:00", date(2026, 5, 1)),
        ("2026-05-01T10:00:00Z", date(2026, 5, 1)),
        ("2026-05-01T10:00", date(2026, 5, 1)),
        ("2026-05-01 10:00:00.5+0330", date(2026, 5, 1)),
    ],
)
def test_a_list_of_dates_may_hold_years_and_times(written: str, day: date) -> None:
    assert parse_published(written, "meta.json, a.txt") == day


@pytest.mark.parametrize("written", ["2026-05-01T25:00", "2026-05-01T10:00:00 or so", "2026-02-31T10:00:00Z", "None", "26", "20260501"])
def test_a_list_of_dates_holds_nothing_else(written: str) -> None:
    with pytest.raises(SeedError, match=r"meta\.json, a\.txt: "):
        parse_published(written, "meta.json, a.txt")


@pytest.mark.parametrize(
    "content", [b"", b"{}x", b'{"doc": 1}', b'[{"doc": "a"}]', b"[1]", b"\xff", b"[" * 100_000], ids=lambda content: repr(content[:12])
)
def test_a_list_of_dates_that_is_none_is_one_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "meta.json").write_bytes(content)
    with pytest.raises(SeedError, match="must be a JSON list"):
        read_published(tmp_path / "meta.json")


def test_a_list_of_dates_may_begin_with_a_mark(tmp_path: Path) -> None:
    (tmp_path / "meta.json").write_bytes(b'\xef\xbb\xbf[{"doc": "a.txt", "published": "2026-05-01"}]')
    assert read_published(tmp_path / "meta.json") == {"a.txt": "2026-05-01"}


@pytest.mark.parametrize(
    ("entry", "outlet"),
    [
        pytest.param('"outlet": "Valley Post"', "Valley Post", id="given"),
        pytest.param('"outlet": " Valley\\n Post "', "Valley Post", id="on_two_lines"),
        pytest.param('"outlet": ""', None, id="empty"),
        pytest.param('"outlet": null', None, id="null"),
        pytest.param('"outlet": ["Post"]', None, id="no_text"),
        pytest.param('"title": "A letter"', None, id="not_given"),
    ],
)
def test_outlets_of_a_list_of_dates(tmp_path: Path, entry: str, outlet: str | None) -> None:
    (tmp_path / "meta.json").write_text(f'[{{"doc": "a.txt", "published": "2026-05-01", {entry}}}]', encoding="utf-8")
    assert read_outlets(tmp_path / "meta.json") == ({"a.txt": outlet} if outlet else {})
    assert read_published(tmp_path / "meta.json") == {"a.txt": "2026-05-01"}


def test_a_file_whose_name_is_no_text_is_tagged(command: CommandLine) -> None:
    name = os.fsdecode(b"letter\xff.txt")
    Path(name).write_text(LETTER, encoding="utf-8")
    answer = command("tag", name, "--published", "2026-05-01", "--jsonl")
    assert answer.code == 0
    found = json.loads(answer.out)
    assert (found["doc"], len(found["positions"])) == ("letter\ufffd.txt", 1)
