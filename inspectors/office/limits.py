"""Every bound of the Office inspector, with its reason. Reaching one is a result, never an error.

Does not enforce anything: each module looks up its own.
"""

from __future__ import annotations

CONTENT_BYTES = 64 * 1024 * 1024
"""One document. Mail servers stop at 25 to 50 MB a message; a change needs the file in memory twice."""

MEMBERS = 10_000
"""Entries of the central directory; about 5 µs each. Long presentations have 3,000."""

NAME_BYTES = 1024
"""One member's name. Part names stay below 100."""

MEMBER_BYTES = 16 * 1024 * 1024
"""One XML member, inflated; it is read as far as this. Reports of 300 pages have 10 MB, deflate makes 1 MB
into 1 GB, and one odd character makes four bytes of each in memory."""

INFLATED_BYTES = 64 * 1024 * 1024
"""All members that are read, inflated. Presentations have 20 MB beside their pictures."""

TOKENS = 250_000
"""Tags looked at in one document, about 3 µs each; those with attributes that matter count for several.
Reports of 300 pages have 100,000."""

DEAR = 5
"""Tags that one counts for whose attributes are read, or whose text is taken apart."""

ATTRIBUTES = 256
"""Attributes of one tag. Relationships have four, shapes about ten."""

FIELD_DEPTH = 32
"""Fields within fields. Real ones stay below 5."""

FIELD_CHARACTERS = 10_000
"""Instruction text of one field. URLs longer than 8,192 characters are not read."""

TEXT_CHARACTERS = 1_000_000
"""Characters of running text that are searched for URLs, 0.05 µs each. Novels have as many."""

TEXT_URLS = 1_000
"""URLs in running text. Bibliographies have some hundreds."""

LINKS = 6_000
"""Links of one document; a message's bound is lower, so that reaching it is noticed there."""

OLE_URLS = 1_000
"""URLs of one file of the older binary formats. Bibliographies have some hundreds."""

PICTURES = 30
"""Pictures handed on for QR codes. Brochures have more, and a code to be scanned stands on a first page."""

EMBEDDED_BYTES = 32 * 1024 * 1024
"""One embedded file, inflated."""

ATTEMPTS_BYTES = 6 * 1024 * 1024
"""Bytes deflated in the search for a stream of the old length, 20 to 50 ns each: 0.3 s."""
