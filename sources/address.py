"""Addresses: which may be asked for at all, which are one and the same, and how they may be shown.

Pure string work. Where a host name leads is for `sources.guard` to check, at connect.
"""

import ipaddress
import re
from functools import lru_cache
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

from vocabulary.errors import FetchTerminalError
from vocabulary.identity import content_id
from vocabulary.masking import masked_url as masked_url
from vocabulary.words import PollStatus

MAX_LENGTH = 4000
_DEFAULT_PORTS = {"http": 80, "https": 443}
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\xa0\\<>\s\ud800-\udfff\ufffe\uffff]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_BRACKETS = re.compile(r"[^\[\]]*|\[[^\[\]]*\](?::[0-9]*)?")  # `http://[::1]]/` has a host to urllib
_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?")
_NUMERIC_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*")
# Parameters that say how a reader came, not what is read: the general lists of ad blockers, and what news feeds append
# (BBC at_*, DW maca, Guardian CMP, New York Times smid/emc, CNN and Reuters cid/taid, marketing tools utm/mc/wt).
_TRACKER = re.compile(
    r"(?i)(?:utm_|at_|ns_|mc_|mkt_|pk_|mtm_|wt_|itm_|hsa_|vero_|oly_).*"
    r"|fbclid|gclid|gbraid|wbraid|dclid|twclid|yclid|ysclid|msclkid|igshid|fb_ref|fb_source|ref_src|ref_url|_ga|_gl"
    r"|maca|cmp|cmpid|ocid|icid|s_cid|taid|xtor|ftag|smid|smtyp|emc|wtrid|traffic_source|guccounter|guce_.*"
)


def checked_url(url: str) -> str:
    """Return `url` in the ASCII form in which it is asked for; raise `FetchTerminalError` (refused) where it must not be.

    Only http and https, no user names, no backslashes, blanks or controls, and a host that every parser reads alike: what
    parsers read in different ways is how requests are smuggled to inside hosts.
    """
    text = url.strip()
    if len(text) > MAX_LENGTH:
        raise _refused(text, f"it is longer than {MAX_LENGTH} characters")
    if _FORBIDDEN.search(text):
        raise _refused(text, "it holds blanks, controls or characters that no address may hold")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise _refused(text, f"it is malformed: {error}") from error
    if parts.scheme.lower() not in _DEFAULT_PORTS:
        raise _refused(text, "only http and https are read")
    if "@" in parts.netloc:
        raise _refused(text, "it holds a user name or password; give an address without one")
    if not host or port == 0 or parts.netloc.endswith(":") or not _BRACKETS.fullmatch(parts.netloc):
        raise _refused(text, "its host or port is missing or written in no known way")
    return _joined(parts, _checked_host(text, host), port)


def absolute_url(base: str, link: str) -> str:
    """Return `link`, as it stands at `base`, as an address that `checked_url` may be asked about; raise `FetchTerminalError` as it does.

    Joining drops tabs and line ends and mends missing hosts, each in its own way: what holds such is refused before, and what has a
    scheme is no relative link.
    """
    text = link.strip()
    if _FORBIDDEN.search(text):
        raise _refused(text, "it holds blanks, controls or characters that no address may hold")
    if _SCHEME.match(text):
        return text
    try:
        return urljoin(base, text)
    except ValueError as error:
        raise _refused(text, f"it is malformed: {error}") from error


def canonical_url(url: str) -> str:
    """Return the one form in which the address of an article is stored and asked for.

    As `checked_url`, with the parameters dropped that only track readers; the order of the others is kept.
    """
    parts = urlsplit(checked_url(url))
    kept = [pair for pair in parts.query.split("&") if pair and not _TRACKER.fullmatch(pair.partition("=")[0])]
    return urlunsplit(parts._replace(query="&".join(kept)))


def document_id_of(url: str) -> str:
    """Return the document id of an article's address.

    Made of the canonical address without what may differ between two links to one article: http or https, `www.`,
    a slash at the end, and the AMP forms of the path.
    """
    return id_of_canonical(canonical_url(url))


@lru_cache(4096)  # asked several times for each address of a poll
def host_of(url: str) -> str:
    """Return the host name of a checked address, lower case, without the port."""
    return (urlsplit(url).hostname or "").rstrip(".")


def _joined(parts: SplitResult, host: str, port: int | None) -> str:
    scheme = parts.scheme.lower()
    place = f"[{host}]" if ":" in host else host
    if port is not None and port != _DEFAULT_PORTS[scheme]:
        place += f":{port}"
    path = quote(parts.path or "/", safe="/%:=&~+!$,;'@()*-._")
    query = quote(parts.query, safe="/%:=&~+!$,;'@()*-._?[]")
    return urlunsplit((scheme, place, path if path.startswith("/") else f"/{path}", query, ""))


def _checked_host(url: str, host: str) -> str:
    """Return the host in ASCII: an IP address in its one written form, or a name that is none."""
    if ":" in host:
        if "%" in host:
            raise _refused(url, "its host names a network card")
        try:
            return str(ipaddress.IPv6Address(host))
        except ValueError as error:
            raise _refused(url, "its host is no IPv6 address") from error
    try:
        name = host.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise _refused(url, "its host is no host name") from error
    if not _HOST.fullmatch(name) or len(name) > 253:
        raise _refused(url, "its host is no host name")
    if _NUMERIC_LABEL.fullmatch(name.rstrip(".").rpartition(".")[2]):
        try:
            return str(ipaddress.IPv4Address(name.rstrip(".")))
        except ValueError as error:
            # 2130706433, 0x7f000001, 017700000001 and 127.1 are all 127.0.0.1 to the system's resolver
            raise _refused(url, "its host is a number and no IPv4 address in four parts") from error
    return name


def _refused(url: str, why: str) -> FetchTerminalError:
    shown = masked_url(url if len(url) <= 200 else url[:199] + "…").encode("unicode_escape").decode("ascii")
    return FetchTerminalError(f"address refused: {shown}: {why}", PollStatus.REFUSED)


def id_of_canonical(url: str) -> str:
    """Return the document id of an address that `canonical_url` gave."""
    parts = urlsplit(url)
    path = re.sub(r"(?:/amp|\.amp)?/?$", "", parts.path, count=1)
    query = "&".join(pair for pair in parts.query.split("&") if pair not in {"amp", "amp=1", "outputType=amp"})
    return content_id(urlunsplit(("", parts.netloc.removeprefix("www."), path, query, "")))
