"""Law: an edit appends to the file, changes the wished strings, and nothing else; or it says why not."""

from __future__ import annotations

import ctypes
import re
import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Encryption, ObjectStreamMode

from inspectors.model import Edit, Link
from inspectors.pdf import edit, limits, read

KINDS = ["table", "stream", "hybrid"]
OLD = b"(https://old.example/\\(1\\))"
STRUCTURES = {
    "object streams": {"object_stream_mode": ObjectStreamMode.generate},
    "tables": {"object_stream_mode": ObjectStreamMode.disable},
    "linearised": {"linearize": True},
    "linearised with object streams": {"linearize": True, "object_stream_mode": ObjectStreamMode.generate},
    "RC4 40": {"encryption": Encryption(owner="o", user="", R=2, aes=False, metadata=False)},
    "RC4 128": {"encryption": Encryption(owner="o", user="", R=3, aes=False, metadata=False)},
    "RC4 as crypt filter": {"encryption": Encryption(owner="o", user="", R=4, aes=False, metadata=False)},
    "AES 128": {"encryption": Encryption(owner="o", user="", R=4)},
    "AES 128, clear metadata, object streams": {
        "encryption": Encryption(owner="o", user="", R=4, metadata=False),
        "object_stream_mode": ObjectStreamMode.generate,
    },
    "AES 256": {"encryption": Encryption(owner="o", user="", R=6)},
    "AES 256, object streams": {
        "encryption": Encryption(owner="o", user="", R=6),
        "object_stream_mode": ObjectStreamMode.generate,
    },
}


def sample(pdfs, kind: str = "table", **other: object):
    """Links in every position: direct, indirect annotation, indirect action, indirect string."""
    return pdfs.document(
        [
            pdfs.annotation(pdfs.action(OLD)),
            b"10 0 R",
            pdfs.annotation(b"12 0 R"),
            pdfs.annotation(b"13 0 R"),
        ],
        {
            10: b"<</Subtype/Link/Rect[0 20 9 29]/Contents(\\344 \\) words)/NM<00ff>/A 11 0 R>>",
            11: pdfs.action(b"(https://indirect.example/)"),
            12: pdfs.action(b"(https://from-the-page.example/)"),
            13: pdfs.action(b"14 0 R"),
            14: b"(https://string.example/)",
        },
        kind=kind,
        **other,
    )


def viewer_urls(content: bytes) -> list[bytes]:
    """What PDFium would open, in order."""
    document = pypdfium2.PdfDocument(content)
    urls = []
    for page in document:
        position, link = ctypes.c_int(0), pdfium.FPDF_LINK()
        while pdfium.FPDFLink_Enumerate(page.raw, ctypes.byref(position), ctypes.byref(link)):
            action = pdfium.FPDFLink_GetAction(link)
            buffer = ctypes.create_string_buffer(1000)
            pdfium.FPDFAction_GetURIPath(document.raw, action, buffer, 1000)
            urls.append(buffer.value)
    return urls


def complaints(path: Path, content: bytes) -> tuple[int, int]:
    """Exit code of qpdf's own check, and how much it has to say."""
    path.write_bytes(content)
    done = subprocess.run(["qpdf", "--check", path], capture_output=True, timeout=30, check=False)
    return done.returncode, (done.stdout + done.stderr).count(b"WARNING")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("which", "object_"), [(0, 3), (1, 11), (2, 12), (3, 14)])
def test_one_link_changes_in_the_object_that_holds_its_string(
    pdfs, kind: str, which: int, object_: int
) -> None:
    content = sample(pdfs, kind).bytes()
    after = pdfs.changed(content, [which])
    assert pdfs.moved(content, after) == {object_}
    urls = viewer_urls(content)
    urls[which] = pdfs.NEW.encode()
    assert viewer_urls(after) == urls


@pytest.mark.parametrize("kind", KINDS)
def test_all_links_change_at_once(pdfs, kind: str) -> None:
    content = sample(pdfs, kind).bytes()
    after = pdfs.changed(content, [0, 1, 2, 3])
    assert pdfs.moved(content, after) == {3, 11, 12, 14}
    assert len(after) - len(content) < 1200


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", ["crlf", "cr", "junk", "no line end", "trailing white space"])
def test_line_ends_and_surroundings_make_no_difference(pdfs, kind: str, form: str) -> None:
    eol = {"crlf": b"\r\n", "cr": b"\r"}.get(form, b"\n") if kind == "table" else b"\n"
    content = sample(pdfs, kind, eol=eol, junk=b"junk \x00\r\n" if form == "junk" else b"").bytes()
    if form == "no line end":
        content = content.rstrip()
    if form == "trailing white space":
        content += b"\r\n \x00"
    after = pdfs.changed(content)
    assert pdfs.moved(content, after) == {3}
    assert viewer_urls(after)[0] == pdfs.NEW.encode()


@pytest.mark.parametrize("structure", STRUCTURES)
def test_every_structure_is_kept(pdfs, resaved, tmp_path: Path, structure: str) -> None:
    content = resaved(sample(pdfs).bytes(), **STRUCTURES[structure])
    for which in range(4):
        after = pdfs.changed(content, [which])
        assert len(pdfs.moved(content, after)) == 1
        assert viewer_urls(after)[which] == pdfs.NEW.encode()
        assert b"https://" not in after[len(content) :] or "encryption" not in STRUCTURES[structure]
        kind = b"trailer\n" if b"\ntrailer" in content else b"/Type /XRef"
        assert kind in after[len(content) :]
        if shutil.which("qpdf"):
            assert complaints(tmp_path / "b.pdf", after) <= complaints(tmp_path / "a.pdf", content)


def test_revisions_can_be_stacked(pdfs) -> None:
    for kind in KINDS:
        once = pdfs.changed(sample(pdfs, kind).bytes(), [1], "https://first.example/")
        twice = pdfs.changed(once, [2])
        assert viewer_urls(pdfs.changed(twice, [1]))[1:3] == [pdfs.NEW.encode()] * 2


def test_the_generation_of_an_object_is_kept(pdfs) -> None:
    pdf = pdfs.document([b"10 4 R"], {10: pdfs.annotation(pdfs.action(OLD))}, generations={10: 4})
    content = pdf.bytes()
    after = pdfs.changed(content)
    assert after[len(content) :].startswith(b"10 4 obj\n")
    assert b" 00004 n \n" in after[len(content) :]


def test_numbers_and_names_keep_their_spelling(pdfs) -> None:
    content = pdfs.document(
        [b"10 0 R"], {10: b"<</A%b/Rect[1.50 +2 .0 00]/K#20x/y#2Fz>>" % pdfs.action(OLD)}
    ).bytes()
    added = pdfs.changed(content)[len(content) :]
    assert b"1.50" in added
    assert b"/K#20x /y#2fz" in added.lower().replace(b"/k", b"/K")


def test_identifier_and_information_stay(pdfs) -> None:
    pdf = sample(pdfs, trailer=b"/ID [<00112233> <44556677>] /Info 20 0 R")
    pdf.objects[20] = b"<</Producer(p)/ModDate(D:2001)>>"
    content = pdf.bytes()
    added = pdfs.changed(content)[len(content) :]
    trailer = added[added.index(b"trailer") :]
    assert b"/ID [ <00112233> (DUfw) ]" in trailer  # the same bytes
    assert b"/Info 20 0 R" in trailer
    assert b"Producer" not in added


def test_one_of_two_annotations_with_the_same_action_gets_its_own_copy(pdfs) -> None:
    content = pdfs.document(
        [b"10 0 R", b"11 0 R"],
        {
            10: pdfs.annotation(b"12 0 R"),
            11: pdfs.annotation(b"12 0 R"),
            12: b"<</S/URI/IsMap true/URI%b>>" % OLD,
        },
    ).bytes()
    after = pdfs.changed(content, [1])
    assert pdfs.moved(content, after) == {11}
    assert b"/IsMap true" in after[len(content) :]
    assert pdfs.moved(content, pdfs.changed(content, [0, 1])) == {12}


def test_an_action_that_an_outline_uses_too_is_copied(pdfs) -> None:
    pdf = pdfs.document([b"10 0 R"], {10: pdfs.annotation(b"12 0 R"), 12: pdfs.action(OLD)})
    pdf.objects[1] = b"<</Type/Catalog/Pages 2 0 R/Outlines<</First 13 0 R>>>>"
    pdf.objects[13] = b"<</Title(x)/A 12 0 R>>"
    content = pdf.bytes()
    assert [link.place for link in pdfs.links(content)] == ["pdf:annotation", "pdf:outline"]
    assert pdfs.moved(content, pdfs.changed(content)) == {10}
    assert pdfs.moved(content, pdfs.changed(content, [0, 1])) == {12}


def test_an_action_that_something_unreached_uses_too_changes_for_both(pdfs) -> None:
    pdf = pdfs.document([b"10 0 R"], {10: pdfs.annotation(b"12 0 R"), 12: pdfs.action(OLD)})
    pdf.objects[13] = b"<</Title(x)/A 12 0 R>>"
    content = pdf.bytes()
    assert pdfs.moved(content, pdfs.changed(content)) == {12}


def test_a_string_that_another_action_uses_too_is_replaced_in_the_one(pdfs) -> None:
    content = pdfs.document(
        [b"10 0 R", b"11 0 R"],
        {10: pdfs.annotation(pdfs.action(b"12 0 R")), 11: pdfs.annotation(pdfs.action(b"12 0 R")), 12: OLD},
    ).bytes()
    assert pdfs.moved(content, pdfs.changed(content, [0])) == {10}
    assert pdfs.moved(content, pdfs.changed(content, [0, 1])) == {12}


def test_a_page_listed_twice_in_the_tree_is_changed_once(pdfs) -> None:
    pdf = sample(pdfs)
    pdf.objects[2] = b"<</Type/Pages/Kids[3 0 R 3 0 R]/Count 2/MediaBox[0 0 9 9]>>"
    content = pdf.bytes()
    assert pdfs.moved(content, pdfs.changed(content)) == {3}


def test_a_new_cross_reference_stream_does_not_bring_a_dangling_reference_to_life(pdfs) -> None:
    pdf = sample(pdfs, "stream")
    content = pdf.bytes()
    size = int(re.findall(rb"/Size (\d+)", content)[-1])
    pdf.objects[10] = pdf.objects[10].replace(b"/NM", b"/Popup %d 0 R/NM" % size)
    content = pdf.bytes()
    after = pdfs.changed(content)
    with pikepdf.open(BytesIO(after)) as opened:
        assert opened.get_object(10, 0).get("/Popup") is None


DAMAGE = {
    "startxref wrong": lambda c: re.sub(rb"startxref\n\d+", b"startxref\n5", c),
    "cut before startxref": lambda c: c[: c.rindex(b"startxref")],
    "bytes inserted": lambda c: c.replace(b"endobj\n", b"endobj\n%inserted\n", 1),
    "no table": lambda c: c[: c.rindex(b"xref\n0")] + c[c.rindex(b"trailer") :],
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_file_with_broken_sections_is_changed_with_a_complete_one(pdfs, damage: str) -> None:
    content = DAMAGE[damage](sample(pdfs).bytes())
    assert "pdf-damaged" in [flag.flag for flag in read("2", content).flags]
    for which in range(4):
        after = pdfs.changed(content, [which])
        assert b"/Prev" not in after[len(content) :]
        assert len(pdfs.moved(content, after)) == 1
        assert viewer_urls(after)[which] == pdfs.NEW.encode()


def test_a_wrong_entry_is_left_to_each_reader_as_it_was(pdfs) -> None:
    content = sample(pdfs).bytes()
    offset = content.index(b"10 0 obj")
    content = content.replace(b"%010d" % offset, b"%010d" % (offset + 3))
    assert "pdf-damaged" in [flag.flag for flag in read("2", content).flags]
    before = viewer_urls(content)
    assert len(before) == 3  # PDFium does not look for the object
    for which, link in enumerate(pdfs.links(content)):
        after = pdfs.changed(content, [which])
        assert b"/Prev" in after[len(content) :]
        new, old = pdfs.NEW.encode(), link.written.encode()
        assert viewer_urls(after) == [new if url == old else url for url in before]


def test_a_wrong_stream_length_in_a_broken_file_does_not_hinder(pdfs) -> None:
    pdf = sample(pdfs)
    pdf.objects[20] = b"<</Length 3>>stream\n0 0 m 9 9 l S\nendstream"
    content = pdf.bytes()
    content = content[: content.rindex(b"startxref")] + b"startxref\n5\n%%EOF"
    assert viewer_urls(pdfs.changed(content, [1]))[1] == pdfs.NEW.encode()


def test_keys_that_are_no_text_are_kept(pdfs, resaved) -> None:
    content = pdfs.document([b"10 0 R"], {10: b"<</A%b/K#ff#23(x)/#e4 1>>" % pdfs.action(OLD)}).bytes()
    content = content.replace(b"trailer <<", b"trailer <</X#fe 1")
    added = pdfs.changed(content)[len(content) :]
    assert b"/K#ff#23" in added
    assert b"/X#fe 1" in added
    pdfs.changed(resaved(content, encryption=Encryption(owner="o", user="")))


def test_numbers_of_any_size_are_no_error(pdfs) -> None:
    content = sample(pdfs).bytes()
    link = pdfs.links(content)[0]
    for old, new in [(b"/Size ", b"/Size 99999999999999999999"), (b"/Kids[", b"/Kids[%b 0 R " % (b"9" * 25))]:
        changed = content.replace(old, new)
        assert read("2", changed) is not None
        edit("2", changed, [Edit(link, (pdfs.NEW,))])


def test_of_a_signed_file_the_signed_bytes_stay(pdfs) -> None:
    """Whether it may be changed at all is for the policy to say."""
    pdf = sample(pdfs)
    pdf.objects[1] = (
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields["
        b"<</FT/Sig/V<</Contents<01>/ByteRange[0 1 2 3]>>>>]>>>>"
    )
    content = pdf.bytes()
    assert [flag.flag for flag in read("2", content).flags] == ["pdf-signed"]
    assert pdfs.moved(content, pdfs.changed(content)) == {3}


@pytest.mark.parametrize("cut", [b"startxref", b"%%EOF"])
def test_a_file_that_lost_its_end_is_read_and_gets_one(pdfs, resaved, cut: bytes) -> None:
    """Without a table qpdf finds no trailer; PDFium opens such a file all the same."""
    content = resaved(sample(pdfs).bytes(), object_stream_mode=ObjectStreamMode.generate)
    content = content[: content.rindex(cut)]
    before = viewer_urls(content)
    assert len(before) == 4
    assert [flag.flag for flag in read("2", content).flags] == (
        ["pdf-damaged"] if cut == b"startxref" else []
    )
    link = pdfs.links(content)[1]
    (replacement,), _ = edit("2", content, [Edit(link, (pdfs.NEW,))])
    after = content + replacement.choices[0]
    assert viewer_urls(after) == [before[0], pdfs.NEW.encode(), *before[2:]]
    assert read("2", after).flags == ()


def test_what_cannot_be_opened_is_refused_with_the_reason(pdfs, resaved) -> None:
    content = sample(pdfs).bytes()
    link = pdfs.links(content)[0]
    locked = resaved(content, encryption=Encryption(owner="o", user="u"))
    assert "password" in pdfs.refusal(locked, link)
    assert "not a PDF" in pdfs.refusal(b"no", link)
    assert "broken" in pdfs.refusal(b"%PDF-1.4\n" + b"x" * 99, link)


def test_an_edit_of_something_else_is_refused_and_the_others_are_done(pdfs) -> None:
    content = sample(pdfs).bytes()
    link = pdfs.links(content)[0]
    wrong = Link("2", "u", "u", "", "pdf:annotation", ("no", "handle"))
    edits = [Edit(wrong, (pdfs.NEW,)), Edit(link, (pdfs.NEW,)), Edit(link, ("https://other.example/",))]
    (replacement,), refused = edit("2", content, edits)
    assert replacement.edits == (edits[1],)
    assert [each for each, _ in refused] == [edits[0], edits[2]]


@pytest.mark.parametrize("url", ["", "https://ä.example/", "https://a.example/ b", "https://a.example/\n"])
def test_urls_that_are_not_printable_ascii_are_refused(pdfs, url: str) -> None:
    content = sample(pdfs).bytes()
    assert "ASCII" in pdfs.refusal(content, pdfs.links(content)[0], url)


def test_no_edits_change_nothing(pdfs) -> None:
    assert edit("2", sample(pdfs).bytes(), []) == ((), ())


def test_the_same_edit_gives_the_same_bytes(pdfs, resaved) -> None:
    content = resaved(sample(pdfs).bytes(), encryption=Encryption(owner="o", user="", R=6))
    assert pdfs.changed(content) == pdfs.changed(content)


def test_too_much_text_to_encrypt_is_refused(monkeypatch, pdfs, resaved) -> None:
    content = resaved(sample(pdfs).bytes(), encryption=Encryption(owner="o", user=""))
    monkeypatch.setattr(limits, "STRING_BYTES", 10)
    assert "text" in pdfs.refusal(content, pdfs.links(content)[0])


def test_an_encrypted_object_of_great_depth_is_refused(pdfs, resaved) -> None:
    deep = b"[" * 300 + b"]" * 300
    content = pdfs.document([b"<</A%b/X%b>>" % (pdfs.action(OLD), deep)]).bytes()
    pdfs.changed(content)
    locked = resaved(content, encryption=Encryption(owner="o", user=""))
    assert "deep" in pdfs.refusal(locked, pdfs.links(locked)[0])


URLS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=80)
STRINGS = st.binary(max_size=60)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), kind=st.sampled_from(KINDS), old=st.lists(STRINGS, min_size=1, max_size=5))
def test_law_any_links_of_any_file_lead_where_wished_and_the_rest_stays(pdfs_shared, data, kind, old) -> None:
    pdfs = pdfs_shared
    strings = [b"<%b>" % each.hex().encode() for each in old]
    placed = [data.draw(st.sampled_from(["direct", "annotation", "action", "string", "shared"])) for _ in old]
    on_page, more = [], {90: pdfs.action(b"(https://shared.example/)")}
    for index, (string, how) in enumerate(zip(strings, placed, strict=True)):
        number = 10 + 3 * index
        uri = string if how != "string" else b"%d 0 R" % (number + 2)
        whole = pdfs.action(uri) if how not in ("action", "shared") else b"%d 0 R" % (number + 1)
        whole = b"90 0 R" if how == "shared" else whole
        more[number + 1], more[number + 2] = pdfs.action(string), string
        more[number] = pdfs.annotation(whole)
        on_page.append(b"%d 0 R" % number if how != "direct" else pdfs.annotation(whole))
    content = pdfs.document(on_page, more, kind=kind).bytes()
    which = data.draw(st.sets(st.integers(0, len(old) - 1), min_size=1))
    after = pdfs.changed(content, sorted(which), data.draw(URLS))
    assert after[: len(content)] == content
    assert len(pdfs.moved(content, after)) <= len(which)
