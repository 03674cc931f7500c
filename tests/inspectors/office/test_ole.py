"""Older binary formats: addresses in the open, and what cannot be read says so."""

import pytest

from inspectors import office
from inspectors.model import Edit
from inspectors.office.ole import MAGIC


def container(data: bytes) -> bytes:
    return MAGIC + bytes(504) + data


@pytest.mark.parametrize("codec", ["ascii", "utf-16-le"])
def test_addresses_are_found_in_both_encodings_each_once(make, codec):
    words = ('\x13 HYPERLINK "https://odd.example/a?x=1" \x14words\x15').encode(codec)
    (link,) = make.reading(container(b"\x01" + words * 2)).links
    assert (link.place, link.url) == ("office:ole", "https://odd.example/a?x=1")


def test_names_of_schemas_are_no_addresses(make):
    found = make.reading(container(b"http://schemas.openxmlformats.org/drawingml/2006/main\0"))
    assert found.links == ()
    assert [each.kind for each in found.skipped] == ["format"]


@pytest.mark.parametrize(
    "data",
    [
        "EncryptedPackage".encode("utf-16-le"),
        b"\xec\xa5\xc1\x00" + bytes(6) + b"\x00\x01" + bytes(20),
        b"\x09\x08\x04\x00abcd\x2f\x00\x06\x00",
    ],
)
def test_encrypted_files_say_so(make, data):
    assert [each.kind for each in make.reading(container(data)).skipped] == ["encrypted"]


def test_macros_are_flagged(make):
    assert [each.flag for each in make.reading(container("_VBA_PROJECT".encode("utf-16-le"))).flags] == [
        "office-macros"
    ]


def test_nothing_is_changed(make):
    content = container(b"https://odd.example/\0")
    made, refused = office.edit(
        make.LEAF, content, [Edit(each, make.NEW) for each in make.reading(content).links]
    )
    assert made == ()
    assert len(refused) == 1
