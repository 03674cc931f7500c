"""Hosts that show somebody else's page under their own name: AMP caches, Google Translate, the Web Archive.

``cdn.ampproject.org/c/s/HOST/PATH``, ``google.com/amp/s/HOST/PATH``, ``HOST-WITH-HYPHENS.translate.goog``,
``translate.google.com/translate?u=URL``, ``web.archive.org/web/TIME/URL``. In a translate.goog name every dot
of the original host is a hyphen and every hyphen two.

Does not know whether the copy is still what the original shows.
"""

from __future__ import annotations

import re

from inspectors.wrappers.google import HOSTS
from inspectors.wrappers.values import COPY, Content, Format, Parts, if_encoded, in_query, parameters

_ARCHIVED = re.compile(r"/web/(?:[0-9*]{1,20}(?:[a-z]{2}_)?/)?", re.IGNORECASE)
_CACHED = re.compile(r"/(?:[cvxr]|wp)/(s/)?", re.IGNORECASE)
_AMP = re.compile(r"/amp/(s/)?", re.IGNORECASE)
_SCHEME = re.compile(r"(?:https?|ftp):", re.IGNORECASE)


def _behind(prefix: re.Pattern[str], parts: Parts) -> Content | None:
    """What follows the prefix, https where the prefix holds the mark for it."""
    match = prefix.match(parts.tail)
    rest = parts.tail[match.end() :] if match else ""
    return Content((f"{'https' if match[1] else 'http'}://{rest}",)) if match and rest else None


def _cache(parts: Parts) -> Content | None:
    return _behind(_CACHED, parts)


def _viewer(parts: Parts) -> Content | None:
    return _behind(_AMP, parts)


def _archive(parts: Parts) -> Content | None:
    match = _ARCHIVED.match(parts.tail)
    rest = if_encoded(parts.tail[match.end() :]) if match else ""
    if not rest or rest.startswith("*"):
        return None
    return Content((rest if _SCHEME.match(rest) else f"http://{rest}",))


def _translated(parts: Parts) -> Content:
    label = parts.host.rpartition(".translate.goog")[0]
    # "0-" in front and "-0" behind mark names whose hyphens would not come back: those are not undone here.
    if "." in label or label.startswith("0-") or label.endswith("-0"):
        return Content((label,))
    host = label.replace("--", "\0").replace("-", ".").replace("\0", "-")
    schemes, _ = parameters(parts.query, "_x_tr_sch")
    query = "&".join(one for one in parts.query.split("&") if not one.startswith("_x_tr_"))
    scheme = "http" if "http" in schemes else "https"
    return Content((f"{scheme}://{host}{parts.path}{'?' if query else ''}{query}",))


FORMATS = (
    Format("AMP cache", COPY, ("cdn.ampproject.org", ".cdn.ampproject.org"), _cache),
    Format("AMP viewer", COPY, (*HOSTS, "www.bing.com"), _viewer),
    Format("Google Translate", COPY, (".translate.goog",), _translated),
    Format(
        "Google Translate", COPY, ("translate.google.com",), in_query("u", paths=("/translate", "/website"))
    ),
    Format("Web Archive", COPY, ("web.archive.org", "archive.org"), _archive),
)
