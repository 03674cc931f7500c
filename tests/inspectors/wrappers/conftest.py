"""Wrapping as the vendors do it, written from the same published formats that are read."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest

_RUNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_KEPT = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:/?&=.~_-@+,;$")


def _all(url: str) -> str:
    return quote(url, safe="")


def _in_base64(text: str, padded: bool = True) -> str:
    found = base64.urlsafe_b64encode(text.encode()).decode()
    return found if padded else found.rstrip("=")


def _v2(url: str) -> str:
    escaped = "".join(one if one.isalnum() or one in ".~" else quote(one, safe="") for one in url)
    escaped = "".join(f"%{ord(one):02X}" if one in "-_" else one for one in escaped)
    mapped = escaped.replace("%2F", "_").replace("%", "-")
    return f"https://urldefense.proofpoint.com/v2/url?u={mapped}&d=DwMF&c=x&r=y&m=z&s=w&e="


def _v3(url: str) -> str:
    text, apart = "", ""
    at = 0
    while at < len(url):
        end = at
        while end < len(url) and url[end] not in _KEPT:
            end += 1
        length = end - at
        if length == 0:
            text += url[at]
            at += 1
            continue
        length = min(length, len(_RUNS) + 1)
        text += "*" if length == 1 else "**" + _RUNS[length - 2]
        apart += url[at : at + length]
        at += length
    return f"https://urldefense.com/v3/__{text}__;{_in_base64(apart, padded=False)}!!Abc!def$"


def _mandrill(url: str) -> str:
    inner = json.dumps({"u": 1, "v": 1, "url": url, "id": "x"})
    packed = _in_base64(json.dumps({"s": "sig", "v": 1, "p": inner}), padded=False)
    return f"https://mandrillapp.com/track/click/1/decoy.example?p={packed}"


WRAP: dict[str, Callable[[str], str]] = {
    "safe links": lambda url: (
        f"https://eur01.safelinks.protection.outlook.com/?url={_all(url)}"
        "&data=05%7C01%7Cclerk%40office.example%7Cabc&sdata=x&reserved=0"
    ),
    "safe links in office": lambda url: (
        f"https://nam10.safelinks.protection.office365.us/ap/w-59523e83/?url={_all(url)}&data=x"
    ),
    "safe links in teams": lambda url: (
        f"https://statics.teams.cdn.office.net/evergreen-assets/safelinks/1/atp-safelinks.html?url={_all(url)}"
    ),
    "proofpoint 1": lambda url: f"https://urldefense.proofpoint.com/v1/url?u={_all(url)}&k=abc",
    "proofpoint 2": _v2,
    "proofpoint 3": _v3,
    "proofpoint isolation": lambda url: f"https://urlisolation.com/browser?clickId=1&url={_all(url)}",
    "barracuda": lambda url: f"https://linkprotect.cudasvc.com/url?a={_all(url)}&c=E,1,x&typo=1",
    "trustwave": lambda url: f"https://scanmail.trustwave.com/?c=2&d=x&u={_all(url)}",
    "esva": lambda url: f"https://urlsand.esvalabs.com/?u={_all(url)}&e=1&h=2&f=y&p=y",
    "fireeye": lambda url: f"https://protect2.fireeye.com/v1/url?k=1&q=1&e=2&u={_all(url)}",
    "symantec": lambda url: f"https://clicktime.symantec.com/15xVc?h=Q=&u={_all(url)}",
    "trend micro": lambda url: (
        f"https://ddei5-0-ctp.trendmicro.com:443/wis/clicktime/v1/query?url={_all(url)}&umid=1&auth=2"
    ),
    "sophos": lambda url: f"https://eu-central-1.protection.sophos.com/?d=x.example&u={_in_base64(url)}&i=1",
    "cisco": lambda url: f"https://secure-web.cisco.com/1W9jhe2SGm/{_all(url)}",
    "check point": lambda url: f"https://protect.checkpoint.com/v2/r01/___{_all(url)}___.YzJ1Om5hbWU",
    "menlo": lambda url: f"https://safe.menlosecurity.com/{_all(url)}",
    "google": lambda url: f"https://www.google.com/url?sa=t&q=some+words&url={_all(url)}&usg=x",
    "google ads": lambda url: f"https://www.googleadservices.com/pagead/aclk?sa=L&adurl={_all(url)}",
    "doubleclick": lambda url: f"https://ad.doubleclick.net/ddm/clk/50;30;u?{_all(url)}",
    "bing": lambda url: f"https://www.bing.com/ck/a?!&&p=1&u=a1{_in_base64(url, padded=False)}&ntb=1",
    "facebook": lambda url: f"https://l.facebook.com/l.php?u={_all(url)}&h=x",
    "linkedin": lambda url: f"https://www.linkedin.com/safety/go?url={_all(url)}&trk=x",
    "youtube": lambda url: f"https://www.youtube.com/redirect?event=x&q={_all(url)}",
    "instagram": lambda url: f"https://l.instagram.com/?u={_all(url)}&e=x",
    "slack": lambda url: f"https://slack-redir.net/link?url={_all(url)}",
    "reddit": lambda url: f"https://out.reddit.com/t3_x?url={_all(url)}&token=y",
    "vk": lambda url: f"https://vk.com/away.php?to={_all(url)}",
    "yandex": lambda url: f"https://yandex.ru/clck/jsredir?from=x&url={_all(url)}",
    "steam": lambda url: f"https://steamcommunity.com/linkfilter/?url={_all(url)}",
    "duckduckgo": lambda url: f"https://duckduckgo.com/l/?uddg={_all(url)}&rut=x",
    "amazon ses": lambda url: f"https://x.r.eu-west-1.awstrack.me/L0/{_all(url)}/1/010-0/sig=447",
    "mandrill": _mandrill,
    "sidekick": lambda url: f"http://t.sidekickopen37.com/e1t/c/5/f18?t={_all(url)}&si=5",
    "adform": lambda url: f"https://track.adform.net/C/?bn=2;cpdir={_all(url)}",
    "translate": lambda url: f"https://translate.google.com/translate?sl=en&u={_all(url)}",
    "archive": lambda url: f"https://web.archive.org/web/20240102030405/{url}",
}


@pytest.fixture(scope="session")
def wrap() -> dict[str, Callable[[str], str]]:
    """Name of a format → how its vendor wraps a URL."""
    return WRAP


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "vendor" in metafunc.fixturenames:
        metafunc.parametrize("vendor", sorted(WRAP))
