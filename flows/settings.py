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
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, PrivateAttr, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from vocabulary.errors import SettingsError

PREFIX = "STANCEWATCH_"
CONFIG_VARIABLE = "STANCEWATCH_CONFIG"  # names the TOML file; no setting itself
CONFIG_NAME = "stancewatch.toml"
PROJECT = Path(__file__).resolve().parents[1]
# What Prefect's own tools read: who has set these means this server.
_PREFECT_VARIABLES = {"prefect_api_url": "PREFECT_API_URL", "prefect_api_auth": "PREFECT_API_AUTH_STRING"}
HIDDEN = "**********"
MEGABYTE = 1024 * 1024


class Settings(BaseSettings):
    """Everything that a user may choose. `stancewatch settings` prints it with the source of each value."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="forbid", hide_input_in_errors=True, validate_default=False
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
    max_bytes: int = Field(default=10 * MEGABYTE, ge=1024, description="Largest answer that is read, decompressed")
    allow_private: bool = Field(default=False, description="Whether inside addresses may be fetched: tests and intranets only")
    batch_size: int = Field(default=50, ge=1, le=10_000, description="Documents per tagging batch, which is one Prefect task run")
    poll_minutes: float = Field(default=15, gt=0, description="Minutes between two polls under `serve`")
    digest_at: str = Field(default="06:00", description="Time of day of the digest under `serve`, HH:MM in timezone")
    lock_wait_s: float = Field(default=900, ge=0, description="How long a scheduled digest waits for another run to end")
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
        home = Path(values.get("home", "var"))
        return {"warehouse": home / "warehouse.duckdb", "digests": home / "digests", **values}

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            near = difflib.get_close_matches(value, available_timezones(), n=1)
            raise ValueError(f"{value!r} is no time zone" + (f"; did you mean {near[0]!r}?" if near else ", write one like 'Europe/Paris'"))
        return value

    @field_validator("digest_at")
    @classmethod
    def _time_of_day(cls, value: str) -> str:
        if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
            raise ValueError(f"{value!r} is no time of day; write HH:MM, like '06:00'")
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
            problems = [_problem(dict(item), sources) for item in error.errors(include_url=False, include_input=False)]
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
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        if named is None:
            return {}
        raise SettingsError(f"{path}: no such settings file; leave --config and {CONFIG_VARIABLE} away to use the defaults") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read as a settings file: {error}") from error
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: not TOML: {error}") from error
    for name in values:
        if name not in Settings.model_fields:
            raise SettingsError(f"{path}, line {_line_of(name, text)}: {name} is no setting{_nearest(name, Settings.model_fields)}")
    return {name: _from_folder(name, value, path.parent) for name, value in values.items()}


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
    return re.sub(r"(?<=://)[^/@\s]+(?=@)", HIDDEN, str(value))
