from __future__ import annotations

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspectors.pdf import boxes
from inspectors.pdf.document import opened
from inspectors.pdf.walk import walk

SIDE = st.floats(-1000, 1000)


def annotation(text: str) -> pikepdf.Object:
    return pikepdf.Object.parse(text.encode())


@pytest.mark.parametrize(
    ("rect", "expected"),
    [
        ("[1 2 3 4]", (1, 2, 3, 4)),
        ("[3 4 1 2]", (1, 2, 3, 4)),
        ("[-1.5 2 3 -4]", (-1.5, -4, 3, 2)),
        ("[1 2 3]", None),
        ("[1 2 3 (x)]", None),
        ("(none)", None),
    ],
)
def test_a_rectangle_has_its_corners_in_order_or_is_none(rect: str, expected: object) -> None:
    assert boxes.rectangle(annotation(f"<</Rect{rect}>>")) == expected


@pytest.mark.parametrize(
    ("quads", "count"),
    [
        ("[1 9 5 9 1 6 5 6 1 5 9 5 1 2 9 2]", 2),
        ("[1 9 5 9 1 6 5 6]", 1),
        ("[1 9 5]", 0),
        ("[]", 0),
        ("(x)", 0),
        ("[1 9 5 9 1 6 5(x)]", 0),
    ],
)
def test_lines_are_those_marked_or_the_rectangle(quads: str, count: int) -> None:
    whole = (0.0, 0.0, 10.0, 10.0)
    lines = boxes.lines(annotation(f"<</QuadPoints{quads}>>"), whole)
    assert lines == (whole,) if not count else (len(lines), lines[0]) == (count, (1, 6, 5, 9))


def test_lines_outside_of_the_rectangle_do_not_count() -> None:
    far = annotation("<</QuadPoints[1 99 5 99 1 60 5 60]>>")
    assert boxes.lines(far, (0.0, 0.0, 10.0, 10.0)) == ((0.0, 0.0, 10.0, 10.0),)


@given(st.lists(st.tuples(SIDE, SIDE, SIDE, SIDE), min_size=1, max_size=9))
def test_the_box_around_boxes_has_all_of_them_in_it(several: list[boxes.Box]) -> None:
    left, bottom, right, top = boxes.around(several)
    assert all(left <= box[0] and bottom <= box[1] and right >= box[2] and top >= box[3] for box in several)
    assert {left, bottom, right, top} <= {side for box in several for side in box}


def test_links_have_the_rectangle_of_the_annotation_around_them(pdfs) -> None:
    deep = b"<</Rect[1 2 3 4]/A<</S/GoTo/Next<</S/URI/URI(https://x.example/)>>>>>>"
    own = b"<</Rect[5 6 7 8]/A 9 0 R>>"
    content = pdfs.document([deep, own], {9: b"<</S/URI/URI(https://y.example/)>>"}).bytes()
    pdf = opened(content, recover=False)
    assert boxes.boxes(walk(pdf)) == {0: (1, 2, 3, 4), 1: (5, 6, 7, 8)}
