"""Web sites that send people on to a URL named in their own: social networks, search engines, shops.

Most warn or check first, some do not; what stands in the parameter is where the person lands in the end. The
results of some search engines lead through a code that only the engine can read.

Does not hold shorteners, which keep the destination to themselves: those are policy's lists.
"""

from __future__ import annotations

from inspectors.wrappers.values import REDIRECTOR, Format, hidden, in_query

_AMAZON = (
    "com",
    "ca",
    "com.mx",
    "com.br",
    "co.uk",
    "de",
    "fr",
    "it",
    "es",
    "nl",
    "se",
    "pl",
    "in",
    "co.jp",
    "com.au",
)


def _site(by: str, hosts: tuple[str, ...], names: tuple[str, ...], *paths: str) -> Format:
    return Format(by, REDIRECTOR, hosts, in_query(*names, paths=paths))


_FACEBOOK = ("l.facebook.com", "lm.facebook.com", "www.facebook.com", "m.facebook.com", "facebook.com")
_VK = ("vk.com", "www.vk.com", "m.vk.com", "away.vk.com", "vk.ru")
_YANDEX = ("yandex.ru", "www.yandex.ru", "yandex.com", "yandex.com.tr", "yandex.kz", "yandex.by", "yandex.ua")

FORMATS = (
    _site("Facebook", _FACEBOOK, ("u",), "/l.php", "/flx/warn"),
    _site("Messenger", ("l.messenger.com",), ("u",), "/l.php"),
    _site("Instagram", ("l.instagram.com",), ("u",)),
    _site(
        "LinkedIn",
        ("linkedin.com", "www.linkedin.com"),
        ("url",),
        "/safety/go",
        "/redir/redirect",
        "/redirect",
    ),
    _site("YouTube", ("youtube.com", "www.youtube.com", "m.youtube.com"), ("q",), "/redirect"),
    _site("Slack", ("slack-redir.net",), ("url",), "/link"),
    _site("Reddit", ("out.reddit.com",), ("url",)),
    _site("VK", _VK, ("to",), "/away.php", "/away"),
    _site("Yandex", _YANDEX, ("url",), "/clck/jsredir"),
    _site("Yandex", ("sba.yandex.net",), ("url",), "/redirect"),
    _site("Steam", ("steamcommunity.com", "www.steamcommunity.com"), ("url", "u"), "/linkfilter"),
    _site("DuckDuckGo", ("duckduckgo.com", "www.duckduckgo.com"), ("uddg",), "/l"),
    _site("Tumblr", ("t.umblr.com",), ("z",), "/redirect"),
    _site("Pinterest", ("www.pinterest.com", "pinterest.com"), ("url",), "/offsite"),
    _site("Medium", ("medium.com",), ("url",), "/r"),
    _site("Quora", ("www.quora.com",), ("url",), "/_/redirect"),
    _site("TikTok", ("www.tiktok.com",), ("target",), "/link/v2"),
    _site("Zhihu", ("link.zhihu.com",), ("target",)),
    _site("Weibo", ("weibo.cn",), ("u", "toasturl"), "/sinaurl"),
    _site("Amazon", tuple(f"www.amazon.{one}" for one in _AMAZON), ("u",), "/gp/r.html"),
    _site("eBay", ("rover.ebay.com",), ("mpre",)),
    Format("Baidu", REDIRECTOR, ("www.baidu.com", "baidu.com", "m.baidu.com"), hidden("/link", "/baidu.php")),
    Format("So.com", REDIRECTOR, ("www.so.com", "so.com", "m.so.com"), hidden("/link")),
    Format("Sogou", REDIRECTOR, ("www.sogou.com", "sogou.com", "m.sogou.com"), hidden("/link")),
    Format("LinkedIn", REDIRECTOR, ("linkedin.com", "www.linkedin.com"), hidden("/slink")),
)
