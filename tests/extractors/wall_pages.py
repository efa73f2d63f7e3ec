"""Pages that stand in the place of an article, and articles in pages that have walls of their own around them."""

import tomllib
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
NAVIGATION = "".join(f"<li><a href='/{name}'>{name.title()}</a></li>" for name in ("home", "world", "culture", "sign in", "subscribe"))
FOOT = (
    "<footer><a href='/terms'>Terms</a> <a href='/privacy'>Privacy policy</a> <a href='/cookies'>Cookie settings</a>"
    "<p>© 2025 The Inland Gazette</p></footer>"
)
# What real pages have around an article, each of it a wall where it stands alone.
AROUND = {
    "plain": "",
    "banner": (
        "<div id='cookie-banner' role='dialog'><h2>We value your privacy</h2><p>We and our partners store and access information on your"
        " device. You can change your choices at any time.</p><button>Accept all</button><button>Manage preferences</button></div>"
    ),
    "promo": (
        "<section class='promo'><h3>Subscribe to the Gazette</h3><p>Enjoy unlimited access for the first month. Cancel anytime. Already a"
        " subscriber? Sign in.</p></section>"
    ),
    "comments": (
        "<form id='comments'><p>Leave a comment. This form is protected by a captcha: please verify that you are human.</p>"
        "<div class='g-recaptcha'></div></form><noscript>Please enable JavaScript to view the comments.</noscript>"
    ),
    "scripts": (
        "<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script><script>window.__CF$cv$params={r:'8'}</script>"
        "<noscript>You need to enable JavaScript to play videos.</noscript>"
    ),
}


def bare_page(title: str, body: str, head: str = "") -> str:
    return f"<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>{title}</title>{head}</head><body>{body}</body></html>"


def site_page(title: str, body: str, head: str = "") -> str:
    around = f"<header><nav><ul>{NAVIGATION}</ul></nav></header><main>{body}</main>{FOOT}"
    return bare_page(f"{title} | The Inland Gazette", around, head)


def teaser_page(title: str, teaser: str, gate: str = "", head: str = "") -> str:
    return site_page(title, f"<article><h1>{title}</h1><p>{teaser}</p></article><div class='gate'>{gate}</div>", head)


def article_page(title: str, paragraphs: list[str], around: str) -> str:
    text = "".join(f"<p>{line}</p>" for line in paragraphs)
    stamp = "<p class='by'>By Ida Lund</p><time datetime='2025-05-14'>14 May 2025</time>"
    return site_page(title, f"<article><h1>{title}</h1>{stamp}{text}</article>{around}")


def wall_pages(word: str) -> dict[str, str]:
    """Map the name of each page that ends with `word` to its markup."""
    data: dict[str, Any] = tomllib.loads((DATA / "wall_pages.toml").read_text(encoding="utf-8"))
    parts = {"{long}": "".join(f"<p>{line}</p>" for line in data["parts"]["long"]), "{teaser}": data["parts"]["teaser"]}
    frames = {"bare": bare_page, "site": site_page, "teaser": teaser_page}
    return {
        name: frames[page.pop("frame")](**{key: _filled(text, parts) for key, text in page.items()}) for name, page in data[word].items()
    }


def wall_articles() -> dict[str, tuple[str, list[str]]]:
    """Map a name to title and paragraphs of each article."""
    data = tomllib.loads((DATA / "wall_articles.toml").read_text(encoding="utf-8"))
    return {name: (article["title"], article["text"]) for name, article in data.items()}


def _filled(text: str, parts: dict[str, str]) -> str:
    for name, part in parts.items():
        text = text.replace(name, part)
    return text
