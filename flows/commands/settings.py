"""The verb `settings`: what is set, and by whom."""

import typer

from flows.commands.options import JsonFlag, settings_of
from flows.commands.output import print_json


def register(app: typer.Typer) -> None:
    """Add the verb to `app`."""
    app.command("settings", epilog="Example: stancewatch --set batch_size=10 settings")(show_settings)


def show_settings(ctx: typer.Context, as_json: JsonFlag = False) -> None:
    """Print every setting, its value and where it came from: default, file, environment or flag. Secrets stay hidden."""
    shown = settings_of(ctx).shown()
    if as_json:
        print_json(shown)
        return
    width = max(len(name) for name in shown)
    for name, entry in shown.items():
        value = "" if entry["value"] is None else str(entry["value"])
        typer.echo(f"{name:<{width}}  {value}  ({entry['source']})")
