"""Settings: defaults < TOML file < `STANCEWATCH_*` environment < flags. The only module that reads or writes `os.environ`.

It knows names, values and where a value came from; it does not know what a value is used for.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, PrivateAttr, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from vocabulary.errors import SettingsError
from vocabulary.masking import masked_url

PREFIX = "STANCEWATCH_"
CONFIG_VARIABLE = "STANCEWATCH_CONFIG"  # names the TOML file; no setting itself
CONFIG_NAME = "stancewatch.toml"
PROJECT = Path(__file__).resolve().parents[1]
# What Prefect's own tools read: who has set these means this server.
_PREFECT_VARIABLES = {"prefect_api_url": "PREFECT_API_URL", "prefect_api_auth": "PREFECT_API_AUTH_STRING"}
HIDDEN = "**********"
# controls, line breaks, and what stands for bytes that are no UTF-8: no message and no database could say such a name
_LONGEST_PATH = 4000  # what systems allow, with room for the names of files
_UNSAYABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
MEGABYTE = 1024 * 1024


class Settings(BaseSettings):
    """Everything that a user may choose. `stancewatch settings` prints it with the source of each value."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        validate_default=False,
        allow_inf_nan=False,
    )

    home: Path = Field(default=Path("var"), description="Folder for everything that is written")
    warehouse: Path = Field(default=Path("var/warehouse.duckdb"), description="Working file of the warehouse; by default in home")
    digests: Path = Field(default=Path("var/digests"), description="Folder of the digests; by default in home")
    watch: Path = Field(default=PROJECT / "watches" / "coalition.toml", description="What to watch")
    seeds: Path = Field(default=PROJECT / "seeds", description="Folder of the first batch")
    gold: Path | None = Field(default=None, description="Folder of the marked articles that tests and `evaluate` read")
    timezone: str = Field(default="UTC", description="Zone in which a day begins and digests are due")
    contact: str = Field(default="", description="Mail address or page named to the sites that are read")
    feeds_enabled: bool = Field(default=True, description="Whether feeds are polled; off means no network at all")
    http_deadline_s: float = Field(default=30, gt=0, le=600, description="Wall-clock limit of one fetch")
    max_bytes: int = Field(default=10 * MEGABYTE, ge=1024, le=1024 * MEGABYTE, description="Largest answer that is read, decompressed")
    allow_private: bool = Field(default=False, description="Whether inside addresses may be fetched: tests and intranets only")
    http_at_once: int = Field(default=32, ge=1, le=1000, description="Requests in flight over all hosts")
    host_at_once: int = Field(default=1, ge=1, le=16, description="Requests in flight to one host")
    host_gap_s: float = Field(default=1, ge=0, le=60, description="Pause between two requests to one host; a longer Crawl-delay is kept")
    poll_budget_s: float = Field(default=300, gt=0, le=86_400, description="After so long a poll begins no feed or page; the rest waits")
    poll_pages: int = Field(default=1000, ge=1, le=1_000_000, description="Pages fetched by one poll; the rest waits")
    poll_again: int = Field(default=200, ge=0, le=1_000_000, description="Known articles asked for again by one poll; 0 for none")
    feed_items: int = Field(default=2000, ge=1, le=50_000, description="New entries that one poll takes from one feed; the rest waits")
    feed_min_minutes: float = Field(default=15, ge=1, le=43_200, description="Shortest time between two polls of one feed")
    feed_max_minutes: float = Field(default=1440, ge=1, le=43_200, description="Longest time between two polls of one feed that answers")
    page_timeout_s: float = Field(default=20, gt=0, le=600, description="Wall-clock limit of reading the text of one page")
    page_memory_mb: int = Field(default=768, ge=64, le=65_536, description="Memory, in MiB, that reading the text of one page may take")
    page_workers: int = Field(default=0, ge=0, le=64, description="Processes that read pages; 0 for one per core, at most 8")
    pages_per_worker: int = Field(default=500, ge=1, le=1_000_000, description="Pages after which such a process is replaced")
    batch_size: int = Field(default=50, ge=1, le=10_000, description="Documents per tagging batch, which is one Prefect task run")
    poll_minutes: float = Field(default=15, gt=0, le=30 * 24 * 60, description="Minutes between two polls under `serve`")
    digest_at: str = Field(default="06:00", description="Time of day of the digest under `serve`, HH:MM in timezone")
    lock_wait_s: float = Field(default=900, ge=0, description="How long a scheduled digest waits for another run to end")
    sql_timeout_s: float = Field(default=60, gt=0, le=86_400, description="Wall-clock limit of a query of `sql`")
    sql_memory_mb: int = Field(default=1024, ge=64, le=1_048_576, description="Memory, in MiB, that a query of `sql` may take")
    prefect_api_url: str = Field(default="", description="A Prefect server that is given; empty to start one")
    prefect_api_auth: SecretStr | None = Field(default=None, description="`user:password` of that server")
    prefect_database_url: SecretStr | None = Field(default=None, description="Database of a server that is started; else SQLite in home")
    prefect_port: int = Field(default=0, ge=0, le=65535, description="Port of a server that is started; 0 for any free one")
    prefect_start_timeout_s: float = Field(default=180, gt=0, description="How long a Prefect server may take to answer")

    _sources: dict[str, str] = PrivateAttr(default_factory=dict)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 (the library's signature, as are the next)
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take values from `load_settings` only, which lays the sources over each other and remembers which one won."""
        return (init_settings,)

    @model_validator(mode="before")
    @classmethod
    def _fill_from_home(cls, values: dict[str, Any]) -> dict[str, Any]:
        home = values.get("home", "var")
        if not isinstance(home, str | Path):  # told by the check of the field itself
            return values
        return {"warehouse": Path(home) / "warehouse.duckdb", "digests": Path(home) / "digests", **values}

    @field_validator("home", "warehouse", "digests", "watch", "seeds", "gold")
    @classmethod
    def _sayable_path(cls, value: Path | None) -> Path | None:
        if value is not None and (_UNSAYABLE.search(str(value)) or len(str(value)) > _LONGEST_PATH):
            raise ValueError("the path holds a control character, is no UTF-8 or is too long; name another one")
        return value

    @field_validator("warehouse")
    @classmethod
    def _names_a_file(cls, value: Path) -> Path:
        if value.name in ("", ".."):
            raise ValueError(f"{str(value)!r} names no file; write one like 'var/warehouse.duckdb'")
        return value

    @field_validator("contact")
    @classmethod
    def _one_line(cls, value: str) -> str:
        if _UNSAYABLE.search(value):
            raise ValueError("it holds a control character or a line break, which no request may carry; write a mail address or a page")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        known = available_timezones() - {"localtime"}  # which is another zone on the next machine, and none to the warehouse
        if value not in known:
            near = difflib.get_close_matches(value, known, n=1)
            raise ValueError(f"{value!r} is no time zone" + (f"; did you mean {near[0]!r}?" if near else ", write one like 'Europe/Paris'"))
        return value

    @field_validator("digest_at")
    @classmethod
    def _time_of_day(cls, value: str) -> str:
        if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
            raise ValueError(f"{value!r} is no time of day; write HH:MM, like '06:00'")
        return value

    @field_validator("prefect_api_url")
    @classmethod
    def _address(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            is_whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:  # a port that is none, a bracket too many
            is_whole = False
        if value and (not is_whole or _UNSAYABLE.search(value) or " " in value):
            raise ValueError("it is no address; write one like 'http://127.0.0.1:4200/api'")
        return value

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone as an object."""
        return ZoneInfo(self.timezone)

    @property
    def digest_time(self) -> time:
        """Return the time of day of the digest."""
        return time.fromisoformat(self.digest_at)

    @property
    def user_agent(self) -> str:
        """Return what sites are told about who reads them."""
        return f"stancewatch/0.1 (+{self.contact})" if self.contact else "stancewatch/0.1"

    @property
    def prefect_home(self) -> Path:
        """Return the folder in which Prefect keeps its database and logs."""
        return self.home / "prefect"

    def source_of(self, name: str) -> str:
        """Return where the value of `name` came from: default, file, environment or flag."""
        return self._sources.get(name, "default")

    def shown(self) -> dict[str, dict[str, str | float | bool | None]]:
        """Return `{name: {value, source, meaning}}`, secrets hidden, as people and programs may see it."""
        return {
            name: {"value": _shown(getattr(self, name)), "source": self.source_of(name), "meaning": field.description or ""}
            for name, field in type(self).model_fields.items()
        }

    @classmethod
    def from_layers(cls, layers: Mapping[str, Mapping[str, Any]]) -> Self:
        """Return settings from `{source: {name: value}}`, later sources first in rank; raise `SettingsError`."""
        merged: dict[str, Any] = {}
        sources: dict[str, str] = {}
        for source, values in layers.items():
            merged |= values
            sources |= dict.fromkeys(values, source)
        try:
            settings = cls(**merged)
        except ValidationError as error:
            items = error.errors(include_url=False, include_input=False)
            # what is made from another setting is wrong only because that one is
            given = [item for item in items if item["loc"] and item["loc"][0] in sources]
            problems = [_problem(dict(item), sources) for item in given or items]
            raise SettingsError("; ".join(problems)) from None  # pydantic's own text may repeat a secret
        settings._sources.update(sources)
        return settings


def load_settings(flags: Mapping[str, Any] | None = None, *, config: Path | None = None) -> Settings:
    """Return the settings of this process. `flags` are the command line's; None in them means not given.

    Raises `SettingsError`, one line, for an unknown key or a wrong value anywhere.
    """
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    for name in given:
        if name not in Settings.model_fields:
            raise SettingsError(f"flag: --set {name}: {name} is no setting{_nearest(name, Settings.model_fields)}")
    return Settings.from_layers({"file": _read_file(config), "environment": _read_environment(), "flag": given})


def set_environment(variables: Mapping[str, str]) -> None:
    """Set `variables` for this process and its children; a scheduler's library reads its settings there and nowhere else."""
    os.environ.update(variables)


def child_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for a foreign child process: ours without our settings, so that no secret travels along."""
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)} | dict(extra)


def settings_environment(settings: Settings) -> dict[str, str]:
    """Return variables from which `load_settings` makes the same settings in this process and in a flow's child process."""
    variables = {}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        plain = value.get_secret_value() if isinstance(value, SecretStr) else value
        if settings.source_of(name) != "default" and plain is not None:
            variables[PREFIX + name.upper()] = str(Path(plain).resolve()) if isinstance(plain, Path) else str(plain)
    return variables


def _read_environment() -> dict[str, Any]:
    """Return the settings in the environment; refuse a variable of ours that is no setting."""
    known = {PREFIX + name.upper() for name in Settings.model_fields} | {CONFIG_VARIABLE}
    for variable in sorted(os.environ):
        if variable.upper().startswith(PREFIX) and variable.upper() not in known:
            raise SettingsError(f"environment: {variable} is no setting{_nearest(variable.upper(), known)}")
    values = EnvSettingsSource(Settings)()
    for name, variable in _PREFECT_VARIABLES.items():
        if os.environ.get(variable):
            values.setdefault(name, os.environ[variable])
    return values


def _read_file(config: Path | None) -> dict[str, Any]:
    """Return the settings of the TOML file: `config`, the one that the environment names, or the one in the working folder."""
    named = config or (Path(os.environ[CONFIG_VARIABLE]) if os.environ.get(CONFIG_VARIABLE) else None)
    path = named or Path(CONFIG_NAME)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        if named is None:
            return {}
        raise SettingsError(f"{path}: no such settings file; leave --config and {CONFIG_VARIABLE} away to use the defaults") from None
    except (OSError, ValueError) as error:  # no UTF-8, or a name with a NUL
        raise SettingsError(f"{path}: cannot be read as a settings file: {error}") from error
    try:
        values = tomllib.loads(text)
    except ValueError as error:  # TOML's own, and that of a number with thousands of digits
        raise SettingsError(f"{path}: not TOML: {error}") from error
    except RecursionError as error:
        raise SettingsError(f"{path}: not TOML that can be read: its lists or tables are nested too deeply") from error
    for name in values:
        if name not in Settings.model_fields:
            shown = _UNSAYABLE.sub("?", name if len(name) <= 80 else name[:79] + "…")
            raise SettingsError(f"{path}, line {_line_of(name, text)}: {shown} is no setting{_nearest(name, Settings.model_fields)}")
    try:
        return {name: _from_folder(name, value, path.parent) for name, value in values.items()}
    except RuntimeError as error:  # `~nobody/...`
        raise SettingsError(f"{path}: {error} Write paths without `~name`") from error


def _from_folder(name: str, value: Any, folder: Path) -> Any:
    """Return `value`, a path of a settings file being relative to the file."""
    is_path = Settings.model_fields[name].annotation in (Path, Path | None)
    return folder / Path(value).expanduser() if is_path and isinstance(value, str) else value


def _line_of(name: str, text: str) -> int:
    """Return the line of the key or table `name`."""
    pattern = re.compile(rf"""\s*\[*\s*["']?{re.escape(name)}["']?\s*[=.\]]""")
    return next((number for number, line in enumerate(text.splitlines(), start=1) if pattern.match(line)), 1)


def _nearest(name: str, known: Any) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else "; `stancewatch settings` lists them"


def _problem(item: dict[str, Any], sources: Mapping[str, str]) -> str:
    """Return one problem as `source: name: what is wrong`."""
    name = str(item["loc"][0]) if item["loc"] else "settings"
    source = sources.get(name, "default")
    shown = {"environment": PREFIX + name.upper(), "flag": "--" + name.replace("_", "-")}.get(source, name)
    return f"{source}: {shown}: {str(item['msg']).removeprefix('Value error, ')}"


def _shown(value: Any) -> str | float | bool | None:
    """Return `value` as it may be printed: secrets and credentials in addresses hidden."""
    if isinstance(value, SecretStr):
        return HIDDEN
    if isinstance(value, bool | int | float) or value is None:
        return value
    return masked_url(re.sub(r"(?<=://)[^/@\s]+(?=@)", HIDDEN, str(value)))
