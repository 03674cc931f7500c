"""The values that flow through the inspectors, and out of them into policy and gateway.

All are frozen, picklable and comparable. Offsets are half-open, count from 0, and the field that
holds them says in which bytes or characters they count.

Does not read or change anything itself.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import NamedTuple

from inspectors.quick import quickly_made as quickly_made  # for the values of policy, too


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range, start included, end excluded."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start

    def of(self, data: bytes) -> bytes:
        """The bytes of ``data`` this span covers."""
        return data[self.start : self.end]

    def moved(self, by: int) -> Span:
        """The same range, ``by`` places further on."""
        return Span(self.start + by, self.end + by)


class Header(NamedTuple):
    """One header field (RFC 5322 section 2.2). A named tuple, because a message has thirty of them."""

    name: str
    """Field name in lower case; bytes above 127 as Latin-1."""
    span: Span
    """The whole field in the raw message, folded lines and last line end included."""
    value: bytes
    """What stands after the colon, unfolded: line ends removed, white space at both ends cut."""


@quickly_made
@dataclass(frozen=True, slots=True)
class Leaf:
    """A body part that holds content rather than parts (RFC 2046), or something inside an attachment."""

    path: str
    """MIME path as IMAP numbers it (RFC 9051 section 6.4.5): "1", "2.1"."""
    type: str
    """Media type in lower case, "text/plain" where none is given."""
    charset: str
    """The charset parameter in lower case; empty where none is given."""
    transfer: str
    """Content-Transfer-Encoding in lower case; "7bit" where none is given."""
    filename: str
    """From Content-Disposition or the name parameter; empty where none is given."""
    disposition: str
    """"inline", "attachment" or empty."""
    head: Span
    """The part's own header block in the raw message, without the empty line."""
    body: Span
    """The part's encoded body in the raw message, without the line end that belongs to the delimiter."""
    sealed: str = ""
    """Why this leaf is never changed: "signed" where an enclosing multipart says so, "attached" inside an
    attached message, "inside" within an archive or other file, "unheaded" where no empty line stands in front
    of it; else empty."""
    base: str = ""
    """What relative links are relative to where the content names no base itself: Content-Base (RFC 2110) or
    Content-Location (RFC 2557 section 5) of the part or of one around it; as written, unfolded."""
    flowed: str = ""
    """"flowed" where the type's parameters say format=flowed (RFC 3676), "delsp" with DelSp=yes, else
    empty."""


@dataclass(frozen=True, slots=True)
class Message:
    """A raw message and views on it. The raw bytes are the truth."""

    raw: bytes = field(repr=False)
    """The message as it came. Empty where the value has crossed a process boundary."""
    headers: tuple[Header, ...]
    """The fields of the top header block, in order."""
    leaves: tuple[Leaf, ...]
    """In the order they stand in the message; their spans never overlap."""


@dataclass(frozen=True, slots=True)
class Wrapping:
    """One layer around a link: a service whose URL stands in front of the destination."""

    by: str
    """The service, as people know it: "Microsoft Safe Links"."""
    kind: str
    """"protection" (a mail gateway), "redirector" (a web site that sends people on), "tracker" (counts
    clicks) or "copy" (shows the page under its own name)."""
    host: str
    """Host of the layer's URL."""
    state: str
    """"read" (the URL says where it leads), "hidden" (it does not), "unreadable" (it says nothing that could
    be opened), "contradictory" (it says two things) or "deep" (over the bound on layers)."""
    recipient: str = ""
    """The address the link was wrapped for, where the URL says so; nothing proves it."""
    claims: str = ""
    """The destination's domain as a hidden link shows it to people; nothing ties it to where it leads."""


@quickly_made
@dataclass(frozen=True, slots=True)
class Link:
    """One place in a message that can take a person somewhere."""

    leaf: str
    """Path of the leaf it stands in."""
    url: str
    """What a browser or viewer would open (WHATWG URL), relative links made absolute."""
    written: str
    """What stands in the bytes, decoded to characters but not otherwise changed."""
    shown: str
    """The words a reader sees; empty where none are known."""
    place: str
    """``FORMAT:WHERE``: "text", "html:a.href", "pdf:annotation"."""
    handle: Hashable
    """The inspector's own note of where the link stands; nobody else reads it."""
    host: str = ""
    """The URL's host in ASCII form, lower case; empty for URLs without one."""
    page: int = 0
    """Page number from 1 in paged formats, else 0."""
    target: str = ""
    """Where another vendor's rewritten link, or a redirector that says so in its URL, leads in the end
    (WHATWG URL); empty where ``url`` is no such link or hides its destination."""
    ambiguous: bool = False
    """True where only the second reading sees it (``inspectors/union.py``): it is never rewritten."""
    wrapped: tuple[Wrapping, ...] = ()
    """The layers between ``url`` and ``target``, outermost first; empty for most links."""
    fetched: bool = False
    """True where programs fetch it by themselves to show the page (pictures, style sheets); nobody clicks."""
    box: tuple[float, float, float, float] | None = None
    """Left, bottom, right, top on the page in the file's own units (PDF: user space, 1/72 inch unless the
    page says otherwise); None where it has no place on a page or none is known."""

    @property
    def obscured(self) -> bool:
        """Whether the innermost layer should say where it leads and does not: then what is known of its host
        says nothing about the destination."""
        return bool(self.wrapped) and self.wrapped[-1].state not in ("read", "hidden")


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that could not be looked into or could not be changed, and why."""

    leaf: str
    """Path of the leaf; empty for the message as a whole."""
    reason: str
    """In words for the administrator: what it is, not what the code did."""
    kind: str = ""
    """A short fixed name, for counting and for policy: "encrypted" (a key or password is needed), "limit"
    (over one of our bounds), "header_limit" (a header over its bound), "broken" (damaged beyond reading),
    "format" (no inspector reads it); else empty."""


@dataclass(frozen=True, slots=True)
class Flag:
    """Something another reader might read differently, a limit reached, a signature found."""

    flag: str
    """A short fixed name, for counting: "duplicate-header", "no-close-delimiter"."""
    leaf: str
    """Path of the leaf or multipart; empty for the message as a whole."""
    words: str
    """One sentence for a person."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """All that reading one message found."""

    message: Message
    links: tuple[Link, ...]
    """In the order of the leaves, and in each leaf in the order they stand."""
    skipped: tuple[Skipped, ...] = ()
    flags: tuple[Flag, ...] = ()
    unread: tuple[tuple[str, str], ...] = ()
    """(path, reason) of leaves that were left unread because reading them had been ended before."""
    producers: tuple[tuple[str, str], ...] = ()
    """(path, program) of leaves that say which program made them, without its version."""

    @property
    def followed(self) -> int:
        """How many of the links a person may follow; the others are what programs fetch by themselves."""
        return sum(not link.fetched for link in self.links)


@dataclass(frozen=True, slots=True)
class Inside:
    """Something that lies inside a leaf and is read by its own inspector: a member of an archive, a file
    embedded in a PDF, a part of an encoded message. Only listed, never rewritten."""

    name: str
    """Its name there; the path of what is found in it is the leaf's path, "/" and this."""
    content: bytes = field(repr=False)
    """Decoded."""
    type: str = "application/octet-stream"
    """Media type in lower case, where something tells."""
    charset: str = ""
    """In lower case; empty where none is given."""
    base: str = ""
    """Absolute URL that relative links in it are relative to, where the file itself names none."""
    filename: str = ""
    """What it is called, where its name there is only a number; else empty."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What an inspector found in the decoded content of one leaf."""

    links: tuple[Link, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    flags: tuple[Flag, ...] = ()
    inside: tuple[Inside, ...] = ()
    """What is still to be read, in order."""
    producers: tuple[tuple[str, str], ...] = ()
    """(path, program) where the leaf says which program made it, without its version."""


@dataclass(frozen=True, slots=True)
class Edit:
    """The wish to make one link lead somewhere else."""

    link: Link
    urls: tuple[str, ...]
    """The new URL in spellings of different length, best first; all of them mean the same. ASCII."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """A change inside the decoded content of one leaf, before transfer encoding."""

    span: Span
    """In the decoded content; an empty span at its end appends."""
    choices: tuple[bytes, ...]
    """What may stand there instead, best first; the transfer encoding takes the first that fits."""
    edits: tuple[Edit, ...]
    """The edits this carries out."""


@dataclass(frozen=True, slots=True)
class Patch:
    """The only thing that changes bytes."""

    span: Span
    """In the raw message as it came."""
    data: bytes
    """What stands there afterwards."""


@dataclass(frozen=True, slots=True)
class Rewriting:
    """The patches that carry out edits, and the edits that could not be carried out."""

    patches: tuple[Patch, ...]
    """Sorted, not overlapping."""
    done: tuple[Edit, ...]
    refused: tuple[tuple[Edit, str], ...] = ()
    """Edits left undone, each with the reason; their links stay as they came."""
