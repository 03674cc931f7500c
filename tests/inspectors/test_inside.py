"""Files inside the leaves of a message: their paths, order and bounds, and that they are never changed."""

import base64
import gzip
import io
import zipfile

import pikepdf
import pytest

from fixtures import files
from inspectors import gathering, limits, message, registry, splice
from inspectors.model import Edit, Inside, Leaf, Reading

PAGE = b"<a href='http://%s.example/'>go</a>"


def attached(data: bytes, kind: str = "application/zip", name: str = "a.zip", before: bytes = b"") -> bytes:
    """A mail with one text and one attachment."""
    head = f'Content-Type: {kind}; name="{name}"\r\nContent-Disposition: attachment\r\n'.encode()
    return (
        b"From: a@a.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\n\r\nhttp://text.example/\r\n" + before + b"--b\r\n" + head
        + b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(data) + b"--b--\r\n"
    )  # fmt: skip


def found(raw: bytes, **kwargs):
    inspection = message.inspect(raw, **kwargs)
    return [(link.leaf, link.host) for link in inspection.links], inspection


def test_what_lies_inside_is_listed_behind_its_leaf_depth_first_under_its_path():
    inner = files.zipped({"x.html": PAGE % b"inner"})
    outer = files.zipped({"a.html": PAGE % b"a", "in.zip": inner, "z.html": PAGE % b"z"})
    links, inspection = found(attached(outer))
    assert links == [
        ("1", "text.example"),
        ("2/a.html", "a.example"),
        ("2/in.zip/x.html", "inner.example"),
        ("2/z.html", "z.example"),
    ]
    assert inspection.skipped == ()


def names(*given: str) -> list[str]:
    leaf = Leaf("2", "application/zip", "", "binary", "", "", message.Span(0, 0), message.Span(0, 0))
    return [one.path for one, _ in gathering.within(leaf, [Inside(name, b"") for name in given])]


def test_names_that_recur_are_numbered_so_that_no_two_paths_are_equal():
    assert names("a", "a", "b", "a") == ["2/a", "2/a#2", "2/b", "2/a#3"]
    assert names("a", "a", "a#2", "a") == ["2/a", "2/a#2", "2/a#2#2", "2/a#3"]


def test_names_are_cut_and_cannot_disturb_a_terminal_but_the_ending_still_counts():
    assert names("x\x1b[31m\n\udcff\u202ey") == ["2/x\ufffd[31m\ufffd\ufffd\ufffdy"]
    links, _ = found(attached(files.zipped({"n" * 200 + ".html": PAGE % b"long"})))
    assert links[1:] == [("2/" + "n" * limits.INSIDE_NAME, "long.example")]


def test_files_inside_files_stop_at_a_depth_and_that_is_said():
    data = PAGE % b"deep"
    for level in range(limits.INSIDE_DEPTH + 1):
        data = files.zipped({f"{level}.zip" if level else "x.html": data})
    links, inspection = found(attached(data))
    assert links == [("1", "text.example")]
    (skipped,) = inspection.skipped
    assert (skipped.leaf, skipped.kind) == ("2/4.zip/3.zip/2.zip/1.zip/x.html", "limit")


def test_as_deep_as_the_limit_is_read():
    data = PAGE % b"deep"
    for level in range(limits.INSIDE_DEPTH):
        data = files.zipped({f"{level}.zip" if level else "x.html": data})
    assert ("2/3.zip/2.zip/1.zip/x.html", "deep.example") in found(attached(data))[0]


def test_files_over_the_number_are_left_with_a_reason_and_later_parts_are_still_read():
    many = files.zipped({f"{n}.html": PAGE % b"m" for n in range(limits.INSIDE_FILES + 5)})
    late = b"--b\r\nContent-Type: text/html\r\n\r\n" + PAGE % b"late" + b"\r\n"
    raw = attached(many).replace(b"--b--", late + b"--b--")
    links, inspection = found(raw)
    assert len(links) == limits.INSIDE_FILES + 2
    assert links[-1] == ("3", "late.example")
    assert [each.kind for each in inspection.skipped] == ["limit"]


def test_bytes_of_files_inside_are_bounded_together(monkeypatch):
    monkeypatch.setattr(limits, "INSIDE_BYTES", 1000)
    links, inspection = found(
        attached(files.zipped({"a.html": PAGE % b"a" + b" " * 900, "b.html": PAGE % b"b" + b" " * 900}))
    )
    assert [leaf for leaf, _ in links] == ["1", "2/a.html"]
    assert [(each.leaf, each.kind) for each in inspection.skipped] == [("2/b.html", "limit")]


def test_only_one_file_of_each_depth_is_unpacked_at_a_time(monkeypatch):
    """Ten archives beside each other must not all be unpacked before the first is read."""
    order = []
    real = registry.archives.read

    def noting(leaf: Leaf, content: bytes) -> Reading:
        order.append(leaf.path)
        return real(leaf, content)

    def page(leaf: Leaf, content: bytes) -> Reading:
        order.append(leaf.path)
        return Reading()

    by_name = {"archive": noting, "html": page}
    changed = tuple(
        registry.Inspector(each.name, each.accepts, by_name.get(each.name, each.read), each.edit, each.heavy)
        for each in registry.INSPECTORS
    )
    monkeypatch.setattr(registry, "INSPECTORS", changed)
    inner = files.zipped({"x.html": b"x"})
    message.inspect(attached(files.zipped({"a.zip": inner, "b.zip": inner})))
    assert order == ["2", "2/a.zip", "2/a.zip/x.html", "2/b.zip", "2/b.zip/x.html"]


def test_links_inside_files_are_refused_with_the_reason():
    raw = attached(files.zipped({"a.html": PAGE % b"a"}))
    _, inspection = found(raw)
    made = message.rewrite(inspection, [Edit(link, ("https://c.example/x",)) for link in inspection.links])
    assert [edit.link.host for edit in made.done] == ["text.example"]
    assert [words for _, words in made.refused] == ["the link stands in a file inside another one"]
    out = splice.apply(raw, made.patches)
    assert message.compare(inspection, message.inspect(out), made.done) == ()


def test_a_path_inside_can_be_left_unread_with_its_reason():
    raw = attached(files.zipped({"a.html": PAGE % b"a", "b.html": PAGE % b"b"}))
    links, inspection = found(raw, unread=(("2/a.html", "it was too much"),))
    assert [leaf for leaf, _ in links] == ["1", "2/b.html"]
    assert [(each.leaf, each.reason) for each in inspection.skipped] == [("2/a.html", "it was too much")]


def test_what_holds_files_is_read_in_a_process_of_its_own():
    assert message.heavy_leaves(attached(files.zipped({}))) == ("2",)
    assert message.heavy_leaves(attached(gzip.compress(b"x"), "application/octet-stream", "x.bin")) == ("2",)


def test_a_calendar_is_light_until_a_file_is_attached_inside():
    plain = files.calendar("URL:http://a.example/")
    holding = files.calendar("ATTACH;ENCODING=BASE64;VALUE=BINARY:" + base64.b64encode(b"%PDF-1.4").decode())
    assert "2" not in message.heavy_leaves(attached(plain, "text/calendar", "i.ics"))
    assert "2" in message.heavy_leaves(attached(holding, "text/calendar", "i.ics"))


def test_a_text_with_a_uuencoded_file_is_heavy_and_the_file_is_read():
    raw = b"From: a@a.example\r\n\r\nhere\n" + files.uuencoded("p.html", PAGE % b"uu") + b"bye\n"
    assert "1" in message.heavy_leaves(raw)
    assert ("1/p.html", "uu.example") in found(raw)[0]


SIGNED = (
    b"-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\nhttp://in.example/\r\n"
    b"-----BEGIN PGP SIGNATURE-----\r\n\r\niQ\r\n-----END PGP SIGNATURE-----\r\n"
)


def test_a_link_under_an_inline_pgp_signature_is_read_and_refused_and_its_neighbour_is_changed():
    raw = b"From: a@a.example\r\n\r\n" + SIGNED + b"http://out.example/\r\n"
    _, inspection = found(raw)
    made = message.rewrite(inspection, [Edit(link, ("https://c.example/x",)) for link in inspection.links])
    assert [edit.link.host for edit in made.done] == ["out.example"]
    assert [(edit.link.host, words) for edit, words in made.refused] == [
        ("in.example", "the part is signed and is not changed")
    ]
    assert ("pgp-signed", "1") in [(flag.flag, flag.leaf) for flag in inspection.flags]


def test_the_first_line_of_a_signature_alone_does_not_shield_a_link():
    raw = b"From: a@a.example\r\n\r\n" + SIGNED.split(b"-----BEGIN PGP SIGNATURE")[0]
    _, inspection = found(raw)
    made = message.rewrite(inspection, [Edit(link, ("https://c.example/x",)) for link in inspection.links])
    assert len(made.done) == 1


def test_inline_pgp_that_is_encrypted_is_said_to_be():
    raw = b"From: a@a.example\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nhQ\r\n-----END PGP MESSAGE-----\r\n"
    _, inspection = found(raw)
    assert [(each.leaf, each.kind) for each in inspection.skipped] == [("1", "encrypted")]
    assert "encrypted" in [flag.flag for flag in inspection.flags]


def test_links_in_opaque_smime_are_refused_because_it_is_signed():
    raw = attached(files.smime_signed(files.MAIL), "application/pkcs7-mime", "smime.p7m")
    links, inspection = found(raw)
    assert links[1:] == [("2/1", "inner.example"), ("2/2", "inner.example")]
    made = message.rewrite(inspection, [Edit(inspection.links[1], ("https://c.example/x",))])
    assert [words for _, words in made.refused] == ["the part is signed and is not changed"]


@pytest.mark.parametrize(
    ("kind", "name"),
    [("text/plain", "x.ics"), ("text/plain", "x.vcf"), ("text/html", "x.svg"), ("text/plain", "x.url")],
)
def test_a_file_name_does_not_turn_a_body_into_a_format_that_is_only_listed(kind, name):
    raw = f"From: a@a.example\r\nContent-Type: {kind}; name={name}\r\n\r\nhttp://a.example/ x\r\n".encode()
    _, inspection = found(raw)
    made = message.rewrite(inspection, [Edit(inspection.links[0], ("https://c.example/x",))])
    assert len(made.done) == 1


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html", b"<!-- %PDF-1.4 --><a href='http://hidden.test/'>x</a>"),
        ("text/html", b"%PDF-1.4 <a href='http://hidden.test/'>x</a>"),
        ("text/plain", b"%PDF-1.4 see http://hidden.test/"),
        ("application/octet-stream; name=a.html", b"<!-- %PDF-1.4 --><a href='http://hidden.test/'>x</a>"),
    ],
)
def test_a_word_does_not_make_a_pdf_of_a_page(kind: str, body: bytes) -> None:
    read = message.inspect(b"From: a@b.test\r\nContent-Type: " + kind.encode() + b"\r\n\r\n" + body)
    assert [link.host for link in read.links] == ["hidden.test"]
    assert read.skipped == ()


def test_a_page_that_is_a_pdf_as_well_is_read_as_both() -> None:
    made = pikepdf.new()
    made.add_blank_page()
    made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("http://pdf.test/"))
    plain = io.BytesIO()
    made.save(plain, qdf=True)
    page = b"<a href='http://page.test/'>x</a>\n"
    raw = b"From: a@b.test\r\nContent-Type: text/html\r\n\r\n" + page + plain.getvalue()
    read = message.inspect(raw)
    assert "page.test" in {link.host for link in read.links if link.leaf == "1"}
    assert {link.host for link in read.links if link.leaf == "1/as.pdf"} == {"pdf.test"}
    assert "1" in message.heavy_leaves(raw)


def test_an_archive_that_begins_with_a_pdf_stays_an_archive() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a.pdf", b"%PDF-1.4\nno more")
        archive.writestr("b.html", b"<a href='http://hidden.test/'>x</a>")
    head = b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    read = message.inspect(head + base64.encodebytes(made.getvalue()))
    assert [(link.leaf, link.host) for link in read.links] == [("1/b.html", "hidden.test")]
