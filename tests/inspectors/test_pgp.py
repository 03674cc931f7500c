"""PGP in texts and as files."""

from inspectors import message, pgp
from inspectors.model import Edit, Leaf, Span

BEGIN, SIGNATURE = b"-----BEGIN PGP SIGNED MESSAGE-----\n", b"-----BEGIN PGP SIGNATURE-----\n"
END = b"-----END PGP SIGNATURE-----"


def leaf(kind: str = "text/plain", name: str = "") -> Leaf:
    return Leaf("2", kind, "", "7bit", name, "attachment", Span(0, 0), Span(0, 0))


def test_each_signed_text_is_found_with_its_signature():
    one = BEGIN + b"text\n" + SIGNATURE + b"iQ\n" + END
    content = b"before\n" + one + b"\nbetween\n" + one + b"\nafter"
    assert [span.of(content) for span in pgp.signed(content)] == [one, one]


def test_quoted_signed_text_is_signed_no_more():
    content = b"> " + BEGIN + b"> text\n> " + SIGNATURE + b"> " + END
    assert pgp.signed(content) == ()


def test_marks_in_a_page_do_not_keep_us_from_its_links():
    page = b"<!--\n" + BEGIN + b"-->\n<a href='http://in.example/'>x</a><!--\n" + SIGNATURE + END + b"-->"
    found = message.inspect(b"From: a@a.example\r\nContent-Type: text/html\r\n\r\n" + page)
    made = message.rewrite(found, [Edit(link, ("https://c.example/x",)) for link in found.links])
    assert [edit.link.host for edit in made.done] == ["in.example"]
    assert "pgp-signed" not in [flag.flag for flag in found.flags]


def test_a_beginning_without_its_signature_and_end_is_none():
    assert pgp.signed(BEGIN + b"text\n") == ()
    assert pgp.signed(BEGIN + b"text\n" + SIGNATURE) == ()
    assert pgp.signed(SIGNATURE + END) == ()
    assert pgp.signed(b"text " + BEGIN + SIGNATURE + END) == ()


def test_encrypted_files_are_said_to_be():
    armour = b"-----BEGIN PGP MESSAGE-----\n"
    for kind, name, content in (
        ("application/octet-stream", "a.asc", armour),
        ("application/octet-stream", "a.docx.gpg", b"\x85\x01"),
        ("application/pgp", "", armour),
    ):
        assert pgp.accepts(leaf(kind, name), content)
        assert [each.kind for each in pgp.read(leaf(kind, name), content).skipped] == ["encrypted"]


def test_the_version_part_of_encrypted_mail_holds_nothing():
    assert pgp.read(leaf("application/pgp-encrypted"), b"Version: 1\r\n").skipped == ()
