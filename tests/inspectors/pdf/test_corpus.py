"""The laws over real PDFs, where the folder ``pdf`` of the development corpus is there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from inspectors import message
from inspectors.model import Edit
from inspectors.pdf import edit, read

CORPUS = Path(os.environ.get("ODDLINK_CORPUS", "/nonexistent")) / "pdf"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="ODDLINK_CORPUS names no folder with PDFs"),
]


def test_every_file_gives_a_result_and_every_edit_holds(pdfs) -> None:
    files = sorted(CORPUS.rglob("*.pdf"))
    linked = edited = 0
    for path in files:
        content = path.read_bytes()
        reading = read("1", content)
        if not reading.links:
            continue
        linked += 1
        replacements, refused = edit("1", content, [Edit(reading.links[0], (pdfs.NEW,))])
        if refused:
            assert refused[0][1]
            continue
        edited += 1
        after = content + replacements[0].choices[0]
        before, now = message.inspect_pdf(content), message.inspect_pdf(after)
        assert message.compare(before, now, [Edit(before.links[0], (pdfs.NEW,))]) == (), path.name
        assert len(pdfs.moved(content, after)) == 1, path.name
    assert len(files) > 100
    assert edited >= 0.8 * linked > 0
