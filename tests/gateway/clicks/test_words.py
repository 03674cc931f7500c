"""gateway/clicks/words.py and translations.py: the same words in every language."""

from __future__ import annotations

import string
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.clicks.translations import ALL
from gateway.clicks.words import ENGLISH, Words, choose


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("words", ALL, ids=lambda words: words.lang)
def test_every_word_is_there_with_the_values_it_needs(words):
    for field in fields(Words):
        said, english = getattr(words, field.name), getattr(ENGLISH, field.name)
        assert said.strip() == said != ""
        assert places(said) == places(english), field.name
        if words is not ENGLISH and field.name not in ("moment", "months"):
            assert said != english, field.name
    assert len(words.months.split()) == 12


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        ("", "en"),
        ("de", "de"),
        ("pt-BR,pt;q=0.9,en;q=0.8", "pt"),
        ("fr,es;q=0.5", "es"),
        ("en;q=0.2, de;q=0.8", "de"),
        ("de;q=0, en;q=0.1", "en"),
        ("xx", "en"),
        ("de;q=nonsense", "en"),
        ("DE-at", "de"),
        ("*", "en"),
    ],
)
def test_the_best_language_is_chosen(header, lang):
    assert choose(header, ALL).lang == lang


@given(st.text(max_size=400))
def test_any_header_gives_a_language(header):
    assert choose(header, ALL) in ALL


def test_moments_are_written_the_local_way_and_nonsense_is_empty():
    assert [words.time(1_768_210_200.0) for words in ALL] == [
        "12 January 2026, 09:30 UTC",
        "12. Januar 2026, 09:30 UTC",
        "12 de enero de 2026, 09:30 UTC",
        "12 de janeiro de 2026, 09:30 UTC",
    ]
    assert [ENGLISH.time(at) for at in (float("nan"), float("inf"), 1e300, -1e300)] == [""] * 4


def test_places_are_said_for_clerks():
    said = [ENGLISH.place(p) for p in ("text", "html:a.href", "pdf:annotation", "calendar:url", "")]
    assert said == [ENGLISH.in_text] * 2 + [ENGLISH.in_pdf] + [ENGLISH.in_attachment] * 2
