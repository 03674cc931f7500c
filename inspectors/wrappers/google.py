"""Google's redirects: result links, links in documents and calendars, and advertisements.

``www.google.TLD/url?q=URL`` or ``url=URL``; the other one may hold the words searched for. Advertisements
carry ``adurl=URL``, DoubleClick click trackers the bare URL behind the first question mark.

Does not believe every google.TLD: only names on Google's own published list of search domains.
"""

from __future__ import annotations

from inspectors.wrappers.values import (
    REDIRECTOR,
    TRACKER,
    Content,
    Format,
    Parts,
    if_encoded,
    in_query,
)

_ENDINGS = (
    "com", "ad", "ae", "al", "am", "as", "at", "az", "ba", "be", "bf", "bg", "bi", "bj", "bs", "bt", "by",
    "ca", "cat", "cd", "cf", "cg", "ch", "ci", "cl", "cm", "cn", "cv", "cz", "de", "dj", "dk", "dm", "dz",
    "ee", "es", "fi", "fm", "fr", "ga", "ge", "gg", "gl", "gm", "gr", "gy", "hn", "hr", "ht", "hu", "ie",
    "im", "iq", "is", "it", "je", "jo", "kg", "ki", "kz", "la", "li", "lk", "lt", "lu", "lv", "md", "me",
    "mg", "mk", "ml", "mn", "mu", "mv", "mw", "ne", "nl", "no", "nr", "nu", "pl", "pn", "ps", "pt", "ro",
    "rs", "ru", "rw", "sc", "se", "sh", "si", "sk", "sm", "sn", "so", "sr", "st", "td", "tg", "tl", "tm",
    "tn", "to", "tt", "vu", "ws", "co.bw", "co.ck", "co.cr", "co.id", "co.il", "co.in", "co.jp", "co.ke",
    "co.kr", "co.ls", "co.ma", "co.mz", "co.nz", "co.th", "co.tz", "co.ug", "co.uk", "co.uz", "co.ve",
    "co.vi", "co.za", "co.zm", "co.zw", "com.af", "com.ag", "com.ar", "com.au", "com.bd", "com.bh",
    "com.bn", "com.bo", "com.br", "com.bz", "com.co", "com.cu", "com.cy", "com.do", "com.ec", "com.eg",
    "com.et", "com.fj", "com.gh", "com.gi", "com.gt", "com.hk", "com.jm", "com.kh", "com.kw", "com.lb",
    "com.ly", "com.mm", "com.mt", "com.mx", "com.my", "com.na", "com.ng", "com.ni", "com.np", "com.om",
    "com.pa", "com.pe", "com.pg", "com.ph", "com.pk", "com.pr", "com.py", "com.qa", "com.sa", "com.sb",
    "com.sg", "com.sl", "com.sv", "com.tj", "com.tr", "com.tw", "com.ua", "com.uy", "com.vc", "com.vn",
)  # fmt: skip
"""Endings of www.google.com/supported_domains."""

HOSTS = tuple(f"{front}google.{ending}" for ending in _ENDINGS for front in ("", "www."))


def _click(parts: Parts) -> Content | None:
    if not parts.path.startswith(("/ddm/clk/", "/ddm/trackclk/")):
        found = in_query("adurl", "ds_dest_url")(parts)
        return found if found and (found.targets or found.contradictory) else None
    # Whatever stands behind the question mark is taken as it is, its own parameters included.
    _, _, url = parts.tail.partition("?")
    return Content((if_encoded(url),) if url else ())


_SERVICES = tuple(f"{front}.google.{ending}" for ending in _ENDINGS for front in ("maps", "images", "cse"))
"""Other services that pass on from the same path; phishing goes through them."""

FORMATS = (
    Format(
        "Google",
        REDIRECTOR,
        (*HOSTS, *_SERVICES, "plus.url.google.com"),
        in_query("q", "url", paths=("/url",)),
    ),
    Format("Google", REDIRECTOR, ("meet.google.com",), in_query("dest", paths=("/linkredirect",))),
    Format("Google", REDIRECTOR, HOSTS, in_query("pcurl", paths=("/travel/clk", "/travel/clk/f"))),
    Format("Google", REDIRECTOR, HOSTS, in_query("adurl", paths=("/aclk", "/pagead/aclk"))),
    Format(
        "Google", REDIRECTOR, ("www.googleadservices.com", "googleads.g.doubleclick.net"), in_query("adurl")
    ),
    Format(
        "Google",
        REDIRECTOR,
        ("adclick.g.doubleclick.net", "ad.doubleclick.net", "clickserve.dartsearch.net"),
        _click,
    ),
    Format("Google", TRACKER, ("c.gle", "notifications.google.com"), lambda parts: Content()),
)
