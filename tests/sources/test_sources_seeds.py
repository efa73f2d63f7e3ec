import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sources.seeds import MAX_BYTES, load_seeds, read_manifest
from vocabulary.errors import SeedError
from vocabulary.identity import sha256_hex
from vocabulary.words import DocumentOutcome, PublishedBasis

SEEN = datetime(2025, 4, 1, 8, tzinfo=UTC)
SHIPPED = Path(__file__).parents[2] / "seeds"
TEXT = b"Ministers met on Monday.\n"


def make_entry(file: str = "a.txt", *lines: str, id: str = "a", table: str = "documents") -> str:
    return "\n".join([f"[[{table}]]", f'id = "{id}"', f'file = "{file}"', 'outlet = "Test News"', *lines, ""])


def make_folder(path: Path, *entries: str, **files: bytes) -> Path:
    """Write a folder with a manifest of `entries`; in names of files `__` stands for the dot."""
    path.mkdir(exist_ok=True)
    if entries:
        (path / "manifest.toml").write_text("\n".join(entries), encoding="utf-8")
    for name, content in files.items():
        (path / name.replace("__", ".")).write_bytes(content)
    return path


def test_the_shipped_seeds_are_whole() -> None:
    batch = load_seeds(SHIPPED, seen_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert [document.url for document in batch.documents] == [f"seed:brief-00{number}" for number in range(5)]
    assert (batch.failures, batch.notes) == ((), {})
    for document in batch.documents:
        assert document.published_basis is PublishedBasis.MANIFEST
        assert document.title in document.content.decode()
    originals = {entry.restates for entry in read_manifest(SHIPPED)}
    assert originals == {f"original-00{number}" for number in range(5)}
    assert all(entry.published_known and entry.licence for entry in read_manifest(SHIPPED))


def test_the_originals_get_their_facts_from_the_shipped_manifest() -> None:
    if not (named := os.environ.get("STANCEWATCH_SEEDS")):
        pytest.skip("STANCEWATCH_SEEDS names no folder with the original seed documents")
    batch = load_seeds(Path(named), seen_at=datetime(2026, 1, 1, tzinfo=UTC), known=SHIPPED / "manifest.toml")
    assert batch.failures == ()
    assert [document.url for document in batch.documents] == [f"seed:original-00{number}" for number in range(5)]
    days = [document.published_raw for document in batch.documents]
    assert days == ["2025-03-26", "2025-03-26", "2025-03-26", "2025-09-04", "2025-04-02"]


def test_an_entry_gives_the_facts(tmp_path: Path) -> None:
    entry = make_entry("a.html", 'title = "A title"', "published = 2025-03-26", f'sha256 = "{sha256_hex(TEXT)}"')
    (document,) = load_seeds(make_folder(tmp_path, entry, a__html=TEXT), seen_at=SEEN).documents
    assert (document.url, document.outlet, document.title, document.media_type) == ("seed:a", "Test News", "A title", "text/html")
    assert (document.content, document.raw_sha256, document.seen_at) == (TEXT, sha256_hex(TEXT), SEEN)
    assert document.published_at == datetime(2025, 3, 26, 12, tzinfo=UTC)
    assert (document.published_raw, document.published_basis) == ("2025-03-26", PublishedBasis.MANIFEST)


DATES = {
    "day": ("2025-03-26", datetime(2025, 3, 26, 12, tzinfo=UTC)),
    "day as text": ('"2025-03-26"', datetime(2025, 3, 26, 12, tzinfo=UTC)),
    "time": ("2025-03-26T10:00:00+01:00", datetime(2025, 3, 26, 9, tzinfo=UTC)),
    "time as text": ('"2025-03-26T10:00:00Z"', datetime(2025, 3, 26, 10, tzinfo=UTC)),
    "day with a comment": ("2025-03-26  # as printed", datetime(2025, 3, 26, 12, tzinfo=UTC)),
}


@pytest.mark.parametrize(("written", "wanted"), DATES.values(), ids=DATES.keys())
def test_dates_of_entries(tmp_path: Path, written: str, wanted: datetime) -> None:
    folder = make_folder(tmp_path, make_entry("a.txt", f"published = {written}"), a__txt=TEXT)
    assert load_seeds(folder, seen_at=SEEN).documents[0].published_at == wanted


GOOD = make_entry("good.txt", id="good")
BAD_ENTRIES = {
    "unknown key": (make_entry("a.txt", 'outlets = "x"'), DocumentOutcome.BAD_ENTRY, 10, "unknown key"),
    "wrong type": (make_entry("a.txt", "title = 7"), DocumentOutcome.BAD_ENTRY, 10, "string"),
    "no such day": (make_entry("a.txt", "published = 2025-02-31"), DocumentOutcome.BAD_DATE, 10, "YYYY-MM-DD"),
    "words for a date": (make_entry("a.txt", 'published = "last week"'), DocumentOutcome.BAD_DATE, 10, "YYYY-MM-DD"),
    "number for a date": (make_entry("a.txt", "published = 20250326"), DocumentOutcome.BAD_DATE, 10, "YYYY-MM-DD"),
    "time without zone": (make_entry("a.txt", "published = 2025-03-26T10:00:00"), DocumentOutcome.BAD_DATE, 10, "zone"),
    "year without a UTC time": (make_entry("a.txt", "published = 9999-12-31T23:59:59-12:00"), DocumentOutcome.BAD_DATE, 10, "9999"),
    "year 1": (make_entry("a.txt", "published = 0001-01-01"), DocumentOutcome.BAD_DATE, 10, "before 1990; correct"),
    "before the web": (make_entry("a.txt", "published = 1989-12-31T23:59:59Z"), DocumentOutcome.BAD_DATE, 10, "before 1990; correct"),
    "date to come": (make_entry("a.txt", "published = 2052-03-26"), DocumentOutcome.BAD_DATE, 6, "2052-03-26"),
    "wrong hash": (make_entry("a.txt", 'sha256 = "12"'), DocumentOutcome.BAD_ENTRY, 10, "sha256"),
    "wrong address": (make_entry("a.txt", 'url = "file:///etc/passwd"'), DocumentOutcome.BAD_ENTRY, 6, "http"),
    "doubled id": (make_entry("a.txt", id="good"), DocumentOutcome.BAD_ENTRY, 6, "line 1"),
    "doubled file": (make_entry("./good.txt"), DocumentOutcome.BAD_ENTRY, 6, "'good'"),
    "missing file": (make_entry("gone.txt"), DocumentOutcome.BAD_ENTRY, 6, "not there"),
    "no file named": ('[[documents]]\nid = "a"\noutlet = "x"\n', DocumentOutcome.BAD_ENTRY, 6, "missing"),
    "path above": (make_entry("../outside.txt"), DocumentOutcome.BAD_ENTRY, 6, "outside the folder"),
    "absolute path": (make_entry("/etc/motd.txt"), DocumentOutcome.BAD_ENTRY, 6, "outside the folder"),
    "link outside": (make_entry("link.txt"), DocumentOutcome.BAD_ENTRY, 6, "outside the folder"),
    "nul in the path": (make_entry("a\\u0000.txt"), DocumentOutcome.BAD_ENTRY, 6, "outside the folder"),
    "folder": (make_entry("dir.txt"), DocumentOutcome.BAD_ENTRY, 6, "no regular file"),
    "pipe": (make_entry("pipe.txt"), DocumentOutcome.BAD_ENTRY, 6, "no regular file"),
    "link to itself": (make_entry("loop.txt"), DocumentOutcome.FAILED, 6, "loop.txt"),
    "pdf": (make_entry("a.pdf"), DocumentOutcome.NOT_TEXT, 6, "save it as"),
    "empty": (make_entry("empty.txt"), DocumentOutcome.EMPTY, 6, "empty"),
    "blanks": (make_entry("blank.txt"), DocumentOutcome.EMPTY, 6, "empty"),
    "too large": (make_entry("large.txt"), DocumentOutcome.TOO_LARGE, 6, str(MAX_BYTES)),
}


@pytest.mark.parametrize(("entry", "outcome", "line", "words"), BAD_ENTRIES.values(), ids=BAD_ENTRIES.keys())
def test_a_bad_entry_is_one_row_and_the_others_hold(tmp_path: Path, entry: str, outcome: DocumentOutcome, line: int, words: str) -> None:
    folder = make_folder(tmp_path / "seeds", GOOD, entry, good__txt=TEXT)
    (tmp_path / "outside.txt").write_bytes(TEXT)
    (folder / "link.txt").symlink_to(tmp_path / "outside.txt")
    for name, content in {
        "a.txt": TEXT,
        "empty.txt": b"",
        "blank.txt": b"\xef\xbb\xbf \r\n\t",
        "large.txt": b"x" * (MAX_BYTES + 1),
    }.items():
        (folder / name).write_bytes(content)
    (folder / "loop.txt").symlink_to(folder / "loop.txt")
    (folder / "dir.txt").mkdir()
    os.mkfifo(folder / "pipe.txt")
    batch = load_seeds(folder, seen_at=SEEN)
    assert [document.url for document in batch.documents] == ["seed:good"]
    (failure,) = (failure for failure in batch.failures if "no entry for" not in failure.detail)
    assert failure.outcome is outcome
    assert failure.detail.startswith(f"{folder / 'manifest.toml'}, line {line}: ")
    assert words in failure.detail
    assert failure.detail.isprintable()


def test_every_document_of_a_folder_with_a_manifest_is_told(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, GOOD, good__txt=TEXT, other__md=TEXT, README__md=TEXT, notes__json=b"{}", paper__PDF=b"%PDF")
    batch = load_seeds(folder, seen_at=SEEN)
    assert [(failure.item, failure.outcome) for failure in batch.failures] == [
        ("other.md", DocumentOutcome.BAD_ENTRY),
        ("paper.PDF", DocumentOutcome.BAD_ENTRY),
    ]
    (note,) = batch.notes.values()
    assert note.startswith(f"not read in {folder}: README.md, notes.json; read are .txt, .md, .html and .htm files")


def test_an_unknown_table_is_told(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, GOOD, make_entry(table="document"), 'author = "x"', good__txt=TEXT)
    (failure,) = load_seeds(folder, seen_at=SEEN).failures
    assert (failure.item, failure.outcome) == ("document", DocumentOutcome.BAD_ENTRY)
    assert "line 6" in failure.detail


def test_a_changed_file_is_read_and_noted(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, make_entry("a.txt", f'sha256 = "{sha256_hex(b"other")}"'), a__txt=TEXT)
    batch = load_seeds(folder, seen_at=SEEN)
    (document,) = batch.documents
    assert batch.failures == ()
    assert "correct sha256" in batch.notes[document.document_id]


BROKEN = {
    "no toml": ("[[documents]]\nid = \n", "line 2"),
    "cut off": ('[[documents]]\nid = "a', "line 2"),
    "single brackets": ('[documents]\nid = "a"\n', "line 1"),
    "line ends that are none": ("# \u2028 \x85\n[[documents]]\nid = \n", "line 3"),
    "documents as text": ('documents = "a.txt"\n', "line 1"),
}


@pytest.mark.parametrize(("text", "words"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_manifest_is_one_error(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SeedError) as caught:
        load_seeds(make_folder(tmp_path, text, a__txt=TEXT), seen_at=SEEN)
    assert f"{tmp_path / 'manifest.toml'}, {words}: " in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_manifest_in_another_character_set_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "manifest.toml").write_bytes('# Ü\n[[documents]]\nid="a"'.encode("latin-1"))
    with pytest.raises(SeedError, match="save it as UTF-8"):
        load_seeds(tmp_path, seen_at=SEEN)


@pytest.mark.parametrize(
    "files", [{}, {"README__md": TEXT}, {"manifest__toml": b""}, {"x__json": b"{}"}], ids=lambda found: " ".join(found) or "nothing"
)
def test_a_folder_without_documents_is_an_error(tmp_path: Path, files: dict[str, bytes]) -> None:
    with pytest.raises(SeedError, match="--seeds"):
        load_seeds(make_folder(tmp_path, **files), seen_at=SEEN)


@pytest.mark.parametrize("name", ["nowhere", "file.txt"])
def test_a_missing_folder_is_an_error(tmp_path: Path, name: str) -> None:
    make_folder(tmp_path, file__txt=TEXT)
    with pytest.raises(SeedError, match="--seeds") as caught:
        load_seeds(tmp_path / name, seen_at=SEEN)
    assert str(tmp_path / name) in str(caught.value)


def test_a_folder_without_a_manifest(tmp_path: Path) -> None:
    known = make_folder(
        tmp_path / "known",
        make_entry("elsewhere.txt", f'sha256 = "{sha256_hex(TEXT)}"', "published = 2025-03-26", id="original", table="originals"),
    )
    folder = make_folder(
        tmp_path / "seeds",
        b__txt=TEXT,
        a__HTM=b"<p>x</p>",
        c__md=b"# x",
        copy__txt=TEXT,
        empty__txt=b"",
        d__pdf=b"%PDF",
        _e__txt=b"\xff\x00\x01",
    )
    (folder / ".hidden.txt").write_bytes(TEXT)
    batch = load_seeds(folder, seen_at=SEEN, known=known / "manifest.toml")
    found = {document.url: document for document in batch.documents}
    assert list(found) == ["seed:seeds/_e.txt", "seed:seeds/a.HTM", "seed:original", "seed:seeds/c.md"]
    assert found["seed:original"].published_raw == "2025-03-26"
    assert (found["seed:seeds/a.HTM"].media_type, found["seed:seeds/a.HTM"].outlet) == ("text/html", "unknown")
    assert (found["seed:seeds/c.md"].published_at, found["seed:seeds/c.md"].published_basis) == (None, PublishedBasis.SEEN)
    assert {failure.item: failure.outcome for failure in batch.failures} == {
        "copy.txt": DocumentOutcome.BAD_ENTRY,
        "d.pdf": DocumentOutcome.NOT_TEXT,
        "empty.txt": DocumentOutcome.EMPTY,
    }


def test_files_of_one_name_in_two_folders_are_two_documents(tmp_path: Path) -> None:
    one = load_seeds(make_folder(tmp_path / "one", a__txt=b"one"), seen_at=SEEN).documents[0]
    other = load_seeds(make_folder(tmp_path / "other", a__txt=b"other"), seen_at=SEEN).documents[0]
    assert one.document_id != other.document_id


def test_file_names_that_are_no_text_are_shown_as_far_as_they_go(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    (folder / os.fsdecode(b"a\xff\n.txt")).write_bytes(TEXT)
    (folder / os.fsdecode(b"b\xff.txt")).write_bytes(b"")
    batch = load_seeds(folder, seen_at=SEEN)
    batch.documents[0].url.encode("utf-8")
    batch.failures[0].item.encode("utf-8")
    assert batch.failures[0].detail.isprintable()


def test_reading_twice_gives_the_same(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, a__txt=TEXT, b__txt=b"More words.")
    assert load_seeds(folder, seen_at=SEEN) == load_seeds(folder, seen_at=SEEN)


def load_ids(folder: Path, known: Path | None = None) -> dict[str, str]:
    """Return address to document id of the documents in `folder`."""
    return {document.url: document.document_id for document in load_seeds(folder, seen_at=SEEN, known=known).documents}


@pytest.mark.parametrize("name", ["a.txt", "a b.md", "\u00fc.html", "#?%.htm"])
def test_an_edited_file_is_the_same_document(tmp_path: Path, name: str) -> None:
    folder = make_folder(tmp_path / "seeds")
    (folder / name).write_bytes(TEXT)
    before = load_ids(folder)
    (folder / name).write_bytes(b"Other words.\n")
    assert load_ids(folder) == before
    (address,) = before
    assert address.startswith("seed:seeds/")
    assert address.isascii()


def test_a_folder_that_moves_keeps_its_documents(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "march", a__txt=TEXT)
    before = load_ids(folder)
    (tmp_path / "archive").mkdir()
    moved = folder.rename(tmp_path / "archive" / "march")
    (tmp_path / "latest").symlink_to(moved)
    assert load_ids(moved) == load_ids(tmp_path / "latest") == before


def test_names_that_look_alike_are_two_documents(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    for number, name in enumerate((b"a\xff.txt", b"a\xfe.txt", b"a.txt", b"a.md", b"A.txt")):
        (folder / os.fsdecode(name)).write_bytes(b"text %d" % number)
    assert len(set(load_ids(folder).values())) == 5


def test_a_known_file_keeps_its_entry_when_it_is_edited(tmp_path: Path) -> None:
    known = make_folder(
        tmp_path / "known",
        make_entry("first.txt", f'sha256 = "{sha256_hex(TEXT)}"', "published = 2025-03-26", id="original", table="originals"),
    )
    folder = make_folder(tmp_path / "seeds", first__txt=TEXT)
    before = load_ids(folder, known / "manifest.toml")
    (folder / "first.txt").write_bytes(b"Other words.\n")
    batch = load_seeds(folder, seen_at=SEEN, known=known / "manifest.toml")
    assert load_ids(folder, known / "manifest.toml") == before == {"seed:original": batch.documents[0].document_id}
    assert batch.documents[0].published_raw == "2025-03-26"
    assert "not the file that the manifest describes" in batch.notes[batch.documents[0].document_id]


def test_the_hash_of_a_known_file_tells_more_than_its_name(tmp_path: Path) -> None:
    known = make_folder(tmp_path / "known", make_entry("first.txt", f'sha256 = "{sha256_hex(TEXT)}"', id="original", table="originals"))
    folder = make_folder(tmp_path / "seeds", first__txt=b"Other words.", renamed__txt=TEXT)
    batch = load_seeds(folder, seen_at=SEEN, known=known / "manifest.toml")
    assert {document.url: document.content for document in batch.documents} == {
        "seed:seeds/first.txt": b"Other words.",
        "seed:original": TEXT,
    }
    assert batch.notes == {}


def test_two_entries_of_one_address_are_told(tmp_path: Path) -> None:
    url = 'url = "https://news.example/a"'
    folder = make_folder(
        tmp_path, make_entry("a.txt", url), make_entry("b.txt", url.replace("/a", "/a#top"), id="b"), a__txt=TEXT, b__txt=b"b"
    )
    batch = load_seeds(folder, seen_at=SEEN)
    assert [document.content for document in batch.documents] == [TEXT]
    assert [(failure.item, failure.outcome) for failure in batch.failures] == [("b.txt", DocumentOutcome.BAD_ENTRY)]


def test_what_is_not_read_is_named(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, a__txt=TEXT, data__csv=b"1", scan__docx=b"PK", letter=b"no suffix", _DS_Store=b"")
    (folder / ".hidden").mkdir()
    make_folder(folder / "more", b__txt=TEXT)
    batch = load_seeds(folder, seen_at=SEEN)
    assert {failure.item: failure.outcome for failure in batch.failures} == {"scan.docx": DocumentOutcome.NOT_TEXT}
    (note,) = batch.notes.values()
    assert note == (
        f"not read in {folder}: _DS_Store, data.csv, letter, more/; "
        "read are .txt, .md, .html and .htm files in the folder itself, but no README"
    )


def test_many_names_are_counted(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, a__txt=TEXT, **{f"f{number:02}__csv": b"1" for number in range(13)})
    (note,) = load_seeds(folder, seen_at=SEEN).notes.values()
    assert "f09.csv and 3 more; read are" in note


def test_a_folder_of_folders_says_that_they_are_not_read(tmp_path: Path) -> None:
    make_folder(tmp_path / "more", a__txt=TEXT)
    with pytest.raises(SeedError, match=r"holds no document; .*not read in .*: more/"):
        load_seeds(tmp_path, seen_at=SEEN)


def test_folders_of_entries_are_looked_through(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, make_entry("one/deep/a.txt"))
    for place in ("one/deep", "one/shut", "two"):
        (folder / place).mkdir(parents=True)
        (folder / place / "a.txt").write_bytes(TEXT)
        (folder / place / "b.txt").write_bytes(TEXT)
    batch = load_seeds(folder, seen_at=SEEN)
    assert [document.url for document in batch.documents] == ["seed:a"]
    assert [(failure.item, failure.outcome) for failure in batch.failures] == [("one/deep/b.txt", DocumentOutcome.BAD_ENTRY)]
    (note,) = batch.notes.values()
    assert f"not read in {folder}: one/shut/, two/; " in note


@pytest.mark.parametrize("kind", ["pipe", "endless", "folder", "large"])
def test_a_manifest_that_is_no_file_of_its_size_is_one_error(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "manifest.toml"
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "endless":
            path.symlink_to("/dev/zero")
        case "folder":
            path.mkdir()
        case _:
            path.write_bytes(b"#" * (MAX_BYTES + 1))
    if kind == "folder":
        make_folder(tmp_path, a__txt=TEXT)
        (note,) = load_seeds(tmp_path, seen_at=SEEN).notes.values()
        assert "manifest.toml/" in note
        return
    with pytest.raises(SeedError, match="no regular file of at most"):
        load_seeds(tmp_path, seen_at=SEEN)


@pytest.mark.parametrize("text", ["a = " + "9" * 5000, "a = " + "[" * 5000], ids=["endless number", "endless brackets"])
def test_a_manifest_that_breaks_the_parser_is_one_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(SeedError, match=r"manifest\.toml.*(TOML|number)"):
        load_seeds(make_folder(tmp_path, text, a__txt=TEXT), seen_at=SEEN)


def test_a_known_manifest_need_not_be_there(tmp_path: Path) -> None:
    assert len(load_ids(make_folder(tmp_path, a__txt=TEXT), tmp_path / "gone.toml")) == 1
