"""Public suffixes from the list's snapshot."""

import pytest
import tldextract

from inspectors import suffixes


@pytest.mark.parametrize("name", ["com", "COM", "co.uk", "ly", "рф", "xn--p1ai", "co.in"])
def test_real_suffixes_are_known(name):
    assert suffixes.is_suffix(name)


@pytest.mark.parametrize(
    "name", ["example", "invalid", "orig", "txt", "", "example.com", "github.io", "xn--", "xn--a"]
)
def test_other_names_and_private_suffixes_are_not(name):
    assert not suffixes.is_suffix(name)


def test_the_snapshot_is_read_as_the_library_reads_it():
    listed = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None).tlds
    theirs = {name for name in listed if name[0] not in "*!"}
    assert {name for name in suffixes.known() if not name.startswith("xn--")} == {
        name for name in theirs if not name.startswith("xn--")
    }
