"""The command line: `stancewatch VERB`. It reads flags, calls a step, prints a report and ends with an exit code.

Commands import what they need when they run, so that `--help` is quick and `run --direct` never sees the scheduler.
Exit codes: 0 done, 1 error, 2 wrong usage, 3 partial, 4 no data, 5 skipped because another run holds the warehouse.
"""

import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from flows.commands import demo, evaluating, explaining, feeds, pipeline, querying, reading, serving, settings, tagging, watches
from flows.commands.options import Flags
from flows.commands.output import complain, telling_lost_output
from flows.exit_codes import exit_code_of
from vocabulary.errors import StancewatchError

# Modules and the language model are a million objects that stay; at Python's own thresholds a short run spends a tenth of its
# time looking through them for garbage.
COLLECT_AFTER = (100_000, 20, 20)

app = typer.Typer(
    name="stancewatch",
    help="Watch who stands where on each issue, and what changed since yesterday.",
    epilog="Exit codes: 0 done, 1 error, 2 wrong usage, 3 partial, 4 no data, 5 skipped (another run is on).  Example: stancewatch run",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for commands in (pipeline, serving, tagging, querying, reading, explaining, feeds, watches, evaluating, demo, settings):
    commands.register(app)


@app.callback()
def common(
    ctx: typer.Context,
    config: Annotated[Path | None, typer.Option(help="Settings file; by default stancewatch.toml in the working folder")] = None,
    home: Annotated[Path | None, typer.Option(help="Folder for everything that is written")] = None,
    values: Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Any setting, as often as needed")] = None,
) -> None:
    """Watch who stands where on each issue, and what changed since yesterday."""
    ctx.obj = Flags(config=config, values={"home": home, **_pairs(values or [])})


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave with its exit code; an error that a user can mend is one line, a bug its traceback."""
    gc.set_threshold(*COLLECT_AFTER)
    try:
        with telling_lost_output():
            app(args=list(arguments) if arguments is not None else None, prog_name="stancewatch")
    except StancewatchError as error:
        complain(error)
        sys.exit(exit_code_of(error))


def _pairs(values: Sequence[str]) -> dict[str, str]:
    pairs = [value.partition("=") for value in values]
    for name, equals, _ in pairs:
        if not (name and equals):
            raise typer.BadParameter(f"{name!r} is no NAME=VALUE", param_hint="--set")
    return {name.strip().replace("-", "_"): value for name, _, value in pairs}
