"""Flags that several commands share, and how flags become settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.settings import Settings, load_settings

JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON for programs")]
SeedsFlag = Annotated[Path | None, typer.Option(help="Folder of the first batch")]
WatchFlag = Annotated[Path | None, typer.Option(help="Watch file")]
OfflineFlag = Annotated[bool, typer.Option("--offline", help="Poll no feeds")]
DayFlag = Annotated[str | None, typer.Option(metavar="DATE", help="Day, YYYY-MM-DD")]


@dataclass(frozen=True)
class Flags:
    """What stood on the command line before the verb."""

    config: Path | None = None
    values: Mapping[str, Any] = field(default_factory=dict)

    def settings(self, **more: Any) -> Settings:
        """Return the settings with these flags and the command's own; None in them means not given."""
        given = {name: value for name, value in more.items() if value is not None}
        return load_settings({**self.values, **given}, config=self.config)


def settings_of(ctx: typer.Context, **more: Any) -> Settings:
    """Return the settings of a command."""
    flags: Flags = ctx.obj
    return flags.settings(**more)


def parse_day(text: str | None) -> date | None:
    """Return the day that `--day` names; a usage error where it is none."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no day; write YYYY-MM-DD", param_hint="--day") from error
