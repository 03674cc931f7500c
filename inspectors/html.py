"""Links in HTML as a browser builds the page (WHATWG HTML): reading them, and putting others in their place.

The tree is turbohtml's: it agreed with Chromium on 119 of 119 real parts and 88 of 89 evasive ones, and is
linear on hostile input. Links that only Outlook shows, in its conditional comments and VML, are links too.
What the page merely loads is listed behind its links; pages written into attributes are files inside it.

Does not run scripts (``htmlscripts`` lists the addresses in those of attached pages), does not follow style
sheets, and does not look for URLs in the text of conditional comments, which Outlook makes no links of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from html import escape
from itertools import islice

import turbohtml
from turbohtml import Document

from inspectors import (
    charsets,
    conditional,
    htmllinks,
    htmlloads,
    htmlpages,
    htmlproof,
    htmlscripts,
    htmltree,
    labels,
    limits,
    text,
    urls,
)
from inspectors.formats import svg
from inspectors.htmlsource import Source, reason
from inspectors.htmltree import Order, TextHandle
from inspectors.model import Edit, Flag, Inside, Leaf, Link, Reading, Replacement, Skipped, Span

_SHORT = 500
"""Characters of a text worth remembering what links it holds."""


@dataclass(slots=True)
class _Gathered:
    """What reading one page has found so far."""

    leaf: Leaf
    links: list[tuple[Order, Link]]
    skipped: dict[Skipped, None]
    flags: dict[Flag, None]
    inside: list[Inside]
    is_new: Callable[[str, str], bool] | None
    """Told URL and host, whether a link is wanted; None where all are."""


def read(leaf: Leaf, content: bytes) -> Reading:
    """The links of a text/html leaf in the order they stand, those that clients find in the text included.

    Behind them stands what the page fetches, each thing once. Of XHTML, which browsers read as XML where a
    label says so, what is a link only as XML is a file inside.
    """
    found = _read(leaf, content, None)
    if not labels.says(leaf, ("application/xhtml+xml",), (".xhtml", ".xht")):
        return found
    known = {link.url for link in found.links}
    as_xml = svg.read(leaf, content)
    if all(link.url in known for link in as_xml.links):
        return found
    return replace(found, inside=(*found.inside, Inside("as-xml", content, "image/svg+xml", leaf.charset)))


def read_new(leaf: Leaf, content: bytes, is_new: Callable[[str, str], bool]) -> Reading:
    """The same without what the page fetches, and of the links only those whose URL and host ``is_new``.

    For pages most of whose links are known: making links is more work than finding them.
    """
    return _read(leaf, content, is_new)


def _read(leaf: Leaf, content: bytes, is_new: Callable[[str, str], bool] | None) -> Reading:
    if len(content) > limits.TEXT_BYTES:
        return Reading(skipped=(Skipped(leaf.path, f"HTML longer than {limits.TEXT_BYTES} bytes", "limit"),))
    view = htmltree.view(leaf, content)
    page = text.readable(view.text)
    names = htmltree.carriers(page)
    documents: list[tuple[Document, Order]] = [(turbohtml.parse(page), ())]
    if conditional.may_stand_in(page):
        documents.extend(_conditional(page, documents[0][0]))
    found = _Gathered(leaf, [], {}, {}, [], is_new)
    _say_limits(found, page, documents, names)
    base = _base(found, [document for document, _ in documents])
    for number, (document, order) in enumerate(documents):
        room = limits.LINKS + 1 - len(found.links)
        for each in islice(htmllinks.links(document, names, base, number - 1), max(0, room)):
            _take(found, each, order, base)
    _take_texts(found, documents[0][0])
    found.links.sort(key=lambda each: each[0])
    fetched = _fetched(found, [document for document, _ in documents], base) if is_new is None else ()
    run = _run(found, documents[0][0]) if is_new is None and htmlscripts.run(leaf) else ()
    return Reading(
        (*(link for _, link in found.links), *run, *fetched),
        tuple(found.skipped),
        (*text.charset_flags(leaf, view), *found.flags),
        tuple(found.inside),
    )


def _say_limits(
    found: _Gathered,
    page: str,
    documents: Sequence[tuple[Document, Order]],
    names: Mapping[str, tuple[str, ...]],
) -> None:
    """Note what Outlook shows and we do not read."""
    if page.count("[") > limits.COMMENTS and conditional.too_many(documents[0][0]):
        words = f"more than {limits.COMMENTS} conditional comments"
        found.skipped[Skipped(found.leaf.path, words, "limit")] = None
    if names is not htmltree.ATTRIBUTES and htmltree.too_many_prefixes(page):
        words = f"more than {limits.PREFIXES} prefixes that a page names for itself"
        found.skipped[Skipped(found.leaf.path, words, "limit")] = None


def _conditional(page: str, document: Document) -> Iterator[tuple[Document, Order]]:
    for one in conditional.comments(htmltree.normalised(page), document):
        yield turbohtml.parse(one.source), (one.line, one.column, 0)


def _base(found: _Gathered, documents: Sequence[Document]) -> str | None:
    """The page's base; where only a conditional comment has one, that, for Outlook reads it."""
    outer = urls.read(found.leaf.base) if found.leaf.base else None
    given = outer.href if outer else None
    bases = [htmllinks.base(document, given) for document in documents]
    other = next((base for base in bases if base != given), given)
    if bases[0] != given and any(base not in (given, bases[0]) for base in bases):
        flag = Flag("ambiguous-base", found.leaf.path, "Outlook reads another base URL than browsers do.")
        found.flags[flag] = None
    return bases[0] if bases[0] != given else other


def _take(found: _Gathered, each: htmllinks.Found, order: Order, base: str | None) -> None:
    """Note one link, and the page it may be itself."""
    path, name = found.leaf.path, each.handle.attribute
    if name == "srcdoc":
        _take_page(found, htmlpages.of_srcdoc(each.written, base, len(found.inside) + 1))
    elif each.url is not None:
        if found.is_new is not None and not found.is_new(each.url.href, each.url.host):
            return
        place, written = htmltree.place(each.element, name), text.readable(each.written)
        link = Link(
            path, each.url.href, written, htmllinks.shown(each.element), place, each.handle, each.url.host
        )
        found.links.append(((*order, *each.order), link))
    elif urls.too_long(each.written):
        found.skipped[Skipped(path, text.TOO_LONG, "limit")] = None
    elif htmlpages.is_data(each.written):
        found.flags[Flag("data-link", path, "A link holds what it leads to (a data: URL).")] = None
        _take_page(found, htmlpages.of_data(each.written, len(found.inside) + 1))
    elif htmlpages.is_script(each.written):
        found.flags[Flag("script-link", path, "A link runs a script.")] = None


def _take_page(found: _Gathered, page: Inside | None) -> None:
    if page is None or not page.content:
        return
    if len(found.inside) >= limits.PAGES:
        found.skipped[Skipped(found.leaf.path, "pages in the page over the limit", "limit")] = None
    else:
        found.inside.append(page)


def _take_texts(found: _Gathered, document: Document) -> None:
    for order, written, occurrence, url in islice(_text_links(document), limits.LINKS + 1):
        if url is None:
            found.skipped[Skipped(found.leaf.path, text.TOO_LONG, "limit")] = None
            continue
        if found.is_new is not None and not found.is_new(url.href, url.host):
            continue
        link = Link(
            found.leaf.path,
            url.href,
            text.readable(written),
            "",
            "html:text",
            TextHandle(occurrence),
            url.host,
        )
        found.links.append((order, link))


def _text_links(document: Document) -> Iterator[tuple[Order, str, int, urls.Url | None]]:
    """URLs in the page's text that stand in no anchor: mail clients make them clickable."""
    if not text.may_hold_link(document.text):
        return
    sheets = {sheet.text for sheet in document.iter_elements(("style", "script", "title"))}
    if all(
        data in sheets or not text.may_hold_link(data)
        for data in document.strings
        if "/" in data or "." in data
    ):
        return
    seen: dict[str, int] = {}
    find = lru_cache(maxsize=100)(lambda data: tuple(text.find(data)))  # pages repeat short texts
    for order, data, hidden in htmltree.texts(document):
        for _, written, url in find(data) if len(data) <= _SHORT else text.find(data):
            occurrence = seen.get(written, 0)
            seen[written] = occurrence + 1
            if url is None or not hidden:
                yield order, written, occurrence, url


def _fetched(found: _Gathered, documents: Sequence[Document], base: str | None) -> Iterator[Link]:
    """Links for what programs fetch by themselves."""
    seen: set[tuple[htmltree.LoadHandle, str]] = set()
    number = 0
    for document in documents:
        for handle, written, url in htmlloads.loads(document, base, seen):
            if number >= limits.FETCHED:
                words = f"More than {limits.FETCHED} things are fetched to show the page."
                found.flags[Flag("limit", found.leaf.path, words)] = None
                return
            number += 1
            yield Link(
                found.leaf.path, url.href, text.readable(written), "", handle.place,
                handle, url.host, fetched=True,
            )  # fmt: skip


def _run(found: _Gathered, document: Document) -> list[Link]:
    links = []
    for number, each in enumerate(htmlscripts.found(document)):
        if each is None:
            found.skipped[Skipped(found.leaf.path, "scripts longer than are read", "limit")] = None
            continue
        written, url = text.readable(each[0]), each[1]
        place, handle = htmlscripts.PLACE, TextHandle(number)
        links.append(Link(found.leaf.path, url.href, written, "", place, handle, url.host))
    return links


def edit(
    leaf: Leaf, content: bytes, edits: Sequence[Edit]
) -> tuple[tuple[Replacement, ...], tuple[tuple[Edit, str], ...]]:
    """Replacements in attribute values and text, and edits that cannot be made."""
    view = htmltree.view(leaf, content)
    source = Source(text.readable(view.text))
    found: list[tuple[Edit, Span]] = []
    refused: list[tuple[Edit, str]] = []
    for each in edits:
        if each.link.place == htmlscripts.PLACE:
            refused.append((each, htmlscripts.REFUSED))
            continue
        places = source.places(each.link)
        if not places:
            refused.append((each, reason(each.link)))
        found.extend((each, place) for place in places)
    edited, places = [each for each, _ in found], [place for _, place in found]
    made, unproved = text.replacements(view, content, edited, places, _escaped)
    return tuple(_with_lines(view, each) for each in made), (*refused, *unproved)


def prove(leaf: Leaf, before: bytes, after: bytes, done: Sequence[Edit]) -> tuple[str, ...]:
    """What a second parser finds wrong with the changed page, in words; empty where nothing is."""
    old, new = htmltree.view(leaf, before).text, htmltree.view(leaf, after).text
    return htmlproof.differences(old, new, [each.urls for each in done])


def _with_lines(view: charsets.View, made: Replacement) -> Replacement:
    """The URL may also stand on a line of its own: browsers cut line ends around it; in text they are blanks.

    For encodings in which a line would otherwise grow too long.
    """
    (edit,) = made.edits
    handle = edit.link.handle
    if isinstance(handle, htmltree.AttributeHandle) and (handle.end >= 0 or handle.comment >= 0):
        return made
    alone = tuple(view.encode(f"\n{_escaped(url)}\n") for url in edit.urls)
    return replace(made, choices=(*made.choices, *alone))


def _escaped(url: str) -> str:
    """Safe in double-quoted, single-quoted and unquoted attribute values and in text."""
    return escape(url, quote=True)
