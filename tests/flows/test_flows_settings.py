"""Settings: which source wins, what is refused, and that nothing secret is ever shown."""

from pathlib import Path

import pytest

from flows.settings import Settings, child_environment, load_settings, settings_environment
from vocabulary.errors import SettingsError

CANARY = "s3cr3t-canary"


def write_toml(text: str, path: Path = Path("stancewatch.toml")) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("file", "environment", "flag", "value", "source"),
    [
        (None, None, None, 50, "default"),
        (11, None, None, 11, "file"),
        (None, 12, None, 12, "environment"),
        (None, None, 13, 13, "flag"),
        (11, 12, None, 12, "environment"),
        (11, None, 13, 13, "flag"),
        (None, 12, 13, 13, "flag"),
        (11, 12, 13, 13, "flag"),
    ],
    ids=["nothing", "file", "environment", "flag", "file<environment", "file<flag", "environment<flag", "all"],
)
def test_sources_rank(
    monkeypatch: pytest.MonkeyPatch, file: int | None, environment: int | None, flag: int | None, value: int, source: str
) -> None:
    if file:
        write_toml(f"batch_size = {file}\n")
    if environment:
        monkeypatch.setenv("STANCEWATCH_BATCH_SIZE", str(environment))
    settings = load_settings({"batch_size": flag})
    assert (settings.batch_size, settings.source_of("batch_size")) == (value, source)
    assert settings.shown()["batch_size"]["source"] == source


def test_every_setting_can_be_given_by_environment() -> None:
    names = set(Settings.model_fields)
    assert {"home", "warehouse", "watch", "seeds", "gold", "timezone", "allow_private", "batch_size", "prefect_api_url"} <= names
    assert all(field.description for field in Settings.model_fields.values())


DEEP = "[" * 3000


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("timezone = 'UTC'\n\nbatch_sise = 3\n", "stancewatch.toml, line 3: batch_sise is no setting; did you mean batch_size?"),
        ("[prefect]\nport = 1\n", "stancewatch.toml, line 1: prefect is no setting"),
        ("batch_size = \n", "stancewatch.toml: not TOML"),
        ("batch_size = 'many'\n", "file: batch_size: "),
        ("timezone = 'Europe/Pariss'\n", "did you mean 'Europe/Paris'?"),
        ("digest_at = '6am'\n", "write HH:MM"),
        ("http_deadline_s = -1\n", "greater than 0"),
        ('home = ["a"]\n', "file: home: "),
        ("home = 3\n", "file: home: "),
        ('home = "a\\u0000b"\n', "file: home: the path holds a control character"),
        (f"home = '{'x' * 9000}'\n", "file: home: the path holds a control character, is no UTF-8 or is too long"),
        ('watch = ["a"]\n', "file: watch: "),
        ('home = "~nobody-at-all/x"\n', "stancewatch.toml: "),
        ('warehouse = "/"\n', "file: warehouse: '/' names no file; write one like 'var/warehouse.duckdb'"),
        (f"home = {DEEP}\n", "stancewatch.toml: not TOML that can be read: its lists or tables are nested too deeply"),
        (f"x = {'{a=' * 3000}1{'}' * 3000}\n", "nested too deeply"),
        (f"batch_size = {'9' * 5000}\n", "stancewatch.toml: not TOML: "),
        (f"{'a' * 100_000} = 1\n", "… is no setting"),
        ('"\\u001b[2J" = 1\n', "line 1: ?[2J is no setting"),
        ("poll_minutes = inf\n", "file: poll_minutes: Input should be a finite number"),
        ("lock_wait_s = nan\n", "file: lock_wait_s: Input should be a finite number"),
        ("poll_minutes = 1e300\n", "file: poll_minutes: Input should be less than or equal to"),
        ("sql_timeout_s = 0\n", "file: sql_timeout_s: "),
        ("sql_memory_mb = 1\n", "file: sql_memory_mb: "),
        ('contact = "a\\r\\nX-Header: b"\n', "file: contact: it holds a control character or a line break"),
        ("timezone = 'localtime'\n", "'localtime' is no time zone"),
        ("prefect_api_url = 'http://[::1'\n", "file: prefect_api_url: it is no address"),
        ("prefect_api_url = 'http://h:99999/api'\n", "file: prefect_api_url: it is no address"),
        ("prefect_api_url = 'localhost:4200'\n", "file: prefect_api_url: it is no address"),
    ],
    ids=[
        "unknown key", "unknown table", "not toml", "wrong type", "wrong zone", "wrong time", "out of range", "home is a list",
        "home is a number", "home with a NUL", "home too long", "watch is a list", "home of nobody", "root as warehouse", "deep list",
        "deep tables", "endless number", "endless name", "controls in a name", "infinite", "not a number", "beyond any clock", "no time",
        "no memory", "lines in a header", "zone of this machine", "open bracket",
        "endless port", "no scheme",
    ],
)  # fmt: skip
def test_bad_files_are_refused_in_one_line(text: str, message: str) -> None:
    write_toml(text)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500
    assert str(caught.value).isprintable()


def test_a_bad_home_is_one_problem_and_not_three() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({"home": "a\x00b"})
    assert str(caught.value).startswith("flag: --home: ")
    assert ";" not in str(caught.value).removesuffix("; name another one")


@pytest.mark.parametrize("config", ["a\x00b", "folder", "latin.toml"], ids=["nul", "folder", "not UTF-8"])
def test_a_settings_file_that_cannot_be_read_is_one_line(config: str) -> None:
    Path("folder").mkdir()
    Path("latin.toml").write_bytes(b"contact = '\xe9'")
    with pytest.raises(SettingsError, match="cannot be read as a settings file"):
        load_settings(config=Path(config))


def test_a_byte_order_mark_is_no_part_of_the_first_setting() -> None:
    write_toml("\ufeffbatch_size = 7\n")
    assert load_settings().batch_size == 7


def test_unknown_variable_names_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STANCEWATCH_TIMEZON", "UTC")
    with pytest.raises(SettingsError, match="STANCEWATCH_TIMEZON is no setting; did you mean STANCEWATCH_TIMEZONE"):
        load_settings()


def test_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STANCEWATCH_GOLD", "")
    assert load_settings().gold is None


def test_known_test_variable_is_a_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STANCEWATCH_GOLD", str(tmp_path))
    assert load_settings().gold == tmp_path


@pytest.mark.parametrize("by", ["flag", "environment"])
def test_named_file_that_is_absent_is_an_error(monkeypatch: pytest.MonkeyPatch, by: str) -> None:
    monkeypatch.setenv("STANCEWATCH_CONFIG", "absent.toml" if by == "environment" else "")
    with pytest.raises(SettingsError, match=r"absent\.toml: no such settings file"):
        load_settings(config=Path("absent.toml") if by == "flag" else None)


def test_unknown_flag_is_refused() -> None:
    with pytest.raises(SettingsError, match="flag: --set colour: colour is no setting; `stancewatch settings` lists them"):
        load_settings({"colour": "red"})


def test_paths_of_a_file_count_from_the_file(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    config = write_toml("seeds = 'first'\n", tmp_path / "etc" / "my.toml")
    assert load_settings(config=config).seeds == tmp_path / "etc" / "first"


def test_written_files_follow_home() -> None:
    settings = load_settings({"home": Path("there")})
    assert (settings.warehouse, settings.digests) == (Path("there/warehouse.duckdb"), Path("there/digests"))
    assert load_settings({"home": Path("there"), "warehouse": Path("w.duckdb")}).warehouse == Path("w.duckdb")


def test_prefects_own_variable_names_a_given_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:4200/api")
    settings = load_settings()
    assert (settings.prefect_api_url, settings.source_of("prefect_api_url")) == ("http://127.0.0.1:4200/api", "environment")
    monkeypatch.setenv("STANCEWATCH_PREFECT_API_URL", "http://127.0.0.1:4300/api")
    assert load_settings().prefect_api_url.endswith("4300/api")


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().batch_size = 3  # type: ignore[misc]


def test_secrets_are_never_shown() -> None:
    settings = load_settings(
        {
            "prefect_api_auth": f"admin:{CANARY}",
            "prefect_database_url": f"postgresql+asyncpg://me:{CANARY}@host/db",
            "prefect_api_url": f"http://me:{CANARY}@127.0.0.1:4200/api",
        }
    )
    assert CANARY not in repr(settings.shown())
    assert "127.0.0.1:4200" in str(settings.shown()["prefect_api_url"]["value"])
    assert f"admin:{CANARY}" not in repr(settings)


def test_wrong_values_are_not_repeated_in_messages() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({"prefect_port": CANARY})
    assert CANARY not in str(caught.value)
    assert caught.value.__cause__ is None


def test_flow_runs_read_the_same_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = load_settings(
        {"home": Path("there"), "feeds_enabled": False, "timezone": "Europe/Paris", "prefect_api_auth": f"me:{CANARY}"}
    )
    for name, value in settings_environment(settings).items():
        monkeypatch.setenv(name, value)
    again = load_settings()
    assert again.home == tmp_path / "there"
    assert (again.feeds_enabled, again.timezone) == (False, "Europe/Paris")
    assert again.prefect_api_auth is not None
    assert again.prefect_api_auth.get_secret_value() == f"me:{CANARY}"


def test_foreign_children_get_none_of_our_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STANCEWATCH_PREFECT_API_AUTH", f"me:{CANARY}")
    variables = child_environment({"X": "1"})
    assert CANARY not in repr(variables)
    assert variables["X"] == "1"
