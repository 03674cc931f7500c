"""Changed documents: only the addresses, the members that hold them and the numbers that speak of those."""

import io
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inspectors import office
from inspectors.model import Edit


def members(content):
    """Every member's content, after Python's own check of the archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {info.filename: archive.read(info) for info in archive.infolist()}


def raw_data(content):
    """Every member's bytes from its local header to the next, by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        infos = sorted(archive.infolist(), key=lambda info: info.header_offset)
        ends = [info.header_offset for info in infos[1:]] + [archive.start_dir]
    return {info.filename: content[info.header_offset : end] for info, end in zip(infos, ends, strict=True)}


def hyperlinks(make, content):
    return [each for each in make.reading(content).links if each.place == "office:hyperlink"]


def check(make, content, wanted):
    """Change these links, and see that nothing else changed."""
    out, refused = make.changed(content, wanted)
    assert refused == []
    before, after = make.reading(content), make.reading(out)
    assert [(each.place, each.shown) for each in before.links] == [
        (each.place, each.shown) for each in after.links
    ]
    for old, new in zip(before.links, after.links, strict=True):
        assert (new.url in make.NEW) if old in wanted else (new.url, new.written) == (old.url, old.written)
    assert (after.flags, after.skipped) == (before.flags, before.skipped)
    return out


@pytest.mark.parametrize("write", ["packed", "streamed", "large"])
@pytest.mark.parametrize("chosen", [(0,), (1,), (2,), (0, 2), (0, 1, 2)])
def test_only_the_member_with_the_address_changes(make, write, chosen):
    parts = members(make.three_links())
    content = getattr(make, write)({name: data.decode() for name, data in parts.items()})
    links = hyperlinks(make, content)
    out = check(make, content, [links[n] for n in chosen])
    found = members(out)
    name = "word/_rels/document.xml.rels"
    assert {n: d for n, d in found.items() if n != name} == {n: d for n, d in parts.items() if n != name}
    expected = parts[name]
    for n in chosen:
        expected = expected.replace(links[n].written.replace("&", "&amp;").encode(), make.NEW[0].encode())
    assert found[name] == expected
    others = {n: d for n, d in raw_data(content).items() if n != name}
    assert {n: d for n, d in raw_data(out).items() if n != name} == others


def test_nothing_moves_where_the_old_length_can_be_kept(make):
    content = make.loosely_packed()
    out = check(make, content, hyperlinks(make, content)[:1])
    assert len(out) == len(content)
    same = sum(left == right for left, right in zip(content, out, strict=True))
    data = raw_data(content)["word/_rels/document.xml.rels"]
    assert len(content) - same <= len(data) + 12  # its data, and CRC-32 and size in the directory


def test_a_document_grows_by_a_multiple_of_three(make):
    content = make.three_links(level=9)
    grown = len(check(make, content, hyperlinks(make, content))) - len(content)
    assert grown > 0
    assert grown % 3 == 0


def test_stored_members_take_a_spelling_of_fitting_length(make):
    content = make.three_links(method=zipfile.ZIP_STORED)
    out = check(make, content, hyperlinks(make, content)[1:2])
    assert (len(out) - len(content)) % 3 == 0


def test_an_address_split_over_runs_is_written_into_the_first(make):
    body = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>HYPERLINK "https://odd.</w:instrText></w:r>'
        "<w:r><w:instrText>exam</w:instrText></w:r>"
        '<w:r><w:instrText>ple/?a&amp;b" \\o "tip"</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    content = make.docx(body)
    out = check(make, content, hyperlinks(make, content))
    expected = body.replace("https://odd.", make.NEW[0]).replace(">exam<", "><").replace("ple/?a&amp;b", "")
    assert expected in members(out)["word/document.xml"].decode()


def test_addresses_in_formulas_are_changed(make):
    sheet = '<s><f>HYPERLINK("https://odd.exam"&amp;"ple/?a&amp;b","w")</f></s>'
    content = make.docx(extra={"xl/worksheets/sheet1.xml": sheet})
    out = check(make, content, hyperlinks(make, content))
    assert (
        members(out)["xl/worksheets/sheet1.xml"].decode() == f'<s><f>HYPERLINK("{make.NEW[0]}","w")</f></s>'
    )


@pytest.mark.parametrize("codec", ["utf-16", "iso-8859-1", "utf-8-sig"])
def test_members_in_other_encodings_keep_theirs(make, codec):
    name = "word/_rels/document.xml.rels"
    text = make.relationships(("rId1", "hyperlink", "https://odd.example/\u00e9"))
    text = text.replace("UTF-8", codec.removesuffix("-sig"))
    content = make.docx(extra={name: text.encode(codec)})
    out = check(make, content, hyperlinks(make, content))
    assert members(out)[name] == text.replace("https://odd.example/\u00e9", make.NEW[0]).encode(codec)


def test_opendocument_keeps_its_first_member(make):
    content = make.odt('<text:a xlink:href="https://odd.example/">w</text:a>')
    out = check(make, content, hyperlinks(make, content))
    assert out[:77] == content[:77]


def test_a_new_address_is_escaped(make):
    content = make.three_links()
    link = hyperlinks(make, content)[0]
    out, _ = make.changed(content, [link], ("https://c.example/?a=1&b=\"'<>",))
    assert hyperlinks(make, out)[0].written == "https://c.example/?a=1&b=\"'<>"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (lambda make: make.three_links(extra={"_xmlsignatures/sig1.xml": "<s/>"}), "signed"),
        (lambda make: b"junk" + make.three_links(), "in front"),
        (lambda make: make.three_links().replace(b"word/_rels/d", b"word/_rels/e", 1), "two things"),
        (lambda make: make.three_links()[: make.three_links().index(b"PK\x01\x02")], "no directory"),
        (lambda make: make.docx("<w:t>https://odd.example/</w:t>"), "running text"),
        (lambda make: make.docx('<f>HYPERLINK("https://odd.example/"&amp;A1)</f>'), "put together"),
    ],
)
def test_what_cannot_be_changed_safely_is_refused(make, content, reason):
    content = content(make)
    links = make.reading(content).links
    assert links
    out, refused = make.changed(content, links[:1])
    assert out == content
    (words,) = refused
    assert reason in words


def test_a_link_of_another_document_is_refused(make):
    link = hyperlinks(make, make.docx("", [("rId1", "hyperlink", "https://other.example/")]))[0]
    assert make.changed(make.three_links(), [link])[1] == ["the link is not found there again"]


def test_all_replacements_carry_all_edits(make):
    content = make.three_links()
    edits = [Edit(each, make.NEW) for each in hyperlinks(make, content)]
    made, _ = office.edit(make.LEAF, content, edits)
    assert len(made) == 2
    assert all(set(each.edits) == set(edits) for each in made)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    paths=st.lists(st.text("abc/?=&;%", max_size=60), min_size=1, max_size=6),
    chosen=st.sets(st.integers(0, 5), min_size=1),
    level=st.integers(1, 9),
    method=st.sampled_from([zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED]),
    comment=st.binary(max_size=20),
    other=st.binary(max_size=300),
)
def test_any_links_of_any_document_are_changed_and_no_others(
    make, paths, chosen, level, method, comment, other
):
    rows = [
        (f"rId{n}", "hyperlink", f"https://h{n}.example/{path}".replace("&", "&amp;"))
        for n, path in enumerate(paths)
    ]
    content = make.docx(
        "",
        rows,
        level=level,
        method=method,
        comment=comment.replace(b"PK", b""),
        extra={"word/media/a.emf": other},
    )
    links = hyperlinks(make, content)
    wanted = [links[n] for n in chosen if n < len(links)]
    out = check(make, content, wanted)
    assert members(out)["word/media/a.emf"] == other
