"""HTML out of templates, with every value shown as what it is: text from strangers.

Two guards stand between a value and the page: characters that do not print (controls, direction marks,
invisible ones, halves of surrogate pairs) become visible codes, and Jinja2 escapes all markup. No template
may switch either off.

Does not know what the values mean.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import Response

_HERE = Path(__file__).parent
_CODE = "⟨U+{:04X}⟩"


def visible(value: object) -> object:
    """Text with every character that has no look of its own written as its code; other values unchanged."""
    if not isinstance(value, str) or isinstance(value, Markup) or value.isprintable():
        return value
    return "".join(char if _prints(char) else _CODE.format(ord(char)) for char in value)


def _prints(char: str) -> bool:
    return char.isprintable() or unicodedata.category(char) == "Zs"


def environment() -> Environment:
    """The templates of this folder, autoescaped whatever their name."""
    return Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        finalize=visible,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def html(text: str, status: int, lang: str = "en") -> Response:
    """A page as a response."""
    return Response(
        text.encode("utf-8"),
        status,
        {"Content-Language": lang, "Vary": "Accept-Language"},
        "text/html; charset=utf-8",
    )


def style(name: str) -> Response:
    """One of the style sheets of this folder."""
    return Response((_HERE / "static" / name).read_bytes(), media_type="text/css; charset=utf-8")
