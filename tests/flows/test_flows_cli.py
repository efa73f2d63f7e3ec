"""The command line: exit codes, one line for each bad input, and what programs may read."""

import json
import sys
from pathlib import Path

import pytest
from flow_samples import LETTER, REPO, CommandLine, World

from flows.cli import app
from flows.lock import hold_warehouse

pytestmark = pytest.mark.usefixtures("quick")
VERBS = (
    *("run", "seed", "poll", "digest", "serve", "tag", "sql", "status", "diff", "explain", "watch", "feeds", "evaluate", "demo"),
    "settings",
)
UNREACHABLE = '\n[[feeds]]\nid = "post"\nurl = "http://127.0.0.1:9/feed"\noutlet = "Post"\ncountry = "ARL"\nkind = "online"\n'


def test_every_verb_has_help_that_ends_in_an_example(command: CommandLine) -> None:
    told = command("--help")
    for verb in VERBS:
        assert f" {verb} " in told.out
        helped = command(verb, "check", "--help") if verb in ("watch", "feeds") else command(verb, "--help")
        assert helped.code == 0
        assert helped.out.strip().split("\n\n")[-1].lstrip().startswith("Example: stancewatch "), verb


def test_help_names_no_verb_that_is_not_there() -> None:
    names = {entry.name or entry.callback.__name__ for entry in app.registered_commands if entry.callback}
    groups = {group.name for group in app.registered_groups}
    assert names | groups == set(VERBS)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("run", "--direct", "--offline"), 0, ""),
        (("--colour", "run"), 2, "No such option"),
        (("dance",), 2, "No such command"),
        (("--set", "batch_size", "settings"), 2, "is no NAME=VALUE"),
        (("--set", "batch_sise=3", "settings"), 1, "flag: --set batch_sise: batch_sise is no setting; did you mean batch_size?"),
        (("--set", "batch_size=none", "settings"), 1, "flag: --batch-size"),
        (("--config", "absent.toml", "settings"), 1, "absent.toml: no such settings file"),
        (("digest", "--day", "soon"), 2, "write YYYY-MM-DD"),
        (("digest",), 4, ""),
        (("run", "--direct", "--seeds", "nowhere"), 1, "seeds folder nowhere"),
        (("run", "--direct", "--watch", "nowhere.toml"), 1, "nowhere.toml: no such watch file"),
        (("watch", "check", "nowhere.toml"), 1, "nowhere.toml: cannot be read"),
        (("tag", "letter.txt"), 2, "--published DATE or --meta"),
        (("tag", "letter.txt", "--published", "soon"), 1, "'soon' is no date"),
        (("tag", "nowhere.txt", "--published", "2026-05-01"), 1, "nowhere.txt: cannot be read"),
        (("tag", "--jsonl"), 2, "name the files"),
        (("sql", "SELECT 1"), 4, "no snapshot"),
        (("status",), 4, "no snapshot"),
        (("diff", "--day", "2026-05-01"), 4, "no snapshot"),
        (("explain", "abcd"), 4, "no snapshot"),
        (("explain", "xyz!"), 1, "is no id of a position"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_exit_codes(command: CommandLine, arguments: tuple[str, ...], code: int, said: str) -> None:
    Path("letter.txt").write_text(LETTER, encoding="utf-8")
    answer = command(*arguments)
    assert answer.code == code, answer
    assert said in answer.err
    if code == 1:
        assert len(answer.err.strip().splitlines()) == 1
        assert answer.err.startswith("stancewatch: ")


@pytest.mark.parametrize(
    ("name", "content", "line", "code"),
    [
        ("manifest.toml", "[[documents]]\nid = \n", "manifest.toml", 1),
        ("manifest.toml", "[[documents]]\nid = 'letter'\nfile = 'letter.txt'\noutlett = 'Post'\n", "line", 3),
        ("manifest.toml", "[[documents]]\nid = 'letter'\nfile = 'letter.txt'\noutlet = 'Post'\npublished = 'soon'\n", "line", 3),
        ("letter.txt", "", "empty", 3),
        ("letter.txt", "\x00\x01\x02\x03" * 300, "", 3),
    ],
    ids=["manifest not toml", "unknown key", "wrong date", "empty file", "binary file"],
)
def test_bad_seeds(world: World, command: CommandLine, name: str, content: str, line: str, code: int) -> None:
    world.write_seed(name, content)
    answer = command("run", "--direct", "--offline")
    assert answer.code == code, answer
    assert "Traceback" not in answer.err
    if code == 1:
        assert line in answer.err
        assert len(answer.err.strip().splitlines()) == 1
    else:
        with hold_warehouse(world.settings()) as store:
            details = [row[0] for row in store.connection.execute("SELECT detail FROM outcomes WHERE status <> 'tagged'").fetchall()]
        assert any(line in detail for detail in details), details


def test_seeds_in_another_language_are_a_word(world: World, command: CommandLine) -> None:
    world.add_entry(
        "german.txt", "Die Regierung hat am Mittwoch erklärt, dass die Brücke nicht gebaut werden soll. " * 8, published="2026-05-02"
    )
    answer = command("run", "--direct", "--offline", "--json")
    assert answer.code == 0
    assert json.loads(answer.out)["steps"][0]["outcomes"] == {"other_language": 1}


def test_a_watch_with_problems_names_each_with_its_line(world: World, command: CommandLine) -> None:
    text = world.watch.read_text(encoding="utf-8").replace('names = ["Borland"]', 'names = ["Borland", "Arland"]')
    world.watch.write_text(text.replace('anchors = ["ARL", "BOR"]', 'anchors = ["ARL", "XXX"]'), encoding="utf-8")
    answer = command("watch", "check", str(world.watch))
    assert answer.code == 1
    lines = answer.err.strip().splitlines()
    assert len(lines) == 2
    assert all(f"{world.watch}: line " in line for line in lines)
    assert any("'Arland' of BOR names ARL already" in line for line in lines)
    assert command("run", "--direct", "--offline").code == 1


def test_a_good_watch_is_summed_up(command: CommandLine) -> None:
    answer = command("watch", "check")
    assert answer.code == 0
    assert "2 actors" in answer.out
    assert json.loads(command("watch", "check", "--json").out)["issues"] == 1


def test_run_says_where_the_digest_is_and_how_it_begins(world: World, command: CommandLine) -> None:
    answer = command("run", "--direct", "--offline")
    path = world.home / "digests" / "2026-05-01" / "digest.md"
    assert f"digest 1 for 2026-05-01 (issued): {path}" in answer.out
    assert path.read_text(encoding="utf-8").splitlines()[0] in answer.out


def test_unreachable_feeds_are_status_lines(world: World, command: CommandLine) -> None:
    world.watch.write_text(world.watch.read_text(encoding="utf-8") + UNREACHABLE, encoding="utf-8")
    answer = command("--set", "allow_private=true", "run", "--direct")
    assert answer.code == 3
    assert "feeds: 1 unreachable" in answer.out
    assert "digest 1 for 2026-05-01 (issued)" in answer.out
    again = command("--set", "allow_private=true", "run", "--direct")
    assert "no data is not the same as no change" in again.out
    status = command("--set", "allow_private=true", "status")
    assert "post" in status.out
    assert "unreachable" in status.out


def test_status_lists_the_items_that_ended_badly(world: World, command: CommandLine) -> None:
    world.add_entry("binary.txt", bytes(range(256)) * 20, published="2026-05-02")
    world.add_entry("empty.txt", "", published="2026-05-02")
    world.add_entry("broken.txt", "BREAK THE TAGGER with this bridge. " * 12, published="2026-05-02")
    assert command("run", "--direct", "--offline").code == 3
    lines = command("status").out.splitlines()
    listed = {line.split(":")[0].strip(): line for line in lines if line.startswith("  ")}
    assert set(listed) == {"binary.txt", "empty.txt", "seed"}
    assert ": not_text (" in listed["binary.txt"]
    assert str(world.seeds / "binary.txt") in listed["binary.txt"]
    assert "save it as .txt or .html in UTF-8, or remove it" in listed["binary.txt"]
    assert "fill it or remove it" in listed["empty.txt"]
    assert listed["seed"].startswith("  seed:broken: failed (tagging: RecursionError")
    ends = json.loads(command("status", "--json").out)["not_read"]
    assert {end["status"] for end in ends} == {"not_text", "empty", "failed"}


def test_settings_are_printed_without_secrets(monkeypatch: pytest.MonkeyPatch, command: CommandLine) -> None:
    monkeypatch.setenv("STANCEWATCH_PREFECT_API_AUTH", "me:canary-7")
    monkeypatch.setenv("STANCEWATCH_PREFECT_API_URL", "http://me:canary-7@127.0.0.1:1/api")
    for arguments in (
        ("settings",),
        ("settings", "--json"),
        ("--set", "prefect_port=canary-7", "settings"),
        ("run", "--direct", "--offline"),
    ):
        answer = command(*arguments)
        assert "canary-7" not in answer.out + answer.err
    assert json.loads(command("--set", "batch_size=3", "settings", "--json").out)["batch_size"]["source"] == "flag"


def test_tag_prints_one_object_per_file(world: World, command: CommandLine) -> None:
    Path("letter.txt").write_text(LETTER, encoding="utf-8")
    Path("none.txt").write_text("", encoding="utf-8")
    Path("meta.json").write_text(
        '[{"doc": "letter.txt", "published": "2026-04"}, {"doc": "none.txt", "published": "2026-04-02"}]', encoding="utf-8"
    )
    answer = command("tag", "letter.txt", "none.txt", "--meta", "meta.json", "--jsonl")
    assert answer.code == 3
    found = [json.loads(line) for line in answer.out.splitlines()]
    assert [one["doc"] for one in found] == ["letter.txt", "none.txt"]
    (position,) = found[0]["positions"]
    assert position["quote"] in LETTER
    assert {position["actor"], position["issue"], position["stance"]} == {"ARL", "the_bridge", "supports"}
    assert found[1]["positions"] == found[1]["events"] == []
    assert not world.home.exists()


def test_every_step_has_a_verb(command: CommandLine) -> None:
    assert "2 to tag" in command("seed").out
    assert "the watch names no feeds" in command("poll").out
    assert "2 tagged" in command("tag").out
    assert "digest 1" in command("digest").out


def test_a_bug_shows_its_traceback(monkeypatch: pytest.MonkeyPatch, command: CommandLine) -> None:
    monkeypatch.setattr("flows.running.load_first_batch", lambda ctx: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        command("run", "--direct", "--offline")


def test_starting_is_light() -> None:
    heavy = {"prefect", "spacy", "trafilatura", "duckdb", "aiohttp", "pyarrow", "rich.progress"}
    import subprocess

    code = f"import sys; import flows.cli; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REPO)
    assert done.stdout.strip() == "[]"
