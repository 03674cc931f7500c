"""Services that send newsletters and advertisements and count clicks.

Readable: Amazon SES ``….awstrack.me/L0/URL/…`` with the slashes of the URL encoded, Mandrill
``mandrillapp.com/track/click/…?p=BASE64`` (JSON within JSON; older ``click.php?url=URL``), HubSpot's Sidekick
``t.sidekickopenNN.com/…?t=URL``, Adform ``…;cpdir=URL``, some affiliate networks. The host that Mandrill
shows in the path is for people to read and decides nothing.

The others are known by host and path, and keep the destination to themselves.

Does not know services that track on the customer's own host.
"""

from __future__ import annotations

import json

from inspectors.wrappers.values import (
    TRACKER,
    Content,
    Format,
    Parts,
    base64,
    hidden,
    in_query,
    parameters,
    percent,
)


def _ses(parts: Parts) -> Content | None:
    if not parts.path.startswith("/L0/"):
        return None
    return Content((percent(parts.path[4:].partition("/")[0]),))


def _mandrill(parts: Parts) -> Content | None:
    if not parts.path.startswith("/track/click"):
        return None
    values, different = parameters(parts.query, "url")
    packed, twice = parameters(parts.query, "p")
    found = (*values, *(_field(_field(base64(value), "p"), "url") or value for value in packed))
    return Content(found, contradictory=different or twice)


def _field(text: str, name: str) -> str:
    """A text field of a JSON object; empty for anything else."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def _adform(parts: Parts) -> Content | None:
    if not parts.path.lower().startswith("/c/"):
        return None
    _, _, query = parts.tail.partition("?")
    values, different = parameters(query.replace("&", ";"), "cpdir", "ckurl", separator=";")
    return Content(values, contradictory=different)


_SIDEKICK = tuple(f"t.sidekickopen{number}.com" for number in ("", *(f"{n:02}" for n in range(1, 100))))

FORMATS = (
    Format("Amazon SES", TRACKER, (".awstrack.me",), _ses),
    Format("Mandrill", TRACKER, ("mandrillapp.com", "www.mandrillapp.com"), _mandrill),
    Format("HubSpot", TRACKER, _SIDEKICK, in_query("t")),
    Format("Adform", TRACKER, ("track.adform.net",), _adform),
    Format("Awin", TRACKER, ("www.awin1.com",), in_query("ued", "p")),
    Format("Rakuten", TRACKER, ("click.linksynergy.com",), in_query("murl")),
    Format("Skimlinks", TRACKER, ("go.redirectingat.com", "go.skimresources.com"), in_query("url")),
    Format("SendGrid", TRACKER, (".sendgrid.net",), hidden("/ls/click", "/wf/click", "/uni/")),
    Format(
        "Mailchimp",
        TRACKER,
        (".list-manage.com", ".list-manage1.com", ".list-manage2.com"),
        hidden("/track/"),
    ),
    Format("Constant Contact", TRACKER, (".rs6.net",), hidden("/tn.jsp")),
    Format("HubSpot", TRACKER, (".hubspotlinks.com", ".hubspotemail.net"), hidden()),
    Format("Klaviyo", TRACKER, ("trk.klclick.com", "trk.klclick1.com", "trk.klclick2.com"), hidden()),
    Format("Postmark", TRACKER, ("click.pstmrk.it",), hidden()),
    Format("Mailjet", TRACKER, (".mjt.lu",), hidden("/lnk/")),
    Format("Salesforce", TRACKER, (".exacttarget.com", ".exct.net"), hidden()),
)
