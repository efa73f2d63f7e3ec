"""A seeds folder without a manifest: edited files, unreadable dates, odd characters, and what is not read, up to the stored rows."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flow_samples import NOW, World

from flows.lock import hold_warehouse
from flows.reports import RunReport
from flows.running import run_direct
from vocabulary.words import DocumentOutcome

pytestmark = pytest.mark.usefixtures("quick")
Word = DocumentOutcome
FILLER = "The council voted after a long night in the hills, and engineers have measured the valley of the Lenn twice since then. " * 4


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A seeds folder without a manifest."""
    made = tmp_path / "letters"
    made.mkdir()
    return made


def run(world: World, folder: Path, hour: int = 0) -> RunReport:
    return run_direct(world.context(seeds=folder, feeds_enabled=False, now=NOW + timedelta(hours=hour)))


def rows(world: World, query: str) -> Sequence[tuple[Any, ...]]:
    with hold_warehouse(world.settings()) as store:
        return store.connection.execute(query).fetchall()


def text(*sentences: str, published: str = "Published: 2026-05-01") -> str:
    return "\n\n".join(("The bridge on the Lenn divides two councils", published, f"{' '.join(sentences)} {FILLER}"))


STANDING = "SELECT actor, stance FROM positions WHERE withdrawn_at IS NULL ORDER BY ALL"


def test_an_edited_file_is_a_new_text_of_one_document(world: World, folder: Path) -> None:
    arland, borland, turned = "Arland supports the bridge.", "Borland opposes the bridge.", "Borland supports the bridge."
    path = folder / "letter.txt"
    path.write_text(text(arland, borland), encoding="utf-8")
    run(world, folder)
    assert rows(world, STANDING) == [("ARL", "supports"), ("BOR", "opposes")]
    path.write_text(text(turned), encoding="utf-8")
    again = run(world, folder, hour=1)
    assert again.steps[0].passed_on == 1
    assert rows(world, STANDING) == [("BOR", "supports")]
    assert rows(world, "SELECT count(*) FROM documents") == [(1,)]
    assert rows(world, "SELECT version FROM document_versions ORDER BY 1") == [(1,), (2,)]
    assert rows(world, "SELECT DISTINCT withdrawn_reason FROM positions WHERE withdrawn_at IS NOT NULL") == [("edited",)]
    assert rows(world, "SELECT actor, stance FROM stance_spells WHERE known_to IS NULL") == [("BOR", "supports")]
    assert run(world, folder, hour=2).steps[0].outcomes == {Word.UNCHANGED: 1}


def test_files_of_one_name_in_two_folders_stand_beside_each_other(world: World, tmp_path: Path) -> None:
    for hour, (name, sentence) in enumerate({"monday": "Arland supports the bridge.", "tuesday": "Borland opposes the bridge."}.items()):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.txt").write_text(text(sentence), encoding="utf-8")
        run(world, tmp_path / name, hour=hour)
    assert rows(world, STANDING) == [("ARL", "supports"), ("BOR", "opposes")]


@pytest.mark.parametrize("line", ["Published: 2026-02-31", "Published: yesterday", "Published: 2036-05-01"])
def test_a_declared_date_that_cannot_be_is_a_word_with_its_remedy(world: World, folder: Path, line: str) -> None:
    (folder / "bad.txt").write_text(text("Arland supports the bridge.", published=line), encoding="utf-8")
    (folder / "good.txt").write_text(text("Borland opposes the bridge."), encoding="utf-8")
    report = run(world, folder)
    assert (report.steps[0].outcomes, report.steps[0].passed_on) == ({Word.BAD_DATE: 1}, 1)
    ((item, detail),) = rows(world, "SELECT item, detail FROM outcomes WHERE status = 'bad_date'")
    assert item == "bad.txt"
    assert detail.startswith(f"{folder / 'bad.txt'}: the line '{line}' gives no day")
    assert detail.endswith("write `Published: YYYY-MM-DD` there, take the line out, or state the date in a manifest.toml")
    assert rows(world, "SELECT published_on, published_basis FROM documents") == [(date(2026, 5, 1), "text")]


def test_a_text_without_a_date_is_of_the_day_when_it_was_seen(world: World, folder: Path) -> None:
    (folder / "undated.txt").write_text(text("Arland supports the bridge.", published="By Ada Quill"), encoding="utf-8")
    run(world, folder)
    assert rows(world, "SELECT published_on, published_basis FROM documents") == [(NOW.date(), "seen")]


def test_what_is_not_read_is_named_by_the_step(world: World, folder: Path) -> None:
    (folder / "letter.txt").write_text(text("Arland supports the bridge."), encoding="utf-8")
    (folder / "more").mkdir()
    (folder / "table.csv").write_text("1,2", encoding="utf-8")
    (note,) = run(world, folder).steps[0].notes
    assert note == f"not read in {folder}: more/, table.csv; read are .txt, .md, .html and .htm files in the folder itself, but no README"


CLAIM = "Arland supports the bridge on the Lenn."
WRITTEN = text("In the café — “yes”, they said.", CLAIM, "Borland opposes the bridge.")
PAGE = "<html><head><title>The bridge</title></head><body><article>{}</article></body></html>".format(
    "".join(f"<p>{part}</p>" for part in WRITTEN.split("\n\n"))
)
BEFORE_THE_CLAIM = {
    "nulls": "\x00",
    "mark-within": "\ufeff",
    "zero-width": "\u200b\u200c\u200d",
    "soft-hyphens": "val\u00adley ",
    "half-a-pair": "\ud83d ",
    "pairs": "\U0001f1e6\U0001f1f1 \U0001f468\u200d\U0001f469\u200d\U0001f467 ",
    "combining": "e\u0301a\u0308\u0323 ",
    "wide-spaces": "\u00a0\u2009\u3000",
    "directions": "\u202eright\u202c \u2067left\u2069 \u200f",
    "terminal": "\x1b[31mred\x1b[0m ",
    "line-ends": "one.\u2028two.\x85three.\x0bfour.\r\n",
    "tags": "\U000e0041\U000e007f",
}
FORMS = {
    "dos": WRITTEN.replace("\n", "\r\n").encode(),
    "old-mac": WRITTEN.replace("\n", "\r").encode(),
    "mark": WRITTEN.encode("utf-8-sig"),
    "utf-16": WRITTEN.encode("utf-16"),
    "utf-32": WRITTEN.encode("utf-32"),
    "western": WRITTEN.encode("cp1252"),
    "broken-byte": WRITTEN.encode().replace(b"they", b"th\xffey"),
    **{name: WRITTEN.replace(CLAIM, odd + CLAIM).encode("utf-8", "surrogatepass") for name, odd in BEFORE_THE_CLAIM.items()},
    **{f"page-{name}": PAGE.replace(CLAIM, odd + CLAIM).encode("utf-8", "surrogatepass") for name, odd in BEFORE_THE_CLAIM.items()},
}


def test_quotes_stand_where_the_rows_say(world: World, folder: Path) -> None:
    for name, content in FORMS.items():
        (folder / f"{name}.{'html' if name.startswith('page-') else 'txt'}").write_bytes(content)
    run(world, folder)
    found = rows(
        world,
        "SELECT d.url, p.quote, substr(v.text, p.quote_start + 1, p.quote_end - p.quote_start), v.text[p.quote_start + 1:p.quote_end]"
        " FROM positions p JOIN document_versions v USING (document_id, text_sha256) JOIN documents d USING (document_id)"
        " ORDER BY d.url, p.quote_start",
    )
    quotes: dict[str, list[str]] = {}
    for url, quote, by_substr, by_slice in found:
        assert quote == by_substr == by_slice, url
        quotes.setdefault(Path(url).stem, []).append(quote)
    assert quotes == {name: [CLAIM, "Borland opposes the bridge."] for name in FORMS}
    for url, stored in rows(world, "SELECT url, text FROM document_versions JOIN documents USING (document_id)"):
        assert not set(stored) & set("\x00\x1b\r\x0b\x85\u2028\u00ad\u200b\u202e\ufeff"), url
