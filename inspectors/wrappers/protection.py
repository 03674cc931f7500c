"""Mail gateways that rewrite links, all but Microsoft's and Proofpoint's.

Each line's shape was seen in published mail or stands in the vendor's documentation:

- Barracuda ``linkprotect.cudasvc.com/url?a=URL``; Trustwave ``scanmail.trustwave.com/?c=…&d=…&u=URL``;
  Libraesva ``urlsand.esvalabs.com/?u=URL``; FireEye and Trellix ``protect2.fireeye.com/v1/url?k=…&u=URL``;
  Symantec ``clicktime.symantec.com/ID?u=URL``; Trend Micro
  ``….trendmicro.com/wis/clicktime/v1/query?url=URL``.
- Sophos ``REGION.protection.sophos.com/?d=DOMAIN&u=BASE64``; a newer form keeps the URL to itself.
- Cisco ``secure-web.cisco.com/ID/ENCODED-URL``, Menlo ``safe.menlosecurity.com/URL``.
- Check Point and Avanan ``protect.checkpoint.com/v2/r01/___URL___.BLOB``, the URL at times with one slash.
- Mimecast ``protect-….mimecast.com/s/ID?domain=DOMAIN``, Inky and Intermedia: opaque.

Gateways that rewrite to the customer's own host (FortiMail) are not here: such a path proves nothing on a
host that anybody may own.

Does not check signatures: only the vendors can.
"""

from __future__ import annotations

import re

from inspectors.wrappers.values import (
    PROTECTION,
    Content,
    Format,
    Parts,
    base64,
    destination,
    hidden,
    if_encoded,
    in_query,
    parameters,
)

_CHECKPOINT = re.compile(r"/v2/(?:r\d\d/)?___", re.IGNORECASE)
_TREND = ("/wis/clicktime/v1/query",)


def _sophos(parts: Parts) -> Content:
    values, different = parameters(parts.query, "u")
    named, _ = parameters(parts.query, "d")
    found = tuple(base64(value) or value for value in values)
    return Content(found, claims="".join(named[:1]), contradictory=different)


def _cisco(parts: Parts) -> Content:
    _, _, rest = parts.tail[1:].partition("/")
    return Content((if_encoded(rest),) if rest else ())


def _checkpoint(parts: Parts) -> Content:
    match = _CHECKPOINT.match(parts.tail)
    if match is None:
        return Content()
    inner, _, blob = parts.tail[match.end() :].partition("___")
    # A URL that holds the mark itself may be cut at the first or at the last one, so there must be only one.
    return Content((if_encoded(inner) if "___" not in blob else "?",))


def _menlo(parts: Parts) -> Content | None:
    url = if_encoded(parts.tail[1:])
    return Content((url,)) if destination(url) else None


FORMATS = (
    Format(
        "Barracuda Link Protection",
        PROTECTION,
        ("linkprotect.cudasvc.com",),
        in_query("a", paths=("/url", "/")),
    ),
    Format("Trustwave", PROTECTION, ("scanmail.trustwave.com",), in_query("u")),
    Format("Libraesva", PROTECTION, ("urlsand.esvalabs.com", ".urlsand.esvalabs.com"), in_query("u")),
    Format("FireEye", PROTECTION, (".fireeye.com",), in_query("u", paths=("/url", "/v1/url", "/v2/url"))),
    Format("Symantec Click-time", PROTECTION, ("clicktime.symantec.com",), in_query("u")),
    Format("Trend Micro", PROTECTION, (".trendmicro.com", ".trendmicro.eu"), in_query("url", paths=_TREND)),
    Format("Trend Micro", PROTECTION, (".check.trendmicro.com",), in_query("url", paths=("/",))),
    Format("Sophos", PROTECTION, (".protection.sophos.com",), _sophos),
    Format("Cisco Secure Email", PROTECTION, ("secure-web.cisco.com",), _cisco),
    Format("Check Point", PROTECTION, ("protect.checkpoint.com", "url.avanan.click"), _checkpoint),
    Format("Menlo Security", PROTECTION, ("safe.menlosecurity.com",), _menlo),
    Format("Mimecast", PROTECTION, (".mimecast.com",), hidden("/s/", "/r/", claims="domain")),
    Format("Mimecast", PROTECTION, (".mimecastprotect.com",), hidden("/s/", "/r/", claims="domain")),
    Format("Inky", PROTECTION, (".inky.com",), hidden("/link", claims="domain")),
    Format("Intermedia", PROTECTION, ("url.emailprotection.link",), hidden()),
)
