"""Pages that PDFium would draw for ever are told from those it draws at once."""

from __future__ import annotations

import pytest

from inspectors.pdf.brush import Brush
from inspectors.pdf.document import opened
from inspectors.pdf.walk import walk


def stream(data: bytes, more: bytes) -> bytes:
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (more, len(data), data)


TILE = b"/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 9 9]/XStep %b/YStep %b%b"
SHADE = b"/Shading<</S<</ShadingType 1/ColorSpace/DeviceGray/Function 9 0 R>>>>"
MASK = b"/ExtGState<</G<</SMask<</S/Alpha/G 9 0 R>>>>>>"
FORM = b"/Subtype/Form/BBox[0 0 9 9]"
LETTERS = b"/Font<</F<</Subtype/Type3/CharProcs<</a 9 0 R>>%b>>>>"

FINE = {
    "nothing": (b"", b"null"),
    "a picture": (b"/XObject<</X 9 0 R>>", stream(b"", b"/Subtype/Image")),
    "a form": (b"/XObject<</X 9 0 R>>", stream(b"f", FORM)),
    "a form with the page's own resources": (
        b"/XObject<</X 9 0 R>>",
        stream(b"f", FORM + b"/Resources 8 0 R"),
    ),
    "tiles": (b"/Pattern<</P 9 0 R>>", stream(b"f", TILE % (b"10", b"10", b""))),
    "a short function": (SHADE, stream(b"{ add }", b"/FunctionType 4")),
    "a mask": (MASK, stream(b"0 0 9 9 re f", FORM)),
    "bitmaps of letters": (LETTERS % b"", stream(b"1 0 d0", b"")),
    "a broken kind": (b"/XObject 5/Font(x)/Pattern[1 2]", b"null"),
}
SLOW = {
    "very small tiles": (b"/Pattern<</P 9 0 R>>", stream(b"f", TILE % (b".01", b".01", b""))),
    "tiles without a step": (b"/Pattern<</P 9 0 R>>", stream(b"f", TILE % (b"0", b"10", b""))),
    "tiles made small": (
        b"/Pattern<</P 9 0 R>>",
        stream(b"f", TILE % (b"10", b"10", b"/Matrix[.001 0 0 .001 0 0]")),
    ),
    "tiles with much in them": (
        b"/Pattern<</P 9 0 R>>",
        stream(b"0 0 1 1 re f " * 5_000, TILE % (b"10", b"10", b"")),
    ),
    "a long function": (SHADE, stream(b"{%b}" % (b"dup mul " * 100), b"/FunctionType 4")),
    "a mask with much in it": (MASK, stream(b"0 0 1 1 re f " * 5_000, FORM)),
    "letters that are drawings": (LETTERS % b"", stream(b"0 0 1 1 re f " * 5_000, b"")),
    "letters that draw forms": (
        LETTERS % b"/Resources<</XObject<</X 10 0 R>>>>",
        stream(b"/X Do", b""),
    ),
    "very many fonts": (b"/Font<<%b>>" % b"".join(b"/F%d<<>>" % n for n in range(999)), b"null"),
}


def taken(content: bytes) -> bool:
    pdf = opened(content, recover=False)  # whose objects are gone once it is
    return Brush().takes(walk(pdf).sheets[0][1])


def takes(pdfs, resources: bytes, other: bytes) -> bool:
    pdf = pdfs.document([], {8: b"<<%b>>" % resources, 9: other, 10: stream(b"f", FORM)})
    pdf.objects[3] = b"<</Type/Page/Parent 2 0 R/Resources 8 0 R>>"
    return taken(pdf.bytes())


@pytest.mark.parametrize("name", FINE)
def test_what_ordinary_pages_have_may_be_drawn(pdfs, name: str) -> None:
    assert takes(pdfs, *FINE[name])


@pytest.mark.parametrize("name", SLOW)
def test_what_takes_for_ever_is_not(pdfs, name: str) -> None:
    assert not takes(pdfs, *SLOW[name])


def test_forms_within_forms_are_looked_at_and_too_many_are_not_drawn(pdfs) -> None:
    def chain(depth: int) -> bool:
        more = {
            n: stream(b"/X Do", FORM + b"/Resources<</XObject<</X %d 0 R>>>>" % (n + 1))
            for n in range(20, 20 + depth)
        }
        pdf = pdfs.document([], more)
        pdf.objects[3] = b"<</Type/Page/Parent 2 0 R/Resources<</XObject<</X 20 0 R>>>>>>"
        return taken(pdf.bytes())

    assert chain(3)
    assert not chain(60)
