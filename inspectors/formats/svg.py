"""SVG pictures: links, scripts and pages in them, as a browser that opens the file would have them.

Read as XML through lxml, without network, external entities or huge trees; what is not well-formed is read as
far as it goes, and further than browsers do.

Does not list what a picture loads for itself (images, fonts, style sheets), and does not run scripts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice

from lxml import etree

from inspectors import labels, limits
from inspectors.formats.finding import Finds
from inspectors.formats.inflate import inflate
from inspectors.model import Leaf, Reading
from inspectors.pdf import javascript

_TYPES = ("image/svg+xml", "image/svg", "image/svg-xml", "application/svg+xml", "image/svg+xml-compressed")
_ENDINGS = (".svg", ".svgz")
_ROOT = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,30}:)?svg[\s>]")

_LINKS: Mapping[str, tuple[str, ...]] = {
    "a": ("href",),
    "area": ("href",),
    "script": ("href", "src"),
    "iframe": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "form": ("action",),
    "button": ("formaction",),
    "input": ("formaction",),
    "handler": ("href",),
}
"""Attributes that take a person somewhere or run what they name; pages stand in foreignObject."""
_ANIMATIONS = ("set", "animate", "animateTransform", "animateMotion")
_REFRESH = re.compile(r"[^;,]*[;,]\s*(?:url\s*=)?\s*", re.IGNORECASE)


def accepts(leaf: Leaf, start: bytes) -> bool:
    if labels.says(leaf, _TYPES, _ENDINGS):
        return True
    return leaf.type in ("application/xml", "application/octet-stream") and bool(_ROOT.search(start))


def read(leaf: Leaf, content: bytes) -> Reading:
    """Links as "svg:ELEMENT.ATTRIBUTE", "svg:script", "svg:text"."""
    finds = Finds(leaf)
    if content.startswith(b"\x1f\x8b"):
        content, problem = inflate(content, "gzip", limits.TEXT_BYTES)
        if problem:
            finds.skip("a compressed picture that is damaged or over the limit", problem)
    if len(content) > limits.TEXT_BYTES:
        finds.skip(f"an SVG picture longer than {limits.TEXT_BYTES} bytes", "limit")
        return finds.reading()
    root, whole = _tree(content)
    if not whole:
        finds.skip("an SVG picture that is not well-formed XML was read as far as it goes", "broken")
    if root is None:
        return finds.reading()
    for element in root.iter(etree.Element):
        if finds.full:
            break
        _element(finds, element)
    return finds.reading()


def _tree(content: bytes) -> tuple[etree._Element | None, bool]:
    """The root, None where there is none, and whether all could be read."""
    # libxml2 puts internal entities in place within its own bound on their growth; nothing is fetched.
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        recover=True,
        huge_tree=False,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content.lstrip(), parser)
    except (etree.XMLSyntaxError, ValueError, UnicodeError):
        return None, False
    return root, not any(each.level == etree.ErrorLevels.FATAL for each in parser.error_log)


def _local(name: object) -> str:
    """A name without its namespace; a prefix that nothing declares counts as one."""
    return name.rpartition("}")[2].rpartition(":")[2] if isinstance(name, str) else ""


def _element(finds: Finds, element: etree._Element) -> None:
    tag = _local(element.tag)
    attributes = [(_local(name), str(value)) for name, value in element.attrib.items()]
    for name, value in attributes:
        if name in _LINKS.get(tag.lower(), ()):
            if value.lstrip().lower().startswith("javascript:"):
                _script(finds, value)
            else:
                finds.url(value, f"svg:{tag.lower()}.{name}", _shown(element))
        elif name.lower().startswith("on"):
            _script(finds, value)
        elif tag in _ANIMATIONS and name in ("to", "from", "values", "by"):
            for each in value.split(";"):
                finds.url(each, f"svg:{tag.lower()}.{name}")
        elif name == "srcdoc":
            finds.text(value, "svg:text")
        elif name == "content" and tag.lower() == "meta" and (match := _REFRESH.match(value)):
            finds.url(value[match.end() :].strip("\"' "), "svg:meta.content", text_too=False)
    if tag.lower() in ("script", "handler"):
        _script(finds, element.text or "")
    elif element.text and tag.lower() != "style":
        finds.text(element.text, "svg:text")
    if element.tail:
        finds.text(element.tail, "svg:text")


def _script(finds: Finds, script: str) -> None:
    if len(script) > limits.SCRIPT_CHARACTERS:
        finds.skip("a script over the limit was read in part", "limit")
        script = script[: limits.SCRIPT_CHARACTERS]
    for value in javascript.urls(script):
        finds.url(value, "svg:script")


def _shown(element: etree._Element) -> str:
    """The words in a link, from its first elements."""
    words: list[str] = []
    for each in islice(element.iter(etree.Element), limits.SHOWN_PIECES):
        words += (each.text or "", each.tail or "") if each is not element else (each.text or "",)
    return " ".join(words)
