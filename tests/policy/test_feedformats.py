import bz2
import contextlib
import gzip
import io
import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy import feedformats
from policy.feedformats import FeedError, read, unpacked


def _zip(*files: tuple[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return made.getvalue()


@pytest.mark.parametrize(
    ("format", "data", "lines"),
    [
        (
            "domains",
            b"# a list\nOdd.TEST\n*.wild.test\n\n||ad.test^\nodd.test\n",
            ("odd.test", "wild.test", "ad.test"),
        ),
        ("hosts", b"127.0.0.1 localhost\n0.0.0.0 a.test b.test # both\n! note\n", ("a.test", "b.test")),
        (
            "openphish",
            b"https://odd.test/a#b\r\nhttp://odd.test/\r\n",
            ("https://odd.test/a#b", "http://odd.test/"),
        ),
        (
            "urlhaus",
            b'# head\n"1","2025","http://odd.test/x","online","malware",""\n',
            ("http://odd.test/x",),
        ),
        ("urlhaus", b"# text form\nhttp://odd.test/x,y\n", ("http://odd.test/x,y",)),
        ("phishtank", b'phish_id,url,more\n1,"https://odd.test/a,b",x\n', ("https://odd.test/a,b",)),
        ("phishtank", json.dumps([{"url": "https://odd.test/"}]).encode(), ("https://odd.test/",)),
        ("tranco", b"1,big.test\r\n2,second.test\r\n", ("1,big.test", "2,second.test")),
        ("umbrella", _zip(("top-1m.csv", b"1,com\n2,www.big.test\n")), ("1,com", "2,www.big.test")),
    ],
)
def test_each_format_is_read(format: str, data: bytes, lines: tuple[str, ...]) -> None:
    assert read(data, format).lines == lines


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lambda data: _zip(("x", data))])
def test_packed_lists_are_unpacked_and_truncated_ones_refused(pack: object) -> None:
    data = b"".join(b"host%d.test\n" % number for number in range(500))
    packed = pack(data)  # type: ignore[operator]  # one of several packers
    assert unpacked(packed) == data
    for part in (packed[: len(packed) // 2], packed[:-1], packed[:12]):
        with pytest.raises(FeedError):
            read(part, "domains")


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feedformats, "LARGEST", 100_000)
    for packed in (gzip.compress(b"0" * 200_000), bz2.compress(b"0" * 200_000), _zip(("x", b"0" * 200_000))):
        with pytest.raises(FeedError, match="larger"):
            unpacked(packed)


def test_gzip_in_several_members_is_one_list() -> None:
    assert unpacked(gzip.compress(b"a.test\n") + gzip.compress(b"b.test\n")) == b"a.test\nb.test\n"


@pytest.mark.parametrize(
    ("format", "data"),
    [
        ("domains", b""),
        ("domains", b"# nothing\n"),
        ("domains", b"<!DOCTYPE html><html>Sorry</html>"),
        ("domains", b"com\nco.uk\ngithub.io\n"),
        ("domains", b"10.0.0.1\n192.168.0.1\n"),
        ("domains", b"Your quota is used up, please try again later\n"),
        ("domains", b"https://odd.test/x\n" * 10),
        ("urls", b"odd.test\nother.test\n"),
        ("urls", b"javascript:alert(1)\n"),
        ("urls", b"http://localhost/\nhttp://10.0.0.1/x\n"),
        ("urlhaus", b"id;url\n1;x\n"),
        ("phishtank", b"id,address\n1,https://odd.test/\n"),
        ("phishtank", b'{"error": "limit"}'),
        ("phishtank", b"[" * 50_000),
        ("tranco", b"big.test\nsecond.test\n"),
        ("tranco", b"3,a.test\n2,b.test\n1,c.test\n"),
        ("tranco", _zip(("a", b"1,a.test\n"), ("b", b"1,b.test\n"))),
        ("umbrella", bytes(range(256)) * 20),
    ],
)
def test_what_is_not_in_the_format_is_refused_whole(format: str, data: bytes) -> None:
    with pytest.raises(FeedError):
        read(data, format)


def test_a_few_bad_lines_are_left_out_and_counted_and_more_are_a_new_format() -> None:
    good = [b"host%d.test" % number for number in range(97)]
    content = read(b"\n".join([*good, b"com", b"a b c", b"%%%"]), "domains")
    assert len(content.lines) >= 97 and 0 < content.bad <= 5 and "com" not in content.lines
    with pytest.raises(FeedError, match="has it changed"):
        read(b"\n".join([*good, *[b"com"] * 20]), "domains")


@given(st.sampled_from(sorted(feedformats._READERS)), st.binary(max_size=300))
def test_no_bytes_raise_anything_else(format: str, data: bytes) -> None:
    with contextlib.suppress(FeedError):
        assert read(data, format).lines
