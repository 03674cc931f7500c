"""Documents in messages: lines keep their form, and a document is changed whole or not at all."""

import base64

import pytest

from inspectors import message, splice
from inspectors.model import Edit


def mail(content, encoding="base64", width=76, eol=b"\r\n"):
    if encoding == "base64":
        letters = base64.b64encode(content)
        body = eol.join(letters[at : at + width] for at in range(0, len(letters), width))
    elif encoding == "quoted-printable":
        codes = "".join(f"={byte:02X}" for byte in content).encode()
        body = (b"=" + eol).join(codes[at : at + 72] for at in range(0, len(codes), 72))
    else:
        body = content
    head = (
        'From: a@office.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="x"\n\n'
        "--x\n\nSee.\n--x\n"
        "Content-Type: application/vnd.openxmlformats-officedocument.wordprocessingml.document\n"
        f"Content-Transfer-Encoding: {encoding}\nContent-Disposition: attachment; filename=a.docx\n\n"
    )
    return head.encode().replace(b"\n", eol) + body + eol + b"--x--" + eol


def rewritten(make, raw):
    before = message.inspect(raw)
    wanted = [each for each in before.links if each.place == "office:hyperlink"][1:]
    result = message.rewrite(before, [Edit(each, make.NEW) for each in wanted])
    out = splice.apply(raw, result.patches)
    assert message.compare(before, message.inspect(out), result.done) == ()
    undone = splice.undo(out, [(p.span.start, p.span.of(raw), p.data) for p in result.patches])
    assert undone == raw
    return result, out


@pytest.mark.parametrize("eol", [b"\r\n", b"\n"])
@pytest.mark.parametrize("width", [76, 60, 72, 19, 100_000])
def test_in_base64_only_quanta_of_changed_bytes_change(make, width, eol):
    raw = mail(make.three_links(), width=width, eol=eol)
    result, _ = rewritten(make, raw)
    assert len(result.done) == 2
    assert len(result.patches) == 2
    changed = sum(len(each.span) for each in result.patches)
    assert changed < len(raw) / 2


@pytest.mark.parametrize("encoding", ["binary", "quoted-printable"])
def test_other_encodings_take_the_change_too(make, encoding):
    result, _ = rewritten(make, mail(make.three_links(), encoding))
    assert len(result.done) == 2


def test_where_one_half_cannot_be_written_neither_is(make):
    content = make.three_links()
    before = message.inspect(mail(content, "8bit"))
    wanted = [each for each in before.links if each.place == "office:hyperlink"]
    result = message.rewrite(before, [Edit(each, make.NEW) for each in wanted])
    assert (result.patches, result.done) == ((), ())
    assert len(result.refused) == len(wanted)


def test_equal_length_keeps_every_line(make):
    raw = mail(make.loosely_packed(), width=64)
    before = message.inspect(raw)
    result = message.rewrite(before, [Edit(before.links[0], make.NEW)])
    out = splice.apply(raw, result.patches)
    assert len(out) == len(raw)
    assert [len(line) for line in out.split(b"\n")] == [len(line) for line in raw.split(b"\n")]
