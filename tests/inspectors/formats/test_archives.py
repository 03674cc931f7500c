"""Archives and compressed files."""

import bz2
import gzip
import lzma
import tarfile
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures import files
from inspectors import limits
from inspectors.formats import archives, inflate, tarmembers, zipmembers
from inspectors.model import Leaf, Reading, Span


def leaf(name: str = "a.zip", kind: str = "application/octet-stream") -> Leaf:
    return Leaf("2", kind, "", "7bit", name, "attachment", Span(0, 0), Span(0, 0))


def read(content: bytes, name: str = "a.zip") -> Reading:
    assert archives.accepts(leaf(name), content[:1024])
    return archives.read(leaf(name), content)


def inside(reading: Reading) -> list[tuple[str, str, bytes]]:
    return [(each.name, each.type, each.content) for each in reading.inside]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_members_that_can_be_read_are_handed_on_in_order(method):
    content = files.zipped({"d/b.html": b"<a>", "a.pdf": b"%PDF-1.4", "odd.bin": b"%PDF-1.5"}, method)
    assert inside(read(content)) == [
        ("d/b.html", "text/html", b"<a>"),
        ("a.pdf", "application/pdf", b"%PDF-1.4"),
        ("odd.bin", "application/octet-stream", b"%PDF-1.5"),
    ]


def test_programs_are_named_together_and_pictures_need_no_word():
    content = files.zipped(
        {f"{n}.exe": b"MZ" for n in range(5)} | {"a.png": b"\x89PNG", "b.jpg": b"\xff\xd8"}
    )
    (skipped,) = read(content).skipped
    assert skipped.kind == "format"
    assert skipped.reason == "0.exe, 1.exe, 2.exe and 2 more: in formats that no inspector reads"


def test_an_encrypted_member_is_named_and_the_others_are_read():
    reading = read(files.encrypted_zip("secret.docx"))
    assert [(each.reason, each.kind) for each in reading.skipped] == [("secret.docx: encrypted", "encrypted")]


def test_a_packing_that_is_not_read_is_said():
    content = files.zipped({"a.html": b"x" * 100}, zipfile.ZIP_LZMA)
    assert [(each.kind, each.reason[:6]) for each in read(content).skipped] == [("broken", "a.html")]


def test_a_bomb_is_unpacked_up_to_the_limit_only(monkeypatch):
    monkeypatch.setattr(limits, "ARCHIVE_BYTES", 100_000)
    monkeypatch.setattr(archives.limits, "ARCHIVE_BYTES", 100_000)
    content = files.zipped({"a.html": b"a" * 60_000, "b.html": b"b" * 60_000, "c.html": b"c"})
    work = archives._Work(leaf(), left=100_000)
    archives._zip(work, content)
    assert [each.name for each in work.reading().inside] == ["a.html"]
    assert [(each.kind, "b.html" in each.reason) for each in work.reading().skipped] == [("limit", True)]


def test_a_zip_of_too_many_members_is_not_read():
    reading = archives.read(leaf(), b"PK\x01\x02" * (limits.ARCHIVE_MEMBERS + 1))
    assert [each.kind for each in reading.skipped] == ["limit"]


def test_a_damaged_zip_is_said_to_be():
    assert [each.kind for each in read(files.zipped({"a.html": b"x"})[:-10]).skipped] == ["broken"]


@pytest.mark.parametrize("kind", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("packed", ["", "gz", "bz2", "xz"])
def test_tar_files_are_read_however_they_are_packed_and_whatever_their_names(kind, packed):
    name = "d/" + "n" * 80 + "/" + "m" * 60 + ".html"
    content = files.tarred({name: b"<a>", "x.png": b"p", "t.txt": b"words"}, kind, packed)
    assert inside(read(content, "a.tgz")) == [(name, "text/html", b"<a>"), ("t.txt", "text/plain", b"words")]


@pytest.mark.parametrize(
    ("name", "content", "inner"),
    [
        ("page.html.gz", gzip.compress(b"<a>"), "page.html"),
        ("page.html.bz2", bz2.compress(b"<a>"), "page.html"),
        ("page.html.xz", lzma.compress(b"<a>"), "page.html"),
        ("page.html.lzma", lzma.compress(b"<a>", lzma.FORMAT_ALONE), "page.html"),
    ],
)
def test_a_compressed_file_is_read_under_its_own_name(name, content, inner):
    assert inside(read(content, name)) == [(inner, "text/html", b"<a>")]


def test_a_compressed_file_without_an_ending_is_text_where_it_looks_like_it():
    assert inside(read(gzip.compress(b"see http://a.example/\n"), "notes.gz")) == [
        ("notes", "text/plain", b"see http://a.example/\n")
    ]
    assert [each.kind for each in read(gzip.compress(b"\x7fELF\0"), "prog.gz").skipped] == ["format"]


def test_the_largest_dictionary_of_the_usual_program_is_allowed():
    assert inflate.inflate(lzma.compress(b"x", preset=9), "xz", 10) == (b"x", "")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.bin", b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
        ("a.bin", b"Rar!\x1a\x07\x00", "a RAR archive"),
        ("a.iso", b"\0" * 100, "a disk image"),
        ("a.cab", b"MSCF", "a cabinet file"),
    ],
)
def test_what_is_not_opened_is_named(name, content, words):
    assert [(each.reason, each.kind) for each in read(content, name).skipped] == [
        (f"{words}, which is not opened", "format")
    ]


def test_pictures_and_bodies_are_never_taken_for_archives():
    assert not archives.accepts(leaf("a.zip", "image/png"), b"PK\x03\x04")
    body = Leaf("1", "text/plain", "", "7bit", "a.zip", "", Span(0, 0), Span(0, 0))
    assert not archives.accepts(body, b"PK\x03\x04")


@given(st.binary(max_size=2000), st.sampled_from(["gzip", "bzip2", "xz", "lzma"]), st.integers(0, 3000))
def test_what_is_unpacked_is_the_beginning_of_what_was_packed(data, method, most):
    pack = {
        "gzip": gzip.compress,
        "bzip2": bz2.compress,
        "xz": lzma.compress,
        "lzma": lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
    }[method]
    found = inflate.inflate(pack(data), method, most)
    assert found.data == data[:most]
    assert found.problem == ("limit" if len(data) > most else "")


def test_streams_behind_one_another_are_joined_and_too_many_are_a_limit():
    assert inflate.inflate(gzip.compress(b"a") * 3 + b"junk", "gzip", 10) == (b"aaa", "")
    assert inflate.inflate(gzip.compress(b"") * 6000, "gzip", 10).problem == "limit"


def test_a_cut_or_broken_stream_gives_what_came_before():
    packed = gzip.compress(bytes(range(256)) * 1000)
    cut = inflate.inflate(packed[:-20], "gzip", 1_000_000)
    assert cut.problem == "broken"
    assert len(cut.data) > 100_000
    assert inflate.inflate(b"BZh9junk", "bzip2", 100).problem == "broken"


def test_a_dictionary_that_would_fill_the_memory_is_refused():
    greedy = bytearray(lzma.compress(b"x" * 1000, lzma.FORMAT_ALONE))
    greedy[1:5] = (0xF0000000).to_bytes(4, "little")
    assert inflate.inflate(bytes(greedy), "lzma", 100).problem == "broken"


@given(st.binary(max_size=600), st.integers(0, 599), st.binary(max_size=8))
def test_damaged_archives_of_any_kind_give_a_reading(junk, at, new):
    for whole in (
        files.zipped({"a.html": junk}),
        files.tarred({"a.html": junk}),
        gzip.compress(junk),
        b"PK\x03\x04" + junk,
    ):
        content = whole[:at] + new + whole[at + len(new) :]
        archives.read(leaf(), content)
        list(tarmembers.members(content))


def test_a_member_that_is_not_where_the_directory_says_is_damaged():
    member = zipmembers.Member("a", False, 8, 10**9, 5)
    assert zipmembers.unpacked(b"PK", member, 10).problem == "broken"
    assert zipmembers.unpacked(b"x" * 100, zipmembers.Member("a", False, 8, 0, 5), 10).problem == "broken"


def test_members_that_lie_over_one_another_are_not_copied_each():
    """As quines and overlapping bombs have it: one short stream before data that all members claim."""
    big = files.zipped({"a.txt": b"x"})
    member = zipmembers.members(big)[0]
    long = zipmembers.Member(member.name, False, 8, member.offset, 10**9)
    assert zipmembers.unpacked(big + bytes(1000), long, 10) == (b"x", "")


@pytest.mark.parametrize("name", [b"\0Q", b"Q/", b"/Q"])
def test_a_member_with_an_odd_name_is_still_read(name):
    content = files.zipped({"QQ": b"%PDF-1.4"}, zipfile.ZIP_STORED).replace(b"QQ", name)
    assert [each.content for each in read(content).inside] == [b"%PDF-1.4"]


def test_an_archive_in_front_of_another_is_read_and_said():
    both = files.zipped({"a.html": b"<a>"}) + files.zipped({"b.html": b"<b>"})
    reading = archives.read(leaf(), both)
    assert sorted(each.name for each in reading.inside) == ["a.html", "b.html"]
    assert [each.flag for each in reading.flags] == ["ambiguous-zip"]


def test_a_member_with_two_names_is_read_and_said():
    made = files.zipped({"a.html": b"<a>"})
    at = made.index(b"PK\x01\x02")
    made = made[:at] + made[at:].replace(b"a.html", b"ab.png")
    reading = archives.read(leaf(), made)
    assert [(each.name, each.content) for each in reading.inside] == [("a.html", b"<a>")]
    assert [each.flag for each in reading.flags] == ["ambiguous-zip"]


def test_a_zip_is_one_whatever_kind_of_media_it_is_called():
    assert archives.accepts(leaf(kind="audio/mpeg"), files.zipped({"a.html": b"<a>"})[:100])
    assert not archives.accepts(leaf("a.mp3", kind="audio/mpeg"), b"ID3")
