"""Microsoft Safe Links, in mail, in Office files and in Teams, and Bing's result links.

Safe Links: ``https://REGION.safelinks.protection.outlook.com/?url=URL&data=…|RECIPIENT|…&sdata=…``, for links
that Office opens with ``/ap/LETTER-NUMBER/`` in front. Government and Chinese clouds have hosts of their own.
Bing: the destination in base64 behind ``a1``; in advertisements percent-encoded within the base64.

Does not check the signature in ``sdata``: only Microsoft can.
"""

from __future__ import annotations

from inspectors.wrappers.values import (
    PROTECTION,
    REDIRECTOR,
    Content,
    Format,
    Parts,
    base64,
    if_encoded,
    parameters,
)


def _safe_links(parts: Parts) -> Content:
    values, different = parameters(parts.query, "url")
    return Content(values, _recipient(parts.query), contradictory=different)


def _recipient(query: str) -> str:
    """The address a link was wrapped for: the first field of ``data`` that is one."""
    data, _ = parameters(query, "data")
    fields = "".join(data[:1]).split("|", 8)[:8]
    return next((field.strip().lower() for field in fields if 0 < field.find("@") < len(field) - 1), "")


def _teams(parts: Parts) -> Content | None:
    if not parts.path.startswith("/evergreen-assets/safelinks/"):
        return None
    values, different = parameters(parts.query, "url")
    return Content(values, contradictory=different)


def _bing(parts: Parts) -> Content | None:
    if parts.path.rstrip("/").lower() not in ("/ck/a", "/aclick", "/aclk"):
        return None
    values, different = parameters(parts.query, "u")
    # "a1" is a mark in front of the base64; advertisements do without it.
    return Content(tuple(_in_base64(value) for value in values), contradictory=different)


def _in_base64(value: str) -> str:
    return if_encoded(base64(value[2:] if value.startswith("a1") else value)) or value


FORMATS = (
    Format(
        "Microsoft Safe Links",
        PROTECTION,
        (
            "safelinks.protection.outlook.com",
            ".safelinks.protection.outlook.com",
            "safelinks.protection.office365.us",
            ".safelinks.protection.office365.us",
            "safelinks.protection.apps.mil",
            ".safelinks.protection.apps.mil",
            ".safelinks.protection.partner.outlook.cn",
        ),
        _safe_links,
    ),
    Format("Microsoft Safe Links", PROTECTION, ("statics.teams.cdn.office.net",), _teams),
    Format("Bing", REDIRECTOR, ("bing.com", "www.bing.com"), _bing),
)
