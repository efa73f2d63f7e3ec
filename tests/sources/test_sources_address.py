import pytest
from yarl import URL

from sources.address import canonical_url, checked_url, document_id_of, host_of, masked_url
from vocabulary.errors import FetchTerminalError
from vocabulary.words import PollStatus

HOSTILE = {
    "userinfo": "http://user:canary@news.example/",
    "userinfo that looks like a host": "http://news.example@127.0.0.1/",
    "backslash": "http://127.0.0.1\\@news.example/",
    "backslash in path": "http://news.example\\..\\x",
    "line feed": "http://news.example/\r\nHost: inside",
    "tab inside": "http://news\t.example/",
    "blank in host": "http://news .example/",
    "nul": "http://news.example/\x00",
    "file": "file:///etc/passwd",
    "data": "data:text/html,hello",
    "ftp": "ftp://news.example/x",
    "gopher": "gopher://127.0.0.1:70/_x",
    "javascript": "javascript:alert(1)",
    "no scheme": "//news.example/x",
    "no host": "http:///x",
    "decimal host": "http://2130706433/",
    "hexadecimal host": "http://0x7f000001/",
    "octal host": "http://017700000001/",
    "short host": "http://127.1/",
    "short host in wide letters": "http://１２７．１/",
    "dotted hexadecimal": "http://0x7f.0.0.1/",
    "bad port": "http://news.example:99999/",
    "port zero": "http://news.example:0/",
    "percent in host": "http://127.0.0.1%2f.news.example/",
    "broken ipv6": "http://[::1",
    "ipv6 with zone": "http://[fe80::1%25eth0]/",
    "two hosts": "http://a.example#@b.example:80:90/".replace("#", "\u2028"),
    "endless label": f"http://{'a' * 64}.example/",
    "too long": "http://news.example/" + "a" * 5000,
}


@pytest.mark.parametrize("url", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_addresses_are_refused_with_their_secrets_masked(url: str) -> None:
    with pytest.raises(FetchTerminalError) as caught:
        checked_url(url)
    assert caught.value.status is PollStatus.REFUSED
    assert "canary" not in str(caught.value)
    assert str(caught.value).isprintable()


CANONICAL = {
    "case and default port": ("HTTPS://News.Example:443/A", "https://news.example/A"),
    "other port": ("http://news.example:8080/a", "http://news.example:8080/a"),
    "empty path": ("https://news.example", "https://news.example/"),
    "fragment": ("https://news.example/a#0", "https://news.example/a"),
    "trackers go, order stays": (
        "https://news.example/a?z=1&utm_source=rss&b=2&at_medium=RSS&maca=en-rss&fbclid=x",
        "https://news.example/a?z=1&b=2",
    ),
    "only trackers": ("https://news.example/a?utm_source=rss&utm_medium=x", "https://news.example/a"),
    "content ids stay": ("https://news.example/view?cid=AEN2025&id=7", "https://news.example/view?cid=AEN2025&id=7"),
    "letters of all scripts": ("https://zeitung.example/straße/ä?q=ö", "https://zeitung.example/stra%C3%9Fe/%C3%A4?q=%C3%B6"),
    "quoted stays quoted": ("https://news.example/a%20b%2Fc", "https://news.example/a%20b%2Fc"),
    "idna host": ("https://bücher.example/", "https://xn--bcher-kva.example/"),
    "ipv6 host": ("http://[2001:DB8:0::1]:8080/", "http://[2001:db8::1]:8080/"),
    "blanks around": ("  https://news.example/a \n", "https://news.example/a"),
}


@pytest.mark.parametrize(("url", "wanted"), CANONICAL.values(), ids=CANONICAL.keys())
def test_canonical_url(url: str, wanted: str) -> None:
    assert canonical_url(url) == wanted
    assert canonical_url(wanted) == wanted
    # the client reads the same host and port from it as we do
    assert (URL(wanted, encoded=True).raw_host or "").rstrip(".") == host_of(wanted)
    assert str(URL(wanted, encoded=True)) == wanted


SAME = {
    "http and https": ("http://news.example/a", "https://news.example/a"),
    "www": ("https://www.news.example/a", "https://news.example/a"),
    "slash at the end": ("https://news.example/a/", "https://news.example/a"),
    "amp path": ("https://news.example/a/amp/", "https://news.example/a"),
    "amp parameter": ("https://news.example/a?outputType=amp", "https://news.example/a"),
    "feed counter": ("https://news.example/a#0", "https://news.example/a#1"),
}


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME.keys())
def test_links_to_one_article_have_one_id(one: str, other: str) -> None:
    assert document_id_of(one) == document_id_of(other)


def test_different_articles_have_different_ids() -> None:
    urls = ["https://a.example/1", "https://a.example/2", "https://b.example/1", "https://a.example/1?p=2", "https://a.example/champ"]
    assert len({document_id_of(url) for url in urls}) == len(urls)


MASKED = {
    "password": ("fetch of https://me:canary@a.example/x failed", "fetch of https://***@a.example/x failed"),
    "user only": ("http://canary@a.example/", "http://***@a.example/"),
    "at sign in password": ("http://me:can@ry@a.example/", "http://***@a.example/"),
    "key": ("http://a.example/f?a=1&api_key=canary&b=2", "http://a.example/f?a=1&api_key=***&b=2"),
    "token": ("http://a.example/f?token=canary", "http://a.example/f?token=***"),
    "at sign in path stays": ("http://a.example/@name/post", "http://a.example/@name/post"),
}


@pytest.mark.parametrize(("text", "wanted"), MASKED.values(), ids=MASKED.keys())
def test_masked_url(text: str, wanted: str) -> None:
    assert masked_url(text) == wanted
