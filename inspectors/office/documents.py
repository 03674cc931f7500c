"""Reading one document: what kind it is, its members one by one, and what they add up to.

Does not change anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from inspectors.model import Flag, Inside, Leaf, Link, Reading, Skipped
from inspectors.office import limits, odf, ooxml, xmlspans, zipmap
from inspectors.office.found import Budget, Found, ordered
from inspectors.office.kinds import EMBEDDED, PICTURE, XML, kind_of, media_type
from inspectors.office.members import Contents, MemberError
from inspectors.office.zipmodel import Archive, Member

_TYPES = "[content_types].xml"
_WORDS = {
    "office-macros": "The document holds macros.",
    "office-signed": "The document is signed; it is not changed.",
    "office-dde": "The document fetches data from another program (DDE).",
    "office-doctype": "A member has a document type declaration, which Office documents never have.",
    "office-attributes": "A tag has more attributes than are read.",
    "office-broken-xml": "A member is no well-formed XML and was read as far as it is.",
}
_ENCRYPTED = "the document is encrypted"
_BLANKS = b"\xef\xbb\xbf\xff\xfe \t\r\n\0"
"""What may stand in front of the first tag: byte order marks, white space, half of it in UTF-16."""
_ENTITIES = {"doctype": "office-doctype", "broken": "office-broken-xml", "attributes": "office-attributes"}


@dataclass(slots=True)
class Document:
    """A document gone through."""

    archive: Archive
    contents: Contents
    links: list[Link] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    """(kind, reason) pairs."""
    flags: set[str] = field(default_factory=set)
    inside: list[Inside] = field(default_factory=list)
    signed: bool = False


def read(leaf: Leaf, content: bytes) -> Reading | None:
    """All links of a document in a ZIP archive; None where the archive holds no document. Never raises."""
    if len(content) > limits.CONTENT_BYTES:
        return _not_read(leaf, "limit", f"a document over {limits.CONTENT_BYTES} bytes")
    document = scan(leaf.path, content)
    if document is None:
        return None
    flags = [Flag(name, leaf.path, _WORDS[name]) for name in sorted(document.flags)]
    odd = [*document.archive.oddities, *_wrong(document)]
    if odd:
        flags.append(
            Flag("ambiguous-zip", leaf.path, f"Readers may see other content: {'; '.join(odd[:5])}.")
        )
    skipped = [Skipped(leaf.path, reason, kind) for kind, reason in dict.fromkeys(document.skipped)]
    return Reading(tuple(document.links), tuple(skipped), tuple(flags), tuple(document.inside))


def flat(leaf: Leaf, content: bytes) -> Reading:
    """All links of a document that is one XML file: flat OPC, flat OpenDocument, the XML of Word 2003."""
    budget = Budget()
    text, _ = xmlspans.characters(content[: limits.MEMBER_BYTES])
    if len(content) > limits.MEMBER_BYTES:
        budget.over.add(f"a document over {limits.MEMBER_BYTES} bytes")
    relations = ooxml.relations(text, budget)
    part = ooxml.part(text, budget)
    found = [_worded(each, part.clicks) for each in relations] + part.links
    if not found:
        found = odf.part(text, budget)
    links = tuple(one.link(leaf.path, 0, number) for number, one in enumerate(ordered(found)))
    flags = tuple(Flag(name, leaf.path, _WORDS[name]) for name in sorted(_named(budget)))
    return Reading(links, tuple(Skipped(leaf.path, each, "limit") for each in sorted(budget.over)), flags)


def _named(budget: Budget) -> set[str]:
    """The names of the flags for what was odd."""
    return {_ENTITIES.get(name, name) for name in budget.odd}


def _not_read(leaf: Leaf, kind: str, reason: str) -> Reading:
    return Reading(skipped=(Skipped(leaf.path, reason, kind),))


def _wrong(document: Document) -> list[str]:
    return [f"the checksum of {name[:80]!r} is wrong" for name in dict.fromkeys(document.contents.wrong)]


def opened(content: bytes) -> Archive | None:
    """The archive's map, salvaged where it has lost its directory; None where there are no members."""
    try:
        return zipmap.read(content)
    except zipmap.ZipError:
        archive = zipmap.salvaged(content)
        return archive if archive.members else None


def is_office(archive: Archive) -> bool:
    """Whether the members are those of a document."""
    names = {_plain(each.name) for each in archive.members}
    return _TYPES in names or "mimetype" in names or {"content.xml", "meta-inf/manifest.xml"} <= names


def scan(path: str, content: bytes) -> Document | None:
    """The document gone through; None where it is none."""
    archive = opened(content)
    if archive is None or not is_office(archive):
        return None
    document = Document(archive, Contents(content, archive))
    names = [_plain(each.name) for each in archive.members]
    if any("vbaproject" in n or n.startswith(("basic/", "scripts/")) or "/macrosheets/" in n for n in names):
        document.flags.add("office-macros")
    if any(n.startswith("_xmlsignatures/") or n == "meta-inf/documentsignatures.xml" for n in names):
        document.flags.add("office-signed")
        document.signed = True
    _go_through(document, path, _TYPES not in names)
    return document


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").casefold()


def _go_through(document: Document, path: str, opendocument: bool) -> None:
    """Read every member that may tell something; relationships first, before bounds are used up."""
    budget = Budget(base="" if opendocument else _base(document))
    found: dict[int, list[Found]] = {}
    relations: dict[int, list[ooxml.Relation]] = {}
    clicks: dict[str, dict[str, Found | None]] = {}
    for index, member in _of_kind(document, ".rels"):
        text = _text(document, member)
        relations[index] = ooxml.relations(text, budget) if text else []
    for index, member in _of_kind(document, ""):
        text = _text(document, member)
        if not text:
            continue
        if _is_encrypted_manifest(member, text):
            document.skipped.append(("encrypted", _ENCRYPTED))
        if opendocument:
            found[index] = odf.part(text, budget)
        else:
            part = ooxml.part(text, budget)
            found[index] = part.links
            clicks[_plain(member.name)] = part.clicks
    for index, some in relations.items():
        uses = clicks.get(ooxml.source_of(document.archive.members[index].name), {})
        found[index] = [_worded(each, uses) for each in some]
    for index in sorted(found):
        links = (one.link(path, index, number) for number, one in enumerate(ordered(found[index])))
        document.links.extend(links)
    _embedded(document)
    if ("encrypted", _ENCRYPTED) in document.skipped:
        document.skipped = [("encrypted", _ENCRYPTED)]
    document.skipped += [("limit", words) for words in sorted(budget.over)]
    document.flags |= _named(budget)


def _worded(relation: ooxml.Relation, uses: dict[str, Found | None]) -> Found:
    """The link with the words shown for it. What is clicked is a hyperlink, whatever its type claims."""
    use = uses.get(relation.ident)
    if use is None:
        return relation.found
    return replace(relation.found, place="office:hyperlink", words=use.words)


def _of_kind(document: Document, suffix: str) -> Iterator[tuple[int, Member]]:
    """Relationship members, or all other members that are XML or of no known kind."""
    for index, member in enumerate(document.archive.members):
        name = _plain(member.name)
        if name.endswith(".rels"):
            if suffix:
                yield index, member
        elif not suffix and (kind_of(name) == XML or _in_disguise(document, member, name)):
            yield index, member


def _in_disguise(document: Document, member: Member, name: str) -> bool:
    """Whether a member that is called otherwise begins like a part: names are the author's to choose."""
    return not name.endswith((".svg", ".html", ".htm", ".xhtml", "/")) and document.contents.is_markup(member)


def _text(document: Document, member: Member) -> str:
    """The member's characters; empty where it cannot be read or is no XML."""
    try:
        data = document.contents.of(member)
    except MemberError as error:
        document.skipped.append((error.kind, str(error)))
        data = error.beginning
    if data.lstrip(_BLANKS).startswith(b"<"):
        return xmlspans.characters(data)[0]
    if data and member.name.casefold().endswith((".xml", ".rels")):
        document.skipped.append(("format", f"{member.name[:80]!r} is no XML in an encoding that is read"))
    return ""


def _is_encrypted_manifest(member: Member, text: str) -> bool:
    return _plain(member.name) == "meta-inf/manifest.xml" and "encryption-data" in text


def _base(document: Document) -> str:
    for member in document.archive.members:
        if _plain(member.name) == "docprops/app.xml":
            return ooxml.hyperlink_base(_text(document, member))
    return ""


def _embedded(document: Document) -> None:
    """Hand on the files that lie in the document."""
    pictures = 0
    for member in document.archive.members:
        kind = kind_of(_plain(member.name))
        if kind not in (EMBEDDED, PICTURE):
            continue
        pictures += kind == PICTURE
        if kind == PICTURE and pictures > limits.PICTURES:
            if pictures == limits.PICTURES + 1:
                document.skipped.append(("limit", f"more than {limits.PICTURES} pictures"))
            continue
        try:
            data = document.contents.of(member, limits.EMBEDDED_BYTES)
        except MemberError as error:
            document.skipped.append((error.kind, str(error)))
            continue
        type_ = media_type(_plain(member.name), data)
        if type_:
            document.inside.append(Inside(member.name, data, type_))
        elif "sheet" in _plain(member.name):
            document.skipped.append(("format", "the formulas of binary sheets are not read"))
