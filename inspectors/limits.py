"""Every bound of the inspectors, with its reason. Reaching one is a result, never an error.

Bounds of the PDF reader stand in ``inspectors/pdf/limits.py``.

Does not enforce anything: each reader looks up its own.
"""

from __future__ import annotations

HEADER_BYTES = 256 * 1024
"""One header block. Postfix keeps 100 KB by default; 300 KB headers exist only to make parsers give up."""

HEADER_FIELDS = 1000
"""Fields in one block. Long mailing-list traces stay below 100."""

PARTS = 2000
"""Leaves and multiparts together. Digests of busy lists reach some hundreds."""

DEPTH = 30
"""Nesting of multiparts and attached messages. Real forwards of forwards stay below 10."""

BOUNDARY = 998
"""Characters of a boundary. RFC 2046 section 5.1.1 allows 70; readers take what fits on a line."""

PARAMETERS = 64
"""Parameters of one structured field. RFC 2231 continuations of a long file name reach about 20."""

INSIDE_DEPTH = 4
"""Files within files. A PDF in an archive in a forwarded message is at 3."""

INSIDE_FILES = 200
"""Files of one message that lie inside others and are read. Portfolios have dozens."""

INSIDE_BYTES = 64 * 1024 * 1024
"""Their decoded bytes together; mail servers stop at 25 to 50 MB a message, compressed."""

INSIDE_NAME = 120
"""Characters kept of a name inside another file."""

TEXT_BYTES = 10 * 1024 * 1024
"""Decoded bytes of one text part that are read. An HTML tree costs about 20 ms a megabyte."""

ESCAPED_BYTES = 1024 * 1024
"""Text with bytes its charset does not have: each costs a call of an error handler, a second a megabyte."""

LINKS = 5000
"""Links of one message. Long digests reach some hundreds."""

URL_CHARACTERS = 8192
"""One URL. Browsers stop at larger sizes, click trackers stay below 4,000."""

SHOWN_CHARACTERS = 500
"""Words kept of what a reader sees on a link."""

LINE_QUOTED_PRINTABLE = 76
"""RFC 2045 section 6.7 rule 5, without the line end."""

LINE_BASE64 = 76
"""RFC 2045 section 6.8."""

LINE_PLAIN = 998
"""RFC 5322 section 2.1.1, without the line end; longer lines are folded or refused further on."""
