"""The digest as one HTML page: templates with autoescape on, every stranger's text isolated, links to the web only."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
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
