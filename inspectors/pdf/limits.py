"""Every bound of the PDF inspector, with its reason. Reaching one is a result, never an error.

Does not enforce anything: each module looks up its own.
"""

from __future__ import annotations

CONTENT_BYTES = 64 * 1024 * 1024
"""One PDF. Mail servers stop at 25 to 50 MB a message; a revision needs the file in memory twice."""

OBJECTS = 300_000
"""Entries of the cross-reference table. Reading and counting 100,000 small objects takes about 0.3 s."""

PAGES = 20_000
"""Leaves of the page tree. Books stay below 3,000."""

TREE_NODES = 60_000
"""Nodes of the page tree, inner ones included. A binary tree over all pages has twice their number."""

ANNOTATIONS = 10_000
"""Annotations of all pages together. Reading costs about 30 µs each, changing them all three times that;
large manuals have 5,000."""

FIELDS = 20_000
"""Form fields looked at for signatures. Long tax forms have 2,000."""

ACTIONS = 20_000
"""Actions followed, those of annotations included. Chains of hostile files run in circles."""

TARGETS = 2_000
"""Links outside annotations' own /URI actions. A script of 1 MB could bring 80,000."""

TREE_ITEMS = 20_000
"""Outline items, entries of one name tree, form fields. Outlines of large manuals have 5,000 items."""

SCAN_BYTES = 32 * 1024 * 1024
"""Text of all objects together that is searched for what no viewer reaches; about 0.3 s. Books of 3,000
pages have 5 MB."""

SCAN_VALUES = 20_000
"""Arrays and dictionaries in objects that tell of actions; about 10 µs each. Forms have some thousands."""

SCRIPT_BYTES = 512 * 1024
"""All scripts together; taking one apart costs up to 1 s a megabyte. Large calculating forms have 200 KB."""

FORM_BYTES = 4 * 1024 * 1024
"""XFA packets together, inflated. Forms of tax offices reach 2 MB."""

EMBEDDED = 50
"""Embedded files that are named. Portfolios with more are counted."""

TEXT_PAGES = 200
"""Pages whose text is read, about 1 ms each. Attachments of mails rarely have more than 50."""

TEXT_BYTES = 2_500_000
"""Page descriptions gone through for text, forms counted as often as they are drawn: PDFium cannot be stopped
and takes 0.02 s a megabyte for drawings, 0.4 s for text. Ordinary pages have 5 to 100 KB."""

TEXT_CHARACTERS = 300_000
"""Characters of all pages together; 1.5 µs each. Novels have more and few links."""

TEXT_URLS = 1_000
"""URLs in the text of all pages. Bibliographies have some hundreds."""

SHOWN_WORK = 20_000_000
"""Annotations of a page times its characters, added up: each rectangle is compared with every character."""

FORMS = 2_000
"""Form XObjects looked at for their size. Drawings of maps have some hundreds."""

FORM_DEPTH = 12
"""Form XObjects inside each other. Real ones stay below 6."""

NESTING = 200
"""Arrays and dictionaries inside each other in one object that is written anew. Real ones stay below 20."""

STREAM_BYTES = 64 * 1024 * 1024
"""Inflated size of one object stream or cross-reference stream; deflate makes 1 MB into 1 GB."""

URI_BYTES = 32 * 1024
"""One /URI string. Browsers stop at 8 to 32 KB; longer ones are cut in the inventory and flagged."""

STRING_BYTES = 64 * 1024
"""Bytes of strings that one revision encrypts. AES here costs about 0.1 ms per 16 bytes."""

HEADER_WINDOW = 1024
"""Readers look for ``%PDF-`` in the first 1,024 bytes (PDF 1.7, appendix H, implementation note 13)."""

TAIL_WINDOW = 1054
"""qpdf looks for ``startxref`` in this many bytes at the end; PDFium and poppler look in 1,024 to 4,096."""

GENERATION = 65_535
"""Highest generation number (ISO 32000-2 section 7.5.4)."""

OBJECT_NUMBER = 8_388_607
"""Highest object number that readers accept (ISO 32000-1 annex C.2); PDFium takes half of it."""

DANGLING = 100
"""Numbers tried for one that nothing refers to; each try searches the file. Real files have none such."""
