"""Quanta of base64 that would be text are found in long letters as a pattern finds them in short ones."""

from __future__ import annotations

import base64

from hypothesis import given
from hypothesis import strategies as st

from inspectors.union import decoders

LETTERS = st.text("ABCIQZaefhilnswz0189+/-_", min_size=decoders._FEW, max_size=400).map(str.encode)
TEXTS = st.sampled_from(
    [base64.b64encode(b"see http://h.example/"[:size]).rstrip(b"=") for size in range(22)]
)


@given(LETTERS, TEXTS, st.integers(0, 400), st.sampled_from((3, 4, 5, 6)))
def test_long_letters_are_judged_as_short_ones(letters: bytes, text: bytes, at: int, quanta: int) -> None:
    whole = letters[:at] + text + letters[at:]
    assert decoders.may_be_base64(whole, quanta) == (decoders._TEXT_IN[quanta].search(whole) is not None)


def test_words_of_english_are_no_base64_and_a_page_is() -> None:
    words = b"theminutesofourmeetingareattachedandthefigures" * 8
    assert not decoders.may_be_base64(words, 6)
    assert decoders.may_be_base64(words + base64.b64encode(b"<a href=http://h.example/>"), 6)
