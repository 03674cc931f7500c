"""Members inflated under bounds."""

import zlib

import pytest

from inspectors.office.members import Contents, MemberError, inflated
from inspectors.office.zipmap import read
from inspectors.office.zipmodel import Archive, Member


def member(data, method=8, encrypted=False):
    return Member("a.xml", method, encrypted, 0, len(data), 0, 0, 0)


DATA = b"<a>" + b"words " * 1000
STREAM = zlib.compress(DATA, wbits=-15)


@pytest.mark.parametrize(("method", "stream"), [(8, STREAM), (0, DATA)])
def test_content_up_to_the_bound_is_given_and_beyond_it_cut(method, stream):
    assert inflated(stream, member(stream, method), len(DATA)) == DATA
    with pytest.raises(MemberError) as caught:
        inflated(stream, member(stream, method), 100)
    assert (caught.value.kind, caught.value.beginning) == ("limit", DATA[:100])


def test_what_stands_in_front_of_damage_is_given():
    content = b"".join(bytes([n % 251]) * (n % 7) for n in range(9000))
    stream = zlib.compress(content, wbits=-15)
    broken = stream[: len(stream) - 500] + b"\xff" * 500
    with pytest.raises(MemberError) as caught:
        inflated(broken, member(broken), 100_000)
    assert caught.value.kind == "broken"
    assert content.startswith(caught.value.beginning[:1000])


@pytest.mark.parametrize(
    ("one", "kind"), [(member(STREAM, 12), "format"), (member(STREAM, 8, True), "encrypted")]
)
def test_what_cannot_be_unpacked_says_why(one, kind):
    with pytest.raises(MemberError) as caught:
        Contents(STREAM, Archive((one,), 0, ())).of(one)
    assert caught.value.kind == kind


def test_all_members_together_are_bounded(make):
    content = make.packed({"a.xml": "x" * 100, "b.xml": "y" * 100})
    archive = read(content)
    contents = Contents(content, archive, left=150)
    assert contents.of(archive.members[0]) == b"x" * 100
    with pytest.raises(MemberError) as caught:
        contents.of(archive.members[1])
    assert caught.value.beginning == b"y" * 50
    with pytest.raises(MemberError):
        contents.of(archive.members[0])
