"""gateway/clicks/pages.py: text from strangers is shown as text."""

from __future__ import annotations

import re
from pathlib import Path

from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

import gateway.clicks.pages as pages

anything = st.text(st.characters(exclude_categories=()), max_size=60)


@given(anything)
def test_any_text_can_be_sent_and_shows_nothing_but_what_it_is(text):
    shown = pages.environment().from_string("<p title='{{ x }}'>{{ x }}</p>").render(x=text)
    shown.encode("utf-8")
    paragraph = BeautifulSoup(shown, "lxml").p
    assert len(BeautifulSoup(shown, "lxml").find_all(True)) == 3 and set(paragraph.attrs) == {"title"}
    assert paragraph.get_text() == pages.visible(text) == paragraph["title"]


@given(anything)
def test_what_prints_stays_and_what_does_not_becomes_a_code(text):
    shown = pages.visible(text)
    assert all(char.isprintable() or char.isspace() for char in shown)
    if text.isprintable():
        assert shown == text


def test_direction_marks_and_invisible_letters_are_named():
    assert pages.visible("a\u202eb\u200b\x00\ud800") == "a⟨U+202E⟩b⟨U+200B⟩⟨U+0000⟩⟨U+D800⟩"


def test_values_that_are_no_text_or_already_markup_are_left():
    assert pages.visible(7) == 7 and pages.visible(Markup("<b>\n")) == "<b>\n"


def test_no_template_switches_escaping_off_or_loads_or_runs_anything():
    folder = Path(pages.__file__).parent
    templates = sorted((folder / "templates").glob("*.html"))
    assert len(templates) >= 9
    for template in templates:
        text = template.read_text()
        assert not re.search(r"\|\s*safe|autoescape|Markup|<script|<img|style=|\son\w+=|https?://", text), (
            template
        )
    for sheet in (folder / "static").glob("*.css"):
        assert not re.search(r"url\(|@import|https?:", sheet.read_text()), sheet
