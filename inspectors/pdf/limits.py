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

SIGNATURE_REFERENCES = 20
"""References of one signature that are looked at. Real ones have one or two."""

ACTIONS = 20_000
"""Actions followed, those of annotations included. Chains of hostile files run in circles."""

RENDITIONS = 50
"""Renditions, clips and their data under one action. Real ones have one of each."""

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

PRODUCER = 60
"""Characters of the name of the program that made a file, without its version."""

PRODUCER_BYTES = 400
"""Bytes of that string that are looked at; names with versions and web addresses stay under 120."""

EMBEDDED = 200
"""Embedded files that are read; ``inspectors.limits.INSIDE_FILES`` bounds those of a whole message."""

EMBEDDED_BYTES = 32 * 1024 * 1024
"""Embedded files of one PDF together, inflated: with the PDF itself they must fit in a worker's memory."""

STEPS = 1_000
"""Navigation nodes of one page's presentation. Slides have a dozen."""

TEXT_PAGES = 200
"""Pages whose text is read, about 1 ms each. Attachments of mails rarely have more than 50."""

TEXT_BYTES = 2_500_000
"""Page descriptions gone through for text, forms counted as often as they are drawn: PDFium cannot be stopped
and takes 0.02 s a megabyte for drawings, 0.4 s for text. Ordinary pages have 5 to 100 KB."""

TEXT_CHARACTERS = 300_000
"""Characters of all pages together; 1.5 µs each. Novels have more and few links."""

TEXT_URLS = 1_000
"""URLs in the text of all pages. Bibliographies have some hundreds."""

MARKED = 100
"""URLs in the properties of marked content, of one page. No known writer puts any there."""

LINES = 10
"""Lines of one URL that get a link annotation each. URLs in footnotes stand on two or three."""

SHOWN_WORK = 20_000_000
"""Annotations of a page times its characters, added up: each rectangle is compared with every character."""

CODE_PAGES = 50
"""Pages with pictures that are searched for codes. A code to be scanned stands on one of the first."""

CODE_PIXELS = 14_000_000
"""Pixels drawn and searched for codes, of all pages together; 15 to 40 ns each, 130 ns where there is nothing
but noise. A scanned page has a million and a half, a logo a tenth of that."""

CODE_PAGE_PIXELS = 1_500_000
"""Of one part of a page: with these, A4 has 125 dots an inch and a code of 2 cm three a module."""

CODE_SIDE = 24.0
"""Units of the shorter side below which a drawing holds no code that a camera reads: 8 mm."""

CODE_OBJECTS = 12_000
"""Things on a page, those in forms included, that are looked at before it is drawn; 1 to 3 µs each. Maps have
more; they are not searched."""

CODE_MODULES = 60
"""Small drawn shapes close together that may be a code; the smallest QR code has 220 dark modules, half of
that where neighbours are drawn as one."""

PAINTED = 400_000_000
"""Pixels painted to draw pages, counted as often as things lie over each other, pictures and shadings several
times: 1 to 2 ns each."""

PICTURE_SAMPLES = 36_000_000
"""Pixels of one picture on a page that is decoded: a page scanned at 600 dots an inch has 35 million."""

PICTURES_SAMPLES = 72_000_000
"""The same of all pictures drawn; JPEG takes about 12 ns each, deflate 6."""

WAVELETS = 8
"""How many times longer JPEG 2000 takes to decode."""

TILES = 50_000
"""Times that one tiling pattern may be repeated on a page; PDFium draws each."""

GLYPH_BYTES = 20_000
"""Description of one glyph of a Type 3 font on a page that is drawn. Bitmaps of letters have 100 to 500."""

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

APART = 8
"""Links to be changed that are tried one by one when they cannot be changed together; about 5 ms each."""

STRING_BYTES = 64 * 1024
"""Bytes of strings that one revision encrypts. AES here costs about 0.1 ms per 16 bytes."""

HEADER_WINDOW = 1024
"""Readers look for ``%PDF-`` in the first 1,024 bytes (PDF 1.7, appendix H, implementation note 13)."""

TAIL_WINDOW = 1054
"""qpdf looks for ``startxref`` in this many bytes at the end; PDFium and poppler look in 1,024 to 4,096."""

LOST_ENDS = 20
"""Places looked at for the newest cross-reference stream of a file that does not say where it is."""

GENERATION = 65_535
"""Highest generation number (ISO 32000-2 section 7.5.4)."""

OBJECT_NUMBER = 8_388_607
"""Highest object number that readers accept (ISO 32000-1 annex C.2); PDFium takes half of it."""

DANGLING = 100
"""Numbers tried for one that nothing refers to; each try searches the file. Real files have none such."""
