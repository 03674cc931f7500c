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

STEPPED_BYTES = 256 * 1024
"""Text decoded byte by byte, to place a link where counting failed: a second a megabyte."""

SOFT_BREAKS = 200_000
"""Lines of one text in format=flowed that are joined: 14 MB of full lines, and a third of a second."""

CANDIDATES = 100_000
"""Places of one text that begin like a link and are none: 10 microseconds each."""

LINKS = 5000
"""Links of one message. Long digests reach some hundreds."""

LINKS_MORE = 500
"""Links kept of each further part once there are ``LINKS``: five thousand decoys in one part must not hide
the one link in the next."""

URL_CHARACTERS = 8192
"""One URL. Browsers stop at larger sizes, click trackers stay below 4,000."""

FETCHED = 500
"""Different things that one page fetches to be shown, and that are listed. Newsletters have about 30."""

FETCHED_IN_MESSAGE = 2000
"""The same of a whole message: they are inventory only and must not crowd out links."""

PREFIXES = 20
"""Namespace prefixes a page may name for itself. Office declares five."""

COMMENTS = 1000
"""Conditional comments of one page that are read. Templates for Outlook have some dozens."""

PAGES = 20
"""Pages written into attributes of one page (``srcdoc``, ``data:``)."""

SOUP_STEPS = 20_000
"""Tags and texts of one changed HTML part of which BeautifulSoup makes a tree, 20 µs each, before and after;
for more, the events of the parser under it are compared. Long newsletters have about 10,000."""

PROVED_STEPS = 250_000
"""Tags and texts up to which changed HTML is proved at all: about a second. Real mail of 5 MB has fewer."""

SOUP_DEPTH = 400
"""Nesting up to which changed HTML is proved: both get slower with the square of it. Browsers stop at 512."""

SHOWN_CHARACTERS = 500
"""Words kept of what a reader sees on a link."""

LINE_QUOTED_PRINTABLE = 76
"""RFC 2045 section 6.7 rule 5, without the line end."""

LINE_BASE64 = 76
"""RFC 2045 section 6.8."""

LINE_PLAIN = 998
"""RFC 5322 section 2.1.1, without the line end; longer lines are folded or refused further on."""

CODES = 100
"""Barcodes of one picture. Sheets of labels have dozens."""

PICTURE_PIXELS = 24_000_000
"""One picture that is opened, after what JPEG can be shrunk while decoding. Phone cameras give 12 million;
decoded it takes up to four bytes each."""

PICTURE_SEARCHED = 2_000_000
"""Pixels in which barcodes are searched for: 50 to 100 ns each, 0.5 µs in the worst pictures that were made
up. A larger picture is shrunk; a code a tenth of its width still has four pixels a module."""

PICTURE_SIDE = 40
"""Pixels of the shorter side below which a picture holds no code that a camera reads: the smallest QR code
has 21 modules and a quiet zone, at least one pixel each."""

ARCHIVE_BYTES = 32 * 1024 * 1024
"""What is unpacked of one archive. A zip of this size of office documents is rare in mail; several levels of
them must fit in a worker's memory."""

ARCHIVE_MEMBERS = 10_000
"""Entries of one archive that are looked at. Source archives have some thousands."""

NAMED = 3
"""File names given in a reason that speaks of several."""

CONTENT_LINES = 200_000
"""Lines of one calendar or address book. A year's full calendar has some ten thousand."""

RTF_TOKENS = 600_000
"""Control words, groups and runs of text of one RTF document, 1.3 µs each. Long contracts have 100,000."""

RTF_GROUPS = 10_000
"""Groups open at once. Word stops at some hundreds."""

TNEF_ATTRIBUTES = 5_000
"""Attributes and MAPI properties of one winmail.dat. Real ones have some hundreds."""

DER_ELEMENTS = 100_000
"""Elements of an S/MIME structure. Streamed content comes in pieces of 1,000 bytes and more."""

PLIST_BYTES = 64 * 1024
"""A .webloc shortcut; real ones have some hundred bytes."""

SCRIPT_CHARACTERS = 512 * 1024
"""One script in a picture; taking one apart costs up to 1 s a megabyte."""

SHOWN_PIECES = 100
"""Pieces of text looked at for the words on a link of a picture; letters are often placed one by one."""

PRODUCERS = 20
"""Files of one message whose maker is told; more PDFs than that are an archive of them."""

RTF_BYTES = 16 * 1024 * 1024
"""One RTF document; pictures stand in it as hexadecimal digits."""

UNION_READ = 4 * 1024 * 1024
"""Bytes the second reading looks for links in, all variants together: at worst a second and a half."""

UNION_DECODED = 96 * 1024 * 1024
"""Bytes its decoders may give, most of which are dismissed at a glance; 0.3 s."""

UNION_PIECE = 1024 * 1024
"""Bytes of one piece it reads at a time; longer ones are cut at a line end."""

UNION_PIECES = 2000
"""Pieces of one message it looks at, and encoded runs: each costs 0.2 ms, however small."""

UNION_FILES = 50
"""Encoded files in one text, such as uuencoded ones, and files hidden in one message."""

UNION_DEPTH = 4
"""Encodings within encodings the second reading undoes. Readers undo one, filters two or three."""

UNION_HEADERS = 64 * 1024
"""Bytes of the top header searched for charset labels and base addresses."""

WRAPPINGS = 5
"""Layers of other vendors' wrapped links that are taken off. Two gateways and a tracker make three."""

WRAPPED_CHARACTERS = 1024 * 1024
"""Different wrapped links of one message that are read, together; up to half a second. A newsletter of 300
links has a tenth."""

WRAPPED_PARAMETERS = 100
"""Parameters of a wrapped link's query that are read. Advertising networks reach about 40."""

WRAPPED_TOKENS = 1000
"""Characters that Proofpoint URL Defense v3 keeps apart from the URL. Sentences in a query stay below."""
