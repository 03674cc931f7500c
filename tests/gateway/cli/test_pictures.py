"""``--picture DIR`` of ``links`` and ``scan``: files a person finds, in colours that mean something."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from gateway.cli import pictures
from inspectors.model import Link

Run = Callable[..., Any]
SAMPLE = Path(__file__).parents[3] / "fixtures" / "sample" / "now"
PDF = b"""%PDF-1.4
1 0 obj
<</Type/Catalog/Pages 2 0 R>>
endobj
2 0 obj
<</Type/Pages/Kids[3 0 R]/Count 1>>
endobj
3 0 obj
<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Annots[
<</Subtype/Link/Rect[20 40 60 60]/A<</S/URI/URI(https://odd.example/a)>>>>
<</Subtype/Link/Rect[100 40 160 60]/A<</S/Launch/F(https://odd.example/b)>>>>]>>
endobj
trailer
<</Root 1 0 R/Size 4>>
"""


def colours(path: str | Path) -> set[Any]:
    with Image.open(path) as image:
        return {colour for _, colour in image.convert("RGB").getcolors(10_000_000) or ()}


def test_links_draws_each_page_with_a_colour_for_each_kind_of_place(oddlink: Run, tmp_path: Path) -> None:
    (tmp_path / "in.pdf").write_bytes(PDF)
    ran = oddlink("links", "--picture", "made/here", "in.pdf")
    assert (ran.code, ran.err) == (0, "")
    path = tmp_path / "made" / "here" / "in-page-1.png"
    text = ran.out.decode()
    assert "drawn: made/here/in-page-1.png" in text
    assert "blue pdf:annotation" in text and "orange all others" in text
    assert {pictures._BLUE, pictures._ORANGE} <= colours(path)
    with Image.open(path) as image:
        assert image.size == (400, 200)
        red, _, blue = image.convert("RGB").getpixel((80, 100))
        assert blue > red, "the first link's box is blue"
        red, _, blue = image.convert("RGB").getpixel((260, 100))
        assert red > blue, "the second link's box is orange"


def test_json_names_the_pictures_and_stays_one_object_a_line(oddlink: Run, tmp_path: Path) -> None:
    (tmp_path / "in.pdf").write_bytes(PDF)
    (found,) = oddlink("links", "--json", "--picture", "out", "in.pdf").objects
    assert found["pictures"] == ["out/in-page-1.png"]
    assert found["links"][0]["box"] == [20, 40, 60, 60]
    assert "pictures" not in oddlink("links", "--json", "in.pdf").objects[0]


def test_scan_draws_verdicts(oddlink: Run, tmp_path: Path) -> None:
    (tmp_path / "in.pdf").write_bytes(PDF)
    (tmp_path / "p.toml").write_text('[[block]]\ndomain = "odd.example"\nwhy = "x"\n')
    for policy, expected in ((("--policy", "p.toml"), pictures._RED), ((), pictures._GREEN)):
        (found,) = oddlink("scan", "--json", *policy, "--picture", "out", "in.pdf").objects
        assert expected in colours(tmp_path / found["pictures"][0])


def test_the_pages_of_pdfs_in_messages_are_drawn_under_their_path(oddlink: Run, tmp_path: Path) -> None:
    ran = oddlink("links", "--json", "--picture", "out", str(SAMPLE / "odd-link.eml"))
    assert ran.objects[0]["pictures"] == [f"out/odd-link-2-page-{number}.png" for number in (1, 2)]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "odd-link-2-page-1.png",
        "odd-link-2-page-2.png",
    ]


def test_files_of_one_name_do_not_overwrite_each_other(oddlink: Run, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "in.pdf").write_bytes(PDF)
    found = oddlink("links", "--json", "--picture", "out", "a/in.pdf", "b/in.pdf", "-", stdin=PDF).objects
    assert [each["pictures"] for each in found] == [
        ["out/in-page-1.png"],
        ["out/in-2-page-1.png"],
        ["out/stdin-page-1.png"],
    ]


def test_what_has_no_page_is_said_and_the_rest_is_printed(oddlink: Run, tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(b"Subject: x\r\n\r\nhttps://a.example/\r\n")
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7\nnothing")
    (tmp_path / "c.pdf").write_bytes(PDF)
    ran = oddlink("links", "--json", "--picture", "out", "a.eml", "b.pdf", "c.pdf")
    assert ran.code == 0
    assert [len(found["pictures"]) for found in ran.objects] == [0, 0, 1]
    assert ran.err.splitlines() == [
        "oddlink: a.eml: there is no PDF in it, so no page is drawn",
        "oddlink: b.pdf: this PDF cannot be opened, so no page is drawn",
    ]


def test_a_folder_that_cannot_be_made_or_written_to_is_one_line(oddlink: Run, tmp_path: Path) -> None:
    (tmp_path / "in.pdf").write_bytes(PDF)
    for command in ("links", "scan"):
        ran = oddlink(command, "--picture", "in.pdf", "in.pdf")
        assert (ran.code, ran.out) == (65, b"")
        assert ran.err == "oddlink: --picture in.pdf: File exists; name a folder that can be written to\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_one_line(oddlink: Run, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir(mode=0o500)
    ran = oddlink("links", "--picture", "out", "-", stdin=PDF)
    assert (ran.code, "Permission denied" in ran.err) == (65, True)


def test_pages_are_bounded_and_it_is_said(oddlink: Run, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(pictures, "_PAGES", 1)
    ran = oddlink("links", "--json", "--picture", "out", str(SAMPLE / "odd-link.eml"))
    assert len(ran.objects[0]["pictures"]) == 1
    assert "only 1 of 2 pages are drawn" in ran.err


@pytest.mark.parametrize(
    ("leaf", "name"),
    [
        ("2/../../etc/passwd", "in-2_.._.._etc_passwd-page-1.png"),
        ("1/\x1b[31m\x00", "in-1_31m-page-1.png"),
        ("3/" + "x" * 500, "in-" + "x" * 60 + "-page-1.png"),
        ("/..", "in-pdf-page-1.png"),
    ],
)
def test_names_from_strangers_stay_in_the_folder(tmp_path: Path, leaf: str, name: str) -> None:
    gallery = pictures.Gallery(tmp_path, None)  # type: ignore[arg-type]  # the reader is not asked
    assert gallery._named("dir/in.pdf", leaf, 1) == name


def test_only_links_with_a_place_on_a_page_of_this_pdf_are_marked() -> None:
    def link(leaf: str, page: int, box: Any) -> Link:
        return Link(leaf, "u", "u", "", "pdf:qr", None, page=page, box=box)

    box = (1.0, 2.0, 3.0, 4.0)
    links = [link("2", 1, box), link("2", 0, box), link("2", 1, None), link("3", 1, box)]
    marks = pictures._marks("2", links, [{"place": "pdf:qr"}] * 4)
    assert {page: [(mark.box, mark.colour) for mark in some] for page, some in marks.items()} == {
        1: [(box, pictures._VIOLET)]
    }
