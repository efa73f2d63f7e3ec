"""The verb `demo`: see the stream work, on this machine alone."""

import math
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from flows.commands.options import Flags
from flows.commands.output import json_line, put, say
from flows.exit_codes import SIGNALLED


def register(app: typer.Typer) -> None:
    """Add the verb to `app`."""
    app.command(epilog="Example: stancewatch demo --days 3")(demo)


def demo(
    ctx: typer.Context,
    speed: Annotated[
        float,
        typer.Option(min=0, metavar="N", help="Seconds of the script in one of yours: 3600 is an hour a second; 0 as fast as possible"),
    ] = 0,
    days: Annotated[int | None, typer.Option(min=1, metavar="N", help="Only the first N days on which the script does something")] = None,
    home: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder that stays: new, empty, or that of an earlier demo, which is replaced")
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the scratch folder behind and say where it is")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON for programs: an object a line, one a morning, then the summary")
    ] = False,
) -> None:
    """Replay half a year of invented news into a scratch warehouse, and see the digest of each morning.

    Needs no network and touches neither your warehouse nor your settings: a news site on this machine publishes a script, the same steps
    as in `run` read it by the script's clock, and at the end what they found stands beside what the script says is true. Days on
    which the script does nothing are left out, at any speed.
    """
    flags: Flags = ctx.obj
    given = _checked(flags, speed)
    own_home = given.pop("home", None)
    wanted = home or (Path(str(own_home)) if own_home is not None else None)
    with _ending_cleanly():
        _play(wanted, given, keep=keep, speed=speed, days=days, as_json=as_json)


def _play(wanted: Path | None, flags: dict[str, object], *, keep: bool, speed: float, days: int | None, as_json: bool) -> None:
    from flows.demo.home import make_settings, open_home
    from flows.demo.replay import Pace, open_stage
    from flows.demo.text import render_beginning, render_ending, render_morning, render_summary

    with open_home(wanted, keep=keep, say=say) as folder:
        stays = keep or wanted is not None
        with open_stage(make_settings(folder, flags), days=days) as stage:
            names, outlets = stage.names, len(stage.scenario.outlets)
            beginning = render_beginning(
                articles=len(stage.scenario.articles), outlets=outlets, mornings=len(stage.mornings), home=str(folder), stays=stays
            )
            if not as_json:
                put(beginning)
            summary = stage.play(
                lambda morning: put(json_line(morning.model_dump(mode="json")) if as_json else render_morning(morning, names)),
                Pace(speed),
            )
        summary = summary.model_copy(update={"home": str(folder) if stays else ""})
        if as_json:
            put(json_line(summary.model_dump(mode="json")))
            return
        put(render_summary(summary, names))
        put(render_ending(summary))


def _checked(flags: Flags, speed: float) -> dict[str, object]:
    """Return the settings given before the verb; refuse what a demo sets itself."""
    from flows.demo.home import OWN_SETTINGS

    if flags.config is not None:
        raise typer.BadParameter("a demo reads no settings file; leave it away", param_hint="--config")
    if not math.isfinite(speed):
        raise typer.BadParameter(f"{speed} is no speed; 0 is as fast as possible", param_hint="--speed")
    given = {name: value for name, value in flags.values.items() if value is not None}
    own = {*OWN_SETTINGS, "warehouse", "digests", "watch", "seeds"} & given.keys()
    if own:
        raise typer.BadParameter(f"a demo has its own {', '.join(sorted(own))}; leave it away", param_hint="--set")
    return given


@contextmanager
def _ending_cleanly() -> Iterator[None]:
    """Let Ctrl-C, a terminal that closes and a plain kill end the body the same way: everything is put away, one line, 128 + signal."""
    caught = [signal.SIGINT]

    def stop(number: int, _frame: object) -> NoReturn:
        caught[0] = signal.Signals(number)
        raise KeyboardInterrupt

    is_main = threading.current_thread() is threading.main_thread()
    before = {kind: signal.signal(kind, stop) for kind in (signal.SIGTERM, signal.SIGHUP)} if is_main else {}
    try:
        yield
    except KeyboardInterrupt:
        say("stancewatch: the demo was stopped; its server has ended")
        raise typer.Exit(SIGNALLED + caught[0]) from None
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)
