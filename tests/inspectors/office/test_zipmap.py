"""The map of an archive, and the places where readers disagree."""

import io
import struct
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inspectors.office import zipmap

TWO = {"a.xml": "<a>" + "x" * 50, "b.xml": "<b/>"}


def numbers(content, fields):
    return [int.from_bytes(content[each.at : each.at + each.width], "little") for each in fields]


@pytest.mark.parametrize("write", ["streamed", "large", "packed"])
def test_every_number_is_found_where_it_stands(make, write):
    content = getattr(make, write)(TWO)
    archive = zipmap.read(content)
    assert archive.oddities == ()
    assert archive.obstacle == ""
    for member, info in zip(archive.members, zipfile.ZipFile(io.BytesIO(content)).infolist(), strict=True):
        assert (member.name, member.size, member.compressed) == (
            info.filename,
            info.file_size,
            info.compress_size,
        )
        assert member.exact
        assert set(numbers(content, member.crcs)) == {info.CRC}
        assert set(numbers(content, member.compresseds)) == {info.compress_size}
        assert set(numbers(content, member.sizes)) == {info.file_size}
        assert len(member.crcs) == 2
        assert numbers(content, [member.offset]) == [info.header_offset]
    assert numbers(content, archive.starts) == [archive.directory]


def test_a_comment_is_allowed(make):
    assert zipmap.read(make.packed(TWO, comment=b"PK is a format")).oddities == ()


def put(content, at, data):
    return content[:at] + data + content[at + len(data) :]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c: b"junk" + c, "in front"),
        (lambda c: c + b"junk", "behind"),
        (lambda c: put(c, 30, b"z"), "disagree"),
        (lambda c: put(c, 18, b"\x01"), "disagree"),
        (lambda c: put(c, c.rindex(b"b.xml"), b"A.XML"), "called"),
        (lambda c: put(c, c.rindex(b"PK\x05\x06") + 10, b"\x07"), "number of entries"),
    ],
)
def test_what_readers_may_see_differently_is_said(make, change, words):
    assert any(words in each for each in zipmap.read(change(make.packed(TWO))).oddities)


def without_first(content):
    """The directory no longer names the first member, which still stands there."""
    end = content.rindex(b"PK\x05\x06")
    (start,) = struct.unpack_from("<I", content, end + 16)
    second = content.index(b"PK\x01\x02", start + 4)
    record = content[end : end + 8] + struct.pack("<HHII", 1, 1, end - second, start) + b"\0\0"
    return content[:start] + content[second:end] + record


def test_members_the_directory_does_not_name_are_said(make):
    (odd,) = zipmap.read(without_first(make.packed(TWO))).oddities
    assert "does not name" in odd


def test_members_that_share_bytes_stand_against_a_change(make):
    content = make.packed(TWO)
    end = content.rindex(b"PK\x01\x02")
    assert "share" in zipmap.read(put(content, end + 42, bytes(4))).obstacle


def test_without_a_directory_the_members_are_found_from_the_front(make):
    content = make.packed(TWO)
    cut = content[: content.index(b"PK\x01\x02")]
    with pytest.raises(zipmap.ZipError):
        zipmap.read(cut)
    archive = zipmap.salvaged(cut)
    assert [each.name for each in archive.members] == ["a.xml", "b.xml"]
    assert archive.obstacle


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(junk=st.binary(max_size=200), at=st.integers(0, 400), data=st.binary(max_size=8))
def test_any_bytes_give_a_map_or_its_own_error(make, junk, at, data):
    for content in (
        junk,
        b"PK\x05\x06" + junk,
        put(make.large(TWO), at, data),
        put(make.packed(TWO), at, data),
    ):
        try:
            zipmap.read(content)
        except zipmap.ZipError:
            zipmap.salvaged(content)
