"""The digest as one HTML page: templates with autoescape on, every stranger's text isolated, links to the web only."""

import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemBytecodeCache, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from digest import wording
from digest.strangers import harmless, link_of, shown
from digest.view import DigestView
from vocabulary.words import Stance

_WORDINGS = (
    "ATTRIBUTION_WORDS",
    "BASIS_WORDS",
    "CAUSE_WORDS",
    "DATE_BASIS_WORDS",
    "EVENT_STATUS_WORDS",
    "EVENT_WORDS",
    "FRESHNESS_WORDS",
    "KIND_WORDS",
    "STANCE_MEANINGS",
    "STANCE_WORDS",
    "count_words",
    "day_words",
    "doubt_words",
    "outcome_words",
    "time_words",
)


class _CompiledTemplates(FileSystemBytecodeCache):
    """Compiled templates beside their sources, as Python keeps compiled modules: half the time of a page is their compilation."""

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read a compiled template; one that cannot be read is compiled again."""
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a compiled template; where the folder may not be written, it is compiled again next time."""
        if sys.dont_write_bytecode:
            return
        with suppress(OSError):
            Path(self.directory).mkdir(exist_ok=True)
            super().dump_bytecode(bucket)


def html_page(view: DigestView) -> str:
    """Return the page of a digest."""
    return _environment().get_template("digest.html.j2").render(view=view, digest=view.digest)


@cache
def _environment() -> Environment:
    """Return the template environment; an unknown name in a template is an error, not an empty place."""
    environment = Environment(
        loader=PackageLoader("digest"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
        keep_trailing_newline=True,
        bytecode_cache=_CompiledTemplates(str(Path(__file__).with_name("templates") / "__pycache__"), "%s.cache"),
    )
    environment.filters["said"] = said
    environment.globals.update({name: getattr(wording, name) for name in _WORDINGS})
    environment.globals.update(link_of=link_of, stances=tuple(Stance))
    return environment


def said(text: str) -> Markup:
    """Return a stranger's text, cleaned and escaped, isolated so that its direction reorders nothing beside it."""
    return Markup("<bdi>{}</bdi>").format(shown(text))


def _finalize(value: object) -> object:
    """Clean every text that a template prints, so that forgetting `said` can at worst look odd."""
    return harmless(value) if isinstance(value, str) and not isinstance(value, Markup) else value
